"""``contrechamp survey-form``: the form for field work, written once."""

import subprocess
import sys
from pathlib import Path

import openpyxl

from cli.commands import Done, Run, one_line


def test_the_form_is_written_once(contrechamp: Run, tmp_path: Path) -> None:
    form = tmp_path / "survey.xlsx"
    assert contrechamp("survey-form", "-o", form).out == "survey.xlsx is written.\n"
    assert openpyxl.load_workbook(form).sheetnames == ["survey", "choices", "settings"]
    before = form.read_bytes()
    one_line(contrechamp("survey-form", "-o", form), "already exists")
    assert form.read_bytes() == before


def test_a_place_that_cannot_be_written_to_is_told_and_nothing_else(tmp_path: Path) -> None:
    """In a process of its own: what a library complains of at its end is seen as well."""
    (tmp_path / "file").write_text("no folder")
    done = subprocess.run(
        [sys.executable, "-m", "contrechamp", "survey-form", "-o", tmp_path / "file" / "form.xlsx"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    one_line(Done(done.returncode, done.stdout, done.stderr), "form.xlsx: cannot be written")


def test_a_file_must_be_named(contrechamp: Run) -> None:
    one_line(contrechamp("survey-form"), "-o")
