"""Compound files (MS-CFB) and messages of Outlook in them, written for the tests. All samples."""

import struct
from collections.abc import Mapping
from typing import Any

SECTOR, SMALL, CUTOFF, ENTRY = 512, 64, 4096, 128
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Tree = Mapping[str, "bytes | Tree"]


def compound(tree: Tree) -> bytes:
    """Return a file of version 3 with these streams and storages."""
    entries: list[list[Any]] = [["Root Entry", 5, b"", FREE, FREE, FREE]]
    _add(entries, 0, tree)
    starts: dict[int, int] = {}
    small, small_table = b"", list[int]()
    for number, entry in enumerate(entries):
        if entry[1] == 2 and len(entry[2]) < CUTOFF:
            starts[number] = len(small_table) if entry[2] else END
            small_table += _chain(len(small_table), -(-len(entry[2]) // SMALL))
            small += entry[2] + bytes(-len(entry[2]) % SMALL)
    entries[0][2] = small
    listed = -(-len(entries) * ENTRY // SECTOR)
    listed_small = -(-4 * len(small_table) // SECTOR)
    large = [n for n, entry in enumerate(entries) if n == 0 or len(entry[2] or b"") >= CUTOFF]
    sizes = [-(-len(entries[number][2]) // SECTOR) for number in large]
    fats = 1
    while fats * SECTOR // 4 < fats + listed + listed_small + sum(sizes):
        fats += 1
    table = [FAT] * fats
    for size in (listed, listed_small):
        table += _chain(len(table), size)
    for number, size in zip(large, sizes, strict=True):
        starts[number] = len(table) if size else END
        table += _chain(len(table), size)
    table += [FREE] * (fats * SECTOR // 4 - len(table))
    small_table += [FREE] * (listed_small * SECTOR // 4 - len(small_table))
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        *(0x3E, 3, 0xFFFE, 9, 6),
        *(0, fats, fats, 0, CUTOFF, fats + listed if listed_small else END, listed_small, END, 0),
    )
    head += struct.pack("<109I", *range(fats), *[FREE] * (109 - fats))
    return b"".join(
        (
            head,
            struct.pack(f"<{len(table)}I", *table),
            _padded(b"".join(_entry(one, starts.get(n, END)) for n, one in enumerate(entries))),
            struct.pack(f"<{len(small_table)}I", *small_table),
            *(_padded(entries[number][2]) for number in large),
        )
    )


def _add(entries: list[list[Any]], parent: int, tree: Tree) -> None:
    names = sorted(tree, key=lambda name: (len(name), name.upper()))
    numbers = []
    for name in names:
        what = tree[name]
        numbers.append(len(entries))
        kind = 2 if isinstance(what, bytes) else 1
        entries.append([name, kind, what if kind == 2 else None, FREE, FREE, FREE])
    for number, after in zip(numbers, [*numbers[1:], FREE], strict=True):
        entries[number][4] = after
    if numbers:
        entries[parent][5] = numbers[0]
    for number, name in zip(numbers, names, strict=True):
        if not isinstance(tree[name], bytes):
            _add(entries, number, tree[name])  # type: ignore[arg-type]


def _chain(first: int, size: int) -> list[int]:
    return [*range(first + 1, first + size), END] if size else []


def _entry(entry: list[Any], start: int) -> bytes:
    name, kind, content, left, right, child = entry
    coded = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16x4x16xIQ",
        *(coded, len(coded), kind, 1, left, right, child),
        *(start, len(content or b"")),
    )


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % SECTOR)


def message(**more: "bytes | Tree") -> dict[str, "bytes | Tree"]:
    """Return the streams of a message of Outlook from a sample person to another."""
    return {
        "__properties_version1.0": properties(32, {0x0039: 132_000_000_000_000_000}),
        **text(0x0037, "About Ada Sample"),
        **text(0x0C1A, "Ada Sample"),
        **text(0x5D01, "ada@sample.example"),
        **text(0x007D, "Received: from laptop-of-ada"),
        "__recip_version1.0_#00000000": {
            "__properties_version1.0": properties(8),
            **text(0x3001, "Böb Sample"),
            **text(0x39FE, "bob@sample.example"),
        },
        **text(0x1000, "Ada Sample was here.\r\nSAMPLE"),
        **more,
    }


def text(number: int, said: str) -> dict[str, bytes]:
    """Return a property that is a text."""
    return {f"__substg1.0_{number:04X}001F": said.encode("utf-16-le")}


def properties(head: int, times: Mapping[int, int] | None = None) -> bytes:
    """Return the stream of properties of a fixed size."""
    rows = [struct.pack("<HHIQ", 0x0040, one, 6, value) for one, value in (times or {}).items()]
    return bytes(head) + b"".join(rows)


def attachment(name: str, content: "bytes | Tree") -> Tree:
    """Return the storage of an attachment: of a file, or of a message."""
    kind = "0102" if isinstance(content, bytes) else "000D"
    return {
        "__properties_version1.0": properties(8),
        **text(0x3707, name),
        f"__substg1.0_3701{kind}": content,
    }
