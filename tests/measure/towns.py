"""Small towns for tests: streets and places as the scene has them, on a metric plane."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
from shapely import LineString, Point

CRS = "EPSG:3067"

Vertices = Sequence[tuple[float, float]]


def streets(*edges: tuple[int, int, Vertices], walkable: Sequence[bool] = ()) -> gpd.GeoDataFrame:
    """Streets from (node_u, node_v, vertices); all walkable unless said otherwise."""
    n = len(edges)
    return gpd.GeoDataFrame(
        {
            "id": [f"way/{i}/0" for i in range(n)],
            "name": [f"street {i}" for i in range(n)],
            "highway": ["residential"] * n,
            "walkable": np.array(walkable or [True] * n, bool),
            "node_u": np.array([edge[0] for edge in edges], np.int64),
            "node_v": np.array([edge[1] for edge in edges], np.int64),
        },
        geometry=[LineString(edge[2]) for edge in edges],
        crs=CRS,
    )


def places(*stops: tuple[str, float, float]) -> gpd.GeoDataFrame:
    """Places from (kind, x, y)."""
    return gpd.GeoDataFrame(
        {
            "id": [f"node/{i}" for i in range(len(stops))],
            "kind": np.array([stop[0] for stop in stops], dtype=object),
            "name": [""] * len(stops),
        },
        geometry=[Point(stop[1], stop[2]) for stop in stops],
        crs=CRS,
    )
