"""The vocabulary of FollowTheMoney: its schemata, its codes and the form of its values.

The schemata and codes are data of the library `followthemoney` (MIT licence), taken from the
release that the data file names. The library itself cannot be installed without building ICU's
binding; tests compare this module with it.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlparse, urlunparse

#: Types of values that are not in a language.
WITHOUT_LANGUAGE = frozenset(
    {"checksum", "country", "date", "email", "entity", "gender", "ip", "language", "mimetype",
     "phone", "topic", "url"}
)  # fmt: skip
#: Characters that become a space, and invisible ones that are removed from every value.
_SPACES = "\u0a00\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff\ud800-\udfff"
)
_BREAKS = re.compile(r"\r\n|\n|<BR/>|<BR>|\t|ESQ\.,|ESQ,|;")
_DATE = re.compile(r"\s*([12]\d{3})\b(?:-(\d{1,2})\b(?:-(\d{1,2}))?)?")
_URL_SCHEMES = frozenset({"http", "https", "ftp", "mailto", "file", "s3", "gs"})
_HOST_LABEL = re.compile(r"(?=.*[^\W_])[\w-]{1,63}", re.DOTALL)


@dataclass(frozen=True)
class Property:
    """The type of a property's values and, for references, the schema that they refer to."""

    type: str
    range: str


@dataclass(frozen=True)
class Schema:
    """A schema with everything that it inherits.

    Args:
        name: of the schema.
        ancestors: names of the schemata that it is a kind of, itself included.
        properties: by name.
    """

    name: str
    ancestors: frozenset[str]
    properties: Mapping[str, Property]

    def is_a(self, name: str) -> bool:
        """Return whether this is the named schema or a kind of it."""
        return name in self.ancestors


@cache
def _data() -> dict[str, Any]:
    file = resources.files("contrechamp.dossier.formats.followthemoney") / "data/vocabulary.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


@cache
def schema(name: str) -> Schema | None:
    """Return a schema by name; None if there is no such schema."""
    found = _data()["schemata"].get(name)
    if found is None:
        return None
    parents = [parent for one in found["extends"] if (parent := schema(one)) is not None]
    properties: dict[str, Property] = {}
    for parent in reversed(parents):
        properties |= parent.properties
    for own, definition in found["properties"].items():
        type_, _space, range_ = definition.partition(" ")
        properties[own] = Property(type_, range_)
    return Schema(name, frozenset({name}).union(*(one.ancestors for one in parents)), properties)


def the_schema(name: str) -> Schema:
    """Return a schema by the name of one that exists."""
    found = schema(name)
    assert found is not None, name  # noqa: S101
    return found


def language(code: str) -> str | None:
    """Return the three-letter code of a language; None if FollowTheMoney has none for it.

    >>> language("de"), language("ger"), language("tlh")
    ('deu', 'deu', None)
    """
    plain = re.split("[-_]", code.lower())[0].strip()
    found = plain if plain in _data()["languages"] else _data()["language_synonyms"].get(plain)
    return None if found is None else str(found)


def two_letters(code: str) -> str | None:
    """Return the two-letter code for a three-letter one; None if there is none.

    >>> two_letters("deu"), two_letters("fil")
    ('de', None)
    """
    found = _data()["languages"].get(code)
    return None if found is None else str(found)


def clean(type_: str, text: str) -> str | None:
    """Return a value in FollowTheMoney's form; None if it is not a valid one.

    >>> clean("country", "UK"), clean("url", "a.example"), clean("date", "2026-2-3?")
    ('gb', 'http://a.example/', '2026-02-03')
    """
    text = re.sub(f"[{_SPACES}]", " ", unicodedata.normalize("NFC", text))
    text = re.sub(f"[{_UNSEEN}]", "", text).strip()
    return (_CLEANERS[type_](text) or None) if text else None


def _name(text: str) -> str:
    return " ".join(re.sub(r"""^["'](.*)["']$""", r"\1", text).split())


def _address(text: str) -> str:
    return " ".join(re.sub(r",\s?[,.]", ", ", _BREAKS.sub(", ", text)).split())


def _country(code: str) -> str:
    return str(_data()["countries"].get(code.lower(), ""))


def _date(text: str) -> str:
    """Return a year, month or day, as precise as the text is; "" if there is no such day."""
    found = _DATE.match(text)
    if found is None:
        return ""
    parts = [int(part) for part in found.groups() if part]
    known = parts.index(0) if 0 in parts else len(parts)  # a month or day of 00 is unknown
    try:
        day = date(*(max(part, 1) for part in (*parts, 1, 1)[:3]))
    except ValueError:
        return ""
    return day.isoformat()[: (4, 7, 10)[known - 1]]


def _url(text: str) -> str:
    """Return a web address with its scheme and path; "" if it names no valid host."""
    try:
        parts = urlparse(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if not parts.netloc:
        bare = scheme not in _URL_SCHEMES and "." in parts.path and not text.startswith("//")
        return _url(f"//{text}") if bare else ""
    if not host or re.search(r"\s", parts.netloc) or not _is_host(host):
        return ""
    if scheme and scheme not in _URL_SCHEMES:
        return ""
    path = parts.path.strip() or "/"
    return urlunparse(parts._replace(scheme=scheme or "http", path=path))


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        labels = host.rstrip(".").split(".")
        last = labels[-1]
        return all(_HOST_LABEL.fullmatch(label) for label in labels) and (
            len(labels) == 1 or (len(last) > 1 and not last.isdigit())
        )
    return True


_CLEANERS: dict[str, Callable[[str], str]] = {
    "name": _name,
    "address": _address,
    "country": _country,
    "date": _date,
    "url": _url,
    "identifier": str,
}
