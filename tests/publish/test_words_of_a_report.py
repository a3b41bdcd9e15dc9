"""Every sentence of report and terminal, for none, one, two and many of everything, by rules.

No "of 1 walks", no "0 %" of what is something, no interval from a number to itself, no claim on
draws where there was one, no field that nobody filled in, no 2026-05-01: in every language of one.
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from contrechamp.base import i18n
from contrechamp.publish.files import ReportFolder
from contrechamp.publish.measuring import Published, steps
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.page import index_html
from contrechamp.publish.summary import first_figure
from publish.worlds import World, worlds

COMMAND = ("contrechamp", "measure", "sample.osm", "-o", "out")
WORLDS = list(worlds())
#: Elements whose text is a text of its own.
BLOCKS = {
    *("p", "li", "td", "th", "h1", "h2", "h3", "caption", "figcaption", "summary", "label"),
    *("legend", "span", "strong", "button", "option", "text", "title"),
}
SPACES = "[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE} ]"
TO = {"en": "to", "fr": "à", "ar": "to", "he": "to"}
IN_DRAWS = {
    "en": "in 90 % of the draws",
    "fr": "(parmi les tirages, 90\N{NO-BREAK SPACE}% ont donné",
}


class Texts(HTMLParser):
    """Gathers the texts of a page, element by element, its labels, and those of its map."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = [""]
        self._skipped = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.found += [given[name] or "" for name in ("aria-label", "title") if given.get(name)]
        if tag in ("script", "style", "pre"):
            self._skipped = given.get("id") or tag
        if tag in BLOCKS:
            self.found.append("")
        if tag == "text" or given.get("class") == "licence":  # ticks, and what is not ours
            self._skipped = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "pre", "text", "p"):
            self._skipped = ""
        if tag in BLOCKS:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if self._skipped == "map-data":
            self.found += [*_strings(json.loads(data)), ""]
        elif not self._skipped:
            self.found[-1] += data


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            # What the script of the page fills in later.
            yield from () if name == "words" else _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, str):
        yield value


def world_of(name: str) -> World:
    return next(world for world in WORLDS if world.name == name)


def of_the_page(world: World, language: str) -> list[str]:
    """Return all texts that a reader of the report meets."""
    page = Texts()
    with i18n.speaking(language):
        html = index_html(world.measurement, world.scene, command=COMMAND, language=language)
    page.feed(html.decode())
    return [text.strip() for text in page.found if text.strip()]


def of_the_terminal(world: World, language: str) -> list[str]:
    """Return what the command prints of it."""
    found, town = world.measurement, world.scene
    with i18n.speaking(language):
        seconds = dict.fromkeys(steps().values(), 1.25)
        done = Published(town, found, ReportFolder(Path("out"), ()), seconds)
        told = done.sentences()
        if "draws_in_all" in found.methods:
            told += done.how_fast()
        seen = [one for one in found.figures if one.key == "streets.seen_m"]
        if seen and len(town.cameras):
            told.append(first_figure(seen[0], len(town.cameras), Numbers(language)))
    return told


def oddities(text: str, world: World, language: str) -> Iterator[str]:
    """Yield what is odd about a text."""
    alone = rf"(?<![\d.,-])(?<!\d{SPACES})"
    rules = {
        "not filled in": r"[{}]|\bnan\b|\bNone\b(?! of)|\binf\b",
        "punctuation": r"\(\)|\( | \)|  |(?<!\.)\.\.(?!\.)|,,| \.(?!\w)| ,",
        "one of many": rf"{alone}1{SPACES}(?!bis\b)[a-zé]{{2,}}[sx]\b",
        "date for machines": r"\b\d{4}-\d{2}(?:-\d{2})?\b",
        "from itself to itself": rf"{alone}([\d.,]+{SPACES}?[^\s\d]*) {TO[language]} \1(?!\w)",
    }
    nothing = rf"{alone}0(?:[.,]0+)?{SPACES}?(?:%|m²?|km|ha)(?!\w)"
    if not world.zeros:
        rules["something is nothing"] = nothing
    last_of_the_legend = re.match(r"80 (?:to|à|עד) |من 80 إلى ", text)
    if not world.whole and not last_of_the_legend:
        rules["a part is all"] = rf"{alone}100(?:[.,]0+)?{SPACES}?%"
    if world.agree:
        rules["draws that agree"] = re.escape(IN_DRAWS.get(language, IN_DRAWS["en"]))
    for name, rule in rules.items():
        if re.search(rule, text):
            yield f"{name}: {text!r} ({world.name})"


@pytest.mark.parametrize("language", ["en", "fr", "ar", "he"])
def test_the_terminal_says_nothing_odd(language: str) -> None:
    texts = [(text, world) for world in WORLDS for text in of_the_terminal(world, language)]
    assert len(texts) > 500
    assert [odd for text, world in texts for odd in oddities(text, world, language)] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr", "ar", "he"])
def test_the_report_says_nothing_odd(language: str) -> None:
    found = []
    for world in WORLDS:
        texts = of_the_page(world, language)
        assert len(texts) > 100
        found += [odd for text in texts for odd in oddities(text, world, language)]
    assert found == []


@pytest.fixture
def six_forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A catalogue in which each plural says which form of Arabic's six it is."""
    with (i18n.LOCALE_DIR / "contrechamp.pot").open("rb") as file:
        template = read_po(file)
    catalogue = Catalog(locale="ar")
    assert catalogue.num_plurals == 6
    for message in template:
        if message.id and message.pluralizable:
            catalogue.add(message.id, tuple(f"<{form}> {message.id[1]}" for form in range(6)))
    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "contrechamp.mo").open("wb") as out:
        write_mo(out, catalogue)
    monkeypatch.setattr(i18n, "LOCALE_DIR", tmp_path)
    yield
    i18n.activate("en")


@pytest.mark.usefixtures("six_forms")
@pytest.mark.parametrize(("n", "n_walks", "form"), [(1, 1, 1), (2, 2, 2), (6, 8, 3)])
def test_a_language_of_six_plurals_gets_the_count_of_each_sentence(
    n: int, n_walks: int, form: int
) -> None:
    cameras, walks = world_of(f"{n} cameras"), world_of(f"{n_walks} walks, one draw, all")
    assert of_the_terminal(cameras, "ar")[0].startswith(f"<{form}> ")
    told = [text for text in of_the_terminal(walks, "ar") if "walks from homes" in text]
    assert [text[:4] for text in told] == [f"<{form}> "]


def test_a_span_leads_the_first_sentence_and_stands_beside_each_figure() -> None:
    world = world_of("span wide, of 2")
    first = of_the_terminal(world, "en")[0].split(". ")[0]
    assert "; 500 m to 1,100 m by what is assumed of kind of camera and range" in plain(first)
    page = [plain(text) for text in of_the_page(world, "en")]
    assert sum("500 m to 1,100 m by what is assumed" in text for text in page) >= 2  # and the map
    assert page.count("By what is assumed") >= 4  # columns of tables
    # The walks, whose tables have no column for it.
    assert "41 % (29 % to 57 %)\n25 % to 57 % by what is assumed" in page


def test_without_a_span_there_is_no_word_of_one() -> None:
    world = world_of("wide, usual")
    texts = [*of_the_terminal(world, "en"), *of_the_page(world, "en")]
    assert not [text for text in texts if re.search("by what is assumed", text, re.IGNORECASE)]


def test_a_span_within_the_interval_does_not_take_its_place() -> None:
    world = world_of("span within the interval, of 1")
    assert "(500 m to 1,100 m in 90 % of the draws)" in plain(of_the_terminal(world, "en")[0])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("held, 0 mapped", "Nothing further than 100 m from a camera is counted."),
        ("held, 2 mapped", "from a camera is counted, where its range is not mapped."),
        ("held, of one kind, 0 mapped", "Nothing further than 100 m"),
        ("mapped everywhere, 2 mapped", ""),
        ("drawn, 0 mapped", ""),
        ("from density, 0 mapped", ""),
        ("from density, 2 mapped", ""),
        ("no row, 2 mapped", ""),
    ],
)
def test_only_a_range_that_is_held_is_a_cut(name: str, said: str) -> None:
    world = world_of(f"range {name}")
    first = plain(of_the_terminal(world, "en")[0])
    assert said in first
    assert ("Nothing further" in first) == bool(said)


def test_a_range_by_density_is_told_as_one() -> None:
    first = plain(of_the_terminal(world_of("range from density, 0 mapped"), "en")[0])
    assert (
        "a view is taken to end where the picture has 25 px/m, and no further than 150 m" in first
    )


def test_the_first_figure_claims_no_interval() -> None:
    world = world_of("6 cameras")
    first = of_the_terminal(world, "en")[-1]
    assert plain(first).startswith("800 m of walkable street lies within view of at least one")
    assert "in 90 % of the draws" not in first


def plain(text: str) -> str:
    return re.sub(SPACES, " ", text)
