"""``objects/``: content, each under a key of its own, encrypted while it is read."""

import contextlib
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

import blake3
import pyrage

from contrechamp.base.disk import Disk, sync
from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable, unwritable
from contrechamp.base.i18n import _

FOLDER, INCOMING = "objects", "incoming"
#: Read from the disk, and hashed, at a time.
CHUNK = 1 << 20
#: As much of the beginning is kept in memory as readers of metadata need.
HEAD = 1 << 18


class UnreadableError(OSError):
    """Raised when a source, not the case, cannot be read."""


@contextlib.contextmanager
def write_errors() -> Iterator[None]:
    """Tell errors of the case's own disk in one way.

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
    """One file that was read once and lies encrypted in ``incoming``.

    Args:
        incoming: name of the file there.
        identity: age secret key of the content.
        size: of the content, bytes.
        sha256: of the content.
        blake3: of the content.
        head: first bytes of the content.
    """

    incoming: str
    identity: str = field(repr=False)
    size: int
    sha256: bytes
    blake3: bytes
    head: bytes = field(repr=False)


class _Hashing:
    """A source that is read in pieces of any size, and hashed in large ones on the way."""

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


def take(source: IO[bytes], folder: Path, advance: Callable[[float], None]) -> Taken:
    """Read a source to its end and write it, encrypted, to ``objects/incoming``.

    It is not yet part of the case, and not surely on the disk before `sync_incoming` says so.

    Args:
        source: read once, from where it stands.
        folder: of the case.
        advance: told of bytes.

    Raises:
        OutputError: if it cannot be written; nothing is left behind.
    """
    identity = pyrage.x25519.Identity.generate()
    incoming = secrets.token_hex(16)
    path = folder / FOLDER / INCOMING / incoming
    hashing = _Hashing(source, advance)
    try:
        with write_errors(), path.open("xb") as file:
            _encrypt(hashing, file, identity)
    except BaseException:
        with contextlib.suppress(OSError):  # the next writer clears it away
            path.unlink(missing_ok=True)
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
        # The library says nothing where only its last write fails: all of a small file.
        if noting.failed is not None:
            raise noting.failed
    except (pyrage.EncryptError, OSError) as error:
        if source.failed is not None:
            raise source.failed from None
        cause = noting.failed or error
        raise unwritable(_("the case"), cause, _("what was added before is in it")) from cause


class _Noting:
    """Pass on what is written; keep the error, which the library turns into its own."""

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


def sync_incoming(folder: Path, incoming: Iterable[str], disk: Disk) -> None:
    """Wait until files in ``incoming`` are on the disk, and their names.

    Many at a time: the disk has written most of them by the time that it is asked.

    Raises:
        OutputError: if that fails.
    """
    root = folder / FOLDER / INCOMING
    with write_errors():
        disk.settle([root, *(root / name for name in incoming)])


def put_in_place(folder: Path, moves: Iterable[tuple[str, str]], disk: Disk) -> None:
    """Move files from ``incoming`` to where their names say; nothing happens to those in place.

    Args:
        folder: of the case.
        moves: file in ``incoming``, and name of the object.
        disk: that the case lies on.

    Raises:
        OutputError: if that fails.
    """
    shards = set()
    with write_errors():
        for incoming, name in moves:
            target = path_of(folder, name)
            if target.parent not in shards:
                target.parent.mkdir(exist_ok=True)
                shards.add(target.parent)
            source = folder / FOLDER / INCOMING / incoming
            with contextlib.suppress(FileNotFoundError):  # an interrupted run had come so far
                source.replace(target)
        disk.settle([*sorted(shards), folder / FOLDER])


def remove(path: Path) -> None:
    """Remove a file of the case; nothing happens if it is gone.

    Raises:
        OutputError: if it cannot be removed.
    """
    with write_errors():
        path.unlink(missing_ok=True)


def path_of(folder: Path, name: str) -> Path:
    """Return where the object of this name lies."""
    return folder / FOLDER / name[:2] / name


def names_of(folder: Path) -> set[str]:
    """Return the files that lie where objects lie, as ``xx/name``."""
    root = folder / FOLDER
    try:
        return {
            f"{shard.name}/{file.name}"
            for shard in root.iterdir()
            if shard.name != INCOMING
            for file in (shard.iterdir() if shard.is_dir() and not shard.is_symlink() else [shard])
        }
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise unreadable(FOLDER, error) from error


def leftovers(folder: Path) -> list[Path]:
    """Return what lies in ``incoming``, which copies of a case may lack: it is mostly empty."""
    incoming = folder / FOLDER / INCOMING
    return sorted(incoming.iterdir()) if incoming.is_dir() else []


def read_object(
    folder: Path, name: str, identity: str, target: Target, advance: Callable[[float], None]
) -> tuple[int, bytes, bytes]:
    """Decrypt an object into `target`.

    Returns:
        size, SHA-256 and BLAKE3 of what came out.

    Raises:
        InputError: if it is missing, or not what was encrypted.
        OSError: of the target.
    """
    out = _HashingTarget(target, advance)
    try:
        # A pipe or a device in the place of an object is not waited for.
        descriptor = os.open(path_of(folder, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise InputError(_("the object is missing"), where=name) from error
    except OSError as error:
        raise unreadable(name, error) from error
    try:
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError
            pyrage.decrypt_io(file, out, [pyrage.x25519.Identity.from_str(identity)])
    except (pyrage.DecryptError, pyrage.IdentityError, OSError) as error:
        if out.failed is not None:  # where it was to go, not what was read
            raise out.failed from None
        raise InputError(
            _("the object cannot be decrypted: it was altered or cut off"), where=name
        ) from error
    # The library says nothing where only its last write fails.
    if out.failed is not None:
        raise out.failed
    return out.size, out.sha256.digest(), out.blake3.digest()


class _HashingTarget:
    """A target that hashes what passes."""

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


def sync_folder(folder: Path) -> None:
    """Make sure that names in a folder are on the disk.

    Raises:
        OutputError: if they are not.
    """
    with write_errors():
        sync(folder)
