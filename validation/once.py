"""What one made-up world tells of an estimator."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
DRAWS = 400


@dataclass(frozen=True)
class Once:
    """One world: what is true, what was estimated, its interval, and whether a change was seen.

    Args:
        truth: of the figure.
        estimate: the median, or the coefficient.
        low: q05.
        high: q95.
        seen: whether the interval leaves out what would be nothing; None where that says nothing.
    """

    truth: float
    estimate: float
    low: float
    high: float
    seen: bool | None


def of_draws(truth: float, values: F8, nothing: float | None = 0.0) -> Once:
    """Return what draws tell.

    Args:
        truth: of the figure.
        values: (n_draws,).
        nothing: what it would be if nothing differed; None where that says nothing.
    """
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95)).tolist()
    seen = None if nothing is None else not low <= nothing <= high
    return Once(float(truth), middle, low, high, seen)
