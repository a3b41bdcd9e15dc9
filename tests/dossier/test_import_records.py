"""Records through the door: all or none, never doubled, traced to their file; tables and lines."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from unicodedata import category

import jsonschema
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import of_class
from samples import DAY, NOW, Desk, actor, camera, consent, desk, source, take, telling, text

from contrechamp.base import i18n
from contrechamp.base.errors import InputError
from contrechamp.base.spreadsheets import as_cell, from_cell
from contrechamp.dossier.formats.read import record_tables
from contrechamp.dossier.formats.write import exporting, json_lines, table_files
from contrechamp.dossier.permission.sharing import Recipient
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.records.actors import Actor, Product
from contrechamp.dossier.records.contents import field_values
from contrechamp.dossier.records.field_types import Evidence, Position
from contrechamp.dossier.records.schema import from_json, to_json
from contrechamp.dossier.writing import erasing
from contrechamp.vault.verifying import verify


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def line(record: Any, kind: str, record_id: str = "") -> str:
    given = {"kind": kind, "fields": to_json(record)}
    return json.dumps({"id": record_id, **given} if record_id else given) + "\n"


def test_lines_are_taken_together_or_not_at_all(at: Desk, tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    bad = '{"kind": "actor", "fields": {"names": [], "kind": "company"}}\n'
    file.write_text(
        line(actor(names=text("One")), "actor") + bad + line(camera(), "camera") + "{\n"
    )
    size = at.case.size
    with pytest.raises(InputError) as refused:
        take(at, file)
    assert str(refused.value).splitlines() == [
        "r.jsonl:2: actor.names: this must be given",
        "r.jsonl:4: it is not JSON",
        "nothing was written; with --skip-bad-rows 2 records would be",
    ]
    assert (at.case.size, lookup.count(at.case)) == (size, {})
    done = take(at, file, skip_bad_rows=True)
    assert len(done.left_out) == 2
    assert lookup.count(at.case) == {"actor": 1, "camera": 1}
    assert not verify(at.case)


def test_what_cites_a_row_that_is_left_out_is_left_out_too(at: Desk, tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    nobody = "record/" + "d" * 16
    first = Product(make="SAMPLE", model="one", maker=nobody)
    second = camera(product="record/" + "a" * 16)
    third = camera(evidence=(Evidence(ref="record/" + "b" * 16),))
    file.write_text(
        line(first, "product", "a" * 16)
        + line(second, "camera", "b" * 16)
        + line(third, "camera", "c" * 16)
        + line(actor(names=text("One")), "actor")
    )
    done = take(at, file, skip_bad_rows=True)
    assert [stored.kind for stored in done.new] == ["actor"]
    assert [place.split(":")[1] for place in done.left_out] == ["1", "2", "3"]


def test_a_second_import_of_the_same_lines_writes_nothing(at: Desk, tmp_path: Path) -> None:
    at.put(actor(names=text("One")))
    at.put(camera())
    out = exporting.write(at.case, tmp_path / "out", "jsonl", day=DAY)
    assert not out.kept_back
    size = at.case.size
    done = take(at, tmp_path / "out" / "records.jsonl")
    assert (done.unchanged, done.new, done.changed, at.case.size) == (2, [], [], size)


def test_lines_out_fit_their_schema_and_hold_nothing_closed(at: Desk, tmp_path: Path) -> None:
    who = at.put(source(note="SECRETNOTE", contact_rules="SECRETRULES"))
    at.put(consent(who))
    at.put(telling(who))
    for name in ("jsonl", "csv", "xlsx"):
        exporting.write(
            at.case, tmp_path / name, name, day=DAY, recipient=Recipient(team=True), now=NOW
        )
        for file in (tmp_path / name).iterdir():
            content = file.read_bytes()
            if file.suffix == ".xlsx":
                book = openpyxl.load_workbook(file)
                content = repr([list(s.values) for s in book.worksheets]).encode()
            assert b"SECRET" not in content
            assert b"took a picture" not in content
    schema = json.loads((tmp_path / "jsonl" / "records.schema.json").read_text())
    for row in (tmp_path / "jsonl" / "records.jsonl").read_text().splitlines():
        jsonschema.validate(json.loads(row), schema)


def test_what_no_consent_holds_for_stays_in_the_case(at: Desk, tmp_path: Path) -> None:
    who = at.put(source())
    given_ = at.put(consent(who))
    told = at.put(telling(who))
    erasing.withdraw(at.case, given_, on="2026-04-20", how="", erase_given=False,
                     reason="asked", now=NOW)  # fmt: skip
    for name in ("jsonl", "csv", "xlsx"):
        out = exporting.write(
            at.case, tmp_path / name, name, day=DAY, recipient=Recipient(team=True), now=NOW
        )
        assert set(out.kept_back) == {lookup.id_of(told)}
    assert not (tmp_path / "csv" / "testimony.csv").exists()
    assert told not in (tmp_path / "jsonl" / "records.jsonl").read_text()


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_tables_go_out_and_come_back_into_another_case(at: Desk, tmp_path: Path, name: str) -> None:
    one = at.put(actor(names=text("=HYPERLINK(1)")))
    at.put(Product(make="-1", model="'=x", maker=one))
    at.put(
        camera(
            position=Position(lon=Decimal("-35.1000001"), lat=Decimal("31.5")),
            name="line\ttab _x0041_ \x01",
        )
    )
    exporting.write(at.case, tmp_path / "out", name, day=DAY)
    tables = [f for f in sorted((tmp_path / "out").iterdir()) if f.stem != "dictionary"]
    told = {s.id: s.record for s in lookup.every(at.case)}
    with desk(tmp_path / "second") as other:
        take(other, *tables)
        assert {s.id: s.record for s in lookup.every(other.case)} == told
        again = take(other, *tables)
        assert (again.unchanged, len(again.changed)) == (3, 0)


def test_no_cell_of_a_table_is_a_formula(at: Desk, tmp_path: Path) -> None:
    at.put(actor(names=text("=1+1")))
    for name in ("csv", "xlsx"):
        exporting.write(at.case, tmp_path / name, name, day=DAY)
    with (tmp_path / "csv" / "actor.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    book = openpyxl.load_workbook(tmp_path / "xlsx" / "records.xlsx")
    rows = [cell for row in book["actor"].iter_rows() for cell in row]
    assert "'=1+1" in cells
    assert "'=1+1" in [cell.value for cell in rows]
    assert all(cell.data_type != "f" for cell in rows)


@given(
    st.text(max_size=10)
    | st.text("'=+-@\t\r a", max_size=6)
    | st.text("_x0015BF\x1b\x9b\x7f\r\n", max_size=24)
    | st.sampled_from(["_x001B_", "_x005F_x001B_", "_x0041_", "'=\x1b", "\x1b=", "_x005F_"])
)
def test_a_text_that_looks_like_a_formula_or_steers_a_terminal_comes_back(words: str) -> None:
    cell = as_cell(words)
    assert from_cell(cell) == words
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    # Bare ends of lines and tabs are text; a carriage return alone writes over a line.
    assert not [
        letter for letter in cell.replace("\r\n", "") if category(letter) == "Cc"
        and letter not in "\t\n"
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(of_class(Actor), of_class(Product)))
def test_any_record_comes_back_from_its_cells(record: Any) -> None:
    cells = {one.path: record_tables.cell(one.shape, one.value) for one in field_values(record)}
    kept = {path: text for path, text in cells.items() if text}
    assert record_tables.from_cells(type(record), kept, where="x") == from_json(
        type(record), to_json(record)
    )


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            ",nmes[1].text\nactor,,x\n",
            "t.csv:2: nmes[1].text: there is no such field",
        ),
        (
            ",names.text\nactor,,x\n",
            "t.csv:2: names.text: expected the name of a field",
        ),
        (",names[2].text\nactor,,x\n", "t.csv:2: an entry of a list is empty"),
        (
            ",record_kind\nactor,,x\n",
            "t.csv: the column record_kind occurs twice",
        ),
        (
            ",sample\nactor,,perhaps\n",
            "t.csv:2: sample: expected true or false",
        ),
        ("\nactor,xyz\n", "t.csv:2: record_id: expected an id"),
        ("\nghost,\n", "t.csv:2: there is no such kind of record"),
        ("\nactor,,more\n", "t.csv:2: 3 cells under 2 columns"),
        (
            '\nactor,"\n',
            "t.csv:2: cannot be read (unexpected end of data); is a quote left open?",
        ),
        (",names[99999999].text\nactor,,x\n", "expected the name of a field"),
    ],
)
def test_a_bad_table_is_refused_with_row_and_column(
    at: Desk, tmp_path: Path, cells: str, message: str
) -> None:
    file = tmp_path / "t.csv"
    file.write_text("record_kind,record_id" + cells)
    with pytest.raises(InputError) as refused:
        take(at, file)
    assert message in str(refused.value)


def test_cells_below_no_name_are_told(at: Desk, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    columns = "record_kind,record_id,kind,names[1].language,names[1].text,,"
    file.write_text(f"{columns}\nactor,,company,en,SAMPLE,,see the letter\n")
    done = take(at, file)
    assert [(one.where, one.message) for one in done.notices] == [
        ("t.csv", "column 7 has no name: 1 cell in it is not used")
    ]
    assert [one.kind for one in done.new] == ["actor"]


def test_a_row_of_an_older_version_is_not_written_over_a_newer_one(
    at: Desk, tmp_path: Path
) -> None:
    ref = at.put(actor(names=text("One")))
    exporting.write(at.case, tmp_path / "out", "csv", day=DAY)
    at.put(actor(names=text("Two")), ref)
    with pytest.raises(InputError, match="it is at version 2, and you saw 1"):
        take(at, tmp_path / "out" / "actor.csv")


def test_an_erased_record_is_not_taken_again(at: Desk, tmp_path: Path) -> None:
    ref = at.put(actor(names=text("One")))
    exporting.write(at.case, tmp_path / "out", "jsonl", day=DAY)
    erasing.erase(at.case, [lookup.id_of(ref)], reason="asked", now=NOW)
    done = take(at, tmp_path / "out" / "records.jsonl")
    assert [notice.message for notice in done.notices] == [
        "it was erased from the case, so it is not imported again"
    ]
    assert lookup.count(at.case) == {}


def test_the_dictionary_says_what_every_open_column_holds(tmp_path: Path, at: Desk) -> None:
    rows = list(table_files.dictionary())
    assert all(len(row) == len(table_files.DICTIONARY) for row in rows)
    columns = {(row[0], row[1]) for row in rows}
    assert ("camera", "position.lon") in columns
    assert ("testimony", "passages[n].translations[n].text") in columns
    assert not any("note" in path.split(".")[-1:] for kind, path in columns if kind == "actor")
    assert all(row[5] for row in rows)
    i18n.activate("fr")
    try:
        french = {row[:2]: row[5] for row in table_files.dictionary()}
    finally:
        i18n.activate("en")
    assert french["camera", "height_m"].startswith("La hauteur de la caméra au-dessus du sol")
    assert french["camera", "record_kind"] == "La sorte de la fiche."


def test_lines_of_a_case_are_told_by_their_content(at: Desk, tmp_path: Path) -> None:
    file = tmp_path / "anything.bin"
    file.write_text("\ufeff" + line(actor(names=text("One")), "actor"))
    assert len(take(at, file).new) == 1
    file.write_bytes(b"\x00\x01nothing known")
    with pytest.raises(InputError, match=r"anything\.bin: no known format looks like this"):
        take(at, file)
    assert "One" in next(json_lines.record_lines(at.case, ShortNames(at.case), DAY))
