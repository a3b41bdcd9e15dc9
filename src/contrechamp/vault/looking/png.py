"""A PNG of plain pixels, written here: what reads it meets nothing of the file they came from."""

import struct
import zlib


def png_of(width: int, height: int, pixels: bytes) -> bytes:
    """Return a picture.

    Args:
        width: in pixels.
        height: in pixels.
        pixels: three bytes each, row by row.
    """
    row = width * 3
    rows = b"".join(b"\0" + pixels[first : first + row] for first in range(0, row * height, row))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
