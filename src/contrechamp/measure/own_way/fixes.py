"""A recorded walk as pieces with their metres and seconds; what of it cannot be measured, and why.

Receivers lose the sky, pause, and jump. What lies between two fixes far apart was not recorded, and
counts as not known; what was faster than on foot was not walked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.ragged import ragged_ranges

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: After so many seconds without a fix the way between is not known, unless nobody moved.
GAP_S: Final = 120.0
#: Who is found within this distance of the last fix, within the next time, stood there.
STAYED_M, STAYED_S = 15.0, 600.0
#: Without times, fixes farther apart than this have an unknown way between.
GAP_M: Final = 200.0
#: Faster than anybody runs: wheels. Faster than any street allows: an error of the receiver.
ON_FOOT_M_S, JUMP_M_S = 4.0, 50.0
#: Greatest length of a piece; who stands still is on a piece of the second length.
PIECE_M, STANDING_M = 10.0, 0.2

#: What is between two fixes.
WALKED, GAP, FAST, JUMP = range(4)
#: Why there are no seconds, in the order in which it is asked.
NO_TIMES, BACKWARDS = "no-times", "backwards"


@dataclass(frozen=True)
class Walk:
    """A walk in pieces.

    Args:
        xy: (n_fixes, 2) metres on the plane.
        time_s: (n_fixes,) seconds; NaN where the segment has none that can be used.
        segment: (n_fixes,) number of the segment, ascending.
        sort: (n_fixes - 1,) `WALKED`, `GAP`, `FAST` or `JUMP` from each fix to the next; -1 between
            segments.
        fix: (n_pieces,) fix at which the stretch of each piece begins.
        part: (n_pieces, 2) where along that stretch it begins and ends, 0..1.
        metres: (n_pieces,) recorded.
        seconds: (n_pieces,) NaN where they are not known.
        why: (n_segments,) why a segment has no seconds, "" if it has.
    """

    xy: F8
    time_s: F8
    segment: I8
    sort: I8
    fix: I8
    part: F8
    metres: F8
    seconds: F8
    why: tuple[str, ...]

    def of_sort(self, sort: int) -> tuple[int, float, float]:
        """Return how many stretches are of a sort, their metres and their seconds (NaN: unknown).

        Args:
            sort: `GAP`, `FAST` or `JUMP`.
        """
        rows = np.flatnonzero(self.sort == sort)
        length = np.hypot(*(self.xy[rows + 1] - self.xy[rows]).T)
        seconds = self.time_s[rows + 1] - self.time_s[rows]
        return len(rows), float(length.sum()), float(seconds.sum())


def walk_of(segments: Sequence[tuple[F8, F8]]) -> Walk:
    """Cut a walk to pieces.

    Args:
        segments: of each (n, 2) metres on a plane, and (n,) seconds, NaN where not told.
    """
    why = tuple(_why(time_s) for _xy, time_s in segments)
    xy = np.concatenate([one for one, _time in segments])
    time_s = np.concatenate(
        [
            time if not reason else np.full(len(time), np.nan)
            for (_xy, time), reason in zip(segments, why, strict=True)
        ]
    )
    segment = np.repeat(np.arange(len(segments)), [len(one) for one, _time in segments])
    length = np.hypot(*np.diff(xy, axis=0).T)
    lasted = np.diff(time_s)
    sort = _sorts(length, lasted)
    sort[np.diff(segment) != 0] = -1
    rows = np.flatnonzero(sort == WALKED)
    count = np.maximum(np.ceil(length[rows] / PIECE_M - 1e-9), 1).astype(np.int64)
    fix = np.repeat(rows, count)
    nth = ragged_ranges(np.zeros_like(count), count)
    of = np.repeat(count, count)
    return Walk(
        xy=xy,
        time_s=time_s,
        segment=segment,
        sort=sort,
        fix=fix,
        part=np.column_stack((nth / of, (nth + 1) / of)),
        metres=length[fix] / of,
        seconds=lasted[fix] / of,
        why=why,
    )


def _why(time_s: F8) -> str:
    if np.isnan(time_s).any():
        return NO_TIMES
    return BACKWARDS if (np.diff(time_s) < 0.0).any() else ""


def _sorts(length: F8, lasted: F8) -> I8:
    timed = np.isfinite(lasted)
    speed = length / np.maximum(np.where(timed, lasted, np.inf), 1e-3)
    # Two fixes of one second, a few metres apart: the error of the receiver.
    speed = np.where(length <= STAYED_M, 0.0, speed)
    stayed = (length <= STAYED_M) & (lasted <= STAYED_S)
    sort = np.full(len(length), WALKED)
    sort[timed & (speed > ON_FOOT_M_S)] = FAST
    sort[np.where(timed, (lasted > GAP_S) & ~stayed, length > GAP_M)] = GAP
    sort[timed & (speed > JUMP_M_S)] = JUMP
    return sort
