"""Follows boxes between neighbouring frames, forward and backward, over the last few frames.

Only a fixed number of small grey frames is kept, so memory does not grow with the video's length.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from contrechamp.redact.faces.boxes import F8
from contrechamp.redact.video import cuts, flow
from contrechamp.redact.video.cuts import FrameChange

#: Small grey frames have a long side of about this, px.
SMALL_PX = 960
#: How far around a guess a box is searched for: so many small pixels or this share of its side,
#: up to a maximum.
_REACH_PX, _REACH_SHARE, _REACH_MOST_PX = 8, 0.4, 16


def reduction(width: int, height: int) -> int:
    """Return the side, in pixels of the picture, of one pixel of the small grey frame."""
    return max(1, round(max(width, height) / SMALL_PX))


class Motion:
    """The last frames of a video, small and grey.

    Args:
        keep: how many frames to keep.
        times: as returned by `reduction`; boxes are in pixels of the whole picture.
    """

    def __init__(self, keep: int, times: int) -> None:
        self._times = times
        self._greys: deque[NDArray[np.uint8]] = deque(maxlen=keep)
        self._changes: deque[FrameChange] = deque(maxlen=keep)
        self._tiny: NDArray[np.uint8] | None = None
        self._last = -1

    @property
    def oldest(self) -> int:
        """Number of the oldest frame that a box can be followed back to."""
        return self._last - len(self._greys) + 1

    def push(self, grey: NDArray[np.uint8]) -> FrameChange:
        """Take the next frame; return what changed since the one before."""
        tiny = cuts.tiny(grey)
        frame_change = (
            FrameChange((0.0, 0.0), 1.0, 0.0)
            if self._tiny is None
            else cuts.frame_change(self._tiny, tiny, grey.shape)
        )
        self._tiny = tiny
        self._greys.append(grey)
        self._changes.append(frame_change)
        self._last += 1
        return frame_change

    def pan(self, start: int, end: int) -> F8:
        """Return how the whole picture moved between two neighbouring frames, (2,), px."""
        later = max(start, end)
        shift = np.asarray(self._changes[later - self.oldest].shift) * self._times
        return shift if end > start else -shift

    def is_cut(self, number: int) -> bool:
        """Whether frame `number` begins a shot."""
        return self._changes[number - self.oldest].is_cut

    def follow(self, box: F8, start: int, end: int, guess: F8) -> tuple[F8, float]:
        """Find where `box` of frame `start` is in its neighbour `end`.

        Args:
            box: (4,), px of the whole picture.
            start: number of a frame, not older than `oldest`.
            end: one more or one less.
            guess: (2,), expected movement, px.

        Returns:
            Movement (2,) in px, and how alike the two patches are (ZNCC, -1 to 1).
        """
        old, new = self._greys[start - self.oldest], self._greys[end - self.oldest]
        small = box / self._times
        guesses = [np.zeros(2), self.pan(start, end) / self._times, guess / self._times]
        apart = [guesses[0]]
        for other in guesses[1:]:
            if all(np.abs(other - one).max() > 3 for one in apart):
                apart.append(other)
        side = max(small[2] - small[0], small[3] - small[1])
        reach = int(min(max(_REACH_PX, _REACH_SHARE * side), _REACH_MOST_PX))
        x, y, alike = flow.follow(old, new, small, np.asarray(apart), reach)
        return np.array([x, y]) * self._times, float(alike)


def compile_ahead() -> None:
    """Compile the functions that follow boxes, for the types used, into the shared cache."""
    motion = Motion(2, 1)
    frames = np.zeros((2, 64, 64), np.uint8)
    for frame in frames:
        motion.push(flow.shrunk(frame, 1))
    motion.follow(np.array([8.0, 8.0, 40.0, 40.0]), 0, 1, np.zeros(2))
