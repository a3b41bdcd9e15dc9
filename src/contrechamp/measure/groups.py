"""For whom a figure holds: classes of operators, kinds of cameras, areas."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Column of the camera table -> first word of the group.
GROUPED_BY: Mapping[str, str] = {"operator_class": "operator", "kind": "kind"}


def camera_groups(cameras: gpd.GeoDataFrame) -> Mapping[str, Mask]:
    """Return which cameras belong to which group, (n,) each.

    Groups are those that occur: ``operator:public``, ``kind:dome``... A kind is the one that is
    mapped: a camera that is drawn as a fixed one stays in ``kind:unknown``.
    """
    found = {}
    for column, word in GROUPED_BY.items():
        values = cameras[column].to_numpy(str)
        values = np.where(values == "", "unknown", values)
        for value in np.unique(values).tolist():
            found[f"{word}:{value}"] = values == value
    return found


@dataclass(frozen=True)
class AreaGroups:
    """Areas and what of the streets lies in them.

    Args:
        names: (n_areas,) ``area:<id>``.
        piece: (n_areas, n_pieces) sparse, 1 where the middle of the piece lies in the area.
        camera: (n_areas, n_cameras) whether the camera is within its range of the area.
    """

    names: tuple[str, ...]
    piece: csr_array
    camera: Mask


def area_groups(
    areas: gpd.GeoDataFrame, pieces: gpd.GeoSeries, x: F8, y: F8, range_m: F8
) -> AreaGroups:
    """Tell which pieces of street, and which cameras, belong to each area.

    Args:
        areas: `AREA_COLUMNS`, metric; areas may overlap.
        pieces: LineStrings on the same plane. A piece belongs to the areas in which its middle
            lies: it is some metres long, and is not cut at borders.
        x: (n_cameras,) metres east.
        y: (n_cameras,) metres north.
        range_m: (n_cameras,) as far as each may see.
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
