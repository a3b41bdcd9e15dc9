"""Verifying a case: everything is recomputed from the bytes up, and compared with the log."""

import contextlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any, BinaryIO

from cryptography import x509
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import ContrechampError, InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress, silent
from contrechamp.vault import database, object_keys, objects, value_types, values
from contrechamp.vault.access import casefile
from contrechamp.vault.access.keys import casefile_key
from contrechamp.vault.anchors import anchoring
from contrechamp.vault.case import Case, read_casefile, slots_of
from contrechamp.vault.discrepancies import CLOCK, INTERRUPTED, REPLACED, UNPROVEN, Discrepancy
from contrechamp.vault.log import (
    branches,
    canonical,
    chain,
    checkpoint,
    clock,
    custody,
    merkle,
    roll,
    signing,
)
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.objects import Place
from contrechamp.vault.strangers import strangers
from contrechamp.vault.texts import checking
from contrechamp.vault.texts import tables as texts

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
        if strange := list(value_types.strange_tables(case.database, case.tables)):
            return found + [_strange_value(name) for name in strange]
        found += [
            Discrepancy("database", database.NAME, _page_altered(what))
            for what in database.damage(case.pages)
        ]
        found += _against_log(case, since, trusted)
        if not quick:
            found += _contents(case, progress)
        found += checking.problems(case, quick=quick)
    except values.ForeignValueError as error:
        found.append(Discrepancy("database", database.NAME, str(error)))
    except (sqlite.DatabaseError, TypeError, ValueError, OverflowError) as error:
        # A page cannot be read, or a column holds a value of the wrong type.
        found.append(Discrepancy("database", database.NAME, _page_altered(type(error).__name__)))
    return found


def _remarks(case: Case) -> list[Discrepancy]:
    """Return what is as the log says, and still for a person to ask about: keys of members."""
    known, found = case.chain, []
    if not known.birth:
        message = _(
            "the log is of the older form, which proves neither the keys of members nor those of "
            "the compartment; the next command that writes to the case takes them over"
        )
        return [Discrepancy(UNPROVEN, "case", message)]
    names = {
        str(member): str(name)
        for member, name in case.database.execute("SELECT id, name FROM members")
    }
    if known.adopter:
        message = _(
            "members, their keys and the compartment were taken over by {name} in entry {number}, "
            "from a log that did not prove them: what was before rests on that"
        )
        name = names.get(known.adopter, known.adopter)
        text = message.format(name=name, number=known.begun)
        found.append(Discrepancy(UNPROVEN, str(known.begun), text))
    for one in known.members.values():
        for number in one.replaced:
            (content,) = case.database.execute(
                "SELECT CAST(content AS BLOB) FROM entries WHERE number = ?", (number,)
            ).fetchone()
            by = custody.read_entry(content).member
            message = _("in entry {number} {other} gave {name} another key: ask both")
            text = message.format(
                number=number, other=names.get(by, by), name=names.get(one.id, one.id)
            )
            found.append(Discrepancy(REPLACED, f"member/{one.id}", text))
    return found


def _page_altered(what: str) -> str:
    return _("a page was altered: {what}").format(what=what)


def _strange_part(name: str) -> Discrepancy:
    message = _("not as contrechamp makes it: somebody with a key of the case altered or added it")
    return Discrepancy("database", name, message)


def _strange_value(name: str) -> Discrepancy:
    message = _(
        "a value in it is of another type or size than contrechamp writes: somebody with a key of "
        "the case altered it"
    )
    return Discrepancy("database", name, message)


def _against_log(
    case: Case, since: Sequence[str], trusted: Sequence[x509.Certificate]
) -> list[Discrepancy]:
    leaves = list(custody.leaves(case.database))
    parsed, found = _entries(leaves)
    entries = list(parsed.values())
    reader = chain.Reader(case.database, case.file.log_origin, everything=True, parsed=parsed)
    found += _checkpoints(case, [content for _number, content in leaves], since, reader)
    found += _authority(case, reader)
    found += [
        Discrepancy("anchor", str(size), message)
        for size, message in anchoring.problems(case, trusted)
    ]
    found += _clocks(case, entries, trusted)
    found += _records(case, entries)
    found += _versions(case, entries)
    found += _branches(case, reader)
    found += _items(case)
    found += _members(case, _chain(reader))
    found += _compartments(case, _chain(reader))
    found += _objects(case)
    found += _remarks(case)
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
    there, known = {slot.id for slot in case.file.slots}, slots_of(case).keys()
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


def _entries(
    leaves: list[tuple[int, bytes]],
) -> tuple[dict[bytes, custody.Entry], list[Discrepancy]]:
    parsed: dict[bytes, custody.Entry] = {}
    found: list[Discrepancy] = []
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
        parsed[content] = entry
    return parsed, found


def _checkpoints(
    case: Case, leaves: list[bytes], since: Sequence[str], reader: chain.Reader
) -> Iterator[Discrepancy]:
    """Check every signed checkpoint against the tree over the log's entries."""
    hashes = [merkle.leaf_hash(content) for content in leaves]
    keys = _chain(reader).public_keys()
    # A member may have signed a copy with a key that is known in that copy only.
    elsewhere = [found.public_keys() for name in reader.branches if (found := reader.chain(name))]
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
            signed = _checked(text, keys, elsewhere if origin else [])
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
                + ngettext(
                    "a checkpoint is of {size} entry, but the log has {there}: this is an older "
                    "copy, or entries were cut off",
                    "a checkpoint is of {size} entries, but the log has {there}: this is an older "
                    "copy, or entries were cut off",
                    signed.size,
                ).format(size=signed.size, there=len(hashes)),
            )
        elif roots.get(signed.size) != signed.root:
            yield Discrepancy(
                "rewritten",
                str(signed.size),
                origin + checkpoint.not_as_signed(signed.size),
            )
        newest = max(newest, signed.size)
    if newest < len(hashes):
        yield Discrepancy(
            "unsigned",
            str(newest),
            ngettext(
                "no checkpoint covers the last entry",
                "no checkpoint covers the last {count} entries",
                len(hashes) - newest,
            ).format(count=len(hashes) - newest),
        )


def _checked(
    text: str, keys: Mapping[str, bytes], others: Sequence[Mapping[str, bytes]]
) -> checkpoint.Checkpoint:
    """Return what a checkpoint says, signed by a key of the case, or else of a merged copy.

    Raises:
        ContrechampError: if it is signed by neither.
    """
    for some in others:
        with contextlib.suppress(ContrechampError):
            return checkpoint.check(text, some)
    return checkpoint.check(text, keys)


def _authority(case: Case, reader: chain.Reader) -> Iterator[Discrepancy]:
    """Check that the member whom an entry names signed the first checkpoint over it, and might.

    Every member has the root key and could write entries in another's name, but not sign them.
    """
    (signed,) = case.database.execute("SELECT max(size) FROM checkpoints").fetchone()
    for problem in _chain(reader).problems:
        if problem.kind == "authority" or problem.number < int(signed or 0):
            # Entries behind the newest checkpoint are reported by `_checkpoints`.
            yield Discrepancy(problem.kind, str(problem.number), problem.message)


def _chain(reader: chain.Reader) -> roll.Chain:
    found = reader.chain()
    assert found is not None  # noqa: S101
    return found


def _clocks(
    case: Case, entries: list[custody.Entry], trusted: Sequence[x509.Certificate]
) -> Iterator[Discrepancy]:
    """Tell which times cannot be right; that is no fault of the case."""
    for (_branch, number), before in sorted(clock.set_back(case.database).items()):
        message = _(
            "entry {number} is earlier than the entry before it, of {time}: a clock was set back, "
            "or another machine has another time. The order is proved, the time is not"
        )
        yield Discrepancy(CLOCK, str(number), message.format(number=number, time=before))
    for entry, latest in clock.ahead(entries, anchoring.dates(case, trusted)):
        message = _(
            "entry {number} says {at}, but an authority saw it at {time} already: the clock was "
            "ahead"
        )
        time = custody.stamp(latest)
        yield Discrepancy(
            CLOCK, str(entry.number), message.format(number=entry.number, at=entry.at, time=time)
        )


def _records(case: Case, entries: list[custody.Entry]) -> Iterator[Discrepancy]:
    """Compare every record with its latest digest in the log, and every reason with its digest.

    A reason may be missing only where its subject was erased later, or its versions were.
    """
    last = {entry.subject: entry for entry in entries}
    records = {
        str(subject): (values.blob(salt, "records.salt", 64), values.blob(state, _STATE))
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
            values.blob(salt, "reasons.salt", 64), values.text(text, "reasons.text").encode()
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
            values.blob(salt, "versions.salt", 64), values.blob(state, "versions.state")
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


def _branches(case: Case, reader: chain.Reader) -> Iterator[Discrepancy]:
    """Check the logs of other copies that were merged."""
    records = {
        str(subject): _fields(state)
        for subject, state in case.database.execute(
            "SELECT subject, state FROM records WHERE subject LIKE 'merge/%'"
        )
    }
    for name, message in branches.problems(case, records, reader):
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
            values.blob(sha256, "objects.sha256", 32).hex(),
            values.blob(blake3, "objects.blake3", 32).hex(),
        ):
            yield Discrepancy(
                "swapped", str(subject), _("the object is not the one that its record describes")
            )


def _members(case: Case, known: roll.Chain) -> Iterator[Discrepancy]:
    """Compare the tables of members and keys with the members' records, and with the log."""
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
    if not known.birth:
        return
    for slot, member in sorted(slots_of(case).items()):
        if not known.has_access(member):
            message = _("it opens the case for somebody who is no member by the entries of the log")
            yield Discrepancy("authority", f"slot/{slot}", message)
    for member in sorted(known.members.keys() | {one.partition("/")[2] for one in rows}):
        subject = roll.MEMBER + member
        one, row = known.members.get(member), rows.get(subject, {})
        if one is None:  # those who left before the chain began are not in it
            fits = "left_at" in row and known.adopter != ""
        else:
            there = (row.get("recipient"), "left_at" in row, tuple(keys.get(member, ())))
            fits = there == (one.recipient, not one.is_current, one.keys)
        if not fits:
            message = _("the tables of members and keys are not what the entries of the log say")
            yield Discrepancy("authority", subject, message)


def _compartments(case: Case, known: roll.Chain) -> Iterator[Discrepancy]:
    """Compare the records of compartments, whose keys open identities, with the log."""
    if not known.birth:
        return
    for name, one in known.compartments.items():
        row = case.database.execute(
            "SELECT state FROM records WHERE subject = ?", (roll.COMPARTMENT + name,)
        ).fetchone()
        told = {} if row is None else _fields(row[0])
        fits = "erased_at" in told if one.erased else (
            told.get("recipient") == one.recipient
            and isinstance(told.get("keys"), dict)
            and one.readers <= told["keys"].keys()
        )  # fmt: skip
        if not fits:
            message = _("its key or readers are not what the entries of the log say")
            yield Discrepancy("authority", roll.COMPARTMENT + name, message)


def _fields(state: bytes) -> dict[str, Any]:
    """Return what a record says, or nothing if it is unreadable: `_records` reports that."""
    try:
        return dict(canonical.loads(values.blob(state, _STATE)))
    except (TypeError, ValueError, ContrechampError):
        return {}


def _objects(case: Case) -> Iterator[Discrepancy]:
    """Compare the files of objects with their rows in the database."""
    files = {
        values.text(name, "files.name", 64): None
        if waiting is None
        else values.text(waiting, "files.waiting")
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
        if name not in paths or case.folder.stat(paths[name]) is None:
            yield Discrepancy("missing", _shown_path(name), _("the object is missing"))
    for path in sorted(there - set(paths.values())):
        message = _("this file belongs to no item of the case")
        yield Discrepancy("extra", path.removeprefix(f"{objects.FOLDER}/"), message)
    for name in sorted({str(file) for file, identity in used if not identity}):
        if paths.get(name) in there:
            message = _("a key is erased, but what it encrypted is still there")
            yield Discrepancy(INTERRUPTED, _shown_path(name), message)
    of_texts = texts.objects(case.database)
    for (name,) in case.database.execute(
        "SELECT name FROM objects WHERE identity IS NOT NULL AND name NOT IN "
        "(SELECT object FROM records WHERE object IS NOT NULL)"
    ):
        if name in of_texts:
            continue
        yield Discrepancy("extra", str(name), _("the object belongs to no item of the case"))


def _used(case: Case) -> list[tuple[str, bool]]:
    """Return which files hold objects, and whether any with a key."""
    rows = case.database.execute("SELECT DISTINCT file, identity IS NOT NULL FROM objects")
    return [(values.text(file, "objects.file", 64), bool(kept)) for file, kept in rows]


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
