"""Merging compartments of identities: whoever was dismissed in one copy stays dismissed.

Dismissing a member means a new key for those who stay. If one copy has changed the key, its list
of members counts, and the other's keys are taken only as far as these members need them to read
what was sealed meanwhile. If both have, only members on both lists remain. Whatever is still sealed
to a key that somebody else may have is then sealed again
(`contrechamp.dossier.identities.compartment.renew`).
"""

from dataclasses import replace
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.identities.compartment import COMPARTMENT, IDENTITY
from contrechamp.dossier.merge.ancestors import precedence
from contrechamp.dossier.merge.plan import MergePlan, is_erased, readers_of, take
from contrechamp.vault import subjects
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import readership
from contrechamp.vault.subjects import newest


def gather(plan: MergePlan) -> None:
    """Plan for the keys that are needed: all that any identity is sealed to after the merge.

    Raises:
        InputError: if nobody could read an identity afterwards, or the other log does not prove
            the key of one.
    """
    here, there = _live(plan.case, COMPARTMENT), _live(plan.other, COMPARTMENT)
    needed = _needed(plan)
    if not plan.is_proven:
        _stay_with_mine(plan, here, there, needed)
        return
    readers = readership.readers_after(plan.case.chain, plan.other.chain)
    if readers is not None and not readers:
        raise _nobody_left()
    renamed: dict[str, str] = {}
    for subject in sorted(needed):
        mine, theirs = here.get(subject), there.get(subject)
        whose = precedence(plan.mine, plan.theirs, subject) if theirs is not None else "mine"
        if whose in {"mine", "same"} and mine is not None:
            theirs = None  # they have nothing newer
        if whose == "theirs":
            mine = None
        one = mine or theirs
        if one is None:
            continue
        keys = {**(theirs or {}).get("keys", {}), **(mine or {}).get("keys", {})}
        left = {who: key for who, key in keys.items() if readers is None or who in readers}
        if not left:
            raise _nobody_left()
        state = {**one, "keys": left}
        was = newest(plan.case, subject)
        tomb = is_erased(was)
        if tomb or left != keys or (readers is not None and is_erased(newest(plan.other, subject))):
            plan.dismissed |= keys.keys() - left.keys()
            plan.renew = True
        if tomb:
            # The key was changed here, but the other copy sealed something to it: still needed.
            renamed[subject] = f"{COMPARTMENT}{plan.random(8).hex()}"
            plan.changes.append(_change(renamed[subject], state))
        elif state == there.get(subject) and (was is None or state != was.parsed):
            take(plan, subject)
        elif was is None or state != was.parsed:
            plan.changes.append(_change(subject, state))
    _rename(plan, renamed)
    for subject in there.keys() | {one for one in plan.theirs.log if one.startswith(COMPARTMENT)}:
        found = newest(plan.case, subject)
        if subject in needed or is_erased(found):
            continue
        if is_erased(newest(plan.other, subject)):
            if found is not None and readers is not None:
                plan.dismissed |= found.parsed["keys"].keys() - readers
            take(plan, subject)
        elif found is None and readers is None:
            take(plan, subject)


def _nobody_left() -> InputError:
    return InputError(
        _(
            "each copy has closed identities to everyone who can still read them in the other: "
            "once merged, nobody could read what is sealed. Admit one of them again in one copy "
            "(contrechamp identity --admit), then merge; nothing was changed"
        )
    )


def _live(case: Case, prefix: str) -> dict[str, dict[str, Any]]:
    return {one.subject: one.parsed for one in subjects.below(case, prefix) if not one.is_erased}


def _change(subject: str, state: dict[str, Any]) -> Change:
    return Change("merge", subject, state, compartment=readers_of(subject, state))


def _stay_with_mine(
    plan: MergePlan,
    here: dict[str, dict[str, Any]],
    there: dict[str, dict[str, Any]],
    needed: set[str],
) -> None:
    """Take no key of a copy whose log does not prove it.

    Raises:
        InputError: if an identity was sealed there to such a key.
    """
    if needed - here.keys():
        raise InputError(
            _(
                "in the other copy an identity is sealed to a key that its log does not prove: the "
                "log is of an older version, or took its members over apart from this one. Read "
                "it there, erase it there (contrechamp identity --erase), and seal it here; "
                "nothing was changed"
            )
        )
    plan.unproven += sorted(subject for subject in there if there[subject] != here.get(subject))


def _needed(plan: MergePlan) -> set[str]:
    states: dict[str, Any] = dict(_live(plan.case, IDENTITY))
    for change in plan.changes:
        if change.subject.startswith(IDENTITY):
            states[change.subject] = change.state
    return {
        COMPARTMENT + str(one["compartment"]) for one in states.values() if "compartment" in one
    }


def _rename(plan: MergePlan, renamed: dict[str, str]) -> None:
    """Point identities that are taken over to the new names of their compartments."""
    names = {old.removeprefix(COMPARTMENT): new.removeprefix(COMPARTMENT)
             for old, new in renamed.items()}  # fmt: skip
    plan.changes = [
        replace(
            change,
            state={**change.state, "compartment": names[str(change.state["compartment"])]},
            salt=None,
        )
        if change.state.get("compartment") in names
        else change
        for change in plan.changes
    ]
