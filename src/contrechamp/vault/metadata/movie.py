"""When, where and with what an MP4 or MOV was recorded, according to its own metadata.

Phones write that into the box ``moov``, which is mostly at the end of the file, after the frames.
Sources: ISO/IEC 14496-12 (boxes, ``mvhd``, ``udta``), Apple's QuickTime File Format Specification
(``©`` texts, ``meta`` with ``keys`` and ``ilst``). It is read here rather than by a decoder
library, which would run a hundred thousand lines of C on a stranger's file for a few texts.
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import IO

from contrechamp.vault.metadata.foreign_text import cleaned

#: Largest ``moov`` that is read; that of an hour of video has some 4 MB.
MAX_MOOV = 32 << 20
#: Most boxes that are looked at in one box or file, and most texts that are kept.
MAX_BOXES, MAX_TEXTS = 4_000, 64
LONGEST = 200

#: Times in boxes are seconds since then.
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
#: Kinds of boxes with which a file may begin.
_FIRST = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
#: Type of a value of ``ilst`` that is UTF-8 (QuickTime, well-known types).
_UTF8 = 1


def may_be_movie(head: bytes) -> bool:
    """Return whether content may be an MP4 or MOV, by its first bytes."""
    return head[4:8] in _FIRST


def describe(content: IO[bytes], size: int) -> dict[str, str]:
    """Return what the metadata says; an empty dict if there is none, or it cannot be read.

    Args:
        content: content of the file, seekable.
        size: its size in bytes.

    Returns:
        ``created`` (UTC, ISO 8601) and ``duration_s`` if they are stated, and every text under its
        name in the file, such as ``com.apple.quicktime.location.ISO6709``.
    """
    try:
        moov = _moov(content, size)
        return _facts(memoryview(moov)) if moov else {}
    except (struct.error, ValueError, OverflowError, IndexError):
        return {}


def _moov(content: IO[bytes], size: int) -> bytes:
    at = 0
    for _count in range(MAX_BOXES):
        content.seek(at)
        header = content.read(16)
        if len(header) < 8:
            return b""
        length, kind, body = _header(header, size - at)
        if length < body:
            return b""
        if kind == b"moov":
            if length > MAX_MOOV:
                return b""
            content.seek(at + body)
            return content.read(length - body)
        at += length
    return b""


def _header(header: bytes | memoryview, rest: int) -> tuple[int, bytes, int]:
    """Return length and kind of a box, and where its content begins."""
    length, kind = struct.unpack_from(">I4s", header)
    if length == 1:
        (length,) = struct.unpack_from(">Q", header, 8)
        return length, kind, 16
    return (length or rest), kind, 8


def _boxes(content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the boxes in a box, up to the first that does not fit."""
    at = 0
    for _count in range(MAX_BOXES):
        if at + 8 > len(content):
            return
        length, kind, body = _header(content[at : at + 16], len(content) - at)
        if length < body or at + length > len(content):
            return
        yield kind, content[at + body : at + length]
        at += length


def _facts(moov: memoryview) -> dict[str, str]:
    facts: dict[str, str] = {}
    texts: dict[str, str] = {}
    for kind, content in _boxes(moov):
        if kind == b"mvhd":
            facts |= _header_facts(content)
        elif kind == b"meta":
            texts |= _keyed(content)
        elif kind == b"udta":
            for name, value in _boxes(content):
                if name == b"meta":
                    texts |= _keyed(value)
                elif name[:1] == b"\xa9":
                    texts[name.decode("mac_roman")] = _quicktime_text(value)
    kept = {
        cleaned(name, LONGEST): text
        for name, value in sorted(texts.items())
        if (text := cleaned(value.rstrip("\0"), LONGEST))
    }
    return facts | dict(list(kept.items())[:MAX_TEXTS])


def _header_facts(content: memoryview) -> dict[str, str]:
    if content[0] == 1:
        created, _changed, scale, duration = struct.unpack_from(">QQIQ", content, 4)
    else:
        created, _changed, scale, duration = struct.unpack_from(">IIII", content, 4)
    facts = {}
    if created:
        facts["created"] = (_EPOCH + timedelta(seconds=created)).strftime("%Y-%m-%dT%H:%M:%SZ")
    if scale and duration:
        facts["duration_s"] = f"{duration / scale:.3f}"
    return facts


def _quicktime_text(content: memoryview) -> str:
    """Return the first of a list of texts, each of which has its length and language before it."""
    (length,) = struct.unpack_from(">H", content)
    text = bytes(content[4 : 4 + length])
    if text[4:8] == b"data":  # as iTunes writes it
        return bytes(content[16:]).decode("utf-8", "replace")
    return text.decode("utf-8", "replace")


def _keyed(meta: memoryview) -> dict[str, str]:
    """Return the texts of a ``meta`` box by name: names are in ``keys``, or are kinds of boxes."""
    # In ISO files the box has a version before its boxes, in QuickTime files it does not.
    inner = meta[4:] if bytes(meta[4:8]) != b"hdlr" else meta
    parts = dict(_boxes(inner))
    names = list(_key_names(parts[b"keys"])) if b"keys" in parts else []
    texts: dict[str, str] = {}
    for kind, content in _boxes(parts.get(b"ilst", memoryview(b""))):
        number = int.from_bytes(kind, "big")
        name = names[number - 1] if 0 < number <= len(names) else kind.decode("mac_roman")
        for inside, value in _boxes(content):
            if inside == b"data" and int.from_bytes(value[:4], "big") == _UTF8:
                texts[name] = bytes(value[8:]).decode("utf-8", "replace")
    return texts


def _key_names(keys: memoryview) -> Iterator[str]:
    for _kind, name in _boxes(keys[8:]):
        yield bytes(name).decode("utf-8", "replace")
