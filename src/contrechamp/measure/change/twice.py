"""How many cameras were put up and taken down between two surveys of the same streets.

A camera that only the second survey has is new, or the first missed it; one that only the first
has is gone, or the second missed it. How often a survey misses a camera cannot come from the two
lists, since what they differ by may be change: it has to be known from elsewhere (`--found`). Half
of what is not known of that share is of both surveys alike, half is each one's own (an assumption).
Draws by which the lists could not be what they are count for nothing. Nothing is put up or taken
down less than never: where only one of both happened, the change is drawn somewhat towards none.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

F8 = NDArray[np.float64]

_HALF: Final = 0.5
_NINE_IN_TEN: Final = 1.645
#: Where fewer draws than this share fit the lists, the stated share does not.
FEWEST_FIT: Final = 0.002
_AT_ONCE: Final = 20_000
_MOST_TRIES: Final = 50


@dataclass(frozen=True)
class Between:
    """What changed between two surveys, draw by draw.

    Args:
        put_up: (n_draws,) cameras that were put up, those that nobody found with them.
        taken_down: (n_draws,) that were taken down.
        before: (n_draws,) all there were at the first.
    """

    put_up: F8
    taken_down: F8
    before: F8

    @property
    def change(self) -> F8:
        """(n_draws,) by how many there are more."""
        return self.put_up - self.taken_down


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
    kept: list[F8] = []
    n, tried = 0, 0
    while n < n_draws and tried < _MOST_TRIES:
        some = _fitting(both, only_first, only_second, found, rng)
        tried += 1
        if some.shape[1] < FEWEST_FIT * _AT_ONCE:
            return None
        kept.append(some)
        n += some.shape[1]
    drawn = np.concatenate(kept, axis=1)[:, :n_draws]
    return Between(*drawn)


def _fitting(
    both: int, only_first: int, only_second: int, found: tuple[float, float],
    rng: np.random.Generator,
) -> F8:  # fmt: skip
    """Return draws that fit the lists, (3, n): put up, taken down, before."""
    low, high = (logit(min(max(one, 1e-4), 1.0 - 1e-4)) for one in found)
    spread = (high - low) / (2.0 * _NINE_IN_TEN)
    alike, own = rng.normal(size=_AT_ONCE), rng.normal(size=(2, _AT_ONCE))
    first, second = expit((low + high) / 2.0 + spread * np.sqrt(0.5) * (alike + own))
    # Those that stayed: both found them with the product of the shares.
    missed = rng.negative_binomial(both + _HALF, np.maximum(first * second, 1e-9))
    chances = np.array([(1.0 - first) * second, first * (1.0 - second), (1 - first) * (1 - second)])
    chances /= np.maximum(chances.sum(axis=0), 1e-12)
    missed_first, missed_second, _neither = rng.multinomial(missed, chances.T).T
    new, gone = only_second - missed_first, only_first - missed_second
    fits = (new >= 0) & (gone >= 0)
    new, gone = new[fits], gone[fits]
    put_up = new + rng.negative_binomial(new + _HALF, np.maximum(second[fits], 1e-9))
    taken = gone + rng.negative_binomial(gone + _HALF, np.maximum(first[fits], 1e-9))
    before = both + missed[fits] + taken
    return np.array([put_up, taken, before], np.float64)
