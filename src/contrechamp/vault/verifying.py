"""Verifying a case: everything is recomputed from the bytes up, and compared with the log."""

import bisect
import contextlib
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, BinaryIO

from cryptography import x509
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.vault import database, object_keys, objects
from contrechamp.vault.access import casefile
from contrechamp.vault.access.keys import casefile_key
from contrechamp.vault.anchors import anchoring
from contrechamp.vault.case import Case, read_casefile, recipients
from contrechamp.vault.discrepancies import INTERRUPTED, Discrepancy
from contrechamp.vault.log import branches, canonical, checkpoint, custody, merkle, note, signing
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.objects import Place
from contrechamp.vault.strangers import strangers

_STATE = "records.state"


def verify(
    case: Case,
    *,
    since: Sequence[str] = (),
    trusted: Sequence[x509.Certificate] = (),
    quick: bool = False,
    progress: Progress = silent,
) -> list[Discrepancy]:
    """Verify a case.

    Args:
        case: open.
        since: checkpoints (signed notes) that were kept elsewhere, which the log must contain.
        trusted: root certificates of timestamp authorities, for anchors.
        quick: do not read the content of objects.
        progress: is told how many bytes were read.

    Returns:
        Everything that is wrong or was interrupted; an empty list if the case is what its log says.
    """
    found = [Discrepancy("stranger", one.path, one.problem) for one in strangers(case.folder)]
    found += _casefile(case)
    try:
        if strange := database.strange_parts(case.pages, case.tables):
            # Nothing that it says can be relied on: a view may stand in the place of a table.
            return found + [_strange_part(name) for name in strange]
        found += [
            Discrepancy("database", database.NAME, _page_altered(what))
            for what in database.damage(case.pages)
        ]
        found += _against_log(case, since, trusted)
        if not quick:
            found += _contents(case, progress)
    except database.ForeignValueError as error:
        found.append(Discrepancy("database", database.NAME, str(error)))
    except (sqlite.DatabaseError, TypeError, ValueError, OverflowError) as error:
        # A page cannot be read, or a column holds a value of the wrong type.
        found.append(Discrepancy("database", database.NAME, _page_altered(type(error).__name__)))
    return found


def _page_altered(what: str) -> str:
    return _("a page was altered: {what}").format(what=what)


def _strange_part(name: str) -> Discrepancy:
    message = _("not as contrechamp makes it: somebody with a key of the case altered or added it")
    return Discrepancy("database", name, message)


def _against_log(
    case: Case, since: Sequence[str], trusted: Sequence[x509.Certificate]
) -> list[Discrepancy]:
    leaves = list(custody.leaves(case.database))
    entries, found = _entries(leaves)
    found += _checkpoints(case, [content for _number, content in leaves], since)
    found += _signers(case, entries)
    found += [
        Discrepancy("anchor", str(size), message)
        for size, message in anchoring.problems(case, trusted)
    ]
    found += _records(case, entries)
    found += _versions(case, entries)
    found += _branches(case)
    found += _items(case)
    found += _members(case)
    found += _objects(case)
    return found


def _casefile(case: Case) -> Iterator[Discrepancy]:
    if case.next_root_key is None:
        expected = casefile.to_toml(case.file, casefile_key(case.unlocked.root_key))
    else:  # interrupted, and opened only for reading, which repairs nothing
        expected = read_casefile(case.folder)[1]
    main, copy = casefile.read_both(case.folder)
    if main != expected:
        message = _("it is damaged or missing; its copy was used")
        yield Discrepancy("case.toml", casefile.NAME, message)
    if copy != expected:
        if _is_ours(case, copy):  # the copy is written before case.toml
            message = _("the copy is from a change that was interrupted")
            yield Discrepancy(INTERRUPTED, casefile.COPY, message)
        else:
            message = _("the copy is damaged, missing or different")
            yield Discrepancy("case.toml", casefile.COPY, message)
    there, known = {slot.id for slot in case.file.slots}, recipients(case).keys()
    if there > known:
        message = _("it has a slot from a change of access that was interrupted")
        yield Discrepancy(INTERRUPTED, casefile.NAME, message)
    elif there != known:
        message = _("its slots are not those of the members: an older copy was put back")
        yield Discrepancy("case.toml", casefile.NAME, message)


def _is_ours(case: Case, content: bytes) -> bool:
    """Return whether a case.toml was written with the root key of the case, or the next one."""
    keys = [key for key in (case.unlocked.root_key, case.next_root_key) if key is not None]
    for key in keys:
        with contextlib.suppress(InputError):
            casefile.check_mac(casefile.from_toml(content, ""), content, casefile_key(key))
            return True
    return False


def _entries(leaves: list[tuple[int, bytes]]) -> tuple[list[custody.Entry], list[Discrepancy]]:
    entries, found = [], []
    for place, (number, content) in enumerate(leaves):
        try:
            entry = custody.entry_of(canonical.loads(content))
        except (ValueError, ContrechampError):
            found.append(
                Discrepancy(
                    "entry", str(number), _("entry {number} is not readable").format(number=number)
                )
            )
            continue
        if entry.number != place or number != place:
            message = _("entry {number} is at position {place}: one is missing, or out of order")
            found.append(
                Discrepancy("entry", str(number), message.format(number=entry.number, place=place))
            )
        entries.append(entry)
    return entries, found


def _checkpoints(case: Case, leaves: list[bytes], since: Sequence[str]) -> Iterator[Discrepancy]:
    """Check every signed checkpoint against the tree over the log's entries."""
    hashes = [merkle.leaf_hash(content) for content in leaves]
    keys = signing.public_keys(case.file.log_origin, signing.keys_of(case.database))
    frontier = merkle.Frontier()
    roots = {0: frontier.root()}
    for number, leaf in enumerate(hashes, start=1):
        frontier.append(leaf)
        roots[number] = frontier.root()
    newest = 0
    notes = case.database.execute("SELECT size, note FROM checkpoints ORDER BY size").fetchall()
    kept = [(int(size), str(text), "") for size, text in notes]
    kept += [(-1, text, _("kept elsewhere: ")) for text in since]
    for size, text, origin in kept:
        try:
            signed = checkpoint.check(text, keys)
        except ContrechampError as error:
            yield Discrepancy("checkpoint", str(size), origin + str(error))
            continue
        if signed.origin != case.file.log_origin or (size >= 0 and signed.size != size):
            yield Discrepancy("checkpoint", str(signed.size), _("a checkpoint of another log"))
        elif origin and branches.contains(case, signed.size, signed.root):
            continue  # it was kept from a copy that was merged
        elif signed.size > len(hashes):
            yield Discrepancy(
                "rolled-back",
                str(signed.size),
                origin
                + _("a checkpoint is of {size} entries, but the log has {there}: this is an older "
                    "copy, or entries were cut off").format(size=signed.size, there=len(hashes)),
            )  # fmt: skip
        elif roots.get(signed.size) != signed.root:
            yield Discrepancy(
                "rewritten",
                str(signed.size),
                origin
                + _("the first {size} entries are not those that were signed").format(
                    size=signed.size
                ),
            )
        newest = max(newest, signed.size)
    if newest < len(hashes):
        yield Discrepancy(
            "unsigned",
            str(newest),
            _("no checkpoint covers the last {count} entries").format(count=len(hashes) - newest),
        )


def _signers(case: Case, entries: list[custody.Entry]) -> Iterator[Discrepancy]:
    """Check that the member whom an entry names signed the first checkpoint over it.

    Every member has the root key and could write entries in another's name, but not sign them.
    """
    origin, keys = case.file.log_origin, signing.keys_of(case.database)
    signers: dict[int, set[str]] = {}
    public = signing.public_keys(origin, keys)
    for size, text in case.database.execute("SELECT size, note FROM checkpoints"):
        with contextlib.suppress(ContrechampError):  # reported by `_checkpoints`
            signers.setdefault(int(size), set()).update(note.signers(str(text), public))
    sizes = sorted(signers)
    for entry in entries:
        place = bisect.bisect_right(sizes, entry.number)
        name = signing.name_at(origin, entry.member, keys.get(entry.member, ()), entry.number)
        if place < len(sizes) and name not in signers[sizes[place]]:
            message = _("entry {number} is not signed by the member whom it names")
            yield Discrepancy("entry", str(entry.number), message.format(number=entry.number))


def _records(case: Case, entries: list[custody.Entry]) -> Iterator[Discrepancy]:
    """Compare every record with its latest digest in the log, and every reason with its digest.

    A reason may be missing only where its subject was erased later, or its versions were.
    """
    last = {entry.subject: entry for entry in entries}
    records = {
        str(subject): (database.blob(salt, "records.salt", 64), database.blob(state, _STATE))
        for subject, salt, state in case.database.execute(
            "SELECT subject, salt, state FROM records"
        )
    }
    for subject in sorted(last.keys() | records.keys()):
        if subject not in records:
            yield Discrepancy(
                "record", subject, _("the log knows it, but there is no record of it")
            )
        elif subject not in last:
            yield Discrepancy("record", subject, _("no entry of the log mentions it"))
        elif custody.digest(*records[subject]) != last[subject].digest:
            yield Discrepancy(
                "record",
                subject,
                _("the record is not what entry {number} says").format(number=last[subject].number),
            )
    reasons = {
        int(number): custody.digest(
            database.blob(salt, "reasons.salt", 64), database.text(text, "reasons.text").encode()
        )
        for number, salt, text in case.database.execute("SELECT number, salt, text FROM reasons")
    }
    gone: set[str] = set()
    wrong = []
    for entry in reversed(entries):
        got = reasons.get(entry.number, "")
        if got != entry.reason and (got or entry.subject not in gone):
            wrong.append(entry.number)
        if entry.action in custody.ERASING or (
            entry is last[entry.subject] and _is_erased(records.get(entry.subject))
        ):
            gone.add(entry.subject)
    for number in sorted(wrong):
        yield Discrepancy("reason", str(number), _("its reason was altered or is missing"))


def _is_erased(record: tuple[bytes, bytes] | None) -> bool:
    """Return whether a record says that its subject was erased, as after a merge."""
    return record is not None and custody.ERASED_AT in _fields(record[1])


def _versions(case: Case, entries: list[custody.Entry]) -> Iterator[Discrepancy]:
    """Compare every earlier state of a record with its entry; only erased ones may be missing."""
    digests = {
        (str(subject), int(number)): custody.digest(
            database.blob(salt, "versions.salt", 64), database.blob(state, "versions.state")
        )
        for subject, number, salt, state in case.database.execute(
            "SELECT subject, entry, salt, state FROM versions WHERE branch = ''"
        )
    }
    histories: dict[str, list[custody.Entry]] = {}
    for entry in entries:
        if entry.subject.startswith(custody.VERSIONED):
            histories.setdefault(entry.subject, []).append(entry)
    newest = dict(case.database.execute("SELECT subject, entry FROM records").fetchall())
    for subject, history in histories.items():
        if newest.get(subject) not in {None, history[-1].number}:
            # The next change would keep this state under the number of another entry.
            message = _("its newest state refers to an entry other than {number}")
            yield Discrepancy("version", subject, message.format(number=history[-1].number))
        kept = True
        for entry in reversed(history):
            got = digests.pop((subject, entry.number), None)
            wanted = entry.digest if kept and entry is not history[-1] else None
            if got != wanted:
                message = _("its earlier state is not what entry {number} says")
                yield Discrepancy("version", subject, message.format(number=entry.number))
            kept = kept and entry.action not in custody.ERASING
    for subject, number in digests:
        message = _("entry {number} of the log is not about this earlier state")
        yield Discrepancy("version", subject, message.format(number=number))


def _branches(case: Case) -> Iterator[Discrepancy]:
    """Check the logs of other copies that were merged."""
    records = {
        str(subject): _fields(state)
        for subject, state in case.database.execute(
            "SELECT subject, state FROM records WHERE subject LIKE 'merge/%'"
        )
    }
    for name, message in branches.problems(case, records):
        yield Discrepancy("branch", name, message)


def _items(case: Case) -> Iterator[Discrepancy]:
    """Compare what the record of every item says with the object that the record refers to."""
    for subject, state, *of_object in case.database.execute(
        "SELECT subject, state, identity IS NOT NULL, objects.size, sha256, blake3 FROM records "
        "LEFT JOIN objects ON objects.name = records.object WHERE subject LIKE 'item/%'"
    ).fetchall():
        told = _fields(state)
        if "erased_at" in told:
            continue
        there, size, sha256, blake3 = of_object
        if not there:
            yield Discrepancy(
                "missing", str(subject), _("its content is gone, but the log does not say so")
            )
        elif (told.get("size"), told.get("sha256"), told.get("blake3")) != (
            str(size),
            database.blob(sha256, "objects.sha256", 32).hex(),
            database.blob(blake3, "objects.blake3", 32).hex(),
        ):
            yield Discrepancy(
                "swapped", str(subject), _("the object is not the one that its record describes")
            )


def _members(case: Case) -> Iterator[Discrepancy]:
    """Compare the table of members, whose names and keys are in use, with the members' records."""
    records = {
        str(subject): _fields(state)
        for subject, state in case.database.execute(
            "SELECT subject, state FROM records WHERE subject LIKE 'member/%'"
        )
    }
    keys = signing.keys_of(case.database)
    rows = {
        f"member/{member}": {
            "name": name,
            "recipient": recipient,
            "signing": signing.as_state(keys.get(str(member), ())),
            **({"left_at": left} if left else {}),
        }
        for member, name, recipient, left in case.database.execute(
            "SELECT id, name, recipient, left_at FROM members"
        )
    }
    for subject in sorted(rows.keys() | records.keys()):
        told = {k: v for k, v in records.get(subject, {}).items() if k != "changed"}
        if rows.get(subject) != told:
            yield Discrepancy("record", subject, _("the member is not as the record says"))


def _fields(state: bytes) -> dict[str, Any]:
    """Return what a record says, or nothing if it is unreadable: `_records` reports that."""
    try:
        return dict(canonical.loads(database.blob(state, _STATE)))
    except (TypeError, ValueError, ContrechampError):
        return {}


def _objects(case: Case) -> Iterator[Discrepancy]:
    """Compare the files of objects with their rows in the database."""
    files = {
        database.text(name, "files.name", 64): None
        if waiting is None
        else database.text(waiting, "files.waiting")
        for name, waiting in case.database.execute("SELECT name, waiting FROM files")
    }
    paths = {
        name: object_keys.place_of(case, name, waiting, 0, None).path
        for name, waiting in files.items()
    }
    used = _used(case)
    kept = {str(file) for file, identity in used if identity}
    there = {f"{objects.FOLDER}/{name}" for name in objects.names_of(case.folder)}
    for name in sorted(kept):
        waits = files.get(name) is not None
        if paths.get(name) not in there and not waits:
            yield Discrepancy("missing", _shown_path(name), _("the object is missing"))
    for path in sorted(there - set(paths.values())):
        message = _("this file belongs to no item of the case")
        yield Discrepancy("extra", path.removeprefix(f"{objects.FOLDER}/"), message)
    for name in sorted({str(file) for file, identity in used if not identity}):
        if paths.get(name) in there:
            message = _("a key is erased, but what it encrypted is still there")
            yield Discrepancy(INTERRUPTED, _shown_path(name), message)
    for (name,) in case.database.execute(
        "SELECT name FROM objects WHERE identity IS NOT NULL AND name NOT IN "
        "(SELECT object FROM records WHERE object IS NOT NULL)"
    ):
        yield Discrepancy("extra", str(name), _("the object belongs to no item of the case"))


def _used(case: Case) -> list[tuple[str, bool]]:
    """Return which files hold objects, and whether any with a key."""
    rows = case.database.execute("SELECT DISTINCT file, identity IS NOT NULL FROM objects")
    return [(database.text(file, "objects.file", 64), bool(kept)) for file, kept in rows]


def _shown_path(file: str) -> str:
    return objects.path_of(file).removeprefix(f"{objects.FOLDER}/")


def _contents(case: Case, progress: Progress) -> Iterator[Discrepancy]:
    keys = list(object_keys.every(case))
    erasing = object_keys.erasing(case)
    with progress(_("Verifying"), sum(key.size for key in keys)) as advance:
        for path, several in groupby(keys, key=lambda key: key.place.path):
            if case.folder.stat(path) is not None:  # else reported as missing by `_objects`
                yield from _in_file(case, path, list(several), erasing.get(path, []), advance)


def _in_file(
    case: Case,
    path: str,
    keys: Sequence[ObjectKey],
    erasing: Sequence[Place],
    advance: Callable[[float], None],
) -> Iterator[Discrepancy]:
    """Check the objects in one file, and that there is nothing else in it."""
    where = path.removeprefix(f"{objects.FOLDER}/")
    own = keys[0].place.length is None
    try:
        with case.folder.open(path) as file:
            for key in keys:
                yield from _content(case, file, key, where, advance)
            if own and len(keys) > 1:
                yield Discrepancy("altered", where, _("objects overlap in it"))
            elif not own:
                yield from _between(file, where, [key.place for key in keys], erasing)
    except (InputError, OSError) as error:
        yield Discrepancy("altered", where, str(error))


def _content(
    case: Case, file: BinaryIO, key: ObjectKey, where: str, advance: Callable[[float], None]
) -> Iterator[Discrepancy]:
    place = key.place
    try:
        if place.length is None:
            got = objects.read_object(case.folder, place, key.identity, objects.Discard(), advance)
        else:
            got = objects.check_packed(file, place, key.identity, advance)
    except InputError as error:
        yield Discrepancy("altered", where, str(error))
        return
    if got != (key.size, key.sha256, key.blake3):
        yield Discrepancy("altered", where, _("the content is not what was added"))


def _between(
    file: BinaryIO, where: str, places: Sequence[Place], erasing: Sequence[Place]
) -> Iterator[Discrepancy]:
    """Check that objects in a pack do not overlap, and that only zeros lie beside them.

    Args:
        file: the pack.
        where: its name.
        places: of the objects in it.
        erasing: of those whose keys are erased, and whose bytes may not be yet.
    """
    ranges = sorted(
        (place.start, place.start + (place.length or 0)) for place in (*places, *erasing)
    )
    if any(one[1] > two[0] for one, two in pairwise(ranges)):
        yield Discrepancy("altered", where, _("objects overlap in it"))
    for start, end in objects.uncovered(0, file.seek(0, io.SEEK_END), ranges):
        if not objects.is_zero(file, start, end):
            message = _("it holds bytes from {start} to {end} that belong to no item of the case")
            yield Discrepancy("extra", where, message.format(start=start, end=end))
