"""``contrechamp decide``: what two copies said differently is settled, with the record."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli import forms
from cli.commands import PASSPHRASE, CaseRun, one_line

BOTH = (PASSPHRASE, PASSPHRASE)


@pytest.fixture
def conflicts(
    case: CaseRun, put: Callable[..., str], source: str, tmp_path: Path
) -> dict[str, str]:
    """Two fields of a source that two copies changed; field -> reference to the conflict."""
    copy = replace(case, folder=shutil.copytree(case.folder, tmp_path / "other"))
    put(source, forms.SOURCE.replace("Heron", "Egret") + 'role = "SAMPLE of mine"\n')
    form = tmp_path / "theirs.toml"
    form.write_text(forms.SOURCE.replace("Heron", "Stork") + 'role = "SAMPLE of theirs"\n')
    assert copy("edit", source, "--form", form).status == 0
    told = case("merge", copy.folder, "--json", lines=BOTH).json()["conflicts"]
    shown = {ref: case("show", ref, "--json").json()["fields"]["field"] for ref in told}
    return {field: ref for ref, field in shown.items()}


def fields(case: CaseRun, ref: str) -> dict[str, str]:
    return dict(case("show", ref, "--json", "--closed").json()["fields"])


def test_what_the_other_copy_said_is_written_with_the_decision(
    case: CaseRun, source: str, conflicts: dict[str, str]
) -> None:
    done = case("decide", "theirs", conflicts["pseudonym"], "--why", "SAMPLE asked")
    assert done.status == 0, done.err
    assert done.out.splitlines()[0].startswith(f"{source}  source/sample-stork")
    assert "theirs: pseudonym" in done.out.splitlines()[1]
    said = fields(case, source)
    assert (said["pseudonym"], said["role"]) == ("Sample Stork", "SAMPLE of mine")
    decided = fields(case, conflicts["pseudonym"])
    assert (decided["outcome"], decided["why"]) == ("theirs", "SAMPLE asked")
    assert "To be decided (1)" in case("status").out
    assert "SAMPLE asked" in case("log").out
    assert case("verify").status == 0


def test_several_are_decided_at_once_and_what_stays_is_no_new_version(
    case: CaseRun, source: str, conflicts: dict[str, str]
) -> None:
    before = case("show", source, "--json").json()["version"]
    done = case("decide", "mine", *conflicts.values())
    assert (done.status, len(done.out.splitlines())) == (0, 2)
    assert case("show", source, "--json").json()["version"] == before
    assert "To be decided" not in case("status").out


def test_a_decision_that_does_not_fit_what_the_record_says_is_refused(
    case: CaseRun, source: str, put: Callable[..., str], conflicts: dict[str, str]
) -> None:
    one = conflicts["pseudonym"]
    one_line(case("decide", "other", one), "edit it first")
    one_line(case("decide", "mine", source), "no conflict")
    put(source, forms.SOURCE.replace("Heron", "Crane"))
    for outcome in ("mine", "theirs"):
        one_line(case("decide", outcome, one), "decide for other")
    assert fields(case, source)["pseudonym"] == "Sample Crane"
    assert case("decide", "other", one).status == 0
    one_line(case("decide", "mine", one), "decided already: other")
    assert "To be decided (1)" in case("status").out


def test_a_record_that_was_given_the_other_value_by_hand_is_theirs(
    case: CaseRun, source: str, put: Callable[..., str], conflicts: dict[str, str]
) -> None:
    put(source, forms.SOURCE.replace("Heron", "Stork") + 'role = "SAMPLE of mine"\n')
    one_line(case("decide", "mine", conflicts["pseudonym"]), "decide for theirs")
    done = case("decide", "theirs", conflicts["pseudonym"])
    assert (done.status, len(done.out.splitlines())) == (0, 1)


def test_a_conflict_must_be_named(case: CaseRun) -> None:
    one_line(case("decide", "mine"), "CONFLICT")
