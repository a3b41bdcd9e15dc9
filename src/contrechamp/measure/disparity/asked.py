"""What is asked beside the plan, and what is assumed where nothing is said."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Args:
        draws: how many.
        seed: of all draws.
        target_height_m: height of what is in view.
        found: between which shares of all cameras the list has, in nine of ten cases; None where
            that is not told, and figures are of the mapped cameras.
        threads: greatest number of threads.
    """

    draws: int = 1000
    seed: int = 1
    target_height_m: float = 1.6
    found: tuple[float, float] | None = None
    threads: int | None = None
