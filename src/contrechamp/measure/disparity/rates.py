"""Counts in proportion to something: to a crossing, a kilometre, a thousand people."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """Rates with the interval that counts alone leave open.

    Args:
        rate: (n,).
        low: (n,) lower end of the 90 % interval.
        high: (n,) upper end.
    """

    rate: F8
    low: F8
    high: F8


def rates(counts: F8, of: F8) -> Rates:
    """Return counts in proportion to something, as if each were Poisson's (Garwood's interval).

    Garwood, Biometrika 28, 1936, 437-442. Cameras come in clusters: the interval is too narrow for
    them, and `survey.density.rate` widens it where there are several areas.

    Args:
        counts: (n,).
        of: (n,) above zero.

    >>> [round(float(one), 2) for one in rates(np.array([9232.0]), np.array([10384.0])).rate]
    [0.89]
    """
    low = stats.chi2.ppf(0.05, 2.0 * counts) / 2.0
    high = stats.chi2.ppf(0.95, 2.0 * counts + 2.0) / 2.0
    return Rates(counts / of, np.where(counts > 0.0, low, 0.0) / of, high / of)
