"""The whole measurement, on scenes small enough to work out by hand."""

import dataclasses
import math

import numpy as np
import pytest
import shapely

from contrechamp.base.errors import InputError, UsageError
from contrechamp.measure.run import measure
from contrechamp.sight.levels import parse_levels
from measure.small_scenes import (
    AREA_COLUMNS,
    TRACK_COLUMNS,
    buildings,
    cameras,
    places,
    scene,
    streets,
    table,
)

LEVELS = parse_levels("25,62.5,125")
#: Out of everybody's sight: without any building a measurement refuses to run.
SHED = (shapely.box(900, 900, 910, 910), 3.0)
KNOWN = {
    "kind": "dome",
    "mount": "pole",
    "height_m": 4.0,
    "heading_deg": 0.0,
    "tilt_deg": 15.0,
    "hfov_deg": 90.0,
    "vfov_deg": 60.0,
    "width_px": 1920.0,
    "range_m": 30.0,
}
#: Fixed, on a pole, and only its direction is not known.
TURNED = KNOWN | {"kind": "fixed", "heading_deg": math.nan, "tilt_deg": 40.0, "vfov_deg": 80.0}


def run(of, **options):
    return measure(of, **{"levels": LEVELS, "draws": 200, "most_homes": 0, **options})


def figure(measurement, key, level="visible", group="all"):
    (found,) = (
        one for one in measurement.figures if (one.key, one.level, one.group) == (key, level, group)
    )
    return found


def values(measurement, key, group="all"):
    return [
        one.estimate.median for one in measurement.figures if one.key == key and one.group == group
    ]


def open_street(*rows, **tables):
    """A straight street 10 m north of the origin."""
    return scene(
        cameras=cameras(*rows),
        buildings=buildings(SHED),
        streets=streets([(-100, 10), (100, 10)]),
        **tables,
    )


def chord(horizontal_m):
    return 2.0 * math.sqrt(max(horizontal_m**2 - 10.0**2, 0.0))


def test_a_camera_of_which_all_is_known() -> None:
    found = run(open_street(KNOWN), whole=True)
    # Density: d = W / (2 ppm tan(hfov / 2)) along the sight line, 2.4 m of which are height.
    horizontal = [30.0, 30.0] + [math.sqrt((1920 / (2 * ppm)) ** 2 - 2.4**2) for ppm in (62.5, 125)]
    expected = [chord(h) for h in horizontal]
    assert expected[3] == 0.0
    assert values(found, "streets.seen_m") == pytest.approx(expected, abs=1e-3)
    assert values(found, "streets.seen_share") == pytest.approx(
        [e / 200 for e in expected], abs=1e-5
    )
    one = figure(found, "streets.seen_m")
    assert (one.estimate.n_draws, one.estimate.q05, one.known_share) == (
        1,
        one.estimate.q95,
        1.0,
    )
    assert found.drivers == ()
    assert list(one.scenarios.values()) == pytest.approx([expected[0]] * 3, abs=1e-3)


def test_ground_in_view_is_a_disc() -> None:
    found = run(open_street(KNOWN))
    assert values(found, "area.seen_m2")[0] == pytest.approx(math.pi * 30.0**2, rel=0.02)
    disc = found.regions[found.regions["level"] == "visible"]
    assert disc["area_m2"].tolist() == pytest.approx([math.pi * 30.0**2], rel=1e-4)


def test_the_share_nearby_is_the_same_in_an_extract_of_any_size() -> None:
    """Of the street within 100 m; that of the whole halves, and is given on request only."""
    near = {}
    for half_m in (100, 1000):
        of = dataclasses.replace(
            open_street(KNOWN, KNOWN | {"x": 500.0, "indoor": True}),
            streets=streets([(-half_m, 10), (half_m, 10)]),
        )
        found = run(of, piece_m=1.0, whole=half_m == 1000)
        near[half_m] = values(found, "streets.seen_share", "near:100")
        # Pieces belong to where their middles lie: a metre of error at each end.
        expected = [m / chord(100.0) for m in values(found, "streets.seen_m")]
        assert near[half_m] == pytest.approx(expected, rel=2 / chord(100.0))
        assert found.methods["near_walkable_m"] == pytest.approx(chord(100.0), abs=2.0)
        whole = values(found, "streets.seen_share")
        assert whole == pytest.approx(
            [m / 2000 for m in values(found, "streets.seen_m")] if half_m == 1000 else []
        )
    assert near[100] == pytest.approx(near[1000])


def test_what_is_seen_far_away_is_no_part_of_the_share_nearby() -> None:
    found = run(open_street(KNOWN | {"range_m": 300.0}), piece_m=1.0, levels=LEVELS[:1])
    assert values(found, "streets.seen_m") == pytest.approx([200.0])
    assert values(found, "streets.seen_m", "near:100") == pytest.approx([chord(100.0)], abs=2.0)
    assert values(found, "streets.seen_share", "near:100") == [1.0]


def test_no_camera_outdoors_no_share_nearby() -> None:
    found = run(open_street(KNOWN | {"indoor": True}))
    assert values(found, "streets.seen_share", "near:100") == []


def test_an_unknown_direction_takes_every_direction_alike() -> None:
    angles = np.radians(np.arange(0, 361, 3))
    ring = [(20 * math.sin(a), 20 * math.cos(a)) for a in angles]
    of = scene(
        cameras=cameras(TURNED), buildings=buildings(SHED), streets=streets(ring[:61], ring[60:])
    )
    found = run(of, draws=1000)
    around = of.streets.length.sum()
    one = figure(found, "streets.seen_m").estimate
    # A quarter of the ring is in view wherever the camera looks.
    assert one.median == pytest.approx(around / 4, rel=2e-3)
    assert one.q95 - one.q05 < 0.01 * around
    # Each place in a quarter of the draws: 1,000 draws leave a standard error of 0.014.
    assert found.pieces["visible_mean"].between(0.25 - 0.06, 0.25 + 0.06).all()
    assert found.pieces["visible_mean"].mean() == pytest.approx(0.25, abs=2e-3)


def test_what_a_visit_would_bring() -> None:
    # Far apart, each sees one straight street or nothing: 40 m of it, and 20 m.
    of = scene(
        cameras=cameras(TURNED | {"id": "long"}, TURNED | {"id": "short", "x": 500.0}),
        buildings=buildings(SHED),
        streets=streets([(20, -10), (20, 10)], [(520, -5), (520, 5)]),
    )
    found = run(of, draws=1000)
    seen = [d for d in found.drivers if d.level == "visible"]
    assert [d.unknown for d in seen] == ["heading_deg"]
    assert seen[0].first_order == pytest.approx(1.0, abs=0.05)
    assert seen[0].total == pytest.approx(1.0, abs=0.15)
    table_ = found.cameras.set_index("id")
    assert table_["visit_rank"].to_dict() == {"long": 1, "short": 2}
    # Variances add, and go with the square of what is seen or not.
    shares = table_["visit_share_visible"]
    assert shares.sum() == pytest.approx(1.0, abs=0.1)
    assert shares["long"] > 2.5 * shares["short"]


def test_a_wide_market_sees_more_street_than_a_narrow_one() -> None:
    lens_unknown = KNOWN | {"hfov_deg": math.nan, "kind": "fixed", "heading_deg": math.nan}
    found = run(open_street(lens_unknown, lens_unknown | {"x": 60.0}))
    scenarios = figure(found, "streets.seen_m").scenarios
    assert scenarios["p10"] > scenarios["p50"] > scenarios["p90"] > 0.0
    tele = figure(found, "streets.seen_m", "125px_m").scenarios
    assert tele["p90"] > tele["p10"]
    assert {d.unknown for d in found.drivers} == {"heading_deg", "lens"}


def test_one_and_several_add_up() -> None:
    found = run(open_street(KNOWN, KNOWN | {"x": 20.0}))
    seen = values(found, "streets.seen_m")[0]
    one = values(found, "streets.seen_by_one_m")[0]
    several = values(found, "streets.seen_by_several_m")[0]
    assert one == pytest.approx(2 * 20.0, abs=1e-3)
    assert several == pytest.approx(chord(30.0) - 20.0, abs=1e-3)
    assert one + several == pytest.approx(seen, abs=1e-3)
    assert values(found, "streets.cameras_at_once")[0] == pytest.approx(
        (one + 2 * several) / seen, rel=1e-5
    )


def test_groups_of_operators_areas_and_walks() -> None:
    public = KNOWN | {"operator_class": "public"}
    of = open_street(
        public,
        KNOWN | {"x": 20.0},
        areas=table(AREA_COLUMNS, [{"id": "west"}], [shapely.box(-200, -50, 0, 50)]),
        tracks=table(
            TRACK_COLUMNS,
            [{"id": "walk", "source": "w.gpx"}],
            [shapely.LineString([(0, 10), (100, 10)])],
        ),
    )
    found = run(of, piece_m=5.0)
    half = chord(30.0) / 2
    assert values(found, "streets.seen_m", "operator:public")[0] == pytest.approx(
        2 * half, abs=1e-3
    )
    assert values(found, "streets.seen_m", "area:west")[0] == pytest.approx(half, abs=1e-3)
    assert values(found, "tracks.seen_m", "track:walk")[0] == pytest.approx(20 + half, abs=1e-3)
    assert values(found, "tracks.cameras")[0] == 2


def test_walks_to_school_and_the_way_around() -> None:
    # Two ways from home to school: through the view of the camera, and 60 m longer around it.
    of = scene(
        cameras=cameras(KNOWN | {"range_m": 12.0}),
        buildings=buildings(SHED),
        streets=streets([(-50, 0), (50, 0)], [(-50, 0), (-50, 30), (50, 30), (50, 0)]),
        homes=places(("home", -50, 0)),
        places=places(("school", 50, 0)),
    )
    found = run(of, most_homes=10)
    assert values(found, "trips.seen_m")[0] == pytest.approx(24.0, abs=1e-3)
    assert values(found, "trips.seen_share")[0] == pytest.approx(0.24, abs=1e-5)
    assert values(found, "trips.cameras")[0] == 1
    assert values(found, "trips.least_watched_seen_m")[0] == 0.0
    assert values(found, "trips.detour_m")[0] == pytest.approx(60.0, abs=1e-3)
    assert values(found, "trips.no_detour_share")[0] == 0.0
    assert found.trips is not None
    assert found.trips["length_m"].tolist() == pytest.approx([100.0])


def test_threads_and_runs_give_the_same_numbers() -> None:
    of = open_street(TURNED, TURNED | {"x": 30.0, "height_m": math.nan})
    first = run(of, threads=1)
    again = run(of, threads=2)
    assert [dataclasses.asdict(one) for one in first.figures] == [
        dataclasses.asdict(one) for one in again.figures
    ]
    assert first.drivers == again.drivers
    assert first.pieces.equals(again.pieces)
    other = run(of, seed=2)
    assert values(other, "streets.seen_m") != values(first, "streets.seen_m")


def test_one_more_camera_elsewhere_changes_no_other() -> None:
    public = TURNED | {"operator_class": "public"}
    alone = run(open_street(public))
    both = run(open_street(TURNED | {"id": "new", "x": 400.0}, public | {"id": "camera/0"}))
    assert figure(alone, "streets.seen_m", group="operator:public").estimate == (
        figure(both, "streets.seen_m", group="operator:public").estimate
    )


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"cameras": cameras()}, "no camera found"),
        ({"buildings": buildings()}, "no building found"),
        ({"streets": streets()}, "no walkable street found"),
    ],
)
def test_what_a_figure_needs(missing, said: str) -> None:
    of = dataclasses.replace(open_street(KNOWN), **missing)
    with pytest.raises(InputError, match=said):
        run(of)
    with pytest.raises(UsageError, match="draws"):
        run(open_street(KNOWN), draws=0)


def test_too_few_draws_are_said_to_be() -> None:
    found = run(open_street(TURNED), draws=50)
    assert any("need more draws than 50" in warning for warning in found.warnings)
    assert not figure(found, "streets.seen_m").estimate.enough_draws


def test_of_a_camera_drawn_inside_a_house_every_side_is_drawn_as_often_as_it_is_likely() -> None:
    """A dome 4 m behind the front and 12 m before the back of a long house between two streets.

    From the front, 10 m before a street, it has 2 sqrt(30^2 - 10.05^2) m of it in view; from the
    back, which is 60 m before the other street, nothing. The gables are too far to be meant.
    """
    house = shapely.box(-500, -16, 500, 0)
    of = scene(
        cameras=cameras(KNOWN | {"mount": "", "x": 0.0, "y": -4.0}),
        buildings=buildings((house, 9.0)),
        streets=streets([(-100, 10.05), (100, 10.05)], [(-100, -76), (100, -76)]),
    )
    found = run(of, draws=4000)
    estimate = figure(found, "streets.seen_m").estimate
    front = 2.0 * math.sqrt(30.0**2 - 10.0**2)
    # Each metre of wall weighs by one over the square of its distance: pi / d of an endless one.
    share = (1 / 4) / (1 / 4 + 1 / 12)
    assert estimate.mean == pytest.approx(share * front, rel=0.03)
    assert (estimate.q05, estimate.q95) == (0.0, pytest.approx(front, rel=1e-3))
    camera = found.cameras.iloc[0]
    assert "place" in camera["assumed"]
    # What it sees from one place or the other is the camera's, each draw once.
    assert camera["visible_seen_m"] == pytest.approx(estimate.mean, rel=1e-6)
    assert camera["visible_alone_m"] == pytest.approx(estimate.mean, rel=1e-6)
    assert len(found.cameras) == 1
    # The region is what it may see from either.
    region = found.regions[found.regions["level"] == "visible"].geometry.iloc[0]
    for point in ((0.0, 20.0), (0.0, -30.0)):
        assert region.covers(shapely.Point(point))
    ground = figure(found, "area.seen_m2").estimate
    assert ground.median == pytest.approx(math.pi * 30.0**2 / 2.0, rel=0.02)
    (driver,) = (one for one in found.drivers if one.level == "visible")
    assert driver.unknown == "place"


def test_a_camera_with_one_place_is_measured_as_ever_beside_one_with_two() -> None:
    house = shapely.box(200, -16, 1200, 0)
    inside = KNOWN | {"mount": "", "x": 700.0, "y": -8.0, "id": "inside"}
    alone = scene(
        cameras=cameras(TURNED | {"id": "free"}), buildings=buildings((house, 9.0)),
        streets=streets([(-100, 10), (100, 10)]),
    )  # fmt: skip
    both = scene(
        cameras=cameras(inside, TURNED | {"id": "free"}), buildings=buildings((house, 9.0)),
        streets=streets([(-100, 10), (100, 10)]),
    )  # fmt: skip
    one, two = run(alone), run(both)
    assert figure(one, "streets.seen_m").estimate == figure(two, "streets.seen_m").estimate
    row = two.cameras.set_index("id").loc["free"]
    assert row["visible_seen_m"] == one.cameras["visible_seen_m"][0]
