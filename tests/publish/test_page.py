"""The report in a browser: what a reader sees, switches and reads, with hand and keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.publish.publication import write
from publish import sample
from publish.browser import Page, chromium

pytestmark = pytest.mark.slow

COMMAND = ("contrechamp", "measure", "sample.osm", "-o", "out")
STREETS = "[...document.querySelectorAll('#map path.street')].map(p => p.getAttribute('d'))"
DRAWING = "[...document.querySelectorAll('#drawing .street')].map(p => p.getAttribute('d'))"
REGIONS = "[...document.querySelectorAll('#map path.region')].map(p => p.getAttribute('d'))"
ACTIVE = "document.activeElement.id || document.activeElement.className"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    town = sample.scene()
    return {
        language: write(
            sample.measurement(town), town, folder / language, command=COMMAND, language=language
        ).index
        for language in ("en", "fr", "ar")
    }


@pytest.fixture
def page(browser: Page, reports: dict[str, Path]) -> Page:
    browser.media("")
    browser.open(reports["en"])
    return browser


def choose(page: Page, name: str, value: str) -> None:
    page.evaluate(f"document.querySelector('input[name={name}][value={value}]').click()")


def tab_to(page: Page, element: str) -> None:
    """Press Tab until the element with this id has the focus."""
    for _press in range(60):
        page.press("Tab")
        if page.evaluate("document.activeElement.id") == element:
            return
    raise AssertionError(f"{element} cannot be reached with the Tab key")


# the map


def test_the_map_draws(page: Page) -> None:
    assert page.evaluate("document.documentElement.dataset.drawn") == "yes"
    assert page.evaluate("document.querySelectorAll('#map path.camera').length") == len(
        sample.CAMERAS
    )
    drawn = [path for path in page.evaluate(STREETS) if path and path != "M0 0"]
    assert len(drawn) >= 4  # several classes of exposure
    assert page.evaluate("document.querySelector('#map path.building').getBBox().width") > 300
    box = page.evaluate("JSON.stringify(document.getElementById('map').getBoundingClientRect())")
    assert '"width":1' in box  # a thousand pixels and more


def test_nothing_leaves_and_nothing_complains(page: Page, reports: dict[str, Path]) -> None:
    choose(page, "level", "recognition")
    choose(page, "certainty", "q95")
    page.evaluate("document.getElementById('camera-next').click()")
    page.evaluate("document.getElementById('map-whole').click()")
    page.picture()
    assert page.requests == [reports["en"].resolve().as_uri()]
    assert page.complaints == []


def test_the_page_may_ask_nobody(page: Page) -> None:
    """The policy of the page itself forbids what no script of ours tries."""
    page.evaluate("fetch('http://127.0.0.1:9/').catch(() => document.title = 'refused')")
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    page.picture()
    assert page.evaluate("document.title") == "refused"
    assert any("Content Security Policy" in text for text in page.complaints)


@pytest.mark.parametrize(("name", "value"), [("level", "recognition"), ("certainty", "q05")])
def test_a_switch_changes_map_and_drawing(page: Page, name: str, value: str) -> None:
    before = page.evaluate(STREETS), page.evaluate(DRAWING), page.evaluate(REGIONS)
    choose(page, name, value)
    after = page.evaluate(STREETS), page.evaluate(DRAWING), page.evaluate(REGIONS)
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert (before[2] != after[2]) == (name == "level")


def test_at_least_is_less_than_at_most(page: Page) -> None:
    """Less of the street is in the highest class at the lower end of the interval."""
    lengths = []
    for value in ("q05", "median", "q95"):
        choose(page, "certainty", value)
        lengths.append(
            page.evaluate(
                "document.querySelector('#drawing .street[data-class=\"5\"]').getTotalLength()"
            )
        )
    assert lengths[0] < lengths[1] < lengths[2]


def test_the_drawing_of_the_script_is_that_of_the_page_without_one(
    browser: Page, reports: dict[str, Path]
) -> None:
    browser.scripts(on=False)
    browser.open(reports["en"])
    browser.scripts(on=True)
    assert browser.evaluate("getComputedStyle(document.querySelector('.drawing')).display") == (
        "block"
    )
    assert browser.evaluate("document.getElementById('map').hidden")
    without = browser.evaluate(DRAWING)
    browser.open(reports["en"])
    assert browser.evaluate(DRAWING) == without


def test_a_layer_can_be_taken_off(page: Page) -> None:
    page.evaluate("document.querySelector('input[value=cameras]').click()")
    assert page.evaluate("document.querySelectorAll('#map path.camera').length") == 0
    page.evaluate("document.querySelector('input[value=cameras]').click()")
    assert page.evaluate("document.querySelectorAll('#map path.camera').length") == 6


def test_a_click_on_a_street_tells_its_share(page: Page) -> None:
    x, y = page.evaluate(
        "(() => { const s = document.querySelector('#map path.street.c5');"
        " s.scrollIntoView({block: 'center'});"
        " const p = s.getPointAtLength(3), m = s.getScreenCTM();"
        " return [p.x * m.a + m.e, p.y * m.d + m.f]; })()"
    )
    page.click(x, y)
    text = page.evaluate("document.querySelector('.leaflet-popup-content').innerText")
    assert re.search(r"On average\s+\d+", text)
    assert "In view of a mapped camera" in text


# by keyboard


def test_a_card_opens_and_closes_by_keyboard(page: Page) -> None:
    tab_to(page, "camera-next")
    page.press("Enter")
    assert not page.evaluate("document.getElementById('card').hidden")
    first = page.evaluate("document.getElementById('card').innerText")
    assert "Assumed" in first
    assert "any direction that the mount leaves free" in first
    page.press("Enter")
    assert page.evaluate("document.getElementById('card').innerText") != first
    assert page.evaluate(ACTIVE) == "camera-next"
    page.press("Escape")
    assert page.evaluate("document.getElementById('card').hidden")


def test_a_button_of_the_table_shows_the_camera_and_escape_returns(page: Page) -> None:
    page.evaluate("document.querySelector('button.show').focus()")
    page.press("Enter")
    assert page.evaluate(ACTIVE) == "card-title"
    assert page.evaluate("document.querySelectorAll('#map path.camera.chosen').length") == 1
    assert page.evaluate("document.querySelector('#map path.region.chosen').getBBox().width") > 10
    page.press("Escape")
    assert page.evaluate(ACTIVE) == "show"


def test_switches_follow_the_arrow_keys(page: Page) -> None:
    page.evaluate("document.querySelector('input[name=level]:checked').focus()")
    before = page.evaluate(STREETS)
    page.press("ArrowRight")
    assert page.evaluate("document.querySelector('input[name=level]:checked').value") == "detection"
    assert page.evaluate(STREETS) != before
    assert "detection" in page.evaluate("document.getElementById('reading').innerText")


def test_the_map_moves_and_zooms_by_keyboard(page: Page) -> None:
    page.evaluate("document.getElementById('map').focus()")
    scale = "document.querySelector('.leaflet-control-scale-line').innerText"
    before = page.evaluate(scale)
    for _press in range(3):
        page.press("+")
    page.evaluate("new Promise(done => setTimeout(done, 800))")
    for _look in range(50):
        page.picture()
        if page.evaluate(scale) != before:
            break
    assert page.evaluate(scale) != before


def test_controls_have_names(page: Page) -> None:
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, select, a')].filter(e => !(e.innerText"
        " || e.getAttribute('aria-label') || e.title || (e.labels && e.labels.length))).length"
    )
    assert nameless == 0


# wide, narrow, on paper


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_nothing_sticks_out_at_the_side(
    browser: Page, reports: dict[str, Path], width: int, language: str
) -> None:
    browser.media("")
    browser.open(reports[language], width=width, height=844)
    browser.evaluate("document.getElementById('camera-next').click()")
    browser.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.complaints == []


def test_paper_shows_the_drawing_and_no_buttons(page: Page) -> None:
    choose(page, "level", "detection")
    page.media("print")
    display = "getComputedStyle(document.querySelector('{}')).display"
    assert page.evaluate(display.format(".drawing")) == "block"
    for hidden in ("#map", "#controls", "#stepper", "#layers", "#card"):
        assert page.evaluate(display.format(hidden)) == "none", hidden
    assert "detection" in page.evaluate("document.getElementById('drawn').innerText")
    paper = page.paper()
    assert paper.startswith(b"%PDF")
    page.media("")


# languages


def test_the_page_says_its_language_and_direction(browser: Page, reports: dict[str, Path]) -> None:
    for language, direction in (("en", "ltr"), ("fr", "ltr"), ("ar", "rtl")):
        browser.open(reports[language])
        assert browser.evaluate("document.documentElement.lang") == language
        assert browser.evaluate("document.documentElement.dir") == direction


def test_a_french_page_is_french_all_over(browser: Page, reports: dict[str, Path]) -> None:
    """No sentence of the English page stands in the French one, but what the input says."""
    texts = (
        "[...document.querySelectorAll('h1, h2, h3, legend, caption, figcaption, th[scope=col],"
        " main p, main li, main label, button, summary, footer p:not(.licence)')]"
        ".map(e => e.textContent.trim()).filter(t => t.length > 12)"
    )
    browser.open(reports["en"])
    english = set(browser.evaluate(texts))
    browser.open(reports["fr"])
    french = browser.evaluate(texts)
    assert len(french) > 100
    # names of files and columns, the sample's own warning, the command
    same = {text for text in french if text in english and " " in text}
    assert all(text.startswith(("A sample, made up", "sample.osm")) for text in same), same
    assert re.search(r"6,6\s%", browser.evaluate("document.body.innerText"))
    choose(browser, "level", "recognition")
    assert "reconnaissance" in browser.evaluate("document.getElementById('reading').innerText")


def test_every_reference_in_the_page_leads_somewhere(page: Page) -> None:
    missing = page.evaluate(
        "[...document.querySelectorAll('[aria-labelledby],[aria-describedby],[href^=\"#\"],[for]')]"
        ".flatMap(e => ['aria-labelledby','aria-describedby','href','for']"
        ".map(a => (e.getAttribute(a) || '').replace('#', ''))).filter(id => id"
        " && !id.startsWith('http') && !id.startsWith('data:') && id !== 'card-title'"
        " && !document.getElementById(id))"
    )
    assert missing == []


def test_the_page_says_that_a_sample_is_one(page: Page) -> None:
    assert "no figure in it was measured" in page.evaluate("document.body.innerText")
