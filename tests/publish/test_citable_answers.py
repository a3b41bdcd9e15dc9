"""Figures of answering commands as publications cite them: whole or not at all, and in words."""

import ast
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base import i18n
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.measurements import NamedFigure
from contrechamp.measure.results import Span
from contrechamp.publish.citable import Citable, drawn, fitted, for_machines
from contrechamp.publish.groups import ALL, grouped, parts
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.report.building import build
from contrechamp.publish.report.document import Drawn
from contrechamp.publish.report.drawing.shapes import Dot, Label
from contrechamp.publish.report.figure_texts import written
from contrechamp.publish.report.group_words import group_in_words
from contrechamp.publish.report.measured_file import measured_file
from contrechamp.publish.report.showing import Showing
from contrechamp.wording.assumptions import assumption_text
from contrechamp.wording.figures import figure_label
from dossier.samples import DAY, desk, publication
from publish.measured import figures_item, measurement

SOURCES = Path(i18n.__file__).parents[1] / "publish"
NAMES = st.text(min_size=1, max_size=12)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.activate("en")
    yield
    i18n.activate("en")


def test_a_figure_has_interval_and_span_or_is_none() -> None:
    values = np.arange(101.0)
    [one] = drawn("survey.cameras", values, "cameras", span=Span(40.0, 70.0, ("kind",)))
    assert (one.figure.estimate.median, one.figure.estimate.q05) == (50.0, 5.0)
    assert one.figure.span == Span(40.0, 70.0, ("kind",))
    assert list(drawn("survey.cameras", None, "cameras")) == []
    # Half of the draws and more have no value: it cannot be told.
    few = np.where(values < 51, np.nan, values)
    assert list(drawn("access.minutes", few, "min")) == []
    [most] = drawn("access.minutes", np.where(values < 50, np.nan, values), "min")
    assert most.figure.estimate.n_draws == 51
    # A ratio to nothing.
    assert list(drawn("disparity.ratio", np.where(values < 90, values, np.inf), "ratio")) == []
    endless = Span(1.0, math.inf, ("kind",))
    assert list(drawn("disparity.ratio", values, "ratio", span=endless)) == []
    assert list(fitted("disparity.covariate_ratio", (0.5, 1.0, math.inf), "ratio", group=ALL)) == []


def test_an_interval_of_a_regression_is_not_told_as_one_of_draws() -> None:
    [one] = fitted("disparity.covariate_ratio", (0.8, 1.1, 1.5), "ratio", group=ALL)
    assert "90 % confidence interval" in written(one.figure, Numbers("en")).replace("\xa0", " ")


@given(st.dictionaries(st.sampled_from(["service", "area", "permits", "side"]), NAMES, max_size=4))
def test_parts_of_a_group_are_read_as_they_were_written(given: dict[str, str]) -> None:
    group = grouped(**given)
    assert dict(parts(group)) == (given or {"": ALL})


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("service:school;permits:worker;hours:7-9", "to the nearest: school, with a permit: "),
        ("area:Old town;barrier:B-1", "area \u2068Old town\u2069, barrier \u2068B-1\u2069"),
        ("comparison:Where children live;side:rest", "all others"),
        ("dates:2025-05/2026", "May 2025"),
        ("near:100", "streets within"),
        ("kind:dome", "kind: dome"),
    ],
)  # fmt: skip
def test_a_group_is_told_in_words(group: str, words: str) -> None:
    told = group_in_words(group, Numbers("en"))
    plain = told.replace("\u2068", "").replace("\u2069", "")
    assert words.replace("\u2068", "").replace("\u2069", "") in plain
    assert ";" not in told


def test_a_file_is_read_as_it_was_written_and_a_figure_of_no_level_is_found_by_any() -> None:
    figures = [
        *drawn("survey.cameras", np.arange(9.0), "cameras", assumes=("streets-alike",)),
        *drawn("survey.seen_all_m", 12.0, "m", level="visible"),
    ]
    told = {
        "schema": "contrechamp/completeness-1", "software": {"version": "0"}, "inputs": [],
        "asked": {"draws": 9, "seed": 2}, "levels": [{"name": "visible", "ppm": 0.0}],
        "citable": for_machines(figures),
    }  # fmt: skip
    file = measured_file(told, "item")
    assert (file.command, file.draws, file.seed) == ("completeness", 9, 2)
    cameras = file.figure("survey.cameras", "visible", ALL)
    assert cameras is not None
    assert cameras.estimate.median == 4.0
    assert file.assumes["survey.cameras", "", ALL] == ("streets-alike",)
    assert file.figure("survey.seen_all_m", "recognition", ALL) is None


def _words_of(name: str) -> set[str]:
    """Return the texts of the modules that make figures, as far as they are codes."""
    return {
        node.value
        for path in SOURCES.rglob("citable.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and name in node.value
    }


def test_every_key_and_every_assumption_has_words() -> None:
    keys = {key for of in ("survey.", "access.", "change.") for key in _words_of(of)}
    keys = {key for key in keys if " " not in key and not key.endswith("_")}
    assert len(keys) > 15
    assert [key for key in keys if figure_label(key) == key] == []
    codes = {
        code for code in _words_of("-") if code.replace("-", "").isalpha() and " " not in code
    } - {"draw-by-draw"}
    assert len(codes) >= 14
    assert [code for code in codes if assumption_text(code) == code] == []


def test_of_nothing_no_figure_is_listed() -> None:
    none: list[Citable] = []
    assert for_machines(none) == []


def test_a_difference_is_drawn_around_nothing_and_told_with_what_it_takes_for_granted(
    tmp_path: Path,
) -> None:
    values = np.linspace(-120.0, 30.0, 101)
    told = {
        "schema": "contrechamp/change-1", "software": {"version": "0"}, "inputs": [],
        "asked": {"draws": 101, "seed": 1}, "levels": [{"name": "visible", "ppm": 0.0}],
        "citable": for_machines(drawn(
            "change.more_seen_m", values, "m", level="visible", group="dates:2025/2026",
            assumes=("map-not-place",),
        )),
    }  # fmt: skip
    file = figures_item(tmp_path, told, "change.json")
    named = NamedFigure(key="more", measures="change.more_seen_m", group="dates:2025/2026")
    with desk(tmp_path) as at:
        run = at.put(measurement(file, figures=(named,)))
        ref = at.put(publication(run))
        record = View(at.case).record(ref.removeprefix("record/"))
        showing = Showing(Standings(View(at.case), DAY), ref, record)  # type: ignore[arg-type]
        document = build(showing, "en")
        i18n.activate("en")
    (section,) = (one for one in document.sections if one.anchor == "figures")
    (plot,) = (one for one in section.blocks if isinstance(one, Drawn))
    ticks = {one.text: one.x for one in plot.drawing.shapes if isinstance(one, Label)}
    (dot,) = (one for one in plot.drawing.shapes if isinstance(one, Dot))
    plain = {text.replace("\N{NO-BREAK SPACE}", " "): x for text, x in ticks.items()}
    per_m = (plain["50 m"] - plain["0 m"]) / 50.0
    assert (dot.x - plain["0 m"]) / per_m == pytest.approx(-45.0, abs=1.0)
    assert "It is of the maps" in str(section.sections)


def test_ticks_of_a_short_axis_say_what_they_are() -> None:
    numbers = Numbers("en")
    assert [numbers.tick(value, 2.0, "ratio") for value in (0.5, 1.0, 1.5)] == ["0.5", "1", "1.5"]
    assert numbers.tick(0.25, 1.0, "min").startswith("0.25")
    assert numbers.tick(0.30000000000000004, 1.0, "cameras") == "0.3"
