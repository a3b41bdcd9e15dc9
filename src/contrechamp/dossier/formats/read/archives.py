"""Parts of an archive: never more than a limit, one error for whatever is broken in it."""

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

#: Of an archive: parts, bytes of all of them unpacked, and bytes of one that is taken in.
MAX_PARTS, MAX_UNPACKED, MAX_PART = 20_000, 8 * 1024**3, 2 * 1024**3
#: What a damaged archive makes the library raise, by the way in which its parts are packed.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, ValueError, RuntimeError,
    EOFError, LookupError,
)  # fmt: skip


def check(infos: list[zipfile.ZipInfo], where: str) -> None:
    """Check the directory of an archive.

    Raises:
        InputError: if it holds more than the limits, or names files outside of itself.
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
                _("the archive holds a file outside of itself; do not trust it"), where=where
            )


def broken(where: str) -> InputError:
    """Return the error that says that an archive is damaged."""
    return unreadable(where, advice=_("export it again"), form=_("an archive"))


@dataclass(frozen=True)
class Part:
    """A file in an archive."""

    archive: Content
    info: zipfile.ZipInfo

    def opened(self) -> IO[bytes]:
        """Open the part; never more comes out of it than the archive says, whatever is in it."""
        archive = self.archive.opened()
        try:
            return _Both(zipfile.ZipFile(archive).open(self.info), archive, self.info.filename)
        except BROKEN as error:
            archive.close()
            raise broken(self.info.filename) from error


class _Both(io.BufferedReader):
    """A part of an archive that closes the archive with it."""

    def __init__(self, part: IO[bytes], archive: IO[bytes], name: str) -> None:
        super().__init__(part)  # type: ignore[arg-type]  # ZipExtFile is a BufferedIOBase
        self._archive, self._name = archive, name

    def read(self, size: int | None = -1, /) -> bytes:
        return self._attempt(lambda: super(_Both, self).read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._attempt(lambda: super(_Both, self).readline(size))

    def _attempt(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except BROKEN as error:
            raise broken(self._name) from error

    def close(self) -> None:
        super().close()
        self._archive.close()
