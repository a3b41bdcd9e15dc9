"""Masked copies at the workbench: made, reviewed over all files, signed, read a second time."""

import json
from pathlib import Path

import pyrage
import pytest

from contrechamp.local_page.messages import Request, Response
from contrechamp.vault.access import members
from contrechamp.vault.access.slots import AgeIdentities
from redact.copies import picture
from vault import cases
from web.workbenches import Hand, ids, text, told

pytestmark = pytest.mark.slow


def said(hand: Hand, path: str, body: dict[str, object]) -> Response:
    content = json.dumps(body).encode()
    return hand.workbench(Request("POST", path, {}, content, "application/json"))


@pytest.fixture
def masked(opened: Hand) -> Hand:
    """A case with two pictures, each with its masked copy."""
    opened.send("upload", ("a.png", picture(".png")), ("b.jpg", picture(".jpg")))
    opened.worked()
    for item in ids(opened.get("inbox")):
        assert opened.post("mask", id=item).to == "work"
        assert "The masked copy is in the case" in "".join(opened.worked())
    return opened


def answers(hand: Hand) -> dict[str, object]:
    queue = told(hand.get("review/queue.json"))
    return {
        "copies": [
            {
                "copy": one["key"], "verdict": "agreed", "spans": [],
                "looks": [{"look": look, "answer": "covered", "why": ""} for look in one["asked"]],
            }
            for one in queue["files"]
        ]
    }  # fmt: skip


def test_all_copies_are_reviewed_on_one_page_and_signed(masked: Hand, place: Path) -> None:
    page = text(masked.get("masks"))
    assert "Review 2 copies" in page
    assert "nobody has looked at all of this masked copy" in page
    assert masked.get("review").to == "masks"
    assert masked.post("masks/review").to == "review/"
    shown = masked.get("review")
    assert '<a href="../masks">Back to the case</a>' in text(shown)
    assert shown.again_s == 0  # what somebody answers there is in the page alone
    queue = told(masked.get("review/queue.json"))
    assert len(queue["files"]) == 2
    assert queue["signs"] is True
    for one in queue["files"]:
        drawn = masked.get("review/picture.jpg", file=one["key"], what="copy")
        assert drawn.kind == "image/jpeg"
    signed = told(said(masked, "review/sign", answers(masked)))
    assert len(signed["lines"]) == 2
    said(masked, "review/close", {})
    assert masked.get("review").to == "masks"
    done = text(masked.get("masks"))
    assert "this case has one member" in done or "Reviewed" in done
    with cases.opened(place / "case") as case:
        from contrechamp.dossier.reading import lookup

        assert lookup.count(case)["review"] == 2


def test_a_second_member_reads_what_is_left_to_them(masked: Hand, place: Path) -> None:
    key = pyrage.x25519.Identity.generate()
    with cases.opened(place / "case", write=True) as case:
        members.share(case, str(key.to_public()), name="SAMPLE second", reason="",
                      now=cases.NOW, random=__import__("secrets").token_bytes)  # fmt: skip
    assert masked.unlock().status == 303  # the ways in were changed
    masked.post("masks/review")
    said(masked, "review/sign", answers(masked))
    left = text(masked.get("masks"))
    masked.desk.close()
    masked.desk.session.unlock(place / "case", AgeIdentities((str(key),)))
    if "Review 1 copy" in left or "Review 2 copies" in left:
        masked.post("masks/review")
        said(masked, "review/sign", answers(masked))
    assert "No masked copy lacks a review." in text(masked.get("masks"))


def test_a_review_ends_when_the_case_is_locked(masked: Hand) -> None:
    masked.post("masks/review")
    assert masked.get("review/queue.json").status == 200
    masked.post("lock")
    assert masked.get("review/queue.json").to == "unlock"
    assert masked.desk.review is None
