"""How many cameras there are to a kilometre: of what was walked, and of what pictures show.

Cameras come in clusters, and so do walks: that some walks find many and others few widens the
interval, by the factor by which their counts vary more than Poisson's (McCullagh and Nelder,
Generalized Linear Models, 1989, 2nd ed., 6.2.3). A few walks tell that factor only roughly: it is
drawn, too, as the variance of a sample is.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]

#: With fewer walks their variation says too little; the counts are then taken as Poisson's, and
#: that is told.
FEWEST_WALKS: Final = 4
#: Jeffreys' prior of a rate: half a camera more in the shape of its gamma distribution.
_PRIOR: Final = 0.5


@dataclass(frozen=True)
class Rate:
    """Cameras per kilometre, draw by draw.

    Args:
        per_km: (n_draws,).
        found: cameras that were found.
        km: kilometres on which they were found.
        overdispersion: by how much counts of walks vary more than Poisson's; 1 or more, and 1 where
            there are too few walks.
        by_walks: whether there were enough walks to see how they vary.
    """

    per_km: F8
    found: int
    km: float
    overdispersion: float
    by_walks: bool


def rate(found: NDArray[np.integer], km: F8, n_draws: int, rng: np.random.Generator) -> Rate | None:
    """Return how many cameras were found to a kilometre; None if nothing was walked.

    Args:
        found: (n_walks,) cameras that each walk found.
        km: (n_walks,) kilometres of each.
        n_draws: how many draws.
        rng: for them.
    """
    total, length = int(found.sum()), float(km.sum())
    if not length > 0.0:
        return None
    factor = overdispersion(found, km)
    walks = int((km > 0.0).sum())
    drawn = np.ones(n_draws)
    if factor > 1.0:
        drawn = np.maximum(factor * (walks - 1) / rng.chisquare(walks - 1, n_draws), 1.0)
    return Rate(
        per_km=rng.gamma((total + _PRIOR) / drawn, drawn / length),
        found=total,
        km=length,
        overdispersion=factor,
        by_walks=walks >= FEWEST_WALKS,
    )


def overdispersion(found: NDArray[np.integer], km: F8) -> float:
    """Return by how much counts vary more than Poisson's, 1 or more (Pearson's statistic).

    Args:
        found: (n_walks,) cameras.
        km: (n_walks,) kilometres.
    """
    walked = km > 0.0
    n = int(walked.sum())
    if n < FEWEST_WALKS or not found[walked].any():
        return 1.0
    expected = found[walked].sum() * km[walked] / km[walked].sum()
    return max(1.0, float(((found[walked] - expected) ** 2 / expected).sum()) / (n - 1))


def recall(found: int, of: int, n_draws: int, rng: np.random.Generator) -> F8:
    """Draw which share of the cameras there are is found, from a check of some places.

    Args:
        found: of the cameras that a closer count of the same places has, those that were found.
        of: cameras of the closer count, one or more.
        n_draws: how many draws.
        rng: for them.

    Returns:
        (n_draws,) above zero.
    """
    share = rng.beta(found + _PRIOR, of - found + _PRIOR, n_draws)
    return np.asarray(np.maximum(share, np.finfo(float).tiny), np.float64)


def of_panoramas(detections_per_panorama: F8, metres_per_panorama: float, share_found: F8) -> F8:
    """Return cameras per kilometre from detections on pictures of streets.

    Each picture looks to one side, so that a stretch takes two; see Sheng, Yao and Goel (AIES 2021,
    arXiv 2105.01764), whose detector found 0.63 of the cameras.

    Args:
        detections_per_panorama: (n_draws,) or a number.
        metres_per_panorama: length of street that a picture shows.
        share_found: (n_draws,) or a number, of the cameras that stand there.

    >>> round(float(of_panoramas(np.array(0.003), 20.0, np.array(0.63))), 4)
    0.4762
    """
    per_km: F8 = detections_per_panorama * 1000.0 / metres_per_panorama * 2.0 / share_found
    return per_km
