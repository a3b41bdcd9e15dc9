"""Files inside a ZIP archive, read within limits, with one error for whatever is damaged."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _

#: Limits of an archive: number of files, their bytes in total when unpacked, and of a single one.
MAX_PARTS, MAX_UNPACKED, MAX_PART = 20_000, 8 * 1024**3, 2 * 1024**3
#: What is looked at of a table in an archive to recognise its format, and of all of them together.
HEAD, MAX_HEADS = 1 << 16, 64 << 20
#: Names by which tables in an archive are found.
TABLES = (".csv", ".json", ".jsonl", ".ndjson")
#: What the library raises for a damaged archive, depending on the compression.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, ValueError, RuntimeError,
    EOFError, LookupError,
)  # fmt: skip
_PIECE = 1 << 20


def listed(content: IO[bytes], *, name: str) -> Iterator[dict[str, Any]]:
    """Yield number, name, size and beginning of each file; folders and encrypted ones are skipped.

    The beginning, as Latin-1, is there for files that are named as tables.

    Raises:
        InputError: if it is damaged, names files outside itself, or exceeds the limits.
    """
    room = MAX_HEADS
    with _broken(name), zipfile.ZipFile(content) as archive:
        infos = archive.infolist()
        check(infos, name)
        for number, info in enumerate(infos):
            if not info.filename or info.is_dir() or info.flag_bits & 1:  # 1: encrypted
                continue
            head = b""
            if room and info.filename.lower().endswith(TABLES):
                with archive.open(info) as part:
                    head = part.read(min(HEAD, room))
                room -= len(head)
            yield {
                "number": number,
                "name": info.filename,
                "size": info.file_size,
                "head": head.decode("latin-1"),
            }


def unpacked(content: IO[bytes], *, name: str, part: int) -> Iterator[bytes]:
    """Yield the content of a file in an archive, in pieces."""
    with opened(content, name, part) as source:
        while piece := source.read(_PIECE):
            yield piece


@contextmanager
def opened(content: IO[bytes], name: str, part: int | None) -> Iterator[IO[bytes]]:
    """Open a file in an archive by its number, or the content itself where there is none.

    Args:
        content: of the file that was given.
        name: for errors.
        part: number in the archive.
    """
    if part is None:
        yield content
        return
    with _broken(name):
        archive = zipfile.ZipFile(content)
        source = _Part(archive.open(archive.infolist()[part]), name)
    with archive, source:
        yield source


def check(infos: list[zipfile.ZipInfo], where: str) -> None:
    """Check the directory of an archive.

    Raises:
        InputError: if it exceeds the limits or names files outside itself.
    """
    if (
        len(infos) > MAX_PARTS
        or sum(info.file_size for info in infos) > MAX_UNPACKED
        or any(info.file_size > MAX_PART for info in infos)
    ):
        raise InputError(
            _("the archive holds more than {parts} files or {size} GB").format(
                parts=MAX_PARTS, size=MAX_UNPACKED // 1024**3
            ),
            where=where,
        )
    for info in infos:
        path = PurePosixPath(info.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in info.filename:
            raise InputError(
                _("the archive names a file outside itself; do not trust it"), where=where
            )


@contextmanager
def _broken(where: str) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise unreadable(where, advice=_("export it again"), form=_("an archive")) from error


class _Part(io.BufferedReader):
    """A part of an archive; it yields no more bytes than the archive's directory says it has."""

    def __init__(self, part: IO[bytes], name: str) -> None:
        super().__init__(part)  # type: ignore[arg-type]  # ZipExtFile is a BufferedIOBase
        self._name = name

    def read(self, size: int | None = -1, /) -> bytes:
        return self._attempt(lambda: super(_Part, self).read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._attempt(lambda: super(_Part, self).readline(size))

    def _attempt(self, read: Callable[[], bytes]) -> bytes:
        with _broken(self._name):
            return read()
