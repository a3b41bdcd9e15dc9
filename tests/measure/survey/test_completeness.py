"""A survey from its walks, streets and cameras: by arithmetic, and by worlds of known truth."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from contrechamp.measure.survey.asked import Asked
from contrechamp.measure.survey.everywhere import narrowing
from contrechamp.measure.survey.next_places import KM_AN_HOUR, KM_AN_HOUR_THERE
from contrechamp.measure.survey.run import completeness
from contrechamp.measure.survey.strata import STRATA, strata
from contrechamp.scene.tables import AREA_COLUMNS, TRACK_COLUMNS, InputFile
from measure.small_scenes import buildings, cameras, places, scene, streets, table

#: A street of 400 m from west to east, and one of 400 m to the north from its eastern end.
EAST, NORTH = [(0, 0), (400, 0)], [(400, 0), (400, 400)]


def tracks(*lines):
    rows = [{"id": f"walk#{i}"} for i in range(len(lines))]
    return table(TRACK_COLUMNS, rows, [shapely.LineString(line) for line in lines])


def areas(*shapes):
    return table(AREA_COLUMNS, [{"id": str(i)} for i in range(len(shapes))], shapes)


def asked(**more):
    return Asked(draws=200, whole=True, **more)


def files(*names):
    return tuple(InputFile(name, "0" * 64, 1, "CSV") for name in names)


def test_what_was_walked_is_looked_over_and_as_far_on_as_one_notices() -> None:
    told = completeness(
        scene(streets=streets(EAST, NORTH), tracks=tracks([(0, -1), (400, -1)])), asked(within_m=20)
    )
    assert told.walked_m == pytest.approx(400.0)
    # Round the corner, 20 m of the other street.
    assert told.pieces["looked_m"].sum() == pytest.approx(420.0, abs=0.5)
    assert told.km.sum() == pytest.approx(0.42, abs=0.001)
    assert told.km_left.sum() == pytest.approx(0.38, abs=0.001)
    assert told.looked_share == pytest.approx(0.42 / 0.8, abs=0.002)


def test_what_stands_behind_a_house_is_not_looked_over() -> None:
    behind = [(0, 20), (400, 20)]
    house = shapely.box(-50, 5, 450, 15)
    walked = tracks([(0, 0), (400, 0)])
    free = completeness(scene(streets=streets(EAST, behind), tracks=walked), asked())
    hidden = completeness(
        scene(streets=streets(EAST, behind), tracks=walked, buildings=buildings((house, 2.0))),
        asked(),
    )
    assert free.km.sum() == pytest.approx(0.8)
    assert hidden.km.sum() == pytest.approx(0.4)


def test_an_error_of_the_receiver_does_not_put_the_walker_into_a_house() -> None:
    house = shapely.box(-50, 4, 450, 40)
    told = completeness(
        scene(
            streets=streets(EAST),
            tracks=tracks([(0, 9), (400, 9)]),
            buildings=buildings((house, 10.0)),
        ),
        asked(),
    )
    assert told.looked_share == 1.0


def test_only_streets_of_the_survey_count() -> None:
    far = [(0, 5000), (400, 5000)]
    of = scene(streets=streets(EAST, far), tracks=tracks([(0, 0), (200, 0)]))
    whole = completeness(of, asked())
    near = completeness(of, Asked(draws=200))
    assert whole.km_left.sum() > near.km_left.sum()
    # The walk and 25 m on, then what is left of the street; nothing 5 km away.
    assert (near.km + near.km_left).sum() == pytest.approx(0.4)
    named = replace(of, areas=areas(shapely.box(-10, -10, 110, 10)))
    assert (lambda t: (t.km + t.km_left).sum())(
        completeness(named, Asked(draws=200))
    ) == pytest.approx(0.11, abs=0.011)


def test_cameras_are_counted_where_they_stand() -> None:
    told = completeness(
        scene(
            streets=streets(EAST, NORTH),
            tracks=tracks([(0, 0), (400, 0)]),
            cameras=cameras(
                {"x": 50, "y": 5},
                {"x": 150, "y": -5},
                {"x": 395, "y": 300},
                {"x": 50, "y": 200},
                {"x": 60, "y": 5, "indoor": True},
            ),
        ),
        asked(),
    )
    assert told.found.sum() == 2
    assert told.known_elsewhere == 1
    assert told.beyond == 1
    assert told.indoor == 1
    assert told.rate is not None
    assert (told.rate.found, round(told.rate.km, 3)) == (2, round(float(told.km.sum()), 3))


def test_a_camera_of_two_lists_counts_once() -> None:
    first = [{"x": 40.0 * i, "y": 5, "source": f"a.csv: {i}"} for i in range(10)]
    second = [{"x": 40.0 * i + 1, "y": 6, "source": f"b.csv: {i}"} for i in range(8)]
    of = scene(
        streets=streets(EAST), tracks=tracks([(0, 0), (400, 0)]), cameras=cameras(*first, *second)
    )
    told = completeness(replace(of, inputs=files("a.csv", "b.csv")), asked())
    assert told.found.sum() == 10
    assert told.compared is not None
    assert told.compared.names == ("a.csv", "b.csv")
    assert told.compared.both.in_both.mean() == pytest.approx(8.0, abs=0.3)
    assert told.everywhere is not None
    assert told.everywhere.missed is not None
    assert np.median(told.everywhere.total) >= 10


def test_small_cameras_are_noticed_from_less_far_than_large_ones() -> None:
    """Domes up to 6 m from the way and others up to 24 m, as dense everywhere within that."""
    rng = np.random.default_rng(4)
    rows = [
        {"x": float(x), "y": float(y), "kind": kind}
        for kind, most_m in (("dome", 6.0), ("fixed", 24.0))
        for x, y in zip(rng.uniform(0, 4000, 60), rng.uniform(0, most_m, 60), strict=True)
    ]
    way = [(0, 0), (4000, 0)]
    told = completeness(
        scene(streets=streets(way), tracks=tracks(way), cameras=cameras(*rows)), asked(within_m=25)
    )
    assert set(told.detection_by_kind) == {"dome", "fixed"}
    share = {kind: np.median(one.found_share) for kind, one in told.detection_by_kind.items()}
    assert share["dome"] < 0.35 < 0.75 < share["fixed"]
    assert told.detection is not None
    assert told.detection.n == 120


def test_no_walk_tells_nothing_and_says_so() -> None:
    told = completeness(scene(streets=streets(EAST), cameras=cameras({"x": 5.0})), asked())
    assert told.rate is None
    assert told.everywhere is None
    assert told.km.sum() == 0.0
    assert told.next["left_m"].sum() == pytest.approx(400.0)


def test_nothing_at_all_does_not_fail() -> None:
    told = completeness(scene(), asked())
    assert told.rate is None
    assert len(told.next) == 0
    assert told.looked_share == 0.0


def test_kinds_of_streets() -> None:
    lines = np.array([shapely.LineString([(0, y), (10, y)]) for y in (0, 100, 200, 300)], object)
    highway = np.array(["secondary", "footway", "residential", "residential"])
    found = strata(lines, highway, places(("school", 5.0, 320.0)))
    assert [STRATA[i] for i in found] == ["main-roads", "foot-ways", "other-streets", "by-services"]


def test_what_is_left_is_listed_with_the_time_it_takes() -> None:
    told = completeness(
        scene(
            streets=streets(EAST, NORTH),
            tracks=tracks([(0, 0), (400, 0)]),
            cameras=cameras({"x": 50, "y": 5}, {"x": 150, "y": 5}),
        ),
        asked(),
    )
    first, second = told.next.to_dict("records")
    # 225 m of the street to the north lie in the square of its southern end, 150 m in the next.
    assert first["left_m"] == pytest.approx(225.0, abs=5.1)
    assert first["left_m"] + second["left_m"] == pytest.approx(1000 * told.km_left.sum())
    there_km = 0.25
    assert first["hours"] == pytest.approx(
        first["left_m"] / 1000 / KM_AN_HOUR + there_km / KM_AN_HOUR_THERE
    )
    assert first["streets"] == ("street 1",)
    assert first["narrows"] > second["narrows"] > 0.0
    assert first["geometry"].length == pytest.approx(first["left_m"])


def test_going_everywhere_leaves_no_doubt_but_what_was_missed() -> None:
    found, km, left = np.array([4, 2]), np.array([1.0, 0.5]), np.array([2.0, 1.0])
    some = narrowing(found, km, left, 1.5, np.array([[2.0, 1.0], [2.0, 0.0], [0.0, 0.0]]))
    # By hand: rates (4 + 4.33) / 2 and (2 + 4.33) / 1.5; 1.5 rate (left² / (km + 1) + left) each.
    rate = (found + 6.5 / 1.5) / (km + 1.0)
    whole = 2 * 1.645 * np.sqrt((1.5 * rate * (left**2 / (km + 1.0) + left)).sum())
    assert some[0] == pytest.approx(whole)
    assert some[0] > some[1] > some[2] == 0.0


def test_the_interval_of_all_holds_the_truth_as_often_as_it_says() -> None:
    """Sixty worlds: 40 streets of 400 m, half of them walked, cameras in clusters."""
    rng = np.random.default_rng(12)
    held = 0
    worlds = 60
    lines = [[(0, 100 * i), (400, 100 * i)] for i in range(40)]
    grid = streets(*lines)
    for world in range(worlds):
        per_street = rng.poisson(rng.gamma(2.0, 1.0, 40))
        rows = [
            {"x": float(x), "y": 100.0 * i + 4.0}
            for i, n in enumerate(per_street)
            for x in rng.uniform(0, 400, n)
        ]
        walked = rng.permutation(40)[:20]
        seen = [row for row in rows if int(row["y"] // 100) in walked]
        told = completeness(
            scene(streets=grid, tracks=tracks(*(lines[i] for i in walked)), cameras=cameras(*seen)),
            Asked(draws=300, seed=world, whole=True),
        )
        assert told.everywhere is not None
        low, high = np.quantile(told.everywhere.total, (0.05, 0.95))
        held += bool(low <= len(rows) <= high)
    assert 0.78 <= held / worlds <= 1.0
