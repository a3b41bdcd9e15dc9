"""Lengths as people tag them: ``5``, ``3,5 m``, ``12 ft``, ``6'2"``."""

import math
import re

FOOT_M = 0.3048
INCH_M = 0.0254

_UNITS_M = {
    "": 1.0,
    "m": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "cm": 0.01,
    "mm": 0.001,
    "km": 1000.0,
    "ft": FOOT_M,
    "foot": FOOT_M,
    "feet": FOOT_M,
    "'": FOOT_M,
    "in": INCH_M,
    "inch": INCH_M,
    "inches": INCH_M,
    '"': INCH_M,
}
_NUMBER = r"[+-]?\d+(?:[.,]\d+)?"
_ONE = re.compile(rf"({_NUMBER})\s*([a-z]*|'|\")")
_FEET_AND_INCHES = re.compile(rf"({_NUMBER})\s*(?:'|ft|feet)\s*({_NUMBER})\s*(?:\"|''|in)?")


def parse_length_m(text: str) -> float | None:
    """Return a length in metres, or None if `text` is not a length.

    Args:
        text: an OSM value: a number with a unit, or of metres without one; with a decimal point or
            comma; or feet and inches (OSM wiki, "Map features/Units").

    >>> parse_length_m("3,5 m"), round(parse_length_m("12 ft"), 3), parse_length_m("yes")
    (3.5, 3.658, None)
    """
    plain = text.strip().lower().replace("\u2032", "'").replace("\u2033", '"').replace("’", "'")
    feet = _FEET_AND_INCHES.fullmatch(plain)
    if feet:
        return _number(feet[1]) * FOOT_M + _number(feet[2]) * INCH_M
    one = _ONE.fullmatch(plain)
    if not one or one[2] not in _UNITS_M:
        return None
    value = _number(one[1]) * _UNITS_M[one[2]]
    return value if math.isfinite(value) else None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
