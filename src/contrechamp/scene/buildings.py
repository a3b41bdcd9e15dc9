"""From mapped footprints to buildings: valid single polygons, with building parts in place."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.scene.columns import kept_rows
from contrechamp.scene.tables import BUILDING_COLUMNS, Notice
from contrechamp.scene.valid_polygons import repaired

Mask = NDArray[np.bool_]

#: What building parts leave over of an outline is a building of its own if it is larger than this.
SLIVER_M2 = 1.0


def compose(
    footprints: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, list[Notice]]:
    """Make buildings from outlines and building parts.

    If an outline has parts, they replace it (OSM wiki, "Simple 3D Buildings"); what they leave
    over of it stays, with the outline's own height.

    Args:
        footprints: `source_tables.FOOTPRINT_COLUMNS`, in metres.

    Returns:
        the buildings (`tables.BUILDING_COLUMNS`, one Polygon per row; further polygons of an object
        get the ids ``...#2``, ``...#3``), the outlines (valid, with the columns of the
        footprints), and a notice for each shape that was repaired or left out.
    """
    whole, bad, gone = repaired(footprints.geometry.to_numpy())
    sound = footprints.assign(geometry=whole)
    sound = kept_rows(sound, ~gone)
    is_part = sound["part"].to_numpy(bool)
    outlines, parts = kept_rows(sound, ~is_part), kept_rows(sound, is_part)
    rest = _without_parts(outlines, parts)
    both = gpd.GeoDataFrame(
        pd.concat([rest, parts], ignore_index=True)[[*footprints.columns]], crs=footprints.crs
    )
    return _single(both), outlines, _notices(footprints["source"].to_numpy(str), bad, gone)


def _without_parts(outlines: gpd.GeoDataFrame, parts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if not len(outlines) or not len(parts):
        return outlines
    shapes = outlines.geometry.to_numpy().copy()
    part_shapes = parts.geometry.to_numpy()
    tree = shapely.STRtree(part_shapes)
    outline, part = tree.query(shapes, predicate="intersects")
    for i in np.unique(outline):
        mine = part_shapes[part[outline == i]]
        mine = mine[shapely.area(shapely.intersection(shapes[i], mine)) > SLIVER_M2]
        if len(mine):
            left = shapely.get_parts(shapely.difference(shapes[i], shapely.union_all(mine)))
            left = left[(shapely.get_type_id(left) == 3) & (shapely.area(left) > SLIVER_M2)]
            # A ribbon along a part comes from imprecise drawing and is not a building.
            left = left[shapely.area(shapely.buffer(left, -0.25)) > 0.0]
            shapes[i] = shapely.multipolygons(left)
    kept = outlines.assign(geometry=shapes)
    return kept_rows(kept, ~shapely.is_empty(shapes))


def _single(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row per polygon, with its rings and holes as they are."""
    polygons, row = shapely.get_parts(buildings.geometry.to_numpy(), return_index=True)
    number = np.arange(len(row)) - np.searchsorted(row, row) + 1
    table = buildings[[*BUILDING_COLUMNS]].iloc[row].reset_index(drop=True)
    table["id"] = [
        identity if n == 1 else f"{identity}#{n}"
        for identity, n in zip(table["id"], number, strict=True)
    ]
    return gpd.GeoDataFrame(table, geometry=polygons, crs=buildings.crs)


def _notices(source: NDArray[np.str_], bad: Mask, gone: Mask) -> list[Notice]:
    mended = _("the outline crosses itself or does not close: repaired")
    nothing = _("the outline encloses nothing: left out")
    return [
        *(Notice("repaired-polygon", where, mended) for where in source[bad & ~gone]),
        *(Notice("empty-polygon", where, nothing) for where in source[gone]),
    ]
