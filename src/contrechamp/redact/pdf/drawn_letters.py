"""Finds rows of shapes that look like letters: text that was drawn as outlines tells no letters.

Designers turn text into outlines, plans are lettered with strokes; fonts whose letters are drawings
of their own (Type 3) may show any word whatever letters they claim to be.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from contrechamp.redact.outcome import Box
from contrechamp.redact.pdf.page import around

#: Points: lower shapes are dots, higher ones pictures.
_LEAST_PT, _MOST_PT = 2.5, 150.0
#: Letters of a row: at least so many, no further apart than so many heights.
_LEAST_LETTERS, _GAP = 4, 1.5
#: No letter is so many times as wide as it is high.
_WIDEST = 2.5
#: In a letter, its parts are no rectangles alone: those are bars, cells and rules.
_LEAST_EDGES = 4
#: A page with more paths is a map or a plan; that it may have letters is said without a place.
MOST_PATHS = 30_000


def rows_of_letters(page: Any) -> list[Box]:
    """Return a box around each row of shapes that may be letters, the longest first."""
    letters = [box for path in page.get_cdrawings() for box in _shapes(path["items"])]
    rows = [around(row) for row in _rows(letters)]
    return sorted(rows, key=lambda box: box[0] - box[2])


def _shapes(items: Sequence[Any]) -> Iterator[Box]:
    """Yield a box around each part of a path that may be a letter."""
    for part in _parts(items):
        across = [x for x, _y in part]
        down = [y for _x, y in part]
        box = min(across), min(down), max(across), max(down)
        width, height = box[2] - box[0], box[3] - box[1]
        if (
            len(part) > _LEAST_EDGES
            and _LEAST_PT <= height <= _MOST_PT
            and width <= _WIDEST * height
        ):
            yield box


def _parts(items: Sequence[Any]) -> Iterator[list[tuple[float, float]]]:
    """Yield the points of each connected part of a path; rectangles are none."""
    points: list[tuple[float, float]] = []
    for item in items:
        if item[0] not in ("l", "c"):
            continue
        begin = tuple(item[1])
        if points and points[-1] != begin:
            yield points
            points = []
        points += [tuple(point) for point in (item[2:] if points else item[1:])]
    if points:
        yield points


def _rows(letters: Iterable[Box]) -> Iterator[list[Box]]:
    """Yield letters that stand beside one another, on about one line."""
    lines: dict[int, list[Box]] = {}
    for box in letters:
        # The foot of a line is where most letters stand; half a height apart is another line.
        lines.setdefault(round(box[3] / 4), []).append(box)
    taken: set[int] = set()
    for foot in sorted(lines, key=lambda place: -len(lines[place])):
        near = [at for at in (foot - 1, foot, foot + 1) if at in lines and at not in taken]
        taken |= set(near)
        beside = sorted(itertools.chain.from_iterable(lines[at] for at in near))
        yield from _close(beside)


def _close(boxes: Sequence[Box]) -> Iterator[list[Box]]:
    row: list[Box] = []
    right = height = 0.0
    for box in boxes:
        height = max(height, box[3] - box[1])
        if row and box[0] - right > _GAP * height:
            if _is_row(row):
                yield row
            row, right, height = [], 0.0, box[3] - box[1]
        row.append(box)
        right = max(right, box[2])
    if _is_row(row):
        yield row


def _is_row(row: Sequence[Box]) -> bool:
    """Tell whether letters stand beside one another, and not upon one another."""
    feet = sorted(box[0] for box in row)
    apart = sum(after - before > 0.5 for before, after in itertools.pairwise(feet)) + 1
    return apart >= _LEAST_LETTERS
