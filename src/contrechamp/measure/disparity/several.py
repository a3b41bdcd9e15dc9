"""Several comparisons at once: Holm's correction (Scand. J. Stat. 6, 1979, 65-70)."""

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]


def holm(p: F8) -> F8:
    """Return the corrected values of all comparisons that were stated.

    Args:
        p: (n,); NaN for those that cannot be told, which count as stated all the same.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    n = len(p)
    order = np.argsort(p, kind="stable")  # NaN last
    stepped = np.maximum.accumulate(p[order] * (n - np.arange(n)))
    corrected = np.empty(n)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def from_draws(log_ratio: F8) -> float:
    """Return how often draws put a ratio on the other side of 1 than most do, both sides counted.

    With n draws no value is below 2 / (n + 1): what never happened in them may still happen.
    """
    n = len(log_ratio)
    other = min(int((log_ratio <= 0.0).sum()), int((log_ratio >= 0.0).sum()))
    return min(1.0, 2.0 * (other + 1) / (n + 1))
