"""Masks a video: finds faces in a first pass, covers and encodes in a second, then checks."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import numpy as np

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.faces.boxes import F8
from contrechamp.redact.faces.hits import Detector
from contrechamp.redact.outcome import Outcome
from contrechamp.redact.request import Request
from contrechamp.redact.video.checks import check
from contrechamp.redact.video.courses import Covers
from contrechamp.redact.video.planes import CoverPattern
from contrechamp.redact.video.reading import LIMITS, VideoLimits, examine, frames
from contrechamp.redact.video.report import outcome_of
from contrechamp.redact.video.search import search
from contrechamp.redact.video.sound import Soundtrack
from contrechamp.redact.video.task import FAST, Advance, Scan, Schedule, Task
from contrechamp.redact.video.tracks import Rules
from contrechamp.redact.video.writing import VideoWriter

#: Tracks with a hit of at least this score are covered unless the user says otherwise: what the
#: published figures were measured with.
COVER_AT = 0.1


def mask_video(
    source: Path,
    target: Path,
    request: Request,
    progress: Progress,
    *,
    limits: VideoLimits = LIMITS,
    detector: Detector | None = None,
) -> Outcome:
    """Write `source` to `target` as H.264 in MP4, with faces covered and without metadata.

    A phone's rotation and mirroring are applied to the pixels; frame times, duration and pixel
    aspect ratio stay. HDR becomes BT.709, 10 bits become 8, odd sides lose a pixel.

    Args:
        source: MP4, MOV, MKV or WebM with H.264, H.265, VP8, VP9 or AV1; opened several times.
        target: overwritten if it exists, removed if anything goes wrong.
        request: what the user asks for.
        progress: opens a bar for each pass.
        limits: what the video may cost.
        detector: to search with, from several threads at once; None: CenterFace.

    Raises:
        InputError: the source is none of these, is damaged or exceeds a limit.
        OutputError: `target` cannot be written.
    """
    film = examine(source, limits)
    if request.hand is not None:
        request.hand.check_video(*film.source_size)
    if not request.searches:
        detector = None
    elif detector is None:
        # Imported here: it takes a second, and boxes by hand need no net.
        from contrechamp.redact.faces.centerface import CenterFace

        detector = CenterFace(threads=1)
    task = Task(
        source=source,
        target=target,
        film=film,
        request=request,
        rules=rules_of(request),
        schedule=FAST if request.fast else Schedule(),
        detector=detector,
        limits=limits,
        threads=request.threads or os.cpu_count() or 1,
    )
    with progress(_("Searching for faces"), film.expected_frames) as advance:
        scan = search(task, advance)
    areas = Areas(task, scan)
    random = np.random.default_rng()
    pattern = CoverPattern(film.width, film.height, request.style, film.is_full_range, random)
    with progress(_("Covering"), len(scan.ticks)) as advance:
        has_sound = cover(task, scan, areas, pattern, advance)
    try:
        with progress(_("Checking"), len(scan.ticks)) as advance:
            checks, uncovered = check(task, scan, areas.at, pattern, has_sound, advance)
    except BaseException:
        with contextlib.suppress(PermissionError):  # the cell lets nothing be removed
            target.unlink(missing_ok=True)
        raise
    return outcome_of(task, scan, checks, uncovered, has_sound)


def rules_of(request: Request) -> Rules:
    """Return the rules of tracks for a request."""
    cover_at = COVER_AT if request.cover_at is None else request.cover_at
    return Rules(cover_at=cover_at, continue_at=cover_at / 2)


class Areas:
    """What is covered in each frame: tracks, and boxes drawn by hand."""

    def __init__(self, task: Task, scan: Scan) -> None:
        self._covers = Covers(scan.courses)
        self._film, self._scan, self._hand = task.film, scan, task.request.hand

    def at(self, number: int) -> F8:
        """Return the boxes to cover in frame `number`: (n, 4), px."""
        boxes = self._covers.at(number)
        if self._hand is None:
            return boxes
        # Up to the next frame, so that a moving area is covered wherever it goes meanwhile.
        ticks = self._scan.ticks
        until = ticks[number + 1] if number + 1 < len(ticks) else self._scan.end
        first, last = (self._scan.seconds(tick, self._film) for tick in (ticks[number], until))
        return np.vstack([boxes, self._hand.boxes_at(first, last)])


def cover(task: Task, scan: Scan, areas: Areas, pattern: CoverPattern, advance: Advance) -> bool:
    """Write the target, in the second pass; return whether it has sound.

    Raises:
        InputError: the source has changed since the first pass.
        OutputError: the target cannot be written.
    """
    film, request = task.film, task.request
    sound = None
    if request.sound != "drop" and film.sound_streams:
        sound = Soundtrack(task.source, request, float(scan.late * film.time_base))
    rate_hz, channels = (sound.rate_hz, sound.channels) if sound else (0, 2)
    with VideoWriter(task.target, film, rate_hz, channels, request.threads) as writer:
        count = 0
        for shown in frames(task.source, film, task.limits, request.threads):
            if count >= len(scan.ticks) or shown.ticks != scan.ticks[count]:
                raise _changed(task.source)
            shown.frame.make_writable()
            pattern.paint(shown.frame, areas.at(count))
            ticks = shown.ticks + scan.late
            writer.picture(shown.frame, ticks)
            if sound:
                for samples, at in sound.until(float(ticks * film.time_base)):
                    writer.sound(samples, at)
            count += 1
            advance(1)
        if count != len(scan.ticks):
            raise _changed(task.source)
        writer.last_for(scan.last_lasts)
        if sound:
            for samples, at in sound.rest(float((scan.end + scan.late) * film.time_base)):
                writer.sound(samples, at)
    return sound is not None


def _changed(source: Path) -> InputError:
    return InputError(
        _(
            "gave different frames when it was read again: it is changing or damaged; copy or "
            "repair it first"
        ),
        where=str(source),
    )
