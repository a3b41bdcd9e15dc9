"""Adding files to a case: each is read once, and is on the disk before it is reported as added."""

import hashlib
import io
import json
import os
import secrets
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import blake3

from contrechamp.base.disk import Disk
from contrechamp.base.errors import InputError
from contrechamp.base.files import no_plain_file, plain_descriptor, unreadable_text
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.cell.reading import Cell, opened_cell
from contrechamp.vault import case as cases
from contrechamp.vault import database, lock, object_keys, objects, turns
from contrechamp.vault.captures import findings
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import custody
from contrechamp.vault.metadata import reading
from contrechamp.vault.metadata.first_bytes import Glance
from contrechamp.vault.object_keys import ObjectKey
from contrechamp.vault.sealing import Group, Sealer
from contrechamp.vault.seekable import CHUNK, Seekable
from contrechamp.vault.taking import Incoming, Taken, read_small
from contrechamp.vault.values import blob

#: Most files and most bytes of one transaction, whichever is reached first.
BATCH_FILES, BATCH_BYTES = 4096, 256 * 1024**2


@dataclass(frozen=True)
class Added:
    """One file that is now in the case and on the disk.

    Args:
        path: the path that was given, or one under the folder that was given.
        item: its id in the case.
        duplicate: whether the same content was in the case already.
        unread: why its metadata could not be read, see `cell.failures.Reason`; "" if it could.
        again: it was there under this name too, as this item: nothing was written.
        capture: what the checks of a capture came to, see `captures.findings`; "" if it is none.
        where: the first place in it where they failed, if any is known.
    """

    path: Path
    item: str
    duplicate: bool
    unread: str = ""
    again: bool = False
    capture: str = ""
    where: str = ""


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
class Coming:
    """Content that comes in and can be read once, such as an upload.

    Args:
        name: name of its item.
        content: read from its beginning to its end.
        modified_ns: when it was last modified, nanoseconds since 1970; None if nobody knows.
    """

    name: str
    content: IO[bytes] = field(repr=False)
    modified_ns: int | None = None


@dataclass(frozen=True)
class _New:
    """A file that was read, but is not yet in the case.

    Args:
        path: path of the file.
        taken: what was read.
        state: what its record is to say.
    """

    path: Path
    taken: Taken
    state: dict[str, object] = field(repr=False)


@dataclass(frozen=True)
class _Intake:
    """What all batches of one given path have in common.

    `in_turns` says whether others may write to the case while files are read.
    """

    case: Case
    key: bytes
    incoming: Incoming
    disk: Disk
    now: Callable[[], datetime]
    random: cases.Random
    reason: str
    cell: Cell
    sealer: Sealer
    in_turns: bool


@dataclass(frozen=True)
class _Read:
    """A small file that was read, and is not yet encrypted."""

    path: Path
    shown: str
    modified_ns: int


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

    What is yielded as `Added` is in the case and on the disk. Other processes may write to the case
    while files are read and metadata is looked for: only what is written needs the lock. When the
    `add` of a folder was interrupted, adding the same folder again resumes it; when it was not,
    nothing is doubled.

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
    sizes = [size for path in paths for size in _sizes_below(path, case.folder)]
    with (
        progress(_("Adding"), sum(sizes)) as advance,
        case.folder.disk() as disk,
        opened_cell(reading.LIMITS, reading.MODULES, unconfined=unconfined) as cell,
        Sealer(sum(size <= objects.SMALL for size in sizes)) as sealer,
        lock.taking_in(case.folder, objects.INCOMING_PATH) as in_turns,
    ):
        incoming = Incoming(case.folder)
        for path in paths:
            key = hashlib.sha256(os.fsencode(path.absolute())).digest()
            intake = _Intake(case, key, incoming, disk, now, random, reason, cell, sealer, in_turns)
            yield from _add_one(path, intake, advance)


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
        Sealer(0) as sealer,
    ):
        incoming = Incoming(case.folder)
        intake = _Intake(
            case, random(32), incoming, disk, now, random, reason, cell, sealer, in_turns=False
        )
        for content in contents:
            digests = content.digests or digests_of(content)
            order.append(digests)
            known = items.get(digests) or item_of(case, digests)
            if known is None:
                with content.opened() as source:
                    taken, head = incoming.take(source, lambda _bytes: None)
                metadata = content.metadata
                if metadata is None:
                    metadata = _described(intake, _content(case.folder, taken, head))
                state = _state(content.name, content.modified_ns, taken, metadata)
                # The first reading is the one that the caller has examined.
                if taken.digests != digests:
                    incoming.discard(taken.incoming, taken.start, taken.length)
                    raise InputError(
                        _("it changed while being read; add it again once nothing writes to it"),
                        where=content.name,
                    )
                new = _New(Path(content.name), taken, state)
                known = next(_commit([new], intake)).item
            items[digests] = known
        with database.transaction(case.database):
            case.database.execute("DELETE FROM intakes WHERE path = ?", (intake.key,))
    return [items[digests] for digests in order]


def receive(
    case: Case,
    coming: Iterable[Coming],
    *,
    now: Callable[[], datetime],
    random: cases.Random,
    reason: str = "",
    unconfined: bool = False,
) -> Iterator[Added | PassedOver]:
    """Add contents that come in one after the other and can be read once, such as uploads.

    What is yielded is in the case and on the disk. Others may write to the case while they come in.
    What is there already under its name is not doubled.

    Args:
        case: open for writing.
        coming: each is read to its end before the next is asked for.
        now: for the log.
        random: source of ids.
        reason: why, in the user's words.
        unconfined: as of `add`.

    Raises:
        OSError: if a content stops coming; what was yielded is in the case.
        OutputError: if the case cannot be written to; what was yielded is in it.
    """
    with (
        case.folder.disk() as disk,
        opened_cell(reading.LIMITS, reading.MODULES, unconfined=unconfined) as cell,
        Sealer(0) as sealer,
        lock.taking_in(case.folder, objects.INCOMING_PATH) as in_turns,
    ):
        incoming = Incoming(case.folder)
        intake = _Intake(
            case, random(32), incoming, disk, now, random, reason, cell, sealer, in_turns
        )
        yield from _in_batches(_batches(_received(intake, coming)), intake)


def _received(intake: _Intake, coming: Iterable[Coming]) -> Iterator[_New]:
    """Yield contents, encrypted, with what they say of themselves."""
    for one in coming:
        taken, head = intake.incoming.take(one.content, lambda _bytes: None)
        metadata = _described(intake, _content(intake.case.folder, taken, head))
        yield _New(Path(one.name), taken, _state(one.name, one.modified_ns, taken, metadata))


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
    content = object_keys.by_content(case, [digests]).get(digests)
    return next((item for item, _state in _items_of(case, content)), None)


def _items_of(case: Case, content: str | None) -> Iterator[tuple[str, Any]]:
    """Yield the items that have the content of an object, oldest first, and their states."""
    for subject, state in case.database.execute(
        "SELECT subject, state FROM records WHERE object = ? AND subject LIKE 'item/%' "
        "ORDER BY entry",
        (content,),
    ):
        yield str(subject).removeprefix("item/"), state


def _add_one(
    given: Path, intake: _Intake, advance: Callable[[float], None]
) -> Iterator[Added | PassedOver]:
    taken = _taken(given, intake, _taken_before(intake), advance)
    yield from _in_batches(_batches(taken), intake)


def _in_batches(
    batches: Iterator[list[_New] | PassedOver], intake: _Intake
) -> Iterator[Added | PassedOver]:
    """Make each batch part of the case, and yield what came of it."""
    case = intake.case
    while True:
        with turns.others_may_write(case) if intake.in_turns else nullcontext():
            found = next(batches, None)
        if found is None:
            break
        if isinstance(found, PassedOver):
            yield found
        else:
            there = _there_already(case, found)
            for new, item in there:
                intake.incoming.discard(new.taken.incoming, new.taken.start, new.taken.length)
                yield Added(new.path, item, duplicate=True, again=True)
            known = {new.path for new, _item in there}
            if fresh := [new for new in found if new.path not in known]:
                yield from _commit(fresh, intake)
    with database.transaction(case.database):
        case.database.execute("DELETE FROM intakes WHERE path = ?", (intake.key,))


def _batches(taken: Iterable[_New | PassedOver]) -> Iterator[list[_New] | PassedOver]:
    """Yield files, as many at a time as are written together; and at once what is passed over."""
    batch: list[_New] = []
    size = 0
    for new in taken:
        if isinstance(new, PassedOver):
            yield new
            continue
        batch.append(new)
        size += new.taken.size
        if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _taken(
    given: Path,
    intake: _Intake,
    done: set[tuple[str, str, str]],
    advance: Callable[[float], None],
) -> Iterator[_New | PassedOver]:
    """Yield the files below a path in order, encrypted; and what is passed over, once it is met.

    Args:
        given: the path.
        intake: of it.
        done: files that an interrupted `add` of it took in.
        advance: as of `add`.
    """
    line = _Line(intake)
    for found in _files_below(given, intake.case.folder):
        if isinstance(found, PassedOver):
            yield found
            continue
        name, shown, about = found
        if (shown, str(about.st_size), str(about.st_mtime_ns)) in done:
            advance(about.st_size)
            continue
        yield from line.make_room()
        path = Path(name)
        taken, problem = _take(intake.incoming, path, line.room, advance)
        if taken is None:
            yield PassedOver(path, problem)
        elif isinstance(taken, int):
            line.put(_Read(path, shown, about.st_mtime_ns), taken)
        else:
            yield from line.rest()
            large, head = taken
            metadata = _described(intake, _content(intake.case.folder, large, head))
            yield _New(path, large, _state(shown, about.st_mtime_ns, large, metadata))
    yield from line.rest()


class _Line:
    """Small files that were read, in a line: some being gathered, others being encrypted."""

    def __init__(self, intake: _Intake) -> None:
        self._intake, self._sealer = intake, intake.sealer
        self._group: Group | None = None
        self._gathered: list[_Read] = []
        self._sealing: deque[tuple[Group, list[_Read]]] = deque()

    def make_room(self) -> Iterator[_New]:
        """Make room for one more; yield those at the front if the line is long enough."""
        if self._group is not None and self._group.is_full:
            yield from self._seal(self._group)

    @property
    def room(self) -> memoryview:
        """Where the next file can be read to, after `make_room`."""
        if self._group is None:
            self._group = self._sealer.group()
        return self._group.room

    def put(self, read: _Read, size: int) -> None:
        """Take a file into the line that was read to `room`."""
        if self._group is not None:
            self._group.keep(size)
            self._gathered.append(read)

    def rest(self) -> Iterator[_New]:
        """Yield all that are still in the line."""
        if self._group is not None and not self._gathered:
            self._sealer.release(self._group)
            self._group = None
        if self._group is not None:
            yield from self._seal(self._group)
        while self._sealing:
            yield from self._first()

    def _seal(self, group: Group) -> Iterator[_New]:
        """Have a group encrypted; afterwards there is one for the next files."""
        self._sealer.seal(group)
        self._sealing.append((group, self._gathered))
        self._group, self._gathered = None, []
        while self._sealing and not (self._sealer.is_beside and self._sealer.has_room):
            yield from self._first()

    def _first(self) -> Iterator[_New]:
        group, gathered = self._sealing.popleft()
        outcome = self._sealer.outcome(group)
        for read, content, made in zip(gathered, group.contents(), outcome, strict=True):
            taken = self._intake.incoming.put(len(content), made)
            metadata: Mapping[str, Any] | None = made.glance.metadata
            if metadata is None:
                metadata = _described(self._intake, io.BytesIO(content), made.glance)
            yield _New(read.path, taken, _state(read.shown, read.modified_ns, taken, metadata))
        self._sealer.release(group)


def _taken_before(intake: _Intake) -> set[tuple[str, str, str]]:
    """Return name, size and time of the files that an interrupted `add` of this path took in.

    What was erased since is not among them: nothing is left by which it could be known again.
    """
    return {
        (str(told["name"]), str(told["size"]), str(told.get("modified_ns", "")))
        for (state,) in intake.case.database.execute(
            "SELECT state FROM intakes JOIN records ON entry BETWEEN first AND last "
            "WHERE path = ? AND subject LIKE 'item/%'",
            (intake.key,),
        )
        for told in [json.loads(blob(state, "records.state"))]
        if custody.ERASED_AT not in told
    }


def _there_already(case: Case, batch: Sequence[_New]) -> list[tuple[_New, str]]:
    """Return those of which an item of the case has content and name, and that item."""
    contents = object_keys.by_content(case, [new.taken.digests for new in batch])
    found = []
    for new in batch if contents else ():
        for item, state in _items_of(case, contents.get(new.taken.digests)):
            if json.loads(blob(state, "records.state")).get("name") == new.state["name"]:
                found.append((new, item))
                break
    return found


def _take(
    incoming: Incoming, path: Path, room: memoryview, advance: Callable[[float], None]
) -> tuple[tuple[Taken, bytes] | int | None, str]:
    """Read a file that must not change meanwhile; if it does, try once more, then give up.

    Of a small one, the content is in `room` then, and its size is returned.
    """
    for _attempt in range(2):
        try:
            descriptor, before = plain_descriptor(path, where="")
        except InputError as error:
            return None, str(error)
        taken: tuple[Taken, bytes] | int
        try:
            taken = size = read_small(descriptor, room)
            if size > objects.SMALL:
                with open(descriptor, "rb", buffering=0, closefd=False) as source:
                    taken = incoming.take(source, advance, bytes(room[:size]))
                size = taken[0].size
            else:
                advance(size)
            after = os.fstat(descriptor)
        except objects.UnreadableError as error:
            return None, unreadable_text(error)
        finally:
            os.close(descriptor)
        same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if same and size == after.st_size:
            return taken, ""
        if not isinstance(taken, int):
            incoming.discard(taken[0].incoming, taken[0].start, taken[0].length)
    return None, _("it changed while being read; add it again once nothing writes to it")


def _commit(batch: Sequence[_New], intake: _Intake) -> Iterator[Added]:
    """Make a batch part of the case, then yield what was added."""
    case = intake.case
    names = object_keys.by_content(case, {new.taken.digests for new in batch})
    keys, changes, added = [], [], []
    for new in batch:
        taken = new.taken
        known = taken.digests in names
        if known:
            intake.incoming.discard(taken.incoming, taken.start, taken.length)
        else:
            name = names[taken.digests] = secrets.token_hex(16)
            keys.append((_key(name, taken), taken.incoming))
        item = intake.random(8).hex()
        name = names[taken.digests]
        changes.append(Change("add", f"item/{item}", new.state, name, intake.reason))
        unread = str(new.state.get(reading.UNREAD, ""))
        capture, where = findings.verdict(new.state), findings.failing(new.state)
        added.append(Added(new.path, item, known, unread, capture=capture, where=where))
    # The next file may be there already, and is not yet to be moved into place.
    files = intake.incoming.settle(intake.disk, {new.taken.incoming for new in batch})
    objects.check_incoming(case.folder, files)
    with database.transaction(case.database):
        object_keys.put(case, keys)
        entries = cases.append(case, changes, intake.now())
        case.database.execute(
            "INSERT INTO intakes VALUES (?, ?, ?)",
            (intake.key, entries[0].number, entries[-1].number),
        )
    moves = [(objects.waiting_in_incoming(file), file) for file in files]
    objects.put_in_place(case.folder, moves, intake.disk)
    object_keys.settle(case)
    yield from added


def _key(name: str, taken: Taken) -> ObjectKey:
    place = objects.Place(objects.path_of(taken.incoming), taken.start, taken.length)
    return ObjectKey(name, taken.identity, taken.size, taken.sha256, taken.blake3, place)


def _state(
    shown: str, modified_ns: int | None, taken: Taken, metadata: Mapping[str, Any]
) -> dict[str, object]:
    """Return the state of a new item; digests are hexadecimal, whole numbers text (RFC 8785)."""
    modified = {} if modified_ns is None else {"modified_ns": str(modified_ns)}
    return {
        "name": shown,
        "size": str(taken.size),
        "sha256": taken.sha256.hex(),
        "blake3": taken.blake3.hex(),
        **modified,
        **metadata,
    }


def _described(
    intake: _Intake, content: IO[bytes], seen: Glance | None = None
) -> Mapping[str, Any]:
    """Return the metadata of a content, which is closed; of it no error of a source can come."""
    with objects.write_errors(), content:
        return reading.described(content, intake.cell, seen)


def _content(folder: HeldFolder, taken: Taken, head: bytes) -> IO[bytes]:
    """Return the content that was just encrypted; the source itself is not read again.

    What was written is read back: content that cannot be read back is not added.
    """
    if taken.size == len(head):
        return io.BytesIO(head)
    with objects.write_errors():
        incoming = folder.open(objects.incoming_path(taken.incoming))
        return io.BufferedReader(Seekable(incoming, taken.identity), CHUNK)


def _files_below(
    given: Path, case_folder: HeldFolder
) -> Iterator[tuple[str, str, os.stat_result] | PassedOver]:
    """Yield the regular files below a path, and what is passed over.

    Of a file: its path, its name from the given folder on (with bytes that are not UTF-8 escaped),
    and what the system says of it.
    """
    first = os.fspath(given.relative_to(given.parent)) if given.name else ""
    stack = [(os.fspath(given), first if first != "." else "", os.lstat(given))]
    while stack:
        path, shown, about = stack.pop()
        mode = about.st_mode
        if stat.S_ISREG(mode):
            yield path, os.fsencode(shown).decode("utf-8", "backslashreplace"), about
        elif stat.S_ISLNK(mode):
            yield PassedOver(Path(path), _("a link: links are not followed"))
        elif not stat.S_ISDIR(mode):
            yield PassedOver(Path(path), no_plain_file())
        elif case_folder.same_as(Path(path)):
            # It would grow while being read, and nothing in it is evidence.
            yield PassedOver(Path(path), _("this is the case itself"))
        else:
            try:
                stack += _in_folder(path, shown)
            except OSError as error:
                yield PassedOver(Path(path), unreadable_text(error))


def _in_folder(path: str, shown: str) -> list[tuple[str, str, os.stat_result]]:
    """Return what is in a folder, the last name first."""
    with os.scandir(path) as entries:
        there = sorted(entries, key=lambda one: one.name, reverse=True)
    before = f"{shown}/" if shown else ""
    return [(one.path, before + one.name, one.stat(follow_symlinks=False)) for one in there]


def _sizes_below(path: Path, case_folder: HeldFolder) -> Iterator[int]:
    for found in _files_below(path, case_folder):
        if not isinstance(found, PassedOver):
            yield found[2].st_size
