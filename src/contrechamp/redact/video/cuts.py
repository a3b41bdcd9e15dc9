"""Finds cuts: where one shot ends and another begins.

A missed cut leaves a cover in place some frames too long. A false one ends a cover too early. So a
cut is reported only where two frames share neither picture nor light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrechamp.redact.video import flow

#: Tiny frames are at most this wide or high, px.
TINY_PX = 120
#: Largest movement of the whole picture between two frames that is tried, as a share of its side.
FARTHEST = 0.15
#: Across a cut, two frames are less alike than this (ZNCC, after removing the pan).
ALIKE_BELOW = 0.45
#: And their light differs by more than this: half the summed difference of histograms, 0 to 1.
LIGHT_ABOVE = 0.2
_BINS = 16


@dataclass(frozen=True)
class FrameChange:
    """What changes from one frame to the next.

    Args:
        shift: (x, y), movement of the whole picture, in pixels of the small grey frame.
        alike: ZNCC of the two frames, after removing the movement.
        light: how much their histograms differ, 0 to 1.
    """

    shift: tuple[float, float]
    alike: float
    light: float

    @property
    def is_cut(self) -> bool:
        """Whether one shot ends here and another begins."""
        return self.alike < ALIKE_BELOW and self.light > LIGHT_ABOVE


def tiny(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a small grey frame reduced to at most about `TINY_PX` pixels a side."""
    return flow.shrunk(grey, _times(grey.shape))


def frame_change(
    old: NDArray[np.uint8], new: NDArray[np.uint8], grey_shape: tuple[int, int]
) -> FrameChange:
    """Compare two frames.

    Args:
        old: as returned by `tiny`.
        new: likewise, the next frame.
        grey_shape: of the small grey frames that they come from, in whose pixels the shift is.
    """
    x, y, alike = flow.shift(old, new, max(2, int(FARTHEST * max(old.shape))))
    times = _times(grey_shape)
    return FrameChange((float(x * times), float(y * times)), alike, _light(old, new))


def _times(shape: tuple[int, ...]) -> int:
    return max(1, -(-max(shape[:2]) // TINY_PX))


def _light(old: NDArray[np.uint8], new: NDArray[np.uint8]) -> float:
    edges = np.linspace(0, 256, _BINS + 1)
    before, after = (np.histogram(tiny, edges)[0] / tiny.size for tiny in (old, new))
    return float(np.abs(before - after).sum() / 2)
