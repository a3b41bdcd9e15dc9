"""``contrechamp export-records``: in other formats, and only what may leave to whom it may."""

import pkgutil
from pathlib import Path

import pytest

from cli import forms
from cli.commands import CaseRun, one_line
from contrechamp.dossier.formats.write.registry import WRITERS


def test_every_format_of_the_registry_is_there() -> None:
    assert all(callable(pkgutil.resolve_name(one)) for one in WRITERS.values())


# The OCDS writer asks for contracts.
@pytest.mark.parametrize("name", sorted(set(WRITERS) - {"ocds"}))
def test_records_go_out_once_in_each_format(case: CaseRun, tmp_path: Path, name: str) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text(forms.lines(forms.actor_row("SAMPLE One")))
    assert case("import", file).status == 0
    done = case("export-records", "--as", name, "-o", tmp_path / name)
    assert (done.status, done.out) == (0, f"{name} is written; it is not encrypted.\n"), done
    assert case("export-records", "--as", name, "-o", tmp_path / name).status == 2
    if name == "jsonl":
        file.write_text((tmp_path / "jsonl" / "records.jsonl").read_text())
        told = case("import", file, "--json").json()
        assert (told["unchanged"], told["new"], told["changed"]) == (1, [], [])


STEERING = "SAMPLE\x1b[2J\x1b]0;title\x07\x9b2J\rover"


@pytest.mark.parametrize(("name", "back"), [("csv", "tables"), ("xlsx", "tables"), ("ftm", "ftm")])
def test_no_table_steers_a_terminal_and_nothing_is_lost(
    case: CaseRun, tmp_path: Path, name: str, back: str
) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text(forms.lines(forms.actor_row(STEERING), forms.actor_row("SAMPLE _x001B_")))
    assert case("import", file).status == 0
    assert case("export-records", "--as", name, "-o", tmp_path / name).status == 0
    for table in (tmp_path / name).glob("*.csv"):
        assert not set(table.read_bytes()) & (set(range(32)) - set(b"\t\r\n") | {0x7F}), table.name
        assert "\x9b" not in table.read_bytes().decode()
    for command in (("show", "--json"), ("find", "SAMPLE", "--json"), ("log", "--json")):
        assert not set(case(*command).out) & set("\x1b\x07\x9b\r")
    for table in ("actor.csv", "records.xlsx", "statements.csv"):
        if (tmp_path / name / table).exists():
            told = case("import", tmp_path / name / table, "--as", back, "--json").json()
            assert (told["unchanged"], told["new"], told["changed"]) == (2, [], [])


def test_what_somebody_told_leaves_to_whom_it_may_alone(case: CaseRun, tmp_path: Path) -> None:
    told, who = "a" * 16, "b" * 16
    rows = [
        {"kind": "source", "id": who, "fields": {"pseudonym": "SAMPLE"}},
        {"kind": "testimony", "id": told, "fields": {
            "source": f"record/{who}", "language": "en", "interview": {"date": "2026"},
            "passages": [{"key": "p1", "text": "SAMPLE of waiting"}]}},
        {"kind": "consent", "fields": {
            "source": f"record/{who}", "given_on": "2025", "given_how": "spoken",
            "grants": [{"use": "shared", "with_whom": ["SAMPLE Court"], "limits": "SAMPLE: one"}]}},
    ]  # fmt: skip
    file = tmp_path / "r.jsonl"
    file.write_text(forms.lines(*rows))
    assert case("import", file).status == 0
    as_ = ("export-records", "--as", "csv", "-o")
    one_line(case(*as_, tmp_path / "both", "--for", "SAMPLE Court", "--team"), "make two")
    done = case(*as_, tmp_path / "open")
    assert "3 records stay in the case" in done.err
    name = f"record/{told}  testimony/2026  2026"
    assert f"{name}  record/{told}: shared: no consent covers it" in done.err
    assert not (tmp_path / "open" / "testimony.csv").exists()
    done = case(*as_, tmp_path / "court", "--for", "sample court")
    assert "has to be told: SAMPLE: one" in done.err
    assert "the log says whom it is for" in done.out
    assert "SAMPLE of waiting" in (tmp_path / "court" / "testimony.csv").read_text()
    assert not (tmp_path / "court" / "source.csv").exists()
    done = case(*as_, tmp_path / "team", "--team")
    assert (done.status, done.err) == (0, "")
    assert {"source.csv", "consent.csv", "testimony.csv"} < {
        one.name for one in (tmp_path / "team").iterdir()
    }
    assert case("log").out.count("export/") == 2


def test_a_format_that_there_is_not_and_a_folder_that_is_there_are_told(
    case: CaseRun, tmp_path: Path
) -> None:
    one_line(case("export-records", "--as", "doc", "-o", tmp_path / "out"), "'doc'")
    (tmp_path / "mine").mkdir()
    one_line(case("export-records", "--as", "csv", "-o", tmp_path / "mine"), "mine")
    assert not list((tmp_path / "mine").iterdir())
