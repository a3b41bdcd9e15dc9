"""The cells of a workbook (XLSX, ECMA-376), sheet by sheet, at a cost that its bytes allow.

A workbook of a few kilobytes can claim thousands of millions of cells, strings or sheets. So only
rows, cells, shared strings and merged ranges are read; each is counted as it comes, and all else in
a sheet (dimensions, spans, rules) is passed over. `openpyxl` says what a cell holds.
"""

import mimetypes
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
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
#: Ranges of merged cells in a sheet.
MAX_MERGED = 100_000
#: What a cell is, a letter each: text, a number, a day or time. Of the cells below the first one of
#: a merged range, which say what that one says, the letter is a capital.
TEXT, NUMBER, DATE = "t", "n", "d"
#: Digits of a number that a spreadsheet keeps; what a file holds beyond is rounding.
DIGITS = 15

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _STRING, _TEXT, _PHONETIC = f"{_MAIN}row", f"{_MAIN}si", f"{_MAIN}t", f"{_MAIN}rPh"
#: What a cell is made of; everything else is dropped as soon as it ends.
_OF_CELLS = frozenset(f"{_MAIN}{name}" for name in ("c", "v", "f", "is", "t", "r", "rPr"))
_FORMULA, _VALUE = f"{_MAIN}f", f"{_MAIN}v"
#: Parts of a workbook with what people wrote beside cells.
_REMARKS = re.compile(r"xl/(?:comments|threadedComments)")
#: A character that XML does not allow, as workbooks escape it (ECMA-376, ST_Xstring).
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
#: A merged range. Nothing else in a part can look like it: text has no bare "<".
_MERGED = re.compile(
    rb"""mergeCell\b[^<>]{0,200}?\bref\s*=\s*["']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})["']"""
)
_PIECE, _LONGEST_TAG = 1 << 20, 300


@dataclass
class _Spent:
    """What was read so far, of all sheets together."""

    elements: int = 0
    cells: int = 0
    characters: int = 0


@dataclass(frozen=True)
class SheetRow:
    """A row with something in it.

    Args:
        number: from 1.
        cells: the text of each cell up to the last one.
        sorts: what each of them is: see `TEXT`.
    """

    number: int
    cells: list[str]
    sorts: str


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    Args:
        title: its name.
        first_day: the day with the number 0, from which the workbook counts days.
        rows: those with something in them, to be read before the next sheet.
        unanswered: column (from 1) -> cells with a formula and without its result; complete once
            the rows are read.
        has_remarks: whether the workbook has comments, which are not read.
    """

    title: str
    first_day: date
    rows: Iterator[SheetRow] = field(repr=False)
    unanswered: Counter[int] = field(default_factory=Counter)
    has_remarks: bool = False


def sheets(content: IO[bytes], name: str) -> Iterator[Sheet]:
    """Yield the sheets of a workbook, each to be read before the next.

    A cell that is merged with those below it says the same in each row that has anything in it.

    Args:
        content: of the workbook, seekable.
        name: for errors.

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
        first_day = book.wb.epoch.date()
        remarks = any(_REMARKS.match(part) for part in archive.namelist())
        for title, path in found:
            unanswered: Counter[int] = Counter()
            rows = _rows(book, path, name, spent, unanswered)
            yield Sheet(title, first_day, rows, unanswered, remarks)


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


class _Merged:
    """The merged ranges of a sheet, by what each column has of them."""

    def __init__(self, source: IO[bytes], name: str) -> None:
        #: Number of a row -> column -> last row of the range that begins there.
        self._begins: dict[int, dict[int, int]] = {}
        #: Column -> last row of the range that goes on, and what it says.
        self._open: dict[int, tuple[int, str, str]] = {}
        #: Whether there are formulas in the sheet.
        self.formulas = False
        rest, count = b"", 0
        while piece := source.read(_PIECE):
            searched, end = rest + piece, 0
            self.formulas = self.formulas or b"<f" in searched
            for found in _MERGED.finditer(searched):
                end = found.end()
                count += 1
                if count > MAX_MERGED:
                    raise InputError(
                        _(
                            "a sheet has more than {count} merged ranges; "
                            "save the sheet that is meant as CSV"
                        ).format(count=MAX_MERGED),
                        where=name,
                    )
                column, first, last = _column(found[1]), int(found[2]), int(found[3])
                if last > first:
                    self._begins.setdefault(first, {})[column] = last
            rest = searched[max(end, len(searched) - _LONGEST_TAG) :]

    def fill(self, number: int, texts: list[str], sorts: list[str], spent: _Spent) -> None:
        """Write what ranges say into the cells of a row that lie below their first one."""
        for column, last in self._begins.get(number, {}).items():
            if column < len(texts) and texts[column]:
                self._open[column] = (last, texts[column], sorts[column].upper())
        for column, (last, text, sort) in [*self._open.items()]:
            if number > last:
                del self._open[column]
            elif column >= len(texts) or not texts[column]:
                more = column + 1 - len(texts)
                texts += [""] * more
                sorts += [TEXT] * more
                spent.cells += max(more, 1)
                spent.characters += len(text)
                texts[column], sorts[column] = text, sort


def _column(letters: bytes) -> int:
    """Return the place of a column, from 0."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1


def _rows(
    book: Any, path: str, name: str, spent: _Spent, unanswered: Counter[int]
) -> Iterator[SheetRow]:
    from openpyxl.worksheet._reader import WorkSheetParser

    try:
        with book.archive.open(path) as source:
            merged = _Merged(source, name)
    except zipfile.BadZipFile as error:
        raise _damaged(name) from error
    with book.archive.open(path) as source:
        parser = WorkSheetParser(
            source, book.shared_strings, data_only=True, epoch=book.wb.epoch,
            date_formats=book.wb._date_formats, timedelta_formats=book.wb._timedelta_formats,
        )  # fmt: skip
        last = 0
        for element in _of_rows(source, name, spent):
            try:
                if merged.formulas:
                    unanswered.update(_unanswered(element))
                number, cells = parser.parse_row(element)
            except Exception as error:
                raise _damaged(name) from error
            element.clear()
            if number > MAX_SHEET_ROWS:
                return
            if number <= last:
                continue
            last = number
            texts, sorts = _texts(cells, name, spent)
            if any(text.strip() for text in texts):
                merged.fill(number, texts, sorts, spent)
                _check_spent(name, spent)
                yield SheetRow(number, texts, "".join(sorts))


def _unanswered(row: Any) -> Iterator[int]:
    """Yield the columns, from 1, of cells that a program wrote a formula into and no result."""
    for cell in row:
        if cell.find(_FORMULA) is not None and not cell.findtext(_VALUE):
            letters = re.match("[A-Z]{1,3}", cell.get("r", ""))
            if letters:
                yield _column(letters[0].encode()) + 1


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


def _texts(cells: list[dict[str, Any]], name: str, spent: _Spent) -> tuple[list[str], list[str]]:
    """Return text and sort of each cell of a row, also of those between them."""
    width = max((cell["column"] for cell in cells), default=0)
    spent.cells += width
    _check_spent(name, spent)
    texts, sorts = [""] * width, [TEXT] * width
    for cell in cells:
        if cell["value"] is not None:
            at = cell["column"] - 1
            texts[at], sorts[at] = _text(cell["value"])
            spent.characters += len(texts[at])
    _check_spent(name, spent)
    return texts, sorts


def _check_spent(name: str, spent: _Spent) -> None:
    if spent.cells > MAX_CELLS:
        raise InputError(
            _(
                "the workbook has more than {count} million cells, most of them empty "
                "perhaps; delete what stands far to the right, or save it as CSV"
            ).format(count=MAX_CELLS // 10**6),
            where=name,
        )
    if spent.characters > MAX_CHARACTERS:
        raise InputError(
            _(
                "the workbook has more than {count} million characters; "
                "save the sheet that is meant as CSV"
            ).format(count=MAX_CHARACTERS // 10**6),
            where=name,
        )


def _damaged(name: str) -> InputError:
    return unreadable(name, advice=_("save it again as .xlsx"), form=_("a workbook"))


def _text(value: Any) -> tuple[str, str]:
    """Return the value of a cell as it would stand in a CSV file, and what it is."""
    if isinstance(value, bool):
        return ("true" if value else "false"), TEXT
    if isinstance(value, int):
        return str(value), NUMBER
    if isinstance(value, float):
        return _plain_number(value), NUMBER
    if isinstance(value, datetime):
        return value.isoformat().removesuffix("T00:00:00"), DATE
    if hasattr(value, "isoformat"):
        return str(value.isoformat()), DATE
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)), TEXT


def _plain_number(value: float) -> str:
    """Return a number as a spreadsheet shows it: 0.3, where the file has 0.30000000000000004."""
    if value.is_integer():
        return str(int(value))
    text = repr(value)
    return text if len(text.lstrip("-0.")) <= DIGITS else repr(float(f"{value:.{DIGITS}g}"))
