"""``contrechamp edit``: a record as a form, from a file or in the user's editor."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import forms
from cli.commands import CaseRun, Run, one_line
from contrechamp.base import memory_files
from contrechamp.cli import memory_editor


def test_a_record_is_written_and_changed_from_a_form(
    case: CaseRun, put: Callable[..., str], tmp_path: Path
) -> None:
    form = tmp_path / "source.toml"
    form.write_text(forms.SOURCE)
    done = case("edit", "source", "--form", form, "--reason", "SAMPLE reason")
    ref = done.out.split()[0]
    assert done.out == f"{ref}  source/sample-heron  Sample Heron  version 1\n"
    assert "SAMPLE reason" in case("log").out
    form.write_text(case("edit", ref, "--print").out.replace("Heron", "Egret"))
    assert (
        case("edit", ref, "--form", form).out
        == f"{ref}  source/sample-egret  Sample Egret  version 2\n"
    )
    assert case("verify").status == 0


def test_a_blank_form_is_printed_without_any_passphrase(case: CaseRun) -> None:
    done = case.run("edit", case.folder, "source", "--print", "--passphrase-fd", 9999)
    assert (done.status, done.err) == (0, "")
    assert 'pseudonym = ""' in done.out


def test_an_assessment_is_begun_by_a_template_and_shows_what_is_open(
    case: CaseRun, put: Callable[..., str]
) -> None:
    blank = case("edit", "assessment", "--print", "--template", "dual-use").out
    questions = blank.count("[[responses]]")
    assert questions > 3
    ref = put("assessment", blank)
    assert f": {questions} of {questions} questions are open\n" in case("show", ref).out
    assert case("edit", "assessment", "--template", "none").status == 2
    assert case("edit", "source", "--template", "dual-use").status == 2


@pytest.mark.parametrize("what", ["nokind", "contracts", "Contract"])
def test_a_kind_that_there_is_not_is_answered_with_those_that_there_are(
    contrechamp: Run, tmp_path: Path, what: str
) -> None:
    done = contrechamp("edit", tmp_path / "no-case", what)  # no case needs to be opened for that
    one_line(done, "there is no such kind of record; there are: source, consent, testimony")


def test_what_cannot_be_found_or_read_is_told_in_one_line(case: CaseRun, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    one_line(case("edit", "record/ffff"))
    one_line(case("edit", "source", "--form", tmp_path / "binary"), "binary: ")
    one_line(case("edit", "source", "--form", tmp_path / "none"), "none: cannot be read")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Set an editor that notes where it was called, and what it saw."""

    def make(script: str) -> Path:
        seen = tmp_path / "seen"
        program = tmp_path / "editor"
        program.write_text(
            f'#!/bin/sh\nstat -f -c %T "$1" > {seen}\nstat -c %a "$(dirname "$1")" >> {seen}\n'
            f'echo "$1" >> {seen}\n{script}\n'
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("VISUAL", str(program))
        return seen

    return make


def test_the_form_lies_in_memory_and_is_gone_afterwards(
    case: CaseRun, source: str, editor: Callable[[str], Path]
) -> None:
    seen = editor('sed -i "s/Sample Heron/Sample Egret/" "$1"')
    done = case("edit", source)
    assert done.out == f"{source}  source/sample-egret  Sample Egret  version 2\n"
    kind, mode, path = seen.read_text().splitlines()
    assert (kind, mode) == ("tmpfs", "700")
    assert not Path(path).parent.exists()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (":", "Nothing was changed."),
        ("exit 3", "the editor ended with status 3"),
        ('echo "oops" > "$1"', "line 1"),
        ('echo "pseudonym = \\"\\"" > "$1"', "source.pseudonym: this must be given"),
        ('rm "$1"', "the form is gone"),
    ],
)
def test_what_goes_wrong_in_the_editor_changes_nothing(
    script: str, message: str, case: CaseRun, source: str, editor: Callable[[str], Path]
) -> None:
    seen = editor(script)
    assert message in case("edit", source).err
    assert "version 1" in case("show", source).out
    assert not Path(seen.read_text().splitlines()[-1]).parent.exists()


def test_nothing_is_edited_where_files_are_on_a_disk(
    case: CaseRun, monkeypatch: pytest.MonkeyPatch, editor: Callable[[str], Path]
) -> None:
    seen = editor(":")
    monkeypatch.setattr(memory_files, "IN_MEMORY", frozenset())
    done = case("edit", "source")
    assert done.status == 2
    assert "no memory-backed folder" in done.err
    assert not seen.exists()


def test_swap_on_a_disk_is_told_of(tmp_path: Path) -> None:
    table = tmp_path / "swaps"
    head = "Filename Type Size Used Priority\n"
    for line, told in (("", False), ("/dev/zram0 partition 1 0 1\n", False),
                       ("/dev/sda2 partition 1 0 1\n", True)):  # fmt: skip
        table.write_text(head + line)
        assert memory_editor.swap_in_use(table) is told


def test_a_form_names_other_records_by_short_names(
    case: CaseRun, put: Callable[..., str], source: str, tmp_path: Path
) -> None:
    told = put("testimony", forms.testimony("source/sample-heron"))
    assert f"source: {source}  source/sample-heron  Sample Heron\n" in case("show", told).out
    form = tmp_path / "wrong.toml"
    form.write_text(forms.testimony("source/nobody"))
    one_line(case("edit", "testimony", "--form", form), "wrong.toml: testimony.source: ", "nobody")
    assert case("edit", "source/sample", "--print").out.startswith("# source\n")


def test_a_kind_that_there_is_not_is_told_before_anything_is_asked(case: CaseRun) -> None:
    done = case.run("edit", case.folder, "suspect", "--passphrase-fd", 9999)
    one_line(done, "there is no such kind of record; there are: source, consent, ")
