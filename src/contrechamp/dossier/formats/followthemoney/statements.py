"""Entities as lines and as tables of statements: read one by one, written with their origin."""

import hashlib
import json
import re
from collections.abc import Iterator, Set
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.followthemoney import vocabulary
from contrechamp.dossier.formats.followthemoney.model import Entity, Properties, lang_in, lang_out
from contrechamp.dossier.formats.followthemoney.vocabulary import WITHOUT_LANGUAGE, the_schema
from contrechamp.dossier.formats.read.source_file import Given, parsed

#: Of every statement that is written.
DATASET = "contrechamp"
#: Of a table of statements, in the order of the library `followthemoney`.
COLUMNS = (
    "canonical_id", "entity_id", "prop", "prop_type", "schema", "value", "dataset", "origin",
    "lang", "original_value", "external", "first_seen", "last_seen", "id",
)  # fmt: skip
_NEEDED = {"canonical_id", "entity_id", "prop", "schema", "value"}


def fits(given: Given) -> bool:
    """Return whether a file looks like entities, one a line, or like statements."""
    first = next(iter(given.head.lstrip(b"\xef\xbb\xbf\r\n\t ").splitlines()), b"")
    if first.startswith(b"{"):
        return b'"schema"' in first and b'"properties"' in first
    return is_table(given)


def is_table(given: Given) -> bool:
    """Return whether a file is a table of statements."""
    return set(given.header()) >= _NEEDED


def entities(given: Given) -> Iterator[tuple[str, Entity | InputError]]:
    """Yield the entities of a file, each with its place in it, or why it is none."""
    if is_table(given):
        yield from _of_table(given)
        return
    for where, line in given.lines():
        try:
            yield where, _of_line(parsed(line, where), where)
        except InputError as error:
            yield where, error


def of_schemata(given: Given, schemata: Set[str]) -> Iterator[tuple[str, Entity]]:
    """Yield the entities of some schemata, each with its line ("" of a table); one is in memory.

    Of a table it is read as long as the statements stand that are about one entity.

    Raises:
        InputError: if a line is no entity, or a row no statement.
    """
    if is_table(given):
        yield from _of_sorted_table(given, schemata)
        return
    marks = tuple(f'"{schema}"' for schema in schemata)
    for where, text in given.lines():
        if any(mark in text for mark in marks):  # others are not even parsed
            entity = _of_line(parsed(text, where), where)
            if entity.schema in schemata:
                yield text, entity


def _of_sorted_table(given: Given, schemata: Set[str]) -> Iterator[tuple[str, Entity]]:
    entity = Entity("", "", {})
    for where, row in _streamed(given):
        if row["schema"] not in schemata:
            continue
        if row["canonical_id"] != entity.id:
            if entity.id:
                yield "", entity
            entity = Entity(row["canonical_id"], row["schema"], {})
        if not entity.id:
            raise InputError(_("expected an entity: id, schema and properties"), where=where)
        if row["prop"] != "id":
            listed = entity.properties.setdefault(row["prop"], [])
            if (row["value"], None) not in listed:
                listed.append((row["value"], None))
    if entity.id:
        yield "", entity


def _streamed(given: Given) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows of a table of any size, one at a time."""
    for row in given.rows():
        if isinstance(row, InputError):
            raise row
        if not row.cells.keys() >= _NEEDED:
            raise unreadable(row.where, advice=_("is the file cut off, or a quote left open?"))
        yield row.where, row.cells


def plain_line(entity: Entity) -> str:
    """Return an entity as a line, as it was read."""
    values = {name: entity.all(name) for name in entity.properties}
    told = {"id": entity.id, "schema": entity.schema, "properties": values}
    return json.dumps(told, ensure_ascii=False)


def as_line(entity: Entity) -> str:
    """Return an entity as the library writes it; the language of a value has no place there."""
    return plain_line(
        Entity(entity.id, entity.schema, {
            name: [(value, None) for value in dict.fromkeys(entity.all(name))]
            for name in entity.properties
        })
    )  # fmt: skip


def statements(entity: Entity, *, origin: str, first_seen: str | None) -> Iterator[list[str]]:
    """Yield what an entity says as rows of `COLUMNS`: value by value, with where it is from."""
    schema = the_schema(entity.schema)
    seen = first_seen or ""
    for prop, values in entity.properties.items():
        type_ = schema.properties[prop].type
        for value, told in values:
            lang = lang_out(told) if told and type_ not in WITHOUT_LANGUAGE else None
            key = f"{DATASET}.{entity.id}.{prop}.{value}" + (f"@{lang}" if lang else "")
            called = hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()
            yield [entity.id, entity.id, prop, type_, entity.schema, value, DATASET, origin,
                   lang or "", "", "f", seen, seen, called]  # fmt: skip


def _of_line(found: Any, where: str) -> Entity:
    if not isinstance(found, dict):
        raise InputError(_("expected fields and their values"), where=where)
    id_, schema, values = (found.get(name) for name in ("id", "schema", "properties"))
    if not isinstance(id_, str) or not isinstance(schema, str) or not isinstance(values, dict):
        raise InputError(_("expected an entity: id, schema and properties"), where=where)
    properties: Properties = {}
    for name, texts in values.items():
        listed = texts if isinstance(texts, list) else [texts]
        # OpenAleph can write the entity itself in the place of its id.
        plain = [one.get("id") if isinstance(one, dict) else one for one in listed]
        if not all(isinstance(one, str) for one in plain):
            raise InputError(_("expected text"), where=f"{where}: {str(name)[:40]}")
        properties[name] = [(_stripped(schema, name, str(one)), None) for one in plain]
    return Entity(plain_id(id_), schema, properties)


def _of_table(given: Given) -> Iterator[tuple[str, Entity | InputError]]:
    """Yield the entities that the statements of a table are about."""
    found: dict[str, Entity] = {}
    wheres: dict[str, str] = {}
    for row in given.rows():
        if isinstance(row, InputError):
            yield given.name, row
            continue
        name, schema = row.cells.get("canonical_id", ""), row.cells.get("schema", "")
        prop, value = row.cells.get("prop", ""), row.cells.get("value", "")
        if not (name and schema and prop):
            raise InputError(_("expected an entity: id, schema and properties"), where=row.where)
        entity = found.setdefault(name, Entity(plain_id(name), schema, {}))
        wheres.setdefault(name, row.where)
        if prop != "id":
            told = (_stripped(schema, prop, value), lang_in(row.cells.get("lang", "")))
            listed = entity.properties.setdefault(prop, [])
            if told not in listed:  # one value is stated by each dataset that has it
                listed.append(told)
    for name, entity in found.items():
        yield wheres[name], entity


def plain_id(name: str) -> str:
    """Return an id without the signature that OpenAleph puts behind it."""
    found = re.fullmatch(r"([0-9A-Za-z][0-9A-Za-z.-]*)\.[0-9a-f]{40}", name)
    return found[1] if found else name


def _stripped(schema: str, prop: str, text: str) -> str:
    found = vocabulary.schema(schema)
    known = found.properties.get(prop) if found is not None else None
    return plain_id(text) if known is not None and known.type == "entity" else text
