"""FollowTheMoney files: a case opens in OpenAleph, and what was done there comes back."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier import reading
from contrechamp.dossier.fields import Record
from contrechamp.dossier.formats.drafts import THIS_FILE, Desk, Draft, Format, Notice, Problem, Read
from contrechamp.dossier.formats.ftm_entities import (
    READ_SCHEMATA,
    SCHEME,
    Entity,
    Properties,
    from_entity,
    overlaid,
    to_entities,
)
from contrechamp.dossier.formats.given import Given, parsed
from contrechamp.dossier.kinds import class_of
from contrechamp.dossier.reading import SUBJECT, Stored
from contrechamp.dossier.schema import from_json
from contrechamp.dossier.view import View

if TYPE_CHECKING:
    from contrechamp.dossier.formats.leaving import Leaving

#: Of the files, and of each statement in them.
ENTITIES, STATEMENTS, DATASET = "entities.ftm.json", "statements.csv", "contrechamp"
_STATEMENT_COLUMNS = {"canonical_id", "entity_id", "prop", "schema", "value"}
_OWN_ID = re.compile(r"[0-9a-f]{16}")


def fits(given: Given) -> bool:
    """Return whether a file looks like entities, one a line, or like statements."""
    first = next(iter(given.head.lstrip(b"\xef\xbb\xbf\r\n\t ").splitlines()), b"")
    if first.startswith(b"{"):
        return b'"schema"' in first and b'"properties"' in first
    return set(given.header()) >= _STATEMENT_COLUMNS


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield the records of entities; what the dossier has no kind for is told by count."""
    from followthemoney import model

    view = View(desk.case)
    awards: dict[str, list[Entity]] = defaultdict(list)
    left: dict[str, int] = defaultdict(int)
    for _where, found in _entities(given):
        if isinstance(found, Entity) and found.schema == "ContractAward":
            for contract in found.all("contract"):
                awards[contract].append(found)
    for where, found in _entities(given):
        if isinstance(found, InputError):
            yield Problem(found)
        elif model.get(found.schema) is None:
            yield Problem(InputError(_("there is no such schema in FollowTheMoney"), where=where))
        elif found.schema in READ_SCHEMATA:
            try:
                yield _draft(found, where, desk, view, awards[found.id])
            except InputError as error:
                yield Problem(error)
        elif found.schema != "ContractAward":
            left[found.schema] += 1
    for schema, many in sorted(left.items()):
        told = _("left out: {count} of {schema}, for which there is no kind of record")
        yield Notice(given.name, told.format(count=many, schema=schema))


FORMAT = Format("ftm", fits, read)


def write(leaving: "Leaving", folder: Path) -> None:
    """Write entities, one a line, and statements with where each comes from.

    Nobody who told or gave anything leaves: sources, consents, testimonies and exhibits have no
    place here, and neither have observers.
    """
    from followthemoney.proxy import EntityProxy
    from followthemoney.statement import Statement
    from followthemoney.statement.serialize import get_statement_writer
    from followthemoney.types import registry

    view = leaving.view
    with (
        (folder / ENTITIES).open("w", encoding="utf-8") as lines,
        (folder / STATEMENTS).open("wb") as table,
        get_statement_writer(table, "csv") as statements,
    ):
        for stored in leaving.records():
            entities = list(entities_of(view, stored.id, stored.record))
            if not entities:
                told = _("{kind}: FollowTheMoney has no place for it, or it does not leave so")
                leaving.left_out[told.format(kind=stored.kind)] += 1
            for entity in entities:
                values = {name: entity.all(name) for name in entity.properties}
                given = {"id": entity.id, "schema": entity.schema, "properties": values}
                proxy = EntityProxy.from_dict(given, cleaned=True)
                lines.write(json.dumps(proxy.to_dict(), ensure_ascii=False) + "\n")
                for prop, texts in entity.properties.items():
                    for text, language in texts:
                        lang = registry.language.clean(language.split("-")[0]) if language else None
                        statement = Statement(
                            entity_id=entity.id, prop=prop, schema=entity.schema, value=text,
                            dataset=DATASET, lang=lang, first_seen=stored.at,
                            origin=f"{stored.ref} version {stored.version}",
                        )  # fmt: skip
                        statements.write(statement)


def entities_of(view: View, record_id: str, record: Record) -> Iterator[Entity]:
    """Yield the entities of a record of a case."""

    def name_of(ref: str) -> str:
        found = view.record(reading.id_of(ref))
        return _name(reading.id_of(ref), found)

    def schema_of(ref: str) -> str:
        found = view.record(reading.id_of(ref))
        made = to_entities("x", found, name_of, schema_of) if found is not None else iter(())
        return next((entity.schema for entity in made), "Thing")

    yield from to_entities(_name(record_id, record), record, name_of, schema_of)


def _name(record_id: str, record: Record | None) -> str:
    """Return what the entity of a record is called: as it was where it came from."""
    for outside in record.ids if record is not None else ():
        if outside.scheme == SCHEME:
            return outside.id
    return record_id


def _draft(entity: Entity, where: str, desk: Desk, view: View, awards: list[Entity]) -> Draft:
    def id_of(name: str) -> str:
        return name if _OWN_ID.fullmatch(name) else desk.id(SCHEME, name)

    def ref_of(name: str) -> str:
        return SUBJECT + id_of(name)

    kind, told = from_entity(entity, ref_of, awards)
    current = reading.find(desk.case, id_of(entity.id))
    if current is None:
        if not _OWN_ID.fullmatch(entity.id):
            told["ids"] = [{"scheme": SCHEME, "id": entity.id}]
        if kind == "relation":
            told["evidence"] = [{"ref": THIS_FILE, "at": entity.id}]
    elif current.kind == kind:
        told = _patched(current, told, view, ref_of)
    record = from_json(class_of(kind), told, where=f"{where}: {entity.schema}")
    return Draft(record, id_of(entity.id), where, entity.id)


def _patched(current: Stored, told: dict[str, Any], view: View, ref_of: Any) -> dict[str, Any]:
    own, *awards = entities_of(view, current.id, current.record)
    _kind, was = from_entity(own, ref_of, awards)
    return overlaid(current.record, was, told)


def _entities(given: Given) -> Iterator[tuple[str, Entity | InputError]]:
    if given.header() and set(given.header()) >= _STATEMENT_COLUMNS:
        yield from _of_statements(given)
        return
    for where, line in given.lines():
        try:
            yield where, _entity(parsed(line, where), where)
        except InputError as error:
            yield where, error


def _entity(found: Any, where: str) -> Entity:
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


def _of_statements(given: Given) -> Iterator[tuple[str, Entity | InputError]]:
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
            text = _stripped(schema, prop, value)
            entity.properties.setdefault(prop, []).append((text, None))
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
