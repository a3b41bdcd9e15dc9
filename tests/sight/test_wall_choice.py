"""Which walls may be meant of a camera drawn inside a house, and how likely each is."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.sight.placing import Places, places
from sight.test_placing import place


def of(x: float, y: float, *houses: shapely.Polygon, heading: float = math.nan) -> Places:
    return places(
        np.array([x]),
        np.array([y]),
        np.array(houses, dtype=object),
        heading_deg=np.array([heading]),
    )


SQUARE = shapely.box(0, 0, 10, 10)


def test_in_the_middle_of_a_house_each_side_is_alike_likely() -> None:
    found = of(5, 5, SQUARE)
    assert found.share.tolist() == [pytest.approx(0.25)] * 4
    assert found.camera.tolist() == [0, 0, 0, 0]
    assert found.several.tolist() == [True]
    xy = found.placed.x, found.placed.y
    corners = {(round(x, 2), round(y, 2)) for x, y in zip(*xy, strict=True)}
    assert corners == {(5, -0.05), (5, 10.05), (-0.05, 5), (10.05, 5)}
    # On each it looks away from the house.
    assert found.placed.free_width_deg.tolist() == [180.0] * 4
    middle = np.radians(found.placed.free_from_deg + 90.0)
    out = np.column_stack((found.placed.x - 5, found.placed.y - 5)) / 5.05
    np.testing.assert_allclose(np.column_stack((np.sin(middle), np.cos(middle))), out, atol=1e-9)


def test_the_nearer_a_side_is_the_likelier() -> None:
    found = of(5, 2, SQUARE)
    assert (found.placed.x[0], found.placed.y[0]) == (5, pytest.approx(-0.05))
    # One over the square of the distance along each side, added up by small steps.
    steps = np.arange(0.0005, 10.0, 0.001)
    weight = {
        (5, -0.05): np.sum(0.001 / ((steps - 5) ** 2 + 4)),
        (5, 10.05): np.sum(0.001 / ((steps - 5) ** 2 + 64)),
        (-0.05, 2): np.sum(0.001 / (25 + (steps - 2) ** 2)),
        (10.05, 2): np.sum(0.001 / (25 + (steps - 2) ** 2)),
    }
    whole = sum(weight.values())
    for x, y, share in zip(found.placed.x, found.placed.y, found.share, strict=True):
        assert share == pytest.approx(weight[round(x, 2), round(y, 2)] / whole, rel=1e-3)


def test_on_or_by_a_wall_it_is_that_wall() -> None:
    for at in ((5, 0.3), (5, 0), (5, -0.8)):
        found = of(*at, SQUARE)
        assert found.share.tolist() == [1.0], at
        assert (found.placed.x[0], found.placed.y[0]) == (5, pytest.approx(-0.05))


def test_a_known_direction_leaves_one_wall() -> None:
    found = of(5, 2, SQUARE, heading=45.0)
    assert found.share.tolist() == [1.0]
    assert (found.placed.x[0], found.placed.y[0]) == (pytest.approx(10.05), 2.0)


def test_a_wall_between_two_houses_holds_no_camera() -> None:
    found = of(8, 5, SQUARE, shapely.box(10, 0, 20, 10))
    assert sorted(np.round(found.placed.x, 2).tolist()) == [-0.05, 8.0, 8.0]
    assert found.share.sum() == pytest.approx(1.0)


@given(st.integers(1, 12), st.floats(1.5, 8.5), st.floats(1.5, 8.5))
def test_it_makes_no_difference_into_how_many_pieces_a_wall_is_cut(
    pieces: int, x: float, y: float
) -> None:
    whole = of(x, y, SQUARE)
    cut = of(x, y, shapely.segmentize(SQUARE, 10.0 / pieces))
    assert len(whole.share) == len(cut.share)
    np.testing.assert_allclose(np.sort(cut.share), np.sort(whole.share), rtol=1e-6)


def test_in_front_of_a_wall_that_it_looks_into_wall_or_direction_is_right() -> None:
    found = of(5, -0.5, SQUARE, heading=45.0)
    assert found.placed.into_wall.tolist() == [True, True]
    assert found.share.tolist() == [0.5, 0.5]
    # On the wall it looks anywhere but into it; on another side of the house as the map says.
    assert found.looks_as_given.tolist() == [False, True]
    assert found.placed.on_wall.tolist() == [True, True]
    # The nearest point of that side is the corner of the house.
    corner = 0.05 / math.sqrt(2.0)
    assert found.placed.x.tolist() == pytest.approx([5.0, 10.0 + corner])
    assert found.placed.y.tolist() == pytest.approx([-0.05, -corner])


def test_the_nearest_of_the_places_is_the_one_that_is_shown() -> None:
    at = np.array([5.0, 5.0, 30.0]), np.array([2.0, -0.5, 30.0])
    houses = np.array([SQUARE], dtype=object)
    heading = np.array([np.nan, 0.0, np.nan])
    found = places(*at, houses, heading_deg=heading)
    shown, alone = found.nearest(), place(*at, houses, heading_deg=heading)
    np.testing.assert_array_equal(shown.x, alone.x)
    assert found.first.tolist() == [0, int(found.several[0]) and (found.camera == 0).sum(),
                                    len(found.camera) - 1]  # fmt: skip
    assert found.several.tolist() == [True, True, False]
