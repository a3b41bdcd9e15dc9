"""Directions as people write them: ``0``, ``N``, ``NNE``, ``northeast``, ``90-180``, ``90;270``."""

import math
import re
from dataclasses import dataclass

_COMPASS = (
    *("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE"),
    *("S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"),
)
_WORDS = {"NORTH": "N", "EAST": "E", "SOUTH": "S", "WEST": "W"}
#: Where traffic goes that a camera covers; it looks that way, as plate readers are mapped.
_BOUND = {f"{letter}B": letter for letter in "NESW"}
_NAMES = {name: 22.5 * i for i, name in enumerate(_COMPASS)}
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
#: A comma is that of a decimal before one digit: ``22,5``. What ``90,18`` means cannot be told.
_UNCLEAR = re.compile(r"[+-]?\d+,\d\d")
_LIST = re.compile(r"\s*;\s*|\s*,\s+|,(?=[+-]?\d{3}(?!\d))|,(?=\D)|(?<=\D),")
_RANGE = re.compile(r"(.+?)\s*(?:-|\u2013|\bto\b)\s*(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Direction:
    """Where one camera looks.

    Args:
        heading_deg: clockwise from true north, 0 <= heading < 360.
        hfov_deg: the width of a range, 360 for all round; NaN for a single direction.
        along_way: 0 for the heading as it stands; 1 if it is relative to the direction of the way
            that the camera lies on, to which the heading has to be added.
    """

    heading_deg: float
    hfov_deg: float = math.nan
    along_way: int = 0

    def on_way(self, way_deg: float) -> "Direction":
        """Return the direction on a way that runs towards `way_deg`; NaN if that is not known."""
        if not self.along_way:
            return self
        return Direction((self.heading_deg + way_deg) % 360.0, self.hfov_deg)


#: ``forward`` and ``backward`` are said of a way (wiki: Key:direction), ``both`` of its two ways.
_ALONG = {
    "FORWARD": (Direction(0.0, along_way=1),),
    "BACKWARD": (Direction(180.0, along_way=1),),
    "BOTH": (Direction(0.0, along_way=1), Direction(180.0, along_way=1)),
}


@dataclass(frozen=True)
class Directions:
    """What a list of directions says.

    Args:
        read: one for each camera on the mast.
        unread: the entries that cannot be read, as they stand.
    """

    read: tuple[Direction, ...]
    unread: tuple[str, ...] = ()


def parse_directions(text: str) -> Directions:
    """Return the directions that `text` lists.

    A range runs clockwise: ``270-90`` crosses north. Its middle is the heading, its width the
    field of view; ``0-360`` and ``360-0`` are all round. Each entry of a list is a separate camera
    on the same mast; one that cannot be read is left out of `read`.

    >>> parse_directions("270-90").read
    (Direction(heading_deg=0.0, hfov_deg=180.0, along_way=0),)
    >>> [d.heading_deg for d in parse_directions("N;SE").read]
    [0.0, 135.0]
    >>> parse_directions("90,180;up").unread
    ('up',)
    """
    read: list[Direction] = []
    unread: list[str] = []
    for entry in _LIST.split(text):
        if not entry.strip():
            continue
        found = _entry(entry.strip())
        read += found
        unread += [] if found else [entry.strip()]
    return Directions(tuple(read), tuple(unread))


def _entry(entry: str) -> tuple[Direction, ...]:
    """Return the directions of one entry; none if it cannot be read."""
    if along := _ALONG.get(entry.upper()):
        return along
    single = _degrees(entry)
    if single is not None:
        return (Direction(single % 360.0),)
    both = _RANGE.fullmatch(entry)
    start, end = (_degrees(both[1]), _degrees(both[2])) if both else (None, None)
    if start is None or end is None or start == end:
        return ()
    width = (end - start) % 360.0 or 360.0
    return (Direction((start + width / 2.0) % 360.0, width),)


def _degrees(text: str) -> float | None:
    plain = text.strip().upper().removesuffix("°").removesuffix("DEG").strip()
    named = _named(plain)
    if named is not None:
        return named
    if not _NUMBER.fullmatch(plain) or _UNCLEAR.fullmatch(plain):
        return None
    value = float(plain.replace(",", "."))
    return value if -360.0 <= value <= 360.0 else None


def _named(text: str) -> float | None:
    """Return the direction that a name stands for: NE, north-east, northeast, NB, northbound."""
    plain = text.removesuffix("BOUND").rstrip(" -") if text.endswith("BOUND") else text
    plain = _BOUND.get(plain, plain)
    for word, letter in _WORDS.items():
        plain = re.sub(rf"(?<=[A-Z])[\s-]{word}|{word}", letter, plain)
    return _NAMES.get(plain)
