"""Zip files of strangers, opened within bounds."""

import hashlib
import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from contrechamp.vault.captures import bounds
from contrechamp.vault.captures.bounds import PIECE, Budget
from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.captures.listed import Listed

ZIP = b"PK\x03\x04"

#: Compressions of which the library unpacks no more than is asked for; captures have no others.
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

#: What a damaged zip makes the library raise; not all of it is documented.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
    KeyError,
    struct.error,
)


class ListTooLargeError(zipfile.BadZipFile):
    """Raised when a zip has a larger list of contents than any honest one."""


class _Bounded:
    """A zip file whose list of contents is refused if it is larger than any honest one."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self._size = content.seek(0, io.SEEK_END)
        self.seek, self.tell, self.seekable = content.seek, content.tell, content.seekable

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._size - self._content.tell() if size < 0 else size
        if wanted > bounds.MAX_DIRECTORY:
            raise ListTooLargeError("directory")
        return self._content.read(size)


@contextmanager
def opened(content: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """Yield a zip file.

    Raises:
        BROKEN: if it cannot be opened.
    """
    with zipfile.ZipFile(_Bounded(content)) as archive:
        yield archive


def first_name(head: bytes) -> str:
    """Return the name of the first part of a zip, which is there even if its end is not."""
    if len(head) < 30 or not head.startswith(ZIP):
        return ""
    size = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + size].decode("utf-8", "backslashreplace")


class Hashed:
    """A part of a zip, hashed as it is read.

    Args:
        file: the part, opened.
        algorithms: names of hashes, as `hashlib` has them.
        budget: what may still be unpacked; what is read counts.
    """

    def __init__(self, file: IO[bytes], algorithms: set[str], budget: Budget) -> None:
        self._file, self._budget = file, budget
        self._hashes = {one: hashlib.new(one, usedforsecurity=False) for one in algorithms}
        self.size = 0

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`.

        Raises:
            StopError: if too much was unpacked.
            BROKEN: if the part is damaged.
        """
        piece = self._file.read(size)
        self.size += len(piece)
        self._budget.spend(len(piece))
        for one in self._hashes.values():
            one.update(piece)
        return piece

    def drain(self) -> None:
        """Read the rest; raises what `read` does."""
        while self.read(PIECE):
            pass

    def digests(self) -> dict[str, bytes]:
        """Return the digest of what was read, by algorithm."""
        return {name: one.digest() for name, one in self._hashes.items()}


def tell_twice(archive: zipfile.ZipFile, checks: Findings) -> None:
    """Say which names parts have that another part has too."""
    names = Counter(one.filename for one in archive.infolist() if not one.is_dir())
    for name, many in names.items():
        if many > 1:
            checks.add("part-twice", name)


def read_small(archive: zipfile.ZipFile, part: zipfile.ZipInfo, listed: Listed, most: int) -> bytes:
    """Return a part that has at most so many bytes; empty if it has more, or is damaged."""
    content = io.BytesIO()
    if part.file_size > most:
        listed.checks.add("part-unread", part.filename)
    elif read_part(archive, part, content.write, listed):
        return content.getvalue()
    return b""


def read_part(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    take: Callable[[bytes], object],
    listed: Listed,
) -> bool:
    """Read a part; return whether all of it is there.

    Raises:
        StopError: if too much was unpacked.
    """
    try:
        if part.compress_type not in BOUNDED:
            raise zipfile.BadZipFile("compression")
        with archive.open(part) as file:
            while piece := file.read(PIECE):
                listed.budget.spend(len(piece))
                take(piece)
    except BROKEN:
        listed.checks.add("damaged", part.filename)
        return False
    return True
