"""Tells kinds of packages apart: ZIP archives and compound files, in which office files lie."""

import zipfile
from typing import BinaryIO, Final

import olefile

from contrechamp.base.i18n import _
from contrechamp.redact import kinds
from contrechamp.redact.kinds import FileKind

_OFFICE_TYPES: Final = {
    b"application/vnd.oasis.opendocument.text": kinds.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": kinds.ODS,
    b"application/vnd.oasis.opendocument.presentation": kinds.ODP,
}
_OFFICE_PARTS: Final = {"word/": kinds.DOCX, "xl/": kinds.XLSX, "ppt/": kinds.PPTX}
COMPOUND: Final = olefile.MAGIC
#: A stream that a compound file of this kind has (MS-DOC, MS-XLS, MS-PPT, MS-OXMSG).
_STREAMS: Final = {
    "WordDocument": kinds.DOC,
    "Workbook": kinds.XLS,
    "Book": kinds.XLS,
    "PowerPoint Document": kinds.PPT,
    "__properties_version1.0": kinds.MSG,
}


def kind_of_zip(file: BinaryIO) -> FileKind | str:
    """Return the kind of what begins like a ZIP archive, or why it is refused."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()[:10_000]
            mimetype = b""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 256:
                mimetype = archive.read("mimetype").strip()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return _("is a damaged ZIP archive or office file")
    if mimetype in _OFFICE_TYPES:
        return _OFFICE_TYPES[mimetype]
    if "[Content_Types].xml" in names:
        for start, kind in _OFFICE_PARTS.items():
            if any(name.startswith(start) for name in names):
                return kind
    return kinds.ZIP


def kind_of_compound(file: BinaryIO) -> FileKind | str:
    """Return the kind of a compound file (MS-CFB), or why it is refused."""
    file.seek(0)
    try:
        with olefile.OleFileIO(file) as compound:
            names = {entry[0].upper() for entry in compound.listdir() if len(entry) == 1}
    except Exception:  # whatever a hostile file makes the library do
        return _("is a damaged office file or message of an old kind")
    if "ENCRYPTEDPACKAGE" in names:
        return _("is locked with a password; save it without one first")
    found = next((kind for name, kind in _STREAMS.items() if name.upper() in names), None)
    return found or _("is a file of an old kind that is not known here; save it as PDF first")
