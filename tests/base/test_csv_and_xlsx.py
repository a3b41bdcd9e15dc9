"""Tables of CSV and XLSX: rows with their numbers, and never more than the limits."""

import contextlib
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from contrechamp.base import csv_and_xlsx, workbook
from contrechamp.base.csv_and_xlsx import Row, Table
from contrechamp.base.errors import InputError


def csv_of(content: bytes, name: str = "t.csv") -> Table:
    return csv_and_xlsx.read_csv(io.BytesIO(content), content[:4], name)


def sheets_of(content: bytes, name: str = "b.xlsx") -> list[Table]:
    """Return the sheets of a workbook; each is to be read before the next."""
    return list(csv_and_xlsx.sheets(io.BytesIO(content), name))


def book_of(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_sheet(xml: str) -> bytes:
    """Return a workbook whose sheet is as written, whatever it claims."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book_of(("a",)))) as whole,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in whole.namelist():
            sheet = name == "xl/worksheets/sheet1.xml"
            archive.writestr(name, xml if sheet else whole.read(name))
    return out.getvalue()


def sheet_of(rows: str, claimed: str) -> bytes:
    return with_sheet(
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{claimed}"/><sheetData>{rows}</sheetData></worksheet>'
    )


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_write_csv_in_many_ways(delimiter: str, encoding: str) -> None:
    text = "id,é name\n1,ü\n".replace(",", delimiter)
    bom = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    content = (bom + text).encode(encoding)
    found = csv_of(content)
    assert found.header == ("id", "é name") == csv_and_xlsx.csv_header(content, cut=False)
    assert list(found.rows) == [Row(2, ["1", "ü"])]


def test_commas_within_quotes_part_no_cells() -> None:
    found = csv_of(b'"a, b, c";"d, e";f\n1;2;3\n')
    assert found.header == ("a, b, c", "d, e", "f")
    assert list(found.rows) == [Row(2, ["1", "2", "3"])]


def test_a_row_has_the_number_of_the_line_at_which_it_begins() -> None:
    found = csv_of(b'\n  \nid,note\r\n1,"two\nlines"\n\n,\n2,x\n3\n')
    assert list(found.rows) == [
        Row(4, ["1", "two\nlines"]), Row(8, ["2", "x"]), Row(9, ["3"]),
    ]  # fmt: skip


def test_a_row_with_too_many_cells_is_told_and_the_next_one_read() -> None:
    assert list(csv_of(b"a,b\n1,2,3\n4,5,,\n").rows) == [
        Row(2, [], "3 cells under 2 columns; expected as many"), Row(3, ["4", "5"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'a,b\n1,"x\ny\n', r"^t\.csv:2: cannot be read \(unexpected end of data\); is a quote"),
        (b"a,b\n1,\xe9\n", r"^t\.csv: the text is not in UTF-8; save it as UTF-8$"),
        (b"a,b\n1,2\n1,\0\n", r"^t\.csv:3: this is not text; expected a CSV file$"),
        (
            b"a,b\n1," + b"x" * (csv_and_xlsx.MAX_CELL + 1),
            r"^t\.csv:2: cannot be read \(field larger",
        ),
    ],
)
def test_what_is_no_table_is_an_error_with_its_line(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        list(csv_of(content).rows)


def test_a_line_that_never_ends_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_and_xlsx, "MAX_LINE", 1000)
    with pytest.raises(InputError, match=r"^t\.csv:2: the line has more than"):
        list(csv_of(b"a,b\n" + b"1,2," * 300).rows)


def test_a_column_there_twice_is_refused() -> None:
    with pytest.raises(InputError, match=r"^t: the column a occurs twice; keep one$"):
        csv_and_xlsx.check_header(["a", "", "b", "", "a"], "t")


def test_cells_below_no_name_are_told() -> None:
    found = csv_of(b"a,,b,\n1,x,2,\n1,y,2,z\n")
    assert [row.cells for row in found.rows] == [["1", "x", "2", ""], ["1", "y", "2", "z"]]
    assert list(found.not_used()) == [
        "column 2 has no name: 2 cells in it are not used",
        "column 4 has no name: 1 cell in it is not used",
    ]


def test_a_remark_beside_a_sheet_is_told_and_harms_nothing() -> None:
    [found] = sheets_of(book_of((), ("id", "n"), (1, 2.0), (), (True, None, "see")))
    assert (found.where, found.title, found.header) == ("b.xlsx: Sheet", "Sheet", ("id", "n"))
    assert [(row.number, list(row.cells)) for row in found.rows] == [
        (3, ["1", "2"]),
        (5, ["true", ""]),
    ]
    assert list(found.not_used()) == ["column 3 has no name: 1 cell in it is not used"]


def test_what_a_sheet_claims_to_hold_is_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """One cell in the last corner of a sheet: 17 thousand million before it, and none is there."""
    content = sheet_of(
        f'<row r="1">{cell("A1", "id")}</row><row r="2">{cell("A2", "x")}</row>'
        f'<row r="1048576">{cell("XFD1048576", "far")}</row>',
        "A1:XFD1048576",
    )
    assert len(content) < 8000
    monkeypatch.setattr(workbook, "MAX_CELLS", 16_384 + 2)
    [found] = sheets_of(content)
    assert [(row.number, list(row.cells)) for row in found.rows] == [(2, ["x"]), (1048576, [""])]
    assert list(found.not_used()) == ["column 16384 has no name: 1 cell in it is not used"]


def test_cells_far_to_the_right_of_every_row_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_CELLS", 1_000_000)
    rows = "".join(f'<row r="{n}">{cell(f"XFD{n}", "far")}</row>' for n in range(2, 100))
    content = sheet_of(f'<row r="1">{cell("A1", "id")}</row>{rows}', "A1:A1")
    [found] = sheets_of(content)
    with pytest.raises(InputError, match=r"^b\.xlsx: the workbook has more than 1 million cells"):
        list(found.rows)


@pytest.mark.parametrize("place", ["AAAAAA2", "A99999999999", "2", "A"])
def test_a_cell_outside_of_any_sheet_is_an_error_or_left_out(place: str) -> None:
    rows = f'<row r="1">{cell("A1", "id")}</row><row r="{place.strip("A") or 2}">'
    [found] = sheets_of(sheet_of(f"{rows}{cell(place, 'x')}</row>", "A1:A2"))
    with contextlib.suppress(InputError):  # and no other
        assert len(list(found.rows)) <= 1


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbook, "MAX_WORKBOOK", 1000)
    with pytest.raises(InputError, match=r"^b\.xlsx: it holds more"):
        list(sheets_of(book_of(("a",))))


def test_what_is_no_table_has_no_header(tmp_path: Path) -> None:
    for content in (b"", b"{}", b"[1]", b"<a/>", b"\0\1\2", b"\xff", b'"'):
        assert csv_and_xlsx.csv_header(content, cut=False) in {(), ("",)}
