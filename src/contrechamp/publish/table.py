"""A table of the report: what the template prints, already in words."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column: its heading, and whether it holds numbers (then set flush to the end)."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class ReportTable:
    """A table: a caption, columns, rows of cells; the first cell of a row is its heading.

    Args:
        caption: what the table holds.
        columns: one a column.
        rows: each as long as `columns`.
        cameras: row -> number of the camera that a button of the row shows on the map, or empty.
        note: what a reader must know besides, or "".
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    cameras: tuple[int, ...] = ()
    note: str = ""


def columns(*titles: str, numeric: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return columns with these titles; those in `numeric` hold numbers."""
    return tuple(Column(title, title in numeric) for title in titles)
