"""What is assumed of barriers of which nothing is known: whether people pass, after what wait.

No published figure is known to us for either. The ranges are wide, every page says that they are
assumed and for how many barriers, and a table that says who may pass, when, leaves none of them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from contrechamp.base.seeds import stream

F8 = NDArray[np.float64]

#: Standard normal quantile of the end of a 90 % interval.
_AT_95: Final = float(ndtri(0.95))
#: A wait whose longest is not stated is lognormal with this spread: one in twenty is 3.7 times the
#: usual one.
SPREAD: Final = 0.8


@dataclass(frozen=True)
class Assumed:
    """What is assumed of a kind of barrier.

    Args:
        passes: lowest and highest share of such barriers that let people on foot pass, of those of
            which nothing is known; the share is drawn between them.
        wait_minutes: usual wait and the one that one in twenty exceeds.
    """

    passes: tuple[float, float]
    wait_minutes: tuple[float, float]


ASSUMED: Mapping[str, Assumed] = {
    "checkpoint_always": Assumed((0.5, 1.0), (5.0, 30.0)),
    "checkpoint_partly": Assumed((0.6, 1.0), (2.0, 20.0)),
    "checkpoint": Assumed((0.5, 1.0), (5.0, 30.0)),
    "gate_open": Assumed((0.7, 1.0), (0.0, 0.0)),
    "gate_closed": Assumed((0.0, 0.3), (0.0, 0.0)),
    "gate": Assumed((0.2, 0.9), (0.0, 0.0)),
    "earth_mound": Assumed((0.6, 1.0), (1.0, 3.0)),
    "roadblock": Assumed((0.8, 1.0), (0.0, 0.0)),
    "trench": Assumed((0.2, 0.9), (1.0, 5.0)),
    "linear_closure": Assumed((0.2, 0.9), (1.0, 5.0)),
    "wall": Assumed((0.0, 0.3), (0.0, 0.0)),
    "fence": Assumed((0.0, 0.5), (0.0, 0.0)),
    "turnstile": Assumed((0.6, 1.0), (0.0, 0.0)),
    "vehicle_barrier": Assumed((1.0, 1.0), (0.0, 0.0)),
    "other": Assumed((0.2, 0.9), (0.0, 0.0)),
}


def draw_passes(kinds: NDArray[np.str_], ids: NDArray[np.str_], draws: int, seed: int) -> F8:
    """Return for each draw and barrier 1 if it lets people pass where that is not known, else 0.

    The share of a kind that lets them pass is drawn once for the kind, the barriers within it each
    for themselves.

    Args:
        kinds: (n,) of `barrier_fields.KINDS`.
        ids: (n,) of the barriers: adding one leaves the draws of the others as they were.
        draws: how many.
        seed: of the draws.
    """
    share = np.empty((draws, len(kinds)))
    for kind in np.unique(kinds):
        low, high = ASSUMED[kind].passes
        drawn = stream(seed, "access", "passes", kind).uniform(low, high, draws)
        share[:, kinds == kind] = drawn[:, None]
    return (_uniform(ids, draws, seed, "passes") < share).astype(np.float64)


def draw_waits(
    kinds: NDArray[np.str_], ids: NDArray[np.str_], usual: F8, most: F8, draws: int, seed: int
) -> F8:
    """Return how long it takes to pass each barrier, (draws, n) seconds, lognormal.

    Args:
        kinds: (n,) of `barrier_fields.KINDS`.
        ids: (n,) of the barriers.
        usual: (n,) stated minutes: the median; NaN where none are.
        most: (n,) longest minutes seen, which one in twenty is taken to exceed; NaN likewise.
        draws: how many.
        seed: of the draws.
    """
    of_kind = np.array([ASSUMED[kind].wait_minutes for kind in kinds]).reshape(-1, 2)
    none = np.isnan(usual) & np.isnan(most)
    median = np.where(none, of_kind[:, 0], usual)
    far = np.where(none, of_kind[:, 1], most)
    # Of a barrier of which only the longest wait was seen, the usual one is that much shorter.
    median = np.where(np.isnan(median), far / math.exp(_AT_95 * SPREAD), median)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(np.isnan(far), SPREAD, np.log(far / median) / _AT_95)
    spread = np.where(np.isfinite(spread), np.maximum(spread, 0.0), 0.0)
    normal = ndtri(_uniform(ids, draws, seed, "waits"))
    return np.asarray(60.0 * median * np.exp(spread * normal))


def _uniform(ids: NDArray[np.str_], draws: int, seed: int, what: str) -> F8:
    """Return numbers in 0..1, (draws, n), each column of which depends on its barrier only."""
    columns = [stream(seed, "access", what, str(one)).random(draws) for one in ids]
    return np.stack(columns, axis=1) if columns else np.empty((draws, 0))
