"""Masks a video: finds faces in a first pass, covers and encodes in a second one, checks."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.faces.boxes import F8
from contrechamp.redact.faces.hits import Detector
from contrechamp.redact.faces.search import COVER_AT
from contrechamp.redact.outcome import Outcome
from contrechamp.redact.video.checks import check
from contrechamp.redact.video.courses import Covers
from contrechamp.redact.video.planes import Cloth
from contrechamp.redact.video.reading import LIMITS, Limits, examine, frames
from contrechamp.redact.video.report import outcome_of
from contrechamp.redact.video.search import search
from contrechamp.redact.video.sound import Soundtrack
from contrechamp.redact.video.task import FAST, Advance, Found, Schedule, Task
from contrechamp.redact.video.tracks import Rules
from contrechamp.redact.video.writing import VideoWriter
from contrechamp.redact.wish import Wish


def mask_video(
    source: Path,
    target: Path,
    wish: Wish,
    progress: Progress,
    *,
    limits: Limits = LIMITS,
    detector: Detector | None = None,
) -> Outcome:
    """Write `source` to `target` as MP4 with H.264: faces covered, and nothing but pictures.

    Rotation and mirroring of a phone are carried out on the pixels; times of frames, duration and
    the shape of pixels stay. HDR becomes BT.709, 10 bits become 8, odd sides lose a pixel.

    Args:
        source: MP4, MOV, MKV or WebM with H.264, H.265, VP8, VP9 or AV1; opened several times.
        target: written over; removed when anything goes wrong.
        wish: what is asked.
        progress: shows each pass.
        limits: what the video may cost.
        detector: to search with, may be called by several threads at once; None: CenterFace.

    Raises:
        InputError: the source is none of these, is damaged or past a limit.
        OutputError: `target` cannot be written.
    """
    film = examine(source, limits)
    if wish.hand is not None:
        wish.hand.check_video(*film.source_size)
    if wish.boxes_only:
        detector = None
    elif detector is None:
        # Here, for it takes a second, and boxes by hand need no net.
        from contrechamp.redact.faces.centerface import CenterFace

        detector = CenterFace(threads=1)
    task = Task(
        source=source,
        target=target,
        film=film,
        wish=wish,
        rules=rules_of(wish),
        schedule=FAST if wish.fast else Schedule(),
        detector=detector,
        limits=limits,
        threads=wish.threads or os.cpu_count() or 1,
    )
    with progress(_("Searching for faces"), film.expected_frames) as advance:
        found = search(task, advance)
    areas = Areas(task, found)
    random = np.random.default_rng()
    cloth = Cloth(film.width, film.height, wish.style, film.is_full_range, random)
    with progress(_("Covering"), len(found.ticks)) as advance:
        has_sound = cover(task, found, areas, cloth, advance)
    try:
        with progress(_("Checking"), len(found.ticks)) as advance:
            checks, left = check(task, found, areas.at, cloth, has_sound, advance)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return outcome_of(task, found, checks, left, has_sound)


def rules_of(wish: Wish) -> Rules:
    """Return how tracks are made for what is asked."""
    cover_at = COVER_AT if wish.cover_at is None else wish.cover_at
    return Rules(cover_at=cover_at, go_on_at=cover_at / 2)


class Areas:
    """What is covered in each frame: tracks, and boxes by hand."""

    def __init__(self, task: Task, found: Found) -> None:
        self._covers = Covers(found.courses)
        self._film, self._found, self._hand = task.film, found, task.wish.hand

    def at(self, number: int) -> F8:
        """Return the boxes to cover in frame `number`: (n, 4), px."""
        boxes = self._covers.at(number)
        if self._hand is None:
            return boxes
        # Until the next frame, so that what moves is covered wherever it is meanwhile.
        ticks = self._found.ticks
        until = ticks[number + 1] if number + 1 < len(ticks) else self._found.end
        first, last = (self._found.seconds(tick, self._film) for tick in (ticks[number], until))
        return np.vstack([boxes, self._hand.boxes_at(first, last)])


def cover(task: Task, found: Found, areas: Areas, cloth: Cloth, advance: Advance) -> bool:
    """Write the target: the second pass; return whether there is sound in it.

    Raises:
        InputError: the source is another one than in the first pass.
        OutputError: the target cannot be written.
    """
    film, wish = task.film, task.wish
    sound = None
    if wish.sound != "drop" and film.sound_streams:
        sound = Soundtrack(task.source, wish, float(found.late * film.time_base))
    rate_hz, channels = (sound.rate_hz, sound.channels) if sound else (0, 2)
    with VideoWriter(task.target, film, rate_hz, channels, wish.threads) as writer:
        count = 0
        for shown in frames(task.source, film, task.limits, wish.threads):
            if count >= len(found.ticks) or shown.ticks != found.ticks[count]:
                raise _changed(task.source)
            shown.frame.make_writable()
            cloth.lay(shown.frame, areas.at(count))
            ticks = shown.ticks + found.late
            writer.picture(shown.frame, ticks)
            if sound:
                for samples, at in sound.until(float(ticks * film.time_base)):
                    writer.sound(samples, at)
            count += 1
            advance(1)
        if count != len(found.ticks):
            raise _changed(task.source)
        writer.last_for(found.last_lasts)
        if sound:
            for samples, at in sound.rest(float((found.end + found.late) * film.time_base)):
                writer.sound(samples, at)
    return sound is not None


def _changed(source: Path) -> InputError:
    return InputError(
        _(
            "did not give the same frames when it was read again: it is changing or damaged; copy "
            "or repair it first"
        ),
        where=str(source),
    )
