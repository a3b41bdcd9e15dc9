"""Links hits in single frames into tracks, so that a face is covered in every frame.

A detector misses a face in some frames: turned, blurred, dark, half hidden. But between two frames
in which it was found, the face was not gone. So hits are linked forward; where one is missing, the
box moves on with the picture; a track is prolonged at both ends, up to the edge of the picture if
it goes there; nothing is carried over a cut.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from contrechamp.redact.faces.boxes import F8, iou
from contrechamp.redact.faces.hits import Hits

#: Why a track begins or ends: ``film``: at the first or last frame; ``inside``: unknown.
End = Literal["film", "cut", "edge", "inside"]

_BIG = 1e6


@dataclass(frozen=True)
class Rules:
    """When hits belong to one track, and how far a track extends.

    Args:
        cover_at: a track with one hit of at least this score is covered.
        continue_at: lowest score of a hit that continues a track.
        steady_hits: this many hits with lower scores count like one with a high score...
        steady_at: ...if their mean score is at least this.
        prolong: frames by which a track is carried on at each end with the motion of the picture.
        hold: frames by which it is carried on where the picture no longer matches.
        coast: frames without a hit after which a track is ended.
        leave: further frames that it may take to leave the picture over its edge.
        weak_coast: like `coast`, for a track that is not covered (so far).
        same_patch: ZNCC from which on a patch of the picture counts as the same.
        gate: distance of centres, in sides of the box, up to which a hit continues a track.
    """

    cover_at: float
    continue_at: float
    steady_hits: int = 4
    steady_at: float = 0.09
    prolong: int = 30
    hold: int = 5
    coast: int = 30
    leave: int = 20
    weak_coast: int = 6
    same_patch: float = 0.5
    gate: float = 0.7


class Follower(Protocol):
    """Follows boxes between frames: `video.motion.Motion`, or a simulated scene in tests."""

    @property
    def oldest(self) -> int:
        """Number of the oldest frame that boxes can be followed back to."""

    def pan(self, start: int, end: int) -> F8:
        """Return how the whole picture moves from `start` to its neighbour `end`: (2,), px."""

    def is_cut(self, number: int) -> bool:
        """Whether frame `number` begins a shot."""

    def follow(self, box: F8, start: int, end: int, guess: F8) -> tuple[F8, float]:
        """Return how `box` moves from frame `start` to its neighbour `end`, and the ZNCC there."""


@dataclass
class Track:
    """One possible face, frame by frame.

    Args:
        first: number of the frame of ``boxes[0]``.
        boxes: (4,) each, px, of the detector's size.
        scores: of the hit in each frame; 0 without a hit.
        began: why it begins there.
        ended: why it ends there.
        own_motion: smoothed motion relative to the picture, px a frame.
        unseen: frames since the last hit.
        mismatched: frames since the picture last matched.
        trusted: boxes up to here stay if the track ends without another hit.
        reached_back: whether its beginning has been carried back.
    """

    first: int
    boxes: list[F8]
    scores: list[float]
    began: End = "inside"
    ended: End = "inside"
    own_motion: F8 = field(default_factory=lambda: np.zeros(2))
    unseen: int = 0
    mismatched: int = 0
    trusted: int = 0
    reached_back: bool = False

    @property
    def last(self) -> int:
        """Number of the frame of the last box."""
        return self.first + len(self.boxes) - 1

    @property
    def score(self) -> float:
        """The highest score."""
        return max(self.scores)

    def is_covered(self, rules: Rules) -> bool:
        """Whether it is taken for a face."""
        hits = [score for score in self.scores if score > 0]
        return self.score >= rules.cover_at or (
            len(hits) >= rules.steady_hits
            and float(np.mean(sorted(hits)[-rules.steady_hits :])) >= rules.steady_at
        )


class Tracker:
    """Takes hits frame by frame, and returns the tracks that end.

    Args:
        width: of the picture, px.
        height: likewise.
        rules: of tracks.
    """

    def __init__(self, width: int, height: int, rules: Rules) -> None:
        self._size = np.array([width, height], np.float64)
        self._rules = rules
        self._open: list[Track] = []

    def step(
        self, number: int, hits: Hits | None, motion: Follower, starts_at: float = 0.0
    ) -> list[Track]:
        """Go on to frame `number`.

        Args:
            number: one more than in the last call; the first is 0.
            hits: in that frame; None: it was not searched.
            motion: has this frame and those before it.
            starts_at: hits with lower scores continue tracks but begin none.

        Returns:
            Tracks that have ended.
        """
        ended = self._end_all("cut", motion) if number and motion.is_cut(number) else []
        for track in self._open:
            self._carry_on(track, number, motion)
        if hits is not None:
            self._link(number, hits.at_least(self._rules.continue_at), motion, starts_at)
        still_open = []
        for track in self._open:
            if not track.reached_back and track.is_covered(self._rules) and len(track.boxes) >= 3:
                self._reach_back(track, motion)
            reason = self._has_ended(track)
            if reason is None:
                still_open.append(track)
            else:
                ended.append(self._closed(track, reason, motion))
        self._open = still_open
        return ended

    def finish(self, motion: Follower) -> list[Track]:
        """Return the tracks that last until the last frame."""
        return self._end_all("film", motion)

    # ---- one frame on ----

    def _carry_on(self, track: Track, number: int, motion: Follower) -> None:
        box, alike = self._moved(track.boxes[-1], number - 1, number, track.own_motion, motion)
        if alike >= self._rules.same_patch:
            moved = _centre(box) - _centre(track.boxes[-1]) - motion.pan(number - 1, number)
            track.own_motion = 0.6 * track.own_motion + 0.4 * moved
            track.mismatched = 0
        else:
            track.mismatched += 1
        track.boxes.append(box)
        track.scores.append(0.0)
        track.unseen += 1
        motion_now = track.own_motion + motion.pan(number - 1, number)
        if self._is_trusted(track.mismatched, track.unseen, box, motion_now):
            track.trusted = len(track.boxes)

    def _is_trusted(self, mismatched: int, away: int, box: F8, motion: F8) -> bool:
        """Tell whether a box that was carried on for `away` frames is still worth covering."""
        if mismatched <= self._rules.hold and away <= self._rules.prolong:
            return True
        return away <= self._rules.prolong + self._rules.leave and self._is_leaving(box, motion)

    def _moved(
        self, box: F8, start: int, end: int, own_motion: F8, motion: Follower
    ) -> tuple[F8, float]:
        """Move a box with the picture or, where that does not match, with its motion so far."""
        expected = own_motion + motion.pan(start, end)
        by, alike = motion.follow(box, start, end, expected)
        if alike < self._rules.same_patch:
            by = expected
        return box + np.tile(by, 2), alike

    def _link(self, number: int, hits: Hits, motion: Follower, starts_at: float) -> None:
        expected = np.asarray([track.boxes[-1] for track in self._open]).reshape(-1, 4)
        rows, columns = self._assigned(expected, hits)
        linked = np.zeros(len(hits), np.bool_)
        for row, column in zip(rows, columns, strict=True):
            track = self._open[row]
            if track.unseen == 1 and len(track.boxes) > 1:
                seen = _centre(hits.boxes[column]) - _centre(track.boxes[-2])
                own = seen - motion.pan(number - 1, number)
                track.own_motion = 0.5 * track.own_motion + 0.5 * own
            _close_gap(track, hits.boxes[column])
            track.scores[-1] = float(hits.scores[column])
            track.unseen = track.mismatched = 0
            track.trusted = len(track.boxes)
            linked[column] = True
        now = np.asarray([track.boxes[-1] for track in self._open]).reshape(-1, 4)
        for column in np.flatnonzero(~linked):
            box, score = hits.boxes[column], float(hits.scores[column])
            if score < starts_at:
                continue
            same = iou(box[None], now)[0] if len(now) else np.empty(0)
            # A second hit on a face with a track is dropped, unless that track may stay uncovered.
            if any(
                same[i] > 0.4 and track.unseen == 0 and track.score >= min(score, 1.0)
                for i, track in enumerate(self._open[: len(now)])
            ):
                continue
            self._open.append(Track(number, [box.copy()], [score], trusted=1))

    def _assigned(self, expected: F8, hits: Hits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if not len(expected) or not len(hits):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        size_a = np.maximum(expected[:, None, 2:] - expected[:, None, :2], 8.0)
        size_b = np.maximum(hits.boxes[None, :, 2:] - hits.boxes[None, :, :2], 8.0)
        centre_a = (expected[:, None, :2] + expected[:, None, 2:]) / 2
        centre_b = (hits.boxes[None, :, :2] + hits.boxes[None, :, 2:]) / 2
        apart = np.linalg.norm((centre_a - centre_b) / ((size_a + size_b) / 2), axis=2)
        larger = np.abs(np.log(np.prod(size_a, axis=2) / np.prod(size_b, axis=2)))
        # The position grows more uncertain with each frame in which the picture does not match.
        gate = np.array([self._rules.gate * (1 + 0.08 * track.mismatched) for track in self._open])
        weak = np.array([not track.is_covered(self._rules) for track in self._open])
        cost = apart + 0.3 * larger - 0.3 * hits.scores[None, :] + 0.2 * weak[:, None]
        allowed = ((apart < gate[:, None]) | (iou(expected, hits.boxes) > 0.2)) & (larger < 1.8)
        rows, columns = linear_sum_assignment(np.where(allowed, cost, _BIG))
        chosen = allowed[rows, columns]
        return rows[chosen], columns[chosen]

    # ---- the ends ----

    def _has_ended(self, track: Track) -> End | None:
        if self._is_outside(track.boxes[-1]):
            return "edge"
        coast = self._rules.coast if track.score >= self._rules.cover_at else self._rules.weak_coast
        if track.unseen > max(coast, self._rules.prolong) or (
            track.mismatched > coast and track.trusted < len(track.boxes)
        ):
            return "inside"
        if track.unseen > self._rules.weak_coast and not track.is_covered(self._rules):
            return "inside"
        return None

    def _closed(self, track: Track, reason: End, motion: Follower) -> Track:
        if not track.reached_back and track.is_covered(self._rules):
            self._reach_back(track, motion)
        if reason in ("film", "cut"):
            # It lasts until the end of the shot only if its last box is still trusted.
            reason = reason if track.trusted == len(track.boxes) else "inside"
        del track.boxes[track.trusted :], track.scores[track.trusted :]
        if reason == "inside" and self._touches_edge(track.boxes[-1]):
            reason = "edge"
        track.ended = reason
        return track

    def _end_all(self, reason: End, motion: Follower) -> list[Track]:
        ended = [self._closed(track, reason, motion) for track in self._open]
        self._open = []
        return ended

    def _reach_back(self, track: Track, motion: Follower) -> None:
        """Carry the beginning of a track back, to an edge, a cut, or as far as it is trusted."""
        track.reached_back = True
        rules = self._rules
        own = -track.own_motion
        box, number = track.boxes[0], track.first
        mismatched = trusted = 0
        boxes: list[F8] = []
        began: End = "inside"
        while True:
            if number == 0:
                began = "film"
                break
            if number <= motion.oldest:
                break
            if motion.is_cut(number):
                began = "cut"
                break
            pan = motion.pan(number, number - 1)
            box, alike = self._moved(box, number, number - 1, own, motion)
            if alike >= rules.same_patch:
                mismatched = 0
                own = 0.6 * own + 0.4 * (
                    _centre(box) - _centre(boxes[-1] if boxes else track.boxes[0]) - pan
                )
            else:
                mismatched += 1
            if self._is_outside(box):
                began = "edge"
                break
            boxes.append(box)
            number -= 1
            if not self._is_trusted(mismatched, len(boxes), box, own + pan):
                break
            trusted = len(boxes)
        began = began if trusted == len(boxes) else "inside"
        boxes = boxes[:trusted]
        track.boxes[:0] = boxes[::-1]
        track.scores[:0] = [0.0] * len(boxes)
        track.first -= len(boxes)
        track.trusted += len(boxes)
        if began == "inside" and self._touches_edge(track.boxes[0]):
            began = "edge"
        track.began = began

    # ---- the edge ----

    def _is_outside(self, box: F8) -> bool:
        return bool(np.any(box[2:] <= 0) or np.any(box[:2] >= self._size))

    def _touches_edge(self, box: F8) -> bool:
        margin = 0.35 * (box[2:] - box[:2])
        return bool(np.any(box[:2] <= margin) or np.any(box[2:] >= self._size - margin))

    def _is_leaving(self, box: F8, motion: F8) -> bool:
        """Tell whether a box touches the edge and is moving out."""
        margin = 0.35 * (box[2:] - box[:2])
        low = (box[:2] <= margin) & (motion < -0.2)
        high = (box[2:] >= self._size - margin) & (motion > 0.2)
        return bool(np.any(low | high))


def _centre(box: F8) -> F8:
    return np.asarray((box[:2] + box[2:]) / 2)


def _close_gap(track: Track, hit: F8) -> None:
    """Replace the last box by `hit`, and correct the boxes carried on since the last hit.

    Each box in the gap becomes the smallest one around two others: the box that moved with the
    picture (corrected for the drift that `hit` shows), and the interpolation between the two hits.
    """
    gap = track.unseen - 1
    if gap > 0:
        before = track.boxes[-gap - 2]
        drift = hit - track.boxes[-1]
        for k in range(1, gap + 1):
            share = k / (gap + 1)
            carried = track.boxes[-gap - 2 + k] + drift * share
            straight = before + (hit - before) * share
            track.boxes[-gap - 2 + k] = np.hstack(
                [np.minimum(carried[:2], straight[:2]), np.maximum(carried[2:], straight[2:])]
            )
    track.boxes[-1] = hit.copy()
