"""From draws to an estimate: median, 90 % interval, and whether there were enough draws."""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import betainc

from contrechamp.base.compiled import compiled
from contrechamp.measure.results import Estimate

F8 = NDArray[np.float64]

#: Probabilities of the ends of the interval and of the median.
LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
#: Draws are enough when the standard error of the least certain of median, q05 and q95 is at most
#: this share of the width of the interval. For a normal distribution that takes about 620 draws.
TOLERANCE = 0.03
#: With fewer draws than this, each end of the interval rests on fewer than five draws, too few to
#: estimate its standard error from.
FEWEST_DRAWS = 100


def estimate(values: NDArray[np.floating]) -> Estimate:
    """Summarise the values of one figure over draws.

    Quantiles interpolate linearly between order statistics; for their error see `standard_error`.

    Args:
        values: (n_draws,) finite; one value where nothing was unknown.
    """
    draws = np.asarray(values, dtype=np.float64)
    low, median, high = quantiles(draws).tolist()
    error = standard_error(draws)
    return Estimate(
        median=median,
        q05=low,
        q95=high,
        mean=float(draws.mean()),
        standard_error=error,
        enough_draws=_needed(len(draws), error, high - low) <= len(draws),
        n_draws=len(draws),
    )


def quantiles(values: NDArray[np.floating]) -> F8:
    """Return the ends of the 90 % interval and the median over draws.

    Args:
        values: (n_draws, ...).

    Returns:
        (3, ...): q05, median, q95.
    """
    return np.asarray(np.quantile(values, (LOW, MIDDLE, HIGH), axis=0), dtype=np.float64)


#: Columns that one thread sorts at a time, which bounds the memory.
COLUMNS_AT_ONCE = 1024


def quantiles_of_columns(values: csr_array, threads: int | None = None) -> F8:
    """Return what `quantiles` does, of a table with few entries that are not zero, and none below.

    Args:
        values: (n_draws, n).
        threads: greatest number of threads.

    Returns:
        (3, n): q05, median and q95 of each column.
    """
    n_draws, n = values.shape
    count = np.bincount(values.indices, minlength=n)
    rank = (n_draws - 1) * np.array([LOW, MIDDLE, HIGH])
    below = np.floor(rank).astype(np.int64)
    above = np.minimum(below + 1, n_draws - 1)
    # Where even the last of these ranks falls among the zeros there is nothing to sort.
    some = np.flatnonzero(n_draws - count <= above[-1])
    number = np.full(n, -1, np.int64)
    number[some] = np.arange(len(some))
    result = np.zeros((3, n))

    def work(first: int) -> None:
        columns = some[first : first + COLUMNS_AT_ONCE]
        rows = np.zeros((len(columns), n_draws), values.data.dtype)
        _turn(values.indptr, values.indices, values.data, number, columns, first, rows)
        rows.sort(axis=1)
        result[:, columns] = _between(rows[:, below], rows[:, above], rank - below).T

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(work, range(0, len(some), COLUMNS_AT_ONCE)))
    return result


@compiled
def _turn(
    indptr: Any, indices: Any, data: Any, number: Any, columns: Any, first: int, rows: Any
) -> None:
    """Write some columns of a table in compressed rows as rows.

    Args:
        number: of each column among those that are sorted; -1 for others.
        columns: to write, ascending; `first` is the number of the first.
        rows: (n_columns, n_rows) gets what is not zero.
    """
    for row in range(len(indptr) - 1):
        low, end = indptr[row], indptr[row + 1]
        high = end
        while low < high:
            middle = (low + high) // 2
            if indices[middle] < columns[0]:
                low = middle + 1
            else:
                high = middle
        while low < end and indices[low] <= columns[-1]:
            at = number[indices[low]] - first
            if at >= 0:
                rows[at, row] = data[low]
            low += 1


def _between(low: NDArray[np.floating], high: NDArray[np.floating], part: F8) -> F8:
    """Interpolate the way that NumPy's quantiles do, so that the last bits agree."""
    step = high - low
    between: F8 = np.where(part >= 0.5, high - step * (1.0 - part), low + step * part)
    return between


def standard_error(values: F8) -> float:
    """Return the Monte Carlo standard error of the least certain of q05, median and q95.

    The method of Maritz and Jarrett (JASA 73, 1978, 194-196): if the draws themselves were the
    distribution, the order statistic that estimates a quantile would be each of the sorted draws
    with a known (beta) probability; the error is the standard deviation under these probabilities.
    It needs neither a density nor resampling.

    Args:
        values: (n_draws,).
    """
    if len(values) < 2:
        return 0.0
    # Measured from the lowest value, so that squares of large figures do not swamp a small spread.
    draws = np.sort(values) - np.min(values)
    weights = _order_statistic_weights(len(draws))
    variance = weights @ draws**2 - (weights @ draws) ** 2
    return float(np.sqrt(max(variance.max(), 0.0)))


@lru_cache(maxsize=8)
def _order_statistic_weights(n: int) -> F8:
    """Return (3, n): the probability that the order statistic of each quantile is draw i of n."""
    edges = np.arange(n + 1) / n
    rank = np.clip(np.floor(np.array([[LOW], [MIDDLE], [HIGH]]) * n + 0.5), 1, n)
    return np.asarray(np.diff(betainc(rank, n - rank + 1, edges), axis=1), dtype=np.float64)


def draws_needed(of: Estimate) -> int:
    """Return roughly how many draws would bring the error of an estimate down to `TOLERANCE`.

    The error falls with the square root of the number of draws. Where there were enough, the
    result is at most ``of.n_draws``.
    """
    return _needed(of.n_draws, of.standard_error, of.q95 - of.q05)


def _needed(n: int, error: float, width: float) -> int:
    if n <= 1 or error <= 0.0:
        return n
    if n < FEWEST_DRAWS:
        return FEWEST_DRAWS
    if width == 0.0:  # nine draws in ten agree, but one more that differs would widen the interval
        return 4 * n
    return math.ceil(n * (error / (TOLERANCE * width)) ** 2)
