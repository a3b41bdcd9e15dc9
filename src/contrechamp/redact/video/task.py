"""What the passes over a video share: the task, the schedule of searches, the scan's results."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from contrechamp.redact.faces.hits import Detector
from contrechamp.redact.request import Request
from contrechamp.redact.video.courses import Course, by_weight
from contrechamp.redact.video.reading import Film, VideoLimits
from contrechamp.redact.video.tracks import Rules

#: Most uncovered tracks kept for the review, so that memory does not grow with the length.
MOST_WEAK = 500
#: Called with the number of frames done.
Advance = Callable[[float], None]


@dataclass(frozen=True)
class FrameSearch:
    """How one frame is searched.

    Args:
        area: left, top, right, bottom of the part to search, px, even.
        size: width and height that it is scaled to.
        smallest_px: height of the smallest face that is reported, px of the frame.
        largest_px: likewise, the largest.
        starts_at: lowest score of a hit that may begin a track.
    """

    area: tuple[int, int, int, int]
    size: tuple[int, int]
    smallest_px: float
    largest_px: float
    starts_at: float


@dataclass(frozen=True)
class Schedule:
    """Which frames are searched, and how closely.

    Small faces need many pixels, and many pixels take time. Since faces are followed through the
    frames in between, it is better to look closely now and then than coarsely all the time
    (measured: docs/explanation/covering-video.md). In each `cycle` of frames there are:

    - one *look* at the whole frame at its own size (at most `look_px`);
    - halfway between two looks, one *close look* at an enlarged quarter of the frame; the next
      cycle takes the next quarter;
    - every `glance_every` frames, if neither is due, a *glance* at a small copy, for large faces
      that appear and disappear between two looks.

    Args:
        cycle: in frames.
        glance_every: in frames.
        glance_px: long side that the frame is scaled to for a glance.
        look_px: likewise, for a look.
        close_px: likewise, for the frame that a close look takes a quarter of.
    """

    cycle: int = 6
    glance_every: int = 1
    glance_px: int = 480
    look_px: int = 1920
    close_px: int = 3840

    def look(self, number: int, width: int, height: int) -> FrameSearch | None:
        """Return how frame `number` is searched, None if not at all; width and height in px."""
        long_side = max(width, height)
        whole = (0, 0, width, height)
        look_scale = min(self.look_px / long_side, MOST_ENLARGED)
        close_scale = min(self.close_px / long_side, MOST_ENLARGED)
        turn = number % self.cycle
        if turn == self.cycle // 2 and close_scale > 1.1 * look_scale:
            area = _quarter(number // self.cycle, width, height)
            return _look(area, close_scale, 0.0, LARGEST_PX / close_scale, 0.0)
        if turn in (0, self.cycle // 2):
            return _look(whole, look_scale, 0.0, LARGEST_PX / look_scale, 0.0)
        if number % self.glance_every:
            return None
        scale = min(self.glance_px / long_side, MOST_ENLARGED)
        return _look(whole, scale, SMALLEST_PX / scale, float("inf"), GLANCE_BEGINS_AT)


#: For `Request.fast`: only every third frame is searched, and closely half as often.
FAST = Schedule(cycle=12, glance_every=3)

#: Frames are enlarged at most this much: more shows nothing new.
MOST_ENLARGED = 2.0
#: A look reports faces up to the first height in the scaled frame, a glance faces from the second
#: on: the net's boxes of other sizes are mostly wrong, and another look sees those faces better.
LARGEST_PX, SMALLEST_PX = 200.0, 10.0
#: Glances are wrong more often, and the next look sees better a face with a lower score than this.
GLANCE_BEGINS_AT = 0.3
#: How far each quarter extends beyond the middle, as a share of the frame's side.
_OVERLAP = 0.06


def _look(
    area: tuple[int, int, int, int], scale: float, smallest: float, largest: float, begins: float
) -> FrameSearch:
    left, top, right, bottom = area
    size = max(8, round((right - left) * scale)), max(8, round((bottom - top) * scale))
    return FrameSearch(area, size, smallest, largest, begins)


def _quarter(which: int, width: int, height: int) -> tuple[int, int, int, int]:
    """Return one of four overlapping quarters, in even pixels."""
    wide, high = (round(side * (0.5 + _OVERLAP)) // 2 * 2 for side in (width, height))
    left = 0 if which % 2 == 0 else width - wide
    top = 0 if which // 2 % 2 == 0 else height - high
    return left, top, left + wide, top + high


@dataclass(frozen=True)
class Task:
    """The masking of one video; it never changes.

    Args:
        source: the video.
        target: the file to write.
        film: what is known of the source.
        request: what the user asks for.
        rules: of tracks.
        schedule: which frames are searched, and how closely.
        detector: called from several threads at once; None: faces are not searched for.
        limits: what the video may cost.
        threads: how many work at once.
    """

    source: Path
    target: Path
    film: Film
    request: Request
    rules: Rules
    schedule: Schedule
    detector: Detector | None
    limits: VideoLimits
    threads: int


@dataclass
class Scan:
    """The results of the first pass.

    Args:
        ticks: when each frame is shown.
        last_lasts: how many ticks the last frame is shown.
        courses: of the tracks that are covered.
        weak: courses of tracks that are not covered, those most likely to be faces.
        weak_dropped: how many more of these there were.
        cuts: numbers of the frames that begin a shot.
        damaged: numbers of the frames in which the decoder met errors (the first thousand).
        begins_late: whether the first frame has a time far from 0, which means nothing.
    """

    ticks: array[int] = field(default_factory=lambda: array("q"))
    last_lasts: int = 1
    courses: list[Course] = field(default_factory=list)
    weak: list[Course] = field(default_factory=list)
    weak_dropped: int = 0
    cuts: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    begins_late: bool = False

    def take(self, course: Course) -> None:
        """Keep a course; of uncovered ones, no more than the review can show."""
        if course.covered:
            self.courses.append(course)
            return
        self.weak.append(course)
        if len(self.weak) > 2 * MOST_WEAK:
            self.weak.sort(key=by_weight, reverse=True)
            self.weak_dropped += len(self.weak) - MOST_WEAK
            del self.weak[MOST_WEAK:]

    @property
    def late(self) -> int:
        """Ticks to add to every time, so that none is below 0; MPEG may begin at any hour."""
        return -self.ticks[0] if self.ticks[0] < 0 or self.begins_late else 0

    @property
    def end(self) -> int:
        """When the last frame ends, in ticks of the source."""
        return self.ticks[-1] + self.last_lasts

    def seconds(self, ticks: int, film: Film) -> float:
        """Return the time since the first frame."""
        return float((ticks - self.ticks[0]) * film.time_base)
