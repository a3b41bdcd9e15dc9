"""Web Mercator as tiles have it: both axes from 0 to 1, x to the east, y to the south."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]

#: Latitude at which the square ends.
HIGHEST_DEG: Final = 85.05112878


def to_unit(lonlat: F8) -> F8:
    """Return places on the unit square, (n, 2); beyond its end they stand at it.

    The formula is that of EPSG:3857 (OGC Two Dimensional Tile Matrix Set, annex D).

    Args:
        lonlat: (n, 2) degrees.

    >>> to_unit(np.array([[0.0, 0.0], [-180.0, HIGHEST_DEG]])).round(6).tolist()
    [[0.5, 0.5], [0.0, 0.0]]
    """
    lat = np.radians(np.clip(lonlat[:, 1], -HIGHEST_DEG, HIGHEST_DEG))
    x = (lonlat[:, 0] + 180.0) / 360.0
    y = 0.5 - np.arcsinh(np.tan(lat)) / (2.0 * np.pi)
    return np.column_stack((x, y))


def to_degrees(xy: F8) -> F8:
    """Return longitude and latitude of places on the unit square, (n, 2) degrees."""
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * xy[:, 1]))))
    return np.column_stack((xy[:, 0] * 360.0 - 180.0, lat))
