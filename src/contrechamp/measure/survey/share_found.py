"""The share of cameras that surveys find, where somebody says between what it lies (`--found`)."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from contrechamp.measure.survey.everywhere import NINE_IN_TEN

F8 = NDArray[np.float64]

#: No survey finds none, and none finds all: ends nearer to either are taken as this far off.
_EDGE = 1e-4


def drawn_shares(between: tuple[float, float], alike: F8, own: F8) -> F8:
    """Return shares, of whose variance half is of all alike and half is each one's own.

    That the halves are equal is assumed.

    Args:
        between: nine in ten lie between these; on the scale of log odds, evenly about their middle.
        alike: standard normal numbers that all share, of a shape that goes with `own`.
        own: standard normal numbers of each.
    """
    low, high = (logit(min(max(one, _EDGE), 1.0 - _EDGE)) for one in between)
    half = np.sqrt(0.5) * (high - low) / (2.0 * NINE_IN_TEN)
    return np.asarray(expit((low + high) / 2.0 + half * (alike + own)), np.float64)
