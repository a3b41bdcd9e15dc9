"""What a data sheet gives of a camera: one value, or the lowest and the highest one."""

import re

from contrechamp.base.i18n import _
from contrechamp.scene.camera_fields import BY_NAME

#: Lowest and highest value of what no camera table has.
FOCAL_MM, INFRARED_M = (0.5, 5000.0), (0.1, 5000.0)
#: Columns with a value, or with the lowest and the highest one: name -> bounds and unit in words.
SPANS = ("focal_mm", "hfov_deg", "vfov_deg", "width_px", "ir_range_m")
COLUMNS = ("make", "model", "kind", *SPANS, "source")
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_SPAN = re.compile(rf"{_NUMBER}(?:\s*(?:-|\u2013|\.\.|\bto\b)\s*{_NUMBER})?\s*(?:mm|m|px|°|deg)?")

Span = tuple[float, float]


def bounds(column: str) -> Span:
    """Return the lowest and highest value that a column of `SPANS` can have."""
    if column == "focal_mm":
        return FOCAL_MM
    if column == "ir_range_m":
        return INFRARED_M
    field = BY_NAME[column]
    return max(field.low, 1.0 if column == "width_px" else 0.1), field.high


def parse_span(text: str, column: str) -> Span | None:
    """Return the lowest and highest value that a cell gives; None if it cannot be read.

    >>> parse_span("2.8-12", "focal_mm"), parse_span("105° ", "hfov_deg")
    ((2.8, 12.0), (105.0, 105.0))
    """
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        return None
    one, other = (float((part or found[1]).replace(",", ".")) for part in found.groups())
    low, high = bounds(column)
    span = min(one, other), max(one, other)  # data sheets give angles from wide to narrow
    return span if low <= span[0] and span[1] <= high else None


def expected(column: str) -> str:
    """Return what a column of `SPANS` can hold, for messages about anything else."""
    low, high = bounds(column)
    unit = column.rpartition("_")[2]
    return _("expected {low} to {high} {unit}, or two such numbers as in {example}").format(
        low=f"{low:g}", high=f"{high:.15g}", unit=unit, example="2.8-12"
    )
