"""Homes as far as the map shows them, where trips begin. Nothing is known about who lives there."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from contrechamp.scene.columns import empty, table
from contrechamp.scene.tables import PLACE_COLUMNS

#: A door drawn this near the outline of a building belongs to it.
AT_THE_WALL_M = 1.0


def find_homes(outlines: gpd.GeoDataFrame, doors: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the homes, each once.

    A building where people may live is represented by its address points; if it has none, by its
    entrances; failing those, by a point inside. An address outside of any building is a home of its
    own; one in a building with another use is not a home.

    Args:
        outlines: valid ones of buildings, with ``id`` and ``dwelling``, in metres.
        doors: points of kind "address" or "entrance", in metres.

    Returns:
        `tables.PLACE_COLUMNS` of kind "home".
    """
    dwelling = outlines["dwelling"].to_numpy(str)
    points = doors.geometry.to_numpy()
    shapes = outlines.geometry.to_numpy()
    is_address = doors["kind"].to_numpy(str) == "address"
    building = _building_of(points, shapes)
    at_home = np.zeros(len(points), bool)
    at_home[building >= 0] = dwelling[building[building >= 0]] != ""
    with_address = np.unique(building[at_home & is_address])
    chosen = (is_address & ((building < 0) | at_home)) | (
        ~is_address & at_home & ~np.isin(building, with_address)
    )
    served = np.unique(building[chosen & at_home])
    alone = (dwelling != "") & ~np.isin(np.arange(len(shapes)), served)
    ids = np.concatenate([doors["id"].to_numpy(str)[chosen], outlines["id"].to_numpy(str)[alone]])
    if not len(ids):
        return empty(PLACE_COLUMNS, outlines.crs)
    geometry = np.concatenate([points[chosen], shapely.point_on_surface(shapes[alone])])
    return table(
        PLACE_COLUMNS,
        {"id": ids, "kind": ["home"] * len(ids), "name": [""] * len(ids)},
        geometry,
        outlines.crs,
    )


def _building_of(points: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return, for each point, the row of the nearest building within `AT_THE_WALL_M`, or -1."""
    building = np.full(len(points), -1, np.int64)
    if len(points) and len(shapes):
        tree = shapely.STRtree(shapes)
        point, row = tree.query(points, predicate="dwithin", distance=AT_THE_WALL_M)
        away = shapely.distance(points[point], shapes[row])
        nearest = pd.DataFrame({"point": point, "row": row, "away": away})
        nearest = nearest.sort_values(["point", "away", "row"]).drop_duplicates("point")
        building[nearest["point"].to_numpy()] = nearest["row"].to_numpy()
    return building
