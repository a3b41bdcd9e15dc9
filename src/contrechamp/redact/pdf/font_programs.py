"""Takes out of embedded font programs what draws nothing: who made them, how they are called.

TrueType and OpenType keep only the tables that drawing needs (ISO 32000-1, 9.9). In the names of
CFF (Adobe Technical Note 5176) and Type 1, which cannot be left out, a word gives way to as many
letters `x`.
"""

import itertools
import re
import struct
from collections.abc import Iterator

from contrechamp.redact.words import Words

_TABLES = frozenset(
    {
        b"OS/2", b"cmap", b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp",
        b"post", b"prep", b"CFF ", b"VORG", b"vhea", b"vmtx", b"GSUB",
    }
)  # fmt: skip
_SFNT = (b"\0\1\0\0", b"true", b"OTTO")
_MOST_TABLES, _MOST_NAMES = 64, 70_000
#: Before this a Type 1 font can be read by anyone; behind it are only drawings.
_LOCKED = b"eexec"
_TYPE1_NAME = re.compile(rb"\(([^()]*)\)|/([^\s()<>\[\]{}/%]+)")


def without_names(data: bytes, words: Words) -> bytes:
    """Return a font program that draws the same; one that cannot be read stays as it is."""
    try:
        if data[:4] in _SFNT:
            return _sfnt(data, words)
        if data[:1] == b"\1":
            return _cff(data, words)
        if data[:2] == b"%!":
            return _type1(data, words)
    except (struct.error, IndexError, ValueError):
        return data
    return data


def _sfnt(data: bytes, words: Words) -> bytes:
    kept = []
    for tag, content in _tables(data):
        if tag in _TABLES:
            kept.append((tag, _cff(content, words) if tag == b"CFF " else content))
    if not kept:
        return data
    power = 1 << (len(kept).bit_length() - 1)
    head = struct.pack(
        ">4sHHHH", data[:4], len(kept), power * 16, power.bit_length() - 1, (len(kept) - power) * 16
    )
    directory, body, at = [head], [], 12 + 16 * len(kept)
    for tag, content in kept:
        padded = content + b"\0" * (-len(content) % 4)
        words_of = struct.unpack(f">{len(padded) // 4}I", padded)
        directory.append(struct.pack(">4sIII", tag, sum(words_of) & 0xFFFFFFFF, at, len(content)))
        body.append(padded)
        at += len(padded)
    return b"".join([*directory, *body])


def _tables(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    count = min(struct.unpack_from(">H", data, 4)[0], _MOST_TABLES)
    for number in range(count):
        tag, _sum, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        yield tag, data[offset : offset + length]


def _cff(data: bytes, words: Words) -> bytes:
    """Return a CFF font whose own name and strings hold no word."""
    made = bytearray(data)
    names, at = _index(data, data[2])
    _dictionaries, at = _index(data, at)
    strings, _end = _index(data, at)
    for begin, end in (*names, *strings):
        made[begin:end] = _without(data[begin:end], words)
    return bytes(made)


def _index(data: bytes, at: int) -> tuple[list[tuple[int, int]], int]:
    """Return where the parts of an INDEX begin and end, and where it ends."""
    [count] = struct.unpack_from(">H", data, at)
    if not count:
        return [], at + 2
    if count > _MOST_NAMES:
        raise ValueError(count)
    size = data[at + 2]
    places = [
        int.from_bytes(data[place : place + size], "big")
        for place in range(at + 3, at + 3 + size * (count + 1), size)
    ]
    base = at + 2 + size * (count + 1)
    ends = [base + place for place in places]
    return list(itertools.pairwise(ends)), ends[-1]


def _type1(data: bytes, words: Words) -> bytes:
    open_part, locked, rest = data.partition(_LOCKED)
    made = bytearray(open_part)
    for found in _TYPE1_NAME.finditer(open_part):
        begin, end = found.span(1 if found[1] is not None else 2)
        made[begin:end] = _without(open_part[begin:end], words)
    return bytes(made) + locked + rest


def _without(name: bytes, words: Words) -> bytes:
    made = bytearray(name)
    for begin, end in words.find(name.decode("latin-1")):
        made[begin:end] = b"x" * (end - begin)
    return bytes(made)
