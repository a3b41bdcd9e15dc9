"""Directions as people tag them: ``0``, ``N``, ``NNE``, ``90-180``, ``90;270``."""

import math
import re
from dataclasses import dataclass

_COMPASS = (
    *("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"),
    *("S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"),
)
_WORDS = {"NORTH": 0.0, "EAST": 90.0, "SOUTH": 180.0, "WEST": 270.0}
_NAMES = {name: 22.5 * i for i, name in enumerate(_COMPASS)} | _WORDS
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_RANGE = re.compile(r"(.+?)\s*(?:-|\u2013|\bto\b)\s*(.+)")


@dataclass(frozen=True)
class Direction:
    """Where one camera looks.

    Args:
        heading_deg: clockwise from north, 0 <= heading < 360.
        hfov_deg: the width of a range; NaN for a single direction.
    """

    heading_deg: float
    hfov_deg: float = math.nan


def parse_directions(text: str) -> tuple[Direction, ...] | None:
    """Return the directions that `text` lists, or None if one of them cannot be read.

    A range runs clockwise: ``270-90`` crosses north. Its middle is the heading, its width the
    field of view. Each entry of a list is a separate camera on the same mast.

    >>> parse_directions("270-90")
    (Direction(heading_deg=0.0, hfov_deg=180.0),)
    >>> [d.heading_deg for d in parse_directions("N;SE")]
    [0.0, 135.0]
    """
    entries = [_direction(entry) for entry in text.split(";") if entry.strip()]
    read = tuple(direction for direction in entries if direction is not None)
    return read if read and len(read) == len(entries) else None


def _direction(entry: str) -> Direction | None:
    single = _degrees(entry)
    if single is not None:
        return Direction(single % 360.0)
    both = _RANGE.fullmatch(entry.strip())
    if not both:
        return None
    start, end = _degrees(both[1]), _degrees(both[2])
    if start is None or end is None or start == end:
        return None
    width = 360.0 if end - start == 360.0 else (end - start) % 360.0
    return Direction((start + width / 2.0) % 360.0, width)


def _degrees(text: str) -> float | None:
    plain = text.strip().upper().removesuffix("°").removesuffix("DEG").strip()
    if plain in _NAMES:
        return _NAMES[plain]
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain.replace(",", "."))
    return value if -360.0 <= value <= 360.0 else None
