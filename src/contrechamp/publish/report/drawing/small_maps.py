"""Small maps of one extent in rows and columns, so that what differs between them is seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contrechamp.publish.report.drawing import maps
from contrechamp.publish.report.drawing.maps import Extent, Sheet
from contrechamp.publish.report.drawing.shapes import WIDTH, Anchor, Box, Drawing, Label, Shape
from contrechamp.publish.report.drawing.squares import Square

_GAP, _TITLE, _FOOT = 8, 18, 44
#: A map is no larger than so much of the sheet, and no higher than so many units.
_LEAST_COLUMNS, _HIGHEST = 2, 260


@dataclass(frozen=True)
class SmallMap:
    """One of the maps.

    Args:
        title: above it.
        paints: of squares, names in `style`.
    """

    title: str
    paints: Mapping[Square, str]


@dataclass(frozen=True)
class MapRow:
    """Maps beside each other, below a title of theirs."""

    title: str
    maps: Sequence[SmallMap]


def extent_of(squares: Sequence[Square]) -> Extent:
    """Return what all maps show: every square, with a margin."""
    side = max(one.side for one in squares)
    west, south = min(one.west for one in squares), min(one.south for one in squares)
    east = max(one.west + one.side for one in squares)
    north = max(one.south + one.side for one in squares)
    return Extent(west - side / 2, south - side / 2, east + side / 2, north + side / 2)


def drawn(rows: Sequence[MapRow], sheet: Sheet, *, to_left: bool) -> Drawing:
    """Return the maps, with one scale and one arrow for all of them.

    Args:
        rows: of maps, each of as many.
        sheet: what maps are drawn with.
        to_left: the first column stands on the right.
    """
    extent = extent_of([square for row in rows for one in row.maps for square in one.paints])
    columns = max(len(row.maps) for row in rows)
    wide = (WIDTH - _GAP * (columns - 1)) / max(columns, _LEAST_COLUMNS)
    per_m = min(wide / (extent.east - extent.west), _HIGHEST / (extent.north - extent.south))
    high = round((extent.north - extent.south) * per_m)
    shapes: list[Shape] = []
    y = 0
    for row in rows:
        x = WIDTH if to_left else 0
        anchor: Anchor = "end" if to_left else "start"
        shapes.append(Label(x, y + 13, row.title, anchor=anchor, size=12, strong=True))
        y += _TITLE
        for place, one in enumerate(row.maps):
            left = round(place * (wide + _GAP))
            left = WIDTH - left - round(wide) if to_left else left
            shapes.append(
                Label(
                    left + (round(wide) if to_left else 0),
                    y + 12,
                    one.title,
                    anchor=anchor,
                    size=11,
                )
            )
            shapes += _map(one, extent, per_m, (left, y + _TITLE, round(wide), high), sheet)
        y += _TITLE + high + _GAP
    shapes += maps.north(sheet.north, WIDTH - 22, y)
    shapes += maps.scale(per_m, y + _FOOT, (extent.east - extent.west) / 2, sheet)
    return Drawing(y + _FOOT + 2, tuple(shapes))


def _map(
    one: SmallMap, extent: Extent, per_m: float, place: tuple[int, int, int, int], sheet: Sheet
) -> Iterator[Shape]:
    left, top, wide, high = place
    yield Box(left, top, wide, high, "ground", line="rule")
    # In the middle of its box, where that is wider than what is shown.
    left += (wide - round((extent.east - extent.west) * per_m)) // 2

    def x(metres: float) -> int:
        return left + round((metres - extent.west) * per_m)

    def y(metres: float) -> int:
        return top + round((extent.north - metres) * per_m)

    for square, paint in sorted(one.paints.items()):
        west, north = x(square.west), y(square.south + square.side)
        east, south = x(square.west + square.side), y(square.south)
        yield Box(west, north, east - west, south - north, paint, line="ground")
