"""Rows over one axis: dot and whisker of figures, and what happened when.

Each row has its words above it, over the whole width, so that they can be read on a phone and are
in no language's way. Values run from left to right in every language, as time does.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contrechamp.dossier.records.field_types import shortened
from contrechamp.publish.report.drawing.shapes import (
    WIDTH,
    Anchor,
    Box,
    Dot,
    Drawing,
    Label,
    Path,
    Shape,
)

#: More letters than this do not fit above a row.
_LETTERS = 56
#: Marks that begin what is kept apart, and the one that ends it.
_ISOLATES, _ISOLATED = "\u2066\u2067\u2068", "\u2069"
_SIDE, _ROW, _HEAD, _FOOT, _GAP = 14, 40, 26, 34, 18


@dataclass(frozen=True)
class Row:
    """What is drawn over the axis, as fractions of it; NaN for what there is not.

    Args:
        words: above it.
        low: where the line begins.
        middle: of the dot.
        high: where the line ends.
        span_low: where the wide band begins: how far the dot moves by what is assumed.
        span_high: where it ends.
        paint: of line and dot.
    """

    words: str
    low: float
    middle: float
    high: float
    span_low: float = math.nan
    span_high: float = math.nan
    paint: str = "interval"


@dataclass(frozen=True)
class Panel:
    """Rows over one axis.

    Args:
        title: above them; "" for none.
        ticks: fraction of the axis, and what is written there.
        rows: from top to bottom.
    """

    title: str
    ticks: Sequence[tuple[float, str]]
    rows: Sequence[Row]


def drawn(panels: Sequence[Panel], *, to_left: bool) -> Drawing:
    """Return panels, one below the other: small multiples, where they share an axis.

    Args:
        panels: what to draw.
        to_left: words are of a language that is written from right to left.
    """
    shapes: list[Shape] = []
    top = 0
    for panel in panels:
        top = _draw(panel, top, shapes, to_left=to_left) + _GAP
    return Drawing(max(top - _GAP, 1), tuple(shapes))


def _draw(panel: Panel, top: int, shapes: list[Shape], *, to_left: bool) -> int:
    """Draw a panel below a height; return where it ends."""
    if panel.title:
        shapes.append(_words(panel.title, top + 14, to_left=to_left, strong=True))
        top += _HEAD
    bottom = top + _ROW * len(panel.rows)
    for at, text in panel.ticks:
        x = _at(at)
        shapes.append(Path(((x, top), (x, bottom + 4)), line="rule", thick=6))
        anchor: Anchor = "start" if at < 0.05 else "end" if at > 0.95 else "middle"
        shapes.append(Label(x, bottom + 18, text, anchor=anchor, size=12, paint="soft"))
    for number, row in enumerate(panel.rows):
        y = top + _ROW * number
        shapes.append(_words(row.words, y + 14, to_left=to_left))
        shapes += _row(row, y + 26)
    return bottom + _FOOT


def _row(row: Row, y: int) -> Iterator[Shape]:
    if math.isfinite(row.span_low) and math.isfinite(row.span_high):
        left, right = _at(row.span_low), _at(row.span_high)
        yield Box(left, y - 5, max(right - left, 1), 10, "span", line="")
    if math.isfinite(row.low) and math.isfinite(row.high):
        left, right = _at(row.low), _at(row.high)
        yield Path(((left, y), (right, y)), line=row.paint, thick=25)
        for x in (left, right):
            yield Path(((x, y - 5), (x, y + 5)), line=row.paint, thick=15)
    if math.isfinite(row.middle):
        yield Dot(_at(row.middle), y, 5, row.paint, line="paper")


def _words(text: str, y: int, *, to_left: bool, strong: bool = False) -> Label:
    anchor: Anchor = "end" if to_left else "start"
    x = WIDTH - _SIDE if to_left else _SIDE
    return Label(x, y, _cut(text), anchor=anchor, size=14, strong=strong)


def _cut(text: str) -> str:
    """Return as much of a text as has room, with what was kept apart in it still so."""
    cut = shortened(text, _LETTERS)
    opened = sum(map(cut.count, _ISOLATES)) - cut.count(_ISOLATED)
    return cut + _ISOLATED * max(opened, 0)


def _at(fraction: float) -> int:
    return round(_SIDE + (WIDTH - 2 * _SIDE) * min(max(fraction, 0.0), 1.0))
