"""A drawing as a few kinds of shapes, which the page shows as SVG and typst draws on paper.

Coordinates are whole units, x to the right and y down, in every language: whole numbers, and from
a corner of the drawing, so that no coordinate of a place can stand in a file, however it is read.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

#: What something is painted with, a name in `style`: the same on the page and on paper.
Paint: TypeAlias = str
Anchor: TypeAlias = Literal["start", "middle", "end"]
#: Width of every drawing, in units: a column of the page, and of the paper.
WIDTH = 480


@dataclass(frozen=True)
class Box:
    """A rectangle from its left upper corner; ``line`` is the paint of its edge, "" for none."""

    x: int
    y: int
    width: int
    height: int
    fill: Paint
    line: Paint = "ink"


@dataclass(frozen=True)
class Path:
    """A line through points; closed, it is an area with a fill.

    Args:
        points: of it, x and y in turn.
        line: its paint; "" for none.
        fill: of the area; "" for none.
        closed: it ends where it began.
        thick: tenths of a unit.
    """

    points: tuple[tuple[int, int], ...]
    line: Paint = "ink"
    fill: Paint = ""
    closed: bool = False
    thick: int = 10


@dataclass(frozen=True)
class Dot:
    """A circle around a point."""

    x: int
    y: int
    radius: int
    fill: Paint
    line: Paint = "ink"


@dataclass(frozen=True)
class Label:
    """Words at a point of their baseline.

    Args:
        x: of the point.
        y: of the point.
        text: one line.
        anchor: which end of the words lies at the point: the left one is the start, in each
            language.
        size: height of the letters in units.
        strong: they stand out.
        paint: of the letters.
    """

    x: int
    y: int
    text: str
    anchor: Anchor = "start"
    size: int = 12
    strong: bool = False
    paint: Paint = "ink"


Shape: TypeAlias = Box | Path | Dot | Label


@dataclass(frozen=True)
class Drawing:
    """Shapes, the last on top, on a sheet of so many units."""

    height: int
    shapes: tuple[Shape, ...]
    width: int = WIDTH
