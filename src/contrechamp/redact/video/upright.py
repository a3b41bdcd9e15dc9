"""Turns stored pictures upright, from any of the eight orientations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """How stored pixels become the displayed picture: transposed first, then mirrored.

    Args:
        transposed: whether rows become columns.
        left_right: whether left and right are then swapped.
        top_bottom: whether top and bottom are then swapped.
    """

    transposed: bool = False
    left_right: bool = False
    top_bottom: bool = False

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height after the turn, or, given those, before it.

        >>> Turn(transposed=True).size(1920, 1080)
        (1080, 1920)
        """
        return (height, width) if self.transposed else (width, height)

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        """Names and arguments of the FFmpeg filters that do this."""
        # "cclock_flip" is the plain transposition.
        steps = [("transpose", "cclock_flip")] if self.transposed else []
        steps += [("hflip", "")] if self.left_right else []
        steps += [("vflip", "")] if self.top_bottom else []
        return tuple(steps)


def turn_of(matrix: Sequence[int] | None) -> Turn:
    """Return the turn that a display matrix describes, to the nearest quarter.

    Args:
        matrix: nine numbers, row by row, as in ISO/IEC 14496-12 (``tkhd``): a stored point (x, y)
            is shown at (a x + c y, b x + d y). None: as stored.

    >>> turn_of([0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30])
    Turn(transposed=True, left_right=True, top_bottom=False)
    """
    if matrix is None or len(matrix) != 9:
        return Turn()
    a, b, _u, c, d = matrix[:5]
    if abs(b) + abs(c) > abs(a) + abs(d):
        # Shown x comes from stored y (by c), shown y from stored x (by b).
        return Turn(True, c < 0, b < 0)
    return Turn(False, a < 0, d < 0)
