"""The shipped catalogue of rights: instruments with their official names, and articles."""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from contrechamp.dossier.reading.search import normalised

#: Of a text in a language: that of what is no treaty counts as authentic where it is official.
Standing: TypeAlias = Literal["authentic", "official", "translation"]


@dataclass(frozen=True)
class CatalogueRight:
    """An article of an instrument.

    Args:
        key: such as iccpr-17.
        instrument: its key.
        short: how the instrument is called among lawyers.
        names: official names of the instrument, by language.
        reference: official reference of the instrument.
        article: number.
        heading: official heading of the article, by language; empty where it has none.
        subject: what it protects, in our words, by language; empty where it has a heading.
        adopted: when the instrument was.
        in_force: since when; "" of what is no treaty.
        authentic: languages whose texts the instrument makes authentic; none of what is no treaty.
        official: languages in which it is published officially as well, and does not decide.
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
        """Return what it is about, in a language or in English."""
        for found in (self.heading, self.subject):
            if language in found:
                return found[language]
        return self.heading.get("en") or self.subject.get("en", "")

    def standing(self, language: str) -> Standing:
        """Return whether the text of the instrument in a language decides what it says."""
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
    """Return the rights that all words are found in, whatever the language, in their order.

    Args:
        words: accents, capitals, Arabic vowel signs and Hebrew points do not count.
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
