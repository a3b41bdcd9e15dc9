"""A small workbook that claims much costs seconds, and ends in rows or in one clear error."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.base import csv_and_xlsx, workbook
from contrechamp.base.errors import InputError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
STYLES, TYPES = "xl/styles.xml", "[Content_Types].xml"


def parts() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    book.active.append(["id", "a"])
    book.active.append([1, "SAMPLE"])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


PARTS = parts()


def book(changed: dict[str, bytes]) -> bytes:
    types = PARTS[TYPES].replace(
        b"</Types>",
        f'<Override PartName="/{STRINGS}" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'.encode(),
    )
    if STRINGS in changed and STRINGS not in PARTS:
        changed = {TYPES: types, **changed}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (PARTS | changed).items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(rows: str, after: str = "", before: str = "") -> bytes:
    text = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    return text.encode()


HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'


def rows_of(content: bytes) -> list[list[str]]:
    return [
        list(row.cells)
        for table in csv_and_xlsx.sheets(io.BytesIO(content), "b.xlsx")
        for row in table.rows
    ]


def test_what_a_workbook_holds() -> None:
    assert rows_of(book({})) == [["1", "SAMPLE"]]


def test_only_what_is_text_of_a_shared_string_is_read() -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><t>id</t></si><si><r><rPr><b/></rPr><t>SAM</t></r><r>'
        '<t xml:space="preserve">PLE </t></r></si><si><t>漢字</t><rPh sb="0" eb="1"><t>kan'
        "</t></rPh></si></sst>"
    )
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in (1, 2, 3))
    content = book({STRINGS: strings.encode(), SHEET: sheet(rows)})
    assert rows_of(content) == [["SAMPLE "], ["漢字"]]


#: Claims that cost nothing: what they say is not gone through.
FREE: dict[str, Callable[[], dict[str, bytes]]] = {
    "merged ranges": lambda: {
        SHEET: sheet(
            HEAD, "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 20_000 + "</mergeCells>"
        )
    },
    "a dimension": lambda: {SHEET: sheet(HEAD, before='<dimension ref="A1:XFD1048576"/>')},
    "spans of columns": lambda: {
        SHEET: sheet(HEAD, before='<cols><col min="1" max="16384" width="9"/></cols>' * 10)
    },
    "jumps of rows": lambda: {
        SHEET: sheet(HEAD + '<row r="1048575"/><row r="1048576" spans="1:16384"/>')
    },
    "rows beyond the last": lambda: {SHEET: sheet(HEAD + '<row r="99999999999999"/>' * 1_000)},
    "rows that go back": lambda: {SHEET: sheet(HEAD + '<row r="1048576"/><row r="1"/>' * 10_000)},
    "empty rows": lambda: {SHEET: sheet(HEAD + "<row/>" * 200_000)},
    "rules": lambda: {SHEET: sheet(HEAD, '<conditionalFormatting sqref="A1:XFD9999"/>' * 20_000)},
    "other elements": lambda: {SHEET: sheet(HEAD + "<x/>" * 200_000)},
    "a theme": lambda: {"xl/theme/theme1.xml": b"<a>" * 100_000},
    "properties": lambda: {"docProps/core.xml": b"<a>" * 100_000},
}


@pytest.mark.parametrize("what", FREE)
def test_what_is_claimed_is_not_gone_through(what: str) -> None:
    changed = FREE[what]()
    assert rows_of(book(changed)) == ([] if SHEET in changed else [["1", "SAMPLE"]])


def many_sheets(count: int) -> bytes:
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(count))
    start, _mark, rest = PARTS[BOOK].decode().partition("<sheet ")
    return (start + listed + rest[rest.index("/>") + 2 :]).encode()


def test_a_merged_cell_says_the_same_in_each_row_that_has_anything() -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c>{more}</row>'
        for n, more in ((1, ""), (2, '<c r="C2" t="b"><v>1</v></c>'), (3, ""), (9, ""))
    )
    merged = "<mergeCells><mergeCell ref=\"C2:D4\"/><mergeCell ref='A9:A10'/></mergeCells>"
    content = io.BytesIO(book({SHEET: sheet(rows, merged)}))
    assert [
        (row.number, row.cells, row.sorts)
        for found in workbook.sheets(content, "b.xlsx")
        for row in found.rows
    ] == [
        (1, ["1"], "n"), (2, ["2", "", "true"], "ntt"), (3, ["3", "", "true"], "ntT"),
        (9, ["9"], "n"),
    ]  # fmt: skip


#: Claims that are refused, each with a limit that makes it small.
REFUSED: dict[str, tuple[dict[str, int], Callable[[], dict[str, bytes]], str]] = {
    "cells far to the right": (
        {"MAX_CELLS": 100_000},
        lambda: {
            SHEET: sheet(HEAD + "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>'
                                        for n in range(2, 20)))
        },
        "more than 0 million cells",
    ),
    "elements": ({"MAX_ELEMENTS": 10_000}, lambda: {SHEET: sheet(HEAD + "<row/>" * 20_000)},
                 "more than 0 million elements"),
    "one long string, many times": (
        {"MAX_CHARACTERS": 1_000_000},
        lambda: {
            SHEET: sheet("".join(
                f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 99)
            )),
            STRINGS: f'<sst xmlns="{MAIN}"><si><t>{"x" * 30_000}</t></si></sst>'.encode(),
        },
        "more than 1 million characters",
    ),
    "shared strings": (
        {"MAX_STRINGS": 10_000},
        lambda: {STRINGS: f'<sst xmlns="{MAIN}">{"<si/>" * 20_000}</sst>'.encode()},
        "more than 0 million strings",
    ),
    "runs of one shared string": (
        {"MAX_STRINGS": 10_000},
        lambda: {
            STRINGS: f'<sst xmlns="{MAIN}"><si>{"<r><t/></r>" * 20_000}</si></sst>'.encode()
        },
        "more than 0 million strings",
    ),
    "merged ranges": (
        {"MAX_MERGED": 1_000},
        lambda: {SHEET: sheet(HEAD, '<mergeCell ref="A1:A9"/>' * 2_000)},
        "more than 1000 merged ranges",
    ),
    "a long string in a cell that is merged with many": (
        {"MAX_CHARACTERS": 1_000_000},
        lambda: {
            SHEET: sheet(
                f'<row r="1"><c r="B1" t="str"><v>{"x" * 30_000}</v></c></row>'
                + "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 99)),
                '<mergeCell ref="B1:B1048576"/>',
            )
        },
        "more than 1 million characters",
    ),
    "sheets that are one sheet": ({}, lambda: {BOOK: many_sheets(2_000)}, "more than 1000 sheets"),
    "styles": (
        {"MAX_TAGS": 10_000},
        lambda: {STYLES: f'<styleSheet xmlns="{MAIN}">{"<xf/>" * 20_000}</styleSheet>'.encode()},
        "styles and names",
    ),
    "names": (
        {"MAX_TAGS": 10_000},
        lambda: {
            BOOK: PARTS[BOOK].replace(
                b"</workbook>",
                b"<definedNames>" + b'<definedName name="a">A1</definedName>' * 20_000
                + b"</definedNames></workbook>",
            )
        },
        "styles and names",
    ),
    "a large part": ({"MAX_PART": 1_000}, lambda: {STYLES: b" " * 2_000}, "it holds more than"),
    "many parts": (
        {"MAX_PARTS": 100}, lambda: {f"xl/media/{n}": b"" for n in range(200)}, "100 parts"
    ),
    "a part that is packed too well": (
        {"MIN_RATIO_BYTES": 100_000},
        lambda: {SHEET: sheet(HEAD + "<row/>" * 100_000)},
        "more than 250 times its size",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_claimed_and_would_cost_is_refused(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits, changed, says = REFUSED[what]
    for name, value in limits.items():
        monkeypatch.setattr(workbook, name, value)
    with pytest.raises(InputError, match=says) as refused:
        rows_of(book(changed()))
    assert refused.value.where == "b.xlsx"


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a0 "xxxxxxxxxx">'
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)),
        '<!ENTITY a11 SYSTEM "file:///etc/passwd">',
    ],
)
@pytest.mark.parametrize("part", [SHEET, STRINGS])
def test_entities_are_neither_grown_nor_fetched(part: str, entities: str) -> None:
    inside = {
        SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{HEAD}<row r="2"><c r="A2" t="inlineStr"><is>'
        "<t>&a11;</t></is></c></row></sheetData></worksheet>",
        STRINGS: f'<sst xmlns="{MAIN}"><si><t>&a11;</t></si></sst>',
    }
    content = f"<!DOCTYPE x [{entities}]>{inside[part]}".encode()
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        rows_of(book({part: content}))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_sheet_is_rows_or_an_error_of_ours(data: st.DataObject) -> None:
    places = st.sampled_from(["A1", "B2", "XFD1", "A1048576", "ZZZ1", "", "A", "1", "AAAA1", "A-1"])
    values = st.sampled_from(["", "1", "1.5", "1e999", "NaN", "x", "99999999999", "-1", "0"])
    kinds = st.sampled_from(["n", "s", "b", "d", "e", "str", "inlineStr", "x"])
    row = st.builds(
        lambda r, cells: f'<row r="{r}">{"".join(cells)}</row>',
        st.sampled_from(["1", "2", "3", "1048576", "1e9", "x", "-4", "2.0"]),
        st.lists(
            st.builds(
                lambda p, t, s, v: f'<c r="{p}" t="{t}" s="{s}"><v>{v}</v></c>',
                places, kinds, st.sampled_from(["0", "1", "99", "-1", "x"]), values,
            ),
            max_size=3,
        ),
    )  # fmt: skip
    rows = "".join(data.draw(st.lists(row, max_size=4)))
    try:
        found = rows_of(book({SHEET: sheet(rows)}))
    except InputError:
        return
    assert all(isinstance(cell, str) for cells in found for cell in cells)


def test_a_table_of_a_million_columns_is_refused() -> None:
    for content in (b"a," * 1_000_000 + b"\n1\n", b"a;" * 20_000 + b"\n1\n"):
        with pytest.raises(InputError, match="more than 16384 columns"):
            csv_and_xlsx.read_csv(io.BytesIO(content), content[:4], "t.csv")


def test_short_rows_under_many_columns_are_not_filled_up() -> None:
    content = b",".join(b"c%d" % n for n in range(16_000)) + b"\n" + b"1\n" * 100_000
    found = csv_and_xlsx.read_csv(io.BytesIO(content), content[:4], "t.csv")
    assert sum(len(row.cells) for row in found.rows) == 100_000
