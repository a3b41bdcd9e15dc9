"""Rules of the compartment of identities: who makes it, lets others in, closes and merges it."""

from collections.abc import Iterable
from dataclasses import replace

from contrechamp.base.i18n import _
from contrechamp.vault.log.custody import Entry
from contrechamp.vault.log.roll import COMPARTMENT, Chain, Compartment, SourceOf, refused


def of_compartment(chain: Chain, entry: Entry) -> None:
    """Go on with an entry about a compartment; see `authority.step`."""
    name = entry.subject.removeprefix(COMPARTMENT)
    one = chain.compartments.get(name)
    if entry.action == "merge":
        made = _merged_compartment(chain, entry, one)
    elif entry.action == "compartment":
        made = _made(chain, entry, one)
    elif one is None or one.erased:
        raise refused(entry, _("there is no such compartment"))
    elif entry.action == "admit":
        made = _admitted(chain, entry, one)
    elif entry.action == "erase" and entry.compartment is None:
        readers = chain.readers(one)
        if readers and entry.member not in readers:
            raise refused(entry, _("only who can open the compartment may close it"))
        made = replace(one, erased=True, digest=entry.digest)
    else:
        raise refused(entry, _("the rules know no such action on a compartment"))
    if made.erased:
        chain.erasures[name] = chain.erasures.get(name, frozenset()) | {entry.digest}
    chain.compartments.pop(name, None)  # the newest one goes last
    chain.compartments[name] = made


def _made(chain: Chain, entry: Entry, one: Compartment | None) -> Compartment:
    """Return a compartment that its first sealer made, or a reader of those before."""
    new, before = entry.compartment, chain.current()
    if one is not None or new is None or not new.readers:
        raise refused(entry, _("it does not say a new compartment and its readers"))
    allowed = _union(chain.readers(each) for each in before) or {entry.member}
    if any(entry.member not in chain.readers(each) for each in before):
        raise refused(entry, _("only who can open the compartment before may make the next one"))
    if not allowed.issuperset(new.readers):
        raise refused(entry, _("it has a reader who could not open the compartment before"))
    return new_compartment(entry)


def _admitted(chain: Chain, entry: Entry, one: Compartment) -> Compartment:
    new = entry.compartment
    if new is None or new.recipient != one.recipient:
        raise refused(entry, _("it says another key than that of the compartment"))
    if entry.member not in chain.readers(one):
        raise refused(entry, _("only who can open the compartment may let others in"))
    added = set(new.readers) - one.readers
    if not chain.readers(one).issubset(new.readers) or not all(map(chain.has_access, added)):
        raise refused(entry, _("it shuts a reader out, or lets in somebody who is no member"))
    return replace(one, readers=frozenset(new.readers), digest=entry.digest)


def new_compartment(entry: Entry) -> Compartment:
    """Return the compartment that an entry makes."""
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


def of_merge(chain: Chain, entry: Entry, source_of: SourceOf) -> None:
    """Take note of a merged log: whom it dismissed from the compartment is dismissed here."""
    if entry.action != "merge":
        raise refused(entry, _("the rules know no such action on a merge"))
    if not entry.branch:
        return  # it came with another log, whose own chain has what it brought
    source = source_of(entry.branch)
    if source is None:
        raise refused(entry, _("the log that was merged is not here"))
    if not may_bring(chain, source):
        chain.source, chain.limit = None, None
        return
    limit = readers_after(chain, source)
    if limit is not None and not limit:
        raise refused(entry, _("each log has closed identities to all whom the other lets read"))
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
            raise refused(entry, _("the log that was merged has not erased it"))
        return replace(one or theirs, erased=True, digest=entry.digest)
    if one is not None and (one.erased or one.recipient != new.recipient):
        raise refused(entry, _("it says another key than that of the compartment"))
    if one is None and (_has(chain, new.recipient) or not _has(chain.source, new.recipient)):
        raise refused(
            entry, _("its key is here already, or the log that was merged has no such key")
        )
    if not new.readers or not _entitled(chain, new.recipient).issuperset(new.readers):
        raise refused(entry, _("the log that was merged does not prove this key or its readers"))
    shut_out = one is not None and not chain.readers(one).issubset(new.readers)
    as_there = theirs is not None and _limited(chain, theirs.readers) == set(new.readers)
    if shut_out and not as_there:
        raise refused(entry, _("it shuts out a reader whom the merged log does not shut out"))
    made = new_compartment(entry)
    return made if one is None else replace(made, since=one.since, by=one.by, adopted=one.adopted)


def _has(chain: Chain | None, recipient: str) -> bool:
    """Return whether a compartment of this key is in use."""
    return chain is not None and any(one.recipient == recipient for one in _living(chain).values())


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
