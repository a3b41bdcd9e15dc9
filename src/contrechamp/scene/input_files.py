"""Opening the user's input files: their format and digest, and never more bytes than a limit."""

import bz2
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import IO, Any

from contrechamp.base import files
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.scene.file_kinds import recognised

#: A compressed file that unpacks to more than this is refused: 2 GiB is several times the XML of a
#: large city. Files are read into memory, so this bounds memory too.
MAX_UNPACKED_BYTES = 2 * 1024**3
_CHUNK = 1 << 20


@dataclass(frozen=True)
class OpenedFile:
    """The bytes of one file, unpacked.

    Args:
        name: of the file, without its path.
        format: one of those of `file_kinds`.
        content: uncompressed.
    """

    name: str
    format: str
    content: bytes


def opened_content(
    content: IO[bytes], file_name: str, name: str, max_unpacked_bytes: int = MAX_UNPACKED_BYTES
) -> OpenedFile:
    """Unpack the content of a file, within limits, and recognise its format by its content.

    Args:
        content: as it is on disk.
        file_name: decides where the bytes leave it open.
        name: for errors.
        max_unpacked_bytes: what it may hold.

    Raises:
        InputError: if it is nothing that can be used, or is too large.
    """
    packed = _bounded(content, name, max_unpacked_bytes)
    unpacked = _unpacked(packed, name, max_unpacked_bytes)
    return OpenedFile(name, recognised(unpacked, file_name, name), unpacked)


def check_size(size: int, name: str, max_unpacked_bytes: int) -> None:
    """Check that a file is not too large to be read.

    Raises:
        InputError: if it is.
    """
    if size > max_unpacked_bytes:
        raise _too_large(name, max_unpacked_bytes)


def _unpacked(packed: bytes, name: str, limit: int) -> bytes:
    opener: Callable[[IO[bytes]], Any]
    if packed.startswith(b"\x1f\x8b"):
        opener = partial(gzip.GzipFile, None, "rb", 9)
    elif packed.startswith(b"BZh"):
        opener = bz2.BZ2File
    else:
        return packed
    try:
        with opener(BytesIO(packed)) as unpacking:
            return _bounded(unpacking, name, limit)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            _("the packed file is damaged or not complete; fetch it again"), where=name
        ) from error


def _bounded(source: IO[bytes] | gzip.GzipFile | bz2.BZ2File, name: str, limit: int) -> bytes:
    """Read to the end, but raise as soon as there is more than `limit`."""
    chunks, size = [], 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise _too_large(name, limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(name: str, limit: int) -> InputError:
    return files.too_large(name, limit, _("cut out a smaller area"))


def declares_entities(content: bytes) -> bool:
    """Return whether XML declares a document type or entities, which no map or walk needs."""
    return b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content
