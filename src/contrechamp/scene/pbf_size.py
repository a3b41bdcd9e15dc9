"""The unpacked size of an OSM PBF file, read from its headers before it is unpacked.

A PBF file is a sequence of blobs, each with a header (OSM wiki: "PBF Format"). A blob states the
size of its unpacked bytes (``raw_size``), and libosmium refuses a blob whose bytes have another
size, so the sum of the stated sizes bounds what a reader will unpack.
"""

import struct

from contrechamp.base.errors import InputError
from contrechamp.base.files import too_large
from contrechamp.base.i18n import _

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
#: Field numbers: BlobHeader.datasize, Blob.raw (uncompressed), Blob.raw_size.
_DATASIZE, _RAW, _RAW_SIZE = 3, 1, 2


def check_unpacked_size(content: bytes, name: str, limit: int) -> None:
    """Raise unless the blobs of a PBF file are complete and unpack to at most `limit` bytes.

    Raises:
        InputError: if the file is cut off, damaged, or too large.
    """
    at, total = 0, 0
    while at < len(content):
        try:
            (header_size,) = struct.unpack_from(">I", content, at)
            at += 4
            size = _fields(content, at, at + header_size)[_DATASIZE]
            at += header_size
            fields = _fields(content, at, at + size)
        except (struct.error, IndexError, KeyError, ValueError) as error:
            raise InputError(
                _("the OSM file is damaged or not complete; fetch it again"), where=name
            ) from error
        total += fields.get(_RAW_SIZE, fields.get(_RAW, 0))
        at += size
        if total > limit:
            raise too_large(name, limit, _("cut out a smaller area"))


def _fields(content: bytes, start: int, end: int) -> dict[int, int]:
    """Return the numbers of a message, and the lengths of its byte fields."""
    if end > len(content):
        raise ValueError("cut off")
    found, at = {}, start
    while at < end:
        key, at = _varint(content, at)
        field, kind = key >> 3, key & 7
        if kind == _VARINT:
            found[field], at = _varint(content, at)
        elif kind == _BYTES:
            length, at = _varint(content, at)
            found[field] = length
            at += length
        elif kind in (_FIXED64, _FIXED32):
            at += 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("no such kind of field")
    if at != end:
        raise ValueError("fields and length differ")
    return found


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
        if shift > 63:
            raise ValueError("number too long")
