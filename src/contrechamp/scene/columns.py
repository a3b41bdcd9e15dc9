"""Making tables whose columns and types are those of `tables`."""

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
    """Return a table with exactly `columns`, in their order and of their types, RangeIndex.

    Args:
        columns: name -> dtype.
        data: values by column, one a row; a column that is not given is not known.
        geometry: of the rows, shapely.
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


def of_rows(
    columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], geometry: Any
) -> gpd.GeoDataFrame:
    """Return a table in WGS 84 of rows, each a mapping from column to value."""
    return table(columns, {name: [row[name] for row in rows] for name in columns}, geometry)


def empty(columns: Mapping[str, str], crs: pyproj.CRS = WGS84) -> gpd.GeoDataFrame:
    """Return a table without rows."""
    return table(columns, {}, np.empty(0, dtype=object), crs)


def stacked(columns: Mapping[str, str], tables: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return tables of the same columns and coordinate system one below the other."""
    filled = [one for one in tables if len(one)]
    if not filled:
        return empty(columns, tables[0].crs if tables else WGS84)
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), crs=filled[0].crs)


def rows_of(whole: gpd.GeoDataFrame, keep: Any) -> gpd.GeoDataFrame:
    """Return some rows of a table, renumbered."""
    return whole.loc[keep].reset_index(drop=True)
