"""Citing: adding a reference to a field of a record."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.field_types import Evidence
from contrechamp.dossier.records.schema import members
from contrechamp.dossier.writing import store
from contrechamp.vault.case import Case


def link(
    case: Case,
    citing: str,
    field: str,
    cited: str,
    *,
    at: str = "",
    says: str = "",
    reason: str = "",
    now: datetime,
) -> Stored:
    """Add a reference to a field of a record, unless it is already there.

    Args:
        case: open for writing.
        citing: reference to the record.
        field: of that record: evidence, a list of references, or a single reference.
        cited: reference to a record, a passage, or an item.
        at: for evidence: where in it.
        says: for evidence: what it shows.
        reason: why, in the user's words.
        now: for the log.

    Raises:
        InputError: if the record has no such field, or a rule forbids it.
        OutputError: if the case cannot be written to.
    """
    stored = lookup.get(case, citing)
    fields = {member.name: member for member in members(type(stored.record))}
    citable = [
        name
        for name, member in fields.items()
        if (inner := member.shape.inner or member.shape).refers_to is not None
        or inner.cls is Evidence
    ]
    if field not in citable:
        raise InputError(
            _("there is no such field to cite in; expected one of: {fields}").format(
                fields=", ".join(citable)
            ),
            where=f"{stored.kind} {stored.id}",
        )
    member, before = fields[field], getattr(stored.record, field)
    if member.shape.holds != "list":
        value: object = cited
    elif member.shape.inner is not None and member.shape.inner.cls is Evidence:
        one = Evidence(ref=cited, at=at, says=says)
        value = before if one in before else (*before, one)
    else:
        value = before if cited in before else (*before, cited)
    if value == before:
        return stored
    change: dict[str, Any] = {field: value}
    changed = replace(stored.record, **change)
    return store.put(
        case, changed, record_id=stored.id, version=stored.version, reason=reason, now=now
    )
