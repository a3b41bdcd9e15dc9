"""How many cameras there are everywhere: found, missed where people walked, and where nobody did.

Where nobody walked, cameras are taken to be as dense as on streets of the same kind that were
walked. Where little of a kind was walked, the density of all streets counts as much as a kilometre
of its own: else a kind of which a hundred metres were walked would have the widest interval of all,
or none.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.survey.density import Rate

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Kilometres that the density of all streets counts beside those of a kind.
BORROWED_KM: Final = 1.0
#: Quantiles of a normal distribution between which nine in ten lie, from the middle.
NINE_IN_TEN: Final = 1.645


@dataclass(frozen=True)
class Everywhere:
    """Cameras in the area of a survey.

    Args:
        per_km: (n_strata, n_draws) cameras that are found to a kilometre of each kind of street.
        elsewhere: (n_draws,) cameras on streets that were not looked over.
        missed: (n_draws,) cameras missed on those that were; None where it cannot be told.
        total: (n_draws,) all of them; without those missed where that cannot be told.
    """

    per_km: F8
    elsewhere: F8
    missed: F8 | None
    total: F8


def per_km_of_strata(found: I8, km: F8, of_all: Rate, rng: np.random.Generator) -> F8:
    """Draw how many cameras are found to a kilometre of each kind of street.

    Args:
        found: (n_strata,) cameras on the streets that were looked over.
        km: (n_strata,) of these streets.
        of_all: of all kinds together.
        rng: for the draws.

    Returns:
        (n_strata, n_draws).
    """
    factor = of_all.overdispersion
    shape = (found[:, None] + BORROWED_KM * of_all.per_km) / factor
    drawn = rng.gamma(shape, factor / (km[:, None] + BORROWED_KM))
    return np.asarray(drawn, np.float64)


def everywhere(
    found: I8,
    km: F8,
    km_left: F8,
    known_elsewhere: int,
    of_all: Rate,
    share_found: F8 | None,
    rng: np.random.Generator,
) -> Everywhere:
    """Draw how many cameras there are.

    Args:
        found: (n_strata,) cameras on the streets that were looked over.
        km: (n_strata,) of these streets.
        km_left: (n_strata,) of streets that were not looked over.
        known_elsewhere: cameras that are known on those.
        of_all: cameras found to a kilometre of all streets that were looked over.
        share_found: (n_draws,) of the cameras on streets that were looked over; None where it
            cannot be told.
        rng: for the draws.
    """
    per_km = per_km_of_strata(found, km, of_all, rng)
    share = np.ones(len(of_all.per_km)) if share_found is None else share_found
    expected = (per_km * km_left[:, None]).sum(axis=0) / share
    elsewhere = np.maximum(_counts(expected, of_all.overdispersion, rng), known_elsewhere)
    here = int(found.sum())
    missed = None
    if share_found is not None:
        missed = rng.negative_binomial(here + 0.5, np.maximum(share, 1e-9)).astype(np.float64)
    total = here + elsewhere + (0.0 if missed is None else missed)
    return Everywhere(per_km, elsewhere, missed, total)


def _counts(expected: F8, factor: float, rng: np.random.Generator) -> F8:
    """Draw counts that vary more than Poisson's by a factor."""
    if factor > 1.0:
        expected = rng.gamma(expected / (factor - 1.0)) * (factor - 1.0)
    return rng.poisson(expected).astype(np.float64)


def narrowing(found: I8, km: F8, km_left: F8, factor: float, walked_km: F8) -> F8:
    """Return by how many cameras the interval of all would narrow, if somebody went to a place.

    Args:
        found: (n_strata,) cameras on the streets that were looked over.
        km: (n_strata,) of these streets.
        km_left: (n_strata,) of streets that were not looked over.
        factor: by which counts vary more than Poisson's.
        walked_km: (n_places, n_strata) of what is left at each place.

    Returns:
        (n_places,) expected narrowing if just this place is walked; not of several together.
    """
    mean = float(found.sum() + 0.5) / max(float(km.sum()), 1e-9)
    per_km = (found + BORROWED_KM * mean) / (km + BORROWED_KM)

    def width(done: F8, left: F8) -> F8:
        # Of what is not known of the density, and of how cameras fall if it were.
        variance = factor * per_km * (left**2 / (done + BORROWED_KM) + left)
        return np.asarray(2.0 * NINE_IN_TEN * np.sqrt(variance.sum(axis=-1)), np.float64)

    now = width(km, km_left)
    then = width(km + walked_km, np.maximum(km_left - walked_km, 0.0))
    return np.asarray(np.maximum(now - then, 0.0), np.float64)
