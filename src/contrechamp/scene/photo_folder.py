"""A folder of photos as one input: the beginnings of its photos as one archive."""

import hashlib
import os
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from contrechamp.base import files
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.scene.file_kinds import is_photo

#: Of each photo so much is read: phones write where they were at the beginning.
PHOTO_HEAD_BYTES = 4 << 20
#: Files in a folder of photos.
MAX_PHOTOS = 20_000
_CHUNK = 1 << 20


@dataclass(frozen=True)
class PhotoFolder:
    """The photos of a folder.

    Args:
        name: of the folder.
        content: a zip archive of their beginnings, named as in the folder.
        sha256: of the list that `sha256sum` would print of the photos, in the order of their names.
        size_bytes: of all photos.
    """

    name: str
    content: bytes
    sha256: str
    size_bytes: int


def pack_folder(path: Path, limit: int) -> PhotoFolder:
    """Return the photos of a folder and of those in it. Links are not followed.

    Raises:
        InputError: if there is no photo in it, one cannot be read, or they are too many.
    """
    name = path.resolve().name
    listed, size, packed = [], 0, BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file in _files_below(path, name):
            with _reading(file, name) as source:
                head = source.read(PHOTO_HEAD_BYTES)
                if not is_photo(head):
                    continue
                digest = hashlib.sha256(head)
                size += len(head)
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
            inside = file.relative_to(path).as_posix()
            listed.append(f"{digest.hexdigest()}  {inside}\n")
            archive.writestr(zipfile.ZipInfo(inside), head)
            if packed.tell() > limit:
                raise files.too_large(name, limit, _("give fewer photos at a time"))
    if not listed:
        raise InputError(
            _("there is no photo in the folder (JPEG or HEIC); give other files one by one"),
            where=name,
        )
    sha256 = hashlib.sha256("".join(listed).encode()).hexdigest()
    return PhotoFolder(name, packed.getvalue(), sha256, size)


def _files_below(path: Path, name: str) -> list[Path]:
    """Return the regular files in a folder and those in it, in the order of their names."""
    found: list[Path] = []
    for folder, _folders, names in os.walk(path):
        found += [file for one in names if not (file := Path(folder, one)).is_symlink()]
        if len(found) > MAX_PHOTOS:
            text = _("the folder holds more than {count} files; give those that are needed")
            raise InputError(text.format(count=MAX_PHOTOS), where=name)
    return sorted(file for file in found if file.is_file())


def _reading(file: Path, name: str) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        where = f"{name}/{file.name}"
        raise files.unreadable(where, error, files.check_name_and_rights()) from error
