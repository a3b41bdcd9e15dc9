"""Whether rates rise or fall along a line, over a hump, or over two.

A line through a hump can be flat: two kinds of places may both be high, and those between low
(arXiv 2305.15210 saw such). So curves of degree 1, 2 and 4 are fitted beside a constant, and the
one with the best criterion of Bayes is looked at: how often it turns between the first and the last
twentieth of the areas.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.disparity.counts import AREAS_A_COLUMN, negative_binomial

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

DEGREES: Final = (1, 2, 4)
#: A turn counts if the rate falls by this share on both sides of it, or rises on both.
DEEP: Final = 0.1
#: A curve must be better than every simpler one by this much (positive evidence: Kass and Raftery,
#: JASA 90, 1995, 773-795).
BETTER: Final = 2.0
_STEPS: Final = 200


@dataclass(frozen=True)
class Shape:
    """What the rate does as a covariate rises.

    Args:
        word: "flat", "line", "hump", "hollow", "two-humps", "hump-and-hollow" or "cannot-tell".
        degree: of the curve that was chosen, 0 for a constant.
        at: (n,) values of the covariate, in its deviations, from the first to the last twentieth.
        rate: (n,) along the curve, 1 at its mean.
    """

    word: str
    degree: int
    at: F8
    rate: F8


def shape(counts: F8, covariate: F8, others: F8, offset: F8, cluster: I8) -> Shape:
    """Return what the rate does as the covariate rises, others held.

    Args:
        counts: (n,) of cameras.
        covariate: (n,) with mean 0 and deviation 1.
        others: (n, k) further columns.
        offset: (n,) logs.
        cluster: (n,) numbers.

    Raises:
        CannotTellError: if not even the line can be fitted.
    """
    # Outliers would steer the tails of a curve of degree 4.
    low, high = np.quantile(covariate, (0.05, 0.95))
    z = np.clip(covariate, low, high)
    possible = [d for d in DEGREES if len(z) >= AREAS_A_COLUMN * (d + others.shape[1] + 1)]
    fits = {
        degree: negative_binomial(
            counts, np.column_stack((_powers(z, degree), others)), offset, cluster
        )
        for degree in (0, *(possible or DEGREES[:1]))
    }
    bics = {degree: fit.bic for degree, fit in fits.items()}
    best = min(bics, key=lambda degree: bics[degree])
    at = np.linspace(low, high, _STEPS)
    rate = np.ones(_STEPS)
    if best:
        logs = _powers(at, best, z) @ fits[best].coefficient[1 : best + 1]
        rate = np.exp(logs - logs.mean())
    simpler = [bics[degree] for degree in bics if degree < best]
    told = all(one - bics[best] >= BETTER for one in simpler)
    return Shape(_word(best, rate) if told else "cannot-tell", best, at, rate)


def _powers(z: F8, degree: int, like: F8 | None = None) -> F8:
    """Return orthogonal columns of powers, scaled alike for `z` and what it is shown at."""
    like = z if like is None else like
    centre, half = (like.max() + like.min()) / 2.0, max((like.max() - like.min()) / 2.0, 1e-12)
    return np.polynomial.legendre.legvander((z - centre) / half, degree)[:, 1:]


def _word(degree: int, rate: F8) -> str:
    if not degree:
        return "flat"
    turns = _turns(rate)
    words = {
        (): "line",
        ("top",): "hump",
        ("bottom",): "hollow",
        ("top", "bottom", "top"): "two-humps",
    }
    return words.get(tuple(turns), "hump-and-hollow")


def _turns(rate: F8) -> list[str]:
    """Return tops and bottoms in order; wiggles that are not `DEEP` are passed over."""
    found: list[str] = []
    lowest = highest = rate[0]
    way = 0
    for value in rate[1:]:
        if way >= 0:
            if value > highest:
                highest = value
            elif value < highest * (1.0 - DEEP):
                if way > 0:
                    found.append("top")
                way, lowest = -1, value
        if way <= 0:
            if value < lowest:
                lowest = value
            elif value > lowest / (1.0 - DEEP):
                if way < 0:
                    found.append("bottom")
                way, highest = 1, value
    return found
