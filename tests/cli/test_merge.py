"""``contrechamp merge``: the work of another copy, brought into this one."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli import forms
from cli.commands import PASSPHRASE, CaseRun, Run, one_line, read_from

BOTH = (PASSPHRASE, PASSPHRASE)


@pytest.fixture
def other(case: CaseRun, put: Callable[..., str], source: str, tmp_path: Path) -> CaseRun:
    """Another copy of the case, where the source was given other words than here."""
    copy = replace(case, folder=shutil.copytree(case.folder, tmp_path / "other"))
    put(source, forms.SOURCE.replace("Heron", "Egret"))
    form = tmp_path / "theirs.toml"
    form.write_text(forms.SOURCE.replace("Heron", "Stork") + 'role = "SAMPLE"\n')
    assert copy("edit", source, "--form", form, "--reason", "SAMPLE theirs").status == 0
    return copy


def test_two_copies_are_merged_and_what_differs_is_told(
    case: CaseRun, source: str, other: CaseRun
) -> None:
    done = case("merge", other.folder, lines=BOTH)
    assert done.out.splitlines()[0] == f"joined field by field: {source}"
    assert done.out.splitlines()[1].endswith(
        f"{source}  source/sample-egret  Sample Egret  pseudonym"
    )
    assert "pseudonym: Sample Egret" in case("show", source).out
    assert "two copies of the case said different things (pseudonym)" in case("show", source).out
    assert "To be decided (1)" in case("status").out
    logged = [line for line in case("log").out.splitlines() if line.startswith("  | ")]
    assert len(logged) == 1
    assert "SAMPLE theirs" in logged[0]
    assert case("verify").status == 0


def test_machines_are_told_in_json(case: CaseRun, source: str, other: CaseRun) -> None:
    told = case("merge", other.folder, "--json", lines=BOTH).json()
    assert (told["joined"], len(told["conflicts"]), told["taken"]) == ([source], 1, [])


def test_what_is_no_copy_of_this_case_is_told_and_changes_nothing(
    case: CaseRun, contrechamp: object, tmp_path: Path
) -> None:
    from vault import cases

    cases.new(tmp_path / "stranger")
    done = case("merge", tmp_path / "stranger", lines=BOTH)
    assert (done.status, done.out) == (2, "")
    assert "for the first time" in done.err
    assert done.err.endswith("\ncontrechamp: this is not a copy of the same case\n")
    one_line(case("merge", tmp_path / "nowhere", lines=BOTH), "nowhere")
    assert case("verify", "--json").json() == {"entries": 2, "findings": []}


def test_the_same_copy_again_is_nothing_new_and_no_mistake(case: CaseRun, other: CaseRun) -> None:
    assert case("merge", other.folder, lines=BOTH).status == 0
    entries = case("verify", "--json").json()["entries"]
    again = case("merge", other.folder, lines=BOTH)
    assert (again.status, again.err) == (0, "")
    assert again.out == "Nothing new: this copy has all that the other one holds.\n"
    assert case("merge", other.folder, "--json", lines=BOTH).json()["news"] is False
    assert case("verify", "--json").json()["entries"] == entries


def test_the_passphrase_of_a_key_is_asked_once(
    case: CaseRun, other: CaseRun, contrechamp: Run, tmp_path: Path
) -> None:
    key = tmp_path / "key.txt"
    with read_from("SAMPLE of a key, made up") as option:
        recipient = contrechamp("keygen", key, *option).out.splitlines()[0].rpartition(" ")[2]
    for copy in (case, other):
        assert copy("share", "--name", "Other Sample", "--recipient", recipient).status == 0
    with read_from("SAMPLE of a key, made up") as option:
        done = contrechamp("merge", case.folder, other.folder, "--identity", key, *option)
    assert done.status == 0, done.err
