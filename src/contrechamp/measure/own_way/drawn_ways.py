"""Where somebody may have walked, given what a receiver wrote.

Fixes are off by metres, and those that follow each other are off alike: each draw of a way shifts
the fixes by a Gauss-Markov process (of the first order, one for each direction), which forgets in
about a minute: an assumption, of the size that receivers in streets show (multipath changes as one
walks). Nobody walks through walls: who comes to stand a little inside of a building stands before
it. Who is deeper inside than the error reaches was indoors.
"""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.exposure import Pieces
from contrechamp.measure.own_way.fixes import STANDING_M, Walk

F8 = NDArray[np.float64]

#: The error forgets itself in this time, or over this way where no times are told.
FORGETS_S, FORGETS_M = 60.0, 80.0
#: Deeper inside of a building than so many standard errors is indoors.
DEEP: Final = 3.0
#: Who stands before a wall stands so far from it.
_BEFORE_M: Final = 0.3


def drawn_fixes(
    walk: Walk, error_m: float, buildings: NDArray[np.object_], n: int, rng: np.random.Generator
) -> F8:
    """Draw where the fixes truly were, (n, n_fixes, 2) metres.

    Args:
        walk: as it was recorded.
        error_m: standard error of a fix in each direction; 0 for none.
        buildings: (n_buildings,) footprints on the same plane.
        n: how many ways.
        rng: for them.
    """
    length = np.hypot(*np.diff(walk.xy, axis=0).T)
    lasted = np.diff(walk.time_s)
    with np.errstate(invalid="ignore"):
        keeps = np.where(np.isnan(lasted), np.exp(-length / FORGETS_M), np.exp(-lasted / FORGETS_S))
    noise = rng.normal(size=(len(walk.xy), n, 2))
    shift = np.empty_like(noise)
    shift[0] = noise[0]
    for i, kept in enumerate(keeps.tolist(), start=1):
        shift[i] = kept * shift[i - 1] + np.sqrt(1.0 - kept**2) * noise[i]
    at = walk.xy[None] + error_m * shift.transpose(1, 0, 2)
    return _before_walls(at, DEEP * error_m, buildings)


def _before_walls(at: F8, deep_m: float, buildings: NDArray[np.object_]) -> F8:
    """Put fixes that are a little inside of a building before its wall."""
    if not len(buildings) or not deep_m > 0.0:
        return at
    points = shapely.points(at.reshape(-1, 2))
    building, point = shapely.STRtree(points).query(buildings, predicate="contains")
    rings = shapely.get_exterior_ring(buildings[building])
    depth = shapely.distance(rings, points[point])
    near = depth <= deep_m
    point, rings, depth = point[near], rings[near], depth[near]
    wall = shapely.get_coordinates(shapely.shortest_line(points[point], rings)).reshape(-1, 2, 2)
    moved = at.reshape(-1, 2).copy()
    towards = (wall[:, 1] - wall[:, 0]) / np.maximum(depth, 1e-9)[:, None]
    moved[point] = wall[:, 1] + _BEFORE_M * towards
    return moved.reshape(at.shape)


def pieces_of(walk: Walk, fixes: F8) -> Pieces:
    """Return the pieces of a walk between drawn fixes.

    Args:
        walk: as it was recorded.
        fixes: (n_fixes, 2) of one draw.
    """
    start, way = fixes[walk.fix], fixes[walk.fix + 1] - fixes[walk.fix]
    length = np.hypot(*way.T)
    # Who stands still is seen or not as well: on a stub of a way, from west to east.
    still = length < STANDING_M
    way[still] = (STANDING_M, 0.0)
    first, last = (start + way * walk.part[:, [end]] for end in (0, 1))
    return Pieces(
        x0=np.ascontiguousarray(first[:, 0]),
        y0=np.ascontiguousarray(first[:, 1]),
        x1=np.ascontiguousarray(last[:, 0]),
        y1=np.ascontiguousarray(last[:, 1]),
        piece=np.arange(len(walk.fix), dtype=np.int64),
        n_pieces=len(walk.fix),
    )


def drawn_seconds(walk: Walk, error_s: float, n: int, rng: np.random.Generator) -> F8:
    """Draw how long each piece took, (n, n_pieces) seconds; NaN where it is not known.

    Args:
        walk: as it was recorded.
        error_s: fixes are written up to so many seconds early or late, each for itself.
        n: how many draws.
        rng: for them.
    """
    off = rng.uniform(-error_s, error_s, (n, len(walk.xy)))
    lasted = np.diff(walk.time_s)[None] + np.diff(off, axis=1)
    share = walk.part[:, 1] - walk.part[:, 0]
    return np.asarray(np.maximum(lasted[:, walk.fix], 0.0) * share, np.float64)
