"""Covers that the page hides from the reviewer, to measure how many uncovered faces they miss.

Of some pictures one cover of a face is left out of what the page shows: its outline, and in the
picture of the copy its pixels. No copy is touched: what is hidden stands in the memory of the page
alone, and at its end every place is told, found or missed. That covers are hidden is said from the
start.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from scipy.special import betaincinv

from contrechamp.redact.made import Made
from contrechamp.redact.outcome import Box

#: Copies that may have a hidden cover, at least; with fewer the rate says nothing.
LEAST_COPIES: Final = 8
#: Of so many such copies one has a hidden cover, and no fewer than three in all.
ONE_OF: Final = 8
LEAST_SEEDS: Final = 3
#: px of a picture; smaller ones may be missed by anybody, and are looks.
LEAST_SIDE_PX: Final = 24
#: Share of the hidden cover that a box must cover.
FOUND_SHARE: Final = 0.5
_LEVEL: Final = 0.9


@dataclass
class Seeds:
    """The hidden covers of one page.

    Args:
        boxes: by copy.
        told: whether they were told: nothing is hidden after that.
    """

    boxes: Mapping[str, Box] = field(default_factory=dict)
    told: bool = False

    def box_of(self, key: str) -> Box | None:
        """Return the hidden cover of a copy."""
        return None if self.told else self.boxes.get(key)

    def tell(self, drawn: Mapping[str, Sequence[Box]]) -> dict[str, Any]:
        """Return how many were found, the interval of what is missed, and where each was.

        Args:
            drawn: boxes that the reviewer drew, by copy.
        """
        self.told = True
        found = {
            key: any(_share(box, one) >= FOUND_SHARE for one in drawn.get(key, ()))
            for key, box in self.boxes.items()
        }
        missed, shown = sum(not one for one in found.values()), len(found)
        low, high = _interval(missed, shown)
        places = [{"file": key, "box": list(self.boxes[key]), "found": found[key]} for key in found]
        return {"shown": shown, "found": shown - missed, "low": low, "high": high, "places": places}


def chosen(copies: Mapping[str, Made], below: Callable[[int], int] = secrets.randbelow) -> Seeds:
    """Return covers to hide: of still pictures, one a copy, of no more than one copy in eight.

    Args:
        copies: that are to be reviewed, by name.
        below: draws a number below another.
    """
    can = {key: faces for key, made in copies.items() if (faces := _clear(made))}
    if len(can) < LEAST_COPIES:
        return Seeds()
    keys, taken = sorted(can), {}
    for _number in range(max(LEAST_SEEDS, len(can) // ONE_OF)):
        key = keys.pop(below(len(keys)))
        taken[key] = can[key][below(len(can[key]))]
    return Seeds(taken)


def _clear(made: Made) -> list[Box]:
    """Return the covers of faces that stand alone, and are large enough to be seen."""
    outcome = made.outcome
    if outcome.kind != "image" or outcome.frames is not None:
        return []
    drawn = made.request.hand
    if drawn is not None and (drawn.cover or drawn.leave):
        return []
    boxes = [*(one.box for one in outcome.covered), *(one.box for one in outcome.looks)]
    others = [box for box in boxes if box]
    return [
        one.box
        for one in outcome.covered
        if one.by == "face"
        and one.box
        and min(one.box[2] - one.box[0], one.box[3] - one.box[1]) >= LEAST_SIDE_PX
        and sum(_share(one.box, other) > 0 or _share(other, one.box) > 0 for other in others) == 1
    ]


def _share(box: Box, other: Sequence[float]) -> float:
    """Return the share of a box that lies in another."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    area = (box[2] - box[0]) * (box[3] - box[1])
    return max(0.0, width) * max(0.0, height) / area if area else 0.0


def _interval(missed: int, shown: int) -> tuple[float, float]:
    """Return the 90 % interval of a rate (Clopper and Pearson, Biometrika 26, 1934)."""
    if not shown:
        return 0.0, 1.0
    tail = (1 - _LEVEL) / 2
    low = 0.0 if missed == 0 else float(betaincinv(missed, shown - missed + 1, tail))
    high = 1.0 if missed == shown else float(betaincinv(missed + 1, shown - missed, 1 - tail))
    return low, high
