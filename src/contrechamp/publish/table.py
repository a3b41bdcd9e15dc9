"""A table of the report, as the template prints it: all cells are text."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column: its heading, and whether it holds numbers, which are aligned at the end."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class ReportTable:
    """A table: a caption, columns, rows of cells; the first cell of a row is its heading.

    Args:
        caption: what the table shows.
        columns: from first to last.
        rows: each as long as `columns`.
        cameras: for each row the number of the camera that its button shows on the map, or empty.
        note: what else a reader must know, or "".
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    cameras: tuple[int, ...] = ()
    note: str = ""


def columns(*titles: str, numeric: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return columns with these titles; those in `numeric` hold numbers."""
    return tuple(Column(title, title in numeric) for title in titles)
