"""Maps: squares in which something is, over outlines of areas, with a scale and where north is."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contrechamp.publish.numbers import Numbers, power_of_ten
from contrechamp.publish.report.drawing.shapes import WIDTH, Box, Drawing, Label, Path, Shape
from contrechamp.publish.report.drawing.squares import Point, Square

#: Lengths of a scale bar, in metres.
_BARS_M = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
_LOWEST, _HIGHEST = 200, 380
#: A map shows at least so many squares from side to side.
_LEAST_SQUARES, _LEAST_OF_A_PART = 7, 4
#: What lies nearer to each other than so many squares is shown on one map of a part.
_NEAR = 3
#: Squares smaller than so many units are shown on maps of parts as well.
_READABLE = 40


@dataclass(frozen=True)
class Marked:
    """A square of a map.

    Args:
        square: where.
        paint: what is said of it, a name in `style`.
        words: in its middle: a number, by which the list beside the map calls it.
    """

    square: Square
    paint: str
    words: str


@dataclass(frozen=True)
class Extent:
    """What a map shows: west, south, east, north in metres."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Sheet:
    """What maps are drawn with.

    Args:
        outlines: of areas, rings of points in metres.
        north: the letter above the arrow.
        bar: how a length of the scale bar is written.
    """

    outlines: Sequence[Sequence[Point]]
    north: str
    bar: dict[int, str]


def bar_words(numbers: Numbers) -> dict[int, str]:
    """Return how each length of a scale bar is written."""
    return {
        metres: numbers.quantity(float(metres), "m", power_of_ten(metres, 1)) for metres in _BARS_M
    }


def extent_of(marked: Sequence[Marked], *, of: Sequence[Marked] = ()) -> Extent:
    """Return what a map of squares shows: a margin around them, and not too little.

    Args:
        marked: the squares.
        of: of which map it is a part; none for itself.
    """
    squares = [one.square for one in marked]
    side = max(one.square.side for one in of or marked)
    west, east = min(s.west for s in squares), max(s.west + s.side for s in squares)
    south, north = min(s.south for s in squares), max(s.south + s.side for s in squares)
    least = _LEAST_OF_A_PART if of else _LEAST_SQUARES
    wide: float = max(east - west + 2 * side, least * side)
    high = min(max(north - south + 2 * side, wide * _LOWEST / WIDTH), 1e9)
    wide = max(wide, high * WIDTH / _HIGHEST)
    x, y = (west + east) / 2, (south + north) / 2
    return Extent(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def parts_of(marked: Sequence[Marked]) -> list[list[Marked]]:
    """Return which squares have maps of their own beside the whole: none if that is enough."""
    whole = extent_of(marked)
    side = min(one.square.side for one in marked)
    if side * WIDTH / (whole.east - whole.west) >= _READABLE:
        return []
    groups: list[list[Marked]] = []
    for one in marked:
        near = [group for group in groups if any(_near(one, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(each for group in near for each in group), one])
    return sorted(groups, key=lambda group: (-len(group), group[0].words)) if groups[1:] else []


def _near(one: Marked, other: Marked) -> bool:
    side = max(one.square.side, other.square.side)
    return math.dist(one.square.middle, other.square.middle) <= _NEAR * side


def drawn(marked: Sequence[Marked], extent: Extent, sheet: Sheet) -> Drawing:
    """Return a map of an extent."""
    per_m = WIDTH / (extent.east - extent.west)
    height = round((extent.north - extent.south) * per_m)

    def at(point: Point) -> tuple[int, int]:
        return round((point[0] - extent.west) * per_m), round((extent.north - point[1]) * per_m)

    shapes: list[Shape] = [Box(0, 0, WIDTH, height, "ground", line="rule")]
    shapes += [
        Path(tuple(map(at, ring)), line="soft", closed=True, thick=12) for ring in sheet.outlines
    ]
    for one in sorted(marked, key=lambda one: -one.square.side):
        shapes += _square(one, at, per_m)
    shapes += north(sheet.north, WIDTH - 22, 0)
    shapes += scale(per_m, height, (extent.east - extent.west) / 5, sheet)
    return Drawing(height, tuple(shapes))


def _square(one: Marked, at, per_m: float) -> Iterator[Shape]:  # type: ignore[no-untyped-def]
    x, y = at((one.square.west, one.square.south + one.square.side))
    side = max(round(one.square.side * per_m), 4)
    yield Box(x, y, side, side, one.paint)
    # In the upper left corner: squares of two sizes may share their middle.
    wide = 8 * len(one.words) + 6
    yield Box(x, y, wide, 17, "paper")
    yield Label(x + wide // 2, y + 13, one.words, anchor="middle", size=13, strong=True)


def north(letter: str, x: int, y: int) -> Iterator[Shape]:
    """Yield the arrow that shows where north is, with its letter, below a point."""
    yield Label(x, y + 18, letter, anchor="middle", size=12, strong=True)
    points = ((x, y + 22), (x + 6, y + 42), (x, y + 37), (x - 6, y + 42))
    yield Path(points, fill="ink", closed=True)


def scale(per_m: float, height: int, most_m: float, sheet: Sheet) -> Iterator[Shape]:
    """Yield the scale bar, in the lower left corner.

    Args:
        per_m: units for a metre.
        height: of the drawing.
        most_m: no bar is longer, if there is a shorter one.
        sheet: how its length is written.
    """
    metres = max((bar for bar in _BARS_M if bar <= most_m), default=_BARS_M[0])
    long, y = round(metres * per_m), height - 14
    yield Box(8, y - 22, long + 16, 30, "paper", line="")
    yield Path(((16, y - 4), (16, y), (16 + long, y), (16 + long, y - 4)), thick=20)
    yield Label(16 + long // 2, y - 7, sheet.bar[metres], anchor="middle", size=11)
