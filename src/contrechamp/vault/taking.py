"""Taking contents in: each is read once, and encrypted under a key of its own while it is read.

Small ones are written behind each other into a pack, so that ten thousand of them are not ten
thousand files.
"""

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO

import blake3
import pyrage

from contrechamp.base.disk import Disk
from contrechamp.base.errors import OutputError
from contrechamp.base.files import unwritable
from contrechamp.base.held_folder import HeldFolder
from contrechamp.base.i18n import _
from contrechamp.vault import objects
from contrechamp.vault.objects import CHUNK, SMALL, UnreadableError, incoming_path, write_errors
from contrechamp.vault.sealing import Sealed, sealed

#: Bytes of the beginning that are kept in memory, as many as readers of metadata need.
HEAD = 1 << 18
#: A pack that has so many bytes gets no further content.
PACK = 4 << 20


@dataclass(frozen=True)
class Taken:
    """One content that was read and is now encrypted in ``incoming``.

    Args:
        incoming: name of the file there, and later of its file among the objects.
        start: of its encrypted bytes in that file.
        length: number of encrypted bytes; None if the file is all its own.
        identity: age secret key of the content.
        size: size of the content in bytes.
        sha256: SHA-256 of the content.
        blake3: BLAKE3 of the content.
    """

    incoming: str
    start: int
    length: int | None
    identity: str = field(repr=False)
    size: int
    sha256: bytes
    blake3: bytes

    @property
    def digests(self) -> bytes:
        """SHA-256 and BLAKE3 of the content, concatenated."""
        return self.sha256 + self.blake3


class Incoming:
    """Files in ``incoming`` that contents are written to, until `settle`; one of them is open.

    Args:
        folder: folder of the case, open for writing.
    """

    def __init__(self, folder: HeldFolder) -> None:
        self._folder = folder
        #: Number of contents by name of the file.
        self._files: dict[str, int] = {}
        self._pack: BinaryIO | None = None
        self._name, self._size = "", 0

    def take(
        self, source: IO[bytes], advance: Callable[[float], None], first: bytes = b""
    ) -> tuple[Taken, bytes]:
        """Read a source to its end and write it, encrypted.

        It is not yet part of the case, and only `settle` makes sure that it is on the disk.

        Args:
            source: read once, from its current position.
            advance: is told how many bytes were read.
            first: what was read of it before, if that is more than a small content has.

        Returns:
            What was taken, and the first bytes of the content.

        Raises:
            UnreadableError: if the source cannot be read.
            OutputError: if it cannot be written; the next writer removes what is there of it.
        """
        first = first or _beginning(source)
        if len(first) > SMALL:
            return self._take_large(_Hashing(source, first, advance))
        advance(len(first))
        return self.put(len(first), sealed(first)), first

    def put(self, size: int, made: Sealed) -> Taken:
        """Write a small content of this size that was encrypted.

        Raises:
            OutputError: as `take`.
        """
        name, start = self._append(made.encrypted)
        length = len(made.encrypted)
        return Taken(name, start, length, made.identity, size, made.sha256, made.blake3)

    def copy(self, encrypted: BinaryIO, length: int | None) -> tuple[str, int]:
        """Write what another copy of the case has encrypted; return its file and its start there.

        Args:
            encrypted: read to its end.
            length: number of bytes, of what lies in a pack there; None for a file of its own.

        Raises:
            OutputError: as `take`.
        """
        if length is not None:
            return self._append(encrypted.read())
        with self._own_file() as (name, file):
            shutil.copyfileobj(encrypted, file, CHUNK)
        return name, 0

    def discard(self, file: str, start: int, length: int | None) -> None:
        """Destroy a content that was written and is not wanted.

        Raises:
            OutputError: if that fails.
        """
        self._files[file] -= 1
        if not self._files[file]:
            if file == self._name:
                self._close()
            del self._files[file]
            objects.remove(self._folder, incoming_path(file))
        elif length is not None:
            if self._pack is not None:
                with write_errors():
                    self._pack.flush()
            objects.overwrite(self._folder, incoming_path(file), [(start, start + length)])

    def settle(self, disk: Disk, only: Collection[str] | None = None) -> list[str]:
        """Wait until what was written is on the disk; return the names of its files.

        Many files at a time: the disk has written most of them by the time that it is asked.

        Args:
            disk: of the case.
            only: names of files that have all contents that belong together; the others are left
                for later. None for all of them.

        Raises:
            OutputError: if that fails.
        """
        files = [name for name in self._files if only is None or name in only]
        if self._name in files:
            self._close()
        for name in files:
            del self._files[name]
        objects.sync_incoming(self._folder, files, disk)
        return files

    def _take_large(self, hashing: "_Hashing") -> tuple[Taken, bytes]:
        identity = pyrage.x25519.Identity.generate()
        with self._own_file() as (name, file):
            _encrypt(hashing, file, identity)
        digests = hashing.sha256.digest(), hashing.blake3.digest()
        return Taken(name, 0, None, str(identity), hashing.size, *digests), hashing.head

    @contextlib.contextmanager
    def _own_file(self) -> Iterator[tuple[str, BinaryIO]]:
        """Yield a new file and its name; after an error nothing is left of it."""
        name = secrets.token_hex(16)
        try:
            with write_errors(), self._folder.create(incoming_path(name)) as file:
                yield name, file
        except BaseException:
            with contextlib.suppress(OSError):  # the next writer removes it
                self._folder.remove(incoming_path(name))
            raise
        self._files[name] = 1

    def _append(self, encrypted: bytes | memoryview) -> tuple[str, int]:
        """Write into the pack that is open, or a new one; return its name, and where in it."""
        if self._pack is not None and self._size >= PACK:
            self._close()
        try:
            if self._pack is None:
                self._name, self._size = secrets.token_hex(16), 0
                self._pack = self._folder.create(incoming_path(self._name))
                self._files[self._name] = 0
            self._pack.write(encrypted)
        except OSError as error:
            raise _unwritten(error) from error
        start = self._size
        self._size += len(encrypted)
        self._files[self._name] += 1
        return self._name, start

    def _close(self) -> None:
        pack, self._pack = self._pack, None
        self._name = ""
        try:
            if pack is not None:
                pack.close()
        except OSError as error:
            raise _unwritten(error) from error


class _Hashing:
    """A source that is read in pieces of any size, but hashed in large ones on the way."""

    def __init__(self, source: IO[bytes], first: bytes, advance: Callable[[float], None]) -> None:
        self.source, self.advance = source, advance
        self.sha256, self.blake3 = hashlib.sha256(), blake3.blake3()
        self.size, self.head = 0, b""
        self.chunk, self.at = memoryview(b""), 0
        self.failed: UnreadableError | None = None
        self._take(first)

    def read(self, size: int = -1) -> bytes:
        if self.at == len(self.chunk):
            try:
                self._take(_read(self.source, CHUNK))
            except UnreadableError as error:
                self.failed = error
                raise
        end = len(self.chunk) if size < 0 else min(self.at + size, len(self.chunk))
        part = bytes(self.chunk[self.at : end])
        self.at = end
        return part

    def _take(self, content: bytes) -> None:
        self.sha256.update(content)
        self.blake3.update(content)
        self.size += len(content)
        if len(self.head) < HEAD:
            self.head += content[: HEAD - len(self.head)]
        self.advance(len(content))
        self.chunk, self.at = memoryview(content), 0


def read_small(descriptor: int, room: memoryview) -> int:
    """Read a file that is open into `room`, until that is full or the file ends.

    Returns:
        How many bytes were read; more than `SMALL` if it is not a small one.

    Raises:
        UnreadableError: if it cannot be read.
    """
    size = 0
    try:
        while got := os.readv(descriptor, [room[size:]]):
            size += got
    except OSError as error:
        raise UnreadableError(error.errno, error.strerror) from error
    return size


def _beginning(source: IO[bytes]) -> bytes:
    """Return all of a small content, or more of a large one than a small one has."""
    first = _read(source, SMALL + 1)
    while 0 < len(first) <= SMALL and (more := _read(source, SMALL + 1 - len(first))):
        first += more
    return first


def _read(source: IO[bytes], size: int) -> bytes:
    try:
        return source.read(size)
    except OSError as error:
        raise UnreadableError(error.errno, error.strerror) from error


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
        raise _unwritten(cause) from cause


def _unwritten(error: Exception) -> OutputError:
    return unwritable(_("the case"), error, _("what was added before is in it"))


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
