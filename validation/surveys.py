"""Worlds for the estimators of surveys, of access and of the growth of maps.

As those of `validation.findings`: drawn by other means than the estimator's, and known throughout.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from contrechamp.measure.access.assumed import draw_passes, draw_waits
from contrechamp.measure.change.growth import growth
from contrechamp.measure.survey.asked import Recall
from contrechamp.measure.survey.density import rate
from contrechamp.measure.survey.distance import detection
from contrechamp.measure.survey.everywhere import everywhere
from contrechamp.measure.survey.matching import Listed, pairs
from contrechamp.measure.survey.pictures import from_pictures
from contrechamp.measure.survey.two_lists import two_lists
from contrechamp.scene.picture_answers import PictureAnswer
from validation.once import DRAWS, Once, of_draws

F8 = NDArray[np.float64]
KINDS = np.array(["fixed", "dome", "panning"])


def per_km(rng: np.random.Generator) -> Once | None:
    """Tell cameras to a kilometre from thirty walks, in places that vary beyond chance."""
    km = rng.uniform(0.3, 2.0, 30)
    counts = rng.poisson(4.0 * km * rng.gamma(4.0, 0.25, 30))
    found = rate(counts, km, DRAWS, rng)
    return None if found is None else of_draws(4.0, found.per_km, nothing=None)


def lists(rng: np.random.Generator, share: float) -> Once | None:
    """Tell how many of 60 cameras two lists missed, 3 m off and with a kind in ten told wrongly."""
    at, kind = rng.uniform(0.0, 800.0, (60, 2)), rng.integers(0, 3, 60)

    def one() -> Listed:
        found = rng.random(60) < share
        x, y = (at[found] + rng.normal(scale=3.0, size=(int(found.sum()), 2))).T
        wrong = rng.random(len(x)) < 0.1
        told = np.where(wrong, rng.integers(0, 3, len(x)), kind[found])
        return Listed(x, y, KINDS[told], 3.0)

    total = two_lists(pairs(one(), one()), DRAWS, rng).total
    return None if total is None else of_draws(60.0, total, nothing=None)


def streets(rng: np.random.Generator) -> Once | None:
    """Tell cameras on all streets, half of them walked, in squares that vary beyond chance."""
    of_kind = np.array([8.0, 3.0, 1.0, 2.0])  # cameras to a kilometre
    km = rng.uniform(0.05, 0.6, (40, 4))
    counts = rng.poisson(of_kind * km * rng.gamma(6.0, 1.0 / 6.0, (40, 1)))
    here = rng.permutation(40) < 20
    found, there = counts[here], counts[~here]
    walked = rate(found.sum(axis=1), km[here].sum(axis=1), DRAWS, rng)
    if walked is None:
        return None
    drawn = everywhere(
        found.sum(axis=0), km[here].sum(axis=0), km[~here].sum(axis=0), 0, walked, None, rng
    )
    return of_draws(float(found.sum() + there.sum()), drawn.total, nothing=None)


def distances(rng: np.random.Generator) -> Once | None:
    """Tell which share of cameras within 25 m is noticed, by the distances of those that were."""
    away, sigma = rng.uniform(0.0, 25.0, 150), 12.0
    noticed = rng.random(150) < np.exp(-0.5 * (away / sigma) ** 2)
    found = detection(away[noticed], 25.0, DRAWS, rng)
    truth = sigma * np.sqrt(np.pi / 2.0) * float(erf(25.0 / sigma / np.sqrt(2.0))) / 25.0
    return None if found is None else of_draws(truth, found.found_share, nothing=None)


def pictures(rng: np.random.Generator) -> Once | None:
    """Tell cameras to a kilometre from 200 pictures, on which three people see 63 % of them."""
    there = rng.poisson(0.12 * rng.gamma(3.0, 1.0 / 3.0, 200))  # on 20 m of one side
    shown = rng.binomial(there, 0.63)
    answers = [
        PictureAnswer(f"{i}", who, 20.0, 1, int(n if rng.random() < 0.95 else max(n - 1, 0)))
        for i, n in enumerate(shown)
        for who in ("a", "b", "c")
    ]
    checked = Recall(int(rng.binomial(100, 0.63)), 100)
    told = from_pictures(answers, checked, DRAWS, rng)
    return None if told is None else of_draws(0.12 / 0.020 * 2.0, told.per_km, nothing=None)


def grown(rng: np.random.Generator, times: float) -> Once | None:
    """Tell by how much cameras grew more than the map, which has a half more of everything."""
    cameras = (int(rng.poisson(40)), int(rng.poisson(60 * times)))
    others = (int(rng.poisson(1000)), int(rng.poisson(1500)))
    found = growth(cameras, others, DRAWS, rng)
    return None if found is None else of_draws(np.log(times), np.log(found.factor))


def waits(rng: np.random.Generator) -> Once | None:
    """Tell the minutes at five checkpoints, of which the usual wait or the longest is stated."""
    usual = rng.uniform(3.0, 15.0, 5)
    longest = np.where(rng.random(5) < 0.5, usual * np.exp(rng.uniform(0.6, 1.5, 5)), np.nan)
    spread = np.where(np.isnan(longest), 0.8, np.log(longest / usual) / 1.6449)
    truth = float((usual * np.exp(spread * rng.normal(size=5))).sum())
    kinds = np.full(5, "checkpoint_always")
    ids = np.array([f"{rng.integers(2**31)}-{i}" for i in range(5)])
    drawn = draw_waits(kinds, ids, usual, longest, DRAWS, int(rng.integers(2**31)))
    return of_draws(truth, drawn.sum(axis=1) / 60.0, nothing=None)


def gates(rng: np.random.Generator) -> Once | None:
    """Tell how many of forty gates of which nothing is known let people pass: 20 to 90 % may."""
    truth = float(rng.binomial(40, rng.uniform(0.2, 0.9)))
    ids = np.array([f"{rng.integers(2**31)}-{i}" for i in range(40)])
    drawn = draw_passes(np.full(40, "gate"), ids, DRAWS, int(rng.integers(2**31)))
    return of_draws(truth, drawn.sum(axis=1), nothing=None)


WORLDS: Mapping[str, Callable[[np.random.Generator], Once | None]] = {
    "cameras to a kilometre, from thirty walks": per_km,
    "cameras of two lists that find 70 % each": lambda rng: lists(rng, 0.7),
    "cameras of two lists that find 45 % each": lambda rng: lists(rng, 0.45),
    "cameras on all streets, half of them walked": streets,
    "share of cameras noticed, by their distance": distances,
    "cameras to a kilometre, from pictures": pictures,
    "cameras grew as the map did (log ratio)": lambda rng: grown(rng, 1.0),
    "cameras grew twice as much (log ratio)": lambda rng: grown(rng, 2.0),
    "minutes at five checkpoints": waits,
    "gates that let people pass, of forty": gates,
}
