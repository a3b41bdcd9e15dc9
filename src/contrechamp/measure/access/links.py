"""Foot paths that the map may lack: from the end of a street to another street close by."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.network import Snapped
from contrechamp.scene.tables import Scene

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: The end of a street may have a path to another one up to this far away.
LINK_M: Final = 40.0
#: A recorded walk that keeps this near to a path was on it; one that is not twice as long cannot be
#: told from a walk past its end. Receivers are some metres off: an assumption.
WALKED_M: Final = 5.0
#: Nearer than this it is most likely one that the map fails to join.
NEAREST_M: Final = 0.05


@dataclass(frozen=True)
class Links:
    """Paths that may be there. Row i is path i.

    Args:
        end: where it leaves, on the street that ends there.
        other: where it arrives.
        length_m: straight from one to the other, metres.
        walked: (n,) whether a recorded walk follows it: then it is there.
    """

    end: Snapped
    other: Snapped
    length_m: F8
    walked: NDArray[np.bool_]


def possible_links(scene: Scene) -> Links:
    """Return a path from each end of a street to the nearest other street, if nothing is between.

    A building or a barrier in between rules it out: what the map has counts.
    """
    streets = scene.streets
    walkable = np.flatnonzero(streets["walkable"].to_numpy(bool))
    lines = streets.geometry.to_numpy()[walkable]
    nodes = streets[["node_u", "node_v"]].to_numpy(np.int64)[walkable]
    count = np.bincount(nodes.ravel(), minlength=1)
    row, side = np.nonzero(count[nodes] == 1)
    points = np.where(
        side == 0, shapely.get_point(lines[row], 0), shapely.get_point(lines[row], -1)
    )
    end, way = shapely.STRtree(lines).query(points, predicate="dwithin", distance=LINK_M)
    # Streets that meet at the other end of this one are reached through it.
    itself = (nodes[way][:, :, None] == nodes[row[end]][:, None, :]).any(axis=(1, 2))
    end, way = end[~itself], way[~itself]
    away = shapely.distance(points[end], lines[way])
    order = np.lexsort((way, away, end))
    end, first = np.unique(end[order], return_index=True)
    way, away = way[order][first], away[order][first]
    paths = shapely.shortest_line(points[end], lines[way])
    kept = (away >= NEAREST_M) & ~_crossed(paths, scene)
    end, way, away, paths = end[kept], way[kept], away[kept], paths[kept]
    arrive = shapely.get_point(paths, -1)
    zero = np.zeros(len(end))
    start_m = np.where(side[end] == 0, 0.0, shapely.length(lines[row[end]]))
    return Links(
        Snapped(walkable[row[end]], start_m, zero),
        Snapped(walkable[way], shapely.line_locate_point(lines[way], arrive), zero),
        away,
        _walked(paths, away, scene.tracks.geometry.to_numpy()),
    )


def _walked(
    paths: NDArray[np.object_], length_m: F8, tracks: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Return which paths a recorded walk follows from one end to the other."""
    walked = np.zeros(len(paths), bool)
    if len(paths) and len(tracks):
        around = shapely.buffer(tracks, WALKED_M)
        walked[shapely.STRtree(paths).query(around, predicate="covers")[1]] = True
    return walked & (length_m > 2.0 * WALKED_M)


def _crossed(paths: NDArray[np.object_], scene: Scene) -> NDArray[np.bool_]:
    crossed = np.zeros(len(paths), bool)
    for table in (scene.buildings, scene.barriers):
        shapes = _solid(table)
        if len(shapes) and len(paths):
            crossed[shapely.STRtree(shapes).query(paths, predicate="intersects")[0]] = True
    return crossed


def _solid(table: gpd.GeoDataFrame) -> NDArray[np.object_]:
    shapes = table.geometry.to_numpy()
    return np.asarray(shapes[shapely.get_type_id(shapes) != 0], dtype=object)
