"""Reads the directories of untrusted TIFF files and their tags (TIFF 6.0, section 2)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: Bytes of one value, by field type; 16 to 18 are BigTIFF's.
VALUE_BYTES = {
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
    16: 8, 17: 8, 18: 8,
}  # fmt: skip
MAX_ENTRIES = 4096
MAX_DIRECTORIES = 64

#: Of directories that follow one another: a scan of a book, and what no file needs.
MAX_CHAIN = 4000

SUB_DIRECTORIES = 330
#: What a picture is beside others (TIFF 6.0, section 8): bits of the tag, and values of an old one.
_SUBFILE, _OLD_SUBFILE = 254, 255
_SMALLER_COPY, _MASK, _OLD_SMALLER_COPY = 1, 4, 2
_COMPRESSION, _PHOTOMETRIC, _DNG_VERSION, _CR2_SLICES = 259, 262, 50706, 50752
#: Colour filter array and linear raw; Sony, Nikon, Kodak, Pentax and Samsung compressions.
_RAW_PHOTOMETRIC = {32803, 34892}
_RAW_COMPRESSIONS = {32767, 32769, 32770, 32772, 34713, 65000, 65535}


@dataclass(frozen=True)
class TiffTag:
    """One entry of a directory.

    Args:
        number: of the tag.
        start: offset of its values in the file.
        size: of its values, bytes.
        values: the first values, if they are whole numbers.
        inside: whether the values are in the entry itself.
    """

    number: int
    start: int
    size: int
    values: tuple[int, ...]
    inside: bool


@dataclass(frozen=True)
class Directory:
    """One directory: its offset, size and tags, and the offset of the next one (0: none)."""

    start: int
    size: int
    tags: dict[int, TiffTag]
    next: int


def is_camera_raw(file: BinaryIO) -> bool:
    """Tell whether a TIFF file is a camera raw file; a damaged one is not."""
    try:
        return any(_is_raw(directory) for directory in directories(file))
    except (ValueError, struct.error):
        return False


def directories(file: BinaryIO) -> Iterator[Directory]:
    """Yield the directories of a TIFF file, and their subdirectories.

    Raises:
        ValueError: it is not a TIFF file, or its directories form a loop or leave the file.
    """
    first, order, big = _head(file)
    waiting, seen = [first], set[int]()
    while waiting:
        at = waiting.pop(0)
        if at in seen or len(seen) >= MAX_DIRECTORIES:
            raise ValueError("circle")
        seen.add(at)
        directory = _directory(file, at, order, big=big)
        yield directory
        below = directory.tags.get(SUB_DIRECTORIES)
        waiting += [*(below.values if below else ()), *([directory.next] if directory.next else ())]


def chain(file: BinaryIO) -> Iterator[Directory]:
    """Yield the directories of a TIFF file that follow one another, without subdirectories.

    Of a tag that stands twice, as some scanners write, the first counts.

    Raises:
        ValueError: as `directories`, once it is reached.
    """
    at, order, big = _head(file)
    seen = set[int]()
    while at:
        if at in seen or len(seen) >= MAX_CHAIN:
            raise ValueError("circle")
        seen.add(at)
        directory = _directory(file, at, order, big=big, twins=True)
        yield directory
        at = directory.next


def pages_of(file: BinaryIO) -> list[int]:
    """Return which pictures of a TIFF file are pages, counted from 0.

    Those that say that they are a smaller copy of another, or its mask, are none. Of a damaged file
    those are counted that come before the damage.
    """
    all_of_them, pages = list[int](), list[int]()
    try:
        for number, directory in enumerate(chain(file)):
            all_of_them.append(number)
            if not _belongs_to_another(directory):
                pages.append(number)
    except (ValueError, struct.error):
        pass
    return pages or all_of_them


def compression_of(file: BinaryIO) -> int | None:
    """Return the number of the compression of the first picture; None if that is damaged."""
    try:
        said = next(chain(file)).tags.get(_COMPRESSION)
    except (ValueError, struct.error, StopIteration):
        return None
    return said.values[0] if said is not None and said.values else 1


def _belongs_to_another(directory: Directory) -> bool:
    said = directory.tags.get(_SUBFILE)
    if said is not None and said.values and said.values[0] & (_SMALLER_COPY | _MASK):
        return True
    old = directory.tags.get(_OLD_SUBFILE)
    return old is not None and _OLD_SMALLER_COPY in old.values


def _head(file: BinaryIO) -> tuple[int, str, bool]:
    """Return where the first directory is, the order of bytes, and whether it is a BigTIFF."""
    file.seek(0)
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None:
        raise ValueError("byte order")
    big = struct.unpack(order + "H", head[2:4])[0] == 43
    first = struct.unpack(order + ("Q" if big else "I"), head[8:16] if big else head[4:8])[0]
    return first, order, big


def _directory(file: BinaryIO, at: int, order: str, *, big: bool, twins: bool = False) -> Directory:
    length, entry, pointer = ("Q", 20, "Q") if big else ("H", 12, "I")
    _go_to(file, at)
    count = struct.unpack(order + length, _exactly(file, struct.calcsize(length)))[0]
    if count > MAX_ENTRIES:
        raise ValueError("entries")
    table_at = at + struct.calcsize(length)
    table = _exactly(file, count * entry)
    following = struct.unpack(order + pointer, _exactly(file, struct.calcsize(pointer)))[0]
    tags: dict[int, TiffTag] = {}
    for index in range(count):
        tag = _tag(
            file,
            table[index * entry : (index + 1) * entry],
            table_at + index * entry,
            order,
            pointer,
        )
        if tag.number in tags and not twins:
            raise ValueError("twin")
        tags.setdefault(tag.number, tag)
    size = struct.calcsize(length) + len(table) + struct.calcsize(pointer)
    return Directory(at, size, tags, following)


def _tag(file: BinaryIO, entry: bytes, at: int, order: str, pointer: str) -> TiffTag:
    number, kind, count = struct.unpack(
        order + "HH" + pointer, entry[: 4 + struct.calcsize(pointer)]
    )
    room = struct.calcsize(pointer)
    size = count * VALUE_BYTES.get(kind, 1)
    inside = size <= room
    start = at + 4 + room if inside else struct.unpack(order + pointer, entry[-room:])[0]
    _go_to(file, start)
    whole = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}.get(kind)
    values: tuple[int, ...] = ()
    if whole:
        shown = min(count, MAX_ENTRIES)
        values = struct.unpack(f"{order}{shown}{whole}", _exactly(file, shown * VALUE_BYTES[kind]))
    return TiffTag(number, start, size, values, inside)


def _is_raw(directory: Directory) -> bool:
    def says(number: int, known: set[int]) -> bool:
        tag = directory.tags.get(number)
        return tag is not None and bool(known & set(tag.values))

    return (
        _DNG_VERSION in directory.tags
        or _CR2_SLICES in directory.tags
        or says(_PHOTOMETRIC, _RAW_PHOTOMETRIC)
        or says(_COMPRESSION, _RAW_COMPRESSIONS)
    )


def _go_to(file: BinaryIO, place: int) -> None:
    """Seek a place that the file names: of 64 bits, it may be none that there can be."""
    try:
        file.seek(place)
    except (OSError, OverflowError) as error:
        raise ValueError("place") from error


def _exactly(file: BinaryIO, size: int) -> bytes:
    content = file.read(size)
    if len(content) != size:
        raise ValueError("short")
    return content
