"""``contrechamp find``: words of any language, in what is open."""

import re
from pathlib import Path

import pytest

from cli.commands import CaseRun, one_line
from vault.text_files import pdf


@pytest.fixture(autouse=True)
def _records(testimony: str, finding: str) -> None:
    """Something to find."""


def test_words_are_found_in_any_script(case: CaseRun, testimony: str, finding: str) -> None:
    assert case("find", "كاميرا").out.startswith(f"{testimony}  testimony/2026-04-02")
    assert case("find", "camera").out == (
        f"{finding}  finding/exemple-une-camera  EXEMPLE : une caméra\n    EXEMPLE : une caméra\n"
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


def test_items_are_found_by_their_text_with_the_passage(case: CaseRun, tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_bytes(pdf("SAMPLE cover", "SAMPLE: a turnstile at the gate"))
    added = case("add", tmp_path / "plan.pdf").out.split()[0]
    done = case("find", "TURNSTILE")
    assert done.out.splitlines()[-2:] == [
        f"item/{added}  plan.pdf", "    page 2: SAMPLE: a *turnstile* at the gate",
    ]  # fmt: skip
    (hit,) = case("find", "turn*", "--kind", "item", "--json").json()
    assert (hit["id"], hit["at"], hit["hits"]) == (added, [["page", "2"]], ["turnstile"])
    assert case("find", "turnstile", "--kind", "finding").out == ""


def test_a_passage_can_steer_no_terminal(case: CaseRun, tmp_path: Path) -> None:
    text = "SAMPLE \u202eetatsinruT\u202c \x1b[31m turnstile\u2066 red\u200bwing"
    (tmp_path / "a\u202e.txt").write_text(text, encoding="utf-8")
    case("add", tmp_path / "a\u202e.txt")
    out = case("find", "turnstile").out
    assert "*" in out
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b]", out)


def test_what_was_not_looked_into_is_told_and_read_when_asked(
    case: CaseRun, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.txt").write_text(f"SAMPLE turnstile {name}")
    (folder / "locked.pdf").write_bytes(pdf("SAMPLE turnstile", password="sample"))
    case("find", "--read-texts")
    case("add", folder, "--no-texts")
    done = case("find", "turnstile")
    assert done.err.splitlines()[-1].startswith("3 items were not looked into yet")
    assert case("find", "--read-texts").out == "The text of 2 files was read.\n"
    done = case("find", "turnstile")
    assert done.out.count("item/") == 2
    assert done.err == ("1 item holds no text that could be read: 1 PDF (locked with a password)\n")


def test_an_erased_item_is_not_found(case: CaseRun, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("SAMPLE turnstile")
    item = case("add", tmp_path / "a.txt").out.split()[0]
    assert case("erase", f"item/{item}", "--reason", "SAMPLE").status == 0
    assert case("find", "turnstile").out == ""


def test_words_or_texts_have_to_be_asked_for(case: CaseRun) -> None:
    one_line(case("find"), "say which words to look for, or what fields should say")
