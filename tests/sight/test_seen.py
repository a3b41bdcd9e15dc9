"""The parts of segments that cameras see: against outlines cut by shapely, and by hand."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.sight import walls
from contrechamp.sight.arrays import Cameras
from contrechamp.sight.boxes import sectors_of
from contrechamp.sight.levels import parse_levels
from contrechamp.sight.parts import index_segments, segments_in_view
from contrechamp.sight.placing import off_outlines
from contrechamp.sight.plan_views import keep_views
from contrechamp.sight.regions import visible_regions
from contrechamp.sight.seen import CameraColumns, _seen_of, seen_parts
from sight.blocks import town

LEVELS = parse_levels("25,62.5")
#: Arcs of the outlines are chords within 0.01 mm: a line that grazes one differs by its root.
CLOSE_M = 0.01


def some_cameras(rng, spots):
    n = len(spots)
    return Cameras(
        x=spots[:, 0].copy(),
        y=spots[:, 1].copy(),
        height_m=rng.uniform(2, 10, n),
        heading_deg=rng.uniform(0, 360, n),
        tilt_deg=rng.uniform(5, 30, n),
        hfov_deg=rng.uniform(40, 100, n),
        vfov_deg=rng.uniform(30, 90, n),
        width_px=rng.uniform(1000, 4000, n),
        range_m=np.full(n, 60.0),
        sweep_deg=np.where(rng.random(n) < 0.3, 360.0, 80.0),
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_parts_are_what_lies_within_the_outlines(seed):
    rng = np.random.default_rng(seed)
    footprints, bottom, _top = town(rng, 14)
    spots = rng.uniform(-40, 40, (40, 2))
    free = shapely.distance(shapely.union_all(footprints), shapely.points(spots)) > 0.1
    cameras = some_cameras(rng, spots[free][:5])
    top = np.maximum(rng.uniform(2, 12, len(footprints)), bottom + 0.5)
    city = walls.prepare(footprints, bottom)
    start = rng.uniform(-60, 60, (40, 2))
    segments = np.hstack([start, start + rng.uniform(-30, 30, (40, 2))])
    found = seen_parts(cameras, city, top, segments, LEVELS)
    regions = visible_regions(cameras, city, top, LEVELS, sagitta_m=1e-5).geometries()
    lines = shapely.linestrings(segments.reshape(-1, 2, 2))
    length = shapely.length(lines)
    seen_m = np.zeros((*regions.shape, len(segments)))
    np.add.at(
        seen_m,
        (found.camera, found.level, found.segment),
        (found.end - found.start) * length[found.segment],
    )
    expected = shapely.length(shapely.intersection(lines, regions[:, :, None]))
    assert seen_m == pytest.approx(expected, abs=CLOSE_M)
    # Ordered, inside the segment, and no part of one camera, level and segment on another.
    assert np.all((found.start >= 0.0) & (found.start < found.end) & (found.end <= 1.0))
    keys = np.column_stack([found.camera, found.level, found.segment])
    order = np.lexsort((found.start, keys[:, 2], keys[:, 1], keys[:, 0]))
    assert np.array_equal(order, np.arange(len(order)))
    same = np.all(keys[1:] == keys[:-1], axis=1)
    assert np.all(found.end[:-1][same] <= found.start[1:][same] + 1e-9)


def with_views_kept(cameras, city, top, segments):
    """Return the parts that draws take from views kept on the plan, as sorted rows."""
    x, y, over_start, over = off_outlines(cameras.x, cameras.y, city)
    lines = index_segments(segments)
    views = keep_views(city.index, over_start, x, y, cameras.range_m.copy(), lines)
    columns = CameraColumns(*(getattr(cameras, name) for name in CameraColumns._fields))
    ppm = np.array([level.ppm for level in LEVELS])
    camera, level, position, start, end = _seen_of(
        city.index, top, over_start, over, x, y, columns, 1.6, ppm, lines, views
    )
    return sorted(zip(camera, level, lines.row[position], start, end, strict=True))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_what_is_in_view_of_a_segment_is_the_same_to_the_last_bit_whatever_is_asked_beside(seed):
    rng = np.random.default_rng(seed)
    footprints, bottom, _top = town(rng, 14)
    spots = rng.uniform(-40, 40, (40, 2))
    free = shapely.distance(shapely.union_all(footprints), shapely.points(spots)) > 0.1
    cameras = some_cameras(rng, spots[free][:8])
    # Low houses among high ones: what lies behind them is swept anew.
    top = np.maximum(rng.uniform(2, 12, len(footprints)), bottom + 0.5)
    city = walls.prepare(footprints, bottom)
    start = rng.uniform(-60, 60, (40, 2))
    segments = np.hstack([start, start + rng.uniform(-30, 30, (40, 2))])
    together = with_views_kept(cameras, city, top, segments)
    some = np.flatnonzero(rng.random(len(segments)) < 0.2)
    apart = with_views_kept(cameras, city, top, segments[some])
    number = {segment: k for k, segment in enumerate(some)}
    assert apart == [
        (camera, level, number[segment], start, end)
        for camera, level, segment, start, end in together
        if segment in number
    ]
    # And it is what a sweep for all of the view finds.
    at_once = seen_parts(cameras, city, top, segments, LEVELS, threads=1)
    length = np.hypot(*(segments[:, 2:] - segments[:, :2]).T)
    seen_m = np.zeros((2, len(cameras.x), len(LEVELS), len(segments)))
    for camera, level, segment, begun, ended in together:
        seen_m[0, camera, level, segment] += (ended - begun) * length[segment]
    rows = (at_once.camera, at_once.level, at_once.segment)
    np.add.at(seen_m[1], rows, (at_once.end - at_once.start) * length[at_once.segment])
    assert np.abs(seen_m[0] - seen_m[1]).max() < 1e-6


def dome(x=0.0, y=0.0):
    one = np.ones(1)
    return Cameras(
        x=x * one, y=y * one, height_m=4.0 * one, heading_deg=0.0 * one, tilt_deg=15.0 * one,
        hfov_deg=90.0 * one, vfov_deg=60.0 * one, width_px=1920.0 * one, range_m=50.0 * one,
        sweep_deg=360.0 * one,
    )  # fmt: skip


def test_a_low_house_hides_a_stretch_and_no_more():
    # A house 3 m high from 10 to 12 m: a face at 1.6 m is hidden to 12 (4 - 1.6) / (4 - 3).
    house = np.array([shapely.box(10, -50, 12, 50)], dtype=object)
    city = walls.prepare(house, np.zeros(1))
    segment = np.array([[0.5, 0.0, 100.5, 0.0]])
    found = seen_parts(dome(), city, np.array([3.0]), segment, LEVELS[:1])
    places = np.column_stack([found.start, found.end]) * 100.0 + 0.5
    assert places == pytest.approx(np.array([[0.5, 10.0], [28.8, 50.0]]), abs=2e-3)


@pytest.mark.parametrize("seed", range(20))
def test_a_street_on_the_front_of_a_row_of_houses_is_seen_from_the_front_only(seed):
    # Maps draw it through the corners of the houses; its pieces end in between, a rounding error
    # before the wall or behind it. Metres are those of a UTM zone.
    rng = np.random.default_rng(seed)
    turn, origin = rng.uniform(0, 2 * np.pi), np.array([386_000.0, 6_672_000.0])
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    row = [shapely.box(start, 0, start + 15, 10) for start in (0, 15, 30)]
    houses = shapely.transform(np.array(row), lambda xy: xy @ axes + origin)
    city = walls.prepare(houses, np.zeros(3))
    first, last = np.array([0.0, 0.0]) @ axes + origin, np.array([45.0, 0.0]) @ axes + origin
    at = first + np.sort(np.r_[0.0, 1.0, rng.random(6)])[:, None] * (last - first)
    pieces = np.hstack([at[:-1], at[1:]])
    before = np.column_stack([rng.uniform(-20, 60, 9), -rng.choice([0.05, 3.0, 40.0], 9)])
    behind = np.column_stack([rng.uniform(-5, 50, 9), 10.0 + rng.choice([0.05, 3.0, 40.0], 9)])
    x, y = (np.vstack([before, behind]) @ axes + origin).T
    one = np.ones(18)
    cameras = Cameras(
        x=x.copy(), y=y.copy(), height_m=4.0 * one, heading_deg=rng.uniform(0, 360, 18),
        tilt_deg=15.0 * one, hfov_deg=90.0 * one, vfov_deg=60.0 * one, width_px=1920.0 * one,
        range_m=100.0 * one, sweep_deg=360.0 * one,
    )  # fmt: skip
    found = seen_parts(cameras, city, np.full(3, 20.0), pieces, LEVELS[:1])
    length = np.hypot(*(pieces[:, 2:] - pieces[:, :2]).T)[found.segment]
    seen_m = np.bincount(found.camera, (found.end - found.start) * length, 18)
    assert seen_m[:9] == pytest.approx(np.full(9, 45.0), abs=1e-3)
    assert seen_m[9:] == pytest.approx(np.zeros(9), abs=1e-3)


def test_a_street_that_begins_where_the_view_ends_is_not_met():
    # Rounding made some 1e-13 m of it be in view, and a walk along it meet the camera.
    city = walls.prepare(np.array([shapely.box(900, 900, 901, 901)], dtype=object), np.zeros(1))
    rng = np.random.default_rng(5)
    n = 60
    one, x, y = np.ones(n), rng.uniform(-500, 500, n), rng.uniform(-500, 500, n)
    heading, distance = rng.uniform(0, 360, n), rng.uniform(5, 40, n)
    edge, away = np.radians(heading + 45.0), np.radians(heading + 90.0)
    start = np.column_stack([x + distance * np.sin(edge), y + distance * np.cos(edge)])
    segments = np.hstack([start, start + 9.0 * np.column_stack([np.sin(away), np.cos(away)])])
    cameras = Cameras(
        x=x, y=y, height_m=4.0 * one, heading_deg=heading, tilt_deg=15.0 * one,
        hfov_deg=90.0 * one, vfov_deg=120.0 * one, width_px=1920.0 * one, range_m=50.0 * one,
        sweep_deg=90.0 * one,
    )  # fmt: skip
    found = seen_parts(cameras, city, np.full(1, 9.0), segments, LEVELS[:1])
    assert not np.any(found.camera == found.segment)


def test_levels_end_at_their_slant_distance():
    city = walls.prepare(np.array([shapely.box(900, 900, 901, 901)], dtype=object), np.zeros(1))
    segment = np.array([[0.0, 0.0, 100.0, 0.0]])
    found = seen_parts(dome(), city, np.array([3.0]), segment, LEVELS)
    slant = [1920 / (2 * ppm * math.tan(math.radians(45))) for ppm in (25, 62.5)]
    expected = [50.0, *(math.sqrt(d**2 - 2.4**2) for d in slant)]
    assert list(found.level) == [0, 1, 2]
    assert found.end * 100 == pytest.approx(expected, abs=1e-6)


def test_no_cameras_or_no_segments():
    city = walls.prepare(np.array([shapely.box(9, 9, 10, 10)], dtype=object), np.zeros(1))
    nothing = seen_parts(dome(), city, np.array([3.0]), np.empty((0, 4)), LEVELS)
    assert len(nothing.camera) == 0
    none = Cameras(*(np.empty(0) for _ in range(10)))
    assert len(seen_parts(none, city, np.array([3.0]), np.ones((3, 4)), LEVELS).camera) == 0


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 200))
def test_of_segments_in_a_ring_and_sector_the_tree_loses_none(seed, n):
    rng = np.random.default_rng(seed)
    middle = rng.uniform(-90, 90, (n, 2)) * rng.uniform(0, 1)
    way = rng.normal(0, 1, (n, 2)) * 10 ** rng.uniform(-1, 2)
    ends = np.hstack([middle - way, middle + way])
    start, sweep = rng.uniform(-4, 4), rng.choice([0.01, 1.0, 2.9, 3.1, 4.0, 6.2, 2 * np.pi])
    x, y, inner = *rng.uniform(-20, 20, 2), rng.choice([0.0, 20.0])
    outer = inner + rng.uniform(1, 60)
    sectors = np.empty((2, 4))
    many = sectors_of(
        math.cos(start), math.sin(start), math.cos(start + sweep), math.sin(start + sweep), sweep,
        sectors,
    )  # fmt: skip
    lines = index_segments(ends)
    within = np.empty(n + 8, np.int64)
    found = segments_in_view(
        lines, x, y, inner, outer, sectors, many, np.empty(n + 1, np.int64), within, 0
    )
    rows = lines.row[within[:found]]
    assert len(np.unique(rows)) == found
    shapes = shapely.linestrings(ends.reshape(-1, 2, 2))
    gap = shapely.distance(shapes, shapely.Point(x, y))
    assert np.all((gap[rows] < outer + 1e-9) & (gap[rows] >= inner - 1e-9))
    arc = start + np.linspace(0, sweep, 90)
    fan = np.array([x, y]) + np.vstack([[0, 0], 1e3 * np.column_stack([np.cos(arc), np.sin(arc)])])
    in_sector = (
        shapely.intersects(shapes, shapely.make_valid(shapely.Polygon(fan)))
        if many
        else np.ones(n, bool)
    )
    wanted = np.flatnonzero(in_sector & (gap < outer - 1e-9) & (gap >= inner + 1e-9))
    assert np.isin(wanted, rows).all()
