"""Records as JSON Lines, one a line, and their JSON Schema."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import write_json
from contrechamp.base.i18n import _
from contrechamp.base.json_text import json_text
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.permission import releasing
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.contents import has_closed, open_json
from contrechamp.dossier.records.json_schema import json_schema
from contrechamp.dossier.records.kinds import KINDS, class_of
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.dossier.writing import store
from contrechamp.dossier.writing.store import Put
from contrechamp.vault.case import Case

_MEMBERS = ("id", "short_name", "kind", "version", "at", "standing", "closed_left_out", "fields")


def record_lines(
    case: Case, names: ShortNames, day: date, *, kind: str = "", closed: bool = False
) -> Iterator[str]:
    """Yield the newest version of every record as a line of JSON.

    Args:
        case: open.
        names: of its records.
        day: for which the standing of each record is given.
        kind: of the records; "" for all kinds.
        closed: include what is closed. True identities are in no record, and never included.
    """
    view = View(case)
    standings = Standings(view, day)
    for stored in standings.each(lookup.every(case, kind)):
        yield json_text(as_object(stored, standings, names, closed=closed)) + "\n"


def write(outgoing: Outgoing, folder: Path) -> None:
    """Write the records of an export as lines, and their schema."""
    standings = Standings(outgoing.full_view, outgoing.day)
    with (folder / "records.jsonl").open("w", encoding="utf-8") as target:
        for stored in standings.each(outgoing.records()):
            target.write(json_text(as_object(stored, standings)) + "\n")
    write_json(folder / "records.schema.json", schema())


def as_object(
    stored: Stored,
    standings: Standings,
    names: ShortNames | None = None,
    *,
    closed: bool = False,
) -> dict[str, Any]:
    """Return a record and its standing as a JSON object.

    Names are for those who work on the case: in an export they would tell of records that stay.
    """
    without_closed = not closed and has_closed(stored.record)
    return {
        "id": stored.id,
        **({"short_name": names.of(stored.ref)} if names is not None else {}),
        "kind": stored.kind,
        "version": stored.version,
        "at": stored.at,
        "standing": [
            {"code": flag.code, "at": flag.at, "because": flag.because}
            for flag in releasing.flags(standings, stored.ref)
        ],
        **({"closed_left_out": True} if without_closed or not stored.whole else {}),
        "fields": open_json(stored.record) if without_closed else to_json(stored.record),
    }


def read_object(found: Any, is_there: Callable[[str], bool], *, where: str) -> Put:
    """Return the new record, or the new version of a record, that a line holds.

    Args:
        found: what is in a line as `record_lines` yields it. Only ``id``, ``kind`` and ``fields``
            are read; the rest follows from the case.
        is_there: tells whether the case has a record.
        where: file and line, for errors.

    Raises:
        InputError: with file, line, field and reason.
    """
    return _put(is_there, _object(found, where), where)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a line."""
    definitions: dict[str, Any] = {}
    choices = []
    for kind, cls in KINDS.items():
        own = json_schema(cls, kind=kind)
        definitions.update(own.pop("$defs"))
        own.pop("$schema")
        definitions[kind] = own
        choices.append(
            {
                "properties": {
                    "kind": {"const": kind},
                    "fields": {"$ref": f"#/$defs/{kind}"},
                }
            }
        )
    flag = {name: {"type": "string"} for name in ("code", "at", "because")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A record of a case, a line of JSON Lines",
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
            "short_name": {"type": "string"},
            "kind": {"enum": list(KINDS)},
            "version": {"type": "integer", "minimum": 1},
            "at": {"type": "string"},
            "standing": {"type": "array", "items": {"type": "object", "properties": flag}},
            "closed_left_out": {"const": True},
            "fields": {"type": "object"},
        },
        "required": ["kind", "fields"],
        "additionalProperties": False,
        "oneOf": choices,
        "$defs": dict(sorted(definitions.items())),
    }


def _object(found: Any, where: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise InputError(_("expected fields and their values"), where=where)
    unknown = [member for member in found if member not in _MEMBERS]
    if unknown:
        raise InputError(
            _("there is no such field; there are: {fields}").format(fields=", ".join(_MEMBERS)),
            where=where,
        )
    return found


def _put(is_there: Callable[[str], bool], found: dict[str, Any], where: str) -> Put:
    kind = found.get("kind")
    cls = class_of(kind if isinstance(kind, str) else "", where=where)
    record_id = found.get("id") or store.new_id()
    if not isinstance(record_id, str):
        raise InputError(_("expected an id: 16 hexadecimal digits"), where=where)
    there = is_there(record_id)
    if there and found.get("closed_left_out"):
        raise InputError(
            _(
                "the line lacks what is closed in the record, which would be lost; write it with "
                "what is closed"
            ),
            where=where,
        )
    record = from_json(cls, found.get("fields"), where=f"{where}: {kind}")
    return Put(record, record_id, new=not there)
