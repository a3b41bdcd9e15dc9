"""Whether the cameras on a map grew more than the map did.

A map that gets more of everything gets more cameras. What grew beside them (buildings, places such
as shops and schools) tells how much of that is the map's own growth: of all that came, what share
were cameras, beside their share before (a ratio of two ratios, by the odds of two samples).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]

_HALF: Final = 0.5


@dataclass(frozen=True)
class Growth:
    """By how much cameras grew more than other things on the same two maps.

    Args:
        cameras: on the first map and on the second.
        others: the same of other things.
        factor: (n_draws,) growth of the cameras beside that of the others; above 1 if they grew
            more.
    """

    cameras: tuple[int, int]
    others: tuple[int, int]
    factor: F8

    @property
    def explains(self) -> bool:
        """Whether the growth of the map is enough to explain that of the cameras."""
        return bool(np.quantile(self.factor, 0.05) <= 1.0)


def growth(
    cameras: tuple[int, int], others: tuple[int, int], n_draws: int, rng: np.random.Generator
) -> Growth | None:
    """Compare two growths; None where the first map has nothing to compare with.

    Args:
        cameras: on the first map and on the second.
        others: other things on the first map and on the second.
        n_draws: how many draws.
        rng: for them.
    """
    if not others[0] or not others[1]:
        return None
    drawn = [rng.gamma(n + _HALF, size=n_draws) for n in (*cameras, *others)]
    return Growth(cameras, others, (drawn[1] / drawn[0]) / (drawn[3] / drawn[2]))
