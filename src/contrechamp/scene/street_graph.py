"""From highways to a graph of streets: ways are cut where they meet, and nodes numbered."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from contrechamp.base.ragged import ragged_ranges
from contrechamp.scene.columns import empty, table
from contrechamp.scene.source_tables import Path
from contrechamp.scene.tables import STREET_COLUMNS

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


def street_graph(paths: Sequence[Path], xy: F8, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Cut paths at every node that two of them share, or that one of them meets twice.

    Ways that cross without a common node (a bridge over a street) stay apart.

    Args:
        paths: as sequences of nodes.
        xy: (n, 2) metres, the nodes of all paths one after the other.
        crs: of `xy`.

    Returns:
        `tables.STREET_COLUMNS`; edges without length are left out.
    """
    if not paths:
        return empty(STREET_COLUMNS, crs)
    sizes = np.array([len(path.nodes) for path in paths])
    _numbers, node, uses = np.unique(
        np.concatenate([np.asarray(path.nodes, np.int64) for path in paths]),
        return_inverse=True,
        return_counts=True,
    )
    last = np.cumsum(sizes) - 1
    first = last - sizes + 1
    is_end = np.zeros(len(node), bool)
    is_end[first] = is_end[last] = True
    stops = np.flatnonzero(is_end | (uses[node] > 1))

    # An edge runs from one stop to the next one of the same path.
    path_of = np.repeat(np.arange(len(paths)), sizes)
    same = path_of[stops[:-1]] == path_of[stops[1:]]
    start, end = stops[:-1][same], stops[1:][same]
    path = path_of[start]
    number = np.arange(len(path)) - np.searchsorted(path, path)
    lines = _lines(xy, start, end)
    kept = shapely.length(lines) > 0.0
    _nodes, ends = np.unique(
        np.concatenate([node[start[kept]], node[end[kept]]]), return_inverse=True
    )
    u, v = np.split(ends, 2)
    path, number = path[kept], number[kept]
    data = {
        "id": [f"{paths[p].id}/{n}" for p, n in zip(path, number, strict=True)],
        "name": [paths[p].name for p in path],
        "highway": [paths[p].highway for p in path],
        "walkable": [paths[p].walkable for p in path],
        "node_u": u,
        "node_v": v,
    }
    return table(STREET_COLUMNS, data, lines[kept], crs)


def _lines(xy: F8, start: I8, end: I8) -> NDArray[np.object_]:
    """Return the lines through the rows from `start` to `end` of `xy`, both included."""
    sizes = end - start + 1
    line = np.repeat(np.arange(len(start)), sizes)
    points = xy[ragged_ranges(start, sizes)]
    return np.asarray(shapely.linestrings(points, indices=line), dtype=object)
