"""Plots as rows of positions along one axis; the template draws them as plain SVG.

Positions are fractions of the plot's width, so that a plot fits any screen while its letters keep
their size. Values run from left to right in every language.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """The values that a row shows, in the unit of the axis; NaN for none.

    Args:
        label: what the row is about.
        value: the row in words, printed beside the plot and read to those who cannot see it.
        low: where the line begins.
        middle: the point on it.
        high: where the line ends.
        box_low: where the thick part begins.
        box_high: where the thick part ends.
        marks: further points, each with the class that styles it.
    """

    label: str
    value: str
    low: float = math.nan
    middle: float = math.nan
    high: float = math.nan
    box_low: float = math.nan
    box_high: float = math.nan
    marks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class ChartRow:
    """A `Range` as positions (per cent of the width, with two decimals); "" for none."""

    label: str
    value: str
    low: str
    middle: str
    high: str
    box_low: str
    box_high: str
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Chart:
    """Rows over one axis from zero.

    Args:
        title: what is shown.
        note: how to read it.
        ticks: (position, text) along the axis.
        rows: from top to bottom.
        key: (class, text) of the marks.
    """

    title: str
    note: str
    ticks: tuple[tuple[str, str], ...]
    rows: tuple[ChartRow, ...]
    key: tuple[tuple[str, str], ...] = ()


def chart(
    title: str,
    note: str,
    ranges: Sequence[Range],
    *,
    write: Callable[[float, float], str],
    at_least: float = 0.0,
    at_most: float = math.inf,
    key: tuple[tuple[str, str], ...] = (),
) -> Chart:
    """Lay out `ranges` over an axis from zero to the largest value, rounded up.

    Args:
        title: what is shown.
        note: how to read it.
        ranges: what to show.
        write: turns a value of the axis, and the value at its end, into text.
        at_least: the axis ends here at the earliest.
        at_most: the axis ends here at the latest (1 for shares).
        key: (class, text) of the marks.
    """
    values = [
        value
        for row in ranges
        for value in (row.low, row.middle, row.high, row.box_high, *(at for _, at in row.marks))
        if math.isfinite(value)
    ]
    step, n = nice_step(max(at_least, *values) if values else max(at_least, 1.0))
    end = min(step * n, at_most)

    def place(value: float) -> str:
        return f"{100 * value / end:.2f}%" if math.isfinite(value) else ""

    return Chart(
        title,
        note,
        ticks=tuple(
            (place(step * i), write(step * i, end)) for i in range(n + 1) if step * i <= end * 1.001
        ),
        rows=tuple(
            ChartRow(
                label=row.label,
                value=row.value,
                low=place(row.low),
                middle=place(row.middle),
                high=place(row.high),
                box_low=place(row.box_low),
                box_high=place(row.box_high),
                marks=tuple((name, place(at)) for name, at in row.marks if math.isfinite(at)),
            )
            for row in ranges
        ),
        key=key,
    )


def nice_step(largest: float) -> tuple[float, int]:
    """Return a step of 1, 2 or 5 times a power of ten, and how many (three to five) it takes."""
    if largest <= 0:
        return 1.0, 1
    power = 10.0 ** math.floor(math.log10(largest))
    for factor in (0.2, 0.25, 0.5, 1.0, 2.0, 2.5):
        n = math.ceil(largest / (factor * power) - 1e-9)
        if n <= 5:
            return factor * power, n
    return 5.0 * power, math.ceil(largest / (5.0 * power))
