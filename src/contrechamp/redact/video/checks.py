"""Checks a masked video, read back from its file: streams, times, covers, remaining faces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from contrechamp.base.i18n import _, ngettext
from contrechamp.redact.checks.outside_readers import MP4_TAGS
from contrechamp.redact.faces.boxes import F8, covered_share
from contrechamp.redact.outcome import Check
from contrechamp.redact.video.planes import CoverPattern, planes, whole_pixels
from contrechamp.redact.video.search import hits_of
from contrechamp.redact.video.task import Advance, Scan, Task

#: An edit list, which says that a film begins late, counts in milliseconds.
_EDIT_LIST_S = 0.001
#: At most this many frames are searched again at even distances, and as many where tracks begin or
#: end; in a short video one frame of so many (a search costs as much as six of the first pass).
SAMPLED, SAMPLED_OF = 24, 40
#: A hit of this score in the output, outside the covers, fails the check. Below that, down to the
#: threshold, it is shown to the reviewer: encoding changes scores a little, and a cover on a
#: shoulder can make a bag look like a face.
SURE = 0.5
#: A hit counts as covered from this share under covers on.
_UNDER_COVER = 0.5
#: Covers are compared this far inside their edges, px, in cells of `_CELL`, to `_OFF` grey levels.
_EDGE, _CELL, _OFF = 6, 8, 16.0


@dataclass(frozen=True)
class UncoveredHit:
    """A hit in the output outside of all covers."""

    number: int
    box: tuple[float, float, float, float]
    score: float


@dataclass
class Readback:
    """What reading back the whole output showed.

    Args:
        covers: how many were compared.
        wrong_frames: numbers of the frames in which a cover does not look as it should.
        searched: in how many frames faces were searched for again.
        uncovered: what was found there outside the covers.
    """

    covers: int = 0
    wrong_frames: list[int] = field(default_factory=list)
    searched: int = 0
    uncovered: list[UncoveredHit] = field(default_factory=list)


def check(
    task: Task,
    scan: Scan,
    areas: Callable[[int], F8],
    pattern: CoverPattern,
    has_sound: bool,
    advance: Advance,
) -> tuple[tuple[Check, ...], list[UncoveredHit]]:
    """Read the output back and check it.

    Args:
        task: the masking, whose target is read.
        scan: of the first pass.
        areas: returns what is covered in a frame, by its number.
        pattern: what covered areas look like.
        has_sound: whether sound was written.
        advance: called with 1 for each frame.

    Returns:
        The checks, and hits in the output outside all covers, which a person must judge.
    """
    readback = _read_back(task, scan, areas, pattern, advance)
    sure = [hit for hit in readback.uncovered if hit.score >= SURE]
    checks = [
        _streams(task, has_sound),
        _times(task, scan),
        Check(
            _("covered areas show the cover and nothing else"),
            not readback.wrong_frames,
            "; ".join(
                (
                    ngettext(
                        "{count} cover in all frames compared",
                        "{count} covers in all frames compared",
                        readback.covers,
                    ).format(count=readback.covers),
                    ngettext(
                        "wrong in {wrong} frame",
                        "wrong in {wrong} frames",
                        len(readback.wrong_frames),
                    ).format(wrong=len(readback.wrong_frames)),
                )
            ),
        ),
    ]
    if task.detector is not None:
        checks.append(
            Check(
                _("no face outside the covers that the detector is sure of"),
                not sure,
                ngettext(
                    "{count} frame searched again; sure of {sure}, unsure of {unsure}",
                    "{count} frames searched again; sure of {sure}, unsure of {unsure}",
                    readback.searched,
                ).format(
                    count=readback.searched,
                    sure=len(sure),
                    unsure=len(readback.uncovered) - len(sure),
                ),
            )
        )
    return tuple(checks), readback.uncovered


def _streams(task: Task, has_sound: bool) -> Check:
    wanted = ["video", "audio"] if has_sound else ["video"]
    with av.open(str(task.target)) as container:
        kinds = [str(stream.type) for stream in container.streams]
        names = {*container.metadata, *(name for s in container.streams for name in s.metadata)}
        chapters = len(container.chapters())
    names -= MP4_TAGS
    return Check(
        _("only the streams that were asked for, without metadata"),
        kinds == wanted and not names and not chapters,
        _("streams: {kinds}; tags: {tags}; chapters: {chapters}").format(
            kinds=", ".join(kinds), tags=", ".join(sorted(names)) or "0", chapters=chapters
        ),
    )


def _times(task: Task, scan: Scan) -> Check:
    with av.open(str(task.target)) as container:
        stream = container.streams.video[0]
        base = stream.time_base or task.film.time_base
        packets = container.demux(stream)
        times = sorted(packet.pts for packet in packets if packet.pts is not None)
        end = (stream.start_time or 0) + (stream.duration or 0)
    scale = float(task.film.time_base / base)
    wanted = (np.asarray(scan.ticks, np.float64) + scan.late) * scale
    wanted_end = (scan.end + scan.late) * scale
    same = len(times) == len(wanted) and bool(np.all(np.abs(np.asarray(times) - wanted) < 1))
    return Check(
        _("number and times of frames, and the end, as in the source"),
        same and abs(end - wanted_end) <= max(1, _EDIT_LIST_S / base),
        _("{frames} frames of {wanted}; ends at {end:.3f} s of {wanted_end:.3f} s").format(
            frames=len(times),
            wanted=len(wanted),
            end=float(end * base),
            wanted_end=wanted_end * float(base),
        ),
    )


def _read_back(
    task: Task, scan: Scan, areas: Callable[[int], F8], pattern: CoverPattern, advance: Advance
) -> Readback:
    readback = Readback()
    sampled = _sampled(task, scan)
    with av.open(str(task.target)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = task.threads
        for number, frame in enumerate(container.decode(stream)):
            if number >= len(scan.ticks):
                break
            boxes = areas(number)
            brightness = planes(frame)[0]
            for x0, y0, x1, y1 in whole_pixels(boxes, frame.width, frame.height):
                readback.covers += 1
                if min(x1 - x0, y1 - y0) < 2 * _EDGE + _CELL:
                    continue  # too small to compare, next to an encoder's blocks
                part = np.s_[y0 + _EDGE : y1 - _EDGE, x0 + _EDGE : x1 - _EDGE]
                if not _same(brightness[part], pattern.brightness()[part]):
                    readback.wrong_frames.append(number)
                    break
            if number in sampled:
                readback.searched += 1
                readback.uncovered += _uncovered_hits(task, scan, frame, number, boxes)
            advance(1)
    return readback


def _sampled(task: Task, scan: Scan) -> set[int]:
    """Return the frames to search again: some at even distances, some where tracks begin or end."""
    if task.detector is None:
        return set()
    count = len(scan.ticks)
    most = min(SAMPLED, 2 + count // SAMPLED_OF)
    even = np.linspace(0, count - 1, min(count, most)).astype(int)
    ends = [n for c in scan.courses for n in (c.first - 1, c.last + 1)]
    ends = ends[:: max(1, len(ends) // most)][:most]
    # The last frame up to each that is searched as a whole: glances prove nothing.
    cycle = task.schedule.cycle
    return {int(n) // cycle * cycle for n in (*even, *ends) if 0 <= n < count}


def _same(shown: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> bool:
    """Tell whether two pieces are the same, cell by cell, but for what an encoder changes."""
    rows, columns = shown.shape[0] // _CELL * _CELL, shown.shape[1] // _CELL * _CELL
    if rows <= 0 or columns <= 0:
        return True
    off = np.abs(shown[:rows, :columns].astype(np.float32) - wanted[:rows, :columns])
    cells = off.reshape(rows // _CELL, _CELL, columns // _CELL, _CELL).mean(axis=(1, 3))
    return bool(cells.max() <= _OFF)


def _uncovered_hits(
    task: Task, scan: Scan, frame: VideoFrame, number: int, boxes: F8
) -> list[UncoveredHit]:
    look = task.schedule.look(number, frame.width, frame.height)
    if look is None or task.detector is None:
        return []
    hits = hits_of(frame, look, task.detector, max(task.rules.cover_at, look.starts_at))
    open_ = covered_share(hits.boxes, boxes) < _UNDER_COVER
    if task.request.hand is not None:
        seconds = scan.seconds(scan.ticks[number], task.film)
        open_ &= ~task.request.hand.marked_no_face(hits.boxes, seconds)
    return [
        UncoveredHit(number, (box[0], box[1], box[2], box[3]), float(score))
        for box, score in zip(hits.boxes[open_].tolist(), hits.scores[open_], strict=True)
    ]
