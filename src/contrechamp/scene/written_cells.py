"""Cells of tables as people write them: units, signs of many scripts, degrees with minutes.

What a cell can mean is asked of the whole column where it alone does not tell: "1,200" people are
1200 or 1.2, and no figure may rest on the wrong one.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.written_numbers import SIGNS, ascii_digits, readings
from contrechamp.scene.lengths import parse_length_m

#: Units by the end of a column's name -> how a cell may repeat them.
_REPEATED = {
    "deg": re.compile(r"\s*(°|º|deg|degrees?)$", re.IGNORECASE),
    "px": re.compile(r"\s*(px|pixels?)$", re.IGNORECASE),
}
#: Columns in which thousands may be parted; nobody parts those of degrees or heights.
_GROUPED = ("population", "range_m", "width_px")
#: ... also by a point: in our own tables a point always stands before decimals.
_GROUPED_BY_POINTS = ("population",)
_SEXAGESIMAL = re.compile(
    r"(?P<before>[NSEW])?\s*(?P<deg>\d{1,3}(?:[.,]\d+)?)\s*(?:°|º|\s|(?=[NSEW]|$))\s*"
    r"(?:(?P<min>\d{1,2}(?:[.,]\d+)?)\s*(?:'|\s|(?=[NSEW]|$))\s*)?"
    r"(?:(?P<sec>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|''|(?=[NSEW]|$))\s*)?(?P<after>[NSEW])?"
)
_MARKS = str.maketrans({"\u2032": "'", "\u2019": "'", "\u2033": '"', "\u201d": '"'})


def numbers_of(
    column: str, cells: Sequence[str], possible: Callable[[Any], Any]
) -> list[tuple[float, ...]]:
    """Return what each cell of a column can be: none if it is no number, two if nobody can tell.

    Args:
        column: its name, which ends in the unit.
        cells: none of them empty.
        possible: whether the column can hold a number.
    """
    found = [_possible(column, text, possible) for text in cells]
    signs = {next(iter(one)) for one in found if len(one) == 1}
    sign = next(iter(signs)) if len(signs) == 1 else ""
    return [_settled(one, sign) for one in found]


def may_be_grouped(column: str, cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which cells of a column have a point that may part thousands, or tell of it, (n,).

    To Python such a cell is a plain number; the other readings of the column must be asked.
    """
    if column not in _GROUPED_BY_POINTS:
        return np.zeros(len(cells), bool)
    return np.array(["." in text for text in cells], bool)


def _settled(found: Mapping[str, float], sign: str) -> tuple[float, ...]:
    distinct = tuple(dict.fromkeys(found.values()))
    return (found[sign],) if len(distinct) > 1 and sign in found else distinct


def _possible(column: str, text: str, possible: Callable[[Any], Any]) -> dict[str, float]:
    """Return the readings of a cell that the column can hold, by the sign before decimals."""
    unit = column.rpartition("_")[2]
    plain = _REPEATED[unit].sub("", text) if unit in _REPEATED else text
    found = {sign: float(one) for sign, one in readings(plain, grouped=column in _GROUPED).items()}
    if not found and unit == "m" and (length := parse_length_m(ascii_digits(text))) is not None:
        found = dict.fromkeys(SIGNS, length)
    return {sign: one for sign, one in found.items() if math.isfinite(one) and possible(one)}


def degrees_of_place(text: str, hemispheres: str) -> float | None:
    r"""Return decimal degrees of a longitude or latitude written with minutes; None if it is none.

    Args:
        text: such as ``60°10'12.5"N``, ``N 60 10.208``.
        hemispheres: letters of the positive and the negative side: "EW" or "NS". An O is none: it
            is the west in French and the east in German.

    >>> degrees_of_place("24°56'24\"E", "EW"), degrees_of_place("24°56'24\"N", "EW")
    (24.94, None)
    """
    plain = ascii_digits(text).upper().translate(_MARKS)
    found = _SEXAGESIMAL.fullmatch(plain)
    if found is None or bool(found["before"]) == bool(found["after"]):
        return None
    letter = found["before"] or found["after"]
    minutes, seconds = (float((found[one] or "0").replace(",", ".")) for one in ("min", "sec"))
    parts = [found[one] for one in ("deg", "min", "sec") if found[one]]
    whole = all(part.isdigit() for part in parts[:-1])  # only the last part has decimals
    if letter not in hemispheres or not whole or minutes >= 60.0 or seconds >= 60.0:
        return None
    degrees = float(found["deg"].replace(",", ".")) + minutes / 60.0 + seconds / 3600.0
    return round(-degrees if letter == hemispheres[1] else degrees, 9)
