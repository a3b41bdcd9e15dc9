"""Which buildings a point stands in: as shapely has it, wherever the point lies."""

import numpy as np
import pytest
import shapely
from blocks import footprints, town
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import affinity

from contrechamp.sight.placing import ON_OUTLINE_M, off_outlines
from contrechamp.sight.walls import CELL_M, prepare


def rows(indptr, indices):
    return [tuple(row) for row in np.split(indices, indptr[1:-1])]


def by_shapely(houses, x, y):
    inside = shapely.within(shapely.points(x, y)[:, None], houses[None, :])
    return [tuple(np.flatnonzero(row)) for row in inside]


def telling_points(rng, houses):
    """Points on corners, on edges, a hair beside them, at cell borders, and anywhere."""
    corners, ring = shapely.get_coordinates(shapely.get_rings(houses), return_index=True)
    wall = np.flatnonzero(ring[1:] == ring[:-1])
    along = rng.uniform(0, 1, (len(wall), 1))
    on_edge = corners[wall] + along * (corners[wall + 1] - corners[wall])
    beside = [
        points + hair * rng.normal(size=points.shape)
        for points in (corners, on_edge)
        for hair in (1e-9, 1e-6, 1e-3, 3e-3)
    ]
    west, south, east, north = shapely.total_bounds(houses)
    anywhere = rng.uniform((west - 5, south - 5), (east + 5, north + 5), (300, 2))
    level = np.column_stack((anywhere[:, 0], rng.choice(corners[:, 1], 300)))  # with a corner
    border = np.column_stack(
        (west + CELL_M * rng.integers(-1, 5, 300), south + CELL_M * rng.integers(-1, 5, 300))
    )
    return np.concatenate((corners, on_edge, *beside, anywhere, level, border)).T


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.sampled_from([0.0, 45.0]),
    st.sampled_from([(0, 0), (4e5, 7e6)]),
)
@example(1, False, 0.0, (4e5, 7e6))
def test_in_any_town_shapely_says_the_same(seed, walled, turned, moved):
    rng = np.random.default_rng(seed)
    # Round all of them a wall with a gate: rays then run through many cells.
    gate = shapely.box(-90, -90, 90, 90).difference(shapely.box(-89, -89, 89, 89))
    gate = gate.difference(shapely.box(88, -2, 92, 2))
    houses = footprints(*([gate] if walled else []), *town(rng, 30)[0])
    houses = footprints(
        *(affinity.translate(affinity.rotate(h, turned, (0, 0)), *moved) for h in houses)
    )
    x, y = telling_points(rng, houses)
    assert rows(*prepare(houses).containing(x, y)) == by_shapely(houses, x, y)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_ragged_building_across_many_cells_is_told_from_its_gaps(seed):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 400))
    out = rng.uniform(20, 200, 400)[:, None] * np.column_stack((np.cos(angle), np.sin(angle)))
    star = shapely.Polygon(out, [shapely.box(-3, -3, 3, 3).exterior.coords[:]])
    star = shapely.make_valid(star)
    houses = footprints(*(p for p in shapely.get_parts(star) if p.geom_type == "Polygon"))
    x, y = telling_points(rng, houses)
    assert rows(*prepare(houses).containing(x, y)) == by_shapely(houses, x, y)


def test_a_camera_on_a_corner_of_four_houses_is_in_none_of_them():
    houses = footprints(*(shapely.box(x, y, x + 40, y + 40) for x in (0, 40) for y in (0, 40)))
    x = np.array([40.0, 40.0, 20.0, 0.0, 80.0, 39.0])
    y = np.array([40.0, 20.0, 40.0, 0.0, 80.0, 40.5])
    assert rows(*prepare(houses).containing(x, y)) == [(), (), (), (), (), (1,)]


def test_a_camera_in_a_hole_is_outside_and_in_the_house_within_the_hole_inside():
    block = shapely.box(0, 0, 100, 100).difference(shapely.box(10, 10, 90, 90))
    houses = footprints(block, shapely.box(40, 40, 60, 60))
    x, y = np.array([50.0, 30.0, 5.0, 10.0]), np.array([50.0, 50.0, 50.0, 50.0])
    assert rows(*prepare(houses).containing(x, y)) == [(1,), (), (0,), ()]


@pytest.mark.parametrize("far", [1e4, 1e15, np.inf])
def test_cameras_far_from_the_town_are_in_no_house(far):
    houses = footprints(shapely.box(0, 0, 10, 10))
    x, y = np.array([-far, far, 5.0, 5.0]), np.array([5.0, 5.0, -far, far])
    assert rows(*prepare(houses).containing(x, y)) == [(), (), (), ()]


def test_where_there_are_no_houses_cameras_are_in_none():
    x = np.array([0.0, 5.0])
    assert rows(*prepare(footprints()).containing(x, x)) == [(), ()]
    houses = footprints(shapely.Polygon(), shapely.box(0, 0, 10, 10))
    assert rows(*prepare(houses).containing(x, x)) == [(), (1,)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_only_cameras_on_an_outline_are_moved_and_all_are_told_what_they_stand_in(seed):
    rng = np.random.default_rng(seed)
    houses, _bottom, _top = town(rng)
    given_x, given_y = telling_points(rng, houses)
    x, y, start, over = off_outlines(given_x, given_y, prepare(houses))
    gap = shapely.distance(
        shapely.boundary(houses)[None, :], shapely.points(given_x, given_y)[:, None]
    ).min(axis=1)
    moved = (x != given_x) | (y != given_y)
    assert np.array_equal(moved, gap < ON_OUTLINE_M)
    assert rows(start, over) == by_shapely(houses, x, y)
