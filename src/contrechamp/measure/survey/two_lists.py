"""How many cameras there are, from two lists of one place that were made apart from each other.

Of the cameras of the first list the second has found some share; it will have found the same share
of those that the first missed (Chapman, Univ. California Publ. Stat. 1, 1951, 131-160). That takes
that nothing was put up or taken down in between, that the lists were made apart, and that a camera
that is easy to find for one is not easy for the other as well. It mostly is: then there are *more*
cameras than this says.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.survey.matching import Pairs, draw_matchings

F8 = NDArray[np.float64]

#: With fewer expected in both lists, the upper end would rest on what is assumed, not on them.
FEWEST_IN_BOTH: Final = 2.0
#: With fewer, Chapman's estimate may lie too low by more than it says (Robson and Regier, Trans.
#: Am. Fish. Soc. 93, 1964, 215-226).
FEW_IN_BOTH: Final = 7.0
#: Jeffreys' prior of the share that the second list finds, and the like for those missed by both.
_PRIOR: Final = 0.5


@dataclass(frozen=True)
class TwoLists:
    """What two lists say together, draw by draw.

    Args:
        lengths: of the lists.
        in_both: (n_draws,) cameras that both have.
        known: (n_draws,) different cameras that the lists have together.
        total: (n_draws,) cameras that there are; None where it cannot be told.
        chapman: Chapman's estimate, the mean over the matchings; None where it cannot be told.
    """

    lengths: tuple[int, int]
    in_both: F8
    known: F8
    total: F8 | None
    chapman: float | None

    @property
    def share_found(self) -> F8 | None:
        """(n_draws,) share of all that the lists have together; None where it cannot be told."""
        return None if self.total is None else self.known / self.total

    @property
    def few_in_both(self) -> bool:
        """Whether so few are in both that the estimate may lie too low."""
        return float(self.in_both.mean()) < FEW_IN_BOTH


def chapman(n_first: int, n_second: int, in_both: F8) -> F8:
    """Return Chapman's estimate of how many there are.

    Args:
        n_first: length of the first list.
        n_second: length of the second.
        in_both: how many are in both.

    >>> float(chapman(30, 40, np.array(10.0)))
    114.54545454545455
    """
    estimate: F8 = (n_first + 1.0) * (n_second + 1.0) / (in_both + 1.0) - 1.0
    return estimate


def two_lists(of: Pairs, n_draws: int, rng: np.random.Generator) -> TwoLists:
    """Return how many cameras there are, with the doubt of matching and that of finding.

    Args:
        of: pairs of the lists that may be one camera.
        n_draws: matchings, with one draw of what both missed for each.
        rng: for all draws.
    """
    matched = draw_matchings(of, n_draws, rng).chosen
    first, second = of.lengths
    in_both = matched.sum(axis=1).astype(np.float64)
    known = first + second - in_both
    total = estimate = None
    if in_both.mean() >= FEWEST_IN_BOTH:
        total = known + missed_by_both(first, second, in_both, rng)
        estimate = float(chapman(first, second, in_both).mean())
    return TwoLists(
        lengths=of.lengths,
        in_both=in_both,
        known=known,
        total=total,
        chapman=estimate,
    )


def missed_by_both(n_first: int, n_second: int, in_both: F8, rng: np.random.Generator) -> F8:
    """Draw how many cameras neither list has.

    Of the first list the second has found `in_both`; the share that it finds has then a beta
    distribution. Of those not in the first list it has found the rest of its own: how many it
    missed of these is negative binomial.

    Args:
        n_first: length of the first list.
        n_second: length of the second.
        in_both: (n_draws,) how many are in both.
        rng: for the draws.

    Returns:
        (n_draws,) whole numbers.
    """
    share = rng.beta(in_both + _PRIOR, n_first - in_both + _PRIOR)
    found = n_second - in_both + _PRIOR
    return rng.negative_binomial(found, np.maximum(share, 1e-9)).astype(np.float64)
