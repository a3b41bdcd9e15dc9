"""From what is mapped of walls, hedges, fences and gates to thin bodies on the metric plane."""

from collections.abc import Collection
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.scene.columns import kept_rows, table
from contrechamp.scene.screen_fields import GATE
from contrechamp.scene.tables import SCREEN_COLUMNS, Scene
from contrechamp.scene.valid_polygons import repaired

Shapes = NDArray[np.object_]

#: A gate drawn this near the middle of a wall, fence or hedge is an opening in it.
IN_THE_WALL_M = 1.0
#: Corners of bodies are as sharp as walls of houses have them; beyond, they are cut off.
_SHARPEST = 2.0
_POINT, _POLYGONS = 0, (3, 6)


def bodies(screens: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return what stands free as the ground that it takes, one Polygon a row.

    A line is as thick as its width; of an area it is the area itself. A gate that is a point takes
    the part of the wall, fence or hedge in which it lies, as wide as it is, with the height of that
    where its own is not known; beside none, it hides nothing and is left out.

    Args:
        screens: `SCREEN_COLUMNS` in metres: Points (gates), lines and rings, areas.
    """
    if not len(screens):
        return screens
    shapes, kinds = screens.geometry.to_numpy(), shapely.get_type_id(screens.geometry.to_numpy())
    half_m = screens["width_m"].to_numpy(np.float64) / 2.0
    area, point = np.isin(kinds, _POLYGONS), kinds == _POINT
    grounds = shapes.copy()
    thin = ~area & ~point
    grounds[thin] = shapely.buffer(
        shapes[thin], half_m[thin], cap_style="flat", join_style="mitre", mitre_limit=_SHARPEST
    )
    grounds, _bad, gone = repaired(np.where(point, shapely.MultiPolygon(), grounds))
    height_m = screens["height_m"].to_numpy(np.float64).copy()
    is_gate = screens["kind"].to_numpy(str) == GATE
    gates, walls = np.flatnonzero(point & is_gate), np.flatnonzero(thin & ~is_gate)
    gate, wall = shapely.STRtree(shapes[walls]).query(
        shapes[gates], predicate="dwithin", distance=IN_THE_WALL_M
    )
    for number in np.unique(gate):
        near = np.sort(walls[wall[gate == number]])
        _open(int(gates[number]), near, shapes, half_m, grounds, height_m)
    gone = shapely.is_empty(grounds) | (shapely.area(grounds) == 0.0)
    return _single(kept_rows(screens.assign(geometry=grounds, height_m=height_m), ~gone))


def _open(
    gate: int, near: NDArray[np.int64], shapes: Shapes, half_m: NDArray[np.float64],
    grounds: Shapes, height_m: NDArray[np.float64],
) -> None:  # fmt: skip
    """Let a gate take its part of what it lies in; `grounds` and `height_m` are changed."""
    opening = shapely.buffer(shapes[gate], half_m[gate])
    taken = shapely.intersection(grounds[near], opening)
    grounds[near] = shapely.difference(grounds[near], opening)
    leaf = shapely.get_parts(shapely.union_all(taken))
    grounds[gate] = shapely.multipolygons(leaf[shapely.get_type_id(leaf) == 3])
    if np.isnan(height_m[gate]):
        height_m[gate] = height_m[near[0]]


def _single(screens: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row per polygon; the parts of one object keep its id, and so draw alike."""
    polygons, row = shapely.get_parts(screens.geometry.to_numpy(), return_index=True)
    solid = shapely.get_type_id(polygons) == 3
    of = screens.iloc[row[solid]]
    data = {name: of[name].to_numpy() for name in SCREEN_COLUMNS}
    return table(SCREEN_COLUMNS, data, polygons[solid], screens.crs)


def without_screens(scene: Scene, kinds: Collection[str]) -> Scene:
    """Return a scene as if some kinds of what stands free were not there; they are counted."""
    off = scene.screens["kind"].isin(list(kinds)).to_numpy(bool)
    if not off.any():
        return scene
    counts = {**scene.counts, "screens_switched_off": int(off.sum())}
    return replace(scene, screens=kept_rows(scene.screens, ~off), counts=counts)
