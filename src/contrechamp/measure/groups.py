"""The groups that figures are given for: classes of operators, kinds of cameras, areas."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Streets this near a mapped camera make a group of their own, whose share in view says the same
#: whatever the size of the extract. It is one distance for all cameras, and does not follow what
#: is assumed of their range: so the shares of two reports can be compared.
NEAR_M = 100.0

#: Column of the camera table -> first part of the group's name.
GROUPED_BY: Mapping[str, str] = {"operator_class": "operator", "kind": "kind"}


def camera_groups(cameras: gpd.GeoDataFrame) -> Mapping[str, Mask]:
    """Return which cameras belong to which group, (n,) each.

    Only groups that occur are returned: ``operator:public``, ``kind:dome``... The kind is the
    mapped one: a camera that is drawn as a fixed one stays in ``kind:unknown``.
    """
    groups = {}
    for column, word in GROUPED_BY.items():
        values = cameras[column].to_numpy(str)
        values = np.where(values == "", "unknown", values)
        for value in np.unique(values).tolist():
            groups[f"{word}:{value}"] = values == value
    return groups


@dataclass(frozen=True)
class AreaGroups:
    """Areas, the pieces of street in them, and the cameras that may see into them.

    Args:
        names: (n_areas,) ``near:<metres>``, then ``area:<id>``.
        piece: (n_areas, n_pieces) sparse, 1 where the middle of the piece lies in the area.
        camera: (n_areas, n_cameras) whether the area is within range of the camera.
    """

    names: tuple[str, ...]
    piece: csr_array
    camera: Mask


def area_groups(
    areas: gpd.GeoDataFrame,
    pieces: gpd.GeoSeries,
    x: F8,
    y: F8,
    range_m: F8,
    *,
    near_m: float = NEAR_M,
) -> AreaGroups:
    """Find the pieces of street and the cameras that belong to each area.

    The first area is made up of all places within `near_m` of a camera that has any range (one
    that is indoors has none), along a straight line, walls or not.

    Args:
        areas: `AREA_COLUMNS`, metric; areas may overlap.
        pieces: LineStrings on the same plane. A piece is a few metres long and is not cut at
            borders: it belongs to the areas that its middle lies in.
        x: (n_cameras,) metres east, where they stand for the engine.
        y: (n_cameras,) metres north.
        range_m: (n_cameras,) how far each may see at most.
        near_m: metres.
    """
    polygons, lines = areas.geometry.to_numpy(), pieces.to_numpy()
    tree = shapely.STRtree(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    area, piece = tree.query(polygons, predicate="intersects")
    points, sees = shapely.points(x, y), range_m > 0.0
    near_piece = np.unique(tree.query(points[sees], predicate="dwithin", distance=near_m)[1])
    camera = np.zeros((len(areas), len(x)), bool)
    if len(areas) and len(x):
        near = shapely.STRtree(polygons).query(points, predicate="dwithin", distance=range_m)
        camera[near[1], near[0]] = True
    row = np.concatenate([np.zeros(len(near_piece), np.int64), area + 1])
    column = np.concatenate([near_piece, piece])
    return AreaGroups(
        names=(near_name(near_m), *(f"area:{name}" for name in areas["id"].astype(str))),
        piece=csr_array((np.ones(len(row)), (row, column)), shape=(1 + len(areas), len(lines))),
        camera=np.vstack([sees, camera]),
    )


def near_name(near_m: float) -> str:
    """Return the name of the group of streets around the cameras."""
    return f"near:{near_m:g}"
