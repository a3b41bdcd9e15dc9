"""How sure a figure is, in words: the interval of what is drawn, the span of what is assumed.

Every text on a figure takes its numbers from here, so that page, terminal and map round alike, and
none is sharper than what is known.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.measure.estimates import estimate
from contrechamp.measure.results import Estimate, Figure, Span
from contrechamp.publish.numbers import Numbers, power_of_ten
from contrechamp.publish.unknowns import unknown_label

F8 = NDArray[np.float64]

#: Digits that half an interval keeps in a sentence; tables keep two.
DIGITS = 1
#: Digits that half a span keeps: its ends are medians, which a single draw does not move.
SPAN_DIGITS = 2


@dataclass(frozen=True)
class Spread:
    """A figure as text.

    Args:
        value: the median with its unit.
        interval: the ends of the 90 % interval; "" where they are rounded to the same.
        agreement: what stands in place of an interval where there is none; "" with one draw.
        span: the ends of what the value comes to by what is assumed; "" where nothing is.
        assumed: of what it is assumed, as a list; "" where nothing is.
        span_leads: the span says less than the interval, and stands in its place in a sentence.
        is_nothing: the value is zero in as good as every draw, whatever is assumed.
    """

    value: str
    interval: str
    agreement: str
    span: str
    assumed: str
    span_leads: bool
    is_nothing: bool


def rounding_step(figure: Figure, digits: int = 2) -> float:
    """Return the power of ten to which a figure may be rounded.

    Half the 90 % interval keeps `digits` digits: a value of 12 345 known to within 347 is given to
    the nearest 10 for two digits, to the nearest 100 for one. A span that says less decides
    instead. An exact value keeps three digits, and no more than it has.
    """
    estimate, span = figure.estimate, figure.span
    steps = []
    if estimate.q95 > estimate.q05:
        steps.append(power_of_ten((estimate.q95 - estimate.q05) / 2, digits))
    if span is not None and span.high > span.low:
        steps.append(power_of_ten((span.high - span.low) / 2, SPAN_DIGITS))
    if not steps:
        step = power_of_ten(abs(estimate.median), 3) if estimate.median else 1.0
        # What is counted is whole: two cameras are not 2.00.
        return max(step, 1.0) if float(estimate.median).is_integer() else step
    return max(steps)


def spread(figure: Figure, numbers: Numbers, digits: int = 2) -> Spread:
    """Return a figure as text; `digits` is 1 in a sentence, 2 in a table."""
    estimate, unit, step = figure.estimate, figure.unit, rounding_step(figure, digits)
    ends = [estimate.q95] if figure.span is None else [estimate.q95, figure.span.high]
    size = max(ends)

    value = numbers.quantity(estimate.median, unit, step, size=size)
    interval = numbers.between(estimate.q05, estimate.q95, unit, step, size=size)
    span = ""
    if figure.span is not None:
        span = numbers.between(figure.span.low, figure.span.high, unit, step, size=size)
    return Spread(
        value=value,
        interval=interval,
        agreement="" if interval else _agreement(estimate, value),
        span=span,
        assumed=_assumed(figure, numbers) if span else "",
        span_leads=bool(span) and not _within_the_interval(figure),
        is_nothing=not (estimate.median or interval or span),
    )


def spread_of(drawn: F8, span: Span | None, unit: str, numbers: Numbers, digits: int = 2) -> Spread:
    """Return a number drawn many times as text, with what it comes to by what is assumed.

    Args:
        drawn: (n_draws,) finite.
        span: of it; None where nothing is assumed.
        unit: of those of `Figure.unit`.
        numbers: of the language.
        digits: as for `spread`.
    """
    figure = Figure("", "", "", unit, estimate(drawn), known_share=0.0, span=span)
    return spread(figure, numbers, digits)


def _within_the_interval(figure: Figure) -> bool:
    estimate, span = figure.estimate, figure.span
    return span is not None and estimate.q05 <= span.low and span.high <= estimate.q95


def _agreement(estimate: Estimate, value: str) -> str:
    if estimate.n_draws <= 1:
        return ""
    if estimate.q95 > estimate.q05:
        return _("{value}, rounded").format(value=value)
    all_agree = estimate.standard_error == 0.0 and math.isclose(estimate.mean, estimate.median)
    return _("the same in every draw") if all_agree else _("the same in nine draws of ten")


def _assumed(figure: Figure, numbers: Numbers) -> str:
    names = () if figure.span is None else figure.span.assumed
    return numbers.all_of([unknown_label(name) for name in names])


def clause(span: str, assumed: str) -> str:
    """Return the end of a sentence on what a value comes to by what is assumed."""
    return _("; {span} by what is assumed of {unknowns}").format(span=span, unknowns=assumed)


def line(span: str) -> str:
    """Return the same as a line of its own, for a cell of a table."""
    return "\n" + _("{span} by what is assumed").format(span=span)


def nine_in_ten() -> str:
    """Return the share of draws between the ends of an interval.

    It stands apart from texts: checkers of catalogues take "% o" for a format of C.
    """
    return _("90 %")


def how_sure(told: Spread) -> str:
    """Return the end of a sentence that gave ``told.value``: its span, or else its interval.

    Where the span goes beyond the interval, that does not stand beside the value: it leaves out
    the most.
    """
    if told.span_leads:
        return clause(told.span, told.assumed)
    if told.interval:
        return _(" ({interval} in {share} of the draws)").format(
            interval=told.interval, share=nine_in_ten()
        )
    return ""


def as_sentence(text: str) -> str:
    """Return a text that begins with a number in words ("less than...") as a sentence begins."""
    return text[:1].upper() + text[1:]


def in_a_cell(told: Spread) -> str:
    """Return a figure for a cell of a table without columns for its ends; the span has a line."""
    text = told.value
    if told.interval:
        text = _("{value} ({interval})").format(value=told.value, interval=told.interval)
    return text + line(told.span) if told.span else text
