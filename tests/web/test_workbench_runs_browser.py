"""Measurements and links in a real browser: seen, heard, on a telephone, by the keyboard alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from publish.browser import Page, chromium
from web.test_workbench_browser import Tab
from web.workbenches import running

pytestmark = pytest.mark.slow
PASSPHRASE = "SAMPLE passphrase of a browser"
TOWN = Path("docs/examples/sample-town.osm")
SURVEY = Path("docs/examples/sample-survey.csv")


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


def begin(tab: Tab, language: str) -> None:
    """Make a case with a town and a survey in it."""
    tab.fill(language=language)
    tab.click("form[action=language] button")
    tab.fill(name="first", passphrase=PASSPHRASE, again=PASSPHRASE)
    tab.click("form[action=new] button")
    tab.go("inbox")
    tab.files("#files", TOWN.resolve(), SURVEY.resolve())
    tab.click("#send")
    tab.until("document.querySelectorAll('.items a').length === 2")


def measure(tab: Tab, title: str, *names: str) -> None:
    """Measure files, and see that the page tells how far it is until it is done."""
    tab.go("run-new?kind=measure")
    tab.fill(title=title, draws="20", homes="0")
    for name in names:
        tab.page.evaluate(
            f"[...document.querySelectorAll('label.check')].find((one) => one.textContent"
            f".includes('{name}')).querySelector('input').click()"
        )
    tab.click("form[action=runs] button.main")
    tab.until("location.pathname.endsWith('/work') && !document.querySelector('progress')")


def look(tab: Tab, name: str) -> None:
    """Keep a picture of a page, where somebody wants to look at it."""
    folder = os.environ.get("WORKBENCH_PICTURES")
    if folder:
        for width in (1280, 390):
            tab.page.resize(width, 900)
            (Path(folder) / f"{name}-{width}.png").write_bytes(tab.page.picture(whole=True))
        tab.page.resize(1280, 900)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_measurement_from_its_form_to_a_comparison(tab: Tab, language: str) -> None:
    begin(tab, language)
    for kind in ("measure", "completeness", "access", "change"):
        tab.go(f"run-new?kind={kind}")
        tab.check()
        look(tab, f"new-{kind}-{language}")
    measure(tab, "SAMPLE town", "sample-town")
    tab.check()
    measure(tab, "SAMPLE survey", "sample-town", "sample-survey")
    tab.go("runs")
    tab.check()
    look(tab, f"runs-{language}")
    tab.click(".items a")
    assert tab.page.evaluate("document.querySelectorAll('svg.plot').length") > 10
    tab.check()
    look(tab, f"run-{language}")
    record = tab.page.evaluate("document.querySelector('a[href^=\"record?\"]').href")

    # The report is shown in a frame, from which nothing reaches the workbench.
    tab.click('a[href^="run-report"]')
    tab.until("document.querySelector('iframe').contentDocument === null")
    look(tab, f"report-{language}")
    tab.check()

    tab.go("runs")
    tab.click("form[action=compare] button")
    tab.check()
    look(tab, f"compare-{language}")

    # Its links: the list first, and beside it the graph.
    tab.page.go_to(record.replace("record?", "links?"))
    tab.until("Number(document.getElementById('graph').dataset.nodes) > 2")
    tab.check()
    look(tab, f"links-{language}")
    size = tab.page.evaluate("document.querySelector('#graph canvas').width")
    assert size > 100
    tab.page.evaluate("document.getElementById('nearer').focus()")
    tab.page.press("Enter")
    tab.page.press("Tab")
    assert tab.page.evaluate("document.activeElement.id") == "farther"


def test_it_works_without_scripts_too(tab: Tab) -> None:
    begin(tab, "en")
    tab.page.scripts(on=False)
    try:
        tab.go("run-new?kind=measure")
        assert "sample-town.osm" in tab.said()
        tab.fill(draws="10", homes="0", title="SAMPLE plain")
        tab.page.evaluate("document.querySelectorAll('input[name^=in-]')[1].click()")
        tab.page.evaluate("document.querySelectorAll('input[name^=in-]')[0].click()")
        tab.click("form[action=runs] button.main")
        tab.worked()
        assert "It is kept in the case: SAMPLE plain" in tab.said()
        tab.go("runs")
        tab.click(".items a")
        tab.click('a[href^="record?"]')
        tab.click('a[href^="links?"]')
        assert "sample-town.osm" in tab.said()
        assert tab.page.evaluate("document.getElementById('drawn').hidden")
    finally:
        tab.page.scripts(on=True)


def test_another_tab_is_answered_while_how_far_it_is_goes_on_being_told(tab: Tab) -> None:
    begin(tab, "en")
    tab.go("run-new?kind=measure")
    tab.fill(draws="20000")
    tab.page.evaluate(
        "[...document.querySelectorAll('label.check')].find((one) => one.textContent"
        ".includes('sample-town')).querySelector('input').click()"
    )
    tab.click("form[action=runs] button.main")
    tab.until("/Draws/.test(document.getElementById('status').textContent)")
    # The stream of this tab stays open; the fetch is what a second tab would ask.
    assert tab.page.evaluate(
        "fetch('runs').then((one) => one.text()).then((one) => "
        "{ window.said = one.includes('Nothing yet.'); }); true"
    )
    tab.until("window.said === true")
    assert tab.page.evaluate("!!document.querySelector('progress')")
    tab.click("form[action='work/stop'] button")
    tab.until("!document.querySelector('progress')")
    assert "stopped; what was done before stays" in tab.said()
    tab.go("runs")
    assert "Nothing yet." in tab.said()


def test_the_choice_of_what_is_measured_is_reached_by_the_keyboard(tab: Tab) -> None:
    begin(tab, "en")
    tab.go("run-new?kind=measure")
    seen = []
    for _step in range(60):
        tab.page.press("Tab")
        seen.append(
            tab.page.evaluate(
                "document.activeElement.name || document.activeElement.textContent.trim()"
            )
        )
    assert {"title", "Options", "Measure it"} <= set(seen)
    assert sum(one.startswith("in-") for one in seen) == 2
