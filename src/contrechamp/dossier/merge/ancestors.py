"""What each of two copies knows of the other's work, and the newest state that both have.

A state is named by the digest that its entry holds, and keeps it where it is taken over. Who has an
entry of a state, in the log or in a branch, has seen it: what stands there now came after it. So a
merge that comes again takes only what is new, whichever way the copies were handed about before.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Literal

from contrechamp.vault import subjects
from contrechamp.vault.case import Case
from contrechamp.vault.log import branches, custody

#: Whose state follows the other's: both are the same, mine, theirs, or neither.
Precedence = Literal["same", "mine", "theirs", "apart"]


@dataclass(frozen=True)
class KnownStates:
    """The states that a copy has an entry of.

    Args:
        log: digests of the states of a subject, in the order of the copy's own log.
        anywhere: every subject and digest, of the branches as well, with the number of the entry
            of the copy's own log by which it was first known.
        written: subjects and digests of the copy's own log, with the number of their last entry.
        forgotten: records of which earlier states were erased, by any entry.
    """

    log: dict[str, list[str]]
    anywhere: dict[tuple[str, str], int]
    written: dict[tuple[str, str], int]
    forgotten: set[str]


def known_states(case: Case) -> KnownStates:
    """Return what a copy knows."""
    log: dict[str, list[str]] = {}
    anywhere: dict[tuple[str, str], int] = {}
    written: dict[tuple[str, str], int] = {}
    forgotten = set()
    for entry in custody.entries(case.database):
        if entry.action == "forget":
            forgotten.add(entry.subject)
        log.setdefault(entry.subject, []).append(entry.digest)
        anywhere.setdefault((entry.subject, entry.digest), entry.number)
        written[entry.subject, entry.digest] = entry.number
    came = {state.parsed["branch"]: state.entry for state in subjects.below(case, branches.SUBJECT)}
    for branch, entry in branches.entries(case.database):
        if entry.action == "forget":
            forgotten.add(entry.subject)
        one, number = (entry.subject, entry.digest), came.get(branch, case.size)
        anywhere[one] = min(number, anywhere.get(one, number))
    return KnownStates(log, anywhere, written, forgotten)


def precedence(mine: KnownStates, theirs: KnownStates, subject: str) -> Precedence:
    """Return whose state of a subject follows the other's; there is one of it there."""
    two = theirs.log[subject][-1]
    one = mine.log.get(subject, [""])[-1]
    if one == two:
        return "same"
    if not one:
        return "theirs"
    seen_here = (subject, two) in mine.anywhere
    if (subject, one) in theirs.anywhere:
        # Each may have seen the other's and kept its own: both copies then settle on one of them.
        return "mine" if seen_here and one < two else "theirs"
    return "mine" if seen_here else "apart"


def ancestor(mine: KnownStates, theirs: KnownStates, subject: str) -> str | None:
    """Return the digest of the newest state that both copies know; None if there is none."""
    one, two = mine.log.get(subject, []), theirs.log.get(subject, [])
    of_mine = [digest for digest in one if (subject, digest) in theirs.anywhere]
    of_theirs = [digest for digest in two if (subject, digest) in mine.anywhere]
    if not of_mine or not of_theirs:
        return None
    # The later one of the two is that before which, where it was written, the other was known. If
    # neither is, each copy has merged what the other had before: then mine are the changes.
    one_is_later = (
        mine.anywhere[subject, of_theirs[-1]] <= mine.written[subject, of_mine[-1]]
        and theirs.anywhere[subject, of_mine[-1]] > theirs.written[subject, of_theirs[-1]]
    )
    return of_mine[-1] if one_is_later else of_theirs[-1]


def state_of(cases: tuple[Case, Case], subject: str, digest: str | None) -> dict[str, Any] | None:
    """Return the state that a digest is of; None if neither copy holds it any more."""
    for case in cases:
        for state in subjects.all_states(case, subject):
            if state.digest == digest:
                return state.parsed
    return None


def forgotten_states(case: Case, of: KnownStates) -> set[tuple[str, str]]:
    """Return records and digests of the states that a copy once had and erased to forget them."""
    there = {
        (one, state.digest) for one in of.forgotten for state in subjects.all_states(case, one)
    }
    return {one for one in of.anywhere if one[0] in of.forgotten} - there


def joined_salt(one: bytes, two: bytes) -> bytes:
    """Return the key of a state that is joined of two: the same in either copy that joins them."""
    return hmac.digest(b"".join(sorted((one, two))), b"joined", hashlib.sha256)
