"""Another case in the place of a case is not written to; what is the user's own deed goes on."""

import shutil
from pathlib import Path

import pyrage
import pytest

from cli.commands import PASSPHRASE, CaseRun, Run, one_line, read_from
from cli.test_members import shown
from contrechamp.vault.access import casefile
from vault import cases


def content(folder: Path) -> dict[str, bytes]:
    """What lies in a case, but the file that is locked."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.stat().st_size
    }


@pytest.fixture
def key(case: CaseRun, age_key: tuple[Path, str]) -> Path:
    """A member's age key; the public half is known to everybody."""
    assert case("share", "--name", "Other Sample", "--recipient", age_key[1]).status == 0
    return age_key[0]


@pytest.fixture
def strangers(case: CaseRun, key: Path, age_key: tuple[Path, str], tmp_path: Path) -> Path:
    """A case that a stranger made elsewhere, which opens with the member's key."""
    folder = tmp_path / "strangers"
    cases.new(folder)
    theirs = CaseRun(case.run, folder, "")
    assert theirs("share", "--name", "Other Sample", "--recipient", age_key[1]).status == 0
    shutil.rmtree(tmp_path / "state" / "contrechamp" / "seen" / "places")
    assert case("log").status == 0  # noted again
    return folder


def test_a_strangers_case_in_the_place_of_a_case_is_not_written_to(
    case: CaseRun, key: Path, strangers: Path, letter: Path, tmp_path: Path
) -> None:
    case.folder.rename(tmp_path / "aside")
    strangers.rename(case.folder)
    before = content(case.folder)
    refused = case.with_key("add", letter, key=key)
    one_line(
        refused, "is not the case that this machine last saw", "Nothing was written", "--accept"
    )
    assert content(case.folder) == before
    read = case.with_key("log", key=key)
    assert read.status == 0
    assert read.err.startswith("warning: case: is not the case that this machine last saw")
    one_line(case.with_key("add", letter, key=key))  # a look at it changed nothing
    assert case.with_key("verify", key=key).err.startswith("warning: case: is not the case")
    one_line(case.with_key("add", letter, key=key))

    assert case.with_key("members", "--accept", key=key).status == 0
    accepted = case.with_key("add", letter, key=key)
    assert (accepted.status, accepted.err) == (0, "")


def test_that_it_has_the_name_of_the_case_does_not_help(
    case: CaseRun, key: Path, age_key: tuple[Path, str], letter: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    origin = casefile.from_toml((case.folder / casefile.NAME).read_bytes(), "").log_origin
    monkeypatch.setattr(casefile, "new_log_origin", lambda _random: origin)
    forged = tmp_path / "forged"
    cases.new(forged)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "of the stranger"))
    theirs = CaseRun(case.run, forged, "")
    assert theirs("share", "--name", "Other Sample", "--recipient", age_key[1]).status == 0
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.rmtree(case.folder)
    forged.rename(case.folder)
    before = content(case.folder)
    refused = case.with_key("add", letter, key=key)
    one_line(refused, "is not what this machine has seen", "Nothing was written")
    assert content(case.folder) == before


def test_what_the_user_does_is_no_swap(
    case: CaseRun, contrechamp: Run, letter: Path, tmp_path: Path
) -> None:
    assert case("add", letter).err == ""
    moved = CaseRun(case.run, case.folder.rename(tmp_path / "moved"), case.recovery)
    done = moved("add", letter)
    assert done.err == ""
    moved.folder.rename(case.folder)
    assert case("log").err == ""
    copy = CaseRun(case.run, shutil.copytree(case.folder, tmp_path / "copy"), case.recovery)
    assert copy("log").err == ""
    # Deleted, and made anew.
    shutil.rmtree(case.folder)
    with read_from(PASSPHRASE) as option:
        assert contrechamp("new", case.folder, *option).err == ""
    assert case("log").err == ""
    done = case("add", letter)
    assert (done.status, done.err) == (0, "")


def test_the_members_of_a_case_are_named_when_it_is_first_seen(
    case: CaseRun, letter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    case("share", "--name", "Other\x1bSample", "--recipient", recipient)
    keys = {name: one["key"] for name, one in shown(case).items()}
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    done = case("add", letter)
    assert done.status == 0
    first, *members = done.err.splitlines()
    assert first.startswith("case: this machine sees the case for the first time. Compare")
    assert members == [
        f"  {name}  {words}".replace("\x1b", "\\x1b") for name, words in keys.items()
    ]
    for command in ("log", "members", "verify"):
        assert case(command).err == ""


def test_reading_is_a_first_sight_too(
    case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    assert "for the first time" in case("log", "--json").err
    assert case("log").err == ""


def test_an_older_copy_in_its_place_is_told_when_it_is_read(
    case: CaseRun, letter: Path, tmp_path: Path
) -> None:
    assert case("log").err == ""
    older = shutil.copytree(case.folder, tmp_path / "older")
    assert case("add", letter).status == 0
    shutil.rmtree(case.folder)
    older.rename(case.folder)
    read = case("log")
    assert read.status == 0
    assert read.err.startswith("warning: case is not the one that this machine has seen")
    assert "older copy" in read.err
    one_line(case("add", letter), "older copy", "Nothing was written")
