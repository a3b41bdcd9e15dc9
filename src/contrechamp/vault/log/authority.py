"""Who may say what: members, their keys and the compartment, as the signed log gives them.

Every member holds the key of the case and can write anything into its database. What counts is
therefore what the entries of the log say, each under the signature of a member who may say it; the
tables are only compared with that. This module follows a log from its first entry on. It reads no
database and knows no clock: `chain` brings it entries and signatures. The rules stand in words, and
with what each party can do, in docs/explanation/custody.md.
"""

import hashlib
from dataclasses import replace

from contrechamp.base.i18n import _
from contrechamp.vault.log import readership
from contrechamp.vault.log.custody import Entry, Keys
from contrechamp.vault.log.roll import (
    COMPARTMENT,
    MEMBER,
    MERGE,
    Chain,
    Member,
    Problem,
    RefusedError,
    SignedBy,
    SourceOf,
    keys_of,
    refused,
    unsigned,
)
from contrechamp.vault.log.signing import Key, key_name, name_at


def follow(chain: Chain, entry: Entry, signed_by: SignedBy, source_of: SourceOf) -> None:
    """Go on with the next entry; one that is refused is noted and changes nothing else."""
    try:
        step(chain, entry, signed_by, source_of)
    except RefusedError as error:
        chain.problems.append(Problem(entry.number, entry.subject, error.kind, str(error)))


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
        raise refused(entry, _("it says keys of a member where none belong, or none where some do"))
    if entry.compartment is not None and kind != COMPARTMENT:
        raise refused(entry, _("it says the key of a compartment where none belongs"))
    if entry.branch and kind != MERGE:
        raise refused(entry, _("it says a merged log where none belongs"))
    if kind == MEMBER:
        _of_member(chain, entry, signed_by)
    elif kind == COMPARTMENT:
        readership.of_compartment(chain, entry)
    elif kind == MERGE:
        readership.of_merge(chain, entry, source_of)


def _check_author(chain: Chain, entry: Entry, signed_by: SignedBy) -> None:
    author = chain.members.get(entry.member)
    if author is None or not author.is_current:
        raise refused(entry, _("whom it names is no member at that point"))
    if not _signs(chain, author, author.keys[-1], signed_by):
        raise unsigned(entry)


def _signs(chain: Chain, member: Member, key: Key, signed_by: SignedBy) -> bool:
    return signed_by(key_name(chain.origin, member.id, key.number), key.public)


# Where a chain begins


def _older(chain: Chain, entry: Entry, signed_by: SignedBy) -> None:
    """Check an entry of the older form as well as it can be: by the table of keys."""
    if chain.birth:
        raise refused(entry, _("it is of the older form, behind entries of the newer one"))
    keys = chain.legacy.get(entry.member, ())
    name = name_at(chain.origin, entry.member, keys, entry.number)
    public = [
        key.public for key in keys if key_name(chain.origin, entry.member, key.number) == name
    ]
    if not public or not signed_by(name, public[0]):
        raise unsigned(entry)


def _first(chain: Chain, entry: Entry, signed_by: SignedBy) -> None:
    """Begin with the first member, who writes themselves in."""
    if entry.number == 0 and (entry.action, entry.subject) == ("new", "case"):
        return
    if (entry.number, entry.action, entry.subject) != (1, "share", MEMBER + entry.member):
        raise refused(entry, _("a log begins with its first member"))
    if entry.keys is None or entry.keys.number != 1:
        raise refused(entry, _("it does not say the keys of its member"))
    one = _new_member(entry, entry.keys, made_by=entry.member)
    if not _signs(chain, one, one.keys[0], signed_by):
        raise unsigned(entry)
    chain.members[one.id] = one
    chain.birth, chain.begun = _joined("", entry), entry.number


def _adopt(chain: Chain, entry: Entry, signed_by: SignedBy) -> None:
    """Take members or a compartment over from a log of the older form, which proves nothing."""
    begins = not chain.birth
    if begins and (entry.number == 0 or entry.subject != MEMBER + entry.member):
        raise refused(entry, _("whoever takes members over begins with themselves"))
    if not begins and (chain.adopting is not signed_by or chain.adopter != entry.member):
        raise refused(entry, _("members are taken over only where the newer form begins"))
    if not begins:
        _check_author(chain, entry, signed_by)
    # Before, there is at most what the tables say, which is no part of the chain.
    members = {} if begins else chain.members
    compartments = {} if begins else chain.compartments
    kind, _slash, name = entry.subject.partition("/")
    if kind == "member" and entry.keys is not None and name not in members:
        one = _adopted_member(chain, entry, entry.keys)
        if begins and not _signs(chain, one, one.keys[-1], signed_by):
            raise unsigned(entry)
        chain.members = {**members, name: one}
        chain.compartments = compartments
    elif kind == "compartment" and entry.compartment is not None and name not in compartments:
        made = replace(readership.new_compartment(entry), adopted=True)
        chain.compartments = {**compartments, name: made}
    else:
        raise refused(entry, _("it takes over nothing, or something twice"))
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
        raise refused(entry, _("the table of keys has another key"))
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
            raise refused(entry, _("the member is known already"))
        chain.members[name] = (
            _shared(chain, entry) if entry.action == "share" else _carried_over(chain, entry)
        )
        return
    if one is None or not one.is_current:
        raise refused(entry, _("it is about somebody who is no member at that point"))
    if entry.action in {"unshare", "replace-key"}:
        if name == entry.member:
            raise refused(entry, _("only another member may do that"))
        if entry.action == "unshare":
            one = replace(one, left=entry.number)
        else:
            one = _with_key(chain, one, entry)
            one = replace(one, replaced=(*one.replaced, entry.number))
            _shut_out(chain, name)
    elif entry.action in {"new-passphrase", "new-recovery", "new-key"}:
        if name != entry.member:
            raise refused(entry, _("only the member themselves may do that"))
        if entry.action == "new-key":
            one = _with_key(chain, one, entry)
            if not _signs(chain, one, one.keys[-1], signed_by):
                raise unsigned(entry)
    else:
        raise refused(entry, _("the rules know no such action on a member"))
    chain.members[name] = replace(one, digest=entry.digest)


def _shared(chain: Chain, entry: Entry) -> Member:
    keys = entry.keys
    if keys is None or keys.number != 1:
        raise refused(entry, _("it does not say the keys of its member"))
    if any(one.recipient == keys.recipient for one in chain.members.values() if one.is_current):
        raise refused(entry, _("the same key has access under another name"))
    _check_fresh(chain, entry, keys)
    return _new_member(entry, keys, made_by=entry.member)


def _carried_over(chain: Chain, entry: Entry) -> Member:
    """Return a member whom only a merged log has, without access."""
    name, keys = entry.subject.removeprefix(MEMBER), entry.keys
    if keys is None or chain.source is None or keys != keys_of(chain.source, name):
        raise refused(entry, _("the log that was merged does not prove these keys"))
    return replace(_new_member(entry, keys, made_by=""), left=entry.number)


def _with_key(chain: Chain, one: Member, entry: Entry) -> Member:
    keys = entry.keys
    if keys is None or keys.number != one.keys[-1].number + 1:
        raise refused(entry, _("its key does not follow the member's last one"))
    _check_fresh(chain, entry, keys)
    key = Key(keys.number, bytes.fromhex(keys.signing), entry.number)
    return replace(one, recipient=keys.recipient, keys=(*one.keys, key), made_by=entry.member)


def _check_fresh(chain: Chain, entry: Entry, keys: Keys) -> None:
    known = {key.public for one in chain.members.values() for key in one.keys}
    if bytes.fromhex(keys.signing) in known:
        raise refused(entry, _("its signing key was used before"))


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
