"""Strips metadata from the compressed pictures in PDFs."""

import struct
from collections.abc import Iterator

#: The one APP segment that decoding needs, for Adobe's colour transform; JFIF's density is not.
_ADOBE = 0xEE
_MAX_SEGMENTS = 10_000
_JP2_BOXES = (b"jP  ", b"ftyp")
_JP2_HEADER = (b"ihdr", b"bpcc", b"pclr", b"cmap", b"cdef")
_START_OF_TILE, _JP2_COMMENT = 0x90, 0x64


def without_metadata(data: bytes, pdf_filter: str) -> bytes:
    """Return a picture without metadata; nothing, if it is not in the format of its filter.

    Args:
        data: as in the file.
        pdf_filter: ``/DCTDecode``, ``/JPXDecode``, or another whose pictures carry no metadata.
    """
    if pdf_filter == "/DCTDecode":
        return bare_jpeg(data)
    if pdf_filter == "/JPXDecode":
        return bare_jpeg_2000(data)
    return data


def bare_jpeg(data: bytes) -> bytes:
    """Return a JPEG without application segments, comments, and data after its end."""
    start = data.find(b"\xff\xd8")
    if start < 0:
        return b""
    kept, at = [b"\xff\xd8"], start + 2
    for _ in range(_MAX_SEGMENTS):
        if at + 4 > len(data) or data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:  # fill, or without a length
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xD9:
            break
        end = at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        adobe = marker == _ADOBE and data[at + 4 : at + 9] == b"Adobe"
        if adobe:
            kept.append(data[at : at + 16] if end >= at + 16 else b"")
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(data[at:end])
        at = end
        if marker == 0xDA:
            at = _scan_end(data, at)
            kept.append(data[end:at])
    return b"".join([*kept, b"\xff\xd9"])


def _scan_end(data: bytes, at: int) -> int:
    """Return where compressed pixels end: at a marker, not at a stuffed byte or a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at


def bare_jpeg_2000(data: bytes) -> bytes:
    """Return a JP2 file with only the boxes that decoding needs; a bare codestream stays so."""
    if data.startswith(b"\xff\x4f"):
        return _bare_codestream(data)
    kept = []
    for kind, content in _boxes(data):
        if kind == b"jp2h":
            parts = [_box(*part) for part in _boxes(content) if _decodes(*part)]
            kept.append(_box(kind, b"".join(parts)))
        elif kind == b"jp2c":
            kept.append(_box(kind, _bare_codestream(content)))
        elif kind in _JP2_BOXES:
            kept.append(_box(kind, content))
    return b"".join(kept)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the content of each box (ISO/IEC 15444-1, Annex I)."""
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        start = at + 8
        if length == 1 and at + 16 <= len(data):
            length, start = struct.unpack(">Q", data[at + 8 : at + 16])[0], at + 16
        end = len(data) if length == 0 else at + length
        if end < start or end > len(data):
            return
        yield kind, data[start:end]
        at = end


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _decodes(kind: bytes, content: bytes) -> bool:
    """Tell whether decoding needs a box of the header; a colour profile may name a device."""
    enumerated = 1
    return kind in _JP2_HEADER or (kind == b"colr" and content[:1] == bytes([enumerated]))


def _bare_codestream(data: bytes) -> bytes:
    """Return a codestream without the comments of its main header, and nothing after its end."""
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != _START_OF_TILE:
        end = at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        if data[at + 1] != _JP2_COMMENT:
            kept.append(data[at:end])
        at = end
    end = data.rfind(b"\xff\xd9")
    return b"".join([*kept, data[at : len(data) if end < at else end + 2]])
