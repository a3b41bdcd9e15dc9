"""Tells kinds of pictures that move, video and sound apart, by how their containers begin."""

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO

from contrechamp.base.i18n import _
from contrechamp.redact import kinds
from contrechamp.redact.kinds import FileKind

#: Brands of ISO base media files (ISO/IEC 14496-12) that are pictures.
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_MAX_BOXES = 10_000
#: The flag of a WebP that says that it has frames.
_WEBP_MOVES = 0x02
#: First bytes of files in which QuickTime movies begin without saying what they are.
_BEFORE_FTYP = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
#: Identifiers of ASF (Windows Media): of its header, and of a stream of moving pictures.
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")


def kind_of_media(head: bytes, file: BinaryIO) -> FileKind | str | None:
    """Return the kind of a container of media, or why it is refused; None if it is none.

    Args:
        head: its first bytes.
        file: to be read where they do not tell.
    """
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _riff(head)
    if head.startswith(_ASF):
        return kinds.WMV if _ASF_VIDEO in head else kinds.WMA
    if head[4:8] == b"ftyp":
        return _iso_media(head, file)
    if head[4:8] in _BEFORE_FTYP:
        return _by_tracks(file)
    if head[:4] == b"\x1aE\xdf\xa3":
        return kinds.MATROSKA if _has_matroska_video(head) else kinds.MKA
    if head[:4] == b"OggS":
        return _ogg(head)
    if head[:3] == b"ID3":
        return _after_tag(head, file)
    return _mpeg_audio(head) if _is_mpeg_audio(head) else None


def is_transport_stream(head: bytes) -> bool:
    """Tell whether packets of MPEG-TS (188 bytes, 192 with times) follow each other."""
    return len(head) > 400 and any(
        head[at] == head[at + size] == head[at + 2 * size] == 0x47
        for at, size in ((0, 188), (4, 192))
    )


def _riff(head: bytes) -> FileKind | None:
    if head[8:16] == b"WEBPVP8X" and head[20:21] and head[20] & _WEBP_MOVES:
        return kinds.MOVING_WEBP
    forms = {b"WEBP": kinds.WEBP, b"WAVE": kinds.WAV, b"AVI ": kinds.AVI}
    return forms.get(head[8:12])


def _iso_media(head: bytes, file: BinaryIO) -> FileKind | str:
    size = min(max(struct.unpack(">I", head[:4])[0], 16), 1024)
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size, 4))}
    if head[8:12] == b"crx ":
        return kinds.RAW
    if head[8:12] in _AVIF_BRANDS or (head[8:12] in _HEIF_BRANDS and brands & _AVIF_BRANDS):
        return kinds.AVIF
    if head[8:12] in _HEIF_BRANDS:
        return kinds.HEIC
    return _by_tracks(file)


def _by_tracks(file: BinaryIO) -> FileKind | str:
    """Tell video from sound by the track handlers of an ISO base media file."""
    handlers = set(_handlers(file, 0, file.seek(0, io.SEEK_END), _MAX_BOXES))
    if b"vide" in handlers:
        return kinds.MP4
    if b"soun" in handlers:
        return kinds.M4A
    return _("is cut short or damaged: it has no video or sound track")


def _handlers(file: BinaryIO, at: int, end: int, budget: int) -> Iterator[bytes]:
    while at + 8 <= end and budget > 0:
        budget -= 1
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return
        size, kind, start = struct.unpack(">I", header[:4])[0], header[4:8], at + 8
        if size == 1 and len(header) == 16:
            size, start = struct.unpack(">Q", header[8:])[0], at + 16
        stop = end if size == 0 else min(at + size, end)
        if stop < start:
            return
        if kind in (b"moov", b"trak", b"mdia"):
            yield from _handlers(file, start, stop, budget)
        elif kind == b"hdlr":
            file.seek(start + 8)
            yield file.read(4)
        at = stop


def _has_matroska_video(head: bytes) -> bool:
    """Tell whether a CodecID element (0x86) in the first megabyte names a video codec."""
    at = head.find(b"V_")
    while at > 1:
        if head[at - 2] == 0x86 and head[at - 1] & 0x80:
            return True
        at = head.find(b"V_", at + 1)
    return b"\x86" not in head or b"A_" not in head


def _ogg(head: bytes) -> FileKind | str:
    if b"theora" in head[:4096] or b"\x01video" in head[:4096]:
        return _("is an Ogg video, which cannot be masked here; convert it to MP4 first")
    return kinds.OGG


def _is_mpeg_audio(head: bytes) -> bool:
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08


def _after_tag(head: bytes, file: BinaryIO) -> FileKind:
    """Return the kind of sound that follows an ID3v2 tag, whose length has seven bits a byte."""
    length = sum(byte % 128 << 7 * (3 - place) for place, byte in enumerate(head[6:10]))
    file.seek(10 + length)
    sound = file.read(4)
    return kinds.FLAC if sound == b"fLaC" else _mpeg_audio(sound)


def _mpeg_audio(head: bytes) -> FileKind:
    is_adts = len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0  # ADTS: layer 0
    return kinds.AAC if is_adts else kinds.MP3
