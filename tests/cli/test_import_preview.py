"""``contrechamp import --preview``: what would be written, and nothing is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli import forms
from cli.commands import CaseRun
from contrechamp.vault import case as vault_case
from contrechamp.vault import lock

MAPPING = """kind = "contract"
id = "No"
scheme = "town"
[fields]
name = "Title"
"value.amount" = "Amount"
signed_on = "Signed"
[constants]
"value.currency" = "EUR"
"""
ROWS: list[list[Any]] = [
    ["Register of contracts"],
    ["No", "Title", "Signed", "Amount", "Remark"],
    [1, "SAMPLE one", "2025-06-01", "1.200,50", "x"],
    [2, "SAMPLE two", 45839, 7, None],
]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.eml", b"From: a@example.org\nSubject: SAMPLE\n\nSAMPLE\n", "add keeps it as evidence"),
        ("_chat.txt", b"[01/05/2026, 12:00:00] SAMPLE: gate\n", "add keeps it as evidence"),
        ("map.kml", b"<?xml version='1.0'?><kml><Placemark/></kml>", "measure and check read"),
        (
            "data.json",
            b'{"date": "2026-05-01", "sender": "SAMPLE", "body": "gate"}\n',
            "add keeps it as evidence",
        ),
        (
            "result.json",
            b'{"messages": [{"from": "SAMPLE", "text": "gate"}]}',
            "add keeps it as evidence",
        ),
        (
            "Discussion WhatsApp.txt",
            b"01/05/2026, 12:00 - SAMPLE: gate\n" * 2,
            "add keeps it as evidence",
        ),
        ("a.pdf", b"%PDF-1.4 SAMPLE", "add keeps it as evidence"),
    ],
)
def test_what_is_no_table_is_told_where_it_belongs(
    case: CaseRun, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    for more in ((), ("--preview",)):
        done = case("import", tmp_path / name, *more)
        assert done.status != 0
        assert told in done.err + done.out
        assert "--mapping" not in done.err + done.out
        assert "header in row" not in done.out


def table(folder: Path, *more: list[Any]) -> tuple[Path, Path]:
    book = openpyxl.Workbook()
    for row in [*ROWS, *more]:
        book.active.append(row)
    book.save(folder / "t.xlsx")
    (folder / "m.toml").write_text(MAPPING)
    return folder / "t.xlsx", folder / "m.toml"


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }


def test_a_preview_shows_what_was_understood_and_writes_nothing(
    case: CaseRun, tmp_path: Path
) -> None:
    file, mapping = table(tmp_path)
    before = files_of(case.folder)
    done = case("import", file, "--mapping", mapping, "--preview")
    assert done.status == 1
    assert files_of(case.folder) == before
    assert done.out.splitlines()[:7] == [
        "t.xlsx: read as a table with a mapping (mapped)",
        "  t.xlsx: Sheet: header in row 2, 2 rows",
        "    No: id (2 numbers)",
        "    Title: name (2 texts)",
        "    Signed: signed_on · date · written as 2025-12-31 (1 number, 1 text)",
        "    Amount: value.amount · number · , before decimals (1 number, 1 text)",
        "    Remark: not used (1 text)",
    ]
    shown = done.out.splitlines()[7:]
    assert shown[0].startswith("record/")
    assert shown[0].endswith("contract  new  t.xlsx: Sheet:3")
    assert "    amount: 1200.5" in shown
    assert shown[-2:] == [
        "would be written: 1 contract",
        "Nothing was written. 1 record would be.",
    ]
    told = done.err.splitlines()
    assert told[0].startswith("refused: t.xlsx: Sheet:4: Signed: 45839 is a number; it is 2025-07")
    assert told[-1] == "contrechamp: nothing was written; 1 row or record would be refused"


def test_what_a_preview_shows_is_what_is_written(case: CaseRun, tmp_path: Path) -> None:
    _file, mapping = table(tmp_path)
    (tmp_path / "c.csv").write_text("No,Title,Signed,Amount\n1,SAMPLE one,2025-06-01,7\n")
    told = case("import", tmp_path / "c.csv", "--mapping", mapping, "--preview", "--json").json()
    assert (told["counts"], told["problems"], told["unchanged"]) == ({"contract": 1}, [], 0)
    [would] = told["records"]
    written = case("import", tmp_path / "c.csv", "--mapping", mapping, "--json").json()
    assert written["new"] == [would["ref"]]
    stored = json.loads(case("show", would["ref"], "--json").out)["fields"]
    assert {**stored, "evidence": 0, "read_from": 0} == {
        **would["fields"], "evidence": 0, "read_from": 0,
    }  # fmt: skip
    again = case("import", tmp_path / "c.csv", "--mapping", mapping, "--preview", "--json").json()
    assert (again["counts"], again["unchanged"]) == ({}, 1)


def test_a_preview_waits_for_nobody_who_writes(case: CaseRun, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(forms.lines(forms.actor_row("SAMPLE One")))
    with vault_case.held(case.folder) as held, lock.writing(held):
        done = case("import", tmp_path / "r.jsonl", "--preview")
    assert done.status == 0
    assert "would be written: 1 actor" in done.out


def test_all_that_would_be_refused_is_listed(
    case: CaseRun, put: Callable[..., str], tmp_path: Path
) -> None:
    """Rows that cannot be read and records that a rule forbids, however many."""
    rows = [forms.actor_row(f"SAMPLE {number}", "ghost") for number in range(30)]
    person = {**forms.actor_row("SAMPLE Person", "person"), "id": 16 * "a"}
    ends = {"from_actor": f"record/{16 * 'a'}", "to_actor": f"record/{16 * 'b'}"}
    link = {"kind": "relation", "fields": {"kind": "owns", "confidence": "alleged", **ends}}
    good = {**forms.actor_row("SAMPLE Good"), "id": 16 * "b"}
    (tmp_path / "r.jsonl").write_text(forms.lines(*rows, person, link, good))
    done = case("import", tmp_path / "r.jsonl", "--preview")
    refused = [line for line in done.err.splitlines() if line.startswith("refused: ")]
    assert (done.status, len(refused)) == (1, 31)
    assert "public_role" in refused[30]
    assert "left out with what is refused, which it names: 1 record" in done.out
    done = case("import", tmp_path / "r.jsonl")
    lines = done.err.splitlines()
    assert (done.status, lines[20]) == (2, "and 11 more")
    assert lines[21] == "1 record names one of these, and would be left out with it"
    assert lines[22] == "nothing was written; with --skip-bad-rows 1 record would be"
    done = case("import", tmp_path / "r.jsonl", "--skip-bad-rows")
    assert done.out.splitlines()[0] == "new: 1 actor"


def test_a_table_without_a_mapping_shows_its_columns(case: CaseRun, tmp_path: Path) -> None:
    file, _mapping = table(tmp_path)
    done = case("import", file, "--preview")
    assert done.status == 1
    assert done.out.splitlines()[:3] == [
        "t.xlsx: not recognised", "  t.xlsx: Sheet: header in row 2", "    No",
    ]  # fmt: skip
    assert "say with --mapping what its columns are" in done.err


def test_rows_of_cameras_that_would_be_refused_are_listed(case: CaseRun, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("id,lon,lat,height_m\na,1.5,2.5,3\nb,x,2.5,4\nc,1.5,2.5,-5\n")
    done = case("import", tmp_path / "c.csv", "--preview")
    assert [line.split(": ")[1] for line in done.err.splitlines()[:2]] == ["c.csv:3", "c.csv:4"]
    assert "would be written: 1 camera" in done.out
    assert done.status == 1
