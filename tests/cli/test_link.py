"""``contrechamp link``: a record cites another, and both show it."""

from collections.abc import Callable

from cli.commands import CaseRun, one_line


def test_a_finding_rests_on_a_passage(case: CaseRun, finding: str, testimony: str) -> None:
    done = case("link", finding[:15], "evidence", f"{testimony}#p1", "--says", "SAMPLE says",
                "--at", "SAMPLE place", "--reason", "SAMPLE reason")  # fmt: skip
    assert (done.status, done.out) == (
        0, f"{finding}  finding/exemple-une-camera  EXEMPLE : une caméra  version 2\n",
    )  # fmt: skip
    shown = case("show", finding).out
    assert "says: SAMPLE says" in shown
    assert "at: SAMPLE place" in shown
    assert f"< #p1 {finding}" in case("show", testimony).out
    assert "SAMPLE reason" in case("log").out
    assert case("verify").status == 0


def test_an_item_is_cited_as_well(case: CaseRun, finding: str, item: str) -> None:
    assert case("link", finding, "evidence", f"item/{item}").status == 0
    assert f"item/{item}  letter.txt" in case("show", finding).out


def test_a_field_that_cites_nothing_and_a_record_that_is_not_there_are_told(
    case: CaseRun, source: str, put: Callable[..., str]
) -> None:
    one_line(case("link", source, "pseudonym", source))
    one_line(case("link", source, "evidence", source), "there is no such field to cite in")
    one_line(case("link", source, "evidence", "record/ffff"))
