"""``contrechamp unshare``: somebody's access to a case is taken away."""

from pathlib import Path

import pytest

from cli.commands import CaseRun, bytes_of, one_line


@pytest.fixture
def key(case: CaseRun, age_key: tuple[Path, str]) -> Path:
    """Of a second member."""
    file, recipient = age_key
    assert case("share", "--name", "Other Sample", "--recipient", recipient).status == 0
    return file


def test_access_is_taken_away(case: CaseRun, key: Path) -> None:
    assert case.with_key("log", key=key).status == 0
    done = case("unshare", "--name", "Other Sample", "--reason", "left")
    assert (done.status, done.out) == (0, "Other Sample can no longer open the case.\n")
    done = case.with_key("log", key=key)
    assert done.status == 2
    assert "opens no slot of the case" in done.err
    log = case("log").out.splitlines()
    assert "  Sample Member  unshare  member/" in log[-1]
    assert log[-1].endswith("(left)")
    assert case("verify").status == 0
    # The recovery key belongs to one who stayed.
    assert case("unlock", "--recovery", lines=(case.recovery,)).status == 0


def test_taking_away_says_what_is_wrong(case: CaseRun) -> None:
    before = bytes_of(case.folder)
    one_line(case("unshare", "--name", "Nobody"), "there is no member of this name: Nobody")
    one_line(case("unshare", "--name", "Sample Member"), "you cannot take away your own access")
    assert {k: v for k, v in bytes_of(case.folder).items() if k != "case.lock"} == {
        k: v for k, v in before.items() if k != "case.lock"
    }
