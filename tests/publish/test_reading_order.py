"""Intervals read in the right order in every language, on the page and on paper.

200 of them are drawn in each, and read back from where each digit lies: in Chromium by the boxes of
its characters, on paper by MuPDF. Nothing here knows how directions are worked out: from left to
right, the numbers of a line have to be those of the text in its order, or in the opposite one where
the language is written so, and the digits of each always run from left to right.
"""

import json
import random
import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

import pymupdf
import pytest

from contrechamp.base.i18n import direction_of, speaking
from contrechamp.base.written import isolated
from contrechamp.measure.results import Estimate, Figure
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.report import html, pdf
from contrechamp.publish.report.document import (
    Block,
    Document,
    Drawn,
    Link,
    Listing,
    Number,
    Paragraph,
    Phrase,
    Section,
    Words,
)
from contrechamp.publish.report.drawing.shapes import Drawing, Label
from contrechamp.publish.report.figure_texts import written
from publish.browser import chromium

MANY = 200
#: A number as it is printed: digits, with points, commas and spaces between them.
NUMBER = re.compile(r"\d(?:[\d.,\u202f\u00a0]*\d)?")
LANGUAGES = ["en", "fr", "ar", "he"]


def figures() -> Iterator[Figure]:
    """Yield made-up figures of every unit and size, the same in each run."""
    made = random.Random(20261201)
    for number in range(MANY):
        unit = ("m", "m2", "share", "cameras")[number % 4]
        middle = made.uniform(0.05, 0.9) if unit == "share" else 10 ** made.uniform(0.5, 5)
        low, high = middle * made.uniform(0.4, 0.9), middle * made.uniform(1.1, 1.9)
        if unit == "share":
            high = min(high, 0.99)
        estimate = Estimate(middle, low, high, middle, 0.001, True, 1000)
        yield Figure("streets.seen_m", "visible", "all", unit, estimate, 0.5)


def texts(language: str) -> list[str]:
    with speaking(language):
        return [isolated(written(one, Numbers(language))) for one in figures()]


def document(language: str) -> Document:
    entries = tuple(
        (
            f"n-{number}",
            (Paragraph((Phrase((Number(text, f"n-{number}"),)),)),),
        )
        for number, text in enumerate(texts(language))
    )
    section = Section("all", (Words("SAMPLE"),), (Listing(entries),))
    return Document(language, Words("SAMPLE"), (), date(2026, 12, 1), (section,))


def expected(text: str, language: str) -> list[str]:
    """Return the numbers of a text from left to right."""
    found = [re.sub(r"[\u202f\u00a0]", "", one) for one in NUMBER.findall(text)]
    assert len(found) >= 3
    return found if direction_of(language) == "ltr" else found[::-1]


def from_left(characters: list[tuple[float, float, str]]) -> list[str]:
    """Return the numbers that characters make, each with its left and right edge, from the left."""
    found: list[str] = []
    last = -1e9
    for left, right, letter in sorted(characters):
        if left - last > 0.35 * (right - left) + 1 or not found:  # more than a thin space apart
            found.append("")
        found[-1] += letter
        last = right
    return [one.strip(".,") for one in found if one.strip(".,")]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_intervals_of_a_page_read_in_their_order(tmp_path: Path, language: str) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(html.page(document(language), {}))
    script = """JSON.stringify([...document.querySelectorAll('li a.number')].map(a => {
      const walk = document.createTreeWalker(a, NodeFilter.SHOW_TEXT), found = [];
      for (let node; node = walk.nextNode();)
        for (let i = 0; i < node.length; i++) {
          if (!/[0-9.,]/.test(node.data[i])) continue;
          const range = document.createRange();
          range.setStart(node, i); range.setEnd(node, i + 1);
          const box = range.getBoundingClientRect();
          found.push([box.left, box.right, node.data[i], Math.round(box.top)]);
        }
      return found;
    }))"""
    with chromium(tmp_path / "profile") as page:
        page.open(file, width=1600, height=900)
        shown = json.loads(page.evaluate(script))
    wrong = []
    for text, characters in zip(texts(language), shown, strict=True):
        assert len({top for *_place, top in characters}) == 1, "each stands on one line"
        placed = [(left, right, letter) for left, right, letter, _top in characters]
        if from_left(placed) != expected(text, language):
            wrong.append((text, from_left(placed)))
    assert wrong == []


def lines_of(paper: bytes) -> list[list[tuple[float, float, str]]]:
    """Return the digits of each line of a paper, with their edges."""
    lines = []
    for page in pymupdf.open(stream=paper, filetype="pdf"):
        letters = [
            (round(one["origin"][1]), one["bbox"][0], one["bbox"][2], one["c"])
            for block in page.get_text("rawdict", flags=0)["blocks"]
            for line in block["lines"]
            for span in line["spans"]
            for one in span["chars"]
            if one["c"] in "0123456789.,"
        ]
        for _height, those in groupby(sorted(letters), key=lambda one: one[0]):
            lines.append([(left, right, letter) for _y, left, right, letter in those])
    return lines


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_intervals_of_a_paper_read_in_their_order(language: str) -> None:
    read = map(from_left, lines_of(pdf.paper(document(language))))
    shown = [one for one in read if len(one) >= 3]
    wanted = [expected(text, language) for text in texts(language)]
    assert len(shown) == MANY
    assert [pair for pair in zip(shown, wanted, strict=True) if pair[0] != pair[1]] == []


def of_blocks(language: str, *blocks: Block) -> bytes:
    section = Section("all", (Words("SAMPLE"),), blocks)
    told = Document(language, Words("SAMPLE"), (), date(2026, 12, 1), (section,))
    return pdf.paper(told)


def test_a_number_that_is_not_kept_apart_would_be_noticed() -> None:
    """The reader of these tests sees what becomes of a bare interval in Hebrew."""
    paper = of_blocks("he", Paragraph((Words("בין 33.0–52.7 % מהרחוב"),)))
    assert ["52.7", "33.0"] in map(from_left, lines_of(paper))


@pytest.mark.parametrize("language", ["ar", "he"])
def test_what_typst_is_known_to_turn_about_is_in_order_here(language: str) -> None:
    """Its issues 3108 (notes behind a number, or behind words that run the other way), 5775
    (references), 6196 (figures side by side) and 8500 (numbers of headings).

    References in a line, and in parts with dots, have numbers that we give: none is counted by it.
    """
    notes = tuple((f"evidence-{number}", (Paragraph((Words("SAMPLE"),)),)) for number in (1, 2, 3))
    drawing = Drawing(20, (Label(10, 15, "7.8"),))
    paper = of_blocks(
        language,
        Paragraph(
            (Link("evidence-1", "[1]"), Link("evidence-2", "[2]"), Link("evidence-3", "[3]"))
        ),
        Paragraph(
            (
                Words({"ar": "عدد مثل 123", "he": "מספר כמו 123"}[language]),
                Link("evidence-1", "[1]"),
            )
        ),
        Paragraph((Words("SAMPLE 456", language="en"), Link("evidence-2", "[2]"))),
        Paragraph((Words("SAMPLE 789", own=False), Link("evidence-3", "[3]"))),
        Paragraph((Words("4.5.6", own=False), Words("SAMPLE"), Words("9.1", own=False))),
        Drawn("first", drawing, "SAMPLE", (Words("SAMPLE 77", own=False),)),
        Drawn("second", drawing, "SAMPLE", (Words("SAMPLE 88", own=False),)),
        Listing(notes, numbered=True),
    )
    lines = list(map(from_left, lines_of(paper)))
    assert ["3", "2", "1"] in lines
    for note, number in (("1", "123"), ("2", "456"), ("3", "789")):
        assert [note, number] in lines  # behind it, which is left of it
    assert ["9.1", "4.5.6"] in lines
    assert lines.index(["77"]) < lines.index(["88"])
    assert lines[lines.index(["88"]) + 1 :][:3] == [["1"], ["2"], ["3"]]
