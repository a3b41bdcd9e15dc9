"""Records of barriers from rows of the table of barriers."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from contrechamp.base.i18n import _
from contrechamp.cell import failures
from contrechamp.dossier.formats.read import answers
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Draft, ImportContext
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.records.field_types import DATE
from contrechamp.dossier.records.fieldwork import Barrier
from contrechamp.dossier.records.schema import from_json
from contrechamp.scene.barrier_fields import RECORDED
from contrechamp.scene.passing import WRITTEN, UnreadablePermitsError, entries, passes


def barrier_draft(row: Mapping[str, Any], source: SourceFile, context: ImportContext) -> Draft:
    """Return the record of a row.

    Args:
        row: columns of the table of barriers, with ``passing``, ``lon`` and ``lat``.
        source: the file.
        context: of the import.

    Raises:
        CellError: if it is not what a reader sends.
    """
    lon, lat = (answers.number(row.get(name), source.name) for name in ("lon", "lat"))
    id_, where, name, permits, hours, passing, evidence = (
        answers.text(row.get(column) or "", source.name)
        for column in ("id", "source", "name", "permits", "hours", "passing", "evidence")
    )
    if lon is None or lat is None or not WRITTEN.fullmatch(passing):
        raise failures.nonsense(source.name)
    try:
        who = [*_passing(permits, passing)]
    except UnreadablePermitsError as error:
        raise failures.nonsense(source.name) from error
    fields: dict[str, Any] = {
        "names": [{"language": "und", "text": name or id_}],
        "position": {"lon": _decimal(lon), "lat": _decimal(lat)},
        "ids": [{"scheme": "barrier-table", "id": id_}],
        "hours": [{"note": hours}] if hours else None,
        "passing": who or None,
        "evidence": [{"ref": THIS_FILE, "at": id_}],
    }
    note = [evidence] if evidence else []
    for one in RECORDED:
        value = row.get(one.name)
        if one.is_number:
            number = answers.number(value, source.name)
            fields[one.name] = None if number is None else _decimal(number)
        elif one.holds == "date" and value and not re.fullmatch(DATE.pattern, str(value)):
            note.append(f"{one.name}: {value}")
        else:
            fields[one.name] = value or None
    fields["note"] = "\n".join(note)
    key = f"{source.name}/{id_}"
    record = from_json(Barrier, fields, where=where)
    return Draft(record, context.id("barrier-table", key), where, id_)


def _passing(permits: str, passing: str) -> Iterator[dict[str, Any]]:
    """Yield who passes by which permit, with the hours of that permit alone."""
    evidence = [{"ref": THIS_FILE}]
    if not permits or not passing:  # hours alone, or nothing, say nothing of groups
        return
    if passes(passing) == ():
        yield {"who": _("everyone"), "allowed": "no", "evidence": evidence}
        return
    for permit, hours in entries(permits):
        yield {
            "who": _("holders of the permit") if permit else _("everyone"),
            "allowed": "yes",
            "permit": permit,
            "hours": hours,
            "evidence": evidence,
        }


def _decimal(number: float) -> str:
    return f"{Decimal(repr(float(number))):f}"
