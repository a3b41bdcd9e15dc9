"""Builds the outcome of masking a video, above all what a person must look at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from contrechamp.base.i18n import _, ngettext
from contrechamp.redact.faces.known_recall import blind_below_px
from contrechamp.redact.outcome import Check, Covered, Look, Outcome
from contrechamp.redact.video.checks import SURE, UncoveredHit
from contrechamp.redact.video.courses import Course, by_weight
from contrechamp.redact.video.task import MOST_ENLARGED, Scan, Task

#: Faces of up to this many times the size below which most are missed are listed.
_SMALL = 1.5
#: At most this many looks of one kind are listed; the rest are counted.
MOST_LOOKS = 100


def outcome_of(
    task: Task,
    scan: Scan,
    checks: tuple[Check, ...],
    uncovered: list[UncoveredHit],
    has_sound: bool,
) -> Outcome:
    """Return the outcome."""
    film = task.film
    blind_px = None if task.detector is None else _blind_px(task)
    looks = [
        look
        for kind in (
            _uncovered_looks(task, scan, uncovered),
            _end_looks(task, scan),
            _small_looks(task, scan, blind_px or 0.0),
            _damage_looks(task, scan),
            _cut_looks(task, scan),
        )
        for look in _not_too_many(list(kind))
    ]
    looks += _not_too_many(list(_weak_looks(task, scan)), scan.weak_dropped)
    return Outcome(
        kind="video",
        width=film.width,
        height=film.height,
        frames=len(scan.ticks),
        duration_s=scan.seconds(scan.end, film),
        covered=tuple(sorted(_covered(task, scan), key=lambda covered: covered.seconds or 0.0)),
        looks=tuple(sorted(looks, key=lambda look: (look.urgency, look.seconds or 0.0))),
        checks=checks,
        removed=tuple(_removed(task, has_sound)),
        blind_below_px=blind_px,
        facts=_facts(task, scan),
    )


def _blind_px(task: Task) -> float:
    """Return the height below which most faces are missed, in pixels of the picture."""
    long_side = max(task.film.width, task.film.height)
    return round(blind_below_px(min(task.schedule.close_px / long_side, MOST_ENLARGED)), 1)


def _covered(task: Task, scan: Scan) -> Iterator[Covered]:
    for course in scan.courses:
        yield Covered(
            by="face",
            box=course.box,
            seconds=_seconds(task, scan, course.first),
            frames=(course.first, course.last),
            score=round(course.score, 3),
        )
    if task.request.hand is None:
        return
    times = (np.asarray(scan.ticks) - scan.ticks[0]) * float(task.film.time_base)
    until = np.append(times[1:], scan.seconds(scan.end, task.film))
    for box in task.request.hand.cover:
        # As when drawing: a frame lasts until the next one, both ends included.
        first = 0 if box.begin is None else int(np.searchsorted(until, box.begin))
        last = (
            len(times) if box.end is None else int(np.searchsorted(times, box.end, side="right"))
        ) - 1
        place = box.during(float(times[first]), float(until[first])) if first <= last else None
        if place is not None:
            yield Covered(
                by="hand", box=place, seconds=round(float(times[first]), 3), frames=(first, last)
            )


def _uncovered_looks(task: Task, scan: Scan, uncovered: list[UncoveredHit]) -> Iterator[Look]:
    for hit in uncovered:
        yield Look(
            code="found-in-output",
            message=_("The detector finds a face here in the masked copy, outside the covers."),
            urgency=1,
            box=hit.box,
            seconds=_seconds(task, scan, hit.number),
            score=round(hit.score, 3),
        )


def _end_looks(task: Task, scan: Scan) -> Iterator[Look]:
    for course in scan.courses:
        if course.began == "inside":
            yield _look(
                task, scan, course, course.first, "track-began-inside",
                _("A cover begins here in the middle of the picture: was the face there before?"),
                0,
            )  # fmt: skip
        if course.ended == "inside":
            yield _look(
                task, scan, course, course.last, "track-ended-inside",
                _("A cover ends here in the middle of the picture: is the face still there?"),
                -1,
            )  # fmt: skip


def _look(
    task: Task, scan: Scan, course: Course, number: int, code: str, message: str, which: int
) -> Look:
    x0, y0, x1, y1 = course.covers[which].tolist()
    return Look(
        code=code,
        message=message,
        urgency=1 if course.score >= SURE else 2,
        box=(x0, y0, x1, y1),
        seconds=_seconds(task, scan, number),
        score=round(course.score, 3),
    )


def _weak_looks(task: Task, scan: Scan) -> Iterator[Look]:
    for course in sorted(scan.weak, key=by_weight, reverse=True):
        yield Look(
            code="low-score-uncovered",
            message=ngettext(
                "Perhaps a face, not covered; seen in {count} frame.",
                "Perhaps a face, not covered; seen in {count} frames.",
                course.hits,
            ).format(count=course.hits),
            urgency=2 if course.hits > 2 else 3,
            box=course.box,
            seconds=_seconds(task, scan, course.best),
            score=round(course.score, 3),
        )


def _small_looks(task: Task, scan: Scan, blind_px: float) -> Iterator[Look]:
    for course in scan.courses:
        side = min(course.box[2] - course.box[0], course.box[3] - course.box[1])
        if side < _SMALL * blind_px:
            yield Look(
                code="small-face",
                message=_(
                    "A face of {side:.0f} px, about the size below which the detector misses most: "
                    "others as small may be uncovered."
                ).format(side=side),
                urgency=2,
                box=course.box,
                seconds=_seconds(task, scan, course.best),
                score=round(course.score, 3),
            )


def _damage_looks(task: Task, scan: Scan) -> Iterator[Look]:
    for number in scan.damaged:
        yield Look(
            code="damaged-frame",
            message=_("The source is damaged here; a face may not have been found."),
            urgency=2,
            seconds=_seconds(task, scan, number),
        )


def _cut_looks(task: Task, scan: Scan) -> Iterator[Look]:
    for number in scan.cuts:
        yield Look(
            code="cut",
            message=_("A new shot begins: faces are not followed across the cut."),
            urgency=3,
            seconds=_seconds(task, scan, number),
        )


def _not_too_many(looks: list[Look], dropped: int = 0) -> list[Look]:
    """Keep the first `MOST_LOOKS`, and count the others and those that were already dropped."""
    more = max(0, len(looks) - MOST_LOOKS) + dropped
    if more <= 0 or not looks:
        return looks
    text = ngettext("And {count} more like this.", "And {count} more like this.", more).format(
        count=f"{more:,}"
    )
    return [
        *looks[:MOST_LOOKS],
        Look(code=looks[0].code, message=f"{looks[0].message} {text}", urgency=looks[0].urgency),
    ]


def _removed(task: Task, has_sound: bool) -> Iterator[str]:
    film = task.film
    if film.tags:
        yield _("metadata ({names})").format(names=", ".join(film.tags[:20]))
    gone = film.sound_streams - has_sound
    if gone > 0:
        yield ngettext("{count} sound track", "{count} sound tracks", gone).format(count=gone)
    for kind in sorted(set(film.other_streams)):
        count = film.other_streams.count(kind)
        yield ngettext(
            "{count} stream of another kind: {kind}",
            "{count} streams of other kinds: {kind}",
            count,
        ).format(count=count, kind=kind)
    if film.chapters:
        yield ngettext("{count} chapter", "{count} chapters", film.chapters).format(
            count=film.chapters
        )


def _facts(task: Task, scan: Scan) -> dict[str, str]:
    film = task.film
    facts = {_("Codec of the source"): film.codec}
    if film.turn != type(film.turn)():
        facts[_("Orientation")] = _("turned upright, as players show it")
    if film.high_range:
        facts[_("Tones")] = _("HDR was converted to the range of ordinary screens (BT.709)")
    if (film.width, film.height) != film.source_size:
        facts[_("Size")] = _("cropped by one pixel to {width} x {height} px").format(
            width=film.width, height=film.height
        )
    if task.detector is not None:
        facts[_("Detector")] = task.detector.name
        count = len(scan.ticks)
        searched = sum(
            task.schedule.look(n, film.width, film.height) is not None for n in range(count)
        )
        facts[_("Frames searched")] = f"{searched:,} / {count:,}"
        scores = [course.score for course in scan.courses]
        if scores:
            facts[_("Lowest score covered")] = f"{np.min(scores):.2f}"
    return facts


def _seconds(task: Task, scan: Scan, number: int) -> float:
    return round(scan.seconds(scan.ticks[number], task.film), 3)
