"""Ranges of different lengths as one array, for columns whose rows have several items each."""

import numpy as np
from numpy.typing import NDArray

I8 = NDArray[np.int64]


def ragged_ranges(start: NDArray[np.integer], count: NDArray[np.integer]) -> I8:
    """Return the ranges ``start[i] .. start[i] + count[i] - 1``, one after the other.

    >>> ragged_ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    before = np.cumsum(count) - count
    return np.repeat(start - before, count) + np.arange(int(count.sum()))
