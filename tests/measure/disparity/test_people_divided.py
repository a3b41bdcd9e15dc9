"""People of one set of areas told for another, and Amnesty's published arithmetic."""

import numpy as np
import pytest
import shapely

from contrechamp.measure.disparity import areal
from contrechamp.measure.disparity.rates import rates


def boxes(*corners: tuple[float, float, float, float]) -> np.ndarray:
    return np.array([shapely.box(*one) for one in corners], object)


def test_a_count_is_divided_by_the_ground_and_nobody_is_lost() -> None:
    cells = boxes((0, 0, 100, 100), (100, 0, 200, 100))
    halves = boxes((0, 0, 150, 100), (150, 0, 200, 100))
    of = areal.shares(cells, halves)
    np.testing.assert_allclose(areal.interpolated(of, np.array([40.0, 60.0])), [70.0, 30.0])
    share = areal.drawn_shares(of, 4000, np.random.default_rng(1))
    drawn = areal.added_up(of, share, np.broadcast_to([40.0, 60.0], (4000, 2)))
    np.testing.assert_allclose(drawn.sum(axis=1), 100.0)
    # The second cell's people, as if in five places of which each lies in either half alike.
    expected = 60.0 * np.sqrt(0.25 / areal.PLACES)
    assert drawn[:, 1].mean() == pytest.approx(30.0, rel=0.05)
    assert drawn[:, 1].std() == pytest.approx(expected, rel=0.05)


def test_a_cell_within_one_area_has_no_error() -> None:
    of = areal.shares(boxes((10, 10, 20, 20)), boxes((0, 0, 100, 100)))
    share = areal.drawn_shares(of, 50, np.random.default_rng(1))
    assert (areal.added_up(of, share, np.full((50, 1), 7.0)) == 7.0).all()


def test_people_outside_of_all_areas_stay_outside() -> None:
    of = areal.shares(boxes((0, 0, 100, 100), (900, 0, 1000, 100)), boxes((0, 0, 25, 100)))
    np.testing.assert_allclose(of.within, [0.25, 0.0])
    share = areal.drawn_shares(of, 5000, np.random.default_rng(2))
    drawn = areal.added_up(of, share, np.broadcast_to([80.0, 50.0], (5000, 2)))
    assert drawn.mean() == pytest.approx(20.0, rel=0.05)
    assert drawn.max() <= 80.0


def test_areas_that_overlap_are_found_and_those_that_touch_are_not() -> None:
    assert areal.overlapping(boxes((0, 0, 10, 10), (10, 0, 20, 10))) is None
    assert areal.overlapping(boxes((0, 0, 10, 10), (20, 0, 30, 10), (5, 0, 15, 10))) == (0, 2)


def test_cameras_to_a_crossing_as_amnesty_published_them() -> None:
    # Decode Surveillance NYC, AMR 51/5205/2022: boroughs in its order.
    cameras = np.array([3948.0, 9232.0, 3737.0, 1035.0, 7580.0])
    crossings = np.array([3934.0, 10384.0, 6257.0, 6474.0, 16344.0])
    found = rates(cameras, crossings)
    assert np.round(found.rate, 2).tolist() == [1.0, 0.89, 0.6, 0.16, 0.46]
    assert ((found.low < found.rate) & (found.rate < found.high)).all()
    # Byar's approximation of Garwood's interval, good to a thousandth for counts like these.
    low = 1035 * (1 - 1 / (9 * 1035) - 1.6449 / (3 * np.sqrt(1035))) ** 3
    high = 1036 * (1 - 1 / (9 * 1036) + 1.6449 / (3 * np.sqrt(1036))) ** 3
    assert found.low[3] * 6474 == pytest.approx(low, rel=1e-3)
    assert found.high[3] * 6474 == pytest.approx(high, rel=1e-3)


def test_none_found_is_no_proof_of_none() -> None:
    none = rates(np.array([0.0]), np.array([1.0]))
    assert none.low.tolist() == [0.0]
    assert none.high[0] == pytest.approx(2.9957, abs=1e-3)
