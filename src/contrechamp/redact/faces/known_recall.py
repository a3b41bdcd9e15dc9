"""The measured recall of the search for faces; whatever quotes it takes it from here.

``python -m benchmarks --only faces`` prints it; docs/explanation/covering-faces.md says what it was
measured on, and a test compares the two.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recall:
    """Recall for one range of face heights.

    Args:
        low_px: lower end of the range.
        high_px: upper end; None: no limit.
        faces: number of faces.
        found: share of the faces that were covered by 80 % or more.
        found_by_deface: the same for deface 1.5.0 with its defaults.
    """

    low_px: float
    high_px: float | None
    faces: int
    found: float
    found_by_deface: float


#: On the half of the pictures that no setting was chosen on. Faces turned away are not included.
MEASURED: tuple[Recall, ...] = (
    Recall(20.0, None, 712, 0.9846, 0.8961),
    Recall(15.0, 20.0, 140, 0.9214, 0.4571),
    Recall(10.0, 15.0, 234, 0.6923, 0.1239),
)
#: Nearly half or more of the faces lower than this are missed, in a picture searched at twice its
#: size: of 167 faces of 9 to 12 px, 56 % are found.
BLIND_BELOW_PX = 12.0


def blind_below_px(largest_scale: float) -> float:
    """Return the height in px below which most faces are missed.

    Args:
        largest_scale: at which the picture was searched; the measurement was at 2.
    """
    return BLIND_BELOW_PX * 2.0 / largest_scale
