"""The text of office files, from the parts that show something: DOCX, XLSX, PPTX, ODT, ODS, ODP."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from lxml import etree

from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place

#: Unpacks a part by its name.
Unpack: TypeAlias = Callable[[str], bytes]
Reader: TypeAlias = Callable[[Unpack, Sequence[str], Place, Bounds], Iterator[Part]]

_WORD = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_SLIDE = re.compile(r"ppt/(?:slides/slide|notesSlides/notesSlide)(\d+)\.xml")
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
#: Local names of elements behind which a line ends, or a cell.
_LINES = frozenset({"p", "h", "br", "cr", "line-break", "table-row", "row", "list-item", "si"})
_CELLS = frozenset({"tab", "tc", "table-cell", "c"})
#: Their text is none of the document: what was taken out of it, codes of fields.
_SILENT = frozenset({"delText", "instrText", "tracked-changes", "binary-data", "styles"})


def reader_for(names: set[str]) -> Reader | None:
    """Return what reads an archive with these parts; None if it is no office file."""
    if "word/document.xml" in names:
        return _docx
    if "xl/workbook.xml" in names:
        return _xlsx
    if "ppt/presentation.xml" in names:
        return _pptx
    return _odf if {"mimetype", "content.xml"} <= names else None


def _docx(unpack: Unpack, names: Sequence[str], at: Place, bounds: Bounds) -> Iterator[Part]:
    parts = sorted((one for one in names if _WORD.fullmatch(one)), key=lambda one: "doc" not in one)
    for name in parts:
        yield from bounds.part(at, _words(unpack(name), bounds))


def _pptx(unpack: Unpack, names: Sequence[str], at: Place, bounds: Bounds) -> Iterator[Part]:
    slides = [(int(found[1]), one) for one in names if (found := _SLIDE.fullmatch(one))]
    for number, name in sorted(slides):
        bounds.open()
        yield from bounds.part((*at, ("slide", str(number))), _words(unpack(name), bounds))


def _xlsx(unpack: Unpack, names: Sequence[str], at: Place, bounds: Bounds) -> Iterator[Part]:
    shared = _shared(unpack("xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
    titles = _titles(unpack("xl/workbook.xml"))
    sheets = sorted((int(found[1]), one) for one in names if (found := _SHEET.fullmatch(one)))
    for place, (number, name) in enumerate(sheets):
        bounds.open()
        title = titles[place] if place < len(titles) else str(number)
        step = (*at, ("sheet", title))
        for rows in _rows(unpack(name), shared, bounds):
            yield from bounds.part(step, rows)
    for name in names:
        if name.startswith(("xl/comments", "xl/drawings/drawing")) and name.endswith(".xml"):
            yield from bounds.part(at, _words(unpack(name), bounds))


def _shared(content: bytes) -> list[str]:
    """Return the texts that cells of a workbook name by their number."""
    found = []
    for element in _elements(content, "si"):
        texts = element.iter("{*}t")
        found.append("".join(one.text or "" for one in texts))
    return found


def _titles(content: bytes) -> list[str]:
    return [element.get("name", "") for element in _elements(content, "sheet")]


def _rows(content: bytes, shared: Sequence[str], bounds: Bounds) -> Iterator[str]:
    """Yield the values of a sheet, many rows at a time."""
    rows: list[str] = []
    letters = 0
    for element in _elements(content, "row"):
        cells = [_cell(one, shared) for one in element.iter("{*}c")]
        rows.append("\t".join(cell for cell in cells if cell))
        letters += len(rows[-1])
        if letters > min(bounds.letters, 10_000):
            yield "\n".join(rows)
            rows, letters = [], 0
    yield "\n".join(rows)


def _cell(element: etree._Element, shared: Sequence[str]) -> str:
    if element.get("t") == "inlineStr":
        return "".join(one.text or "" for one in element.iter("{*}t"))
    value = element.findtext("{*}v") or ""
    if element.get("t") == "s":
        number = int(value) if value.isdecimal() and len(value) < 10 else -1
        return shared[number] if 0 <= number < len(shared) else ""
    return value


def _odf(unpack: Unpack, names: Sequence[str], at: Place, bounds: Bounds) -> Iterator[Part]:
    content = unpack("content.xml")
    sheets = pages = 0
    rest = False
    for element in _elements(content, "table", "page", "text"):
        if etree.QName(element).namespace is None:
            continue
        local = etree.QName(element).localname
        if local == "text" and (sheets or pages):
            continue
        if local == "table" and _is_within(element, "text", "page"):
            continue
        rest = True
        if local == "page":
            pages += 1
            step: Place = (*at, ("slide", str(pages)))
        elif local == "table":
            sheets += 1
            step = (*at, ("sheet", _name_of(element) or str(sheets)))
        else:
            step = at
        yield from bounds.part(step, "".join(_texts(element)))
    if not rest:
        yield from bounds.part(at, _words(content, bounds))
    if "styles.xml" in names:  # headers and footers
        for element in _elements(unpack("styles.xml"), "header", "footer"):
            yield from bounds.part(at, "".join(_texts(element)))


def _is_within(element: etree._Element, *names: str) -> bool:
    return any(etree.QName(one).localname in names for one in element.iterancestors(etree.Element))


def _name_of(element: etree._Element) -> str:
    return next(
        (
            str(value)
            for key, value in element.attrib.items()
            if etree.QName(key).localname == "name"
        ),
        "",
    )


def _words(content: bytes, bounds: Bounds) -> str:
    """Return all text of an XML part, a paragraph a line."""
    found: list[str] = []
    letters = 0
    for element in _elements(content, "p", "h"):
        if _is_within(element, "p", "h"):
            continue
        texts = list(_texts(element))
        found += [*texts, "\n"]
        letters += sum(map(len, texts))
        if letters > bounds.letters:
            break
    return "".join(found)


def _texts(element: etree._Element) -> Iterator[str]:
    """Yield the text in an element, with the breaks that it has."""
    silent = 0
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(one.tag, str):
            if event == "end" and one.tail and not silent:
                yield one.tail
            continue
        local = etree.QName(one).localname
        if event == "start":
            silent += local in _SILENT
            if one.text and not silent:
                yield one.text
            continue
        silent -= local in _SILENT
        if local in _LINES:
            yield "\n"
        elif local in _CELLS or local == "s":
            yield " "
        if one.tail and not silent and one is not element:
            yield one.tail


def _elements(content: bytes, *names: str) -> Iterator[etree._Element]:
    """Yield the elements of some local names, each once it is whole; then it is forgotten.

    An element that lies in one of the same names goes with that.
    """
    events = etree.iterparse(
        io.BytesIO(content),
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    wanted = frozenset(names)
    try:
        for _event, element in events:
            yield element
            if not any(
                etree.QName(one).localname in wanted for one in element.iterancestors(etree.Element)
            ):
                element.clear(keep_tail=True)
    except etree.LxmlError:
        return  # what was understood until there counts
