"""The map in a real browser: drawn under the policy, with the keyboard alone, without scripts."""

import time
from collections.abc import Iterator

import pytest

from cli.forms import lines
from publish import axe
from publish.browser import Page, chromium
from web.test_workbench_browser import PASSPHRASE, Tab
from web.test_workbench_map import EXAMPLES, camera_row
from web.workbenches import PATIENCE_S, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def made(browser: Page, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A case with a town and three cameras."""
    tmp_path = tmp_path_factory.mktemp("map")
    place = tmp_path / "cases"
    place.mkdir()
    rows = [camera_row(number, heading_deg="90", name=f"SAMPLE {number} شارع")
            for number in (1, 2, 3)]  # fmt: skip
    (tmp_path / "cameras.jsonl").write_text(lines(*rows))
    with running(place, tmp_path / "state") as run:
        browser.resize(1280, 900)
        browser.go_to(run.address)
        tab = Tab(browser, run, browser.evaluate("location.href"))
        tab.fill(name="first", passphrase=PASSPHRASE, again=PASSPHRASE)
        tab.click("form[action=new] button")
        tab.go("import")
        tab.files("#files", tmp_path / "cameras.jsonl")
        tab.click("form[enctype] button")
        tab.click('form[action="import/write"] button.main')
        tab.worked()
        tab.go("inbox")
        tab.files("#files", EXAMPLES / "sample-town.osm", EXAMPLES / "sample-walk.gpx")
        tab.click("#send")
        tab.until("document.querySelectorAll('.items a').length === 2")
        yield tab
        browser.go_to("about:blank")


@pytest.fixture
def tab(made: Tab) -> Iterator[Tab]:
    """The map in English, with nothing selected."""
    made.go("map")
    speak(made, "en")
    made.go("map")
    made.click("#chosen button[value=none]")
    yield made
    made.page.scripts(on=True)


def speak(tab: Tab, language: str) -> None:
    tab.fill(language=language)
    tab.click("form[action=language] button")


def drawn(tab: Tab) -> None:
    """Open the map, and wait until it was drawn with what the files hold."""
    end = time.monotonic() + PATIENCE_S
    tab.go("map")
    while tab.page.evaluate("!document.getElementById('reading').hidden"):
        assert time.monotonic() < end, tab.said()
        time.sleep(0.3)
        tab.go("map")
    tab.until("document.getElementById('map').dataset.idle !== undefined")


def complaints(page: Page) -> list[str]:
    """Return what the page complained of; that a picture was taken of WebGL is no fault of it."""
    return [one for one in page.complaints if "GPU stall due to ReadPixels" not in one]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_map_and_its_list_for_everybody(tab: Tab, language: str) -> None:
    page = tab.page
    speak(tab, language)
    drawn(tab)
    assert page.evaluate("!!document.querySelector('#map canvas')")
    assert complaints(page) == []
    assert all(f"127.0.0.1:{tab.run.port}/" in one or one.startswith("blob:")
               for one in page.requests)  # fmt: skip
    assert axe.violations(page) == []
    for width in (1280, 390, 360):
        page.resize(width, 900)
        inner, outer = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert inner <= outer, width
    page.resize(1280, 900)
    assert "SAMPLE" not in page.evaluate("location.href + document.title")
    assert (
        page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    )

    # Ticked in the list: counted, and drawn as selected.
    page.evaluate("document.querySelector('#points input[type=checkbox]').click()")
    tab.until("document.querySelectorAll('#points input:checked').length === 1"
              " && /1/.test(document.getElementById('counts').textContent)")  # fmt: skip
    page.evaluate("document.getElementById('select-seen').click()")
    tab.until("document.querySelectorAll('#points input:checked').length === 3")
    # A click on a camera of the map takes it out again.
    page.evaluate("document.querySelector('#points .show').click()")
    time.sleep(1.5)
    x, y = page.evaluate(
        "(() => { const box = document.getElementById('map').getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
    )
    page.click(x, y)
    tab.until("document.querySelectorAll('#points input:checked').length === 2")
    assert complaints(page) == []


def test_the_map_is_used_by_the_keyboard_alone(tab: Tab) -> None:
    drawn(tab)
    seen = []
    for _step in range(40):
        tab.page.press("Tab")
        seen.append(
            tab.page.evaluate("document.activeElement.className + document.activeElement.id")
        )
        if "maplibregl-canvas" in seen[-1]:
            break
    assert "maplibregl-canvas" in seen[-1], seen
    before = sum("list.json" in one for one in tab.page.requests)
    tab.page.press("ArrowRight")
    end = time.monotonic() + PATIENCE_S
    while sum("list.json" in one for one in tab.page.requests) == before:
        assert time.monotonic() < end
        tab.page.evaluate("1")
        time.sleep(0.1)
    for _step in range(12):
        tab.page.press("Tab")
        seen.append(tab.page.evaluate("document.activeElement.id || document.activeElement.name"))
    for wanted in ("nearer", "further", "whole", "select-seen", "kind", "words"):
        assert wanted in seen


def test_a_camera_is_turned_with_its_view_beside_it_and_that_is_undone(tab: Tab) -> None:
    page = tab.page
    drawn(tab)
    tab.click("#points .correct")
    tab.until("document.getElementById('map').dataset.seen === '4'")
    assert "m²" in page.evaluate("document.getElementById('view').innerText")
    asked = (
        "performance.getEntriesByType('resource')"
        ".filter((one) => one.name.endsWith('view.json')).length"
    )
    before = page.evaluate(asked)
    assert axe.violations(page) == []
    page.evaluate("document.getElementById('right').click()")
    assert page.evaluate("document.getElementById('f.heading_deg').value") == "95"
    assert page.evaluate("document.getElementById('f.heading_north').value") == "true"
    tab.until(f"{asked} > {before}")
    assert complaints(page) == []
    tab.click("#form button.main")
    assert "95°" in tab.said()
    for path in ("changes", "twins", "bulk", "sheets", "camera-new"):
        tab.go(path)
        tab.check()
    tab.go("changes")
    tab.click('form[action="changes/undo"] button')
    tab.worked()
    tab.go("map")
    assert "95°" not in tab.said()


def test_without_scripts_the_list_has_all_of_it(tab: Tab) -> None:
    tab.page.scripts(on=False)
    tab.go("map")
    assert "Listed: 3 of 3." in tab.said()
    tab.page.evaluate("document.querySelector('#points input[type=checkbox]').checked = true")
    tab.click("button.without-script")
    assert "Cameras selected: 1." in tab.said()
