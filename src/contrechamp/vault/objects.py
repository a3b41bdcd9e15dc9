"""``objects/``: contents of items, each encrypted under a key of its own.

A large content is a file, small ones lie behind each other in a pack. Whatever reads one, or
destroys one, does it here.
"""

import contextlib
import ctypes
import errno
import hashlib
import io
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple, Protocol

import blake3
import pyrage

from contrechamp.base.disk import Disk
from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable, unwritable
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.base.shown_text import shown

FOLDER, INCOMING = "objects", "incoming"
INCOMING_PATH = f"{FOLDER}/{INCOMING}"
#: Names of files of objects; the shorter ones are random, the longer ones of format 1.
NAME = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
#: Contents of at most so many bytes share a file; each is then one chunk of age.
SMALL = 1 << 16
#: Most bytes of an object in a pack: age adds a header of some hundred bytes.
MOST_PACKED = SMALL + (1 << 13)
#: Bytes that are read, or overwritten, at a time.
CHUNK = 1 << 20


class UnreadableError(OSError):
    """Raised when the source cannot be read, as opposed to an error of the case's own disk."""


@contextlib.contextmanager
def write_errors() -> Iterator[None]:
    """Report every error of the case's own disk in the same way.

    Raises:
        OutputError: for every OSError but that of a source.
    """
    try:
        yield
    except UnreadableError:
        raise
    except OSError as error:
        raise unwritable(_("the case"), error) from error


class Place(NamedTuple):
    """Where the encrypted bytes of an object lie.

    Args:
        path: of their file, below the folder of the case.
        start: of the first byte.
        length: number of bytes; None if the file is all its own.
    """

    path: str
    start: int = 0
    length: int | None = None


class Target(Protocol):
    """Where decrypted content goes."""

    def write(self, data: bytes, /) -> int:
        """Take all of `data`."""

    def flush(self) -> None:
        """Hand on what was taken."""


class Discard:
    """A target that keeps nothing: the content is only hashed on its way here."""

    def write(self, data: bytes, /) -> int:
        """Count `data` as written."""
        return len(data)

    def flush(self) -> None:
        """Do nothing."""


def sync_incoming(folder: HeldFolder, incoming: Iterable[str], disk: Disk) -> None:
    """Wait until files in ``incoming``, and their names, are on the disk.

    Many files at a time: the disk has written most of them by the time that it is asked.

    Raises:
        OutputError: if that fails.
    """
    with write_errors():
        folder.settle(disk, [INCOMING_PATH, *map(incoming_path, incoming)])


def check_incoming(folder: HeldFolder, incoming: Iterable[str]) -> None:
    """Check that files in ``incoming`` are there, before the database says that they are.

    Raises:
        OutputError: if another program has removed one.
    """
    with write_errors():
        for name in incoming:
            if folder.stat(incoming_path(name)) is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def put_in_place(folder: HeldFolder, moves: Iterable[tuple[str, str]], disk: Disk) -> None:
    """Move files to where they stay, unless they are there already.

    Args:
        folder: folder of the case.
        moves: pairs of the path below ``objects`` where a file waits, and its name.
        disk: disk of the case.

    Raises:
        OutputError: if that fails.
    """
    shards = set()
    with write_errors():
        for waiting, name in moves:
            shard = f"{FOLDER}/{name[:2]}"
            if shard not in shards:
                folder.make_folder(shard)
                shards.add(shard)
            with contextlib.suppress(FileNotFoundError):  # an interrupted run had moved it
                folder.move(f"{FOLDER}/{waiting}", path_of(name))
        folder.settle(disk, [*sorted(shards), FOLDER])


def sync_names(folder: HeldFolder, shards: Iterable[str]) -> None:
    """Wait until what was removed from folders is gone on the disk as well.

    Raises:
        OutputError: if that fails.
    """
    with write_errors():
        for shard in shards:
            with contextlib.suppress(FileNotFoundError):
                folder.sync(shard)


def remove(folder: HeldFolder, path: str) -> None:
    """Remove a file of the case, unless it is gone already.

    Raises:
        OutputError: if it cannot be removed.
    """
    with write_errors():
        folder.remove(path)


_WAITING = re.compile(r"incoming/[0-9a-f]{32}|[0-9a-f]{2}/[0-9a-f]{64}")


def checked_name(name: str) -> str:
    """Return a name of a file that the database holds, if it is one of ours.

    Raises:
        InputError: if it is not.
    """
    if not NAME.fullmatch(name):
        raise InputError(_("no file of a case has this name"), where=shown(name))
    return name


def checked_path(waiting: str) -> str:
    """Return a path below ``objects`` at which a file waits, if it is one of ours.

    Raises:
        InputError: if it is not.
    """
    if not _WAITING.fullmatch(waiting):
        raise InputError(_("no file of a case has this name"), where=shown(waiting))
    return waiting


def path_of(name: str) -> str:
    """Return the path of a file of objects, below the folder of the case."""
    return f"{FOLDER}/{name[:2]}/{name}"


def incoming_path(incoming: str) -> str:
    """Return the path of a file in ``incoming``, below the folder of the case."""
    return f"{INCOMING_PATH}/{incoming}"


def waiting_in_incoming(incoming: str) -> str:
    """Return the path of a file in ``incoming``, below ``objects``."""
    return f"{INCOMING}/{incoming}"


def make_folders(folder: HeldFolder) -> None:
    """Make the folders that objects need, where a copy of the case lacks them: mostly empty ones.

    Raises:
        OutputError: if one cannot be made.
    """
    with write_errors():
        folder.make_folder(FOLDER)
        folder.make_folder(INCOMING_PATH)


def names_of(folder: HeldFolder) -> set[str]:
    """Return the files that are named as objects are, as ``xx/name``; `strangers` has the rest."""
    found: set[str] = set()
    try:
        for shard, about in folder.entries(FOLDER):
            if shard != INCOMING and stat.S_ISDIR(about.st_mode):
                names = filter(NAME.fullmatch, folder.names(f"{FOLDER}/{shard}"))
                found.update(f"{shard}/{name}" for name in names)
    except (FileNotFoundError, NotADirectoryError):
        return found
    except OSError as error:
        raise unreadable(FOLDER, error) from error
    return found


def leftovers(folder: HeldFolder) -> list[str]:
    """Return the paths of files in ``incoming``; copies of a case may lack that folder."""
    try:
        return [incoming_path(name) for name in folder.names(INCOMING_PATH)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def opened(folder: HeldFolder, place: Place) -> BinaryIO:
    """Open the encrypted bytes of an object, as a file of their own.

    Raises:
        InputError: if the file is missing or cannot be read, or the place is none of ours.
    """
    try:
        file = folder.open(place.path)
    except FileNotFoundError as error:
        raise InputError(_("the object is missing"), where=place.path) from error
    except OSError as error:
        raise unreadable(place.path, error) from error
    if place.length is None:
        return file
    with file:
        return io.BytesIO(packed(file, place))


def packed(pack: BinaryIO, place: Place) -> bytes:
    """Return the encrypted bytes of an object in a pack that is open; fewer if they are not there.

    Raises:
        InputError: if the place is none of ours, or the pack cannot be read.
    """
    if place.length is None or place.length > MOST_PACKED:
        raise InputError(_("an object in a pack cannot be as large as this one"), where=place.path)
    try:
        pack.seek(place.start)
        return pack.read(place.length)
    except OSError as error:
        raise unreadable(place.path, error) from error


def read_object(
    folder: HeldFolder,
    place: Place,
    identity: str,
    target: Target,
    advance: Callable[[float], None],
) -> tuple[int, bytes, bytes]:
    """Decrypt an object into `target`.

    Returns:
        Size, SHA-256 and BLAKE3 of the content.

    Raises:
        InputError: if the object is missing, or was altered or cut off.
        OSError: if the target cannot be written to.
    """
    with opened(folder, place) as file:
        return _decrypted(file, place, identity, target, advance)


def packed_content(pack: BinaryIO, place: Place, identity: str) -> bytes:
    """Return the content of an object in a pack that is open.

    Raises:
        InputError: as `read_object`.
    """
    encrypted = packed(pack, place)
    try:
        return bytes(pyrage.decrypt(encrypted, [pyrage.x25519.Identity.from_str(identity)]))
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise _undecryptable(place) from error


def _decrypted(
    file: BinaryIO,
    place: Place,
    identity: str,
    target: Target,
    advance: Callable[[float], None],
) -> tuple[int, bytes, bytes]:
    out = _HashingTarget(target, advance)
    try:
        pyrage.decrypt_io(file, out, [pyrage.x25519.Identity.from_str(identity)])
    except (pyrage.DecryptError, pyrage.IdentityError, OSError) as error:
        if out.failed is not None:  # an error of the target, not of the object
            raise out.failed from None
        raise _undecryptable(place) from error
    # The library hides an error of its last write.
    if out.failed is not None:
        raise out.failed
    return out.size, out.sha256.digest(), out.blake3.digest()


def _undecryptable(place: Place) -> InputError:
    return InputError(
        _("the object cannot be decrypted: it was altered or cut off"), where=place.path
    )


def is_zero(file: BinaryIO, start: int, end: int) -> bool:
    """Return whether there are only zeros in a part of a file."""
    file.seek(start)
    while start < end:
        part = file.read(min(CHUNK, end - start))
        if not part or part.strip(b"\0"):
            return not part
        start += len(part)
    return True


def overwrite(folder: HeldFolder, path: str, ranges: Iterable[tuple[int, int]]) -> None:
    """Overwrite parts of a file of objects with zeros, and wait until they are on the disk.

    Args:
        folder: folder of the case.
        path: of the file.
        ranges: start and end of each part; what lies behind the end of the file is left out.

    Raises:
        InputError: if it is no plain file.
        OutputError: if it cannot be written to.
    """
    with write_errors():
        try:
            descriptor = folder.open_for_update(path)
        except FileNotFoundError:
            return
        try:
            size = os.fstat(descriptor).st_size
            parts = [(start, min(end, size)) for start, end in ranges]
            for start, end in parts:
                for at in range(start, end, CHUNK):
                    _write_all(descriptor, bytes(min(CHUNK, end - at)), at)
            os.fsync(descriptor)
            for start, end in parts:
                _give_back(descriptor, start, end - start)
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, content: bytes, at: int) -> None:
    while content:
        written = os.pwrite(descriptor, content, at)
        content, at = content[written:], at + written


#: FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE (fallocate(2)).
_PUNCH_HOLE = 0x01 | 0x02


def _give_back(descriptor: int, start: int, length: int) -> None:
    """Let the file system free what holds only zeros, if it can: a disk may then discard it."""
    if length <= 0 or ctypes.sizeof(ctypes.c_long) < 8:  # where offsets may be shorter than ours
        return
    fallocate = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None)
    if fallocate is not None:
        offset = ctypes.c_int64
        fallocate(
            ctypes.c_int(descriptor), ctypes.c_int(_PUNCH_HOLE), offset(start), offset(length)
        )


def uncovered(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the parts from `start` to `end` that no range covers.

    Args:
        start: of the whole.
        end: of the whole.
        ranges: start and end of each, in order of their starts.
    """
    found, at = [], start
    for first, last in ranges:
        if first > at and at < end:
            found.append((at, min(first, end)))
        at = max(at, last)
    if at < end:
        found.append((at, end))
    return found


class _HashingTarget:
    """A target that hashes what it passes on."""

    def __init__(self, target: Target, advance: Callable[[float], None]) -> None:
        self.target, self.advance = target, advance
        self.sha256, self.blake3, self.size = hashlib.sha256(), blake3.blake3(), 0
        self.failed: OSError | None = None

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        self.blake3.update(data)
        self.size += len(data)
        try:
            self.target.write(data)
        except OSError as error:
            self.failed = self.failed or error
            raise
        self.advance(len(data))
        return len(data)

    def flush(self) -> None:
        self.target.flush()
