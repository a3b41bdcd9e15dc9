"""Where things are, told by squares: no place more exactly than the square that it lies in.

Squares are those of a grid in metres that does not depend on what lies in it, so that two maps of
one place show the same square, and nothing follows from where a square begins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
#: How often a square is doubled until enough lies in it; what is still less is not counted.
DOUBLED = 3


@dataclass(frozen=True, order=True)
class Square:
    """A square of the grid: its south-western corner and its side, in metres."""

    west: int
    south: int
    side: int

    @property
    def middle(self) -> Point:
        """The middle of it."""
        return self.west + self.side / 2, self.south + self.side / 2


@dataclass(frozen=True, order=True)
class Counted:
    """How many lie in a square; None if they are fewer than may be told."""

    square: Square
    count: int | None


def square_of(point: Point, side: int) -> Square:
    """Return the square of the grid in which a point lies."""
    x, y = point
    # Not the floor of a quotient, which is 0 for what is too small for one.
    return Square(int(x // side) * side, int(y // side) * side, side)


def counted(points: Sequence[Point], side: int, k: int) -> list[Counted]:
    """Count points by squares, of which each has at least `k`, or is told as having fewer.

    A square is parted into four only if each part that has any has enough: so no count can be told
    from the difference of two. After Gruteser and Grunwald, Anonymous usage of location-based
    services through spatial and temporal cloaking (MobiSys 2003).

    Args:
        points: x east, y north, in metres.
        side: of the smallest square, in metres.
        k: the least that is counted.
    """
    largest = side * 2**DOUBLED
    found: list[Counted] = []
    for square, inside in sorted(_parted(points, largest).items()):
        found += _split(square, inside, side, k)
    return found


def _split(square: Square, inside: list[Point], side: int, k: int) -> Iterator[Counted]:
    if square.side > side:
        quarters = sorted(_parted(inside, square.side // 2).items())
        if all(len(those) >= k for _quarter, those in quarters):
            for quarter, those in quarters:
                yield from _split(quarter, those, side, k)
            return
    yield Counted(square, len(inside) if len(inside) >= k else None)


def _parted(points: Sequence[Point], side: int) -> dict[Square, list[Point]]:
    found: dict[Square, list[Point]] = {}
    for point in points:
        found.setdefault(square_of(point, side), []).append(point)
    return found
