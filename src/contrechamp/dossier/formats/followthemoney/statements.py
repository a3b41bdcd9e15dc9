"""Entities as lines and as tables of statements: read one by one, written with their origin."""

import json
import re
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.followthemoney.model import Entity, Properties, lang_in, lang_out
from contrechamp.dossier.formats.read.source_file import Given, parsed

if TYPE_CHECKING:
    from followthemoney.statement import Statement

#: Of every statement that is written.
DATASET = "contrechamp"
_COLUMNS = {"canonical_id", "entity_id", "prop", "schema", "value"}


def fits(given: Given) -> bool:
    """Return whether a file looks like entities, one a line, or like statements."""
    first = next(iter(given.head.lstrip(b"\xef\xbb\xbf\r\n\t ").splitlines()), b"")
    if first.startswith(b"{"):
        return b'"schema"' in first and b'"properties"' in first
    return is_table(given)


def is_table(given: Given) -> bool:
    """Return whether a file is a table of statements."""
    return set(given.header()) >= _COLUMNS


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
        if not row.cells.keys() >= _COLUMNS:
            raise unreadable(row.where, advice=_("is the file cut off, or a quote left open?"))
        yield row.where, row.cells


def plain_line(entity: Entity) -> str:
    """Return an entity as a line, as it was read."""
    values = {name: entity.all(name) for name in entity.properties}
    told = {"id": entity.id, "schema": entity.schema, "properties": values}
    return json.dumps(told, ensure_ascii=False)


def as_line(entity: Entity) -> str:
    """Return an entity as the library writes it; the language of a value has no place there."""
    from followthemoney.proxy import EntityProxy

    proxy = EntityProxy.from_dict(json.loads(plain_line(entity)), cleaned=True)
    return json.dumps(proxy.to_dict(), ensure_ascii=False)


def statements(entity: Entity, *, origin: str, first_seen: str | None) -> Iterator["Statement"]:
    """Yield what an entity says, value by value, with its language and where it is from."""
    from followthemoney.statement import Statement

    for prop, values in entity.properties.items():
        for value, language in values:
            yield Statement(
                entity_id=entity.id, prop=prop, schema=entity.schema, value=value,
                dataset=DATASET, lang=lang_out(language) if language else None,
                first_seen=first_seen, origin=origin,
            )  # fmt: skip


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
    return Entity(_plain_id(id_), schema, properties)


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
        entity = found.setdefault(name, Entity(_plain_id(name), schema, {}))
        wheres.setdefault(name, row.where)
        if prop != "id":
            told = (_stripped(schema, prop, value), lang_in(row.cells.get("lang", "")))
            listed = entity.properties.setdefault(prop, [])
            if told not in listed:  # one value is stated by each dataset that has it
                listed.append(told)
    for name, entity in found.items():
        yield wheres[name], entity


def _plain_id(name: str) -> str:
    """Return an id without the signature that OpenAleph puts behind it."""
    from followthemoney.namespace import Namespace

    found = re.fullmatch(r"(.+)\.[0-9a-f]{40}", name)
    return (Namespace.strip(name) or name) if found else name


def _stripped(schema: str, prop: str, text: str) -> str:
    from followthemoney import model

    found = model.get(schema)
    known = found.get(prop) if found is not None else None
    return _plain_id(text) if known is not None and known.type.name == "entity" else text
