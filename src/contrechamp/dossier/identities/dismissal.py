"""Taking away a member's access to a case, and to the compartment of identities with it."""

from dataclasses import dataclass
from datetime import datetime

from contrechamp.base.errors import InputError
from contrechamp.dossier.identities import compartment
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.case import Case, Random


@dataclass(frozen=True)
class Dismissal:
    """What happened when access was taken away.

    Args:
        dismissed: the compartment was open to the member, and is closed now.
        still_open: it was, and still is: whoever took the access away cannot open it.
        can_dismiss: names of those who can close it; nobody if the member was the only one.
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
    """Take access away from a member; from the compartment too, if whoever asks can open it.

    The compartment comes first: where this is interrupted, the member can still open the case, and
    the same command goes on.

    Args:
        case: open for writing.
        name: of the member.
        own: keys that the case was opened with, if it was with a key file.
        reason: why, in the user's words.
        now: for the log.
        random: source of keys.

    Raises:
        InputError: if there is no such member, or it is the one who asks.
    """
    there = members.members(case)
    ids = [member for member, other, left in there if other == name and not left]
    within = compartment.members(case)
    me = case.unlocked.member
    if len(ids) != 1 or ids[0] == me or ids[0] not in within:
        members.unshare(case, name, reason=reason, now=now, random=random)
        return Dismissal()
    can = False
    if me in within:
        try:
            compartment.dismiss(case, ids[0], own=own, reason=reason, now=now, random=random)
            can = True
        except InputError:
            can = False  # of several compartments, one is not open to whoever asks
    members.unshare(case, name, reason=reason, now=now, random=random)
    if can:
        return Dismissal(dismissed=True)
    others = [one for one in within if one != ids[0]]
    names = tuple(other for member, other, left in there if member in others and not left)
    return Dismissal(still_open=True, can_dismiss=names)
