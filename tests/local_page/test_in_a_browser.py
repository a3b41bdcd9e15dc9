"""A page in a real browser: what it keeps, what it sends, what scripts and other pages may do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.local_page.messages import Request, Response, go_to, not_found
from contrechamp.local_page.rules import Rules
from local_page.sample import Served, served
from publish.browser import Page, chromium

pytestmark = pytest.mark.slow

#: A picture of one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff"
    "3f0005fe02fedccc59e70000000049454e44ae426082"
)
HTML = """<!doctype html><meta charset="utf-8"><title>contrechamp</title>
<link rel="stylesheet" href="style.css"><h1>page</h1><img src="picture.png">
<img src="x" onerror="document.title='inline'"><script>document.title='inline'</script>
<form method="post" action="save">
<input name="words" value="قلت & more"><button>save</button></form>
<script src="script.js"></script>"""
#: It tries what would make text into a script, and notes what it could do.
SCRIPT = """
const done = [];
const attempts = {
  plain: () => 1,
  eval: () => eval('1'),
  function: () => new Function('return 1')(),
  markup: () => { document.body.innerHTML = '<b>x</b>'; },
};
for (const [name, attempt] of Object.entries(attempts)) {
  try { attempt(); done.push(name); } catch (error) { /* it may not */ }
}
document.documentElement.dataset.done = done.join(' ');
"""


def answer(request: Request) -> Response:
    match request.path:
        case "":
            return Response(HTML)
        case "style.css":
            return Response("h1 { color: rgb(1, 2, 3) }", "text/css")
        case "script.js":
            return Response(SCRIPT, "text/javascript")
        case "picture.png":
            return Response(PIXEL, "image/png")
        case "save":
            return go_to("saved")
        case "saved":
            return Response("<!doctype html><title>contrechamp</title><h1>saved</h1>")
    return not_found()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(browser: Page) -> Iterator[tuple[Page, Served]]:
    with served(answer, Rules(idle_s=30, most_body=1000, scripts=True)) as local:
        browser.go_to(local.address)
        yield browser, local
        browser.go_to("about:blank")  # what this one still asks for is not the next one's


def heading(page: Page) -> str:
    return str(page.evaluate("document.querySelector('h1')?.textContent ?? ''"))


def test_the_token_is_gone_from_the_address(page: tuple[Page, Served]) -> None:
    browser, local = page
    assert heading(browser) == "page"
    token = local.address.rpartition("/")[2]
    assert token not in browser.evaluate("location.href")
    past = browser.call("Page.getNavigationHistory")["entries"]
    assert all(token not in entry["url"] for entry in past)
    assert browser.evaluate("document.cookie") == ""
    browser.go_to(browser.evaluate("location.href"))
    assert heading(browser) == "page"


def test_what_the_page_serves_works_and_nothing_else(page: tuple[Page, Served]) -> None:
    browser, local = page
    assert browser.evaluate("document.querySelector('img').naturalWidth") == 1
    assert (
        browser.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
    )
    assert browser.evaluate("document.title") == "contrechamp"  # nothing inline ran
    assert any("Content Security Policy" in text for text in browser.complaints)
    assert {request.split("/")[2] for request in browser.requests} == {local.host}


def test_a_script_cannot_make_scripts(page: tuple[Page, Served]) -> None:
    browser, _local = page
    assert browser.evaluate("document.documentElement.dataset.done") == "plain"


def test_a_form_is_taken(page: tuple[Page, Served]) -> None:
    browser, local = page
    browser._events.clear()
    browser.evaluate("document.querySelector('button').click()")
    browser.wait_for_page()
    assert heading(browser) == "saved"
    sent = next(request for request in local.asked if request.path == "save")
    assert (sent.method, sent.fields) == ("POST", {"words": "قلت & more"})


def test_another_page_gets_nothing(page: tuple[Page, Served], tmp_path: Path) -> None:
    """A page from the disk, and one of another port, in the same browser that has the cookie."""
    browser, local = page
    place = browser.evaluate("location.href")
    asked = len(local.asked)

    def other(request: Request) -> Response:
        return Response("<!doctype html><h1>other</h1>")

    file = tmp_path / "evil.html"
    file.write_text(
        f"<h1>evil</h1><img src='{place}picture.png'><iframe src='{place}'></iframe>"
        f"<form method='post' action='{place}save'><input name='words' value='evil'></form>"
    )
    browser.open(file)
    assert browser.evaluate("document.querySelector('img').naturalWidth") == 0
    browser._events.clear()
    browser.evaluate("document.querySelector('form').submit()")
    browser.wait_for_page()
    assert heading(browser) == ""  # refused
    with served(other) as another:
        browser.go_to(another.address)
        assert heading(browser) == "other"
    assert len(local.asked) == asked


def test_the_screen_is_cleared_once_the_page_was_left(browser: Page) -> None:
    with served(answer, Rules(idle_s=1)) as local:
        browser.go_to(local.address)
        assert heading(browser) == "page"
        browser._events.clear()
        browser.wait_for_page()  # asks again by itself
        assert heading(browser) == "" or "page" not in heading(browser)
    assert local.ends()
