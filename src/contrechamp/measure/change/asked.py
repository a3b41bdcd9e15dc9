"""What is asked of several maps of one place, and what is assumed where nothing is said."""

from dataclasses import dataclass

from contrechamp.measure.survey.asked import ERROR_M, WITHIN_M


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Args:
        draws: how many.
        seed: of all draws.
        target_height_m: height of what is in view.
        error_m: how far off lists put cameras, in each direction (standard error).
        within_m: how far from their way surveyors notice a camera.
        found: between which shares of the cameras on the streets that it looked over a survey
            finds, in nine of ten cases; None where that is not told.
        threads: greatest number of threads.
    """

    draws: int = 500
    seed: int = 1
    target_height_m: float = 1.6
    error_m: float = ERROR_M
    within_m: float = WITHIN_M
    found: tuple[float, float] | None = None
    threads: int | None = None
