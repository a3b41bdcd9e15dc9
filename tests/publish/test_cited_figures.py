"""Figures in texts: by name, with their interval, as the run gave them, or not published."""

import re
from pathlib import Path
from typing import Any

import pytest

from contrechamp.base import i18n
from contrechamp.base.errors import InputError
from contrechamp.dossier.permission.gates import ask
from contrechamp.dossier.permission.standing import Standings
from contrechamp.dossier.reading.short_names import ShortNames
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.field_types import Evidence
from contrechamp.dossier.records.measurements import NamedFigure
from contrechamp.publish.report.building import build
from contrechamp.publish.report.document import Drawn
from contrechamp.publish.report.drawing.shapes import Dot
from contrechamp.publish.report.drawing.shapes import Path as Line
from contrechamp.publish.report.showing import Showing
from dossier.samples import DAY, Desk, desk, finding, publication, released, text
from publish.measured import figures, figures_item, measurement
from publish.test_publishing import against, plain, published

CLAIM = text("SAMPLE: {{ figure:seen }} of street lie in view, no more.")


def shown(at: Desk, tmp_path: Path, *cites: str, **more: Any) -> str:
    ref = at.put(publication(*cites))
    released(at, ref)
    published(at, ref, tmp_path / "out", **more)
    return plain(tmp_path / "out").replace("\N{NO-BREAK SPACE}", " ")


def test_a_figure_stands_in_the_text_with_its_interval_and_leads_to_what_it_rests_on(
    tmp_path: Path,
) -> None:
    file = figures_item(tmp_path)
    with desk(tmp_path) as at:
        run = at.put(measurement(file, on="2026-04-01"))
        cited = at.put(finding(f"{run}#seen", claim=CLAIM))
        told = shown(at, tmp_path, cited, run, languages=("en", "fr"))
    page = (tmp_path / "out/report-en.html").read_text(encoding="utf-8")
    assert re.search(r'SAMPLE: <a class="number" href="#figure-1"><bdi>800\W?m', page)
    # By hand: 780 m, of which half the interval of 156 m keeps one digit.
    assert "800 m (600 m to 900 m in 90 % of the draws)" in told
    assert "800 m (parmi les tirages, 90 % ont donné 600 m à 900 m)" in told
    assert 'href="#figure-1">figure 1</a>' in page
    for part in ("Seed", "1,000", "ab" * 32, "contrechamp 0", "focal length", "1 April 2026",
                 "21 % of what it needs to know is mapped"):  # fmt: skip
        assert part in told
    assert "sample.osm" not in told  # a file's name is nobody's business


@pytest.mark.parametrize(
    ("claim", "line"),
    [
        ("SAMPLE {{ figure:none }}", "{{ figure:none }} is the figure of no measurement"),
        ("SAMPLE {{figure:seen}} {{ x }}", "still to be written: {{ x }}"),
        ("SAMPLE {{ figure:Seen }}", "still to be written: {{ figure:Seen }}"),
    ],
)
def test_a_reference_that_leads_nowhere_is_not_published(
    tmp_path: Path, claim: str, line: str
) -> None:
    file = figures_item(tmp_path)
    with desk(tmp_path) as at:
        run = at.put(measurement(file))
        ref = at.put(publication(at.put(finding(f"{run}#seen", claim=text(claim))), run))
        released(at, ref)
        assert line in against(at, ref, tmp_path / "out")


def test_a_measurement_that_is_not_shown_lends_no_figures(tmp_path: Path) -> None:
    file = figures_item(tmp_path)
    with desk(tmp_path) as at:
        run = at.put(measurement(file))
        ref = at.put(publication(at.put(finding(f"{run}#seen", claim=CLAIM))))
        released(at, ref)
        assert "let the publication cite that" in against(at, ref, tmp_path / "out")


def test_two_figures_of_one_name_are_told_apart_by_their_measurement(tmp_path: Path) -> None:
    file = figures_item(tmp_path)
    with desk(tmp_path) as at:
        first, second = at.put(measurement(file)), at.put(measurement(file))
        cited = at.put(finding(f"{first}#seen", claim=CLAIM))
        ref = at.put(publication(cited, first, second))
        released(at, ref)
        assert "may be a figure of several" in against(at, ref, tmp_path / "out")
        claim = text(f"SAMPLE: {{{{ figure:{second}#seen }}}} of street.")
        at.put(finding(f"{first}#seen", claim=claim), cited)
        released(at, ref)
        published(at, ref, tmp_path / "out")
    page = (tmp_path / "out/report-en.html").read_text(encoding="utf-8")
    assert 'class="number" href="#figure-3"' in page


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ({"schema": "contrechamp/figures-1"}, "not the figures.json of a measurement"),
        (["SAMPLE"], "not the figures.json of a measurement"),
        ({**figures(), "schema": "other/figures-1"}, "not the figures.json of a measurement"),
        ({**figures(), "figures": []}, "the file has no figure streets.seen_m at visible for all"),
    ],
    ids=["empty", "list", "other", "without"],
)
def test_a_file_without_the_figure_is_told_and_nothing_is_published(
    tmp_path: Path, content: Any, line: str
) -> None:
    file = figures_item(tmp_path, content)
    with desk(tmp_path) as at:
        run = at.put(measurement(file))
        ref = at.put(publication(run))
        released(at, ref)
        told = against(at, ref, tmp_path / "out")
        name = ShortNames(at.case).of(run)
        published(at, ref, tmp_path / "draft", draft=True)
    assert line in told
    assert name in told


def test_a_measurement_changed_after_its_review_falls_back(tmp_path: Path) -> None:
    """It is a conclusion as a finding is: a second person has to agree to this version."""
    file = figures_item(tmp_path)
    with desk(tmp_path) as at:
        run = at.put(measurement(file))
        ref = at.put(publication(run))
        unmet = ask(Standings(View(at.case), DAY), ref)
    assert ("review", run) in [(one.gate, one.of) for one in unmet]


def test_a_figure_that_is_cited_stays(tmp_path: Path) -> None:
    file = figures_item(tmp_path)
    with desk(tmp_path) as at:
        run = at.put(measurement(file))
        at.put(finding(evidence=(Evidence(ref=f"{run}#seen"),)))
        other = NamedFigure(key="other", measures="streets.seen_m")
        with pytest.raises(InputError, match="seen is cited by"):
            at.put(measurement(file, figures=(other,)), run)
        with pytest.raises(InputError, match="no part none"):
            at.put(finding(f"{run}#none"))


def test_what_people_said_is_left_as_they_said_it_and_a_plot_shows_what_its_words_say(
    tmp_path: Path,
) -> None:
    file = figures_item(tmp_path)
    with desk(tmp_path) as at:
        run = at.put(measurement(file))
        ref = at.put(publication(run))
        record = View(at.case).record(ref.removeprefix("record/"))
        showing = Showing(Standings(View(at.case), DAY), ref, record)  # type: ignore[arg-type]
        document = build(showing, "en")
        i18n.activate("en")
    (section,) = (one for one in document.sections if one.anchor == "figures")
    plots = [one for one in section.blocks if isinstance(one, Drawn)]
    assert len(plots) == 2  # metres and shares have no common axis
    assert "800" in plots[0].alternative
    assert "600" in plots[0].alternative
    # From the drawing itself: 0 lies at 14 units, and the axis ends at 1,000 m, at 466.
    whisker, *_ends = (one for one in plots[0].drawing.shapes
                       if isinstance(one, Line) and one.line == "interval")  # fmt: skip
    (left, _y), (right, _same) = whisker.points
    (dot,) = (one for one in plots[0].drawing.shapes if isinstance(one, Dot))
    metres = [(x - 14) / (466 - 14) * 1000 for x in (dot.x, left, right)]
    for measured, wanted in zip(metres, (780.0, 624.0, 936.0), strict=True):
        assert abs(measured - wanted) < 1000 / 452  # a unit of the drawing
