"""Levels of detail as pixel densities: those that standards define, or the user's own."""

import math

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.sight.arrays import Level

#: Within range and field of view with nothing in between, at any pixel density.
VISIBLE = Level("visible", 0.0)

#: Pixels per metre at the target: IEC 62676-4:2014, and the 2025 edition with figures from vendors'
#: pages (the standard itself was not read).
LEVEL_SETS: dict[str, tuple[Level, ...]] = {
    "dori2014": (
        Level("detection", 25.0),
        Level("observation", 62.5),
        Level("recognition", 125.0),
        Level("identification", 250.0),
    ),
    "iec2025": (
        Level("overview", 20.0),
        Level("outline", 40.0),
        Level("discern", 80.0),
        Level("perceive", 125.0),
        Level("characterise", 250.0),
        Level("validate", 500.0),
        Level("scrutinise", 1500.0),
    ),
}


def parse_levels(text: str) -> tuple[Level, ...]:
    """Return the levels that `text` names, from the least demanding, `VISIBLE` first.

    Args:
        text: the name of a set (``dori2014``, ``iec2025``) or densities in pixels per metre,
            separated by commas (``25,62.5``).

    Raises:
        UsageError: if it is neither.

    >>> [level.name for level in parse_levels("62.5, 25")]
    ['visible', '25px_m', '62.5px_m']
    """
    if text in LEVEL_SETS:
        return (VISIBLE, *LEVEL_SETS[text])
    try:
        densities = sorted({float(part) for part in text.split(",")})
    except ValueError:
        densities = []
    if not densities or not all(0 < ppm < math.inf for ppm in densities):
        raise UsageError(
            _(
                "--levels {text}: expected {sets}, or pixels per metre above zero "
                "separated by commas, such as 25,62.5,125"
            ).format(text=text, sets=", ".join(LEVEL_SETS))
        )
    return (VISIBLE, *(Level(f"{ppm:g}px_m", ppm) for ppm in densities))
