"""How many faces the search finds, as measured; every page that tells it takes it from here.

Printed by ``python -m benchmarks --only faces``; docs/explanation/covering-faces.md says on what,
and a test compares the two.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recall:
    """What became of the faces of one range of heights.

    Args:
        low_px: height of the faces, from this on.
        high_px: up to this; None: no limit.
        faces: how many there were.
        found: share of which 80 % and more was covered.
        found_by_deface: the same, by deface 1.5.0 as it comes.
    """

    low_px: float
    high_px: float | None
    faces: int
    found: float
    found_by_deface: float


#: On the half of the pictures that nothing was chosen on. A face turned away has no entry here.
MEASURED: tuple[Recall, ...] = (
    Recall(20.0, None, 712, 0.9831, 0.8961),
    Recall(15.0, 20.0, 140, 0.8714, 0.4571),
    Recall(10.0, 15.0, 234, 0.6410, 0.1239),
)
#: Of faces lower than this, in px of a picture that is searched at twice its size, about half and
#: more are missed: of 167 from 9 to 12 px, 48 %.
BLIND_BELOW_PX = 12.0


def blind_below_px(largest_scale: float) -> float:
    """Return the height in px below which most faces are missed.

    Args:
        largest_scale: that the picture was searched at; the measurement was at 2.
    """
    return BLIND_BELOW_PX * 2.0 / largest_scale
