"""What a camera sees, against independent ways of telling."""

import itertools

import numpy as np
import pytest
import pyvispoly
import shapely
from blocks import cameras, footprints, town
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from sight_lines import seen

from contrechamp.sight import walls
from contrechamp.sight.arrays import Cameras, Level
from contrechamp.sight.levels import VISIBLE, parse_levels
from contrechamp.sight.regions import visible_regions

DORI = parse_levels("dori2014")

# Towns in which everything can happen; sizes and headings are what Hypothesis varies.
seeds = st.integers(0, 2**32 - 1)


def regions(camera, buildings, top, levels=(VISIBLE,), bottom=None, **options):
    return visible_regions(
        camera, walls.prepare(buildings, bottom), np.asarray(top, float), levels, **options
    )


def region(*args, **options):
    return regions(*args, **options).geometries()[0, 0]


# ---- by hand ----


def test_a_low_building_casts_a_finite_shadow_and_the_ground_behind_it_is_seen_again():
    # Camera at 5 m, target on the ground, a house 3 m high from 10 to 12 m east. The line over
    # the far edge of its roof falls 2 m in 12 m and meets the ground at 12 * 5 / (5 - 3) = 30 m.
    house = footprints(shapely.box(10, -50, 12, 50))
    seen_ground = region(cameras(), house, [3.0], target_height_m=0.0)
    along_east = shapely.intersection(seen_ground, shapely.LineString([(0.0, 0.0), (60.0, 0.0)]))
    ends = sorted(x for part in shapely.get_parts(along_east) for x, _y in part.coords)
    assert ends == pytest.approx([0.0, 10.0, 30.0, 60.0], abs=0.02)


def test_the_area_of_a_shadow_in_closed_form():
    # The same house 16 m wide. Its shadow is bounded by the near wall, by the images of all walls
    # scaled by k = 5 / (5 - 3) = 2.5, and by the sight lines through the near corners.
    house = shapely.box(10, -8, 12, 8)
    near_corners = [(10, -8), (10, 8)]
    far_image = [(30, 20), (30, -20)]
    side = [(25, 20), (25, -20)]
    shadow = shapely.Polygon([near_corners[1], side[0], far_image[0], far_image[1], side[1],
                              near_corners[0]])  # fmt: skip
    assert shadow.covers(house)
    found = regions(cameras(range_m=100.0), footprints(house), [3.0], target_height_m=0.0)
    assert found.area_m2[0, 0] == pytest.approx(np.pi * 100.0**2 - shadow.area, rel=1e-12)


def test_targets_above_the_roof_are_seen_and_targets_in_the_building_are_not():
    house = footprints(shapely.box(10, -20, 50, 20))
    tall = cameras(height_m=20.0)
    in_it = shapely.Point(45, 0)
    assert not region(tall, house, [10.0], target_height_m=1.6).intersects(in_it)
    assert region(tall, house, [10.0], target_height_m=12.0).intersects(in_it)


def test_a_camera_high_above_a_roof_sees_over_it_from_within_the_footprint():
    # A mast 20 m above the ground in the middle of a house 10 m high and 20 m wide: the roof hides
    # the ground up to 10 * 20 / (20 - 10) = 20 m.
    house = footprints(shapely.box(-10, -10, 10, 10))
    found = regions(cameras(height_m=20.0), house, [10.0], target_height_m=0.0)
    assert found.area_m2[0, 0] == pytest.approx(np.pi * 60.0**2 - 40.0**2)
    assert found.geometries()[0, 0].contains(shapely.Point(25, 0))


def test_a_camera_inside_a_building_sees_nothing():
    house = footprints(shapely.box(-10, -10, 10, 10))
    assert regions(cameras(height_m=5.0), house, [10.0]).area_m2[0, 0] == 0.0
    assert regions(cameras(height_m=50.0), house, [10.0], flat=True).area_m2[0, 0] == 0.0


def test_under_a_building_off_the_ground_the_sight_is_free():
    # A passage 4 m high: the line from 3 m to the ground passes below.
    bridge = footprints(shapely.box(10, -50, 12, 50))
    low = regions(cameras(height_m=3.0), bridge, [10.0], bottom=np.array([4.0]))
    assert low.area_m2[0, 0] == pytest.approx(np.pi * 60.0**2)
    # From 5 m to a face at 1.6 m the line is above 4 m up to 1 / 3.4 of the way: blocked where
    # that point lies beyond 10 m, from 34 m on (entry at 10 m, k_lo = 3.4).
    high = region(cameras(), bridge, [10.0], bottom=np.array([4.0]))
    assert high.contains(shapely.Point(33.9, 0))
    assert not high.intersects(shapely.Point(34.1, 0))


def test_a_lens_that_looks_down_has_a_near_and_a_far_limit():
    # 3.4 m above the target, 45 degrees down, 30 degrees high: from 3.4 / tan 60 to 3.4 / tan 30.
    camera = cameras(tilt_deg=45.0, vfov_deg=30.0, hfov_deg=60.0, sweep_deg=60.0, heading_deg=90.0)
    found = regions(camera, footprints(), [])
    near, far = 3.4 / np.sqrt(3), 3.4 * np.sqrt(3)
    assert found.area_m2[0, 0] == pytest.approx(np.pi / 6 * (far**2 - near**2))
    outline = found.geometries()[0, 0]
    assert outline.bounds == pytest.approx(
        (near * np.cos(np.pi / 6), -far / 2, far, far / 2), abs=0.01
    )


def cap(r, d):
    """Area of a disc of radius r beyond a line at distance d."""
    return r * r * np.arccos(d / r) - d * np.sqrt(r * r - d * d)


@pytest.mark.parametrize("heading", [0.0, 30.0, 45.0, 90.0, 135.0, 200.0])
def test_a_long_wall_that_bulges_into_the_range_between_two_directions(heading):
    # Its ends lie beyond the range: within one slice it crosses the circle twice.
    wall = footprints(shapely.box(50, -200, 52, 200))
    camera = cameras(heading_deg=heading)
    for flat in (True, False):
        found = regions(camera, wall, [9.0], flat=flat, sagitta_m=1e-7)
        free = np.pi * 60.0**2 - cap(60.0, 50.0)
        assert found.area_m2[0, 0] == pytest.approx(free)
        assert shapely.area(found.geometries())[0, 0] == pytest.approx(free, abs=1e-3)


@pytest.mark.parametrize("heading", [0.0, 30.0, 45.0, 90.0, 135.0, 200.0])
def test_a_shadow_that_ends_within_the_range_between_two_directions_only(heading):
    # 3 m high, seen from 5 m: the ground is seen again from 2.5 times the far wall on, 50 m.
    house = footprints(shapely.box(10, -200, 20, 200))
    camera = cameras(heading_deg=heading)
    found = regions(camera, house, [3.0], target_height_m=0.0, sagitta_m=1e-7)
    seen_m2 = np.pi * 60.0**2 - cap(60.0, 10.0) + cap(60.0, 50.0)
    assert found.area_m2[0, 0] == pytest.approx(seen_m2)
    outline = found.geometries()[0, 0]
    assert outline.is_valid
    assert outline.area == pytest.approx(seen_m2, abs=1e-3)
    assert outline.geoms[0].disjoint(outline.geoms[1])


@pytest.mark.parametrize("heading", [60.0, 90.0, 100.0])
def test_a_wall_that_bulges_over_the_near_limit(heading):
    # 3.4 m above the target, 45 degrees at the steepest: the view begins at 3.4 m. The wall stands
    # 3 m before the camera, so that only its flanks lie within view.
    wall = footprints(shapely.box(3, -200, 5, 200))
    camera = cameras(heading_deg=heading, sweep_deg=80.0, vfov_deg=60.0)
    found = regions(camera, wall, [9.0], sagitta_m=1e-7)

    def before(angle):  # between the near limit and the wall, from straight ahead to an angle
        return 0.5 * 3.0**2 * np.tan(angle) - 0.5 * 3.4**2 * angle

    hidden = np.arccos(3.0 / 3.4)
    sides = np.radians([heading - 90.0 + 40.0, 90.0 - heading + 40.0])
    flanks = sum(before(side) - before(hidden) if side > hidden else 0.0 for side in np.abs(sides))
    assert found.area_m2[0, 0] == pytest.approx(flanks)
    assert shapely.area(found.geometries())[0, 0] == pytest.approx(flanks, abs=1e-3)


@pytest.mark.parametrize(("level", "ppm"), [("detection", 25.0), ("identification", 250.0)])
def test_a_level_ends_where_the_pixel_density_does(level, ppm):
    # d = W / (2 ppm tan(hfov / 2)), a slant distance: 1920 px and 90 degrees.
    slant = 1920 / (2 * ppm)
    reach = np.sqrt(slant**2 - 3.4**2) if slant > 3.4 else 0.0
    camera = cameras(hfov_deg=90.0, range_m=1000.0)
    found = regions(camera, footprints(), [], levels=DORI)
    which = [item.name for item in DORI].index(level)
    assert found.area_m2[0, which] == pytest.approx(np.pi * min(reach, 1000.0) ** 2)


@pytest.mark.parametrize(
    ("heading", "inside", "outside"),
    [(0.0, (0, 10), (0, -10)), (90.0, (10, 0), (-10, 0)), (225.0, (-10, -10), (10, 10))],
)
def test_headings_run_clockwise_from_north(heading, inside, outside):
    found = region(cameras(heading_deg=heading, sweep_deg=60.0), footprints(), [])
    assert found.contains(shapely.Point(inside))
    assert not found.intersects(shapely.Point(outside))


@pytest.mark.parametrize("sweep", [1.0, 90.0, 180.0, 270.0, 359.0, 360.0])
def test_fields_of_view_up_to_all_round(sweep):
    found = regions(cameras(sweep_deg=sweep, heading_deg=300.0, vfov_deg=180.0), footprints(), [])
    assert found.area_m2[0, 0] == pytest.approx(np.pi * 60.0**2 * sweep / 360.0)
    outline = found.geometries()[0, 0]
    assert outline.is_valid
    assert outline.area == pytest.approx(found.area_m2[0, 0], rel=1e-3)


@pytest.mark.parametrize(
    ("house", "free"),
    [(shapely.box(0, 0, 10, 10), 0.75), (shapely.box(-200, 0, 200, 10), 0.5)],
    ids=["corner", "wall"],
)
def test_a_camera_exactly_on_a_corner_or_a_wall_sees_all_but_what_the_house_hides(house, free):
    found = regions(cameras(), footprints(house), [50.0], target_height_m=0.0)
    # It is put a millimetre before the wall: a strip of 1 mm by some 2 x 60 m more is seen.
    assert found.area_m2[0, 0] == pytest.approx(free * np.pi * 60.0**2, abs=0.3)


# ---- against sight lines in three dimensions ----


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_agrees_with_sight_lines_through_solid_prisms(seed):
    rng = np.random.default_rng(seed)
    buildings, bottom, top = town(rng)
    h, z = rng.uniform(1, 15), rng.choice([0.0, 1.6, 4.0])
    sweep = rng.choice([70.0, 200.0, 360.0])
    camera = cameras(
        height_m=h,
        heading_deg=rng.uniform(0, 360),
        tilt_deg=20.0,
        vfov_deg=120.0,
        sweep_deg=sweep,
        range_m=50.0,
    )
    outline = region(camera, buildings, top, bottom=bottom, target_height_m=z, sagitta_m=1e-4)
    assert outline.is_valid

    targets = rng.uniform(-55, 55, (1500, 2))
    distance = np.hypot(*targets.T)
    azimuth = np.degrees(np.arctan2(targets[:, 0], targets[:, 1]))
    off_axis = np.abs((azimuth - camera.heading_deg[0] + 180) % 360 - 180)
    expected = seen((0.0, 0.0, h), targets, z, buildings, bottom, top)
    expected &= (distance <= 50.0) & (off_axis <= sweep / 2)
    if sweep < 360.0:
        below = np.degrees(np.arctan2(h - z, distance))
        expected &= np.abs(below - 20.0) <= 60.0
    found = shapely.intersects_xy(outline, *targets.T)
    # Tolerance: 1 mm to an edge. Arcs are chords within 0.1 mm here; walls' shadows are exact to
    # rounding, some 1e-9 m at these distances.
    edge = shapely.distance(shapely.boundary(outline), shapely.points(targets)) <= 1e-3
    assert np.array_equal(found[~edge], expected[~edge])
    assert edge.mean() < 0.01


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_areas_by_level_are_those_of_the_outlines(seed):
    rng = np.random.default_rng(seed)
    buildings, bottom, top = town(rng)
    camera = cameras(
        height_m=rng.uniform(1, 15),
        heading_deg=rng.uniform(0, 360),
        vfov_deg=60.0,
        sweep_deg=rng.choice([70.0, 360.0]),
    )
    found = regions(camera, buildings, top, DORI, bottom=bottom, sagitta_m=1e-6)
    outlines = found.geometries()[0]
    assert all(shapely.is_valid(outlines))
    assert shapely.area(outlines) == pytest.approx(found.area_m2[0], abs=1e-3)
    # A more demanding level lies within a less demanding one.
    for less, more in itertools.pairwise(outlines):
        assert more.difference(less).area < 1e-3


# ---- the flat case: CGAL, and shadows by shapely ----


def cgal_area(buildings, disc):
    """Area of CGAL's visibility polygon of the origin among the buildings within a disc."""
    free = disc.difference(shapely.union_all(buildings))
    free = next(p for p in shapely.get_parts(free) if p.contains(shapely.Point(0, 0)))
    points = [
        pyvispoly.Polygon([pyvispoly.Point(x, y) for x, y in ring.coords[:-1]])
        for ring in [
            shapely.orient_polygons(free).exterior,
            *shapely.orient_polygons(free).interiors,
        ]
    ]
    scene = pyvispoly.PolygonWithHoles(points[0], points[1:])
    polygon = pyvispoly.VisibilityPolygonCalculator(scene).compute_visibility_polygon(
        pyvispoly.Point(0, 0)
    )
    return float(polygon.area())


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_flat_areas_are_those_of_cgal(seed):
    buildings, _bottom, top = town(np.random.default_rng(seed), clear_m=0.5)
    camera = cameras(range_m=60.0)
    found = region(camera, buildings, top, flat=True)
    disc = shapely.Point(0, 0).buffer(59.0, quad_segs=16)  # a polygon, so that CGAL is exact
    assert found.intersection(disc).area == pytest.approx(cgal_area(buildings, disc), abs=2e-4)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_flat_regions_are_the_disc_without_the_shadows(seed):
    buildings, _bottom, top = town(np.random.default_rng(seed), clear_m=0.5)
    found = region(cameras(), buildings, top, flat=True)
    disc = shapely.Point(0, 0).buffer(59.0)
    shadows = []
    for building in buildings:
        for ring in [building.exterior, *building.interiors]:
            corners = np.array(ring.coords)
            for start, end in itertools.pairwise(corners):
                shadows.append(
                    shapely.convex_hull(shapely.MultiPoint([start, end, 1e3 * end, 1e3 * start]))
                )
    expected = disc.difference(shapely.union_all([*shadows, *buildings]))
    assert found.intersection(disc).symmetric_difference(expected).area < 1e-3


# ---- what must not matter ----


@settings(max_examples=20, deadline=None)
@given(seeds, st.floats(0, 360), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_moving_and_turning_the_world_turns_what_is_seen(seed, turn, east, north):
    rng = np.random.default_rng(seed)
    buildings, bottom, top = town(rng)
    camera = cameras(heading_deg=40.0, sweep_deg=100.0, vfov_deg=100.0)
    moved = footprints(
        *(
            affinity.translate(affinity.rotate(b, -turn, origin=(0, 0)), east, north)
            for b in buildings
        )
    )
    there = cameras(x=east, y=north, heading_deg=40.0 + turn, sweep_deg=100.0, vfov_deg=100.0)
    here = regions(camera, buildings, top, DORI, bottom=bottom).area_m2
    assert regions(there, moved, top, DORI, bottom=bottom).area_m2 == pytest.approx(here, abs=1e-2)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_repeated_houses_corners_and_party_walls_change_nothing(seed):
    rng = np.random.default_rng(seed)
    buildings, bottom, top = town(rng)
    here = regions(cameras(), buildings, top, DORI, bottom=bottom).area_m2
    # Every house twice, its corners repeated, cut along a line into two that share a wall.
    halves, tops, bottoms = [], [], []
    for house, high, low in zip(buildings, top, bottom, strict=True):
        x0, y0, x1, y1 = house.bounds
        for half in (
            shapely.box(x0, y0, (x0 + x1) / 2, y1),
            shapely.box((x0 + x1) / 2, y0, x1, y1),
        ):
            for part in shapely.get_parts(shapely.intersection(house, half)):
                if part.geom_type == "Polygon":
                    halves.append(shapely.segmentize(part, 3.0))
                    tops.append(high)
                    bottoms.append(low)
    again = regions(
        cameras(), footprints(*halves, *halves), tops * 2, DORI, bottom=np.array(bottoms * 2)
    ).area_m2
    assert again == pytest.approx(here, abs=1e-2)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_one_more_building_never_shows_more(seed):
    rng = np.random.default_rng(seed)
    buildings, bottom, top = town(rng)
    fewer = regions(cameras(), buildings[:-1], top[:-1], DORI, bottom=bottom[:-1]).area_m2
    assert np.all(regions(cameras(), buildings, top, DORI, bottom=bottom).area_m2 <= fewer + 1e-6)


def test_any_number_of_threads_gives_the_same_bits():
    rng = np.random.default_rng(1)
    buildings, bottom, top = town(rng, 40)
    n = 301
    camera = Cameras(
        *rng.uniform(-60, 60, (2, n)),
        rng.uniform(2, 12, n),
        rng.uniform(0, 360, n),
        rng.uniform(0, 40, n),
        rng.uniform(20, 120, n),
        rng.uniform(20, 90, n),
        rng.uniform(1000, 4000, n),
        rng.uniform(20, 100, n),
        rng.choice([60.0, 360.0], n),
    )
    one, two, five = (
        regions(camera, buildings, top, DORI, bottom=bottom, threads=t) for t in (1, 2, 5)
    )
    for other in (two, five):
        for name in ("area_m2", "x", "y", "ring_start", "ring_camera", "ring_level"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_no_cameras_and_no_buildings_are_no_trouble():
    nothing = visible_regions(cameras(0), walls.prepare(footprints()), np.empty(0), (VISIBLE,))
    assert nothing.area_m2.shape == (0, 1)
    assert nothing.geometries().shape == (0, 1)
    alone = regions(cameras(), footprints(), [], (VISIBLE, Level("x", 10.0)))
    assert alone.area_m2[0, 0] == pytest.approx(np.pi * 60.0**2)


def test_a_building_with_very_many_walls():
    # A round tower of 100,000 walls, seen from 30 m: in the plane, half of it and its shadow.
    tower = shapely.Point(30, 0).buffer(10.0, quad_segs=25_000)
    found = regions(cameras(range_m=200.0), footprints(tower), [100.0], flat=True)
    half = np.arcsin(10 / 30)
    tangent = np.sqrt(30**2 - 10**2)
    # The tangents' kite without the tower's near cap, then nothing behind.
    hidden = 200.0**2 * half - (tangent * 10.0 - 10.0**2 * (np.pi / 2 - half))
    assert found.area_m2[0, 0] == pytest.approx(np.pi * 200.0**2 - hidden, rel=1e-6)
