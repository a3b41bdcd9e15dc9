"""What is asked of a walk, and what is assumed where nothing is said; imports nothing heavy."""

from dataclasses import dataclass
from typing import Final

#: Receivers are off by about this in streets, in each direction; fixes are written to the second.
#: Phones under the open sky are within 4.9 m in half of the cases (van Diggelen and Enge, ION GNSS+
#: 2015); between buildings they are worse.
GPS_ERROR_M: Final = 5.0
CLOCK_ERROR_S: Final = 0.5


@dataclass(frozen=True)
class Asked:
    """What is asked.

    Args:
        draws: how many.
        seed: of all draws.
        target_height_m: height of what is in view.
        gps_error_m: standard error of a fix in each direction.
        threads: greatest number of threads.
    """

    draws: int = 1000
    seed: int = 1
    target_height_m: float = 1.6
    gps_error_m: float = GPS_ERROR_M
    threads: int | None = None
