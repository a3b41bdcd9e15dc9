"""The shipped catalogue of rights: legal instruments with their official names, and articles."""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from contrechamp.base.search_words import normalised

#: The standing of a text in a language. An official text of what is not a treaty is authentic.
Standing: TypeAlias = Literal["authentic", "official", "translation"]


@dataclass(frozen=True)
class CatalogueRight:
    """An article of an instrument.

    Args:
        key: such as iccpr-17.
        instrument: key of the instrument.
        short: short name of the instrument among lawyers.
        names: official names of the instrument, by language.
        reference: official reference of the instrument.
        article: number of the article.
        heading: official heading of the article, by language; empty if it has none.
        subject: what the article protects, in our words, by language; empty if it has a heading.
        adopted: date on which the instrument was adopted.
        in_force: date since which it is in force; "" if it is not a treaty.
        authentic: languages of the authentic texts; none if it is not a treaty.
        official: further languages with an official text, which is not decisive.
    """

    key: str
    instrument: str
    short: str
    names: Mapping[str, str]
    reference: str
    article: str
    heading: Mapping[str, str]
    subject: Mapping[str, str]
    adopted: str
    in_force: str
    authentic: tuple[str, ...]
    official: tuple[str, ...]

    def text(self, language: str) -> str:
        """Return the heading or subject in a language, or else in English."""
        for found in (self.heading, self.subject):
            if language in found:
                return found[language]
        return self.heading.get("en") or self.subject.get("en", "")

    def standing(self, language: str) -> Standing:
        """Return the standing of the instrument's text in a language."""
        if language in self.authentic or (language in self.official and not self.authentic):
            return "authentic"
        return "official" if language in self.official else "translation"


@functools.cache
def catalogue() -> Mapping[str, CatalogueRight]:
    """Return the rights of the catalogue by key, in its order."""
    file = resources.files("contrechamp.dossier.shipped") / "data" / "rights.toml"
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    found = (
        _right(instrument, article)
        for instrument in document["instrument"]
        for article in instrument["articles"]
    )
    return MappingProxyType({right.key: right for right in found})


def look_up(words: Sequence[str]) -> list[CatalogueRight]:
    """Return the rights in which all words are found, in any language, in catalogue order.

    Args:
        words: compared without accents, capitals, Arabic vowel signs and Hebrew points.
    """
    wanted = [one for word in words for one in normalised(word).split()]
    return [right for right in catalogue().values() if all(one in _all(right) for one in wanted)]


def _all(right: CatalogueRight) -> str:
    texts = (*right.names.values(), *right.heading.values(), *right.subject.values())
    return normalised(" ".join((right.key, right.short, right.article, *texts)))


def _right(instrument: dict[str, Any], article: dict[str, Any]) -> CatalogueRight:
    return CatalogueRight(
        key=f"{instrument['key']}-{article['article'].lower()}",
        instrument=instrument["key"],
        short=instrument["short"],
        names=MappingProxyType(instrument["names"]),
        reference=instrument["reference"],
        article=article["article"],
        heading=MappingProxyType(article.get("heading", {})),
        subject=MappingProxyType(article.get("subject", {})),
        adopted=instrument["adopted"],
        in_force=instrument.get("in_force", ""),
        authentic=tuple(instrument["authentic"]),
        official=tuple(instrument["official"]),
    )
