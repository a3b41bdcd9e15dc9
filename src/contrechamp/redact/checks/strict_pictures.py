"""Our own strict readers of pictures: they know what a picture needs, and report everything else.

Each takes the whole content and yields what should not be there, in the terms of the format's
specification; it raises ValueError where the file does not follow the specification.
"""

import io
import struct
import zlib
from collections.abc import Iterator

from contrechamp.redact.checks.tiff_tags import directories

#: JPEG (ITU-T T.81): tables, baseline and progressive frame headers, restart interval.
_JPEG_TABLES = {0xDB, 0xC4, 0xC0, 0xC1, 0xC2, 0xDD}
_SOI, _EOI, _SOS, _APP0, _APP11 = 0xD8, 0xD9, 0xDA, 0xE0, 0xEB
_PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_APNG_CHUNKS = {b"acTL", b"fcTL", b"fdAT"}
_WEBP_CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
_WEBP_ALPHA, _WEBP_MOVES = 0x10, 0x02
#: TIFF 6.0: size, samples, compression, strips or tiles, resolution, predictor, alpha.
_TIFF_TAGS = {
    254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 283, 284, 296, 317, 320, 322,
    323, 324, 325, 338, 339, 530, 531, 532,
}  # fmt: skip
_ORIENTATION, _STRIPS, _TILES = 274, (273, 279), (324, 325)


def jpeg(content: bytes, *, credentials: bool = False) -> Iterator[str]:
    """Yield what a JPEG holds apart from its picture."""
    need(content[:2] == b"\xff\xd8", "SOI")
    at, scans = 2, 0
    while True:
        need(content[at : at + 1] == b"\xff" and at + 2 <= len(content), "marker")
        marker, at = content[at + 1], at + 2
        if marker == _EOI:
            break
        (length,) = struct.unpack(">H", content[at : at + 2])
        body, at = content[at + 2 : at + length], at + length
        need(length >= 2 and at <= len(content), "segment")
        if marker == _SOS:
            scans += 1
            at = _end_of_scan(content, at)
        elif marker == _APP0:
            if not (body[:5] == b"JFIF\0" and len(body) == 14 and body[12:14] == b"\0\0"):
                yield f"APP0 {body[:4]!r}"
        elif marker == _APP11 and credentials and body[:2] == b"JP":
            continue  # JUMBF: the manifest, which its own reader checks
        elif marker not in _JPEG_TABLES:
            yield f"marker {marker:02X} ({length} bytes)"
    need(scans > 0, "scan")
    if at != len(content):
        yield f"{len(content) - at} bytes after EOI"


def _end_of_scan(content: bytes, at: int) -> int:
    """Return where the marker after a scan begins, skipping stuffed bytes and restarts."""
    while True:
        at = content.find(b"\xff", at)
        need(0 <= at < len(content) - 1, "EOI")
        if content[at + 1] != 0 and not 0xD0 <= content[at + 1] <= 0xD7:
            return at
        at += 2


def png(content: bytes, *, credentials: bool = False) -> Iterator[str]:
    """Yield what a PNG holds apart from its picture."""
    need(content[:8] == b"\x89PNG\r\n\x1a\n", "signature")
    at, kind, header, pixels = 8, b"", b"", []
    film: list[tuple[bytes, bytes]] = []
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + length]
        check = content[at + 8 + length : at + 12 + length]
        need(check == struct.pack(">I", zlib.crc32(kind + body)), "CRC")
        at += 12 + length
        if kind == b"IHDR":
            header = body
        elif kind == b"IDAT":
            pixels.append(body)
            film.append((kind, body))
        elif kind in _APNG_CHUNKS:
            film.append((kind, body))
        elif kind not in _PNG_CHUNKS and not (kind == b"caBX" and credentials):
            yield f"chunk {kind.decode('latin-1')} ({length} bytes)"
    if at != len(content):
        yield f"{len(content) - at} bytes after IEND"
    yield from _png_pixels(header, pixels)
    if len(film) > len(pixels):
        yield from _png_frames(header, film)


def _png_frames(header: bytes, film: list[tuple[bytes, bytes]]) -> Iterator[str]:
    """Yield what is wrong with the frames of an APNG, each of which must be as large as it says."""
    frames: list[tuple[bytes, list[bytes]]] = []
    stated, number = -1, 0
    for kind, body in film:
        if kind == b"acTL" and stated < 0:
            stated = struct.unpack(">II", body)[0]
            continue
        if kind == b"acTL" or (kind == b"IDAT" and len(frames) != 1):
            yield f"chunk acTL, and chunk {kind.decode()} of no frame"
            return
        if kind != b"IDAT":
            need(struct.unpack(">I", body[:4])[0] == number, "frame number")
            number += 1
        if kind == b"fcTL":
            need(len(body) == 26, "fcTL")
            frames.append((body, []))
        elif frames:
            frames[-1][1].append(body if kind == b"IDAT" else body[4:])
    if stated != len(frames) or stated < 1:
        yield f"chunk acTL of {stated} frames, of which there are {len(frames)}"
        return
    for control, pixels in frames:
        yield from _png_pixels(control[4:12] + header[8:], pixels)


def _png_pixels(header: bytes, pixels: list[bytes]) -> Iterator[str]:
    width, height, depth, colour, _compression, _filter, interlace = struct.unpack(
        ">IIBBBBB", header
    )
    need(interlace == 0, "interlace")
    row = 1 + (width * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour] + 7) // 8
    stream = zlib.decompressobj()
    size = 0
    for piece in pixels:
        while piece:
            size += len(stream.decompress(piece, 1 << 24))
            piece = stream.unconsumed_tail
            need(size <= row * height, "pixels")
        if stream.unused_data:
            yield f"{len(stream.unused_data)} bytes after the pixels"
            return
    size += len(stream.flush())
    need(size == row * height and stream.eof, "pixels")


def webp(content: bytes, *, credentials: bool = False) -> Iterator[str]:
    """Yield what a WebP holds apart from its picture."""
    need(content[:4] == b"RIFF" and content[8:12] == b"WEBP", "RIFF")
    moves = False
    for kind, body in riff_chunks(content):
        if kind == b"VP8X":
            moves = bool(body[0] & _WEBP_MOVES)
            if body[0] & ~(_WEBP_ALPHA | _WEBP_MOVES):
                yield f"VP8X flags {body[0]:02X}"
        elif kind == b"ANIM" and moves:
            need(len(body) == 6, "ANIM")
        elif kind == b"ANMF" and moves:
            for inner, part in riff_chunks(b"RIFF" + _four(len(body) - 12) + body[12:]):
                if inner not in _WEBP_CHUNKS - {b"VP8X"}:
                    yield f"chunk {inner.decode('latin-1')} ({len(part)} bytes) of a frame"
        elif kind not in _WEBP_CHUNKS and not (kind == b"C2PA" and credentials):
            yield f"chunk {kind.decode('latin-1')} ({len(body)} bytes)"


def _four(number: int) -> bytes:
    return struct.pack("<I", number)


def gif(content: bytes, *, credentials: bool = False) -> Iterator[str]:
    """Yield what a GIF holds apart from its frames and how they play (GIF89a, Netscape 2.0)."""
    need(content[:6] in (b"GIF87a", b"GIF89a") and len(content) > 13, "header")
    at = 13 + _colours(content[10])
    frames = 0
    while content[at : at + 1] != b";":
        block, label = content[at : at + 1], content[at + 1 : at + 2]
        need(block in (b"!", b",") and label != b"", "block")
        if block == b",":
            at += 10 + _colours(content[at + 9]) + 1
            frames += 1
        else:
            at += 2
        body, at = _gif_blocks(content, at)
        if block == b"!" and not (
            (label == b"\xf9" and len(body) == 4)
            or (label == b"\xff" and body[:12] == b"NETSCAPE2.0\x01" and len(body) == 14)
        ):
            yield f"extension {label.hex()} ({len(body)} bytes)"
    need(frames > 0, "frame")
    if at + 1 != len(content):
        yield f"{len(content) - at - 1} bytes after the trailer"


def _colours(flags: int) -> int:
    """Return the bytes of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks(content: bytes, at: int) -> tuple[bytes, int]:
    """Return what a chain of blocks holds, and where it ends."""
    parts = []
    while True:
        need(at < len(content), "end")
        size = content[at]
        parts.append(content[at + 1 : at + 1 + size])
        need(len(parts[-1]) == size, "end")
        at += 1 + size
        if not size:
            return b"".join(parts), at


def riff_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and content of each chunk of a RIFF file, which must end where it says."""
    need(struct.unpack("<I", content[4:8])[0] == len(content) - 8, "RIFF size")
    at = 12
    while at < len(content):
        kind, length = struct.unpack("<4sI", content[at : at + 8])
        need(at + 8 + length <= len(content), "chunk")
        yield kind, content[at + 8 : at + 8 + length]
        at += 8 + length
        if length % 2:
            need(content[at : at + 1] == b"\0", "padding")
            at += 1


def tiff(content: bytes, *, credentials: bool = False) -> Iterator[str]:
    """Yield what a TIFF holds apart from its picture, unreferenced bytes included."""
    found = list(directories(io.BytesIO(content)))
    if len(found) != 1:
        yield f"{len(found)} directories"
    directory = found[0]
    used = [(0, 16 if content[2:3] in b"+" or content[3:4] in b"+" else 8)]
    used.append((directory.start, directory.start + directory.size))
    for tag in directory.tags.values():
        if tag.number not in _TIFF_TAGS and not (tag.number == 0xCD41 and credentials):
            yield f"tag {tag.number} ({tag.size} bytes)"
        if tag.number == _ORIENTATION and tag.values != (1,):
            yield "orientation"
        if not tag.inside:
            used.append((tag.start, tag.start + tag.size))
    for starts, sizes in (_STRIPS, _TILES):
        if starts in directory.tags and sizes in directory.tags:
            places = zip(directory.tags[starts].values, directory.tags[sizes].values, strict=True)
            used += [(start, start + size) for start, size in places]
    end = 0
    for start, stop in sorted(used):
        if start > end and content[end:start].strip(b"\0"):
            yield f"{start - end} bytes that belong to nothing"
        end = max(end, stop)
    need(end <= len(content), "end")
    if content[end:].strip(b"\0"):
        yield f"{len(content) - end} bytes after the picture"


def need(condition: bool, what: str) -> None:
    """Raise ValueError, which names `what`, unless `condition` holds."""
    if not condition:
        raise ValueError(what)
