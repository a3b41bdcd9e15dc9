"""Opening the user's input files: their format and digest, and never more bytes than a limit."""

import bz2
import gzip
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from contrechamp.base import files
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.scene.file_kinds import OSM_FORMATS, PHOTOS, TOML, recognised
from contrechamp.scene.photo_folder import pack_folder
from contrechamp.scene.tables import InputFile

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
        entry: for the list of inputs, with digest and size of the file as it is on disk.
    """

    name: str
    format: str
    content: bytes
    entry: InputFile


def open_input(path: Path, max_unpacked_bytes: int = MAX_UNPACKED_BYTES) -> OpenedFile:
    """Read a whole file, within limits, and recognise what it is by its content.

    A folder is one of photos, of which the beginnings are read, where they say where they were
    taken: its content is an archive of them.

    Raises:
        InputError: if it cannot be read, is nothing that can be used, or unpacks to more than
            `max_unpacked_bytes`.
    """
    name = path.name
    if path.is_dir():
        folder = pack_folder(path, max_unpacked_bytes)
        entry = InputFile(folder.name, folder.sha256, folder.size_bytes, PHOTOS)
        return OpenedFile(folder.name, PHOTOS, folder.content, entry)
    packed = _read(path, name, max_unpacked_bytes)
    content = _unpacked(packed, name, max_unpacked_bytes)
    found = recognised(content, name)
    licence = "ODbL 1.0" if found in OSM_FORMATS else ""
    entry = InputFile(name, hashlib.sha256(packed).hexdigest(), len(packed), found, licence)
    return OpenedFile(name, found, content, entry)


def open_toml(path: Path) -> OpenedFile:
    """Read a file of settings.

    Raises:
        InputError: if it cannot be read, or is not UTF-8 text.
    """
    content = _read(path, path.name, _CHUNK)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise files.not_utf8(path.name) from error
    entry = InputFile(path.name, hashlib.sha256(content).hexdigest(), len(content), TOML)
    return OpenedFile(path.name, TOML, content, entry)


def _read(path: Path, name: str, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(file, name, limit)
    except OSError as error:
        raise files.unreadable(name, error, files.check_name_and_rights()) from error


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
            raise files.too_large(name, limit, _("cut out a smaller area"))
        chunks.append(chunk)
    return b"".join(chunks)


def declares_entities(content: bytes) -> bool:
    """Return whether XML declares a document type or entities, which no map or walk needs."""
    return b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content
