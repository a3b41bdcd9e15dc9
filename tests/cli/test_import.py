"""``contrechamp import``: records from files, all of them or none."""

import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import forms
from cli.commands import CaseRun, one_line
from contrechamp.cell import closed
from contrechamp.dossier.formats.read import record_lines
from contrechamp.dossier.formats.read.drafts import ImportContext, Read, Reader
from contrechamp.dossier.formats.read.registry import FORMATS
from contrechamp.dossier.formats.read.source_file import SourceFile


def test_every_format_of_the_registry_is_there() -> None:
    assert all(isinstance(pkgutil.resolve_name(one), Reader) for one in FORMATS.values())


def test_a_bad_row_keeps_everything_out_or_is_left_out(case: CaseRun, tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    rows = forms.actor_row("SAMPLE One"), forms.actor_row("SAMPLE Two", "ghost")
    file.write_text(forms.lines(*rows))
    done = case("import", file)
    assert (done.status, done.out) == (2, "")
    told, taken = done.err.splitlines()
    assert told.startswith("contrechamp: r.jsonl:2: actor.kind: expected one of: company")
    assert taken == "nothing was written; with --skip-bad-rows 1 record would be"
    done = case("import", file, "--skip-bad-rows")
    assert done.status == 0
    assert done.err.startswith("left out: r.jsonl:2: actor.kind")
    new, name, written = done.out.splitlines()
    assert (new, written) == ("new: 1 actor", "1 record is written.")
    assert name.startswith("  record/")
    assert "  actor/" in name


def test_machines_are_told_in_json(case: CaseRun, tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    rows = ({"id": 16 * sign, **forms.actor_row(f"SAMPLE {sign}")} for sign in "ab")
    file.write_text(forms.lines(*rows))
    told = case("import", file, "--json").json()
    assert told["new"] == [f"record/{16 * sign}" for sign in "ab"]
    assert (told["unchanged"], told["changed"]) == (0, [])
    told = case("import", file, "--json").json()
    assert (told["unchanged"], told["new"], told["changed"]) == (2, [], [])


def test_lines_go_out_and_come_in_again(case: CaseRun, testimony: str, tmp_path: Path) -> None:
    lines = tmp_path / "records.jsonl"
    lines.write_text(case("show", "--json").out)
    one_line(case("import", lines), "lacks what is closed", f"{lines.name}:2")
    lines.write_text(case("show", "--json", "--closed").out.replace("2026-04-02", "2026-04-03"))
    assert case("import", lines).out.splitlines() == [
        "changed: 1 testimony",
        f"  {testimony}  testimony/2026-04-03  2026-04-03",
        "1 record is written; 1 says the same as in the case.",
    ]
    assert "date: 3 April 2026" in case("show", testimony).out
    lines.write_text('{"kind": "source", "fields": {"pseudonym": "SAMPLE"}}\n{"kind": "source"\n')
    done = case("import", lines)
    assert done.status == 2
    assert done.err.splitlines()[0] == "contrechamp: records.jsonl:2: it is not JSON"
    assert len(case("show", "--kind", "source").out.splitlines()) == 1


def test_what_cannot_be_read_is_told_in_one_line(
    case: CaseRun, put: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    one_line(case("import", tmp_path / "none"), "none")
    one_line(case("import", tmp_path / "binary"), "binary")
    one_line(case("import", tmp_path / "binary", "--as", "tea"), "'tea'")


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Have something happen while a file of records is read."""

    def set_up(happens: Callable[[], None]) -> None:
        def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
            for number, one in enumerate(record_lines.read(source, context)):
                yield one
                if not number:
                    happens()

        slow = Reader(record_lines.fits, read, kept=False)
        monkeypatch.setattr(record_lines, "FORMAT", slow)

    return set_up


def test_others_write_to_the_case_while_files_are_read(
    case: CaseRun, letter: Path, tmp_path: Path, meanwhile: Callable[..., None]
) -> None:
    file = tmp_path / "r.jsonl"
    file.write_text(forms.lines(forms.actor_row("SAMPLE One"), forms.actor_row("SAMPLE Two")))
    added: list[int] = []
    meanwhile(lambda: added.append(case("add", letter).status))
    assert case("import", file).out.endswith("2 records are written.\n")
    assert added == [0]
    lines = case("log").out.splitlines()[2:]
    assert [line.split("  ")[-2].split("/")[0] for line in lines] == ["item", "record", "record"]
    assert case("verify").status == 0


def test_what_changed_meanwhile_is_not_written_over(
    case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[..., None]
) -> None:
    row = {"id": 16 * "a", **forms.actor_row("SAMPLE One")}
    (tmp_path / "r.jsonl").write_text(forms.lines(row, forms.actor_row("SAMPLE Two")))
    (tmp_path / "other.jsonl").write_text(
        forms.lines({"id": 16 * "a", **forms.actor_row("SAMPLE Other")})
    )
    original, statuses = record_lines.FORMAT, []

    def another_writes() -> None:
        monkeypatch.setattr(record_lines, "FORMAT", original)
        statuses.append(case("import", tmp_path / "other.jsonl").status)

    meanwhile(another_writes)
    one_line(case("import", tmp_path / "r.jsonl"), "changed in what the files name", "import again")
    assert statuses == [0]
    assert [one.split("  ")[-1] for one in case("show").out.splitlines()] == ["SAMPLE Other"]
    assert case("import", tmp_path / "r.jsonl").status == 0


def test_without_confinement_nothing_is_imported_unless_the_user_says_so(
    case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closed, "REQUIRED", ("limits", "what no machine has"))
    table = tmp_path / "cameras.csv"
    table.write_text("id,lon,lat\na,1.5,2.5\n")
    one_line(case("import", table), "cameras.csv", "--unconfined")
    assert len(case("log").out.splitlines()) == 2
    done = case("import", table, "--unconfined", "--reason", "SAMPLE survey")
    assert done.status == 0
    assert [line.partition("(")[2] for line in case("log").out.splitlines()[2:]] == [
        "SAMPLE survey (--unconfined))"
    ] * 2
    item = next(line.split()[0] for line in done.out.splitlines() if line.startswith("item/"))
    assert "read_unconfined: yes" in case("show", item).out
    assert "could not confine" in case("show", item).out
