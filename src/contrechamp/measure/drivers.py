"""The value of knowing more: which unknown, and which camera, contributes most to the interval.

**Unknowns.** Pick and freeze: Y is the length of street in view. Take two independent samples A
and B of all numbers, and let AB_i be A with unknown i (of all cameras) taken from B. Then

- B and AB_i share unknown i and nothing else: the correlation of Y(B) and Y(AB_i) is the
  first-order index S_i = Var(E[Y|i]) / Var(Y), the share of the variance that goes away, on
  average, when i alone becomes known;
- A and AB_i share all but unknown i: one minus the correlation of Y(A) and Y(AB_i) is the total
  index T_i = E[Var(Y|all but i)] / Var(Y), the share that stays when all but i are known.

Both are estimated as ``1 - mean((f - g)**2) / 2V``, or its complement, from the pairs f, g (Jansen,
Comput. Phys. Commun. 117, 1999; design of Saltelli et al., Comput. Phys. Commun. 181, 2010), with
the variance V of the pairs themselves, which keeps shares within -1..1 and is asymptotically
efficient (Janon et al., ESAIM: Probab. Stat. 18, 2014). An index S from n pairs has a standard
error near ``(1 - S**2) / sqrt(n)``.

**Cameras.** In every draw the total is ``Y = U + A_c``: what the other cameras see, plus what only
camera c sees. U does not depend on the unknowns theta_c of camera c, which are independent of all
the others, so ``E[Y|theta_c] = E[U] + E[A_c|theta_c]`` and

    Var(E[Y|theta_c]) = Var(E[A_c|theta_c]) <= Var(A_c).

Likewise, with all but theta_c fixed, U is fixed: ``Var(Y|rest) = Var(A_c|rest)``, whose mean is at
most Var(A_c). So ``Var(A_c) / Var(Y)`` is an upper bound of both the first-order and the total
share of camera c. It needs no further draws, and is exact where what only c sees does not depend
on the others (no overlap, building heights known). The share of a camera without unknowns is 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.estimates import quantiles
from contrechamp.measure.results import Driver
from contrechamp.sight.arrays import Level

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True)
class Exchanged:
    """Totals of draws in which one unknown was exchanged.

    Args:
        unknown: its name.
        total_m: (n_pairs, n_levels), Y(AB_i) above.
    """

    unknown: str
    total_m: F8


def drivers(
    draws_m: F8, first_m: F8, second_m: F8, exchanged: Sequence[Exchanged], levels: Sequence[Level]
) -> tuple[Driver, ...]:
    """Return how much of the variance each unknown explains, at each level.

    Args:
        draws_m: (n_draws, n_levels) totals of the measurement, whose interval is to be explained.
        first_m: (n_pairs, n_levels) totals of sample A.
        second_m: (n_pairs, n_levels) totals of sample B.
        exchanged: totals of AB_i for each unknown i.
        levels: of the totals.

    Returns:
        level by level, in the order of `exchanged`. If an unknown were known, the half width of
        the interval would fall to ``sqrt(1 - S)`` of what it is now, to first order and if the
        distribution kept its shape.
    """
    low, _median, high = quantiles(draws_m)
    half = (high - low) / 2.0
    found = []
    for number, level in enumerate(levels):
        for one in exchanged:
            first_order = pair_correlation(second_m[:, number], one.total_m[:, number])
            total = 1.0 - pair_correlation(first_m[:, number], one.total_m[:, number])
            if np.ptp(first_m[:, number]) == 0.0:
                first_order = total = 0.0
            total = min(max(total, 0.0), 1.0)
            # S is never above T: where one is lost in noise, the other is often clear.
            first_order = min(max(first_order, 0.0), total)
            found.append(
                Driver(
                    unknown=one.unknown,
                    level=level.name,
                    first_order=first_order,
                    total=total,
                    half_width_m=float(half[number]),
                    half_width_if_known_m=float(half[number]) * math.sqrt(1.0 - first_order),
                )
            )
    return tuple(found)


def pair_correlation(f: F8, g: F8) -> float:
    """Return the correlation of pairs with the same mean and variance; 0 if that variance is 0.

    >>> pair_correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    1.0
    """
    both = np.concatenate((f, g))
    variance = float(np.var(both))
    if variance == 0.0:
        return 0.0
    return 1.0 - float(np.mean((f - g) ** 2)) / (2.0 * variance)


def visit_shares(alone_m: F4, total_m: F8, uncertain: NDArray[np.bool_]) -> F8:
    """Return an upper bound of each camera's share in the variance of the total.

    Args:
        alone_m: (n_draws, n_levels, n_cameras) length in view of this camera and no other.
        total_m: (n_draws, n_levels) length in view of any camera.
        uncertain: (n_cameras,) whether any parameter of the camera is drawn.

    Returns:
        (n_levels, n_cameras): the bound derived above, at most 1.
    """
    variance = np.var(total_m, axis=0)[:, None]
    own = np.var(alone_m, axis=0, dtype=np.float64)
    share = np.divide(own, variance, out=np.zeros_like(own), where=variance > 0.0)
    return np.minimum(np.where(uncertain, share, 0.0), 1.0)


def visit_ranks(shares: F8) -> I8:
    """Rank cameras by their mean share over the levels: 1 is the one to visit first.

    Args:
        shares: (n_levels, n_cameras).

    Returns:
        (n_cameras,) from 1; of equal cameras the earlier row comes first.
    """
    order = np.argsort(-shares.mean(axis=0), kind="stable")
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks
