"""Adding files to a case: each is read once, and is on the disk before it is reported as added."""

import hashlib
import hmac
import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import blake3

from contrechamp.base.disk import Disk
from contrechamp.base.errors import InputError
from contrechamp.base.files import no_plain_file, open_plain, unreadable_text
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.cell.reading import Cell, opened_cell
from contrechamp.vault import case as cases
from contrechamp.vault import database, object_keys, objects
from contrechamp.vault.case import Case, Change
from contrechamp.vault.metadata import reading
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.seekable import CHUNK, Seekable

#: Most files and most bytes of one transaction, whichever is reached first.
BATCH_FILES, BATCH_BYTES = 1024, 256 * 1024**2


@dataclass(frozen=True)
class Added:
    """One file that is now in the case and on the disk.

    Args:
        path: the path that was given, or one under the folder that was given.
        item: its id in the case.
        duplicate: whether the same content was in the case already.
        unread: why its metadata could not be read, see `cell.failures.Reason`; "" if it could.
    """

    path: Path
    item: str
    duplicate: bool
    unread: str = ""


@dataclass(frozen=True)
class PassedOver:
    """A file, folder, link or device that was not added, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Content:
    """Content to be added that need not be a file of its own, such as a part of an archive.

    Args:
        name: name of its item.
        opened: opens the content at its beginning, each time that it is called.
        modified_ns: when it was last modified, nanoseconds since 1970.
        digests: as `digests_of` returns them, if they are known.
        metadata: as `reading.described` returns it, if it was read already.
    """

    name: str
    opened: Callable[[], IO[bytes]] = field(repr=False)
    modified_ns: int = 0
    digests: bytes = field(default=b"", repr=False)
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _New:
    """A file that was read, but is not yet in the case.

    Args:
        path: path of the file.
        mark: keyed hash by which a resumed `add` recognises the file.
        taken: what was read, without the first bytes, which a batch has no room for.
        state: what its record is to say.
    """

    path: Path
    mark: bytes
    taken: objects.Taken
    state: dict[str, object] = field(repr=False)


@dataclass(frozen=True)
class _Intake:
    """What all batches of one given path have in common."""

    case: Case
    key: bytes
    disk: Disk
    now: Callable[[], datetime]
    random: cases.Random
    reason: str
    cell: Cell


def add(
    case: Case,
    paths: Sequence[Path],
    *,
    now: Callable[[], datetime],
    random: cases.Random,
    reason: str = "",
    unconfined: bool = False,
    progress: Progress = silent,
) -> Iterator[Added | PassedOver]:
    """Add files, and all files of folders, to a case.

    What is yielded as `Added` is in the case and on the disk. When the `add` of a folder was
    interrupted, adding the same folder again resumes it.

    Args:
        case: open for writing.
        paths: files and folders. Links are not followed; anything but a regular file is passed
            over.
        now: for the log.
        random: source of ids.
        reason: why, in the user's words.
        unconfined: read metadata even where the process that does so cannot be confined.
        progress: is told how many bytes were read.

    Raises:
        InputError: if a path does not exist.
        OutputError: if the case cannot be written to; everything that was yielded is in it.
    """
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise InputError(_("no such file or folder"), where=path.name)
    with (
        progress(_("Adding"), sum(_size_below(path, case.folder) for path in paths)) as advance,
        case.folder.disk() as disk,
        opened_cell(reading.LIMITS, reading.MODULES, unconfined=unconfined) as cell,
    ):
        for path in paths:
            key = _keyed(case.name_key, "intake", os.fsencode(path.absolute()))
            yield from _add_one(path, _Intake(case, key, disk, now, random, reason, cell), advance)


def add_contents(
    case: Case,
    contents: Iterable[Content],
    *,
    now: Callable[[], datetime],
    random: cases.Random,
    reason: str = "",
    unconfined: bool = False,
) -> list[str]:
    """Add contents to a case, except those that are in it already.

    Args:
        case: open for writing.
        contents: what to add; each is read twice, unless its digests are known.
        now: for the log.
        random: source of ids.
        reason: why, in the user's words.
        unconfined: as of `add`.

    Returns:
        The item of each content, in order.

    Raises:
        OutputError: if the case cannot be written to.
    """
    items: dict[bytes, str] = {}
    order = []
    with (
        case.folder.disk() as disk,
        opened_cell(reading.LIMITS, reading.MODULES, unconfined=unconfined) as cell,
    ):
        intake = _Intake(case, random(32), disk, now, random, reason, cell)
        for content in contents:
            digests = content.digests or digests_of(content)
            order.append(digests)
            known = items.get(digests) or item_of(case, digests)
            if known is None:
                with content.opened() as source:
                    taken = objects.take(source, case.folder, lambda _bytes: None)
                state = _state(intake, content.name, content.modified_ns, taken, content.metadata)
                # The first reading is the one that the caller has examined.
                if taken.sha256 + taken.blake3 != digests:
                    objects.remove(case.folder, objects.incoming_path(taken.incoming))
                    raise InputError(
                        _("it changed while being read; add it again once nothing writes to it"),
                        where=content.name,
                    )
                new = _New(Path(content.name), b"", replace(taken, head=b""), state)
                known = next(_commit([new], intake)).item
            items[digests] = known
        with database.transaction(case.database):
            case.database.execute("DELETE FROM intakes WHERE path = ?", (intake.key,))
    return [items[digests] for digests in order]


def digests_of(content: Content) -> bytes:
    """Return SHA-256 and BLAKE3 of a content, concatenated."""
    sha256, other = hashlib.sha256(), blake3.blake3()
    with content.opened() as source:
        while part := source.read(CHUNK):
            sha256.update(part)
            other.update(part)
    return sha256.digest() + other.digest()


def item_of(case: Case, digests: bytes) -> str | None:
    """Return the first item of the case with this content; None if there is none."""
    name = _keyed(case.name_key, "object", digests).hex()
    row = case.database.execute(
        "SELECT subject FROM records JOIN objects ON objects.name = records.object "
        "WHERE object = ? AND identity IS NOT NULL AND subject LIKE 'item/%' "
        "ORDER BY entry LIMIT 1",
        (name,),
    ).fetchone()
    return None if row is None else str(row[0]).removeprefix("item/")


def is_erased(case: Case, digests: bytes) -> bool:
    """Return whether this content was in the case and has been erased."""
    name = _keyed(case.name_key, "object", digests).hex()
    row = case.database.execute("SELECT identity FROM objects WHERE name = ?", (name,)).fetchone()
    return row is not None and row[0] is None


def _add_one(
    given: Path, intake: _Intake, advance: Callable[[float], None]
) -> Iterator[Added | PassedOver]:
    case, name_key = intake.case, intake.case.name_key
    done = {
        bytes(row[0])
        for row in case.database.execute("SELECT file FROM intakes WHERE path = ?", (intake.key,))
    }
    batch: list[_New] = []
    size = 0
    for path, shown in _files_below(given, case.folder):
        if isinstance(shown, PassedOver):
            yield shown
            continue
        about = os.lstat(path)
        mark = _mark(name_key, shown, about)
        if mark in done:
            advance(about.st_size)
            continue
        taken, problem = _take(case.folder, path, advance)
        if taken is None:
            yield PassedOver(path, problem)
            continue
        state = _state(intake, shown, about.st_mtime_ns, taken)
        batch.append(_New(path, mark, replace(taken, head=b""), state))
        size += taken.size
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield from _commit(batch, intake)
            batch, size = [], 0
    if batch:
        yield from _commit(batch, intake)
    with database.transaction(case.database):
        case.database.execute("DELETE FROM intakes WHERE path = ?", (intake.key,))


def _take(
    folder: HeldFolder, path: Path, advance: Callable[[float], None]
) -> tuple[objects.Taken | None, str]:
    """Read a file that must not change meanwhile; if it does, try once more, then give up."""
    for _attempt in range(2):
        try:
            source = open_plain(path, where="")
        except InputError as error:
            return None, str(error)
        with source:
            before = os.fstat(source.fileno())
            try:
                taken = objects.take(source, folder, advance)
            except objects.UnreadableError as error:
                return None, unreadable_text(error)
            after = os.fstat(source.fileno())
        same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if same and taken.size == after.st_size:
            return taken, ""
        objects.remove(folder, objects.incoming_path(taken.incoming))
    return None, _("it changed while being read; add it again once nothing writes to it")


def _commit(batch: Sequence[_New], intake: _Intake) -> Iterator[Added]:
    """Make a batch part of the case, then yield what was added."""
    case = intake.case
    objects.sync_incoming(case.folder, (new.taken.incoming for new in batch), intake.disk)
    name_key = case.name_key
    changes, added, moves = [], [], []
    with database.transaction(case.database):
        for new in batch:
            taken = new.taken
            name = _keyed(name_key, "object", taken.sha256 + taken.blake3).hex()
            known = bool(object_keys.by_name(case, [name]))
            if not known:
                key = ObjectKey(name, taken.identity, taken.size, taken.sha256, taken.blake3)
                object_keys.put(case, key, taken.incoming)
                moves.append((taken.incoming, name))
            item = intake.random(8).hex()
            changes.append(Change("add", f"item/{item}", new.state, name, intake.reason))
            unread = str(new.state.get(reading.UNREAD, ""))
            added.append(Added(new.path, item, known, unread))
            case.database.execute(
                "INSERT OR IGNORE INTO intakes VALUES (?, ?)", (intake.key, new.mark)
            )
        cases.append(case, changes, intake.now())
    objects.put_in_place(case.folder, moves, intake.disk)
    object_keys.settle(case)
    kept = {incoming for incoming, _name in moves}
    for new in batch:
        if new.taken.incoming not in kept:
            objects.remove(case.folder, objects.incoming_path(new.taken.incoming))
    yield from added


def _state(
    intake: _Intake,
    shown: str,
    modified_ns: int,
    taken: objects.Taken,
    known: Mapping[str, Any] | None = None,
) -> dict[str, object]:
    """Return the state of a new item; digests are hexadecimal, whole numbers text (RFC 8785)."""
    # This reads back what was written: content that cannot be read back is not added.
    with objects.write_errors(), _content(intake.case.folder, taken) as content:
        metadata = reading.described(content, intake.cell) if known is None else known
    return {
        "name": shown,
        "size": str(taken.size),
        "sha256": taken.sha256.hex(),
        "blake3": taken.blake3.hex(),
        "modified_ns": str(modified_ns),
        **metadata,
    }


def _content(folder: HeldFolder, taken: objects.Taken) -> IO[bytes]:
    """Return the content that was just encrypted; the source itself is not read again."""
    if taken.size == len(taken.head):
        return io.BytesIO(taken.head)
    incoming = folder.open(objects.incoming_path(taken.incoming))
    return io.BufferedReader(Seekable(incoming, taken.identity), CHUNK)


def _files_below(given: Path, case_folder: HeldFolder) -> Iterator[tuple[Path, str | PassedOver]]:
    """Yield the regular files below a path with their names, and what is passed over."""
    stack = [given]
    while stack:
        path = stack.pop()
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            yield path, PassedOver(path, _("a link: links are not followed"))
        elif stat.S_ISDIR(mode) and case_folder.same_as(path):
            # It would grow while being read, and nothing in it is evidence.
            yield path, PassedOver(path, _("this is the case itself"))
        elif stat.S_ISDIR(mode):
            try:
                below = sorted(path.iterdir(), reverse=True)
            except OSError as error:
                yield path, PassedOver(path, unreadable_text(error))
                continue
            stack += below
        elif stat.S_ISREG(mode):
            yield path, _name(path, given)
        else:
            yield path, PassedOver(path, no_plain_file())


def _name(path: Path, given: Path) -> str:
    """Return a file's path from the given folder on, with bytes that are not UTF-8 escaped."""
    below = path.relative_to(given.parent) if path != given else Path(path.name)
    return os.fsencode(below).decode("utf-8", "backslashreplace")


def _size_below(path: Path, case_folder: HeldFolder) -> int:
    return sum(
        os.lstat(file).st_size
        for file, shown in _files_below(path, case_folder)
        if not isinstance(shown, PassedOver)
    )


def _mark(name_key: bytes, shown: str, about: os.stat_result) -> bytes:
    """Return a keyed hash of a file's name, size and time, by which `add` knows it again."""
    text = f"{shown}\x00{about.st_size}\x00{about.st_mtime_ns}"
    return _keyed(name_key, "file", text.encode())


def _keyed(key: bytes, purpose: str, content: bytes) -> bytes:
    return hmac.new(key, purpose.encode() + b"\x00" + content, hashlib.sha256).digest()
