"""``contrechamp import``: records from files, all of them or none."""

import pkgutil
from collections.abc import Callable
from pathlib import Path

from cli import forms
from cli.commands import CaseRun, one_line
from contrechamp.dossier.formats.read.drafts import Reader
from contrechamp.dossier.formats.read.registry import FORMATS


def test_every_format_of_the_registry_is_there() -> None:
    assert all(isinstance(pkgutil.resolve_name(one), Reader) for one in FORMATS.values())


def test_a_bad_row_keeps_everything_out_or_is_left_out(case: CaseRun, tmp_path: Path) -> None:
    file = tmp_path / "r.jsonl"
    rows = forms.actor_row("SAMPLE One"), forms.actor_row("SAMPLE Two", "ghost")
    file.write_text(forms.lines(*rows))
    one_line(case("import", file), "r.jsonl:2: actor.kind: expected one of: company")
    done = case("import", file, "--skip-bad-rows")
    assert done.status == 0
    assert done.err.startswith("left out: r.jsonl:2: actor.kind")
    assert done.out == "new: actor, 1\n1 record is written, 0 said the same before.\n"


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
        "changed: testimony, 1",
        "1 record is written, 1 said the same before.",
    ]
    assert "date: 2026-04-03" in case("show", testimony).out
    lines.write_text('{"kind": "source", "fields": {"pseudonym": "SAMPLE"}}\n{"kind": "source"\n')
    done = case("import", lines)
    assert (done.status, done.err) == (2, "contrechamp: records.jsonl:2: it is not JSON\n")
    assert len(case("show", "--kind", "source").out.splitlines()) == 1


def test_what_cannot_be_read_is_told_in_one_line(
    case: CaseRun, put: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    one_line(case("import", tmp_path / "none"), "none")
    one_line(case("import", tmp_path / "binary"), "binary")
    one_line(case("import", tmp_path / "binary", "--as", "tea"), "'tea'")
