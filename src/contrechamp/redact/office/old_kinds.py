"""Tells what office files of old kinds hold that no copy of them does, before they are converted.

LibreOffice does not say what it leaves out, nor what of it the masking of the converted file takes
out later: this looks into the source itself. It only reports; nothing rests on it. In the cell.

[MS-DOC], [MS-XLS] and [MS-PPT] name the records; *Rich Text Format Specification* 1.9.1 the words
of RTF.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import olefile

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress

#: Records that are looked at; a file with more is told as not looked through.
_MOST_RECORDS: Final = 3_000_000
_MOST_DEPTH: Final = 20

_WORDS_OF_RTF: Final = {
    "objects": rb"\\object(?![a-z])",
    "comments": rb"\\annotation(?![a-z])",
    "changes": rb"\\(?:revised|deleted)(?![a-z])",
    "hidden text": rb"\\v(?![a-z0-9])",
}

# Of a DOC: where its table of places begins, and the numbers in it.
_FIXED_OF_DOC, _COMMENTS_OF_DOC, _REVISERS_OF_DOC = 154, 4, 51
_COMMENT_BYTES, _PLACE_BYTES = 30, 4

# Records of an XLS.
_SHEET, _NOTE, _BOOK, _PIVOT = 0x0085, 0x001C, 0x01AE, 0x00D5
_OWN_BOOKS: Final = (b"\x01\x04", b"\x01\x3a")
_MACRO_SHEET: Final = 1

# Records of a PPT, and the bit of a slide that is not shown.
_COMMENT, _EMBEDDED, _CONTROL, _MACROS = 12000, 0x0FCC, 0x0FEE, 0x0400
_SLIDE, _NOTES, _SOUND, _MEDIA, _SAVED = 0x03F9, 0x03F0, 0x07E6, 0x1004, 0x0FF5
_HIDDEN, _CONTAINER = 4, 0xF


def held(said: dict[str, str], _progress: Progress) -> list[str]:
    """Return what a DOC, XLS, PPT or RTF holds that its copy will not, in the user's language.

    Args:
        said: ``source``, a path, and ``format``.
    """
    found: Counter[str] = Counter()
    whole = True
    try:
        for what in _READERS[said["format"]](Path(said["source"])):
            found[what] += 1
    except Exception:  # whatever a damaged file makes a reader raise
        whole = False
    names = _names()
    told = [
        names[what]
        if what in _UNCOUNTED
        else _("{what}: {count}").format(what=names[what], count=count)
        for what, count in sorted(found.items())
    ]
    return told if whole else [*told, _("not all of it could be looked through")]


#: Kinds of things of which records are not one each.
_UNCOUNTED: Final = frozenset(
    {"macros", "changes", "hidden text", "versions", "pivot", "links", "sounds"}
)


def _names() -> dict[str, str]:
    return {
        "macros": _("macros"),
        "objects": _("embedded objects"),
        "controls": _("controls of forms"),
        "comments": _("comments"),
        "changes": _("tracked changes (insertions stay, deletions are gone)"),
        "hidden text": _("hidden text"),
        "hidden sheets": _("hidden sheets"),
        "hidden slides": _("hidden slides"),
        "notes": _("speaker's notes"),
        "links": _("links to other files"),
        "pivot": _("pivot tables with the data they were made from"),
        "sounds": _("sound or video"),
        "versions": _("earlier versions of slides"),
    }


def _of_rtf(source: Path) -> Iterator[str]:
    content = source.read_bytes()
    for what, word in _WORDS_OF_RTF.items():
        for _found in re.finditer(word, content):
            yield what


def _of_doc(source: Path) -> Iterator[str]:
    with olefile.OleFileIO(str(source)) as compound:
        tops = _tops(compound)
        if tops & {"Macros", "_VBA_PROJECT"}:
            yield "macros"
        yield from _each("objects", _within(compound, "ObjectPool"))
        head = _stream(compound, "WordDocument")
        table = _stream(compound, "1Table" if head[11] & 2 else "0Table")
        at, size = _place(head, _COMMENTS_OF_DOC)
        if size > _PLACE_BYTES:
            count = (size - _PLACE_BYTES) // (_PLACE_BYTES + _COMMENT_BYTES)
            yield from ["comments"] * min(count, _MOST_RECORDS)
        at, size = _place(head, _REVISERS_OF_DOC)
        # A list of texts; its first one is "Unknown", and stands there for nobody.
        if size >= 6 and struct.unpack_from("<H", table, at + 2)[0] > 1:
            yield "changes"


def _place(head: bytes, number: int) -> tuple[int, int]:
    at, size = struct.unpack_from("<II", head, _FIXED_OF_DOC + 8 * number)
    return at, size


def _of_xls(source: Path) -> Iterator[str]:
    with olefile.OleFileIO(str(source)) as compound:
        tops = _tops(compound)
        if "_VBA_PROJECT_CUR" in tops:
            yield "macros"
        if {"Revision Log", "User Names"} <= tops:
            yield "changes"
        if tops & {"_SX_DB_CUR", "_SX_DB"}:
            yield "pivot"
        yield from _each("objects", (name for name in tops if name.startswith("MBD")))
        book = _stream(compound, "Workbook" if "Workbook" in tops else "Book")
        for number, content in _records_of_xls(book):
            if number == _SHEET and len(content) > 5:
                if content[5] == _MACRO_SHEET:
                    yield "macros"
                elif content[4] & 3:
                    yield "hidden sheets"
            elif number == _NOTE:
                yield "comments"
            elif number == _PIVOT:
                yield "pivot"
            elif number == _BOOK and bytes(content[2:4]) not in _OWN_BOOKS:
                yield "links"


def _records_of_xls(book: bytes) -> Iterator[tuple[int, memoryview]]:
    view, at = memoryview(book), 0
    for _count in range(_MOST_RECORDS):
        if at + 4 > len(view):
            return
        number, size = struct.unpack_from("<HH", view, at)
        yield number, view[at + 4 : at + 4 + size]
        at += 4 + size
    raise ValueError("records")


def _of_ppt(source: Path) -> Iterator[str]:
    with olefile.OleFileIO(str(source)) as compound:
        content = memoryview(_stream(compound, "PowerPoint Document"))
    saved = 0
    for number, inside in _records_of_ppt(content):
        if number in _RECORDS_OF_PPT:
            yield _RECORDS_OF_PPT[number]
        elif number == _MACROS and struct.unpack_from("<I", inside, 4)[0]:
            yield "macros"
        elif number == _SLIDE and struct.unpack_from("<H", inside, 10)[0] & _HIDDEN:
            yield "hidden slides"
        saved += number == _SAVED
    if saved > 1:
        yield "versions"


_RECORDS_OF_PPT: Final = {
    _COMMENT: "comments",
    _EMBEDDED: "objects",
    _CONTROL: "controls",
    _NOTES: "notes",
    _SOUND: "sounds",
    _MEDIA: "sounds",
}


def _records_of_ppt(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield records with their content, those within others too."""
    waiting, count = [(content, 0)], 0
    while waiting:
        within, depth = waiting.pop()
        at = 0
        while at + 8 <= len(within):
            version, number, size = struct.unpack_from("<HHI", within, at)
            inside = within[at + 8 : at + 8 + size]
            at, count = at + 8 + size, count + 1
            if count > _MOST_RECORDS or depth > _MOST_DEPTH:
                raise ValueError("records")
            yield number, inside
            if version & 0xF == _CONTAINER:
                waiting.append((inside, depth + 1))


_READERS: Final[dict[str, Any]] = {"RTF": _of_rtf, "DOC": _of_doc, "XLS": _of_xls, "PPT": _of_ppt}


def _tops(compound: Any) -> set[str]:
    return {entry[0] for entry in compound.listdir(streams=True, storages=True)}


def _within(compound: Any, storage: str) -> set[str]:
    entries = compound.listdir(streams=True, storages=True)
    return {entry[1] for entry in entries if len(entry) > 1 and entry[0] == storage}


def _each(what: str, those: Iterable[str]) -> Iterator[str]:
    return (what for _one in those)


def _stream(compound: Any, name: str) -> bytes:
    with compound.openstream(name) as stream:
        content: bytes = stream.read()
    return content
