"""The roll of a case: members with their keys, and the compartment, as a log says at some entry.

Pure data, which `authority` goes on with, entry by entry.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.log.custody import Entry, Keys
from contrechamp.vault.log.signing import Key, key_name

MEMBER, COMPARTMENT, MERGE = "member/", "compartment/", "merge/"
#: Beginnings of the subjects that the rules are about.
SUBJECTS = (MEMBER, COMPARTMENT, MERGE)

#: Whether the checkpoint over an entry is signed by a key, given by its name and public key.
SignedBy: TypeAlias = Callable[[str, bytes], bool]
#: The chain of a log that was merged, by the id of its branch; None if it is not here.
SourceOf: TypeAlias = Callable[[str], "Chain | None"]


class RefusedError(InputError):
    """Raised for an entry by somebody who may not write it.

    Args:
        kind: "entry" if the signature is missing, "authority" if the rules forbid it.
        message: in the user's language.
    """

    def __init__(self, kind: Literal["entry", "authority"], message: str) -> None:
        super().__init__(message)
        self.kind: Literal["entry", "authority"] = kind


@dataclass(frozen=True)
class Problem:
    """An entry that was refused, and counts for nothing."""

    number: int
    subject: str
    kind: Literal["entry", "authority"]
    message: str


@dataclass(frozen=True)
class Member:
    """A member, as the log says.

    Args:
        id: id of the member.
        recipient: age X25519, to which the member's secrets are encrypted.
        keys: signing keys, the oldest first.
        since: number of the entry that made them a member.
        by: id of the member who wrote it; the first member wrote it themselves.
        digest: of the newest entry about the member, which their record has to fit.
        left: number of the entry that took their access away; None if they have access.
        made_by: id of the member who made the newest signing key.
        replaced: numbers of the entries by which others replaced the member's keys.
        adopted: whether nothing before the entry `since` is proven: the log was of the older form.
    """

    id: str
    recipient: str
    keys: tuple[Key, ...]
    since: int
    by: str
    digest: str
    left: int | None = None
    made_by: str = ""
    replaced: tuple[int, ...] = ()
    adopted: bool = False

    @property
    def is_current(self) -> bool:
        """Whether the member has access."""
        return self.left is None


@dataclass(frozen=True)
class Compartment:
    """A compartment of identities, as the log says.

    Args:
        id: id of the compartment.
        recipient: age X25519, to which identities are sealed.
        readers: members who were given its secret key; some may have left the case since.
        since: number of the entry that made it.
        by: id of the member who wrote it.
        digest: of its newest entry, which its record has to fit.
        erased: whether its secret key was erased.
        adopted: whether nothing before the entry `since` is proven.
    """

    id: str
    recipient: str
    readers: frozenset[str]
    since: int
    by: str
    digest: str
    erased: bool = False
    adopted: bool = False


@dataclass
class Chain:
    """What a log says, up to some entry, about who is a member and who reads identities.

    Args:
        origin: name of the log.
        legacy: signing keys from the table, by which entries of the older form (v 1) are checked.
        members: by id.
        compartments: by id, the oldest first.
        birth: hash of the entries that the chain begins with; "" while the log has only entries of
            the older form. Two logs with the same one began as one.
        begun: number of the first of these entries; -1 if there is none.
        adopter: who took members and keys over from a log of the older form; "" if nobody did.
        adopting: signatures of the checkpoint over that, which covers all of it.
        problems: entries that were refused.
        source: chain of the log that was merged last, if it proves anything here.
        erasures: by id of a compartment, the digests of the entries that erased it, here or there.
        limit: members who may read identities after the newest merge; None for no limit.
    """

    origin: str
    legacy: Mapping[str, Sequence[Key]] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    compartments: dict[str, Compartment] = field(default_factory=dict)
    birth: str = ""
    begun: int = -1
    adopter: str = ""
    adopting: SignedBy | None = None
    problems: list[Problem] = field(default_factory=list)
    source: "Chain | None" = None
    erasures: dict[str, frozenset[str]] = field(default_factory=dict)
    limit: frozenset[str] | None = None

    def copy(self) -> "Chain":
        """Return a chain that can go on without changing this one."""
        return replace(
            self,
            members=dict(self.members),
            compartments=dict(self.compartments),
            problems=list(self.problems),
            erasures=dict(self.erasures),
        )

    def has_access(self, member: str) -> bool:
        """Return whether somebody is a member who has not left."""
        found = self.members.get(member)
        return found is not None and found.is_current

    def readers(self, compartment: Compartment) -> frozenset[str]:
        """Return the members who can open a compartment and still have access to the case."""
        return frozenset(one for one in compartment.readers if self.has_access(one))

    def current(self) -> list[Compartment]:
        """Return the compartments that somebody can open, the oldest first.

        Identities are sealed to the only one; several are what a merge may leave.
        """
        return [one for one in self.compartments.values() if not one.erased and self.readers(one)]

    def public_keys(self) -> dict[str, bytes]:
        """Return every key that may sign, past ones and those of the older form included."""
        found = {
            key_name(self.origin, member, key.number): key.public
            for member, keys in self.legacy.items()
            for key in keys
            if not self.birth or key.since < self.begun
        }
        for one in self.members.values():
            found |= {key_name(self.origin, one.id, key.number): key.public for key in one.keys}
        return found


def keys_of(chain: Chain, member: str) -> Keys | None:
    """Return the keys of a member as an entry fixes them; None if there is no such member."""
    one = chain.members.get(member)
    if one is None:
        return None
    return Keys(one.recipient, one.keys[-1].public.hex(), one.keys[-1].number)


def refused(entry: Entry, why: str) -> RefusedError:
    """Return the error for an entry that the rules forbid."""
    message = _("entry {number} ({action}, {subject}) may not be written by its member: {why}")
    return RefusedError(
        "authority",
        message.format(number=entry.number, action=entry.action, subject=entry.subject, why=why),
    )


def unsigned(entry: Entry) -> RefusedError:
    """Return the error for an entry that its member did not sign."""
    message = _("entry {number} is not signed by the member whom it names")
    return RefusedError("entry", message.format(number=entry.number))
