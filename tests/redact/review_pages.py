"""The page of a review, served and open in a browser."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contrechamp.local_page.rules import Rules
from contrechamp.local_page.serving import serve
from contrechamp.redact.review.page.answering import MOST_BODY, Answering
from contrechamp.redact.review.page.folder_bench import FolderBench
from contrechamp.redact.review.page.pictures import Pictures
from contrechamp.redact.review.page.seeding import Seeds
from publish.browser import Page


@contextmanager
def shown(
    page: Page, bench: FolderBench, width: int = 1280, seeds: Seeds | None = None
) -> Iterator[Answering]:
    """Serve a page in a thread of its own, and open it."""
    said: list[str] = []
    there: list[Answering] = []

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder, Pictures(bench, Path(folder)) as pictures:
            there.append(Answering(bench, pictures, seeds))
            rules = Rules(idle_s=120, most_body=MOST_BODY, scripts=True)
            serve(there[0], rules, said.append)

    thread = threading.Thread(target=run)
    thread.start()
    until(lambda: bool(said))
    page.resize(width, 900)
    page.complaints.clear()
    page.requests.clear()
    page.call("Page.navigate", url=said[0])
    wait(page, "document.getElementById('name')?.textContent")
    try:
        yield there[0]
    finally:
        page.evaluate("fetch('close', {method: 'POST'}); 1")
        thread.join(30)
        assert not thread.is_alive()


def until(holds: Callable[[], Any]) -> None:
    for _attempt in range(300):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come")


def wait(page: Page, script: str) -> None:
    try:
        until(lambda: page.evaluate(script))
    except AssertionError as error:
        raise AssertionError(f"{script}: {page.evaluate('document.body.innerText')}") from error


def text(page: Page, name: str) -> str:
    return str(page.evaluate(f"document.getElementById('{name}').textContent"))


def answer_all(page: Page, key: str = "Enter") -> int:
    count = 0
    while page.evaluate("!document.getElementById('ask').hidden"):
        page.press(key)
        count += 1
        assert count < 50
    return count
