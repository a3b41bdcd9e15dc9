"""What is asked of a survey, and what is assumed where nothing is said; imports nothing heavy."""

from dataclasses import dataclass
from typing import Final

#: How far from their way people notice a camera, and how far off they put it on a map, where the
#: user says neither. Assumptions: no published figure for people with a phone is known to us.
WITHIN_M: Final = 25.0
ERROR_M: Final = 5.0


@dataclass(frozen=True)
class Recall:
    """A check of pictures against a closer count of the same places.

    Args:
        found: of its cameras, those that were found on the pictures.
        of: cameras of the closer count, one or more.
    """

    found: int
    of: int


@dataclass(frozen=True)
class Asked:
    """What is asked of a survey.

    Args:
        within_m: how far from their way people notice a camera.
        error_m: standard error of a position in each direction.
        draws: how many.
        seed: of all draws.
        whole: all streets of the input are those of the survey.
        levels: at which to tell how much street is in view of all cameras, in the words of
            `sight.levels.parse_levels`; empty if that is not asked.
        checked: which share of cameras is found on pictures, by a check; None if there was none.
    """

    within_m: float = WITHIN_M
    error_m: float = ERROR_M
    draws: int = 1000
    seed: int = 1
    whole: bool = False
    levels: str = ""
    checked: Recall | None = None
