"""Rows of foreign tables: CSV, XLSX, and the JSON of ODK Central, KoboToolbox and Uwazi."""

import re
from collections.abc import Iterator

from contrechamp.base.errors import InputError
from contrechamp.dossier.formats.read.source_file import SourceFile, TableRow

_PART_OF_POINT = ("Latitude", "Longitude", "Altitude", "Accuracy")


def rows(table: SourceFile) -> Iterator[TableRow | InputError]:
    """Yield the rows of a table, or the error in place of a bad row.

    The answer to a question of a form has its name with its groups (``group/question``), and also
    the bare name unless another question shares it. A position is one cell, however many columns
    the table has for it.

    Raises:
        InputError: if the file is not a table.
    """
    for row in table.json_rows() if table.is_json else table.rows():
        yield row if isinstance(row, InputError) else _row(row.where, row.at, row.cells)


def columns(table: SourceFile) -> set[str]:
    """Return the column names that `rows` gives; none for JSON, which has them in each row."""
    if table.is_json:
        return set()
    return set(_row("", "", dict.fromkeys(table.header(), "1")).cells)


def _row(where: str, at: str, cells: dict[str, str]) -> TableRow:
    """Return a row with one cell for each position, and with the bare names of questions."""
    made: dict[str, str] = {}
    points: dict[str, dict[str, str]] = {}
    for column, text in cells.items():
        before, _mark, last = _split(column)
        if before and last in _PART_OF_POINT:
            points.setdefault(before, {})[last] = text.strip()
        else:
            made[column] = text
    for name, parts in points.items():
        if parts.get("Latitude") and parts.get("Longitude"):
            made[name] = " ".join(parts.get(part) or "0" for part in _PART_OF_POINT)
    plain: dict[str, list[str]] = {}
    for column in made:
        plain.setdefault(_split(column)[2], []).append(column)
    for name, full in plain.items():
        if len(full) == 1:
            made.setdefault(name, made[full[0]])
    return TableRow(where, at, made)


def _split(column: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"(.+)([-/])([^-/]+)", column)
    return (found[1], found[2], found[3]) if found else ("", "", column)
