"""``contrechamp find``: words of any language, in what is open."""

import pytest

from cli.commands import CaseRun, one_line


@pytest.fixture(autouse=True)
def _records(testimony: str, finding: str) -> None:
    """Something to find."""


def test_words_are_found_in_any_script(case: CaseRun, testimony: str, finding: str) -> None:
    assert case("find", "كاميرا").out.startswith(f"{testimony}  testimony/2026-04-02")
    assert case("find", "camera").out == (
        f"{finding}  finding/exemple-une-camera  EXEMPLE : une caméra\n    EXEMPLE : une caméra\n"
    )


def test_machines_are_told_in_json(case: CaseRun) -> None:
    hits = case("find", "camera", "--json", "--kind", "finding").json()
    assert [hit["excerpt"] for hit in hits] == ["EXEMPLE : une caméra"]


def test_so_many_at_most_and_of_one_kind_only(case: CaseRun) -> None:
    assert len(case("find", "sample*", "--json").json()) == 1
    assert case("find", "camera", "--json", "--kind", "source").json() == []
    one_line(case("find", "camera", "--limit", "0"), "--limit")


def test_what_is_closed_is_not_found(case: CaseRun) -> None:
    nothing = case("find", "closed")
    assert (nothing.status, nothing.out, nothing.err) == (0, "", "Nothing was found.\n")


def test_a_kind_that_there_is_not_is_told(case: CaseRun) -> None:
    one_line(case("find", "x", "--kind", "suspect"), "there is no such kind of record")


def test_records_are_found_by_what_their_fields_say(
    case: CaseRun, source: str, testimony: str, finding: str
) -> None:
    told = case("find", "--field", "source", "is", "source/sample-heron")
    assert told.out == (
        f"{testimony}  testimony/2026-04-02  2026-04-02\n"
        f"    source: {source}  source/sample-heron  Sample Heron\n"
    )
    assert case("find", "camera", "--field", "confidence", "is", "confirmed").out == ""
    (one,) = case("find", "camera", "--field", "confidence", "is", "alleged", "--json").json()
    assert (one["short_name"], one["fields"]) == (
        "finding/exemple-une-camera", {"confidence": ["alleged"]},
    )  # fmt: skip
    assert case("find", "--since", "2026-04-02", "--until", "2026-04-02").out.startswith(testimony)
    assert case("find", "--since", "2026-04-03").err == "Nothing was found.\n"
    more = case("find", "--field", "ids", "given", "no", "--limit", "1")
    assert (more.out.count("record/"), "There are more" in more.err) == (1, True)


def test_what_is_asked_wrongly_is_told_in_one_line(case: CaseRun, finding: str) -> None:
    one_line(case("find"), "--field")
    one_line(case("find", "--kind", "finding", "--field", "x", "is", "y"), "there are: claim, ")
    one_line(case("find", "--field", "claim", "above", "y"), "expected one of: is, is-not, ")
    one_line(case("find", "--since", "2026-05-01", "--until", "2026-04-01"), "--until")
    one_line(case("find", "--field", "source", "is", "source/nobody"), "source/nobody")
