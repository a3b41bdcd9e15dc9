"""Whether what a regression leaves over is alike among neighbours: Moran's I.

Moran, Biometrika 37, 1950, 17-23; how often chance alone gives as much, by exchanging the values.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

EXCHANGES: Final = 999
#: Borders that are drawn twice leave gaps of this width.
_GAP_M: Final = 1.0


@dataclass(frozen=True)
class Alike:
    """Moran's I and how often chance alone puts it as far from what is expected.

    Args:
        i: near 1 where neighbours are alike, near 0 where they are not.
        p: two-sided.
        lone: areas without a neighbour, which do not count.
    """

    i: float
    p: float
    lone: int


def touching(areas: NDArray[np.object_]) -> csr_array:
    """Return who is whose neighbour, (n, n), each row adding up to 1 (or 0 without neighbours).

    Args:
        areas: (n,) polygons, metric.
    """
    a, b = shapely.STRtree(areas).query(areas, predicate="dwithin", distance=_GAP_M)
    a, b = a[a != b], b[a != b]
    count = np.bincount(a, minlength=len(areas))
    return csr_array((1.0 / count[a], (a, b)), shape=(len(areas), len(areas)))


def alike(
    values: F8, weights: csr_array, rng: np.random.Generator, exchanges: int = EXCHANGES
) -> Alike | None:
    """Return Moran's I of some values; None where nobody has neighbours or nothing varies.

    Args:
        values: (n,).
        weights: of `touching`.
        rng: for the exchanges.
        exchanges: how many.
    """
    has = np.diff(weights.indptr) > 0
    some = weights[has][:, has]
    z = values[has] - values[has].mean() if has.any() else np.zeros(0)
    total = float(z @ z)
    if len(z) < 4 or total <= 1e-12:
        return None
    scale = len(z) / float(some.sum()) / total
    found = scale * float(z @ (some @ z))
    chance = np.empty(exchanges)
    for k in range(exchanges):
        other = rng.permutation(z)
        chance[k] = scale * (other @ (some @ other))
    away = np.abs(chance + 1.0 / (len(z) - 1)) >= abs(found + 1.0 / (len(z) - 1))
    return Alike(found, float(away.sum() + 1) / (exchanges + 1), int((~has).sum()))
