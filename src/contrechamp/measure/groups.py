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
        names: (n_areas,) ``area:<id>``.
        piece: (n_areas, n_pieces) sparse, 1 where the middle of the piece lies in the area.
        camera: (n_areas, n_cameras) whether the area is within range of the camera.
    """

    names: tuple[str, ...]
    piece: csr_array
    camera: Mask


def area_groups(
    areas: gpd.GeoDataFrame, pieces: gpd.GeoSeries, x: F8, y: F8, range_m: F8
) -> AreaGroups:
    """Find the pieces of street and the cameras that belong to each area.

    Args:
        areas: `AREA_COLUMNS`, metric; areas may overlap.
        pieces: LineStrings on the same plane. A piece is a few metres long and is not cut at
            borders: it belongs to the areas that its middle lies in.
        x: (n_cameras,) metres east.
        y: (n_cameras,) metres north.
        range_m: (n_cameras,) how far each may see at most.
    """
    polygons, lines = areas.geometry.to_numpy(), pieces.to_numpy()
    tree = shapely.STRtree(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    area, piece = tree.query(polygons, predicate="intersects")
    camera = np.zeros((len(areas), len(x)), bool)
    if len(areas) and len(x):
        near = shapely.STRtree(polygons).query(
            shapely.points(x, y), predicate="dwithin", distance=range_m
        )
        camera[near[1], near[0]] = True
    return AreaGroups(
        names=tuple(f"area:{name}" for name in areas["id"].astype(str)),
        piece=csr_array((np.ones(len(area)), (area, piece)), shape=(len(areas), len(lines))),
        camera=camera,
    )
