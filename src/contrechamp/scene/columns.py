"""Making tables with the columns and types of `tables`."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

WGS84 = pyproj.CRS.from_epsg(4326)

_MISSING: Mapping[str, object] = {"str": "", "float64": np.nan, "bool": False, "int64": -1}


def table(
    columns: Mapping[str, str],
    data: Mapping[str, Any],
    geometry: Any,
    crs: pyproj.CRS = WGS84,
) -> gpd.GeoDataFrame:
    """Return a table with exactly `columns`, in their order and types, and a RangeIndex.

    Args:
        columns: name -> dtype.
        data: column -> a value per row; a column that is not given is filled as not known.
        geometry: shapely geometries of the rows.
        crs: of the geometry; longitude before latitude in WGS 84.
    """
    n = len(geometry)
    return gpd.GeoDataFrame(
        {
            name: pd.Series(data.get(name, [_MISSING[kind]] * n), dtype=kind, index=range(n))
            for name, kind in columns.items()
        },
        geometry=np.asarray(geometry, dtype=object),
        crs=crs,
        index=pd.RangeIndex(n),
    )


def table_of_rows(
    columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], geometry: Any
) -> gpd.GeoDataFrame:
    """Return a table in WGS 84 from rows, each a mapping from column to value."""
    return table(columns, {name: [row[name] for row in rows] for name in columns}, geometry)


def empty(columns: Mapping[str, str], crs: pyproj.CRS = WGS84) -> gpd.GeoDataFrame:
    """Return a table without rows."""
    return table(columns, {}, np.empty(0, dtype=object), crs)


def stacked(columns: Mapping[str, str], tables: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return tables of the same columns and coordinate system stacked into one."""
    filled = [part for part in tables if len(part)]
    if not filled:
        return empty(columns, tables[0].crs if tables else WGS84)
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=filled[0].crs)


def kept_rows(whole: gpd.GeoDataFrame, keep: Any) -> gpd.GeoDataFrame:
    """Return the rows of a table that are to be kept, renumbered."""
    return whole.loc[keep].reset_index(drop=True)
