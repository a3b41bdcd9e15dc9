"""How much ground is in view of at least one camera, measured along parallel lines."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.ragged import ragged_ranges
from contrechamp.base.seeds import stream
from contrechamp.measure.drawn import DrawnFigure
from contrechamp.measure.exposure import Exposure, Pieces
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]

#: Distance between two lines.
SPACING_M = 5.0
#: Lines are cut into steps of this length; steps that no camera reaches are left out.
STEP_M = 25.0
#: shapely's number for LineString.
_LINE = 1


def scan_lines(
    x: F8, y: F8, reach_m: F8, *, seed: int, spacing_m: float = SPACING_M
) -> tuple[Pieces, float]:
    """Lay parallel lines over everything that cameras may see.

    The length of the lines in view times their spacing is the area in view. The estimate is
    unbiased because the position of the first line is random (Cavalieri). Overlaps count once, as
    they do on streets. The lines run 20 degrees off east, so that they do not line up with a grid
    of streets.

    Args:
        x: (n,) cameras, metres east.
        y: (n,) metres north.
        reach_m: (n,) how far each may see at most; 0 if nothing.
        seed: of the position of the first line.
        spacing_m: distance between lines.

    Returns:
        the lines as one piece, and the square metres that a metre of them stands for.
    """
    sees = reach_m > 0.0
    turn = np.radians(20.0)
    cos, sin = np.cos(turn), np.sin(turn)
    along, across = x[sees] * cos + y[sees] * sin, y[sees] * cos - x[sees] * sin
    reach = reach_m[sees]
    offset = stream(seed, "ground", "first line").random() * spacing_m

    # Every step of every line that crosses a camera's circle, each once.
    first = np.ceil((across - reach - offset) / spacing_m).astype(np.int64)
    last = np.floor((across + reach - offset) / spacing_m).astype(np.int64)
    camera = np.repeat(np.arange(len(reach)), last - first + 1)
    line = ragged_ranges(first, last - first + 1)
    half = np.sqrt(
        np.maximum(reach[camera] ** 2 - (line * spacing_m + offset - across[camera]) ** 2, 0.0)
    )
    start = np.floor((along[camera] - half) / STEP_M).astype(np.int64)
    steps = np.ceil((along[camera] + half) / STEP_M).astype(np.int64) - start
    step, least = ragged_ranges(start, steps), start.min(initial=0)
    # Lines and steps as one number each, since rows take far longer to sort.
    width = step.max(initial=0) - least + 1
    line, step = np.divmod(np.unique(np.repeat(line, steps) * width + (step - least)), width)

    v, u0 = line * spacing_m + offset, (step + least) * STEP_M
    u1 = u0 + STEP_M
    pieces = Pieces(
        x0=u0 * cos - v * sin,
        y0=u0 * sin + v * cos,
        x1=u1 * cos - v * sin,
        y1=u1 * sin + v * cos,
        piece=np.zeros(len(step), np.int64),
        n_pieces=1,
    )
    return pieces, spacing_m


def lines_in_areas(lines: Pieces, polygons: NDArray[np.object_]) -> Pieces:
    """Return the stretches of lines within each area, one piece an area.

    Args:
        lines: of `scan_lines`.
        polygons: (n_areas,) metric; where areas overlap, a stretch belongs to each.
    """
    ends = np.stack(
        [np.column_stack((lines.x0, lines.y0)), np.column_stack((lines.x1, lines.y1))], axis=1
    )
    segments = shapely.linestrings(ends)
    area, segment = shapely.STRtree(segments).query(polygons, predicate="intersects")
    cut = shapely.intersection(segments[segment], polygons[area])
    parts, of = shapely.get_parts(cut, return_index=True)
    line = shapely.get_type_id(parts) == _LINE
    parts, of = parts[line], area[of[line]]
    order = np.argsort(of, kind="stable")
    xy = shapely.get_coordinates(parts[order]).reshape(-1, 2, 2)
    return Pieces(
        x0=np.ascontiguousarray(xy[:, 0, 0]),
        y0=np.ascontiguousarray(xy[:, 0, 1]),
        x1=np.ascontiguousarray(xy[:, 1, 0]),
        y1=np.ascontiguousarray(xy[:, 1, 1]),
        piece=of[order].astype(np.int64),
        n_pieces=len(polygons),
    )


def ground_in_areas(
    exposure: Exposure, m2_per_m: float, area_m2: F8, names: Sequence[str], levels: Sequence[Level]
) -> tuple[DrawnFigure, ...]:
    """Return "area.seen_m2" and "area.seen_share" of each area, draw by draw.

    Args:
        exposure: of `lines_in_areas`.
        m2_per_m: from `scan_lines`.
        area_m2: (n_areas,) square metres, above zero.
        names: (n_areas,) of their groups.
        levels: of the exposure.
    """
    found = []
    for number, level in enumerate(levels):
        seen = exposure.seen[number].toarray().astype(np.float64) * m2_per_m
        for name, seen_m2, whole_m2 in zip(names, seen.T, area_m2, strict=True):
            seen_m2 = np.minimum(seen_m2, whole_m2)
            found += [
                DrawnFigure("area.seen_m2", level.name, name, "m2", seen_m2),
                DrawnFigure("area.seen_share", level.name, name, "share", seen_m2 / whole_m2),
            ]
    return tuple(found)


def ground_figures(
    total_m: F8, m2_per_m: float, levels: Sequence[Level]
) -> tuple[DrawnFigure, ...]:
    """Return "area.seen_m2" draw by draw.

    Args:
        total_m: (n_draws, n_levels) metres in view of the lines of `scan_lines`.
        m2_per_m: from `scan_lines`.
        levels: of the totals.
    """
    return tuple(
        DrawnFigure("area.seen_m2", level.name, "all", "m2", seen * m2_per_m)
        for level, seen in zip(levels, total_m.T, strict=True)
    )
