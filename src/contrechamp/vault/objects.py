"""``objects/``: contents of items, each encrypted under a key of its own while it is read."""

import contextlib
import hashlib
import re
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

import blake3
import pyrage

from contrechamp.base.disk import Disk
from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable, unwritable
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _

FOLDER, INCOMING = "objects", "incoming"
_INCOMING = f"{FOLDER}/{INCOMING}"
#: Names of objects; the shorter ones are random, the longer ones of older versions.
NAME = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
#: Bytes that are read from the disk and hashed at a time.
CHUNK = 1 << 20
#: Bytes of the beginning that are kept in memory, as many as readers of metadata need.
HEAD = 1 << 18


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


@dataclass(frozen=True)
class Taken:
    """One file that was read and is now encrypted in ``incoming``.

    Args:
        incoming: name of the encrypted file there.
        identity: age secret key of the content.
        size: size of the content in bytes.
        sha256: SHA-256 of the content.
        blake3: BLAKE3 of the content.
        head: first bytes of the content.
    """

    incoming: str
    identity: str = field(repr=False)
    size: int
    sha256: bytes
    blake3: bytes
    head: bytes = field(repr=False)


class _Hashing:
    """A source that is read in pieces of any size, but hashed in large ones on the way."""

    def __init__(self, source: IO[bytes], advance: Callable[[float], None]) -> None:
        self.source, self.advance = source, advance
        self.sha256, self.blake3 = hashlib.sha256(), blake3.blake3()
        self.size, self.head = 0, b""
        self.chunk, self.at = memoryview(b""), 0
        self.failed: UnreadableError | None = None

    def read(self, size: int = -1) -> bytes:
        if self.at == len(self.chunk):
            try:
                content = self.source.read(CHUNK)
            except OSError as error:
                self.failed = UnreadableError(error.errno, error.strerror)
                raise self.failed from error
            self.sha256.update(content)
            self.blake3.update(content)
            self.size += len(content)
            if len(self.head) < HEAD:
                self.head += content[: HEAD - len(self.head)]
            self.advance(len(content))
            self.chunk, self.at = memoryview(content), 0
        end = len(self.chunk) if size < 0 else min(self.at + size, len(self.chunk))
        part = bytes(self.chunk[self.at : end])
        self.at = end
        return part


def take(source: IO[bytes], folder: HeldFolder, advance: Callable[[float], None]) -> Taken:
    """Read a source to its end and write it, encrypted, to ``objects/incoming``.

    It is not yet part of the case, and only `sync_incoming` makes sure that it is on the disk.

    Args:
        source: read once, from its current position.
        folder: folder of the case.
        advance: is told how many bytes were read.

    Raises:
        OutputError: if it cannot be written; nothing is left behind.
    """
    identity = pyrage.x25519.Identity.generate()
    incoming = secrets.token_hex(16)
    hashing = _Hashing(source, advance)
    try:
        with write_errors(), folder.create(incoming_path(incoming)) as file:
            _encrypt(hashing, file, identity)
    except BaseException:
        with contextlib.suppress(OSError):  # the next writer removes it
            folder.remove(incoming_path(incoming))
        raise
    return Taken(
        incoming,
        str(identity),
        hashing.size,
        hashing.sha256.digest(),
        hashing.blake3.digest(),
        hashing.head,
    )


def _encrypt(source: _Hashing, file: IO[bytes], identity: Any) -> None:
    noting = _Noting(file)
    try:
        pyrage.encrypt_io(source, noting, [identity.to_public()])
        # The library hides an error of its last write, which of a small file is the only one.
        if noting.failed is not None:
            raise noting.failed
    except (pyrage.EncryptError, OSError) as error:
        if source.failed is not None:
            raise source.failed from None
        cause = noting.failed or error
        raise unwritable(_("the case"), cause, _("what was added before is in it")) from cause


class _Noting:
    """Pass on what is written, and keep any error, which the library turns into its own."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.failed: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.failed = self.failed or error
            raise

    def flush(self) -> None:
        self._file.flush()


def sync_incoming(folder: HeldFolder, incoming: Iterable[str], disk: Disk) -> None:
    """Wait until files in ``incoming``, and their names, are on the disk.

    Many files at a time: the disk has written most of them by the time that it is asked.

    Raises:
        OutputError: if that fails.
    """
    with write_errors():
        folder.settle(disk, [_INCOMING, *map(incoming_path, incoming)])


def put_in_place(folder: HeldFolder, moves: Iterable[tuple[str, str]], disk: Disk) -> None:
    """Move files from ``incoming`` to the paths of their objects, unless they are there already.

    Args:
        folder: folder of the case.
        moves: pairs of a file in ``incoming`` and the name of its object.
        disk: disk of the case.

    Raises:
        OutputError: if that fails.
    """
    shards = set()
    with write_errors():
        for incoming, name in moves:
            shard = f"{FOLDER}/{name[:2]}"
            if shard not in shards:
                folder.make_folder(shard)
                shards.add(shard)
            with contextlib.suppress(FileNotFoundError):  # an interrupted run had moved it
                folder.move(incoming_path(incoming), path_of(name))
        folder.settle(disk, [*sorted(shards), FOLDER])


def remove(folder: HeldFolder, path: str) -> None:
    """Remove a file of the case, unless it is gone already.

    Raises:
        OutputError: if it cannot be removed.
    """
    with write_errors():
        folder.remove(path)


def path_of(name: str) -> str:
    """Return the path of the object of this name, below the folder of the case."""
    return f"{FOLDER}/{name[:2]}/{name}"


def incoming_path(incoming: str) -> str:
    """Return the path of a file in ``incoming``, below the folder of the case."""
    return f"{_INCOMING}/{incoming}"


def make_folders(folder: HeldFolder) -> None:
    """Make the folders that objects need, where a copy of the case lacks them: mostly empty ones.

    Raises:
        OutputError: if one cannot be made.
    """
    with write_errors():
        folder.make_folder(FOLDER)
        folder.make_folder(_INCOMING)


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
        return [incoming_path(name) for name in folder.names(_INCOMING)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def read_object(
    folder: HeldFolder, name: str, identity: str, target: Target, advance: Callable[[float], None]
) -> tuple[int, bytes, bytes]:
    """Decrypt an object into `target`.

    Returns:
        Size, SHA-256 and BLAKE3 of the content.

    Raises:
        InputError: if the object is missing, or was altered or cut off.
        OSError: if the target cannot be written to.
    """
    out = _HashingTarget(target, advance)
    try:
        file = folder.open(path_of(name))
    except FileNotFoundError as error:
        raise InputError(_("the object is missing"), where=name) from error
    except OSError as error:
        raise unreadable(name, error) from error
    try:
        with file:
            pyrage.decrypt_io(file, out, [pyrage.x25519.Identity.from_str(identity)])
    except (pyrage.DecryptError, pyrage.IdentityError, OSError) as error:
        if out.failed is not None:  # an error of the target, not of the object
            raise out.failed from None
        raise InputError(
            _("the object cannot be decrypted: it was altered or cut off"), where=name
        ) from error
    # The library hides an error of its last write.
    if out.failed is not None:
        raise out.failed
    return out.size, out.sha256.digest(), out.blake3.digest()


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
