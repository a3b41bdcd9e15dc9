"""How much street is in view of all cameras, those that nobody found as well."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from contrechamp.measure.survey.asked import Asked
from contrechamp.measure.survey.in_view import NO_BUILDINGS, NONE_FOUND, NOT_WALKED, InView
from contrechamp.measure.survey.run import completeness
from contrechamp.scene.tables import TRACK_COLUMNS, InputFile
from measure.small_scenes import buildings, cameras, scene, streets, table

RANGE_M = 20.0
#: So far away that it hides nothing.
SHED = buildings((shapely.box(9000, 9000, 9010, 9010), 3.0))


def walks(*lines):
    rows = [{"id": f"walk#{i}"} for i in range(len(lines))]
    return table(TRACK_COLUMNS, rows, [shapely.LineString(line) for line in lines])


def dome(x, y, **more):
    """A camera of which everything is known that a view hangs on."""
    known = {"kind": "dome", "height_m": 4.0, "range_m": RANGE_M, "hfov_deg": 360.0}
    return {
        "x": x,
        "y": y,
        **known,
        "vfov_deg": 180.0,
        "width_px": 4000.0,
        "tilt_deg": 45.0,
        **more,
    }


def in_view(**tables):
    asked = Asked(draws=200, whole=True, levels="62.5")
    return completeness(scene(**{"buildings": SHED, **tables}), asked).in_view


def test_it_is_told_why_it_cannot_be_told() -> None:
    east = streets([(0, 0), (400, 0)])
    walked = walks([(0, 0), (400, 0)])
    one = cameras(dome(50, 4))
    assert in_view(streets=east, cameras=one) == NOT_WALKED
    assert in_view(streets=east, tracks=walked) == NONE_FOUND
    assert in_view(streets=east, tracks=walked, cameras=one, buildings=buildings()) == NO_BUILDINGS
    asked = Asked(draws=200, whole=True)
    told = completeness(scene(streets=east, tracks=walked, cameras=one, buildings=SHED), asked)
    assert told.in_view is None


def test_what_was_found_is_measured_as_it_stands() -> None:
    found = in_view(
        streets=streets([(0, 0), (400, 0)]),
        tracks=walks([(0, 0), (400, 0)]),
        cameras=cameras(dome(100, 4), dome(200, 4)),
    )
    assert isinstance(found, InView)
    chord_m = 2.0 * np.sqrt(RANGE_M**2 - 4.0**2)
    assert found.found_m[:, 0] == pytest.approx(2.0 * chord_m, abs=0.01)
    # All streets were looked over, and one list tells nothing of what was missed.
    assert found.all_m == pytest.approx(found.found_m)
    assert not found.with_missed
    # All that a view hangs on is mapped: nothing is assumed.
    assert found.found_spans == (None, None)


def test_what_is_assumed_of_a_camera_stands_beside_the_figure() -> None:
    found = in_view(
        streets=streets([(0, 0), (400, 0)]),
        tracks=walks([(0, 0), (400, 0)]),
        cameras=cameras({"x": 100.0, "y": 4.0}, {"x": 200.0, "y": 4.0, "kind": "fixed"}),
    )
    assert isinstance(found, InView)
    for drawn, spans in ((found.found_m, found.found_spans), (found.all_m, found.all_spans)):
        span = spans[0]
        assert span is not None
        assert span.assumed == ("kind", "range_m", "tilt_deg")
        assert span.low < float(np.median(drawn[:, 0])) < span.high <= 400.0


def test_cameras_that_nobody_found_only_add_and_as_many_as_there_are() -> None:
    first = [dome(40.0 * i, 4, source=f"a.csv: {i}") for i in range(10)]
    second = [dome(40.0 * i + 1, 4, source=f"b.csv: {i}") for i in range(5)]
    of = scene(
        streets=streets([(0, 0), (400, 0)], [(0, 600), (3000, 600)]),
        tracks=walks([(0, 0), (400, 0)]),
        cameras=cameras(*first, *second),
        buildings=SHED,
    )
    files = tuple(InputFile(name, "0" * 64, 1, "CSV") for name in ("a.csv", "b.csv"))
    asked = Asked(draws=300, whole=True, levels="62.5")
    told = completeness(replace(of, inputs=files), asked)
    assert isinstance(told.in_view, InView)
    assert told.everywhere is not None
    assert told.in_view.with_missed
    more_m = told.in_view.all_m - told.in_view.found_m
    assert more_m.min() >= -1e-6
    assert more_m[:, 0].mean() > 100.0
    # Where more cameras are to be made up, more is in view.
    n = told.everywhere.elsewhere[: len(more_m)]
    few, many = (more_m[n < np.quantile(n, 0.3), 0], more_m[n > np.quantile(n, 0.7), 0])
    assert np.median(many) > 1.5 * np.median(few)


def test_they_stand_beside_streets_of_the_survey_as_those_found_do() -> None:
    """Each found camera looks along its street to the east, 3 m to the left of it."""
    known = {"kind": "fixed", "heading_deg": 90.0, "hfov_deg": 60.0, "tilt_deg": 10.0}
    rest = {"height_m": 4.0, "vfov_deg": 60.0, "width_px": 4000.0, "range_m": 30.0}
    rows = [{"x": 40.0 * i + 5, "y": 3.0, **known, **rest} for i in range(10)]
    found = in_view(
        streets=streets([(0, 0), (400, 0)], [(600, 0), (600, 400)]),
        tracks=walks([(0, 0), (400, 0)]),
        cameras=cameras(*rows),
    )
    assert isinstance(found, InView)
    # Turned with the street to the north, each sees as much of it as each of those found.
    alone_m = found.found_m[0, 0] / 10.0
    more_m = found.all_m[:, 0] - found.found_m[:, 0]
    assert np.quantile(more_m, 0.9) > 3.0 * alone_m
    assert more_m.max() <= 400.0 + 1e-6


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Forty worlds: 30 streets of 400 m, half of them walked, cameras in clusters; by discs."""
    rng = np.random.default_rng(5)
    lines = [[(0, 100 * i), (400, 100 * i)] for i in range(30)]
    grid, held, worlds = streets(*lines), 0, 40
    for world in range(worlds):
        per_street = rng.poisson(rng.gamma(2.0, 1.0, 30))
        rows = [
            dome(float(x), 100.0 * i + 4.0)
            for i, n in enumerate(per_street)
            for x in rng.uniform(0, 400, n)
        ]
        walked = rng.permutation(30)[:15]
        seen = [row for row in rows if int(row["y"] // 100) in walked]
        discs = shapely.union_all([shapely.Point(r["x"], r["y"]).buffer(RANGE_M, 64) for r in rows])
        truth_m = sum(shapely.LineString(line).intersection(discs).length for line in lines)
        told = completeness(
            scene(
                streets=grid,
                tracks=walks(*(lines[i] for i in walked)),
                cameras=cameras(*seen),
                buildings=SHED,
            ),
            Asked(draws=200, seed=world, whole=True, levels="62.5"),
        )
        assert isinstance(told.in_view, InView)
        low, high = np.quantile(told.in_view.all_m[:, 0], (0.05, 0.95))
        held += bool(low <= truth_m <= high)
    assert 0.78 <= held / worlds <= 1.0
