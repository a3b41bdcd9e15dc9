"""``contrechamp show``: a record, what it says, how it stands and who cites it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands import CaseRun, one_line
from vault.text_files import pdf


@pytest.fixture
def linked(case: CaseRun, testimony: str, finding: str) -> str:
    """The finding, resting on the testimony."""
    done = case("link", finding, "evidence", f"{testimony}#p1", "--says", "SAMPLE says")
    assert done.status == 0
    return finding


def test_a_record_is_shown_with_how_it_stands_and_who_cites_it(
    case: CaseRun, testimony: str, linked: str
) -> None:
    shown = case("show", linked[:15]).out
    assert "says: SAMPLE says" in shown
    assert "! rests on something held without consent" in shown
    assert "! no second person has agreed to this version" in shown
    assert f"< #p1 {linked}" in case("show", testimony).out
    assert case("show", linked, "--versions").out.count("version ") == 2
    assert [line.split()[1].partition("/")[0] for line in case("show").out.splitlines()] == [
        "source", "testimony", "finding",
    ]  # fmt: skip
    assert case("show", "--kind", "source").out.count("\n") == 1


def test_what_is_closed_is_shown_only_where_it_is_asked_for(case: CaseRun, testimony: str) -> None:
    assert "closed" in case("show", testimony).out
    assert "what is closed\n" not in case("show", testimony).out
    assert "SAMPLE of what is closed" in case("show", testimony, "--closed").out


def test_machines_are_told_a_record_a_line(case: CaseRun, source: str, testimony: str) -> None:
    done = case("show", "--json")
    assert (done.status, done.err) == (0, "")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [f"record/{row['id']}" for row in rows] == [source, testimony]
    one = case("show", testimony, "--json").json()
    assert (one["kind"], one["fields"]["source"]) == ("testimony", source)
    assert "SAMPLE of what is closed" not in case("show", testimony, "--json").out
    assert "SAMPLE of what is closed" in case("show", testimony, "--json", "--closed").out


def test_an_item_is_shown_with_what_is_known_of_it(case: CaseRun, item: str) -> None:
    shown = case("show", f"item/{item}").out
    assert shown.startswith(f"item/{item}\n")
    assert "name: letter.txt" in shown
    assert case("show", f"item/{item}", "--json").json()["name"] == "letter.txt"


def test_a_recommendation_shows_what_came_of_it_last(
    case: CaseRun, put: Callable[..., str]
) -> None:
    form = 'to_kind = "state"\nsample = true\n[[what]]\nlanguage = "en"\ntext = "SAMPLE"\n'
    ref = put("recommendation", form)
    assert "= no follow-up yet" in case("show", ref).out
    for on, status in (("2026-05-01", "begun"), ("2026-02-01", "promised")):
        form += f'[[follow_up]]\non = {on}\nstatus = "{status}"\nsays = "SAMPLE"\n'
    put(ref, form)
    assert "= begun\n" in case("show", ref).out


def test_what_is_not_there_is_told_in_one_line(case: CaseRun) -> None:
    one_line(case("show", "ffff"))
    one_line(case("show", "--kind", "suspect"), "there is no such kind of record")


def test_dates_and_amounts_are_written_for_people_and_stored_for_machines(
    case: CaseRun, put: Callable[..., str]
) -> None:
    ref = put(
        "contract",
        'name = "SAMPLE"\nsigned_on = "2026-04~"\n[value]\namount = 12000.5\ncurrency = "EUR"\n',
    )
    told = case("show", ref).out
    assert "  signed_on: about April 2026\n" in told
    assert "  value: €12,000.50\n" in told
    assert json.loads(case("show", ref, "--json").out)["fields"]["value"]["amount"] == "12000.5"


def test_a_record_goes_by_kind_and_title(
    case: CaseRun, put: Callable[..., str], source: str
) -> None:
    assert case("show").out == f"{source}  source/sample-heron  Sample Heron\n"
    assert case("show", "source/sample").out.startswith(f"{source}  source/sample-heron  version 1")
    assert case("show", source, "--json").json()["short_name"] == "source/sample-heron"
    other = put("source", 'pseudonym = "Sample Herons"\n')
    done = case("show", "source/sample")
    assert (done.status, done.out) == (2, "")
    assert f"\n  {source}  source/sample-heron  Sample Heron\n" in done.err
    assert f"\n  {other}  source/sample-herons  Sample Herons\n" in done.err
    assert case("show", "source/sample-heron").status == 0
    assert f"  {source}  source/sample-heron" in case("log").out


def test_the_text_of_an_item_is_shown_without_any_file(case: CaseRun, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("SAMPLE cover", "SAMPLE\nturnstile"))
    (tmp_path / "nothing.bin").write_bytes(b"\0\1")
    item, nothing = (
        f"item/{case('add', tmp_path / name).out.split()[0]}" for name in ("a.pdf", "nothing.bin")
    )
    assert case("show", item, "--text").out == (
        "[page 1]\nSAMPLE cover\n[page 2]\nSAMPLE\nturnstile\n"
    )
    assert case("show", nothing, "--text").err == "It holds no text.\n"
    one_line(case("show", "--text"), "--text is for items")
