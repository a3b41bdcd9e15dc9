"""The workbench in a real browser: the story from an empty folder on, in French and in Arabic."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.forms import actor_row, lines
from contrechamp.base import i18n
from publish import axe
from publish.browser import Page, chromium
from redact.copies import picture
from web.workbenches import PATIENCE_S, Running, running

pytestmark = pytest.mark.slow
PASSPHRASE = "SAMPLE passphrase of a browser"
#: Widths at which nothing may stand out of the page, in CSS pixels.
WIDTHS = (1280, 390, 360)


@dataclass
class Tab:
    """A tab of the browser, on the workbench."""

    page: Page
    run: Running
    place: str = ""

    def go(self, path: str = "") -> None:
        self.page.go_to(self.place + path)

    def click(self, selector: str) -> None:
        """Click what leads to another page, and wait for that."""
        self.page._events.clear()
        self.page.evaluate(f"document.querySelector('{selector}').click()")
        self.page.wait_for_page()

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.evaluate(f"document.getElementById('{name}').value = '{value}'")

    def files(self, selector: str, *paths: Path) -> None:
        root = self.page.call("DOM.getDocument")["root"]["nodeId"]
        node = self.page.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.page.call("DOM.setFileInputFiles", files=[str(one) for one in paths], nodeId=node)

    def until(self, script: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not self.page.evaluate(script):
            assert time.monotonic() < end, f"{script}: {self.said()}"
            time.sleep(0.1)

    def worked(self) -> None:
        """Wait until work is done."""
        end = time.monotonic() + PATIENCE_S
        while True:
            self.go("work")
            if not self.page.evaluate("!!document.querySelector('progress')"):
                return
            assert time.monotonic() < end, self.said()
            time.sleep(0.2)

    def said(self) -> str:
        return str(self.page.evaluate("document.body.innerText"))

    def check(self) -> None:
        """Check what holds of every page: for those who hear it, on a telephone, of its address."""
        assert axe.violations(self.page) == [], self.said()
        for width in WIDTHS:
            self.page.resize(width, 900)
            inner, outer = self.page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert inner <= outer, (width, self.said())
        self.page.resize(1280, 900)
        assert self.page.complaints == []
        assert all(f"127.0.0.1:{self.run.port}/" in one for one in self.page.requests)
        assert "SAMPLE" not in self.page.evaluate("location.href + document.title")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def tab(browser: Page, tmp_path: Path) -> Iterator[Tab]:
    place = tmp_path / "cases"
    place.mkdir()
    with running(place, tmp_path / "state") as run:
        browser.resize(1280, 900)
        browser.go_to(run.address)
        yield Tab(browser, run, browser.evaluate("location.href"))
        browser.go_to("about:blank")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_story_from_an_empty_folder_to_a_signed_review(
    tab: Tab, tmp_path: Path, language: str
) -> None:
    page = tab.page
    tab.fill(language=language)
    tab.click("form[action=language] button")
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.documentElement.dir") == i18n.direction_of(language)
    tab.check()
    tab.go("guide")
    tab.check()

    # A case is made, and its recovery key shown once.
    tab.go()
    tab.fill(name="first", passphrase=PASSPHRASE, again=PASSPHRASE)
    tab.click("form[action=new] button")
    recovery = page.evaluate("document.querySelector('.secret').textContent")
    assert re.fullmatch(r"[a-z-]{40,}", recovery)
    tab.check()

    # Files come in; with the script, in batches that are acknowledged.
    (tmp_path / "a.png").write_bytes(picture(".png"))
    (tmp_path / "b.txt").write_text("SAMPLE: made up, a turnstile at the gate.\n")
    (tmp_path / "actors.jsonl").write_text(lines(actor_row("SAMPLE Works")))
    tab.go("inbox")
    tab.check()
    tab.files("#files", tmp_path / "a.png", tmp_path / "b.txt")
    tab.click("#send")
    tab.until("document.querySelectorAll('.items a').length === 2")
    tab.go("inbox?pictures=yes")
    tab.until("document.querySelector('.items img')?.naturalWidth > 0")
    tab.check()
    texts = page.evaluate("[...document.querySelectorAll('.items a')].map((one) => one.href)")
    for address in texts:
        page.go_to(address)
        tab.check()

    # An import is looked at before anything is stored.
    tab.go("import")
    tab.files("#files", tmp_path / "actors.jsonl")
    tab.click("form[enctype] button")
    assert "actors.jsonl" in tab.said()
    tab.check()
    tab.click('form[action="import/write"] button.main')
    tab.worked()
    tab.check()

    # Records, and the words in them.
    tab.go("records?kind=actor")
    tab.check()
    tab.click(".items a")
    assert "SAMPLE Works" in tab.said()
    tab.check()
    tab.click("a.button")
    tab.check()
    tab.fill(**{"f.names.0.text": "SAMPLE Works, renamed"})
    tab.click("form[action=edit] button.main")
    assert "SAMPLE Works, renamed" in tab.said()
    tab.go("search")
    tab.fill(words="turnstile")
    tab.click("form[role=search] button")
    tab.check()
    for path in ("status", "timeline", "due", "out"):
        tab.go(path)
        tab.check()

    # A picture is masked; its copy is reviewed by the keyboard alone, and signed.
    page.go_to(texts[-1])
    tab.click("form[action=mask] button")
    tab.worked()
    tab.go("masks")
    tab.check()
    tab.click('form[action="masks/review"] button')
    tab.until("document.getElementById('name')?.textContent")
    tab.check()
    for _place in range(20):
        if page.evaluate("document.getElementById('ask').hidden"):
            break
        page.press("Enter")
    tab.until("!document.getElementById('sign').hidden")
    page.evaluate("document.getElementById('sign').click()")
    tab.until("!document.getElementById('close').hidden")
    tab.click('a[href="../masks"]')
    tab.check()

    # Locked, and opened again: by the passphrase, not by a wrong one.
    tab.click("form[action=lock] button")
    tab.check()
    tab.fill(secret="SAMPLE wrong one")
    tab.click("form.stack button")
    assert page.evaluate("!!document.querySelector('.wrong')")
    assert axe.violations(page) == []
    tab.fill(secret=PASSPHRASE)
    tab.click("form.stack button")
    assert page.evaluate("!!document.querySelector('nav')")
    past = page.call("Page.getNavigationHistory")["entries"]
    assert not any("SAMPLE" in entry["url"] + entry["title"] for entry in past)
    tab.click("form[action=forget] button")
    assert axe.violations(page) == []
    assert tab.run.process.wait(PATIENCE_S) == 0


def test_it_works_without_scripts(tab: Tab, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("SAMPLE: made up.\n")
    tab.page.scripts(on=False)
    try:
        tab.go()
        tab.fill(name="first", passphrase=PASSPHRASE, again=PASSPHRASE)
        tab.click("form[action=new] button")
        tab.go("inbox")
        tab.files("#files", tmp_path / "b.txt")
        tab.click("#send")
        assert "b.txt" in tab.said()
        assert tab.page.evaluate("document.querySelectorAll('.items a').length") == 1
    finally:
        tab.page.scripts(on=True)


def test_a_page_is_taken_off_the_screen_when_another_tab_locks(tab: Tab) -> None:
    tab.fill(name="first", passphrase=PASSPHRASE, again=PASSPHRASE)
    tab.click("form[action=new] button")
    tab.go("inbox")
    key = tab.page.evaluate("document.querySelector('[name=key]').value")
    tab.page._events.clear()
    tab.page.evaluate(  # as a second tab would
        "fetch('lock', {method: 'POST', redirect: 'manual', "
        f"body: new URLSearchParams({{key: '{key}'}})}}); 1"
    )
    tab.until("location.pathname.endsWith('/unlock')")


def test_the_whole_of_a_page_is_reached_by_the_keyboard(tab: Tab) -> None:
    tab.go()
    seen = []
    for _step in range(30):
        tab.page.press("Tab")
        seen.append(
            tab.page.evaluate(
                "document.activeElement.id || document.activeElement.textContent.trim()"
            )
        )
    for wanted in ("To the content", "Forget keys at once", "language", "name", "passphrase",
                   "again", "Make the case", "Open the sample case"):  # fmt: skip
        assert wanted in seen
