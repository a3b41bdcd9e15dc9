"""Reads words that are broken at the end of a line of a column, whatever stands beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contrechamp.redact.outcome import Box
from contrechamp.redact.pdf.page import Glyph, around

_HYPHENS = frozenset("-\u00ad\u2010\u2011")
#: In heights of the line: how far below the next line is, and how far aside it may begin.
_BELOW, _ASIDE = 2.5, 2.0
_MAX_LINES = 5_000


@dataclass(frozen=True)
class _Line:
    places: range
    box: Box


def broken_lines(glyphs: Sequence[Glyph]) -> Iterator[list[int]]:
    """Yield the places of two lines to be read as one: the first ends in a hyphen.

    Only pairs that do not follow one another in `glyphs` are meant: those are read together anyway.
    """
    lines = list(_lines(glyphs))[:_MAX_LINES]
    for number, line in enumerate(lines):
        if glyphs[line.places[-1]].text.strip() not in _HYPHENS:
            continue
        below = [
            other
            for place, other in enumerate(lines)
            if place != number and _is_below(other.box, line.box)
        ]
        if below:
            nearest = min(below, key=lambda other: other.box[1])
            if nearest.places.start != line.places.stop + 1:
                yield [*line.places, *([line.places.stop]), *nearest.places]


def _is_below(box: Box, above: Box) -> bool:
    height = max(above[3] - above[1], 1.0)
    middle = (box[1] + box[3]) / 2
    return (
        above[3] - 0.2 * height < middle < above[3] + _BELOW * height
        and abs(box[0] - above[0]) < _ASIDE * height
    )


def _lines(glyphs: Sequence[Glyph]) -> Iterator[_Line]:
    first = 0
    for place, glyph in enumerate([*glyphs, Glyph("\n", None)]):
        if glyph.box is None:
            end = place
            while end > first and not glyphs[end - 1].text.strip():
                end -= 1
            boxes = [one.box for one in glyphs[first:end] if one.box is not None]
            if boxes:
                yield _Line(range(first, end), around(boxes))
            first = place + 1
