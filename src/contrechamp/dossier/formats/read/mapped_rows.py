"""Rows of foreign tables, as forms name their columns: of ODK Central and KoboToolbox."""

import functools
import re
from collections.abc import Iterable
from dataclasses import replace

from contrechamp.dossier.formats.read.source_file import TableRow

#: What KoboToolbox writes for a question that was not asked, and how its tables are known.
_NOT_ASKED, _OF_KOBO = "n/a", frozenset({"_uuid", "_submission__uuid"})
_PART_OF_POINT = ("Latitude", "Longitude", "Altitude", "Accuracy")


def of_forms(row: TableRow) -> TableRow:
    """Return a row with one cell for each position, and with the bare names of questions.

    The answer to a question of a form has its name with its groups (``group/question``), and also
    the bare name unless another question shares it. A position is one cell, however many columns
    the table has for it.
    """
    made: dict[str, str] = {}
    points: dict[str, dict[str, str]] = {}
    kobo = not _OF_KOBO.isdisjoint(row.cells)
    for column, text in row.cells.items():
        if kobo and text == _NOT_ASKED:
            continue
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
    bare: dict[str, str] = {}
    for name, full in plain.items():
        if len(full) == 1 and name not in made:
            made[name] = made[full[0]]
            bare[name] = full[0]
    if not bare:
        return replace(row, cells=made)
    return replace(
        row,
        cells=made,
        numbers=row.numbers | {name for name, full in bare.items() if full in row.numbers},
        days=row.days | {name for name, full in bare.items() if full in row.days},
    )


def columns_of(names: Iterable[str]) -> set[str]:
    """Return the names by which the cells of a table with these columns go, by `of_forms`."""
    cells = dict.fromkeys(filter(None, names), "1")
    return set(of_forms(TableRow("", "", cells)).cells)


@functools.lru_cache(maxsize=1 << 16)
def _split(column: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"(.+)([-/])([^-/]+)", column)
    return (found[1], found[2], found[3]) if found else ("", "", column)
