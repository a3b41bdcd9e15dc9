"""How many cameras were put up and taken down between two surveys of the same streets.

A camera that only the second survey has is new, or the first missed it; one that only the first
has is gone, or the second missed it. How often a survey misses a camera cannot come from the two
lists, since what they differ by may be change: it has to be known from elsewhere (`--found`).
Half of what is not known of that share is of both surveys alike, half is each one's own (an
assumption). How many of those that stayed each survey missed is drawn, and what is left of a list
is change. In a draw that can be less than none: to leave these out would draw every change towards
none.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.survey.share_found import drawn_shares

F8 = NDArray[np.float64]

_HALF: Final = 0.5


@dataclass(frozen=True)
class Between:
    """What changed between two surveys, draw by draw.

    Args:
        put_up: (n_draws,) cameras that were put up, those that nobody found with them; 0 or more.
        taken_down: (n_draws,) that were taken down; 0 or more.
        change: (n_draws,) by how many there are more; not just the one less the other, since
            neither stops at none there.
    """

    put_up: F8
    taken_down: F8
    change: F8


def between(
    both: int,
    only_first: int,
    only_second: int,
    found: tuple[float, float],
    n_draws: int,
    rng: np.random.Generator,
) -> Between | None:
    """Draw what changed; None where the lists do not fit the share that surveys are said to find.

    Args:
        both: cameras that both surveys have.
        only_first: that only the first has.
        only_second: that only the second has.
        found: between which shares a survey finds, in nine of ten cases.
        n_draws: how many draws.
        rng: for them.
    """
    first, second = drawn_shares(found, rng.normal(size=n_draws), rng.normal(size=(2, n_draws)))
    # Of those that stayed, both found a share that is the product of their shares.
    missed = rng.negative_binomial(both + _HALF, np.maximum(first * second, 1e-9))
    chances = np.array([(1.0 - first) * second, first * (1.0 - second), (1 - first) * (1 - second)])
    chances /= np.maximum(chances.sum(axis=0), 1e-12)
    missed_first, missed_second, _neither = rng.multinomial(missed, chances.T).T
    new, gone = only_second - missed_first, only_first - missed_second
    if not ((new >= 0) & (gone >= 0)).any():
        return None
    put_up, taken_down = _with_missed(new, second, rng), _with_missed(gone, first, rng)
    return Between(np.maximum(put_up, 0.0), np.maximum(taken_down, 0.0), put_up - taken_down)


def _with_missed(found: NDArray[np.int64], share: F8, rng: np.random.Generator) -> F8:
    """Return counts with those that were missed beside them, of less than none as of more."""
    more = rng.negative_binomial(np.abs(found) + _HALF, np.maximum(share, 1e-9))
    return np.asarray(found + np.where(found >= 0, more, -more), np.float64)
