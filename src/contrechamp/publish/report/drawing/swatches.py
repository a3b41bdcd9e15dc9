"""Small drawings for keys: what each paint and mark of a drawing looks like."""

from contrechamp.publish.report.drawing.shapes import Box, Dot, Drawing, Path, Shape

_WIDE, _HIGH = 24, 16


def area(paint: str) -> Drawing:
    """Return a square in a paint."""
    return _drawing(Box(4, 0, 16, 16, paint))


def dot(paint: str = "interval") -> Drawing:
    """Return a dot in a paint."""
    return _drawing(Dot(12, 8, 5, paint, line="paper"))


def whisker(paint: str = "interval") -> Drawing:
    """Return a line with its ends in a paint."""
    return _drawing(
        Path(((2, 8), (22, 8)), line=paint, thick=25),
        *(Path(((x, 3), (x, 13)), line=paint, thick=15) for x in (2, 22)),
    )


def wide_band() -> Drawing:
    """Return the band that says how far a figure moves by what is assumed."""
    return _drawing(Box(1, 3, 22, 10, "span", line=""))


def outline() -> Drawing:
    """Return the edge of an area."""
    return _drawing(Path(((2, 2), (22, 2), (22, 14), (2, 14)), line="soft", closed=True, thick=12))


def _drawing(*shapes: Shape) -> Drawing:
    return Drawing(_HIGH, shapes, width=_WIDE)
