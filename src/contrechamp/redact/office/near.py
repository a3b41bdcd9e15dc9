"""Finds in a rebuilt office file what is near a word of the list, and says where it stands."""

import itertools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from contrechamp.base.i18n import _
from contrechamp.redact.near_words import NearWord
from contrechamp.redact.office import odf
from contrechamp.redact.office.coded_text import shown_of_header
from contrechamp.redact.office.ooxml_sheets import HEADERS
from contrechamp.redact.office.rebuilding import Rebuilder
from contrechamp.redact.office.text import is_run_text, local, outermost, shown_in

_PART = re.compile(r"(?:word|xl|ppt)/([A-Za-z]+?)\d*\.xml")

#: A text, and what to call its place.
Place = tuple[str, Callable[[], str]]


def note_near(rebuilder: Rebuilder, *, open_document: bool) -> None:
    """Note what is near a word, in one pass over each part that shows text.

    Rows of workbooks (XLSX) are read by themselves, since their cells share texts.
    """
    if not rebuilder.words:
        return
    parts: Counter[str] = Counter()
    for name, root in rebuilder.roots.items():
        kind = _kind(name)
        parts[kind] += 1
        places = list(
            _of_open_document(kind, root) if open_document else _of_ooxml(kind, parts[kind], root)
        )
        texts = [text for text, _where in places]
        starts = list(itertools.accumulate((len(text) + 1 for text in texts), initial=0))
        joined = "\n".join(texts)
        for near in rebuilder.words.near(joined):
            _text, where = places[bisect_right(starts, near.begin) - 1]
            rebuilder.near.append(NearWord(near, joined[near.begin : near.end], where()))


def _kind(name: str) -> str:
    """Return what kind of part a name says: that of its relationship."""
    found = _PART.fullmatch(name)
    return name if found is None else found[1]


def _of_ooxml(kind: str, number: int, root: Any) -> Iterator[Place]:
    if kind == "sharedStrings":
        return
    paragraphs = [p for p in outermost(root, "{*}p") if any(map(is_run_text, p.iter("*")))]
    for place, paragraph in enumerate(paragraphs, start=1):
        yield shown_in(paragraph, is_run_text), _in_part(kind, number, place)
    for header in root.iter(*(f"{{*}}{tag}" for tag in sorted(HEADERS))):
        yield shown_of_header(header.text or ""), _header_of(number)
    for sheet in root.iter("{*}sheet"):
        yield sheet.get("name", ""), _name_of_sheet


def _in_part(kind: str, number: int, place: int) -> Callable[[], str]:
    def said() -> str:
        where = {
            "officeDocument": "",
            "header": _("header {number}"),
            "footer": _("footer {number}"),
            "footnotes": _("footnotes"),
            "endnotes": _("endnotes"),
            "slide": _("slide {number}"),
            "slideMaster": _("master {number}"),
            "slideLayout": _("layout {number}"),
            "drawing": _("drawing {number}"),
        }.get(kind, kind)
        paragraph = _("paragraph {number}").format(number=place)
        return f"{where.format(number=number)}, {paragraph}" if where else paragraph

    return said


def _name_of_sheet() -> str:
    return _("the name of a sheet")


def _header_of(number: int) -> Callable[[], str]:
    return lambda: _("sheet {number}, header or footer").format(number=number)


def _of_open_document(name: str, root: Any) -> Iterator[Place]:
    for number, paragraph in enumerate(outermost(root, "{*}p", "{*}h"), start=1):
        yield shown_in(paragraph, odf.is_text), _in_open_document(name, paragraph, number)
    for table in root.iter("{*}table"):
        yield _attribute(table, "name"), _name_of_sheet


def _in_open_document(name: str, paragraph: Any, number: int) -> Callable[[], str]:
    def said() -> str:
        around = {local(one): one for one in reversed(list(paragraph.iterancestors()))}
        if name == "styles.xml":
            return _("header, footer or master, paragraph {number}").format(number=number)
        if "presentation" in around and "page" in around:
            return _("slide {number}, paragraph {paragraph}").format(
                number=_place(around["page"]),
                paragraph=_number_in(around["page"], paragraph),
            )
        if "spreadsheet" in around and "table-row" in around:
            return _("sheet {number}, row {row}").format(
                number=_place(around["table"]), row=_row(around["table-row"])
            )
        return _("paragraph {number}").format(number=number)

    return said


def _number_in(page: Any, paragraph: Any) -> int:
    before = itertools.takewhile(lambda one: one is not paragraph, outermost(page, "{*}p", "{*}h"))
    return 1 + sum(1 for _one in before)


def _place(element: Any) -> int:
    """Return the place of an element, from 1, among its neighbours of that name."""
    return 1 + sum(1 for _other in element.itersiblings(element.tag, preceding=True))


def _row(row: Any) -> int:
    """Return the number of a row; one element may stand for several."""
    rows: Sequence[Any] = list(next(row.iterancestors("{*}table")).iter(row.tag))
    before = itertools.takewhile(lambda other: other is not row, rows)
    return 1 + sum(int(_attribute(other, "number-rows-repeated") or 1) for other in before)


def _attribute(element: Any, name: str) -> str:
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")
