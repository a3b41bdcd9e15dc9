"""Removing a member's access to a case and to its compartment of identities."""

from dataclasses import dataclass
from datetime import datetime

from contrechamp.dossier.identities import compartment
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.case import Case, Random


@dataclass(frozen=True)
class Dismissal:
    """What became of the compartment when a member's access was removed.

    Args:
        dismissed: it was open to the member, and is closed now.
        still_open: it was and still is, because whoever removed the access cannot open it.
        can_dismiss: names of those who can close it; empty if the member was the only one.
    """

    dismissed: bool = False
    still_open: bool = False
    can_dismiss: tuple[str, ...] = ()


def unshare(
    case: Case,
    name: str,
    *,
    own: AgeIdentities | None = None,
    reason: str,
    now: datetime,
    random: Random,
) -> Dismissal:
    """Remove a member's access, to the compartment too if the caller can open it.

    The compartment comes first: if this is interrupted, the member can still open the case, and
    repeating the command finishes the work.

    Args:
        case: open for writing.
        name: of the member.
        own: the keys in the key file that the case was opened with, if any.
        reason: why, in the user's words.
        now: for the log.
        random: source of keys.

    Raises:
        InputError: if there is no such member, or it is the caller.
    """
    everyone = members.members(case)
    ids = [member for member, other, left in everyone if other == name and not left]
    within = compartment.members(case)
    me = case.unlocked.member
    if len(ids) != 1 or ids[0] == me or ids[0] not in within:
        members.unshare(case, name, reason=reason, now=now, random=random)
        return Dismissal()
    dismissed = False
    if me in within:
        try:
            compartment.dismiss(case, ids[0], own=own, reason=reason, now=now, random=random)
            dismissed = True
        except compartment.ClosedError:
            pass  # there are several compartments, and one is closed to the caller
    members.unshare(case, name, reason=reason, now=now, random=random)
    if dismissed:
        return Dismissal(dismissed=True)
    others = [one for one in within if one != ids[0]]
    names = tuple(other for member, other, left in everyone if member in others and not left)
    return Dismissal(still_open=True, can_dismiss=names)
