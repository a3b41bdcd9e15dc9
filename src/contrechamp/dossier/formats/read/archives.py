"""Files inside a ZIP archive, read within limits, with one error for whatever is damaged."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.vault.adding import Content

#: Limits of an archive: number of files, their bytes in total when unpacked, and of a single one.
MAX_PARTS, MAX_UNPACKED, MAX_PART = 20_000, 8 * 1024**3, 2 * 1024**3
#: What the library raises for a damaged archive, depending on the compression.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, ValueError, RuntimeError,
    EOFError, LookupError,
)  # fmt: skip


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


def broken(where: str) -> InputError:
    """Return the error for a damaged archive."""
    return unreadable(where, advice=_("export it again"), form=_("an archive"))


@dataclass(frozen=True)
class Part:
    """A file in an archive."""

    archive: Content
    info: zipfile.ZipInfo

    def opened(self) -> IO[bytes]:
        """Open the part; it yields no more bytes than the archive's directory says it has."""
        archive = self.archive.opened()
        try:
            return _PartReader(
                zipfile.ZipFile(archive).open(self.info), archive, self.info.filename
            )
        except BROKEN as error:
            archive.close()
            raise broken(self.info.filename) from error


class _PartReader(io.BufferedReader):
    """A part of an archive that closes the archive together with itself."""

    def __init__(self, part: IO[bytes], archive: IO[bytes], name: str) -> None:
        super().__init__(part)  # type: ignore[arg-type]  # ZipExtFile is a BufferedIOBase
        self._archive, self._name = archive, name

    def read(self, size: int | None = -1, /) -> bytes:
        return self._attempt(lambda: super(_PartReader, self).read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._attempt(lambda: super(_PartReader, self).readline(size))

    def _attempt(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except BROKEN as error:
            raise broken(self._name) from error

    def close(self) -> None:
        super().close()
        self._archive.close()
