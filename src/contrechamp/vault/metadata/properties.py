"""What documents and pictures say in words of who made them, where, and with what.

Three places: a packet of XMP (ISO 16684-1), which pictures and PDF carry, often beside EXIF that
says the same; the author of a PDF (ISO 32000-2, 14.3.3), also in packed objects; the properties of
office files (ECMA-376 part 2, OpenDocument 1.3). Texts are looked for, and no structure is
followed: what is encrypted is not found. This is run in the cell.
"""

import html
import itertools
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Final

from contrechamp.vault.captures import zips
from contrechamp.vault.metadata.foreign_text import cleaned

#: Bytes at the beginning and the end that are searched for XMP; of shorter files all are.
SEARCHED, WHOLE = 1 << 20, 16 << 20
MAX_TEXTS, LONGEST, MAX_PART = 64, 200, 1 << 20
_PACKET: Final = re.compile(rb"<x:xmpmeta\b.{0,1048576}?</x:xmpmeta>", re.S)
#: Properties of XMP that tell of people, places, days and devices; others tell of editing.
_VOCABULARY = (
    r"(?:exif:(?:GPS\w+|DateTime\w+)|exifEX:\w+|aux:\w+|tiff:(?:Make|Model|Artist|HostComputer)"
    r"|photoshop:(?:City|State|Country|AuthorsPosition|Credit|DateCreated)"
    r"|Iptc4xmp(?:Core|Ext):\w+|dc:creator|dc:rights)"
)
_ATTRIBUTE = re.compile(rf"({_VOCABULARY})=(?:\"([^\"<]*)\"|'([^'<]*)')")
_ELEMENT = re.compile(
    rf"<({_VOCABULARY})(?:\s[^>]*)?>\s*(?:<rdf:(?:Seq|Bag|Alt)>\s*<rdf:li[^>]*>)?([^<]+)<"
)
#: Parts of office files that have such properties, and elements in them.
_OFFICE: Final = ("docProps/core.xml", "docProps/app.xml", "meta.xml")
_PROPERTY = re.compile(
    r"<(?:\w+:)?(creator|lastModifiedBy|initial-creator|printed-by|Manager|Company)(?:\s[^>]*)?>"
    r"([^<]+)<"
)
#: The author of a PDF, as a string in brackets or in hexadecimal digits; objects that are packed.
_AUTHOR = re.compile(rb"/Author\s*(?:\(((?:\\.|[^\\)]){0,1000})\)|<([0-9A-Fa-f\s]{0,2000})>)", re.S)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.S)
_PACKED = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.S)
MAX_PACKED = 200


def may_hold(head: bytes) -> bool:
    """Return whether content is a PDF, by its first bytes; of pictures and zips all are read."""
    return b"%PDF-" in head[:1024]


def describe(content: IO[bytes], size: int, media_type: str) -> dict[str, str]:
    """Return what a file says, by the names that it has there; an empty dict if nothing.

    Args:
        content: of the file, seekable.
        size: of it in bytes.
        media_type: of it.
    """
    found: dict[str, str] = {}
    for name, text in _all(content, size, media_type):
        told = cleaned(html.unescape(text).strip(), LONGEST)
        if told and len(found) < MAX_TEXTS:
            found.setdefault(name, told)
    return dict(sorted(found.items()))


def _all(content: IO[bytes], size: int, media_type: str) -> Iterator[tuple[str, str]]:
    if media_type.startswith("image/") or media_type == "application/pdf":
        yield from _xmp(content, size)
    if media_type == "application/pdf":
        yield from _pdf(content, size)
    content.seek(0)
    if content.read(4) == zips.ZIP:
        yield from _office(content)


def _xmp(content: IO[bytes], size: int) -> Iterator[tuple[str, str]]:
    for part in _parts(content, size):
        for packet in _PACKET.finditer(part):
            text = packet[0].decode("utf-8", "replace")
            for name, one, other in _ATTRIBUTE.findall(text):
                yield name, one or other
            yield from _ELEMENT.findall(text)


def _pdf(content: IO[bytes], size: int) -> Iterator[tuple[str, str]]:
    for part in _parts(content, size):
        packed = itertools.islice(_PACKED.finditer(part), MAX_PACKED)
        for text in (part, *(_inflated(part[one.end() :]) for one in packed)):
            for brackets, digits in _AUTHOR.findall(text):
                yield "pdf:Author", _pdf_text(brackets, digits)


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed[:MAX_PART], MAX_PART)
    except zlib.error:
        return b""


def _pdf_text(brackets: bytes, digits: bytes) -> str:
    """Return a text string of PDF: UTF-16 with its mark, UTF-8 with one, or (nearly) Latin-1."""
    found = _from_hex(digits) if digits else _ESCAPED.sub(_unescaped, brackets)
    if found.startswith(b"\xfe\xff"):
        return found[2:].decode("utf-16-be", "replace")
    return found.decode("utf-8-sig" if found.startswith(b"\xef\xbb\xbf") else "latin-1", "replace")


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal = found[1]
    return bytes([int(octal, 8) & 0xFF]) if octal[:1].isdigit() else octal


def _from_hex(digits: bytes) -> bytes:
    text = re.sub(rb"\s", b"", digits).decode()
    return bytes.fromhex(text + "0" * (len(text) % 2))


def _parts(content: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield all of a file, or the beginning and the end of a large one."""
    for start in [0] if size <= WHOLE else [0, size - SEARCHED]:
        content.seek(start)
        yield content.read(WHOLE if size <= WHOLE else SEARCHED)


def _office(content: IO[bytes]) -> Iterator[tuple[str, str]]:
    content.seek(0)
    with suppress(*zips.BROKEN), zips.opened(content) as archive:
        there = set(archive.namelist())
        for part in (one for one in _OFFICE if one in there):
            if archive.getinfo(part).compress_type not in zips.BOUNDED:
                continue
            with archive.open(part) as file:
                text = file.read(MAX_PART).decode("utf-8", "replace")
            for name, value in _PROPERTY.findall(text):
                yield f"office:{name}", value
