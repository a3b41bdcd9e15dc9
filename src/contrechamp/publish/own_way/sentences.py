"""An own way in plain sentences: for the walker, and coarser for everybody else."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.own_way.asked import CLOCK_ERROR_S
from contrechamp.measure.own_way.fixes import (
    BACKWARDS,
    FAST,
    GAP,
    JUMP,
    NO_TIMES,
    ON_FOOT_M_S,
)
from contrechamp.measure.own_way.run import OwnWay
from contrechamp.measure.results import Span
from contrechamp.publish.numbers import Numbers, power_of_ten
from contrechamp.publish.ranged import ends
from contrechamp.publish.spread import clause
from contrechamp.publish.unknowns import unknown_label
from contrechamp.wording.levels import level_label

F8 = NDArray[np.float64]

#: What is handed on is rounded to these: a way of so many metres and minutes, of many that fit.
COARSE_M, COARSE_S = 100.0, 60.0


def metres_text(values: F8, numbers: Numbers) -> str:
    """Return metres with their interval."""
    low, middle, high = ends(values)
    step = power_of_ten((high - low) / 2.0, 1) if high - low > 2.0 else 1.0
    middle_text = numbers.quantity(middle, "m", step, size=high)
    between = numbers.between(low, high, "m", step, size=high)
    return f"{middle_text} ({between})" if between else middle_text


def _assumed(span: Span, numbers: Numbers) -> str:
    """Return what metres come to by what is assumed."""
    step = power_of_ten((span.high - span.low) / 2.0, 2) if span.high - span.low > 2.0 else 1.0
    between = numbers.between(span.low, span.high, "m", step, size=span.high)
    unknowns = numbers.all_of([unknown_label(name) for name in span.assumed])
    return clause(between, unknowns) if between else ""


def time_text(values: F8, numbers: Numbers) -> str:
    """Return a time with its interval, in minutes or seconds."""
    low, middle, high = ends(values)
    if high < 120.0:
        return _("{value} s").format(value=_ranged(low, middle, high, 1.0, numbers))
    step = 0.1 if high < 600.0 else 1.0
    return _("{value} min").format(
        value=_ranged(low / 60.0, middle / 60.0, high / 60.0, step, numbers)
    )


def _ranged(low: float, middle: float, high: float, step: float, numbers: Numbers) -> str:
    texts = [numbers.plain(one, step) for one in (low, middle, high)]
    return texts[1] if texts[0] == texts[2] else f"{texts[1]} ({texts[0]}–{texts[2]})"


def sentences(told: OwnWay, numbers: Numbers) -> list[str]:
    """Return what the walker is told."""
    return [
        *_measured(told, numbers), *_levels(told, numbers), *_segments(told, numbers),
        *_cameras(told, numbers), *_left_out(told, numbers),
    ]  # fmt: skip


def _measured(told: OwnWay, numbers: Numbers) -> Iterator[str]:
    walk = told.walk
    lasted = float(np.nansum(walk.seconds))
    whole = numbers.quantity(float(walk.metres.sum()), "m", 10.0)
    if lasted > 0.0:
        yield _("Measured: {metres} and {minutes} min on foot.").format(
            metres=whole, minutes=numbers.plain(lasted / 60.0)
        )
    else:
        yield _("Measured: {metres} on foot.").format(metres=whole)


def _levels(told: OwnWay, numbers: Numbers) -> Iterator[str]:
    for number, level in enumerate(told.levels):
        metres = metres_text(told.metres[:, :, number].sum(axis=0), numbers)
        span = told.metres_spans[number]
        low, _middle, high = ends(told.metres[:, :, number].sum(axis=0))
        if span is not None and not (low <= span.low and span.high <= high):
            metres += _assumed(span, numbers)
        seconds = told.seconds[:, :, number]
        timed = ~np.isnan(seconds).any(axis=1)
        if timed.any():
            yield _("{level}: {metres}, {time}, of mapped cameras: {cameras}.").format(
                level=level_label(level.name),
                metres=metres,
                time=time_text(seconds[timed].sum(axis=0), numbers),
                cameras=_counted(told.cameras[:, number], numbers),
            )
        else:
            yield _("{level}: {metres}, of mapped cameras: {cameras}.").format(
                level=level_label(level.name),
                metres=metres,
                cameras=_counted(told.cameras[:, number], numbers),
            )


def _counted(values: F8, numbers: Numbers) -> str:
    return _ranged(*ends(values), 1.0, numbers)


def _segments(told: OwnWay, numbers: Numbers) -> Iterator[str]:
    if len(told.walk.why) < 2:
        return
    of_piece = told.walk.segment[told.walk.fix]
    for number in range(len(told.walk.why)):
        walked = float(told.walk.metres[of_piece == number].sum())
        yield _("Segment {number}: {metres} of {whole} in view.").format(
            number=numbers.plain(number + 1),
            metres=metres_text(told.metres[number, :, 0], numbers),
            whole=numbers.quantity(walked, "m"),
        )


def _cameras(told: OwnWay, numbers: Numbers) -> Iterator[str]:
    timed = not all(told.walk.why)
    for one in told.of_cameras:
        yield _("Camera {id}: {metres}{time}.").format(
            id=one.camera,
            metres=metres_text(one.metres[:, 0], numbers),
            time=f", {time_text(one.seconds[:, 0], numbers)}" if timed else "",
        )
    if told.more_cameras:
        yield ngettext(
            "{n} more camera had any of it in view in some draw.",
            "{n} more cameras had any of it in view in some draw.",
            told.more_cameras,
        ).format(n=numbers.plain(told.more_cameras))


def _left_out(told: OwnWay, numbers: Numbers) -> Iterator[str]:
    texts = {
        GAP: _("Not known, since nothing was recorded in between: {metres} straight on."),
        FAST: _("Left out as faster than on foot ({speed} km/h): {metres}."),
        JUMP: _("Left out as an error of the receiver, a jump: {metres}."),
    }
    for sort, text in texts.items():
        n, metres, seconds = told.walk.of_sort(sort)
        if not n:
            continue
        lasted = ""
        if np.isfinite(seconds) and sort != JUMP:
            lasted = _(" In time: {minutes} min.").format(
                minutes=numbers.plain(seconds / 60.0, 0.1)
            )
        yield (
            text.format(
                metres=numbers.quantity(metres, "m", 10.0),
                speed=numbers.plain(ON_FOOT_M_S * 3.6),
            )
            + lasted
        )
    yield from reasons(told)


def reasons(told: OwnWay) -> Iterator[str]:
    """Yield why there are no seconds of some of it."""
    if NO_TIMES in told.walk.why:
        yield _("Of segments without times it cannot be told how long they were in view.")
    if BACKWARDS in told.walk.why:
        yield _(
            "In a segment time runs backwards: its clock was set on the way, or fixes were put "
            "together in the wrong order. How long it was in view cannot be told; metres can."
        )


def method(told: OwnWay, numbers: Numbers) -> list[str]:
    """Return how it was found out, and what was assumed."""
    return [
        _(
            "A number in brackets holds nine in ten of {draws} draws: of what is not known of the "
            "cameras, and of where the walker truly was. Fixes are off by {error} in each "
            "direction "
            "(standard error), those that follow each other alike; they are written up to "
            "{clock} s "
            "early or late."
        ).format(
            draws=numbers.plain(told.asked.draws),
            error=numbers.quantity(told.asked.gps_error_m, "m", 0.1, finest=0.1),
            clock=numbers.plain(CLOCK_ERROR_S, 0.1),
        ),
        _(
            "Within view of a mapped camera at this density: no figure says that somebody was "
            "recorded or known."
        ),
    ]


def coarse(told: OwnWay, numbers: Numbers) -> list[str]:
    """Return what may be handed on: no place, no day, no camera, no part of the way by itself."""
    found = [
        _("A walk of about {metres}.").format(
            metres=_coarse_m(float(told.walk.metres.sum()), numbers)
        )
    ]
    for number, level in enumerate(told.levels):
        low, middle, high = _wide(told.metres[:, :, number], told.metres_spans[number])
        seconds = told.seconds[:, :, number]
        timed = ~np.isnan(seconds).any(axis=1)
        text = _("{level}: about {metres} ({low} to {high})").format(
            level=level_label(level.name),
            metres=_coarse_m(middle, numbers),
            low=_coarse_m(low, numbers),
            high=_coarse_m(high, numbers),
        )
        if timed.any():
            minutes = [
                numbers.plain(round(one / COARSE_S))
                for one in _wide(seconds[timed], told.seconds_spans[number])
            ]
            text += _(", {middle} min ({low} to {high})").format(
                low=minutes[0], middle=minutes[1], high=minutes[2]
            )
        found.append(text + ".")
    return found


def _wide(of_segments: F8, span: Span | None) -> tuple[float, float, float]:
    """Return the median of a sum, and the ends of its interval and its span together."""
    low, middle, high = ends(of_segments.sum(axis=0))
    if span is None:
        return low, middle, high
    return min(low, span.low), middle, max(high, span.high)


def _coarse_m(value: float, numbers: Numbers) -> str:
    return numbers.quantity(value, "m", COARSE_M, finest=COARSE_M, size=0.0)
