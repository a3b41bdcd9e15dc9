"""``contrechamp find``: words of any language, in what is open."""

import pytest

from cli.commands import CaseRun, one_line


@pytest.fixture(autouse=True)
def _records(testimony: str, finding: str) -> None:
    """Something to find."""


def test_words_are_found_in_any_script(case: CaseRun, testimony: str, finding: str) -> None:
    assert case("find", "كاميرا").out.startswith(f"{testimony}  testimony")
    assert case("find", "camera").out == (
        f"{finding}  finding  EXEMPLE : une caméra\n    EXEMPLE : une caméra\n"
        "    ! rests on no evidence that stands\n"
    )


def test_machines_are_told_in_json(case: CaseRun) -> None:
    hits = case("find", "camera", "--json", "--kind", "finding").json()
    assert [hit["excerpt"] for hit in hits] == ["EXEMPLE : une caméra"]
    assert [hit["standing"] for hit in hits] == [["no-evidence"]]


def test_so_many_at_most_and_of_one_kind_only(case: CaseRun) -> None:
    assert len(case("find", "sample*", "--json").json()) == 1
    assert case("find", "camera", "--json", "--kind", "source").json() == []
    one_line(case("find", "camera", "--limit", "0"), "--limit")


def test_what_is_closed_is_not_found(case: CaseRun) -> None:
    nothing = case("find", "closed")
    assert (nothing.status, nothing.out, nothing.err) == (0, "", "Nothing was found.\n")


def test_a_kind_that_there_is_not_is_told(case: CaseRun) -> None:
    one_line(case("find", "x", "--kind", "suspect"), "there is no such kind of record")
