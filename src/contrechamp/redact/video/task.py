"""What one masking of a video is about: passed from pass to pass, and never changed."""

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

#: Tracks that are not covered and are kept for the review; memory must not grow with the length.
MOST_WEAK = 500
#: Told how many frames are done.
Advance = Callable[[float], None]


@dataclass(frozen=True)
class FrameSearch:
    """One search of one frame.

    Args:
        area: left, top, right, bottom of what is searched, px, even.
        size: width and height that it is brought to.
        smallest_px: height of the smallest face that this look answers for, px of the frame.
        largest_px: likewise, the largest.
        starts_at: score from which on a hit of this look may begin a track.
    """

    area: tuple[int, int, int, int]
    size: tuple[int, int]
    smallest_px: float
    largest_px: float
    starts_at: float


@dataclass(frozen=True)
class Schedule:
    """Which frames are searched, and how closely.

    Small faces need many pixels, and many pixels need time. As what was found is followed through
    the frames between, it is better to look closely now and then than coarsely all the time
    (measured: docs/explanation/covering-video.md). In `cycle` frames:

    - one *look* at the whole frame, as large as it is (at most `look_px`);
    - halfway between two of them one *close look* at a quarter of the frame, enlarged; the next
      cycle takes the next quarter;
    - every `glance_every` frames, where neither is due, a *glance* at a small copy, for large faces
      that come and go between two looks.

    Args:
        cycle: frames.
        glance_every: frames.
        glance_px: long side that the frame is brought to.
        look_px: likewise.
        close_px: likewise, of the whole frame that a quarter is taken from.
    """

    cycle: int = 6
    glance_every: int = 1
    glance_px: int = 480
    look_px: int = 1920
    close_px: int = 3840

    def look(self, number: int, width: int, height: int) -> FrameSearch | None:
        """Return how frame `number` of this size is searched; None: not at all."""
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


#: With `Request.fast`: every third frame is searched, half as often closely.
FAST = Schedule(cycle=12, glance_every=3)

#: A frame is enlarged at most so much: more shows nothing new.
MOST_ENLARGED = 2.0
#: A look answers for faces up to this height in what is searched, a glance from the other on: the
#: net's boxes of other sizes are mostly wrong, and another look sees those faces better.
LARGEST_PX, SMALLEST_PX = 200.0, 10.0
#: A glance is wrong more often, and a face that it sees so weakly the next look sees better.
GLANCE_BEGINS_AT = 0.3
#: What neighbouring quarters share, as a part of the frame's side.
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
    """One masking.

    Args:
        source: the video.
        target: what is written.
        film: what is known of the source.
        request: what is asked.
        rules: how tracks are made.
        schedule: which frames are searched, and at which size.
        detector: may be called by several threads at once; None: nothing is searched for.
        limits: what the video may cost.
        threads: that work side by side.
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
    """What the first pass keeps.

    Args:
        ticks: when each frame is shown.
        last_lasts: ticks that the last frame is shown.
        courses: of the tracks that are covered.
        weak: of tracks that are not, those that weigh most.
        weak_forgotten: how many more of these there were.
        cuts: numbers of the frames that begin a shot.
        damaged: numbers of the frames in which the decoder met errors (the first thousand).
    """

    ticks: array[int] = field(default_factory=lambda: array("q"))
    last_lasts: int = 1
    courses: list[Course] = field(default_factory=list)
    weak: list[Course] = field(default_factory=list)
    weak_forgotten: int = 0
    cuts: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)

    def take(self, course: Course) -> None:
        """Keep a course; of what is not covered no more than the review can tell."""
        if course.covered:
            self.courses.append(course)
            return
        self.weak.append(course)
        if len(self.weak) > 2 * MOST_WEAK:
            self.weak.sort(key=by_weight, reverse=True)
            self.weak_forgotten += len(self.weak) - MOST_WEAK
            del self.weak[MOST_WEAK:]

    @property
    def late(self) -> int:
        """Ticks that are added to every time, so that none is below 0."""
        return max(0, -self.ticks[0])

    @property
    def end(self) -> int:
        """When the last frame ends, in ticks of the source."""
        return self.ticks[-1] + self.last_lasts

    def seconds(self, ticks: int, film: Film) -> float:
        """Return the time from the first frame on."""
        return float((ticks - self.ticks[0]) * film.time_base)
