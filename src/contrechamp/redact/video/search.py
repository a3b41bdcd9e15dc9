"""The first pass over a video: finds faces in its frames, and follows them.

Several frames are searched at once, in one thread each (two frames on two cores take less time than
one frame on both); the results go to the tracker in the order of the frames.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import cast

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from contrechamp.redact.faces.hits import Detector, Hits
from contrechamp.redact.video import flow
from contrechamp.redact.video.courses import course_of
from contrechamp.redact.video.dusk import brightened
from contrechamp.redact.video.motion import Motion, reduction
from contrechamp.redact.video.planes import cropped, luma
from contrechamp.redact.video.reading import ShownFrame, frames
from contrechamp.redact.video.task import Advance, FrameSearch, Scan, Task
from contrechamp.redact.video.tracks import Tracker

#: Number of small grey frames to keep: more than a track can be prolonged backwards.
KEPT_FRAMES = 64
#: A first frame later than this, in seconds, has the time of a broadcast or a clock.
LATE_S = 1.0


def search(task: Task, advance: Advance) -> Scan:
    """Go through the video once; `advance` is called with 1 for each frame.

    Raises:
        InputError: as `frames`.
    """
    scan = Scan()
    if task.detector is None:
        for shown in frames(task.source, task.film, task.limits, task.threads):
            _note(scan, shown)
            advance(1)
    else:
        _follow(task, task.detector, scan, advance)
    scan.begins_late = bool(scan.ticks) and scan.ticks[0] * task.film.time_base > LATE_S
    return scan


def _follow(task: Task, detector: Detector, scan: Scan, advance: Advance) -> None:
    """Search the frames, and follow faces through them."""
    film, rules = task.film, task.rules
    motion = Motion(KEPT_FRAMES, reduction(film.width, film.height))
    tracker = Tracker(film.width, film.height, rules)
    for shown, grey, hits in _searched(task, detector):
        _note(scan, shown)
        if motion.push(grey).is_cut:
            scan.cuts.append(shown.number)
        if hits is not None and task.request.hand is not None:
            hits = hits[
                ~task.request.hand.marked_no_face(hits.boxes, scan.seconds(shown.ticks, film))
            ]
        look = task.schedule.look(shown.number, film.width, film.height)
        ended = tracker.step(shown.number, hits, motion, look.starts_at if look else 0.0)
        for track in ended:
            scan.take(course_of(track, rules))
        advance(1)
    for track in tracker.finish(motion):
        scan.take(course_of(track, rules))


def hits_of(frame: VideoFrame, look: FrameSearch, detector: Detector, report_at: float) -> Hits:
    """Search a 4:2:0 frame once; return hits in pixels of the frame."""
    left, top, right, bottom = look.area
    whole = (right - left, bottom - top) == (frame.width, frame.height)
    part = frame if whole else cropped(frame, look.area)
    scaled = part.reformat(*look.size, format="rgb24", interpolation="BILINEAR")
    rgb = cast(NDArray[np.uint8], scaled.to_ndarray())
    # A close look is not brightened: in the dark, the two kinds of look see different faces.
    hits = detector(brightened(rgb) if whole else rgb, report_at)
    scale = np.array([(right - left) / look.size[0], (bottom - top) / look.size[1]] * 2)
    boxes = hits.boxes * scale + np.array([left, top, left, top])
    tall = boxes[:, 3] - boxes[:, 1]
    reported = (tall >= look.smallest_px) & (tall < look.largest_px)
    return Hits(boxes[reported], hits.scores[reported])


def _note(scan: Scan, shown: ShownFrame) -> None:
    scan.ticks.append(shown.ticks)
    # If the container does not say how long the last frame lasts, take that of the one before.
    scan.last_lasts = shown.lasts or (scan.ticks[-1] - scan.ticks[-2] if len(scan.ticks) > 1 else 1)
    if shown.damaged and len(scan.damaged) < 1000:
        scan.damaged.append(shown.number)


_Searched = tuple[NDArray[np.uint8], Hits | None]


def _searched(task: Task, detector: Detector) -> Iterator[tuple[ShownFrame, *_Searched]]:
    """Yield frames in their order, each also small and grey, with the hits in it."""
    film = task.film
    times = reduction(film.width, film.height)

    def work(shown: ShownFrame) -> _Searched:
        look = task.schedule.look(shown.number, film.width, film.height)
        hits = None
        if look is not None:
            hits = hits_of(shown.frame, look, detector, task.rules.continue_at)
        return flow.shrunk(luma(shown.frame), times), hits

    waiting: deque[tuple[ShownFrame, Future[_Searched]]] = deque()
    with ThreadPoolExecutor(task.threads) as pool:
        try:
            for shown in frames(task.source, film, task.limits, task.threads):
                waiting.append((shown, pool.submit(work, shown)))
                if len(waiting) > 2 * task.threads + 1:
                    done, future = waiting.popleft()
                    yield done, *future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, *future.result()
        finally:
            for _shown, future in waiting:
                future.cancel()
