"""Metres of street within view, draw by draw, against outlines cut by shapely."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.measure.exposure import CameraDraws, Pieces, Walks, expose, expose_totals
from contrechamp.sight import walls
from contrechamp.sight.arrays import Cameras
from contrechamp.sight.levels import parse_levels
from contrechamp.sight.regions import visible_regions
from contrechamp.sight.seen import seen_parts
from sight.blocks import town

LEVELS = parse_levels("25,62.5")
DRAWN = [
    "height_m", "heading_deg", "tilt_deg", "hfov_deg", "vfov_deg", "width_px", "range_m",
    "sweep_deg",
]  # fmt: skip


class Town:
    """Seven cameras, 60 segments in 30 pieces, three draws; two groups, two walks."""

    def __init__(self):
        rng = np.random.default_rng(7)
        self.footprints, bottom, _top = town(rng, 14)
        union = shapely.union_all(self.footprints)
        spots = rng.uniform(-40, 40, (60, 2))
        spots = spots[shapely.distance(union, shapely.points(spots)) > 0.1][:7]
        n, draws = len(spots), 3
        self.cameras = CameraDraws(
            spots[:, 0].copy(),
            spots[:, 1].copy(),
            rng.uniform(2, 10, (draws, n)),
            rng.uniform(0, 360, (draws, n)),
            rng.uniform(5, 30, (draws, n)),
            rng.uniform(40, 100, (draws, n)),
            rng.uniform(30, 90, (draws, n)),
            rng.uniform(1000, 4000, (draws, n)),
            np.full((draws, n), 60.0),
            rng.choice([80.0, 80.0, 170.0, 200.0, 360.0], (draws, n)),
        )
        self.top = np.maximum(rng.uniform(2, 12, (draws, len(self.footprints))), bottom + 0.5)
        self.walls = walls.prepare(self.footprints, bottom)
        start = rng.uniform(-60, 60, (60, 2))
        end = start + rng.uniform(-30, 30, (60, 2))
        start[0], end[0] = spots[0], spots[0] + [20, 3]  # from a camera
        start[1], end[1] = spots[0] - [10, 4], spots[0] + [20, 8]  # through it
        self.lines = shapely.linestrings(np.stack([start, end], axis=1))
        self.pieces = Pieces(
            *(np.ascontiguousarray(a) for a in (start[:, 0], start[:, 1], end[:, 0], end[:, 1])),
            np.arange(60) // 2,
            30,
        )
        self.groups = np.zeros((2, n), bool)
        self.groups[0, :3] = self.groups[1, 2:] = True
        self.walks = Walks(np.array([0, 3, 10]), np.array([0, 1, 2, 5, 6, 7, 8, 9, 10, 11]))

    def expose(self, **options):
        return expose(
            self.cameras, self.walls, self.top, self.pieces, LEVELS,
            groups=self.groups, walks=self.walks, **options,
        )  # fmt: skip

    def outlines(self, draw):
        camera = Cameras(
            self.cameras.x, self.cameras.y, *(getattr(self.cameras, name)[draw] for name in DRAWN)
        )
        return visible_regions(
            camera, self.walls, self.top[draw], LEVELS, sagitta_m=1e-5
        ).geometries()

    def seen_of(self, region):
        length = shapely.length(shapely.intersection(self.lines, region))
        return np.bincount(self.pieces.piece, length)


def seen_m(exposure):
    """Metres in view, (n_draws, n_levels, n_pieces)."""
    return np.stack([seen.toarray() for seen in exposure.seen], axis=1)


@pytest.fixture(scope="module")
def made():
    return Town()


@pytest.fixture(scope="module")
def exposure(made):
    return made.expose()


# Arcs of the outlines are chords within 0.01 mm: a line that grazes one differs by its root.
CLOSE_M = 0.01


@pytest.mark.parametrize("draw", range(3))
@pytest.mark.parametrize("level", range(3))
def test_every_length_is_that_of_the_lines_within_the_outlines(made, exposure, draw, level):
    regions = made.outlines(draw)[:, level]
    everyone = shapely.union_all(regions)
    assert seen_m(exposure)[draw, level] == pytest.approx(made.seen_of(everyone), abs=CLOSE_M)
    for camera, region in enumerate(regions):
        others = shapely.union_all(np.delete(regions, camera))
        assert exposure.by_camera_m[draw, level, camera] == pytest.approx(
            made.seen_of(region).sum(), abs=CLOSE_M
        )
        assert exposure.alone_m[draw, level, camera] == pytest.approx(
            made.seen_of(region.difference(others)).sum(), abs=CLOSE_M
        )
    for group, members in enumerate(made.groups):
        assert exposure.by_group_m[draw, level, group] == pytest.approx(
            made.seen_of(shapely.union_all(regions[members])).sum(), abs=CLOSE_M
        )
    for walk in range(2):
        way = made.walks.indices[made.walks.indptr[walk] : made.walks.indptr[walk + 1]]
        met = sum(made.seen_of(region)[way].sum() > 1e-6 for region in regions)
        assert exposure.walk_cameras[draw, level, walk] == met


@pytest.mark.parametrize("higher_m", [0.0, 6.0])
def test_draws_see_what_cameras_see_that_are_asked_about_once(made, higher_m):
    # The draws keep what each place has in view on the plan; with higher houses it settles more.
    top = made.top + higher_m
    found = expose(made.cameras, made.walls, top, made.pieces, LEVELS).by_camera_m
    ends = shapely.get_coordinates(made.lines).reshape(-1, 4)
    for draw, seen in enumerate(found):
        columns = (getattr(made.cameras, name)[draw] for name in DRAWN)
        cameras = Cameras(made.cameras.x, made.cameras.y, *columns)
        parts = seen_parts(cameras, made.walls, top[draw], ends, LEVELS)
        once = np.zeros(seen.shape)
        metres = (parts.end - parts.start) * shapely.length(made.lines)[parts.segment]
        np.add.at(once, (parts.level, parts.camera), metres)
        assert seen == pytest.approx(once, abs=1e-4)


def test_the_total_without_one_camera_is_the_total_less_what_it_sees_alone(made, exposure):
    without = made.cameras.__class__(
        *(np.ascontiguousarray(np.delete(getattr(made.cameras, name), 2, axis=-1))
          for name in made.cameras.__dataclass_fields__)
    )  # fmt: skip
    rest = expose(without, made.walls, made.top, made.pieces, LEVELS)
    assert seen_m(rest).sum(axis=2) == pytest.approx(
        seen_m(exposure).sum(axis=2) - exposure.alone_m[:, :, 2], abs=1e-2
    )


def test_lengths_times_cameras_are_the_mean_of_what_each_camera_sees(exposure):
    assert exposure.cameras_m.sum(axis=1) == pytest.approx(
        exposure.by_camera_m.mean(axis=0).sum(axis=1), abs=1e-2
    )


def test_totals_are_the_sums_of_what_is_in_view_whichever_way_they_are_asked_for(made, exposure):
    alone = expose_totals(made.cameras, made.walls, made.top, made.pieces, LEVELS)
    assert np.array_equal(alone, exposure.total_m)
    each = seen_m(exposure).sum(axis=2, dtype=np.float64)
    assert exposure.total_m == pytest.approx(each, rel=1e-12)
    assert exposure.total_m.max() > 0.0


def test_what_is_asked_beside_changes_nothing_and_is_what_it_is_alone(made, exposure):
    few, turned = made.pieces, np.radians(20.0)
    x, y = np.meshgrid(np.arange(-60.0, 60.0, 25.0), np.arange(-60.0, 60.0, 5.0))
    x, y = x.ravel(), y.ravel()
    over = Pieces(
        x, y, x + 25.0 * np.cos(turned), y + 25.0 * np.sin(turned), np.arange(len(x)) // 20, 6
    )
    found = expose(
        made.cameras, made.walls, made.top, few, LEVELS, groups=made.groups, walks=made.walks,
        beside=over,
    )  # fmt: skip
    # But for last bits: a camera is swept once for both, over a wider window.
    assert found.total_m == pytest.approx(exposure.total_m, rel=1e-9)
    assert seen_m(found) == pytest.approx(seen_m(exposure), abs=1e-4)
    assert found.by_camera_m == pytest.approx(exposure.by_camera_m, abs=1e-4)
    assert found.alone_m == pytest.approx(exposure.alone_m, abs=1e-4)
    assert found.by_group_m == pytest.approx(exposure.by_group_m, abs=1e-4)
    assert np.array_equal(found.walk_cameras, exposure.walk_cameras)
    alone = expose(made.cameras, made.walls, made.top, over, LEVELS)
    assert found.beside_m == pytest.approx(alone.total_m, rel=1e-9)
    assert found.beside_m.max() > 0.0
    assert not exposure.beside_m.any()


def test_threads_change_nothing(made, exposure):
    same_bits(exposure, made.expose(threads=1))


def same_bits(one, other, pieces=slice(None)):
    assert np.array_equal(seen_m(one)[:, :, pieces], seen_m(other)[:, :, pieces])
    assert np.array_equal(one.cameras_m[:, pieces], other.cameras_m[:, pieces])
    for name in ("by_camera_m", "alone_m", "by_group_m", "walk_cameras"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.integers(1, 40))
def test_pieces_out_of_reach_change_no_bit_wherever_they_lie(made, exposure, seed, more):
    rng = np.random.default_rng(seed)
    angle, far = rng.uniform(0, 7, more), rng.uniform(300, 3000, more)
    x, y = far * np.cos(angle), far * np.sin(angle)
    few = made.pieces
    larger = Pieces(
        np.append(few.x0, x), np.append(few.y0, y),
        np.append(few.x1, x + rng.uniform(-90, 90, more)),
        np.append(few.y1, y + rng.uniform(-90, 90, more)),
        np.append(few.piece, 30 + np.arange(more)), 30 + more,
    )  # fmt: skip
    found = expose(
        made.cameras, made.walls, made.top, larger, LEVELS, groups=made.groups, walks=made.walks
    )
    same_bits(found, exposure, slice(0, 30))
    assert not seen_m(found)[:, :, 30:].any()
    assert sum(seen.nnz for seen in found.seen) == sum(seen.nnz for seen in exposure.seen)
    assert np.array_equal(found.total_m, exposure.total_m)


def test_no_cameras_see_nothing(made):
    none = CameraDraws(np.empty(0), np.empty(0), *(np.empty((3, 0)) for _ in DRAWN))
    found = expose(none, made.walls, made.top, made.pieces, LEVELS)
    assert seen_m(found).shape == (3, 3, 30)
    assert not seen_m(found).any()
