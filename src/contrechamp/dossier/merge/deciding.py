"""Deciding conflicts between two copies: the records and the decision, written together."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.dossier.writing import store
from contrechamp.dossier.writing.store import Put
from contrechamp.vault.case import Case

Outcome: TypeAlias = Literal["mine", "theirs", "other"]


@dataclass(frozen=True)
class Decided:
    """Conflicts that were decided.

    Args:
        conflicts: as they stand now.
        changed: the records that say something else now.
    """

    conflicts: tuple[Stored, ...]
    changed: tuple[Stored, ...]


def decide(
    case: Case, refs: Sequence[str], outcome: Outcome, *, why: str = "", now: datetime
) -> Decided:
    """Decide conflicts alike; what the other copy said is written where that was right.

    All of them or none: of changes that broke a rule together, each alone may break one.

    Args:
        case: open for writing.
        refs: of the conflicts.
        outcome: "mine", this copy is right; "theirs", the other one; "other", neither: the record
            was edited before.
        why: in the words of whoever decides.
        now: for the log.

    Raises:
        InputError: if one is no open conflict, a record says something else by now than the
            outcome assumes, or a rule forbids it; the case is then unchanged.
    """
    settled, fields = [], dict[str, dict[str, Any]]()
    about: dict[str, Stored] = {}
    for ref in dict.fromkeys(refs):
        stored = lookup.get(case, ref)
        conflict = _open_conflict(stored)
        settled.append(
            Put(replace(conflict, outcome=outcome, why=why), stored.id, version=stored.version)
        )
        record = about.setdefault(conflict.about, lookup.get(case, conflict.about))
        said = fields.setdefault(conflict.about, dict(to_json(record.record)))
        name = conflict.field
        _check(conflict, outcome, said.get(name), where=f"{record.ref}: {name}")
        if outcome == "theirs":
            said.pop(name, None)
            if conflict.theirs:
                said[name] = json.loads(conflict.theirs)
    changes = list(_changes(about, fields))
    written = store.put_all(case, [*changes, *settled], reason=why, now=now)
    return Decided(tuple(written[len(changes) :]), tuple(written[: len(changes)]))


def _open_conflict(stored: Stored) -> Conflict:
    if not isinstance(stored.record, Conflict):
        raise InputError(_("this is no conflict: contrechamp status lists them"), where=stored.ref)
    if stored.record.outcome != "open":
        message = _("this conflict is decided already: {outcome}")
        raise InputError(message.format(outcome=stored.record.outcome), where=stored.ref)
    return stored.record


def _check(conflict: Conflict, outcome: Outcome, says: Any, *, where: str) -> None:
    """Refuse a decision that does not fit what a record says by now."""
    mine, theirs = (json.loads(one) if one else None for one in (conflict.mine, conflict.theirs))
    if outcome == "other" and says in (mine, theirs):
        raise InputError(
            _("the record says what one of the copies said: edit it first"), where=where
        )
    if outcome == "mine" and says == theirs:
        raise InputError(
            _("the record was edited since, and says what the other copy said: decide for theirs"),
            where=where,
        )
    if outcome != "other" and says not in (mine, theirs):
        raise InputError(
            _("the record was edited since, and says what neither copy said: decide for other"),
            where=where,
        )


def _changes(about: dict[str, Stored], fields: dict[str, dict[str, Any]]) -> Iterator[Put]:
    for ref, stored in about.items():
        record = from_json(type(stored.record), fields[ref], where=ref)
        if record != stored.record:
            yield Put(record, stored.id, version=stored.version)
