"""Who may say what: members, their keys and the compartment, as the signed log gives them.

Every member holds the key of the case and can write anything into its database. What counts is
therefore what the entries of the log say, each under the signature of a member who may say it; the
tables are only compared with that. This module follows a log from its first entry on. It reads no
database and knows no clock: `chain` brings it entries and signatures. The rules stand in words, and
with what each party can do, in docs/explanation/custody.md.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.log.custody import Entry, Keys
from contrechamp.vault.log.signing import Key, key_name, name_at

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


def follow(chain: Chain, entry: Entry, signed_by: SignedBy, source_of: SourceOf) -> None:
    """Go on with the next entry; one that is refused is noted and changes nothing else."""
    try:
        step(chain, entry, signed_by, source_of)
    except RefusedError as refused:
        chain.problems.append(Problem(entry.number, entry.subject, refused.kind, str(refused)))


def step(chain: Chain, entry: Entry, signed_by: SignedBy, source_of: SourceOf) -> None:
    """Go on with the next entry.

    Args:
        chain: is changed.
        entry: the next one of the log; entries about no `SUBJECTS` may be left out.
        signed_by: of the first checkpoint that covers the entry; the same object for all that it
            covers.
        source_of: finds the chains of merged logs.

    Raises:
        RefusedError: if the member whom the entry names did not sign it or may not write it; the
            chain is then as it was.
    """
    if entry.v == 1:
        _older(chain, entry, signed_by)
        return
    if entry.action == "adopt":
        _adopt(chain, entry, signed_by)
        return
    if not chain.birth:
        _first(chain, entry, signed_by)
        return
    _check_author(chain, entry, signed_by)
    kind = entry.subject.partition("/")[0] + "/"
    if (entry.keys is not None) != (kind == MEMBER and entry.action in _WITH_KEYS):
        raise _refused(
            entry, _("it says keys of a member where none belong, or none where some do")
        )
    if entry.compartment is not None and kind != COMPARTMENT:
        raise _refused(entry, _("it says the key of a compartment where none belongs"))
    if entry.branch and kind != MERGE:
        raise _refused(entry, _("it says a merged log where none belongs"))
    if kind == MEMBER:
        _of_member(chain, entry, signed_by)
    elif kind == COMPARTMENT:
        _of_compartment(chain, entry)
    elif kind == MERGE:
        _of_merge(chain, entry, source_of)


def _refused(entry: Entry, why: str) -> RefusedError:
    message = _("entry {number} ({action}, {subject}) may not be written by its member: {why}")
    return RefusedError(
        "authority",
        message.format(number=entry.number, action=entry.action, subject=entry.subject, why=why),
    )


def _unsigned(entry: Entry) -> RefusedError:
    message = _("entry {number} is not signed by the member whom it names")
    return RefusedError("entry", message.format(number=entry.number))


def _check_author(chain: Chain, entry: Entry, signed_by: SignedBy) -> None:
    author = chain.members.get(entry.member)
    if author is None or not author.is_current:
        raise _refused(entry, _("whom it names is no member at that point"))
    if not _signs(chain, author, author.keys[-1], signed_by):
        raise _unsigned(entry)


def _signs(chain: Chain, member: Member, key: Key, signed_by: SignedBy) -> bool:
    return signed_by(key_name(chain.origin, member.id, key.number), key.public)


# Where a chain begins


def _older(chain: Chain, entry: Entry, signed_by: SignedBy) -> None:
    """Check an entry of the older form as well as it can be: by the table of keys."""
    if chain.birth:
        raise _refused(entry, _("it is of the older form, behind entries of the newer one"))
    keys = chain.legacy.get(entry.member, ())
    name = name_at(chain.origin, entry.member, keys, entry.number)
    public = [
        key.public for key in keys if key_name(chain.origin, entry.member, key.number) == name
    ]
    if not public or not signed_by(name, public[0]):
        raise _unsigned(entry)


def _first(chain: Chain, entry: Entry, signed_by: SignedBy) -> None:
    """Begin with the first member, who writes themselves in."""
    if entry.number == 0 and (entry.action, entry.subject) == ("new", "case"):
        return
    if (entry.number, entry.action, entry.subject) != (1, "share", MEMBER + entry.member):
        raise _refused(entry, _("a log begins with its first member"))
    if entry.keys is None or entry.keys.number != 1:
        raise _refused(entry, _("it does not say the keys of its member"))
    one = _new_member(entry, entry.keys, made_by=entry.member)
    if not _signs(chain, one, one.keys[0], signed_by):
        raise _unsigned(entry)
    chain.members[one.id] = one
    chain.birth, chain.begun = _joined("", entry), entry.number


def _adopt(chain: Chain, entry: Entry, signed_by: SignedBy) -> None:
    """Take members or a compartment over from a log of the older form, which proves nothing."""
    begins = not chain.birth
    if begins and (entry.number == 0 or entry.subject != MEMBER + entry.member):
        raise _refused(entry, _("whoever takes members over begins with themselves"))
    if not begins and (chain.adopting is not signed_by or chain.adopter != entry.member):
        raise _refused(entry, _("members are taken over only where the newer form begins"))
    if not begins:
        _check_author(chain, entry, signed_by)
    # Before, there is at most what the tables say, which is no part of the chain.
    members = {} if begins else chain.members
    compartments = {} if begins else chain.compartments
    kind, _slash, name = entry.subject.partition("/")
    if kind == "member" and entry.keys is not None and name not in members:
        one = _adopted_member(chain, entry, entry.keys)
        if begins and not _signs(chain, one, one.keys[-1], signed_by):
            raise _unsigned(entry)
        chain.members = {**members, name: one}
        chain.compartments = compartments
    elif kind == "compartment" and entry.compartment is not None and name not in compartments:
        made = replace(_new_compartment(entry), adopted=True)
        chain.compartments = {**compartments, name: made}
    else:
        raise _refused(entry, _("it takes over nothing, or something twice"))
    if begins:
        chain.begun = entry.number
    chain.adopter, chain.adopting = entry.member, signed_by
    chain.birth = _joined(chain.birth, entry)


def _adopted_member(chain: Chain, entry: Entry, keys: Keys) -> Member:
    """Return a member with the keys of the older form, of which the entry names the newest."""
    before = [
        key
        for key in chain.legacy.get(entry.subject.removeprefix(MEMBER), ())
        if key.number <= keys.number
    ]
    newest = before[-1] if before else None
    if newest is None or (newest.number, newest.public.hex()) != (keys.number, keys.signing):
        raise _refused(entry, _("the table of keys has another key"))
    one = _new_member(entry, keys, made_by=entry.subject.removeprefix(MEMBER))
    return replace(one, keys=tuple(before), adopted=True)


def _joined(birth: str, entry: Entry) -> str:
    return hashlib.sha256(birth.encode() + entry.to_bytes()).hexdigest()


# Members

#: Actions on members whose entries say keys.
_WITH_KEYS = frozenset({"share", "new-key", "replace-key", "merge"})


def _of_member(chain: Chain, entry: Entry, signed_by: SignedBy) -> None:
    name = entry.subject.removeprefix(MEMBER)
    one = chain.members.get(name)
    if entry.action in {"share", "merge"}:
        if one is not None:
            raise _refused(entry, _("the member is known already"))
        chain.members[name] = (
            _shared(chain, entry) if entry.action == "share" else _carried_over(chain, entry)
        )
        return
    if one is None or not one.is_current:
        raise _refused(entry, _("it is about somebody who is no member at that point"))
    if entry.action in {"unshare", "replace-key"}:
        if name == entry.member:
            raise _refused(entry, _("only another member may do that"))
        if entry.action == "unshare":
            one = replace(one, left=entry.number)
        else:
            one = _with_key(chain, one, entry)
            one = replace(one, replaced=(*one.replaced, entry.number))
            _shut_out(chain, name)
    elif entry.action in {"new-passphrase", "new-recovery", "new-key"}:
        if name != entry.member:
            raise _refused(entry, _("only the member themselves may do that"))
        if entry.action == "new-key":
            one = _with_key(chain, one, entry)
            if not _signs(chain, one, one.keys[-1], signed_by):
                raise _unsigned(entry)
    else:
        raise _refused(entry, _("the rules know no such action on a member"))
    chain.members[name] = replace(one, digest=entry.digest)


def _shared(chain: Chain, entry: Entry) -> Member:
    keys = entry.keys
    if keys is None or keys.number != 1:
        raise _refused(entry, _("it does not say the keys of its member"))
    if any(one.recipient == keys.recipient for one in chain.members.values() if one.is_current):
        raise _refused(entry, _("the same key has access under another name"))
    _check_fresh(chain, entry, keys)
    return _new_member(entry, keys, made_by=entry.member)


def _carried_over(chain: Chain, entry: Entry) -> Member:
    """Return a member whom only a merged log has, without access."""
    name, keys = entry.subject.removeprefix(MEMBER), entry.keys
    if keys is None or chain.source is None or keys != keys_of(chain.source, name):
        raise _refused(entry, _("the log that was merged does not prove these keys"))
    return replace(_new_member(entry, keys, made_by=""), left=entry.number)


def keys_of(chain: Chain, member: str) -> Keys | None:
    """Return the keys of a member as an entry fixes them; None if there is no such member."""
    one = chain.members.get(member)
    if one is None:
        return None
    return Keys(one.recipient, one.keys[-1].public.hex(), one.keys[-1].number)


def _with_key(chain: Chain, one: Member, entry: Entry) -> Member:
    keys = entry.keys
    if keys is None or keys.number != one.keys[-1].number + 1:
        raise _refused(entry, _("its key does not follow the member's last one"))
    _check_fresh(chain, entry, keys)
    key = Key(keys.number, bytes.fromhex(keys.signing), entry.number)
    return replace(one, recipient=keys.recipient, keys=(*one.keys, key), made_by=entry.member)


def _check_fresh(chain: Chain, entry: Entry, keys: Keys) -> None:
    known = {key.public for one in chain.members.values() for key in one.keys}
    if bytes.fromhex(keys.signing) in known:
        raise _refused(entry, _("its signing key was used before"))


def _new_member(entry: Entry, keys: Keys, *, made_by: str) -> Member:
    return Member(
        id=entry.subject.removeprefix(MEMBER),
        recipient=keys.recipient,
        keys=(Key(keys.number, bytes.fromhex(keys.signing), entry.number),),
        since=entry.number,
        by=entry.member,
        digest=entry.digest,
        made_by=made_by,
    )


def _shut_out(chain: Chain, member: str) -> None:
    """Let somebody whose key others replaced read no identity, until they are admitted again."""
    for name, one in chain.compartments.items():
        chain.compartments[name] = replace(one, readers=one.readers - {member})


# The compartment


def _of_compartment(chain: Chain, entry: Entry) -> None:
    name = entry.subject.removeprefix(COMPARTMENT)
    one = chain.compartments.get(name)
    if entry.action == "merge":
        made = _merged_compartment(chain, entry, one)
    elif entry.action == "compartment":
        made = _made(chain, entry, one)
    elif one is None or one.erased:
        raise _refused(entry, _("there is no such compartment"))
    elif entry.action == "admit":
        made = _admitted(chain, entry, one)
    elif entry.action == "erase" and entry.compartment is None:
        readers = chain.readers(one)
        if readers and entry.member not in readers:
            raise _refused(entry, _("only who can open the compartment may close it"))
        made = replace(one, erased=True, digest=entry.digest)
    else:
        raise _refused(entry, _("the rules know no such action on a compartment"))
    if made.erased:
        chain.erasures[name] = chain.erasures.get(name, frozenset()) | {entry.digest}
    chain.compartments.pop(name, None)  # the newest one goes last
    chain.compartments[name] = made


def _made(chain: Chain, entry: Entry, one: Compartment | None) -> Compartment:
    """Return a compartment that its first sealer made, or a reader of those before."""
    new, before = entry.compartment, chain.current()
    if one is not None or new is None or not new.readers:
        raise _refused(entry, _("it does not say a new compartment and its readers"))
    allowed = _union(chain.readers(each) for each in before) or {entry.member}
    if any(entry.member not in chain.readers(each) for each in before):
        raise _refused(entry, _("only who can open the compartment before may make the next one"))
    if not allowed.issuperset(new.readers):
        raise _refused(entry, _("it has a reader who could not open the compartment before"))
    return _new_compartment(entry)


def _admitted(chain: Chain, entry: Entry, one: Compartment) -> Compartment:
    new = entry.compartment
    if new is None or new.recipient != one.recipient:
        raise _refused(entry, _("it says another key than that of the compartment"))
    if entry.member not in chain.readers(one):
        raise _refused(entry, _("only who can open the compartment may let others in"))
    added = set(new.readers) - one.readers
    if not chain.readers(one).issubset(new.readers) or not all(map(chain.has_access, added)):
        raise _refused(entry, _("it shuts a reader out, or lets in somebody who is no member"))
    return replace(one, readers=frozenset(new.readers), digest=entry.digest)


def _new_compartment(entry: Entry) -> Compartment:
    new = entry.compartment
    assert new is not None  # noqa: S101
    return Compartment(
        id=entry.subject.removeprefix(COMPARTMENT),
        recipient=new.recipient,
        readers=frozenset(new.readers),
        since=entry.number,
        by=entry.member,
        digest=entry.digest,
    )


# Merging


def _of_merge(chain: Chain, entry: Entry, source_of: SourceOf) -> None:
    """Take note of a merged log: whom it dismissed from the compartment is dismissed here."""
    if entry.action != "merge":
        raise _refused(entry, _("the rules know no such action on a merge"))
    if not entry.branch:
        return  # it came with another log, whose own chain has what it brought
    source = source_of(entry.branch)
    if source is None:
        raise _refused(entry, _("the log that was merged is not here"))
    if not may_bring(chain, source):
        chain.source, chain.limit = None, None
        return
    limit = readers_after(chain, source)
    if limit is not None and not limit:
        raise _refused(entry, _("each log has closed identities to all whom the other lets read"))
    chain.source, chain.limit = source, limit
    for name, one in chain.compartments.items():
        if not one.erased:
            chain.compartments[name] = replace(one, readers=_limited(chain, one.readers))
    for name, digests in source.erasures.items():
        chain.erasures[name] = chain.erasures.get(name, frozenset()) | digests


def may_bring(chain: Chain, source: Chain) -> bool:
    """Return whether a merged log proves what it says of members and compartments.

    It does if it began as this one and nothing in it was refused. A log of the older form, or one
    that took its members over apart from this one, could say anything.
    """
    return bool(source.birth) and source.birth == chain.birth and not source.problems


def readers_after(chain: Chain, source: Chain) -> frozenset[str] | None:
    """Return who may read identities after a merge; None if neither log has changed the key.

    If one log has changed the key, its readers count, and otherwise only those of both: who was
    dismissed does not come back.
    """
    here, there = _living(chain), _living(source)
    changed_here = any(name in chain.erasures for name in there)
    changed_there = any(name in source.erasures for name in here)
    apart = any(
        chain.compartments[name].digest not in source.erasures[name]
        and source.compartments[name].digest not in chain.erasures[name]
        for name in chain.compartments.keys() & source.compartments.keys()
        if name not in here and name not in there
    )
    one = _union(each.readers for each in here.values())
    two = _union(each.readers for each in there.values())
    if apart or (changed_here and changed_there):
        return one & two
    if changed_here:
        return one
    return two if changed_there else None


def _merged_compartment(chain: Chain, entry: Entry, one: Compartment | None) -> Compartment:
    """Return a compartment, or the erasure of one, that a merged log has."""
    name, new = entry.subject.removeprefix(COMPARTMENT), entry.compartment
    theirs = None if chain.source is None else chain.source.compartments.get(name)
    if new is None:
        if theirs is None or not theirs.erased:
            raise _refused(entry, _("the log that was merged has not erased it"))
        return replace(one or theirs, erased=True, digest=entry.digest)
    if one is not None and (one.erased or one.recipient != new.recipient):
        raise _refused(entry, _("it says another key than that of the compartment"))
    if not new.readers or not _entitled(chain, new.recipient).issuperset(new.readers):
        raise _refused(entry, _("the log that was merged does not prove this key or its readers"))
    shut_out = one is not None and not chain.readers(one).issubset(new.readers)
    as_there = theirs is not None and _limited(chain, theirs.readers) == set(new.readers)
    if shut_out and not as_there:
        raise _refused(entry, _("it shuts out a reader whom the merged log does not shut out"))
    made = _new_compartment(entry)
    return made if one is None else replace(made, since=one.since, by=one.by, adopted=one.adopted)


def _entitled(chain: Chain, recipient: str) -> frozenset[str]:
    """Return who may get a compartment's key by a merge."""
    here = [one for one in chain.compartments.values() if one.recipient == recipient]
    if here and all(one.erased for one in here):
        # Its key was changed here, and is needed only for what the other copy sealed to it.
        allowed = _union(one.readers for one in _living(chain).values())
    else:
        allowed = _union(one.readers for one in here if not one.erased)
        if chain.source is not None:
            allowed |= _union(
                _same_keys(chain, chain.source, one.readers)
                for one in _living(chain.source).values()
                if one.recipient == recipient
            )
    return _limited(chain, allowed)


def _limited(chain: Chain, readers: frozenset[str]) -> frozenset[str]:
    return readers if chain.limit is None else readers & chain.limit


def _same_keys(chain: Chain, source: Chain, readers: Iterable[str]) -> frozenset[str]:
    """Leave out readers who have another key there: what was encrypted to it opens with that."""
    return frozenset(
        one
        for one in readers
        if one in source.members
        and (
            one not in chain.members
            or chain.members[one].recipient == source.members[one].recipient
        )
    )


def _living(chain: Chain) -> dict[str, Compartment]:
    return {name: one for name, one in chain.compartments.items() if not one.erased}


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
