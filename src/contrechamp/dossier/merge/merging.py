"""Merging another copy of a case: what only one copy changed is taken; the rest is compared.

The log of the merged copy is kept whole (`vault.log.branches`). A state that is taken over keeps
its digest key, so that its entries in both copies hold the same digest. Where both copies changed
a field of a record in different ways, this copy's value stays, and a record of the kind
``conflict`` keeps both, with the value from before, until somebody decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from contrechamp.base.errors import CheckFailedError, InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.dossier.identities import compartment
from contrechamp.dossier.merge import compartments
from contrechamp.dossier.merge.ancestors import KnownStates, known_states
from contrechamp.dossier.merge.plan import (
    MergePlan,
    add_conflicts,
    common_state,
    gather,
    is_erased,
    text_of,
)
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.conflicts import Conflict
from contrechamp.dossier.records.publications import Release, Review
from contrechamp.dossier.records.schema import to_json
from contrechamp.dossier.records.testimony import Testimony
from contrechamp.dossier.writing import index, store
from contrechamp.dossier.writing.store import Put
from contrechamp.vault import database, object_keys, objects, subjects
from contrechamp.vault import erasing as vault_erasing
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from contrechamp.vault.case import Case, Change, Random
from contrechamp.vault.discrepancies import is_whole
from contrechamp.vault.log import branches, custody, history
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.objects import Place
from contrechamp.vault.subjects import newest
from contrechamp.vault.taking import Incoming
from contrechamp.vault.verifying import verify


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Args:
        branch: id of the other copy's log, now a branch.
        fork: number of entries that both logs have in common.
        taken: subjects whose state was taken from the other copy as it was.
        joined: references to records that both had changed, in different fields.
        conflicts: references to conflicts to be decided.
        erased: subjects erased here because the other copy had erased them.
        stays_erased: subjects erased here, whose changes in the other copy were dropped.
        members: names of members of the other copy, who have no access to this one.
        kept: other subjects that both changed, of which this copy's state stays.
        forgotten: records whose earlier versions are erased here as in the other copy.
        dismissed: names of members who can no longer read identities, as one copy changed the key.
        unproven: subjects of members and compartments that only the other copy has, and that its
            log does not prove: they stay there.
        old_key: some identity is still sealed to a key that one copy had changed, and whoever
            merged cannot open it: a member of the compartment must seal it again.
        news: the other copy holds something that this one does not; else nothing was written, and
            all else is empty.
    """

    branch: str
    fork: int
    taken: tuple[str, ...]
    joined: tuple[str, ...]
    conflicts: tuple[str, ...]
    erased: tuple[str, ...]
    stays_erased: tuple[str, ...]
    members: tuple[str, ...]
    kept: tuple[str, ...]
    forgotten: tuple[str, ...] = ()
    dismissed: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    old_key: bool = False
    news: bool = True


def merge(
    case: Case,
    other: Case,
    *,
    reason: str = "",
    own: AgeIdentities | None = None,
    now: datetime,
    random: Random,
    progress: Progress = silent,
) -> Merged:
    """Merge another copy of a case into this one; the other is only read.

    Args:
        case: open for writing.
        other: another copy of the same case, open.
        reason: why, in the user's words.
        own: the age key of a member who opens the case with their own, to seal identities again.
        now: for the log.
        random: source of ids.
        progress: told of bytes.

    Raises:
        InputError: if it is another case.
        CheckFailedError: if the other copy is not what its log says; it is then not merged.
        OutputError: if the case cannot be written to.
    """
    _check_same(case, other)
    found = verify(other, quick=True)
    if not is_whole(found):
        wrong = [one for one in found if not is_whole([one])]
        raise CheckFailedError(
            _("the other copy is not what its log says ({what}); verify it first").format(
                what=f"{wrong[0].kind} {wrong[0].subject}"
            )
        )
    mine, theirs = known_states(case), known_states(other)
    fork = branches.fork_of(case, other)
    if not _is_news(case, other, mine, fork):
        return Merged("", fork, (), (), (), (), (), (), (), news=False)
    plan = MergePlan(case, other, fork, now, random, mine, theirs)
    gather(plan)
    compartments.gather(plan)
    _keep_passages(plan)
    _check(plan)
    incoming = Incoming(case.folder)
    copied = _copy_objects(plan, incoming, progress)
    _erase_items(plan, reason)
    done = _write(plan, incoming, copied, reason)
    if not plan.renew:
        return done
    try:
        compartment.renew(case, own=own, reason=reason, now=now, random=random)
    except compartment.ClosedError:  # whoever merges is not a member of the compartment
        return replace(done, old_key=True)
    return done


def _check_same(case: Case, other: Case) -> None:
    """Check that two folders are copies of one case.

    Raises:
        InputError: if they are not.
    """
    first = [next(custody.leaves(one.database), None) for one in (case, other)]
    # The name of a log can be claimed; its first entry holds a digest under a random key.
    if case.file.log_origin != other.file.log_origin or first[0] != first[1]:
        raise InputError(_("this is not a copy of the same case"))


def _is_news(case: Case, other: Case, mine: KnownStates, fork: int) -> bool:
    """Return whether the other log has anything after the fork that is unknown here.

    A merge alone is no news, nor a change of the format, nor the erasure of something already
    erased here.
    """
    return any(
        not entry.subject.startswith(branches.SUBJECT)
        and (entry.subject, entry.digest) not in mine.anywhere
        and entry.action not in {"adopt", "upgrade"}
        and not (entry.action == "erase" and is_erased(newest(case, entry.subject)))
        for entry in custody.entries(other.database)
        if entry.number >= fork
    )


# What must hold of both together


def _view(plan: MergePlan) -> View:
    batch = {record_id: put.record for record_id, put in plan.puts.items()}
    return View(plan.case, batch, coming=plan.items, merging=True)


def _keep_passages(plan: MergePlan) -> None:
    """Restore passages that one copy removed while the other began to cite them."""
    view = _view(plan)
    wanted: dict[str, set[str]] = {}
    for record_id, put in plan.puts.items():
        for _path, ref in index.references(put.record):
            wanted.setdefault(lookup.id_of(ref), set()).add(ref.partition("#")[2])
        for citation in view.cited_by(SUBJECT + record_id):
            wanted.setdefault(record_id, set()).add(citation.cited.partition("#")[2])
    for record_id, keys in sorted(wanted.items()):
        record = view.record(record_id)
        if not isinstance(record, Testimony):
            continue
        lost = keys - {""} - {passage.key for passage in record.passages}
        if not lost:
            continue
        known = {
            passage.key: passage
            for case in (plan.case, plan.other)
            if lookup.is_there(case, record_id)
            for stored in lookup.versions(case, record_id)
            if isinstance(stored.record, Testimony)
            for passage in stored.record.passages
        }
        back = tuple(known[key] for key in sorted(lost) if key in known)
        plan.conflicts.append(
            Conflict(
                about=SUBJECT + record_id,
                field="passages",
                mine=text_of([to_json(passage) for passage in (*record.passages, *back)]),
                theirs=text_of([to_json(passage) for passage in record.passages]),
            )
        )
        was = plan.puts.get(record_id)
        new = was.new if was is not None else False
        whole = replace(record, passages=record.passages + back)
        plan.puts[record_id] = Put(whole, record_id, new, 0, None, "merge")


def _check(plan: MergePlan) -> None:
    """Check the rules; where both copies' changes together break one, mine stays."""
    for record_id in list(plan.puts):
        put = plan.puts[record_id]
        if isinstance(put.record, Review | Release):
            continue  # they were checked in the copy where their authors wrote them
        try:
            store.check(_view(plan), put)
        except (InputError, CheckFailedError):
            subject = SUBJECT + record_id
            mine = newest(plan.case, subject)
            if put.new or mine is None:
                raise
            del plan.puts[record_id]
            theirs = newest(plan.other, subject)
            assert theirs is not None  # noqa: S101
            before = (common_state(plan, subject) or {}).get("fields", {})
            one, two = mine.parsed["fields"], theirs.parsed["fields"]
            differing = {
                name: (before.get(name), one.get(name), two.get(name))
                for name in one.keys() | two.keys()
                if one.get(name) != two.get(name)
            }
            add_conflicts(plan, type(put.record), subject, differing)


# Writing


def _copy_objects(
    plan: MergePlan, incoming: Incoming, progress: Progress
) -> list[tuple[ObjectKey, str]]:
    """Copy the other case's encrypted objects; return their keys, and the names of their files."""
    found = []
    total = sum(key.size for key in plan.objects.values())
    with progress(_("Merging"), total) as advance, objects.write_errors():
        for name, key in plan.objects.items():
            with objects.opened(plan.other.folder, key.place) as source:
                file, start = incoming.copy(source, key.place.length)
            got = objects.read_object(
                plan.other.folder, key.place, key.identity, objects.Discard(), advance
            )
            if got != (key.size, key.sha256, key.blake3):
                raise InputError(_("the content is not what was added"), where=name)
            place = Place(objects.path_of(file), start, key.place.length)
            found.append((replace(key, name=plan.names[name], place=place), file))
    return found


def _erase_items(plan: MergePlan, reason: str) -> None:
    """Erase items before all else: after an interruption, merging again brings nothing back."""
    why = reason or _("erased in a copy that was merged")
    try:
        if plan.erase_items:
            vault_erasing.erase(plan.case, plan.erase_items, reason=why, now=plan.now)
    except InputError:  # an item unknown there shares the content: a person must decide
        plan.kept += [f"item/{item}" for item in plan.erase_items]
        plan.erase_items = []


def _write(
    plan: MergePlan, incoming: Incoming, copied: list[tuple[ObjectKey, str]], reason: str
) -> Merged:
    case, at = plan.case, custody.stamp(plan.now)
    erased = sorted({*plan.erase_records, *plan.buried})
    made = [Put(one, store.new_id(plan.random), new=True) for one in plan.conflicts]
    with case.folder.disk() as disk, objects.write_errors():
        files = incoming.settle(disk)
        with database.transaction(case.database):
            name = branches.keep(case, plan.other)
            state: dict[str, object] = {
                "branch": name,
                "fork": str(plan.fork),
                "size": str(plan.other.size),
                "checkpoint": history.newest_checkpoint(plan.other),
            }
            subject = f"{branches.SUBJECT}{plan.random(8).hex()}"
            first = Change("merge", subject, state, None, reason, branch=name)
            joining = [
                members.carry_over(case, plan.other, one, at, case.size + place)
                for place, one in enumerate(plan.members, start=1)
            ]
            object_keys.put(case, copied)
            erased_here = [store.erasure(one, "", plan.now) for one in erased]
            changes = [first, *joining, *plan.changes, *erased_here]
            store.write(case, [*plan.puts.values(), *made], changes=changes, now=plan.now)
            forgotten = _forget(plan, {SUBJECT + one for one in erased})
        moves = [(objects.waiting_in_incoming(file), file) for file in files]
        objects.put_in_place(case.folder, moves, disk)
        object_keys.settle(case)
    if erased or plan.stay_forgotten:
        database.forget_deleted(case.database)
    return Merged(
        branch=name,
        fork=plan.fork,
        taken=tuple(
            [
                change.subject
                for change in plan.changes
                if not change.subject.startswith(branches.SUBJECT)
            ]
            + [SUBJECT + one for one in plan.puts if SUBJECT + one not in plan.joined]
        ),
        joined=tuple(plan.joined),
        conflicts=tuple(SUBJECT + one.id for one in made),
        erased=tuple(
            [SUBJECT + one for one in sorted(plan.erase_records)]
            + [f"item/{one}" for one in plan.erase_items]
        ),
        stays_erased=tuple(plan.stays_erased + [SUBJECT + one for one in plan.buried]),
        members=tuple(_names(case, plan.members)),
        kept=tuple(plan.kept),
        forgotten=tuple(forgotten),
        dismissed=tuple(sorted(_names(case, plan.dismissed))),
        unproven=tuple(plan.unproven),
    )


def _names(case: Case, wanted: Iterable[str]) -> list[str]:
    names = {member: name for member, name, _left in members.members(case)}
    return [names[member] for member in wanted if member in names]


def _forget(plan: MergePlan, erased: set[str]) -> list[str]:
    """Erase earlier versions that either copy erased, and return the records concerned.

    The caller opens the transaction. A log holds every earlier state after its last "forget" entry
    and none before it: where this copy's own log held such a state, everything that it wrote before
    the merge goes as well.
    """
    of_branches = [
        state
        for subject in {one for one, _digest in plan.stay_forgotten} - erased
        for state in subjects.earlier(plan.case, subject)
        if state.branch != branches.MAIN and (subject, state.digest) in plan.stay_forgotten
    ]
    changes = []
    for subject in plan.forget:
        found = newest(plan.case, subject)
        if subject not in erased and found is not None and not is_erased(found):
            changes.append(Change("forget", subject, found.parsed, salt=found.salt))
    store.write(plan.case, changes=changes, forgotten=of_branches, now=plan.now)
    return [change.subject for change in changes]
