"""Where barriers cross walkable streets."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.network import Snapped, snap

I8 = NDArray[np.int64]

#: A barrier that somebody surveyed stands on the nearest street up to this far away. One of the map
#: is a point of the way that it is on: a gate beside a street is that of a garden.
SURVEYED_M: Final = 15.0
MAPPED_M: Final = 0.5
#: A gate this near a wall where that crosses a street is the opening in it.
OPENING_M: Final = 2.5


@dataclass(frozen=True)
class Crossings:
    """Where barriers cross streets. Row i is crossing i.

    Args:
        barrier: (n,) row of the table of barriers, ascending.
        snapped: where on which street.
        on_no_street: number of barriers that cross no walkable street.
        along: of lines that run along a street for a part, which is no crossing.
        openings: of crossings of a line that a gate opens, which count as the gate's.
    """

    barrier: I8
    snapped: Snapped
    on_no_street: int
    along: int
    openings: int


def find_crossings(streets: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> Crossings:
    """Find where barriers cross walkable streets.

    Args:
        streets: `STREET_COLUMNS`, metric.
        barriers: `BARRIER_COLUMNS`, on the same plane.
    """
    shapes = barriers.geometry.to_numpy()
    is_point = shapely.get_type_id(shapes) == 0
    points = np.flatnonzero(is_point)
    at_points = snap(streets, barriers.geometry.iloc[points], SURVEYED_M)
    of_map = np.char.startswith(barriers["id"].to_numpy(str)[points], "node/")
    with np.errstate(invalid="ignore"):
        on = at_points.on_network & ~(of_map & (at_points.distance_m > MAPPED_M))
    points, at_points = points[on], at_points.rows(np.flatnonzero(on))
    lines, at_lines, along = _of_lines(streets, shapes, np.flatnonzero(~is_point))
    opened = _opened(streets, at_points, at_lines)
    lines, at_lines = lines[~opened], at_lines.rows(np.flatnonzero(~opened))
    barrier = np.concatenate([points, lines])
    order = np.argsort(barrier, kind="stable")
    return Crossings(
        barrier=barrier[order],
        snapped=at_points.and_then(at_lines).rows(order),
        on_no_street=len(barriers) - len(np.unique(barrier)),
        along=along,
        openings=int(opened.sum()),
    )


def _of_lines(
    streets: gpd.GeoDataFrame, shapes: NDArray[np.object_], rows: I8
) -> tuple[I8, Snapped, int]:
    """Return where lines cross streets, and how many run along one.

    A wall that ends at a street leaves the street free; a street that ends at a wall does not.
    """
    walkable = np.flatnonzero(streets["walkable"].to_numpy(bool))
    ways = streets.geometry.to_numpy()[walkable]
    line, way = shapely.STRtree(ways).query(shapes[rows], predicate="intersects")
    common = shapely.intersection(shapes[rows[line]], ways[way])
    parts, pair = shapely.get_parts(common, return_index=True)
    point = shapely.get_type_id(parts) == 0
    along = len(np.unique(line[pair[~point]]))
    parts, pair = parts[point], pair[point]
    ends = shapely.boundary(shapes[rows[line[pair]]])  # of a ring: nothing
    crosses = ~(shapely.distance(parts, ends) < 1e-6)
    parts, pair = parts[crosses], pair[crosses]
    along_m = shapely.line_locate_point(ways[way[pair]], parts)
    snapped = Snapped(walkable[way[pair]], along_m, np.zeros(len(pair)))
    return rows[line[pair]].astype(np.int64), snapped, along


def _opened(streets: gpd.GeoDataFrame, gates: Snapped, lines: Snapped) -> NDArray[np.bool_]:
    """Return which crossings of lines have a gate beside them."""
    opened = np.zeros(len(lines.street), bool)
    if len(gates.street) and len(lines.street):
        tree = shapely.STRtree(_places(streets, gates))
        opened[tree.query(_places(streets, lines), predicate="dwithin", distance=OPENING_M)[0]] = 1
    return opened


def _places(streets: gpd.GeoDataFrame, at: Snapped) -> NDArray[np.object_]:
    ways = streets.geometry.to_numpy()[at.street]
    return np.asarray(shapely.line_interpolate_point(ways, at.along_m), dtype=object)
