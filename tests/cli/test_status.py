"""``contrechamp status``: what the records of a case lack, as of a day."""

import pytest

from cli.commands import CaseRun, one_line


@pytest.fixture(autouse=True)
def _records(case: CaseRun, testimony: str, finding: str) -> None:
    """A finding that rests on what was told without consent."""
    assert case("link", finding, "evidence", f"{testimony}#p1").status == 0


def test_what_is_lacking_is_told(case: CaseRun) -> None:
    status = case("status").out
    assert status.startswith("1 source, 1 testimony, 1 finding\n")
    assert "held without consent" in status
    assert "no second person has agreed" in status


def test_machines_are_told_as_of_a_day(case: CaseRun) -> None:
    told = case("status", "--json", "--on", "2026-06-30").json()
    assert told["on"] == "2026-06-30"
    assert {lack["what"] for lack in told["lacks"]} == {"consent", "review", "release"}


def test_a_day_that_is_none_is_told(case: CaseRun) -> None:
    one_line(case("status", "--on", "2026-06-31"), "2026-06-31")
