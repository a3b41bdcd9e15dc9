"""Verifying a case: everything is recomputed from the bytes up, and compared with the log."""

import bisect
import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cryptography import x509
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.vault import database, objects
from contrechamp.vault.access import casefile
from contrechamp.vault.access.keys import casefile_key
from contrechamp.vault.anchors import anchoring
from contrechamp.vault.case import Case, read_casefile, recipients
from contrechamp.vault.discrepancies import INTERRUPTED, Discrepancy
from contrechamp.vault.log import branches, canonical, checkpoint, custody, merkle, note, signing
from contrechamp.vault.strangers import strangers


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
        if strange := database.strange_parts(case.database, case.tables):
            # Nothing that it says can be relied on: a view may stand in the place of a table.
            return found + [_strange_part(name) for name in strange]
        found += [
            Discrepancy("database", database.NAME, _page_altered(what))
            for what in database.damage(case.database)
        ]
        found += _against_log(case, since, trusted)
        if not quick:
            found += _contents(case, progress)
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
    """Compare every record with its latest digest in the log, and every reason with its digest."""
    last = {entry.subject: entry for entry in entries}
    records = {
        str(subject): (bytes(salt), bytes(state))
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
        int(number): custody.digest(bytes(salt), str(text).encode())
        for number, salt, text in case.database.execute("SELECT number, salt, text FROM reasons")
    }
    for entry in entries:
        if reasons.get(entry.number, "") != entry.reason:
            yield Discrepancy(
                "reason", str(entry.number), _("its reason was altered or is missing")
            )


def _versions(case: Case, entries: list[custody.Entry]) -> Iterator[Discrepancy]:
    """Compare every earlier state of a record with its entry; only erased ones may be missing."""
    digests = {
        (str(subject), int(number)): custody.digest(bytes(salt), bytes(state))
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
            bytes(sha256).hex(),
            bytes(blake3).hex(),
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
        return dict(canonical.loads(bytes(state)))
    except (TypeError, ValueError, ContrechampError):
        return {}


def _objects(case: Case) -> Iterator[Discrepancy]:
    """Compare the files of objects with their rows in the database."""
    rows = {
        str(name): (identity is not None, incoming)
        for name, identity, incoming in case.database.execute(
            "SELECT name, identity, incoming FROM objects"
        )
    }
    wanted = {f"{name[:2]}/{name}" for name, (kept, _incoming) in rows.items() if kept}
    waiting = {f"{name[:2]}/{name}" for name, (_kept, incoming) in rows.items() if incoming}
    erased = {f"{name[:2]}/{name}" for name in rows} - wanted
    there = objects.names_of(case.folder)
    for name in sorted(wanted - there - waiting):
        yield Discrepancy("missing", name, _("the object is missing"))
    for name in sorted(there - wanted - erased):
        yield Discrepancy("extra", name, _("this file belongs to no item of the case"))
    for name in sorted(there & erased):
        message = _("its key is erased, but the file is still there")
        yield Discrepancy(INTERRUPTED, name, message)


def _contents(case: Case, progress: Progress) -> Iterator[Discrepancy]:
    rows = case.database.execute(
        "SELECT name, identity, size, sha256, blake3 FROM objects WHERE identity IS NOT NULL "
        "AND incoming IS NULL ORDER BY name"
    ).fetchall()
    with progress(_("Verifying"), sum(int(row[2]) for row in rows)) as advance:
        for name, identity, size, sha256, blake3 in rows:
            yield from _content(
                case.folder, str(name), str(identity), (size, bytes(sha256), bytes(blake3)), advance
            )


def _content(
    folder: HeldFolder,
    name: str,
    identity: str,
    expected: tuple[int, bytes, bytes],
    advance: Callable[[float], None],
) -> Iterator[Discrepancy]:
    if folder.stat(objects.path_of(name)) is None:
        return  # reported as missing by `_objects`
    try:
        got = objects.read_object(folder, name, identity, objects.Discard(), advance)
    except InputError as error:
        yield Discrepancy("altered", f"{name[:2]}/{name}", str(error))
        return
    if got != expected:
        yield Discrepancy("altered", f"{name[:2]}/{name}", _("the content is not what was added"))
