"""Cameras that a wall holds stand on its outer side."""

import numpy as np
import pytest
import shapely
from blocks import footprints, town
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contrechamp.sight.placing import off_outlines, places
from contrechamp.sight.walls import prepare

HOUSE = shapely.box(0, 0, 10, 10)


def place(x, y, houses, **options):
    """The nearest of the places of each camera."""
    return places(x, y, houses, **options).nearest()


def at(x, y, *houses, **options):
    placed = place(np.array([x], float), np.array([y], float), footprints(*houses), **options)
    return {name: getattr(placed, name)[0] for name in placed.__dataclass_fields__}


def test_on_a_wall_the_half_plane_before_it_is_free():
    found = at(5.0, 10.3, HOUSE)
    assert (found["x"], found["y"]) == pytest.approx((5.0, 10.05))
    assert found["on_wall"]
    assert found["moved_m"] == pytest.approx(0.25)
    # The north wall: free from west (270) clockwise to east (90).
    assert found["free_from_deg"] == pytest.approx(270.0)
    assert found["free_width_deg"] == pytest.approx(180.0)


def test_inside_it_is_moved_to_the_nearest_outer_side():
    found = at(9.0, 4.0, HOUSE)
    assert (found["x"], found["y"]) == pytest.approx((10.05, 4.0))


def test_on_a_corner_three_quarters_are_free():
    found = at(10.4, 10.4, HOUSE)
    assert (found["x"], found["y"]) == pytest.approx((10 + 0.05 / 2**0.5, 10 + 0.05 / 2**0.5))
    assert found["free_from_deg"] == pytest.approx(270.0)
    assert found["free_width_deg"] == pytest.approx(270.0)


def test_in_a_niche_a_quarter_is_free():
    niche = shapely.box(0, 0, 10, 10).difference(shapely.box(5, 5, 10, 10))
    found = at(5.0, 5.0, niche)
    assert found["free_from_deg"] % 360 == pytest.approx(0.0, abs=1e-9)
    assert found["free_width_deg"] == pytest.approx(90.0)
    assert not niche.intersects(shapely.Point(found["x"], found["y"]))


def test_in_a_courtyard_the_camera_looks_into_the_courtyard():
    block = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    found = at(9.7, 15.0, block)
    assert (found["x"], found["y"]) == pytest.approx((10.05, 15.0))
    assert found["free_from_deg"] == pytest.approx(0.0, abs=1e-9)


def test_a_party_wall_has_no_outer_side():
    found = at(10.0, 6.0, HOUSE, shapely.box(10, 0, 20, 10))
    assert found["y"] == pytest.approx(10.05)
    assert found["on_wall"]


def test_far_from_every_wall_nothing_is_moved():
    found = at(5.0, 12.0, HOUSE)
    assert (found["x"], found["y"]) == (5.0, 12.0)
    assert not found["on_wall"]
    assert found["free_width_deg"] == 360.0


def test_a_pole_near_a_wall_stays_and_a_pole_inside_a_house_is_moved_out():
    never = np.array([False])
    assert not at(5.0, 10.3, HOUSE, may_be_on_wall=never)["on_wall"]
    assert at(5.0, 9.7, HOUSE, may_be_on_wall=never)["on_wall"]


def test_an_indoor_camera_stays_inside():
    found = at(5.0, 5.0, HOUSE, may_be_inside=np.array([True]))
    assert (found["x"], found["y"]) == (5.0, 5.0)


def test_nothing_of_the_callers_arrays_is_changed():
    x, y = np.array([5.0]), np.array([9.7])
    place(x, y, footprints(HOUSE))
    off_outlines(np.array([5.0]), np.array([10.0]), prepare(footprints(HOUSE)))
    assert (x[0], y[0]) == (5.0, 9.7)


@pytest.mark.parametrize("slit_m", [0.001, 0.03, 0.09])
def test_a_slit_between_two_houses_holds_no_camera(slit_m):
    """Houses that touch, drawn one by one: the camera stands before them, not between."""
    other = shapely.box(0, 10 + slit_m, 10, 20)
    found = at(9.9, 9.999, HOUSE, other)
    assert (found["x"], found["y"]) == pytest.approx((10.05, 9.999))
    assert (found["free_from_deg"], found["free_width_deg"]) == pytest.approx((0.0, 180.0))


def test_a_passage_between_two_houses_holds_one():
    found = at(5.0, 9.9, HOUSE, shapely.box(0, 10.2, 10, 20))
    assert (found["x"], found["y"]) == pytest.approx((5.0, 10.05))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
@example(6526203)
def test_in_any_town_placed_cameras_stand_outside_and_move_no_farther_than_needed(seed):
    rng = np.random.default_rng(seed)
    houses, _bottom, _top = town(rng)
    x, y = rng.uniform(-60, 60, (2, 40))
    placed = place(x, y, houses)
    union = shapely.union_all(houses)
    points, given_ = shapely.points(placed.x, placed.y), shapely.points(x, y)
    assert not shapely.intersects(union, points[placed.on_wall]).any()
    wider = union.buffer(0.05, join_style="mitre", mitre_limit=10)
    closed = wider.buffer(-0.05, join_style="mitre", mitre_limit=1.5)
    outline = shapely.boundary(union.union(closed))
    nearest = shapely.distance(outline, given_[placed.on_wall])
    assert np.all(placed.moved_m[placed.on_wall] <= nearest + 0.05 + 1e-4)
    assert not placed.moved_m[~placed.on_wall].any()
    # In the middle of the free directions, if there is more than a crack, nothing stands close.
    open_ = placed.on_wall & (placed.free_width_deg > 30)
    middle = np.radians(placed.free_from_deg + placed.free_width_deg / 2)[open_]
    ahead = np.column_stack(
        (placed.x[open_] + 0.02 * np.sin(middle), placed.y[open_] + 0.02 * np.cos(middle))
    )  # fmt: skip
    assert not shapely.intersects_xy(union, *ahead.T).any()
