"""Letting something out at the workbench: by the same gates, into a folder of its own."""

import json
from pathlib import Path

import pytest

from contrechamp.dossier.sample import sample_folder
from contrechamp.vault.bags import received
from web.test_workbench_records import put
from web.workbenches import Hand, text


def test_records_are_written_beside_the_case_and_nothing_is_overwritten(
    opened: Hand, place: Path
) -> None:
    put(opened)
    assert "There is no publication yet" in text(opened.get("out"))
    for _time in range(2):
        assert opened.post("export", format="jsonl").to == "work"
        assert "it is not encrypted" in opened.worked()[-1]
    written = sorted(one.name for one in place.iterdir() if one.name != "case")
    assert len(written) == 2
    assert written[1] == f"{written[0]}-2"
    (file,) = list((place / written[0]).glob("*.jsonl"))
    assert "SAMPLE Works" in json.dumps(
        [json.loads(line) for line in file.read_text().splitlines()]
    )
    before = sorted(place.rglob("*"))
    opened.post("export", format="../x")
    assert "there is no such format" in opened.worked()[-1]
    assert sorted(place.rglob("*")) == before


@pytest.mark.slow
def test_a_publication_is_written_as_a_draft_and_only_released_as_more(
    hand: Hand, place: Path
) -> None:
    hand.post("sample")
    page = text(hand.get("out"))
    record = page.partition('action="publish"')[2].partition('name="id" value="')[2][:16]
    assert hand.post("publish", id=record, draft="yes", **{"in-en": "yes"}).to == "work"
    lines = hand.worked()
    assert "is a draft, not to be handed on" in lines[-1], lines
    (draft,) = [one for one in place.iterdir() if "-report-" in one.name]
    assert (draft / "report-en.html").is_file() or list(draft.rglob("*.html"))
    assert not received.is_bag(draft)
    assert sample_folder.CASE in draft.name
    wrong = hand.post("publish", id="0" * 16)
    assert wrong.to == "work"
    assert hand.worked()
    assert len([one for one in place.iterdir() if "-report-" in one.name]) == 1
