"""Outlines of what cameras see over relief, sector by sector: for maps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled
from contrechamp.sight.arrays import F8, Cameras, Level
from contrechamp.sight.parts import index_segments
from contrechamp.sight.placing import off_outlines
from contrechamp.sight.relief.seen import record_on_relief
from contrechamp.sight.relief.views import relief_views
from contrechamp.sight.seen import CameraColumns, new_buffers
from contrechamp.sight.walls import Walls

#: Sectors of the circle around a camera: of each, what its middle has in view is taken for all.
SECTORS = 180
#: Rays are looked at in stretches of this length.
_STRETCH_M = 25.0


@dataclass(frozen=True)
class ReliefRegions:
    """What cameras see over relief.

    Args:
        area_m2: (n_cameras, n_levels), on the plane.
        shapes: (n_cameras, n_levels) shapely MultiPolygons, empty where nothing is seen.
    """

    area_m2: F8
    shapes: NDArray[np.object_]

    def geometries(self) -> NDArray[np.object_]:
        """Return (n_cameras, n_levels) shapely MultiPolygons, as `regions.Regions` does."""
        return self.shapes


def regions_on_relief(
    cameras: Cameras,
    walls: Walls,
    surface: Any,
    standing: Any,
    top_m: F8,
    levels: Sequence[Level],
    *,
    target_height_m: float,
) -> ReliefRegions:
    """Find where each camera sees targets of one height above the ground, level by level.

    Args:
        cameras: (n,) with every parameter known, in their places.
        walls: of all that stands (`walls.prepare`).
        surface: the ground (`relief.surface.Surface`).
        standing: what is known of what stands (`relief.views.Standing`).
        top_m: (n_bodies,) tops above their feet.
        levels: pixel densities.
        target_height_m: of the targets above the ground.
    """
    x, y, over_start, over = off_outlines(cameras.x, cameras.y, walls)
    ppm = np.array([level.ppm for level in levels], dtype=np.float64)
    shapes = np.full((len(x), len(levels)), shapely.MultiPolygon(), dtype=object)
    area = np.zeros(shapes.shape)
    top = np.ascontiguousarray(top_m, np.float64)
    for c in range(len(x)):
        reach = float(cameras.range_m[c])
        if reach <= 0.0:
            continue
        lines, angle = _rays(float(x[c]), float(y[c]), reach)
        views = relief_views(
            surface, walls.index, standing, over_start[c : c + 2] - over_start[c],
            over[over_start[c] : over_start[c + 1]], x[c : c + 1], y[c : c + 1],
            np.array([reach]), lines, target_height_m,
        )  # fmt: skip
        given = CameraColumns(
            *(
                np.ascontiguousarray(getattr(cameras, name)[c : c + 1], np.float64)
                for name in CameraColumns._fields
            )
        )
        level, position, start, end = _seen(
            top, x[c : c + 1], y[c : c + 1], given, ppm, lines, views
        )
        row = lines.row[position]
        from_m = (row % _stretches(reach) + start) * reach / _stretches(reach)
        to_m = (row % _stretches(reach) + end) * reach / _stretches(reach)
        wedges = _wedges(float(x[c]), float(y[c]), angle[row], from_m, to_m)
        for number in range(len(levels)):
            mine = wedges[level == number]
            if len(mine):
                parts = shapely.get_parts(shapely.union_all(mine))
                shapes[c, number] = shapely.MultiPolygon(
                    [part for part in parts if part.geom_type == "Polygon"]
                )
                area[c, number] = shapes[c, number].area
    return ReliefRegions(area, shapes)


def _stretches(reach: float) -> int:
    return max(1, int(np.ceil(reach / _STRETCH_M)))


def _rays(x: float, y: float, reach: float) -> tuple[Any, F8]:
    """Return the middles of the sectors as segments, ray by ray, and the angle of each segment."""
    many = _stretches(reach)
    angle = np.repeat((np.arange(SECTORS) + 0.5) * 2.0 * np.pi / SECTORS, many)
    near = np.tile(np.arange(many) * reach / many, SECTORS)
    far = near + reach / many
    cos, sin = np.cos(angle), np.sin(angle)
    ends = np.column_stack((x + near * cos, y + near * sin, x + far * cos, y + far * sin))
    return index_segments(ends), angle


def _wedges(x: float, y: float, angle: F8, from_m: F8, to_m: F8) -> NDArray[np.object_]:
    half = np.pi / SECTORS
    # Neighbours overlap by a hair, or their union would have cracks.
    low, high = angle - half - 1e-6, angle + half + 1e-6
    # A corner of a sector lies a little beyond its middle line: the chord has the right area.
    from_m, to_m = (np.maximum(r, 1e-3) / np.sqrt(np.cos(half)) for r in (from_m, to_m))
    corners = np.stack(
        [
            np.column_stack((x + r * np.cos(a), y + r * np.sin(a)))
            for r, a in ((from_m, low), (to_m, low), (to_m, high), (from_m, high))
        ],
        axis=1,
    )
    return np.asarray(shapely.polygons(corners))


@compiled
def _seen(
    tops: Any, x: Any, y: Any, given: Any, ppm: Any, lines: Any, views: Any
) -> tuple[Any, Any, Any, Any]:
    """Return what `record_on_relief` finds of one camera: level, position of the segment, ends."""
    buffers = new_buffers(len(ppm))
    n, found = record_on_relief(tops, x, y, given, ppm, lines, views, buffers)
    most = 0
    for k in range(n):
        most += found.levels[k]
    level, segment = np.empty(most, np.int64), np.empty(most, np.int64)
    start, end = np.empty(most), np.empty(most)
    m = 0
    for k in range(n):
        whole = int(found.whole[k])
        for at in range(found.levels[k]):
            level[m], segment[m] = at, found.segment[k]
            start[m], end[m] = 0.0, 1.0
            if at >= whole:
                row = found.first[k] + at - whole
                start[m], end[m] = found.start[row], found.end[row]
            m += start[m] < end[m]
    return level[:m], segment[:m], start[:m], end[:m]
