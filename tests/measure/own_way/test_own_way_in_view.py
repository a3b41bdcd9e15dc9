"""How long and how far a walk was in view, by arithmetic: a dome over a straight way."""

import math

import numpy as np
import pytest
import shapely

from contrechamp.measure.own_way.asked import Asked
from contrechamp.measure.own_way.drawn_ways import DEEP, FORGETS_S, drawn_fixes, drawn_seconds
from contrechamp.measure.own_way.fixes import FAST, GAP, JUMP, Walk, walk_of
from contrechamp.measure.own_way.run import OwnWay, own_way
from contrechamp.sight.levels import VISIBLE
from measure.small_scenes import buildings, cameras, scene

#: A dome 3 m up that is known in full, and sees 30 m far; a house far from all of it.
DOME = {
    "kind": "dome", "mount": "pole", "height_m": 3.0, "hfov_deg": 90.0, "vfov_deg": 90.0,
    "width_px": 1920.0, "range_m": 30.0, "tilt_deg": 30.0, "heading_deg": 0.0,
}  # fmt: skip
FAR = (shapely.box(5000, 5000, 5010, 5010), 10.0)


def place(*rows: dict[str, object]) -> object:
    return scene(cameras=cameras(*({**DOME, **row} for row in rows)), buildings=buildings(FAR))


def walk(*fixes: tuple[float, float, float]) -> Walk:
    x, y, time_s = np.array(fixes, float).T
    return walk_of([(np.column_stack((x, y)), time_s)])


def measured(where: object, of: Walk, **asked: float) -> OwnWay:
    return own_way(where, of, (VISIBLE,), Asked(**{"draws": 50, "gps_error_m": 0.0, **asked}))


def test_metres_and_seconds_of_a_steady_walk_past_a_dome() -> None:
    # 100 m at 1 m/s; a circle of 30 m, 18 m beside the way: a chord of 48 m.
    told = measured(place({"x": 50.0, "y": 18.0}), walk((0, 0, 0), (100, 0, 100)))
    np.testing.assert_allclose(told.metres.sum(axis=0), 48.0, rtol=1e-5)
    # The clock's rounding moves the length of the walk by up to a second in a hundred.
    np.testing.assert_allclose(told.seconds.sum(axis=0), 48.0, rtol=0.011)
    assert (told.cameras == 1).all()
    [camera] = told.of_cameras
    np.testing.assert_allclose(camera.metres, 48.0, rtol=1e-5)
    assert camera.camera == "camera/0"


def test_who_stands_in_view_is_in_view_all_the_time_and_walks_no_metre() -> None:
    told = measured(place({"x": 5.0}), walk((0, 0, 0), (0, 0, 90), (0, 0, 180)))
    assert told.metres.max() == 0.0
    np.testing.assert_allclose(told.seconds.sum(axis=0), 180.0, atol=1.1)
    away = measured(place({"x": 500.0}), walk((0, 0, 0), (0, 0, 90)))
    assert away.seconds.max() == 0.0


def test_two_cameras_have_what_each_sees_and_together_no_more_than_the_way() -> None:
    told = measured(place({"x": 40.0}, {"x": 60.0}), walk((0, 0, 0), (100, 0, 100)))
    each = [one.metres.mean() for one in told.of_cameras]
    assert len(each) == 2
    # Right below a camera nothing is in view: 0.4 m on either side.
    np.testing.assert_allclose(each, 60.0, atol=0.8)
    np.testing.assert_allclose(told.metres.sum(axis=0), 80.0, rtol=1e-5)
    np.testing.assert_allclose(told.seconds.sum(axis=0), 80.0, rtol=0.011)


def test_what_was_not_recorded_or_not_walked_is_left_out_and_told() -> None:
    of = walk(
        (0, 0, 0), (50, 0, 50), (450, 0, 650), (500, 0, 700),  # 400 m in ten minutes, unseen
        (800, 0, 730), (850, 0, 780),  # 300 m at 10 m/s
        (9000, 0, 790), (9050, 0, 840),  # a jump
    )  # fmt: skip
    assert of.of_sort(GAP) == (1, 400.0, 600.0)
    assert of.of_sort(FAST) == (1, 300.0, 30.0)
    assert of.of_sort(JUMP)[0] == 1
    assert of.metres.sum() == pytest.approx(200.0)
    assert of.seconds.sum() == pytest.approx(200.0)


def test_time_that_runs_backwards_or_is_not_there_leaves_metres_and_no_seconds() -> None:
    at = np.column_stack((np.linspace(0, 100, 5), np.zeros(5)))
    of = walk_of(
        [
            (at, np.array([0.0, 25.0, 20.0, 75.0, 100.0])),
            (at + np.array([0, 200]), np.full(5, np.nan)),
            (at + np.array([0, 400]), np.linspace(0, 100, 5)),
        ]
    )
    assert of.why == ("backwards", "no-times", "")
    told = measured(place({"x": 50.0}, {"x": 50.0, "y": 400.0}), of)
    np.testing.assert_allclose(told.metres[:, 0, 0], [60.0, 0.0, 60.0], atol=0.8)
    assert np.isnan(told.seconds[:2]).all()
    np.testing.assert_allclose(told.seconds[2], 60.0, atol=1.5)


def test_the_error_of_the_receiver_widens_the_interval() -> None:
    where, of = place({"x": 50.0, "y": 29.0}), walk(*((i, 0, i) for i in range(0, 101, 2)))
    sure = measured(where, of).metres.sum(axis=0)[:, 0]
    rough = measured(where, of, gps_error_m=5.0, draws=200).metres.sum(axis=0)[:, 0]
    np.testing.assert_allclose(sure, 2 * math.sqrt(900 - 841), rtol=1e-4)
    low, high = np.quantile(rough, (0.05, 0.95))
    assert low < sure[0] < high
    assert high - low > 10.0


def test_the_error_has_the_size_that_is_said_and_forgets_itself_in_time() -> None:
    of = walk(*((0.0, 0.0, t) for t in range(0, 121, 20)))
    drawn = drawn_fixes(of, 5.0, np.empty(0, object), 20_000, np.random.default_rng(1))
    assert drawn.std(axis=0) == pytest.approx(np.full((7, 2), 5.0), rel=0.03)
    x = drawn[:, :, 0]
    for steps in (1, 3):
        alike = np.corrcoef(x[:, 0], x[:, steps])[0, 1]
        assert alike == pytest.approx(math.exp(-20.0 * steps / FORGETS_S), abs=0.02)


def test_nobody_walks_through_walls_and_who_is_deep_inside_is_indoors() -> None:
    house = np.array([shapely.box(0, 2, 100, 60)], object)
    along = walk(*((10.0 * i, 0.0, 10.0 * i) for i in range(11)))
    drawn = drawn_fixes(along, 4.0, house, 500, np.random.default_rng(2)).reshape(-1, 2)
    assert not shapely.contains(house[0], shapely.points(drawn)).any()
    indoors = walk((50, 30, 0), (50, 31, 10))
    drawn = drawn_fixes(indoors, 1.0, house, 100, np.random.default_rng(3)).reshape(-1, 2)
    assert DEEP * 1.0 < 28.0
    assert shapely.contains(house[0], shapely.points(drawn)).all()


def test_rounded_clocks_keep_the_whole_time_but_for_the_ends() -> None:
    of = walk(*((float(i), 0.0, float(i)) for i in range(61)))
    drawn = drawn_seconds(of, 0.5, 1000, np.random.default_rng(4))
    assert np.abs(drawn.sum(axis=1) - 60.0).max() <= 1.0 + 1e-9
    assert drawn.std(axis=0).mean() == pytest.approx(math.sqrt(1 / 6), rel=0.1)


def test_the_same_seed_gives_the_same_numbers() -> None:
    where, of = place({"x": 50.0, "y": 20.0}), walk(*((i, 0, i) for i in range(0, 101, 5)))
    one, other = (measured(where, of, gps_error_m=5.0, threads=n) for n in (1, 2))
    assert (one.metres == other.metres).all()
    assert (one.seconds == other.seconds).all()


def test_another_range_brings_other_houses_without_a_height_into_reach() -> None:
    # Each alternative to what is assumed has another range; heights are drawn house by house.
    houses = [(shapely.box(50.0 + away, 0.0, 58.0 + away, 9.0), None) for away in (20, 70, 150)]
    somewhere = scene(
        cameras=cameras({"x": 50.0, "y": 18.0, "mount": "pole"}),
        buildings=buildings(*houses, FAR),
    )
    told = measured(somewhere, walk((0, -5, 0), (100, -5, 100)))
    (span,) = told.metres_spans
    assert span is not None
    assert span.low < span.high <= 100.0
