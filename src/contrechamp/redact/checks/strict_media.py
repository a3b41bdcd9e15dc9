"""Our own strict readers of video and sound: they report all but frames and what these need.

Each takes an open file and yields what should not be there; it raises ValueError where the file
does not follow its specification.
"""

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from contrechamp.redact.checks.strict_pictures import need, riff_chunks

#: ISO/IEC 14496-12: which boxes may be in which.
_INSIDE: Mapping[bytes, frozenset[bytes]] = {
    b"": frozenset({b"ftyp", b"moov", b"mdat", b"free"}),
    b"moov": frozenset({b"mvhd", b"trak", b"udta"}),
    b"trak": frozenset({b"tkhd", b"edts", b"mdia"}),
    b"edts": frozenset({b"elst"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"dinf", b"stbl"}),
    b"dinf": frozenset({b"dref"}),
    b"stbl": frozenset(
        {b"stsd", b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stco", b"co64", b"sgpd", b"sbgp"}
        | {b"cslg", b"sdtp"}
    ),
}
_ENTRY_HEADS = {b"vide": 78, b"soun": 28}
_IN_ENTRY = {b"avcC", b"hvcC", b"vpcC", b"av1C", b"colr", b"pasp", b"btrt", b"fiel", b"esds"}
_IN_ENTRY |= {b"dOps", b"dfLa", b"chan", b"chnl"}
_HANDLER_NAMES = (b"", b"\0", b"VideoHandler\0", b"SoundHandler\0")
_IDENTITY = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
_C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_UND = 0x55C4
_MAX_TABLE = 1 << 28
#: The empty metadata list that FFmpeg writes where there is no metadata.
_EMPTY_METADATA = bytes.fromhex(
    "0000003d 75647461 00000035 6d657461 00000000 00000021 68646c72 00000000 00000000 6d646972"
    "6170706c 00000000 00000000 00 0000000869 6c7374"
)[8:]


@dataclass
class _Found:
    """Totals over all boxes: track handlers, bytes of samples and of media data."""

    tracks: list[bytes] = field(default_factory=list)
    samples: int = 0
    media: int = 0


def mp4(
    file: BinaryIO, *, video: bool = True, sound: bool = False, credentials: bool = False
) -> Iterator[str]:
    """Yield what an MP4 holds apart from its tracks, and what in them tells where or when.

    Args:
        file: open for reading.
        video: whether there is a video track; else there is one sound track and no other.
        sound: whether there may be a sound track beside the video.
        credentials: whether there may be a C2PA manifest.
    """
    found = _Found()
    end = file.seek(0, io.SEEK_END)
    yield from _boxes(file, 0, end, b"", found, credentials=credentials)
    wanted = [[b"vide"], [b"soun", b"vide"]][: 1 + sound] if video else [[b"soun"]]
    if sorted(found.tracks) not in wanted:
        yield "tracks: " + ", ".join(name.decode("latin-1") for name in found.tracks)
    if found.samples != found.media:
        yield f"{found.media - found.samples} bytes of mdat that belong to no sample"


def _boxes(
    file: BinaryIO, at: int, end: int, parent: bytes, found: _Found, *, credentials: bool
) -> Iterator[str]:
    while at < end:
        kind, start, stop = _box(file, at, end)
        if (
            kind == b"uuid"
            and parent == b""
            and credentials
            and _read(file, start, start + 16) == _C2PA_UUID
        ):
            pass
        elif kind not in _INSIDE.get(parent, ()):
            place = (parent + b"/" + kind).decode("latin-1")
            yield f"box {place} ({stop - at} bytes)"
        elif kind in _INSIDE:
            yield from _boxes(file, start, stop, kind, found, credentials=credentials)
        else:
            yield from _leaf(file, kind, start, stop, found)
        at = stop


def _box(file: BinaryIO, at: int, end: int) -> tuple[bytes, int, int]:
    """Return the kind of the box at `at`, and where its content begins and ends."""
    header = _read(file, at, min(at + 16, end))
    need(len(header) >= 8, "box")
    size, start = struct.unpack(">I", header[:4])[0], at + 8
    if size == 1:
        need(len(header) == 16, "box")
        size, start = struct.unpack(">Q", header[8:])[0], at + 16
    stop = end if size == 0 else at + size
    need(start <= stop <= end, "box")
    return header[4:8], start, stop


def _leaf(file: BinaryIO, kind: bytes, start: int, stop: int, found: _Found) -> Iterator[str]:
    if kind == b"mdat":
        found.media += stop - start
        return
    need(stop - start <= _MAX_TABLE, "table")
    body = _read(file, start, stop)
    if kind == b"free":
        if body.strip(b"\0"):
            yield "free space that is not empty"
    elif kind == b"udta":
        if body != _EMPTY_METADATA:
            yield f"box moov/udta ({len(body)} bytes)"
    elif kind in (b"mvhd", b"tkhd", b"mdhd"):
        yield from _dated(kind, body)
    elif kind == b"hdlr":
        found.tracks.append(body[8:12])
        if body[24:] not in _HANDLER_NAMES:
            yield f"handler name {body[24:64]!r}"
    elif kind == b"stsd":
        yield from _descriptions(body, found.tracks[-1] if found.tracks else b"")
    elif kind == b"dref":
        if body[4:] != struct.pack(">II4sI", 1, 12, b"url ", 1):
            yield "data elsewhere"
    elif kind == b"stsz":
        size, count = struct.unpack(">II", body[4:12])
        found.samples += size * count if size else sum(struct.unpack(f">{count}I", body[12:]))


def _dated(kind: bytes, body: bytes) -> Iterator[str]:
    wide = body[0] == 1
    if body[4 : 20 if wide else 12].strip(b"\0"):
        yield f"{kind.decode()} date"
    if kind == b"mdhd":
        language = body[32:34] if wide else body[20:22]
        if struct.unpack(">H", language)[0] not in (0, _UND):
            yield "language"
    else:
        at = {b"mvhd": 48, b"tkhd": 52}[kind] if wide else {b"mvhd": 36, b"tkhd": 40}[kind]
        if body[at : at + 36] != _IDENTITY:
            yield "rotation"


def _descriptions(body: bytes, handler: bytes) -> Iterator[str]:
    file, at = io.BytesIO(body), 8
    while at < len(body):
        _kind, start, stop = _box(file, at, len(body))
        if handler == b"vide" and body[start + 42 : start + 74].strip(b"\0"):
            yield f"compressor name {body[start + 43 : start + 74]!r}"
        inner = start + _ENTRY_HEADS.get(handler, 8)
        while inner < stop:
            kind, _start, inner_stop = _box(file, inner, stop)
            if kind not in _IN_ENTRY:
                yield f"box stsd/{kind.decode('latin-1')}"
            inner = inner_stop
        at = stop


def wav(file: BinaryIO, *, credentials: bool = False) -> Iterator[str]:
    """Yield what a WAV holds apart from its samples."""
    for kind, body in riff_chunks(_whole(file)):
        if kind not in (b"fmt ", b"data", b"fact") and not (kind == b"C2PA" and credentials):
            yield f"chunk {kind.decode('latin-1')} ({len(body)} bytes)"


def flac(file: BinaryIO) -> Iterator[str]:
    """Yield what a FLAC holds apart from its samples (RFC 9639)."""
    content = _whole(file)
    need(content[:4] == b"fLaC", "fLaC")
    at, last = 4, False
    while not last:
        last, kind = bool(content[at] & 0x80), content[at] & 0x7F
        body = content[at + 4 : at + 4 + int.from_bytes(content[at + 1 : at + 4], "big")]
        at += 4 + len(body)
        if kind == 1 and body.strip(b"\0"):
            yield "padding that is not empty"
        elif kind == 4:
            yield from _comments(body)
        elif kind not in (0, 1, 3):
            yield f"metadata block {kind} ({len(body)} bytes)"
    need(content[at : at + 1] == b"\xff" and content[at + 1] & 0xFC == 0xF8, "frame")


def ogg(file: BinaryIO) -> Iterator[str]:
    """Yield what an Ogg file holds apart from one Opus stream (RFC 3533, RFC 7845)."""
    content = _whole(file)
    at, serials, packets = 0, set[bytes](), [b""]
    while at < len(content):
        need(content[at : at + 5] == b"OggS\0" and len(content) >= at + 27, "page")
        serials.add(content[at + 14 : at + 18])
        count = content[at + 26]
        sizes, at = content[at + 27 : at + 27 + count], at + 27 + count
        for size in sizes:
            if len(packets) <= 2:
                packets[-1] += content[at : at + size]
                packets += [b""] if size < 255 else []
            at += size
    need(at == len(content), "page")
    if len(serials) != 1:
        yield f"{len(serials)} streams"
    need(
        len(packets) > 2 and packets[0][:8] == b"OpusHead" and packets[1][:8] == b"OpusTags", "Opus"
    )
    yield from _comments(packets[1][8:])


def _comments(body: bytes) -> Iterator[str]:
    """Yield what a Vorbis comment holds apart from the name of the encoder."""
    (vendor,) = struct.unpack("<I", body[:4])
    (count,) = struct.unpack("<I", body[4 + vendor : 8 + vendor])
    rest = body[8 + vendor :]
    for _comment in range(min(count, 100)):
        (size,) = struct.unpack("<I", rest[:4])
        comment, rest = rest[4 : 4 + size], rest[4 + size :]
        if not comment.lower().startswith(b"encoder=lav"):
            yield f"comment {comment[:40]!r}"
    if rest.strip(b"\0"):
        yield f"{len(rest)} bytes after the comments"


#: Layer III bit rates in kbit/s, of MPEG 1 and of MPEG 2 and 2.5; sampling rates of MPEG 1.
_MP3_RATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_MP3_HZ = (44_100, 48_000, 32_000)


def mp3(file: BinaryIO) -> Iterator[str]:
    """Yield what an MP3 holds apart from an unbroken run of frames (ISO/IEC 11172-3)."""
    content = _whole(file)
    at = 0
    while at < len(content):
        head = content[at : at + 4]
        if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
            yield f"{len(content) - at} bytes that are no frame: {content[at : at + 4]!r}"
            return
        version, padding = (head[1] >> 3) & 3, (head[2] >> 1) & 1
        need(head[2] >> 4 != 15 and (head[2] >> 2) & 3 != 3 and version != 1, "frame")
        kilobits = _MP3_RATES[0 if version == 3 else 1][head[2] >> 4]
        rate = _MP3_HZ[(head[2] >> 2) & 3] // {3: 1, 2: 2, 0: 4}[version]
        need(kilobits > 0, "frame")
        at += (144 if version == 3 else 72) * kilobits * 1000 // rate + padding
    need(at == len(content), "frame")


def _whole(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def _read(file: BinaryIO, start: int, stop: int) -> bytes:
    file.seek(start)
    return file.read(stop - start)
