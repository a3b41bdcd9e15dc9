"""The second reader of masked copies, in a real browser: in with a key file, and signed."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from contrechamp.dossier.permission import mask_reviews
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.view import View
from contrechamp.local_page.messages import Request
from contrechamp.publish.masking import answers
from contrechamp.vault import masked_copies
from contrechamp.vault.access import members
from publish.browser import Page, chromium
from redact.copies import picture
from vault import cases
from web.test_workbench_browser import Tab
from web.workbenches import Hand, ids, running, text, told

pytestmark = pytest.mark.slow


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path / "profile") as page:
        yield page


def first_reads(hand: Hand) -> None:
    """Mask a picture, and have the first member say that something is open on purpose."""
    hand.send("upload", ("a.png", picture(".png")))
    hand.worked()
    hand.post("mask", id=ids(hand.get("inbox"))[0])
    hand.worked()
    hand.post("masks/review")
    (one,) = told(hand.get("review/queue.json"))["files"]
    looks = [{"look": look, "answer": "uncovered", "why": "SAMPLE: a drawing"}
             for look in one["asked"]]  # fmt: skip
    body = {"copies": [{"copy": one["key"], "verdict": "agreed", "spans": [], "looks": looks}]}
    content = json.dumps(body).encode()
    signed = hand.workbench(Request("POST", "review/sign", {}, content, "application/json"))
    assert len(told(signed)["lines"]) == 1


def test_a_second_member_reads_and_signs_what_is_left_to_them(
    opened: Hand, place: Path, tmp_path: Path, browser: Page
) -> None:
    key = pyrage.x25519.Identity.generate()
    (tmp_path / "second.key").write_text(f"{key}\n")
    with cases.opened(place / "case", write=True) as case:
        members.share(
            case, str(key.to_public()), name="SAMPLE second", reason="", now=cases.NOW,
            random=secrets.token_bytes,
        )  # fmt: skip
    assert opened.unlock().status == 303  # the ways in were changed
    first_reads(opened)
    assert "Review 1 copy" in text(opened.get("masks"))
    opened.desk.close()

    with running(place, tmp_path / "state") as run:
        browser.go_to(run.address)
        tab = Tab(browser, run, browser.evaluate("location.href"))
        tab.go("unlock?case=case")
        browser.evaluate("document.querySelector('details').open = true")
        tab.check()
        tab.files("#file", tmp_path / "second.key")
        tab.click('form[action="unlock/key"] button')
        tab.go("masks")
        assert "Review 1 copy" in tab.said()
        tab.check()
        tab.click('form[action="masks/review"] button')
        tab.until("document.getElementById('name')?.textContent")
        tab.check()
        for _place in range(10):  # by the keyboard alone
            if browser.evaluate("document.getElementById('ask').hidden"):
                break
            browser.press("Enter")
        tab.until("!document.getElementById('sign').hidden")
        browser.evaluate("document.getElementById('sign').focus()")
        browser.press("Enter")
        tab.until("!document.getElementById('close').hidden")
        tab.click('a[href="../masks"]')
        assert "No masked copy lacks a review." in tab.said()
        tab.check()
        browser.go_to("about:blank")

    with cases.opened(place / "case") as case:
        assert answers.to_review(case) == []
        (copy,) = masked_copies.newest_copies(case)
        standing = mask_reviews.standing(View(case), copy)
        assert lookup.count(case)["review"] == 2
    assert standing.why == ()
    assert len(standing.readers) == 2
