"""How far from their way people find cameras, and how many there are then: distance sampling.

On a line every camera beside it is found for certain; farther away fewer are. From the distances of
those that were found follows how wide a strip was searched, as it were (Buckland and others,
Introduction to Distance Sampling, 2001, ch. 3). Two shapes are fitted, half-normal and hazard-rate;
what Akaike's criterion favours is drawn more often (weights of Burnham and Anderson, 2002, 2.9).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import erf

F8 = NDArray[np.float64]

#: Fewer distances than this give no curve (Buckland and others, 2001, 7.2, ask for 60 to 80).
FEWEST: Final = 20
ENOUGH: Final = 60
#: Points of the integral under a hazard-rate curve.
_POINTS: Final = 400

HALF_NORMAL: Final = "half-normal"
HAZARD_RATE: Final = "hazard-rate"


def half_normal(away_m: F8, sigma_m: float) -> F8:
    """Return the share that is found at a distance."""
    return np.asarray(np.exp(-0.5 * (away_m / sigma_m) ** 2), np.float64)


def hazard_rate(away_m: F8, sigma_m: float, b: float) -> F8:
    """Return the share that is found at a distance (Hayes and Buckland, Biometrics 39, 1983)."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(-np.expm1(-((away_m / sigma_m) ** -b)), np.float64)


def searched_half_normal(sigma_m: float, most_m: float) -> float:
    """Return the width of the strip that was searched on one side: the area under the curve."""
    return float(sigma_m * np.sqrt(np.pi / 2.0) * erf(most_m / (sigma_m * np.sqrt(2.0))))


def searched_hazard_rate(sigma_m: float, b: float, most_m: float) -> float:
    """Return the width of the strip that was searched on one side: the area under the curve."""
    at = np.linspace(0.0, most_m, _POINTS + 1)
    return float(np.trapezoid(hazard_rate(at, sigma_m, b), at))


@dataclass(frozen=True)
class Curve:
    """One shape, fitted.

    Args:
        shape: `HALF_NORMAL` or `HAZARD_RATE`.
        parameters: sigma in metres, and the b of a hazard rate.
        aic: Akaike's criterion.
        covariance: of the logarithms of the parameters.
    """

    shape: str
    parameters: tuple[float, ...]
    aic: float
    covariance: F8


@dataclass(frozen=True)
class Detection:
    """How cameras are found by their distance.

    Args:
        curves: the likelier first.
        weights: how far each is to be believed.
        searched_m: (n_draws,) width of the strip on one side in which as many were missed as were
            found beyond it.
        found_share: (n_draws,) of those within `most_m`.
        most_m: distances beyond this were left out.
        n: distances.
    """

    curves: tuple[Curve, ...]
    weights: F8
    searched_m: F8
    found_share: F8
    most_m: float
    n: int

    @property
    def few(self) -> bool:
        """Whether the curve rests on fewer distances than it should."""
        return self.n < ENOUGH


def detection(
    away_m: F8, most_m: float, n_draws: int, rng: np.random.Generator
) -> Detection | None:
    """Fit how many cameras are found by their distance; None if there are too few, or no curve.

    Args:
        away_m: (n,) distances of those found from the way of who found them.
        most_m: those beyond are left out, metres, above zero.
        n_draws: of the width that was searched.
        rng: for them.
    """
    away = np.asarray(away_m[(away_m >= 0.0) & (away_m <= most_m)], np.float64)
    if len(away) < FEWEST or not away.any():
        return None
    curves = [
        curve
        for curve in (
            _fit(HALF_NORMAL, away, most_m, [float(np.sqrt((away**2).mean()))]),
            _fit(HAZARD_RATE, away, most_m, [float(np.median(away)) or 1.0, 2.0]),
        )
        if curve is not None
    ]
    if not curves:
        return None
    curves.sort(key=lambda curve: curve.aic)
    weight = np.exp(-0.5 * (np.array([curve.aic for curve in curves]) - curves[0].aic))
    weight /= weight.sum()
    width = _draw_widths(curves, weight, most_m, n_draws, rng)
    return Detection(tuple(curves), weight, width, width / most_m, most_m, len(away))


def _searched(shape: str, parameters: Sequence[float], most_m: float) -> float:
    if shape == HALF_NORMAL:
        return searched_half_normal(parameters[0], most_m)
    return searched_hazard_rate(parameters[0], parameters[1], most_m)


def _found(shape: str, away_m: F8, parameters: Sequence[float]) -> F8:
    if shape == HALF_NORMAL:
        return half_normal(away_m, parameters[0])
    return hazard_rate(away_m, parameters[0], parameters[1])


def _fit(shape: str, away: F8, most_m: float, start: Sequence[float]) -> Curve | None:
    def cost(logs: F8) -> float:
        parameters = np.exp(logs).tolist()
        share = np.maximum(_found(shape, away, parameters), 1e-300)
        searched = _searched(shape, parameters, most_m)
        return float(len(away) * np.log(searched) - np.log(share).sum())

    # A strip of a tenth of a metre, or a thousand times as wide as what was looked at, is no curve.
    bounds = [(np.log(1e-3 * most_m), np.log(1e3 * most_m))]
    bounds += [(0.0, np.log(50.0))] * (len(start) - 1)
    best = minimize(cost, np.log(start), method="L-BFGS-B", bounds=bounds)
    if not np.isfinite(best.fun):
        return None
    covariance = _covariance(cost, best.x)
    aic = 2.0 * float(best.fun) + 2.0 * len(start)
    return Curve(shape, tuple(np.exp(best.x).tolist()), aic, covariance)


def _covariance(cost: Callable[[F8], float], at: F8, step: float = 1e-3) -> F8:
    """Return the inverse of the curvature of a cost, by central differences."""
    n = len(at)
    curvature = np.empty((n, n))
    unit = np.eye(n) * step
    for i in range(n):
        for j in range(n):
            curvature[i, j] = (
                cost(at + unit[i] + unit[j])
                - cost(at + unit[i] - unit[j])
                - cost(at - unit[i] + unit[j])
                + cost(at - unit[i] - unit[j])
            ) / (4.0 * step**2)
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2.0)
    # Where the cost is flat, the parameter is open by a factor of e.
    return np.asarray(vectors @ np.diag(1.0 / np.maximum(values, 1.0)) @ vectors.T, np.float64)


def _draw_widths(
    curves: list[Curve], weight: F8, most_m: float, n_draws: int, rng: np.random.Generator
) -> F8:
    which = rng.choice(len(curves), size=n_draws, p=weight)
    width = np.empty(n_draws)
    for number, curve in enumerate(curves):
        draws = np.flatnonzero(which == number)
        logs = rng.multivariate_normal(np.log(curve.parameters), curve.covariance, len(draws))
        width[draws] = [_searched(curve.shape, parameters, most_m) for parameters in np.exp(logs)]
    return np.asarray(np.clip(width, 1e-9, most_m), np.float64)
