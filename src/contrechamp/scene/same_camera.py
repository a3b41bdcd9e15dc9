"""Cameras from two sources that may be the same: proposed, never merged."""

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.scene.tables import SameCamera


def propose_same(
    ids: NDArray[np.str_], points: NDArray[np.object_], source: NDArray[np.int64], within_m: float
) -> tuple[SameCamera, ...]:
    """Return the pairs of cameras from different sources that are near each other.

    Args:
        ids: (n,) of the cameras.
        points: (n,) in metres.
        source: (n,) number of the file that each comes from. Two from one file are two cameras.
        within_m: greatest distance.

    Returns:
        the pairs by distance, the earlier row first in each.
    """
    tree = shapely.STRtree(points)
    a, b = tree.query(points, predicate="dwithin", distance=within_m)
    pair = (a < b) & (source[a] != source[b])
    a, b = a[pair], b[pair]
    away = shapely.distance(points[a], points[b])
    order = np.lexsort((b, a, away))
    return tuple(
        SameCamera(str(ids[i]), str(ids[j]), round(float(d), 3))
        for i, j, d in zip(a[order], b[order], away[order], strict=True)
    )
