"""The cells of a workbook (XLSX, ECMA-376), sheet by sheet, at a cost that its bytes allow.

A workbook of a few kilobytes can claim thousands of millions of cells, strings or sheets. So only
rows, cells and shared strings are read; each is counted as it comes, and all else in a sheet
(merged ranges, dimensions, spans, rules) is passed over. `openpyxl` says what a cell holds.
"""

import mimetypes
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import too_large, unreadable
from contrechamp.base.i18n import _

#: Bytes that a workbook may unpack to, and each of its parts but sheets and strings; the tags in
#: one of these; and how many parts and sheets there may be.
MAX_WORKBOOK, MAX_PART, MAX_TAGS = 10**9, 16 * 10**6, 500_000
MAX_PARTS, MAX_SHEETS = 5_000, 1_000
#: How many times its packed size a part may unpack to; a small one may reach the minimum.
MAX_RATIO, MIN_RATIO_BYTES = 250, 32 * 10**6
#: Rows of a sheet (ECMA-376), and cells of a workbook that are looked at: all up to the last one
#: of each row, empty or not. A file of 2 kB can claim 17 billion.
MAX_SHEET_ROWS, MAX_CELLS = 1_048_576, 50_000_000
#: Elements of XML, and characters of cells, of all sheets together.
MAX_ELEMENTS, MAX_CHARACTERS = 200_000_000, 10**9
#: Elements that the shared strings are made of.
MAX_STRINGS = 10_000_000

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _STRING, _TEXT, _PHONETIC = f"{_MAIN}row", f"{_MAIN}si", f"{_MAIN}t", f"{_MAIN}rPh"
#: What a cell is made of; everything else is dropped as soon as it ends.
_OF_CELLS = frozenset(f"{_MAIN}{name}" for name in ("c", "v", "f", "is", "t", "r", "rPr"))
#: A character that XML does not allow, as workbooks escape it (ECMA-376, ST_Xstring).
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass
class _Spent:
    """What was read so far, of all sheets together."""

    elements: int = 0
    cells: int = 0
    characters: int = 0


def sheets(content: IO[bytes], name: str) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """Yield title and rows of each sheet, to be read before the next.

    Args:
        content: of the workbook, seekable.
        name: for errors.

    Yields:
        Rows as their number, from 1, and the text of each cell up to the last one; rows without
        cells are left out.

    Raises:
        InputError: now or at a row: if it is damaged, or exceeds the limits.
    """
    try:
        archive = zipfile.ZipFile(content)
    except Exception as error:  # a damaged workbook makes the libraries raise anything
        raise _damaged(name) from error
    with archive:
        _check(archive.infolist(), name)
        try:
            book = _opened(archive, name)
            found = [
                (str(sheet.name), str(rel.target))
                for sheet, rel in book.parser.find_sheets()
                if rel.target in book.valid_files and "chartsheet" not in rel.Type
            ]
        except InputError:
            raise
        except Exception as error:
            raise _damaged(name) from error
        spent = _Spent()
        for title, path in found:
            yield title, _rows(book, path, name, spent)


def _check(infos: list[zipfile.ZipInfo], name: str) -> None:
    """Check the directory: of no part more is unpacked than it says there."""
    if sum(info.file_size for info in infos) > MAX_WORKBOOK:
        raise too_large(name, MAX_WORKBOOK, _("save it as CSV"))
    if len(infos) > MAX_PARTS:
        raise InputError(
            _(
                "the workbook has more than {count} parts; save the sheet that is meant as CSV"
            ).format(count=MAX_PARTS),
            where=name,
        )
    for info in infos:
        packed = max(info.compress_size, 1)
        if info.file_size > MIN_RATIO_BYTES and info.file_size > MAX_RATIO * packed:
            raise InputError(
                _(
                    "a part of the workbook unpacks to more than {ratio} times its size; save the "
                    "sheet that is meant as CSV"
                ).format(ratio=MAX_RATIO),
                where=name,
            )


def _opened(archive: zipfile.ZipFile, name: str) -> Any:
    """Return openpyxl's reader of a workbook, with what is needed to tell what cells hold."""
    if not mimetypes.inited:  # openpyxl would read the system's lists, which are of no use here
        mimetypes.knownfiles.clear()
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.styles.stylesheet import apply_stylesheet
    from openpyxl.xml.constants import SHARED_STRINGS

    book = ExcelReader.__new__(ExcelReader)
    book.archive, book.valid_files = _Bounded(archive, name), archive.namelist()
    book.read_only, book.data_only, book.keep_vba, book.keep_links = True, True, False, False
    book.rich_text, book.shared_strings = False, []
    book.read_manifest()
    strings = book.package.find(SHARED_STRINGS)
    if strings is not None:
        with archive.open(strings.PartName[1:]) as source:
            book.shared_strings = _strings(source, name)
    book.read_workbook()
    apply_stylesheet(book.archive, book.wb)
    return book


class _Bounded:
    """An archive, of which only small parts are read at once."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self.namelist, self.filename = archive.namelist, name

    def read(self, part: str) -> bytes:
        if self._archive.getinfo(part).file_size > MAX_PART:
            raise too_large(self._name, MAX_PART, _("save it as CSV"))
        content = self._archive.read(part)
        if content.count(b"<") > MAX_TAGS:
            raise InputError(
                _(
                    "the workbook has more than {count} styles and names; "
                    "save the sheet that is meant as CSV"
                ).format(count=MAX_TAGS // 2),
                where=self._name,
            )
        if content.count(b"sheetId") > MAX_SHEETS:
            raise InputError(
                _(
                    "the workbook has more than {count} sheets; save the sheet that is meant as CSV"
                ).format(count=MAX_SHEETS),
                where=self._name,
            )
        return content

    def open(self, part: str, mode: str = "r") -> IO[bytes]:
        return self._archive.open(part)


def _strings(source: IO[bytes], name: str) -> list[str]:
    """Return the shared strings; what is above letters to say how they sound is left out."""
    found: list[str] = []
    texts: list[str] = []
    for count, element in enumerate(_elements(source), start=1):
        if count > MAX_STRINGS:
            raise InputError(
                _(
                    "the workbook has more than {count} million strings; "
                    "save the sheet that is meant as CSV"
                ).format(count=MAX_STRINGS // 10**6),
                where=name,
            )
        if element.tag == _TEXT:
            texts.append(element.text or "")
        elif element.tag == _PHONETIC:
            del texts[len(texts) - len(element.findall(_TEXT)) :]
        elif element.tag == _STRING:
            found.append("".join(texts).replace("x005F_", ""))
            texts = []
            element.clear()
    return found


def _rows(book: Any, path: str, name: str, spent: _Spent) -> Iterator[tuple[int, list[str]]]:
    from openpyxl.worksheet._reader import WorkSheetParser

    with book.archive.open(path) as source:
        parser = WorkSheetParser(
            source, book.shared_strings, data_only=True, epoch=book.wb.epoch,
            date_formats=book.wb._date_formats, timedelta_formats=book.wb._timedelta_formats,
        )  # fmt: skip
        last = 0
        for element in _of_rows(source, name, spent):
            try:
                number, cells = parser.parse_row(element)
            except Exception as error:
                raise _damaged(name) from error
            element.clear()
            if number > MAX_SHEET_ROWS:
                return
            if number <= last:
                continue
            last = number
            texts = _texts(cells, name, spent)
            if any(text.strip() for text in texts):
                yield number, texts


def _of_rows(source: IO[bytes], name: str, spent: _Spent) -> Iterator[Any]:
    """Yield the elements of rows; all others are counted, and dropped."""
    elements = _elements(source)
    while True:
        try:
            element = next(elements, None)
        except Exception as error:
            raise _damaged(name) from error
        if element is None:
            return
        spent.elements += 1
        if spent.elements > MAX_ELEMENTS:
            raise InputError(
                _(
                    "the workbook has more than {count} million elements; "
                    "save the sheet that is meant as CSV"
                ).format(count=MAX_ELEMENTS // 10**6),
                where=name,
            )
        if element.tag == _ROW:
            yield element
        elif element.tag not in _OF_CELLS:
            element.clear()


def _elements(source: IO[bytes]) -> Iterator[Any]:
    from xml.etree.ElementTree import iterparse

    for _event, element in iterparse(source):  # noqa: S314
        yield element


def _texts(cells: list[dict[str, Any]], name: str, spent: _Spent) -> list[str]:
    """Return the text of each cell of a row, also of those between them."""
    width = max((cell["column"] for cell in cells), default=0)
    spent.cells += width
    if spent.cells > MAX_CELLS:
        raise InputError(
            _(
                "the workbook has more than {count} million cells, most of them empty "
                "perhaps; delete what stands far to the right, or save it as CSV"
            ).format(count=MAX_CELLS // 10**6),
            where=name,
        )
    texts = [""] * width
    for cell in cells:
        if cell["value"] is not None:
            texts[cell["column"] - 1] = text = _text(cell["value"])
            spent.characters += len(text)
    if spent.characters > MAX_CHARACTERS:
        raise InputError(
            _(
                "the workbook has more than {count} million characters; "
                "save the sheet that is meant as CSV"
            ).format(count=MAX_CHARACTERS // 10**6),
            where=name,
        )
    return texts


def _damaged(name: str) -> InputError:
    return unreadable(name, advice=_("save it again as .xlsx"), form=_("a workbook"))


def _text(value: Any) -> str:
    """Return the value of a cell as it would stand in a CSV file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if hasattr(value, "isoformat"):
        text = str(value.isoformat())
        return text.removesuffix("T00:00:00")
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))
