"""Tells what kind of file something is, from its content alone; unknown kinds are refused."""

import struct
from pathlib import Path
from typing import BinaryIO

from contrechamp.base.errors import InputError
from contrechamp.base.files import unreadable
from contrechamp.base.i18n import _
from contrechamp.redact import kinds
from contrechamp.redact.checks.tiff_tags import is_camera_raw, pages_of
from contrechamp.redact.kind_of_media import is_transport_stream, kind_of_media
from contrechamp.redact.kind_of_package import COMPOUND, kind_of_compound, kind_of_zip
from contrechamp.redact.kinds import FileKind
from contrechamp.redact.text_forms import Form, form_of

HEAD_BYTES = 1 << 20
#: Sizes of the headers of BMP (OS/2, Windows 3.0 to 5.0).
_BMP_HEADERS = {struct.pack("<I", size) for size in (12, 40, 52, 56, 64, 108, 124)}
_TEXTS = {
    one.format: one
    for one in (*(kinds.TXT, kinds.CSV, kinds.JSON, kinds.HTML), *(kinds.EML, kinds.MBOX),
                *(kinds.SVG, kinds.RTF))
}  # fmt: skip
_STARTS = (
    (b"\xff\xd8\xff", kinds.JPEG),
    (b"GIF87a", kinds.GIF),
    (b"GIF89a", kinds.GIF),
    (b"FUJIFILMCCD-RAW", kinds.RAW),
    (b"IIRO", kinds.RAW),
    (b"IIRS", kinds.RAW),
    (b"MMOR", kinds.RAW),
    (b"IIU\0", kinds.RAW),
    (b"fLaC", kinds.FLAC),
    (b"#!AMR", kinds.AMR),
    (b"\0\0\x01\xba", kinds.MPEG),
    (b"FORM", kinds.AIFF),
)


def kind_of(source: Path, name: str) -> FileKind:
    """Return the kind of `source`, judged by its content.

    Args:
        source: the file; may be ``/dev/fd/N``.
        name: what to call it in messages.

    Raises:
        InputError: it cannot be read, is empty, or is of a kind that cannot be masked.
    """
    try:
        with source.open("rb") as file:
            head = file.read(HEAD_BYTES)
            found = _known(head, file, name)
    except OSError as error:
        raise unreadable(name, error) from error
    if isinstance(found, FileKind):
        return found
    raise InputError(found, where=name)


def _known(head: bytes, file: BinaryIO, name: str) -> FileKind | str:
    """Return the kind, or the reason why the file is refused."""
    if not head:
        return _("is empty: there is nothing to mask")
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return kinds.APNG if _has_chunk(head, b"acTL") else kinds.PNG
    if head[:2] == b"BM" and head[14:18] in _BMP_HEADERS:
        return kinds.BMP
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return _tiff(file)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") and (form := form_of(head, name)):
        return _text(form)
    if media := kind_of_media(head, file):
        return media
    if b"%PDF-" in head[:1024]:
        return kinds.PDF
    if head[:2] == b"PK":
        return kind_of_zip(file)
    if head.startswith(COMPOUND):
        return kind_of_compound(file)
    if is_transport_stream(head):
        return kinds.MPEG
    return _refused(head) or _text(form_of(head, name))


def _tiff(file: BinaryIO) -> FileKind:
    if is_camera_raw(file):
        return kinds.RAW
    return kinds.PAGES if len(pages_of(file)) > 1 else kinds.TIFF


def _text(form: Form) -> FileKind | str:
    """Return the kind of a text, or the reason why it is refused."""
    if form == "XML":
        return _("is XML that no kind here knows; save what it shows as text or PDF first")
    return _TEXTS.get(form) or _unknown()


def _has_chunk(head: bytes, wanted: bytes) -> bool:
    """Tell whether a PNG has a chunk before its pixels, where those of animations must be."""
    at = 8
    while at + 8 <= len(head):
        size, kind = struct.unpack(">I4s", head[at : at + 8])
        if kind in (wanted, b"IDAT", b"IEND"):
            return bool(kind == wanted)
        at += 12 + size
    return False


def _refused(head: bytes) -> str:
    """Return why a file of an unsuitable kind is refused; nothing where its kind is unknown."""
    if head[:4] == b"8BPS":
        return _("is a picture of a kind that cannot be masked here; save it as PNG or JPEG first")
    if head[:4] in (b"Rar!", b"7z\xbc\xaf") or head[:2] == b"\x1f\x8b" or head[257:262] == b"ustar":
        return _("is an archive: unpack it and mask what is in it")
    return ""


def _unknown() -> str:
    return _("is not a kind of file that can be masked; known are {formats}").format(
        formats=kinds.formats()
    )
