"""Looks for words in what a masked PDF holds: in content, never in the format's own vocabulary.

Compared are strings that pages show, chosen names, and what maps of letters stand for. Operators,
structure, pixels and font programs say nothing of anyone, though `Roman` and `Parent` stand there.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from contrechamp.base.i18n import _
from contrechamp.redact.pdf.entries import COLLECTIONS, VOCABULARY
from contrechamp.redact.pdf.letter_maps import letters_of
from contrechamp.redact.pdf.names import CHOSEN_VALUES, STANDARD, text_of
from contrechamp.redact.pdf.work import Object
from contrechamp.redact.words import Words

#: Shorter words turn up by chance, since fonts encode letters as they like; they are left to the
#: search in the text.
_LONG = 5
_SHOWN = 5
#: Letters whose two bytes in UTF-16 are both printable ASCII: Chinese, and symbols.
_SPELT_BY_ASCII = re.compile("[\u2020-\u7e7e]")
_NO_ASCII = re.compile(rb"[^\t\n\r -~]")
_MAX_DEPTH = 64
#: Bytes in which a map of letters says that it is one.
_HEAD = 1024


@dataclass(frozen=True)
class _Text:
    """A text in the file, or bytes that may be one, and what it is."""

    text: str | bytes
    what: str

    def readings(self, *, wide: bool) -> Iterator[str]:
        """Yield how it can be read.

        A byte that is no text in one way of reading stands between letters: it is none of them.

        Args:
            wide: whether ASCII letters, two by two, may spell a word in UTF-16.
        """
        if isinstance(self.text, str):
            yield self.text
            return
        data = self.text
        yield data.decode("latin-1")
        if any(byte > 127 for byte in data):
            yield data.decode("utf-8", "replace")
        if wide or _NO_ASCII.search(data):
            for start in (0, 1):
                yield data[start:].decode("utf-16-be", "replace")
                yield data[start:].decode("utf-16-le", "replace")


def places_of_words(content: bytes, words: Sequence[str]) -> list[str]:
    """Return where a word is left: the word, what holds it, and the page."""
    finder = Words(word for word in words if sum(map(str.isalnum, word)) >= _LONG)
    if not finder:
        return []
    wide = any(_SPELT_BY_ASCII.search(word) for word in words)
    found: dict[str, None] = {}
    with pikepdf.open(BytesIO(content)) as pdf:
        pages, drawings = _pages_of(pdf), _drawings_of(pdf)
        for item in pdf.objects:
            for piece in _texts_of(item, drawings):
                for text in piece.readings(wide=wide):
                    for begin, end in finder.find(text):
                        told = _told(text[begin:end], piece.what, pages.get(item.objgen))
                        found[told] = None
            if len(found) > _SHOWN:
                break
    return list(found)[:_SHOWN]


def _told(word: str, what: str, page: int | None) -> str:
    if page is None:
        return _("“{word}” in {what}").format(word=word, what=what)
    return _("“{word}” in {what}, page {page}").format(word=word, what=what, page=page)


def _pages_of(pdf: pikepdf.Pdf) -> dict[Object, int]:
    """Return the first page, from 1, that each object belongs to."""
    pages: dict[Object, int] = {}
    for number, page in enumerate(pdf.pages, start=1):
        left = [(page.obj, 0)]
        while left:
            item, depth = left.pop()
            if getattr(item, "is_indirect", False):
                if item.objgen in pages:
                    continue
                pages[item.objgen] = number
            if depth < _MAX_DEPTH:
                left += [(part, depth + 1) for part in _parts(item)]
    return pages


def _parts(item: Any) -> Iterator[Any]:
    if isinstance(item, Array):
        yield from item
    elif isinstance(item, Dictionary | Stream):
        for name, part in item.items():
            if name != "/Parent":
                yield part


def _drawings_of(pdf: pikepdf.Pdf) -> set[Object]:
    """Return the streams of operators: of pages, forms, patterns and glyphs."""
    found = {
        part.objgen for page in pdf.pages for part in _streams(page.obj.get("/Contents", None))
    }
    for item in pdf.objects:
        if isinstance(item, Stream):
            if item.get("/Subtype", None) == Name.Form or item.get("/PatternType", None) == 1:
                found.add(item.objgen)
        elif isinstance(item, Dictionary) and isinstance(item.get("/CharProcs", None), Dictionary):
            found |= {glyph.objgen for glyph in item.CharProcs.as_dict().values()}
    return found


def _streams(item: Any) -> Iterator[Any]:
    for part in item if isinstance(item, Array) else [item]:
        if isinstance(part, Stream):
            yield part


def _texts_of(item: Any, drawings: Collection[Object]) -> Iterator[_Text]:
    if isinstance(item, Stream):
        if item.get("/Type", None) in (Name.ObjStm, Name.XRef):
            return  # what they pack is looked at by itself
        if item.objgen in drawings:
            yield from _drawn(item)
        elif item.get("/Type", None) == Name.CMap or "/Subtype" not in item:
            yield from _mapped(item)
    yield from _entries(item)


def _entries(item: Any) -> Iterator[_Text]:
    if isinstance(item, String):
        if str(item) not in COLLECTIONS:
            yield from _strings([bytes(item)], _("a text beside the pages"))
    elif isinstance(item, Array):
        if len(item) == 4 and item[0] in (Name.Indexed, Name.I):
            return  # the last of its parts is colours
        for part in item:
            yield from _inside(part)
    elif isinstance(item, Dictionary | Stream):
        for name, part in item.items():
            if name not in VOCABULARY and name not in STANDARD:
                yield _Text(name[1:], _("a name"))
            if name in CHOSEN_VALUES and text_of(part) not in STANDARD:
                yield _Text(text_of(part)[1:], _("the name of a font"))
            yield from _inside(part)


def _inside(part: Any) -> Iterator[_Text]:
    """Yield the texts of a part, but not of an indirect object, which is looked at by itself."""
    if not getattr(part, "is_indirect", False):
        yield from _entries(part)


def _mapped(item: Any) -> Iterator[_Text]:
    if not set(item.keys()) & {"/Filter"} or item.get("/Filter", None) == Name.FlateDecode:
        data = item.read_bytes()
        if b"begincmap" in data[:_HEAD]:
            for text in letters_of(data):
                yield _Text(text, _("a map of letters"))


def _drawn(item: Any) -> Iterator[_Text]:
    try:
        instructions = pikepdf.parse_content_stream(item)
    except TypeError:  # operands that no operator has
        yield from _strings([item.read_bytes()], _("a text that is shown"))
        return
    for instruction in instructions:
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            continue
        shown: list[bytes] = []
        for operand in instruction.operands:
            for part in operand if isinstance(operand, Array) else [operand]:
                if isinstance(part, String):
                    shown.append(bytes(part))
                elif isinstance(part, Name) and _is_chosen(part, instruction.operator):
                    yield _Text(text_of(part)[1:], _("a name"))
        yield from _strings(shown, _("a text that is shown"))


def _is_chosen(name: Any, operator: Any) -> bool:
    return text_of(name) not in STANDARD and str(operator) != "ri"


def _strings(pieces: list[bytes], what: str) -> Iterator[_Text]:
    """Yield the strings of one operator: each by itself, and joined."""
    for data in dict.fromkeys([*pieces, b"".join(pieces)]):
        yield _Text(data, what)
