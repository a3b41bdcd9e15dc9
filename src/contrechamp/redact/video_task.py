"""What one masking of a video is about: passed from pass to pass, and never changed."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from contrechamp.redact.courses import Course
from contrechamp.redact.hits import Detector
from contrechamp.redact.tracks import Rules
from contrechamp.redact.video_read import Film, Limits
from contrechamp.redact.wish import Wish

#: Told how many frames are done.
Advance = Callable[[float], None]

#: Long side that every searched frame is brought to, px.
LONG_SIDE_PX = 960
#: Every so many searched frames one is searched at this long side: faces too small for the other
#: size are found there, and followed through the frames between.
CLOSE_LOOK_EVERY = 6
CLOSE_LOOK_PX = 1920
#: A frame is enlarged at most so much: more shows nothing new.
MOST_ENLARGED = 2.0
#: With `Wish.fast`, every so manieth frame is searched.
FAST_EVERY = 3


@dataclass(frozen=True)
class Schedule:
    """Which frames are searched, and at which size.

    Args:
        every: every so manieth frame is searched.
        long_side: px, of most searches.
        close_look_every: every so manieth search is at `close_look`.
        close_look: px.
    """

    every: int = 1
    long_side: int = LONG_SIDE_PX
    close_look_every: int = CLOSE_LOOK_EVERY
    close_look: int = CLOSE_LOOK_PX

    def size(self, number: int, width: int, height: int) -> tuple[int, int] | None:
        """Return the width and height that frame `number` is searched at; None: not searched.

        >>> Schedule(every=3).size(6, 1920, 1080), Schedule(every=3).size(7, 1920, 1080)
        ((960, 540), None)
        """
        if number % self.every:
            return None
        close = number // self.every % self.close_look_every == 0
        wanted = self.close_look if close else self.long_side
        scale = min(wanted / max(width, height), MOST_ENLARGED)
        return max(8, round(width * scale)), max(8, round(height * scale))


@dataclass(frozen=True)
class Task:
    """One masking.

    Args:
        source: the video.
        target: what is written.
        film: what is known of the source.
        wish: what is asked.
        rules: how tracks are made.
        schedule: which frames are searched, and at which size.
        detector: may be called by several threads at once; None: nothing is searched for.
        limits: what the video may cost.
        threads: that work side by side.
    """

    source: Path
    target: Path
    film: Film
    wish: Wish
    rules: Rules
    schedule: Schedule
    detector: Detector | None
    limits: Limits
    threads: int


@dataclass
class Found:
    """What the first pass keeps.

    Args:
        ticks: when each frame is shown.
        last_lasts: ticks that the last frame is shown.
        courses: of all tracks, covered or not.
        cuts: numbers of the frames that begin a shot.
        damaged: numbers of the frames in which the decoder met errors (the first thousand).
    """

    ticks: array[int] = field(default_factory=lambda: array("q"))
    last_lasts: int = 1
    courses: list[Course] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)

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
