"""Planning a merge of two copies, subject by subject, before anything is written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from contrechamp.dossier.merge.ancestors import (
    KnownStates,
    Precedence,
    ancestor,
    forgotten_states,
    joined_salt,
    precedence,
    state_of,
)
from contrechamp.dossier.merge.three_way import merged
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import class_of
from contrechamp.dossier.records.schema import from_json
from contrechamp.dossier.writing import remains
from contrechamp.dossier.writing.store import Put
from contrechamp.vault import object_keys
from contrechamp.vault.case import Case, Change, Random
from contrechamp.vault.log import custody, readership, roll
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.subjects import State, all_states, newest


@dataclass
class MergePlan:
    """What a merge will do, gathered before anything is written.

    `objects` are those to be copied, and `names` what they and others are called here, both by
    their name there. `buried` are new conflicts about records that are erased; `stay_forgotten` are
    the subjects and digests of states that either copy forgot and that must not return; `unproven`
    are members and compartments of the other copy that its log does not prove, and that stay there.
    """

    case: Case
    other: Case
    fork: int
    now: datetime
    random: Random
    mine: KnownStates
    theirs: KnownStates
    changes: list[Change] = field(default_factory=list)
    puts: dict[str, Put] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    objects: dict[str, ObjectKey] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    items: set[str] = field(default_factory=set)
    erase_items: list[str] = field(default_factory=list)
    erase_records: list[str] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    stays_erased: list[str] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    forget: list[str] = field(default_factory=list)
    stay_forgotten: set[tuple[str, str]] = field(default_factory=set)
    members: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    dismissed: set[str] = field(default_factory=set)
    renew: bool = False
    unproven: list[str] = field(default_factory=list)

    @property
    def is_proven(self) -> bool:
        """Whether the other log proves what it says of members and of the compartment."""
        return readership.may_bring(self.case.chain, self.other.chain)


def gather(plan: MergePlan) -> None:
    """Go through the states that this copy has not seen, and plan what to do with each."""
    for subject in plan.theirs.log:
        if whose(plan, subject) not in {"theirs", "apart"}:
            continue
        _HANDLERS.get(subject.partition("/")[0], _plain)(plan, subject)
    _bury_conflicts(plan)
    _forget(plan)


# What a subject was and is


def whose(plan: MergePlan, subject: str) -> Precedence:
    """Return which copy's state of a subject came after the other's."""
    return precedence(plan.mine, plan.theirs, subject)


def common_state(plan: MergePlan, subject: str) -> dict[str, Any] | None:
    """Return the newest state that both copies know; None if there is none, or neither holds it."""
    digest = ancestor(plan.mine, plan.theirs, subject)
    return state_of((plan.case, plan.other), subject, digest)


def is_erased(found: State | None) -> bool:
    """Return whether a subject whose newest state this is existed and was erased."""
    return found is not None and found.is_erased


def take(plan: MergePlan, subject: str, object_name: str | None = None) -> None:
    """Take the other copy's state as it is, with the digest key that it has there."""
    found = newest(plan.other, subject)
    assert found is not None  # noqa: S101
    change = Change("merge", subject, found.parsed, object_name, salt=found.salt)
    plan.changes.append(replace(change, compartment=readers_of(subject, found.parsed)))


def readers_of(subject: str, state: Mapping[str, Any]) -> custody.Readers | None:
    """Return what the entry of a compartment's state says; None for other and erased subjects."""
    if not subject.startswith(roll.COMPARTMENT) or "keys" not in state:
        return None
    return custody.Readers(str(state["recipient"]), tuple(sorted(state["keys"])))


# By kind of subject


def _nothing(plan: MergePlan, subject: str) -> None:
    """Do nothing: the case itself never changes, and `compartments.gather` handles compartments."""


def _plain(plan: MergePlan, subject: str) -> None:
    if whose(plan, subject) == "theirs":
        take(plan, subject)
    else:
        plan.kept.append(subject)


def _item(plan: MergePlan, subject: str) -> None:
    mine, theirs = newest(plan.case, subject), newest(plan.other, subject)
    assert theirs is not None  # noqa: S101
    item = subject.partition("/")[2]
    if is_erased(mine):
        if not is_erased(theirs):
            plan.stays_erased.append(subject)
        return
    if is_erased(theirs) and mine is not None:
        plan.erase_items.append(item)
        return
    if whose(plan, subject) == "apart":
        plan.kept.append(subject)
        return
    name = None if theirs.object is None else _object_here(plan, theirs.object)
    take(plan, subject, name)
    if name is not None:
        plan.items.add(item)


def _object_here(plan: MergePlan, name: str) -> str | None:
    """Return the name in this copy of an object of the other, which is planned to be copied.

    Names are random: that of the other copy may be one of ours, put there by somebody who means to
    have ours replaced.
    """
    if name not in plan.names:
        key = object_keys.by_name(plan.other, [name]).get(name)
        if key is None:
            return None
        known = object_keys.by_content(plan.case, [key.digests]).get(key.digests)
        if known is None:
            plan.objects[name] = key
        plan.names[name] = known or plan.random(16).hex()
    return plan.names[name]


def _member(plan: MergePlan, subject: str) -> None:
    """Add a member whom only the other copy has, without access: `share` gives that."""
    member = subject.partition("/")[2]
    if newest(plan.case, subject) is not None:
        return  # each copy keeps its own
    if plan.is_proven and member in plan.other.chain.members:
        plan.members.append(member)
    else:
        plan.unproven.append(subject)


def _identity(plan: MergePlan, subject: str) -> None:
    mine, theirs = newest(plan.case, subject), newest(plan.other, subject)
    assert theirs is not None  # noqa: S101
    if is_erased(mine):
        if not is_erased(theirs):
            plan.stays_erased.append(subject)
    elif is_erased(theirs) or whose(plan, subject) == "theirs":
        take(plan, subject)
    elif mine is not None and mine.parsed != theirs.parsed:
        # Only members of the compartment can tell whether they differ: both are kept.
        plan.changes.append(Change("merge", f"identity/{plan.random(8).hex()}", theirs.parsed))


def _record(plan: MergePlan, subject: str) -> None:
    mine, theirs = newest(plan.case, subject), newest(plan.other, subject)
    assert theirs is not None  # noqa: S101
    record_id = subject.removeprefix(SUBJECT)
    if is_erased(mine):
        if not is_erased(theirs):
            plan.stays_erased.append(subject)
        return
    if is_erased(theirs):
        if mine is None:
            take(plan, subject)
        else:
            about = remains.conflicts_about(plan.case, record_id)
            plan.erase_records += [record_id, *about]
        return
    kind, fields = str(theirs.parsed["kind"]), theirs.parsed["fields"]
    cls = class_of(kind)
    if mine is None or whose(plan, subject) == "theirs":
        taken = from_json(cls, fields)
        plan.puts[record_id] = Put(taken, record_id, mine is None, 0, theirs.salt, "merge")
        return
    before = common_state(plan, subject)
    ours = mine.parsed["fields"]
    result = merged(None if before is None else before["fields"], ours, fields)
    forgotten = subject in plan.mine.forgotten | plan.theirs.forgotten
    add_conflicts(plan, cls, subject, {
        name: (None if forgotten else was, one, two)
        for name, (was, one, two) in result.conflicts.items()
    })  # fmt: skip
    if cls is Conflict and result.conflicts:
        plan.kept.append(subject)
    if result.fields == ours:
        return
    salt = theirs.salt if result.fields == fields else joined_salt(mine.salt, theirs.salt)
    joined = from_json(cls, result.fields)
    plan.puts[record_id] = Put(joined, record_id, False, 0, salt, "merge")
    plan.joined.append(subject)


def _bury_conflicts(plan: MergePlan) -> None:
    """Leave out conflicts that quote a record that is erased."""
    for record_id, put in list(plan.puts.items()):
        if not isinstance(put.record, Conflict) or not put.new:
            continue
        about = put.record.about.partition("#")[0]
        if about.removeprefix(SUBJECT) in plan.erase_records or any(
            is_erased(newest(case, about)) for case in (plan.case, plan.other)
        ):
            del plan.puts[record_id]
            plan.buried.append(record_id)


def _forget(plan: MergePlan) -> None:
    """Plan to erase earlier states that either copy forgot, and keep them from returning."""
    plan.stay_forgotten = forgotten_states(plan.case, plan.mine) | forgotten_states(
        plan.other, plan.theirs
    )
    for subject in sorted(plan.theirs.forgotten):
        states = all_states(plan.case, subject)
        if any((subject, state.digest) in plan.stay_forgotten for state in states):
            plan.forget.append(subject)


def add_conflicts(
    plan: MergePlan, cls: type[Record], subject: str, fields: Mapping[str, tuple[Any, Any, Any]]
) -> None:
    """Plan one conflict record for each field in conflict (before, mine, theirs)."""
    if cls is Conflict:
        return  # decided in one copy, open in the other: this copy's state stays
    for name, (before, mine, theirs) in sorted(fields.items()):
        plan.conflicts.append(
            Conflict(
                about=subject,
                field=name,
                mine=text_of(mine),
                theirs=text_of(theirs),
                before=text_of(before),
            )
        )


def text_of(value: Any) -> str:
    """Return the value of a field as the text that a conflict stores."""
    return "" if value is None else json.dumps(value, ensure_ascii=False)


_HANDLERS = {
    "case": _nothing,
    "compartment": _nothing,
    "record": _record,
    "item": _item,
    "member": _member,
    "identity": _identity,
}
