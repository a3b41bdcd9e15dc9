"""The two file forms of entities: one a line as JSON, and tables of statements with origins."""

import hashlib
import re
from collections.abc import Iterator, Set
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.base.spreadsheets import restored
from contrechamp.dossier.formats.followthemoney import vocabulary
from contrechamp.dossier.formats.followthemoney.model import Entity, Properties, lang_in, lang_out
from contrechamp.dossier.formats.followthemoney.vocabulary import WITHOUT_LANGUAGE, the_schema
from contrechamp.dossier.formats.read.source_file import SourceFile

#: The dataset of every statement that is written.
DATASET = "contrechamp"
#: The columns of a table of statements, in the order of the library `followthemoney`.
COLUMNS = (
    "canonical_id", "entity_id", "prop", "prop_type", "schema", "value", "dataset", "origin",
    "lang", "original_value", "external", "first_seen", "last_seen", "id",
)  # fmt: skip
_NEEDED = {"canonical_id", "entity_id", "prop", "schema", "value"}


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like entities, one a line, or like statements."""
    first = source.first_line
    if first.startswith(b"{"):
        return b'"schema"' in first and b'"properties"' in first
    return is_table(source)


def is_table(source: SourceFile) -> bool:
    """Return whether a file is a table of statements."""
    return set(source.header()) >= _NEEDED


def entities(source: SourceFile) -> Iterator[tuple[str, Entity | InputError]]:
    """Yield the place and entity of each line or set of statements, or the error in its place."""
    if is_table(source):
        yield from _of_table(source)
        return
    for line in source.lines():
        try:
            yield line.where, _of_line(line.found(), line.where)
        except InputError as error:
            yield line.where, error


def of_schemata(source: SourceFile, schemata: Set[str]) -> Iterator[tuple[str, Entity]]:
    """Yield the entities of some schemata, each with its line ("" in a table), one at a time.

    In a table, the statements about an entity have to follow one another.

    Raises:
        InputError: if a line is not an entity, or a row not a statement.
    """
    if is_table(source):
        yield from _of_sorted_table(source, schemata)
        return
    marks = tuple(f'"{schema}"' for schema in schemata)  # saves parsing the others
    for line in source.lines(marks, texts=True):
        entity = _of_line(line.found(), line.where)
        if entity.schema in schemata:
            yield line.text, entity


def _of_sorted_table(source: SourceFile, schemata: Set[str]) -> Iterator[tuple[str, Entity]]:
    entity = Entity("", "", {})
    for where, row in _streamed(source):
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


def _streamed(source: SourceFile) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows of a table of any size, one at a time."""
    for row in source.rows():
        if isinstance(row, InputError):
            raise row
        if not row.cells.keys() >= _NEEDED:
            raise unreadable(row.where, advice=_("is the file cut off, or a quote left open?"))
        yield row.where, {**row.cells, "value": restored(row.cells["value"])}


def plain_line(entity: Entity) -> str:
    """Return an entity as a line of JSON, with its values as they were read."""
    values = {name: entity.all(name) for name in entity.properties}
    document = {"id": entity.id, "schema": entity.schema, "properties": values}
    return json_text(document)


def as_line(entity: Entity) -> str:
    """Return an entity as the library writes it: each value once, without its language."""
    return plain_line(
        Entity(entity.id, entity.schema, {
            name: [(value, None) for value in dict.fromkeys(entity.all(name))]
            for name in entity.properties
        })
    )  # fmt: skip


def statements(entity: Entity, *, origin: str, first_seen: str | None) -> Iterator[list[str]]:
    """Yield a row of `COLUMNS` for each value of an entity, with its origin."""
    schema = the_schema(entity.schema)
    seen = first_seen or ""
    for prop, values in entity.properties.items():
        type_ = schema.properties[prop].type
        for value, language in values:
            lang = lang_out(language) if language and type_ not in WITHOUT_LANGUAGE else None
            key = f"{DATASET}.{entity.id}.{prop}.{value}" + (f"@{lang}" if lang else "")
            id_ = hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()
            yield [entity.id, entity.id, prop, type_, entity.schema, value, DATASET, origin,
                   lang or "", "", "f", seen, seen, id_]  # fmt: skip


def _of_line(found: Any, where: str) -> Entity:
    if not isinstance(found, dict):
        raise InputError(_("expected fields and their values"), where=where)
    id_, schema, values = (found.get(name) for name in ("id", "schema", "properties"))
    if not isinstance(id_, str) or not isinstance(schema, str) or not isinstance(values, dict):
        raise InputError(_("expected an entity: id, schema and properties"), where=where)
    properties: Properties = {}
    inside: list[str] = []
    for name, texts in values.items():
        listed = texts if isinstance(texts, list) else [texts]
        inside += (
            plain_id(str(one.get("id")))
            for one in listed
            if isinstance(one, dict) and one.get("properties")
        )
        # OpenAleph can write an entity in place of its id.
        plain = [one.get("id") if isinstance(one, dict) else one for one in listed]
        if not all(isinstance(one, str) for one in plain):
            raise InputError(_("expected text"), where=f"{where}: {str(name)[:40]}")
        properties[name] = [(_stripped(schema, name, str(one)), None) for one in plain]
    return Entity(plain_id(id_), schema, properties, tuple(inside))


def _of_table(source: SourceFile) -> Iterator[tuple[str, Entity | InputError]]:
    """Yield the entities that the statements of a table, in any order, are about."""
    found: dict[str, Entity] = {}
    wheres: dict[str, str] = {}
    for row in source.rows():
        if isinstance(row, InputError):
            yield source.name, row
            continue
        name, schema = row.cells.get("canonical_id", ""), row.cells.get("schema", "")
        prop, value = row.cells.get("prop", ""), restored(row.cells.get("value", ""))
        if not (name and schema and prop):
            raise InputError(_("expected an entity: id, schema and properties"), where=row.where)
        entity = found.setdefault(name, Entity(plain_id(name), schema, {}))
        wheres.setdefault(name, row.where)
        if prop != "id":
            stated = (_stripped(schema, prop, value), lang_in(row.cells.get("lang", "")))
            listed = entity.properties.setdefault(prop, [])
            if stated not in listed:  # every dataset that has a value states it
                listed.append(stated)
    for name, entity in found.items():
        yield wheres[name], entity


def plain_id(name: str) -> str:
    """Return an id without the space around it and the signature that OpenAleph appends."""
    name = name.strip()
    found = re.fullmatch(r"([0-9A-Za-z][0-9A-Za-z.-]*)\.[0-9a-f]{40}", name)
    return found[1] if found else name


def _stripped(schema: str, prop: str, text: str) -> str:
    found = vocabulary.schema(schema)
    known = found.properties.get(prop) if found is not None else None
    return plain_id(text) if known is not None and known.type == "entity" else text
