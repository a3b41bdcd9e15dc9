"""Metres of street within view, draw by draw, against outlines cut by shapely."""

import numpy as np
import pytest
import shapely

from contrechamp.measure.exposure import CameraDraws, Pieces, Walks, expose
from contrechamp.sight import walls
from contrechamp.sight.arrays import Cameras
from contrechamp.sight.levels import parse_levels
from contrechamp.sight.regions import visible_regions
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
            np.where(rng.random((draws, n)) < 0.3, 360.0, 80.0),
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
    assert exposure.seen_m[draw, level] == pytest.approx(made.seen_of(everyone), abs=CLOSE_M)
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


def test_the_total_without_one_camera_is_the_total_less_what_it_sees_alone(made, exposure):
    without = made.cameras.__class__(
        *(np.ascontiguousarray(np.delete(getattr(made.cameras, name), 2, axis=-1))
          for name in made.cameras.__dataclass_fields__)
    )  # fmt: skip
    rest = expose(without, made.walls, made.top, made.pieces, LEVELS)
    assert rest.seen_m.sum(axis=2) == pytest.approx(
        exposure.seen_m.sum(axis=2) - exposure.alone_m[:, :, 2], abs=1e-2
    )


def test_lengths_times_cameras_are_the_mean_of_what_each_camera_sees(exposure):
    assert exposure.cameras_m.sum(axis=1) == pytest.approx(
        exposure.by_camera_m.mean(axis=0).sum(axis=1), abs=1e-2
    )


def test_threads_change_nothing(made, exposure):
    one = made.expose(threads=1)
    for name in exposure.__dataclass_fields__:
        assert np.array_equal(getattr(exposure, name), getattr(one, name)), name


def test_no_cameras_see_nothing(made):
    none = CameraDraws(np.empty(0), np.empty(0), *(np.empty((3, 0)) for _ in DRAWN))
    found = expose(none, made.walls, made.top, made.pieces, LEVELS)
    assert found.seen_m.shape == (3, 3, 30)
    assert not found.seen_m.any()
