"""What pages tell of the search for faces is what was measured, wherever it stands."""

import re
from pathlib import Path

import pytest

from contrechamp.redact.faces.known_recall import MEASURED, Recall, blind_below_px
from contrechamp.redact.faces.search import COVER_AT, REPORT_AT

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "covering-faces.md"


def rows() -> dict[str, list[str]]:
    """Return the rows of the page's table by size of face: first cell -> other cells."""
    found = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.match(r"\d+( and more|-\d+) px", cells[0]):
            found[cells[0]] = cells[1:]
    return found


@pytest.mark.parametrize("recall", MEASURED, ids=lambda recall: f"{recall.low_px:g}")
def test_the_page_tells_what_was_measured(recall: Recall) -> None:
    above = " and more" if recall.high_px is None else f"-{recall.high_px:g}"
    name = f"{recall.low_px:g}{above} px"
    faces, ours, theirs = rows()[name][:3]
    assert int(faces.replace(",", "")) == recall.faces > 50
    assert ours == f"{100 * recall.found:.1f} %"
    assert theirs == f"{100 * recall.found_by_deface:.1f} %"


def test_the_aims_are_reached() -> None:
    """Of 20 px and more, and of 15 to 20 px: at most half of the misses of deface."""
    for recall in MEASURED[:2]:
        assert 1 - recall.found <= (1 - recall.found_by_deface) / 2


def test_the_page_tells_the_thresholds() -> None:
    text = PAGE.read_text()
    assert f"What scores {COVER_AT:g} and more is covered" in text
    assert f"What scores {REPORT_AT:g} to {COVER_AT:g} is told" in text


def test_where_a_search_is_coarser_it_is_blind_for_larger_faces() -> None:
    assert blind_below_px(1.0) == 2 * blind_below_px(2.0)
