"""The content of the worked sample case: TOML files with every text in English and French.

In ``data/`` a record is a table ``[kind.key]`` with the fields of its kind, and these shorthands:

- ``{ en = "...", fr = "..." }`` is a text in both languages. A field with a text for each language
  gets two texts, what has translations gets one; any other field with one text gets both in it.
- ``@key`` is a reference to the record with that key or, if the field takes an item, to the sheet
  of a public reference; by itself in a list of evidence it is a whole entry.
"""

import dataclasses
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.records.field_types import ITEM, Evidence, Record, Text, Translated
from contrechamp.dossier.records.kinds import KINDS, class_of
from contrechamp.dossier.records.schema import Shape, from_json, members

LANGUAGES = ("en", "fr")
REFERENCES = "references.toml"
#: Files of records, in the order in which they are read.
FILES = (
    "actors.toml", "places.toml", "systems.toml", "letters.toml", "findings.toml",
    "recommendations.toml", "people.toml", "measurements.toml", "files.toml",
)  # fmt: skip
#: Files that become items of the case, beside the sheets of the references: what was measured in
#: the made-up town, a drawing of a street in it, and files as others keep them.
HELD = (
    "sample-town-map.json", "sample-town-map-seen.geojson",
    "sample-town-survey.json", "sample-town-survey-seen.geojson", "sample-town-completeness.json",
    "sample-town-access.json", "sample-town-disparity.json", "sample-town-change.json",
    "sample-town-completeness-streets.geojson", "sample-town-access-streets.geojson",
    "sample-town-disparity-areas.geojson",
    "sample-street.png", "sample-page.warc", "sample-page.cdxj", "sample-mail.eml",
    "sample-chat.txt", "sample-sha256sums.txt",
)  # fmt: skip
#: What the members do with the records.
STEPS = "steps.toml"


@dataclass(frozen=True)
class Reference:
    """A public source, and what was taken from it.

    Args:
        key: by which records cite it.
        title: as published.
        publisher: who published it.
        date: of publication, as far as it is known; "" if the page has none.
        address: on the web.
        consulted: day on which it was read.
        read: how much of it was read, and where, by language.
        says: what was taken from it, in our own words, by language.
    """

    key: str
    title: str
    publisher: str
    date: str
    address: str
    consulted: str
    read: Mapping[str, str]
    says: Mapping[str, str]


def references() -> tuple[Reference, ...]:
    """Return the public sources, in the order of their file.

    Raises:
        InputError: with file and key, if one lacks a field or a language.
    """
    wanted = {field.name for field in dataclasses.fields(Reference)} - {"key"}
    found = []
    for key, fields in load(REFERENCES).items():
        where = f"{REFERENCES}: {key}"
        if {*fields, "date"} != wanted:
            raise InputError(
                _("expected these fields: {fields}").format(fields=", ".join(sorted(wanted))),
                where=where,
            )
        for name in ("read", "says"):
            _check_languages(fields[name], f"{where}: {name}")
        found.append(Reference(key=key, **{"date": "", **fields}))
    return tuple(found)


def records(language: str) -> dict[str, Record]:
    """Return every record by its key in the files.

    Args:
        language: that comes first in texts with both languages.

    Raises:
        InputError: with file, kind and key, if one cannot be read.
    """
    languages = order(language)
    found: dict[str, Record] = {}
    for reference in references():
        found[reference.key] = _exhibit(reference, languages)
    files = {file: load(file) for file in FILES}
    keys = {
        *found,
        *HELD,
        *(key for kinds in files.values() for group in kinds.values() for key in group),
    }
    for file, kinds in files.items():
        for kind, group in kinds.items():
            for key, fields in group.items():
                where = f"{file}: {kind} {key}"
                _check_keys(fields, keys, where)
                if key in found:
                    raise InputError(_("the key {key} occurs twice").format(key=key), where=where)
                cls = class_of(kind, where=where)
                found[key] = from_json(cls, _object(cls, fields, languages, where), where=where)
    return found


def load(file: str) -> dict[str, Any]:
    """Return the content of a file of the sample.

    Raises:
        InputError: with file and line, if it is not TOML.
    """
    path = resources.files("contrechamp.dossier.sample") / "data" / file
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except ValueError as error:
        raise InputError(_("it is not TOML: {reason}").format(reason=error), where=file) from error


def held(file: str) -> bytes:
    """Return the content of a file of the sample."""
    return (resources.files("contrechamp.dossier.sample") / "data" / file).read_bytes()


def record_id(key: str) -> str:
    """Return the id of the record with a key: the same in every sample."""
    return hashlib.sha256(f"contrechamp sample record {key}".encode()).hexdigest()[:16]


def item_bytes(key: str) -> bytes:
    """Return the item id of a public reference's sheet, as bytes."""
    return hashlib.sha256(f"contrechamp sample item {key}".encode()).digest()[:8]


def ref(key: str) -> str:
    """Return the reference to the record of a key, and to a passage of it after ``#``."""
    name, mark, passage = key.removeprefix("@").partition("#")
    return f"{SUBJECT}{record_id(name)}{mark}{passage}"


def order(language: str) -> list[str]:
    """Return the languages, the reader's first."""
    return sorted(LANGUAGES, key=lambda one: one != language)


def both(texts: Mapping[str, str], languages: list[str], *, line: bool) -> str:
    """Return a text in both languages as one."""
    return (" / " if line else "\n\n").join(texts[language] for language in languages)


def sheet(reference: Reference) -> str:
    """Return the text file that the case keeps of a public source: where it is, what it says."""
    head = [reference.title, reference.publisher, reference.date, reference.address]
    parts = ["\n".join(line for line in head if line), f"({reference.consulted})"]
    for language in LANGUAGES:
        parts += [reference.says[language], reference.read[language]]
    return "\n\n".join(parts) + "\n"


def _exhibit(reference: Reference, languages: list[str]) -> Record:
    origin = {"en": "open source", "fr": "source ouverte"}
    fields = {
        "item": f"{ITEM}/{item_bytes(reference.key).hex()}",
        "what": reference.title,
        "publisher": reference.publisher,
        "people": "none",
        "origin": both(origin, languages, line=True),
        "address": reference.address,
        "consulted_on": reference.consulted,
        "checks": both(
            {one: f"{reference.says[one]} {reference.read[one]}" for one in LANGUAGES},
            languages,
            line=False,
        ),
        **({"made_on": reference.date} if reference.date else {}),
    }
    return from_json(KINDS["exhibit"], fields, where=f"{REFERENCES}: {reference.key}")


def _object(cls: type, fields: Any, languages: list[str], where: str) -> Any:
    """Return the fields of an object as JSON, with shorthands expanded."""
    if not isinstance(fields, Mapping):
        return fields  # `from_json` reports it
    shapes = {member.name: member.shape for member in members(cls)}
    if issubclass(cls, Translated) and isinstance(said := fields.get(cls.translated), Mapping):
        _check_languages(said, f"{where}: {cls.translated}")
        first, *others = languages
        fields = {
            **fields,
            cls.translated: said[first],
            "language": first,
            "translations": [{"language": one, "text": said[one]} for one in others],
        }
    return {
        name: _value(shapes[name], value, languages, f"{where}: {name}")
        if name in shapes
        else value
        for name, value in fields.items()
    }


def _value(shape: Shape, value: Any, languages: list[str], where: str) -> Any:
    if shape.holds == "list" and shape.inner is not None:
        if isinstance(value, Mapping) and shape.inner.cls is Text:
            _check_languages(value, where)
            return [{"language": language, "text": value[language]} for language in languages]
        if not isinstance(value, list):
            return value
        return [_value(shape.inner, one, languages, where) for one in value]
    if shape.holds == "object" and shape.cls is not None:
        if shape.cls is Evidence and isinstance(value, str):
            value = {"ref": value}
        return _object(shape.cls, value, languages, where)
    if shape.refers_to is not None and isinstance(value, str) and value.startswith("@"):
        if shape.refers_to.kinds == (ITEM,):
            return f"{ITEM}/{item_bytes(value.removeprefix('@')).hex()}"
        return ref(value)
    if shape.holds == "text" and isinstance(value, Mapping):
        _check_languages(value, where)
        return both(value, languages, line=shape.form is not None)
    return value


def _check_keys(fields: Any, keys: set[str], where: str) -> None:
    """Refuse a reference to a key that no file has."""
    if isinstance(fields, Mapping):
        for name, one in fields.items():
            _check_keys(one, keys, f"{where}: {name}")
    elif isinstance(fields, list):
        for one in fields:
            _check_keys(one, keys, where)
    elif isinstance(fields, str) and fields.startswith("@"):
        key = fields[1:].partition("#")[0]
        if key not in keys:
            raise InputError(_("there is no {key}").format(key=f"@{key}"), where=where)


def _check_languages(texts: Any, where: str) -> None:
    if not isinstance(texts, Mapping) or set(texts) != set(LANGUAGES) or not all(texts.values()):
        raise InputError(
            _("expected the text in each of: {languages}").format(languages=", ".join(LANGUAGES)),
            where=where,
        )
