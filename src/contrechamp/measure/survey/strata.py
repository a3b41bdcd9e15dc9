"""Kinds of streets, which hold more or fewer cameras, and the groups in which counts vary."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

I8 = NDArray[np.int64]

#: Streets with a public place this near are told apart from others, whatever their class.
BESIDE_M: Final = 30.0
#: Cameras come in clusters of about the size of a crossing or a front of shops: counts are compared
#: between squares of this size.
SQUARE_M: Final = 250.0

#: Codes of kinds of streets, in the order in which they are asked.
STRATA: Final = ("by-services", "main-roads", "foot-ways", "other-streets")

_MAIN: Final = tuple(
    f"{road}{link}"
    for road in ("trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
)
_FOOT: Final = (
    *("pedestrian", "footway", "path", "steps", "corridor", "track", "bridleway", "cycleway"),
    "platform",
)


def strata(pieces: NDArray[np.object_], highway: NDArray[np.str_], places: gpd.GeoDataFrame) -> I8:
    """Return the kind of street of each piece, a number in `STRATA`.

    Args:
        pieces: (n,) LineStrings, metric.
        highway: (n,) of the street of each piece.
        places: `PLACE_COLUMNS`, on the same plane: schools, clinics, shops...
    """
    found = np.full(len(pieces), STRATA.index("other-streets"))
    found[np.isin(highway, _FOOT)] = STRATA.index("foot-ways")
    found[np.isin(highway, _MAIN)] = STRATA.index("main-roads")
    if len(places) and len(pieces):
        beside = shapely.STRtree(pieces).query(
            places.geometry.to_numpy(), predicate="dwithin", distance=BESIDE_M
        )[1]
        found[beside] = STRATA.index("by-services")
    return found


def squares(pieces: NDArray[np.object_]) -> I8:
    """Return the square of each piece, numbered from 0, by its middle."""
    middle = shapely.get_coordinates(shapely.line_interpolate_point(pieces, 0.5, normalized=True))
    cell = np.floor(middle / SQUARE_M).astype(np.int64)
    return np.asarray(np.unique(cell, axis=0, return_inverse=True)[1].ravel(), np.int64)
