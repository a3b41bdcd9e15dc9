"""What each of two copies knows of the other's work, and the newest state that both know.

A state is identified by the digest in its entry, and keeps it when another copy takes it over. A
copy with an entry for a state, in its log or in a branch, has seen that state, and whatever it has
now came later. So a repeated merge takes only what is new, however the copies travelled before.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Literal

from contrechamp.vault import subjects
from contrechamp.vault.case import Case
from contrechamp.vault.log import branches, custody

#: Whose state came after the other's: they are the same, mine, theirs, or neither did.
Precedence = Literal["same", "mine", "theirs", "apart"]


@dataclass(frozen=True)
class KnownStates:
    """The states for which a copy has entries.

    Args:
        log: the digests of each subject's states, in the order of the copy's own log.
        anywhere: every subject and digest, those of branches included, with the number of the entry
            in the copy's own log that first made it known.
        written: subjects and digests in the copy's own log, with the number of their last entry.
        forgotten: records whose earlier states were erased, by an entry of the log or a branch.
    """

    log: dict[str, list[str]]
    anywhere: dict[tuple[str, str], int]
    written: dict[tuple[str, str], int]
    forgotten: set[str]


def known_states(case: Case) -> KnownStates:
    """Return the states that a copy knows."""
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
    since = {
        state.parsed["branch"]: state.entry for state in subjects.below(case, branches.SUBJECT)
    }
    for branch, entry in branches.entries(case.database):
        if entry.action == "forget":
            forgotten.add(entry.subject)
        one, number = (entry.subject, entry.digest), since.get(branch, case.size)
        anywhere[one] = min(number, anywhere.get(one, number))
    return KnownStates(log, anywhere, written, forgotten)


def precedence(mine: KnownStates, theirs: KnownStates, subject: str) -> Precedence:
    """Return whose state of a subject came after the other's; the other copy must have one."""
    two = theirs.log[subject][-1]
    one = mine.log.get(subject, [""])[-1]
    if one == two:
        return "same"
    if not one:
        return "theirs"
    seen_here = (subject, two) in mine.anywhere
    if (subject, one) in theirs.anywhere:
        # Each may have seen the other's and kept its own: then both must settle on the same one.
        return "mine" if seen_here and one < two else "theirs"
    return "mine" if seen_here else "apart"


def ancestor(mine: KnownStates, theirs: KnownStates, subject: str) -> str | None:
    """Return the digest of the newest state that both copies know; None if there is none."""
    one, two = mine.log.get(subject, []), theirs.log.get(subject, [])
    of_mine = [digest for digest in one if (subject, digest) in theirs.anywhere]
    of_theirs = [digest for digest in two if (subject, digest) in mine.anywhere]
    if not of_mine or not of_theirs:
        return None
    # The later of the two is the one whose copy already knew the other when writing it. If neither
    # is, each copy has merged what the other had before: then take theirs, so that mine count as
    # the changes.
    mine_is_later = (
        mine.anywhere[subject, of_theirs[-1]] <= mine.written[subject, of_mine[-1]]
        and theirs.anywhere[subject, of_mine[-1]] > theirs.written[subject, of_theirs[-1]]
    )
    return of_mine[-1] if mine_is_later else of_theirs[-1]


def state_of(cases: tuple[Case, Case], subject: str, digest: str | None) -> dict[str, Any] | None:
    """Return the state with a digest; None if neither copy still holds it."""
    for case in cases:
        for state in subjects.all_states(case, subject):
            if state.digest == digest:
                return state.parsed
    return None


def forgotten_states(case: Case, of: KnownStates) -> set[tuple[str, str]]:
    """Return the records and digests of states that a copy had and has since forgotten."""
    remaining = {
        (one, state.digest) for one in of.forgotten for state in subjects.all_states(case, one)
    }
    return {one for one in of.anywhere if one[0] in of.forgotten} - remaining


def joined_salt(one: bytes, two: bytes) -> bytes:
    """Return the digest key for a state joined from two: the same in whichever copy joins them."""
    return hmac.digest(b"".join(sorted((one, two))), b"joined", hashlib.sha256)
