"""Turns the tracks of a video into covers, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from contrechamp.redact.faces.boxes import F8, enlarge
from contrechamp.redact.video.tracks import End, Rules, Track

#: A cover is as large as the largest box within so many frames before and after, since the boxes
#: of a detector jitter.
_AROUND = 2
#: A cover grows by this share for each frame away from a hit, up to the second figure.
_GROWTH, _LARGEST_GROWTH = 0.01, 1.25
#: It grows by this on each side, px, which matters for a face of ten.
_MARGIN_PX = 1.5


@dataclass(frozen=True)
class Course:
    """The covers of one track, and what the review needs of it.

    Args:
        first: number of the first frame.
        covers: float32 (n, 4), px, whole heads.
        covered: whether it is taken for a face; if not, it is only shown to the reviewer.
        score: the highest one.
        best: number of the frame with that score.
        box: of the hit in that frame, px.
        hits: in how many frames it was found.
        began: as in `Track`.
        ended: likewise.
    """

    first: int
    covers: NDArray[np.float32]
    covered: bool
    score: float
    best: int
    box: tuple[float, float, float, float]
    hits: int
    began: End
    ended: End

    @property
    def last(self) -> int:
        """Number of the last frame."""
        return self.first + len(self.covers) - 1


def by_weight(course: Course) -> tuple[int, float]:
    """Return a sort key for how likely a face is: first by frames with hits, then by score."""
    return course.hits, course.score


def course_of(track: Track, rules: Rules) -> Course:
    """Return the course of an ended track."""
    scores = np.asarray(track.scores)
    best = int(scores.argmax())
    covered = track.is_covered(rules)
    boxes = np.asarray(track.boxes, np.float64)
    x0, y0, x1, y1 = boxes[best]
    return Course(
        first=track.first,
        covers=covers_of(boxes if covered else boxes[:0], scores > 0).astype(np.float32),
        covered=covered,
        score=float(scores[best]),
        best=track.first + best,
        box=(float(x0), float(y0), float(x1), float(y1)),
        hits=int((scores > 0).sum()),
        began=track.began,
        ended=track.ended,
    )


def covers_of(boxes: F8, seen: NDArray[np.bool_]) -> F8:
    """Return the covers of one track, never smaller than its boxes.

    Args:
        boxes: (n, 4), frame by frame, px.
        seen: (n,), whether it was found in that frame.

    Returns:
        (n, 4), px; may extend beyond the edge of the picture.
    """
    if not len(boxes):
        return boxes
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    sides = boxes[:, 2:] - boxes[:, :2]
    sides = maximum_filter1d(sides, 2 * _AROUND + 1, axis=0, mode="nearest")
    number = np.arange(len(boxes))
    found = number[seen]
    if len(found):
        after = np.searchsorted(found, number).clip(0, len(found) - 1)
        before = (np.searchsorted(found, number, side="right") - 1).clip(0)
        away = np.minimum(np.abs(found[after] - number), np.abs(found[before] - number))
    else:
        away = number
    sides *= np.minimum(1 + _GROWTH * away, _LARGEST_GROWTH)[:, None]
    steady = np.hstack([centres - sides / 2, centres + sides / 2])
    return enlarge(steady) + np.array([-1, -1, 1, 1]) * _MARGIN_PX


class Covers:
    """All covers of a video, by frame.

    Args:
        courses: to cover, in any order.
    """

    def __init__(self, courses: Iterable[Course]) -> None:
        chosen = list(courses)
        number = [np.arange(course.first, course.last + 1, dtype=np.int32) for course in chosen]
        boxes = [course.covers for course in chosen]
        frame = np.concatenate([np.empty(0, np.int32), *number])
        order = np.argsort(frame, kind="stable")
        self._frame = frame[order]
        self._boxes = np.concatenate([np.empty((0, 4), np.float32), *boxes])[order]

    def at(self, number: int) -> F8:
        """Return the covers of frame `number`: (n, 4), px."""
        first, last = np.searchsorted(self._frame, [number, number + 1])
        return self._boxes[first:last].astype(np.float64)
