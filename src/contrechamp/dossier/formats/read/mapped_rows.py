"""Rows of foreign tables: CSV, XLSX, and the JSON of ODK Central, KoboToolbox and Uwazi."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.source_file import SourceFile, TableRow

#: Separates several values in one cell, as in the tables that Uwazi exports.
SEPARATOR = "|"
#: Keys that hold the list of rows: of KoboToolbox, OData of ODK Central, and two versions of Uwazi.
_LISTS = ("results", "value", "rows", "data")
_PART_OF_POINT = ("Latitude", "Longitude", "Altitude", "Accuracy")
_DEEPEST = 20


def rows(table: SourceFile) -> Iterator[TableRow | InputError]:
    """Yield the rows of a table, or the error in place of a bad row.

    The answer to a question of a form has its name with its groups (``group/question``), and also
    the bare name unless another question shares it. A position is one cell, however many columns
    the table has for it.

    Raises:
        InputError: if the file is not a table.
    """
    for row in json_rows(table) if table.is_json else table.rows():
        yield row if isinstance(row, InputError) else _row(row.where, row.at, row.cells)


def json_rows(table: SourceFile) -> Iterator[TableRow | InputError]:
    """Yield the objects in a JSON list as rows, or the error in place of what is no object.

    Raises:
        InputError: if the file has no such list.
    """
    found = table.json()
    if isinstance(found, dict):
        found = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), None)
    if not isinstance(found, list):
        raise InputError(_("expected a list of rows"), where=table.name)
    for number, one in enumerate(found, start=1):
        where = f"{table.name}: [{number}]"
        if isinstance(one, dict):
            cells = _of_uwazi_entity(one) if _is_uwazi_entity(one) else flattened(one)
            yield TableRow(where, str(number), dict(cells))
        else:
            yield InputError(_("expected fields and their values"), where=where)


def columns(table: SourceFile) -> set[str]:
    """Return the column names that `rows` gives; none for JSON, which has them in each row."""
    if table.is_json:
        return set()
    return set(_row("", "", dict.fromkeys(table.header(), "1")).cells)


def _is_uwazi_entity(row: dict[str, Any]) -> bool:
    return "sharedId" in row and isinstance(row.get("metadata"), dict)


def flattened(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the path and text of each value in JSON; lists and null are left out."""
    if isinstance(value, dict) and value.get("type") == "Point" and "coordinates" in value:
        yield name, _point(value)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, one in value.items():
            yield from flattened(one, f"{name}/{key}" if name else str(key), depth + 1)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif isinstance(value, str | int | Decimal):
        yield name, str(value)


def _point(value: dict[str, Any]) -> str:
    """Return a GeoJSON point the way forms write it: latitude, longitude, altitude, accuracy."""
    place = value["coordinates"]
    if not isinstance(place, list) or len(place) < 2:
        return ""
    lon, lat, *up = place
    more = value.get("properties")
    accuracy = (more.get("accuracy") if isinstance(more, dict) else None) or ""
    return f"{lat} {lon} {up[0] if up and up[0] is not None else 0} {accuracy}".strip()


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


def _of_uwazi_entity(entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the cells of a Uwazi entity, with values as in Uwazi's own CSV export."""
    for name in ("sharedId", "title", "language", "template", "creationDate", "published"):
        yield from flattened(entity.get(name), name)
    for name in ("documents", "attachments"):
        files = entity.get(name)
        named = [str(one["filename"]) for one in (files if isinstance(files, list) else [])
                 if isinstance(one, dict) and one.get("filename")]  # fmt: skip
        yield name, SEPARATOR.join(named)
    for name, values in entity["metadata"].items():
        objects = (
            [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
        )
        yield f"metadata.{name}", SEPARATOR.join(filter(None, map(_value, objects)))
        first = objects[0].get("value") if objects else None
        if isinstance(first, dict) and {"from", "to"} & set(first):
            for end in ("from", "to"):
                yield from flattened(first.get(end), f"metadata.{name}.{end}")


def _value(one: dict[str, Any]) -> str:
    """Return a property value as text: the label of a choice, a date in seconds since 1970."""
    value, label, parent = one.get("value"), one.get("label"), one.get("parent")
    if isinstance(value, dict):
        if "lat" in value and "lon" in value:
            return f"{value['lat']}{SEPARATOR}{value['lon']}"
        return str(value.get("url") or "")
    if isinstance(parent, dict) and parent.get("label"):
        return f"{parent['label']}::{label}"
    return str(label or ("" if value is None else value))
