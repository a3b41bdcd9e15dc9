"""Rows of tables of others: CSV, XLSX, and flattened JSON of ODK Central, KoboToolbox, Uwazi."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.attachments import is_archive, is_table
from contrechamp.dossier.formats.read.source_file import Cells, Given

#: Between several values of one cell, as Uwazi writes them in its own tables.
BETWEEN = "|"
#: Under which lists of rows stand: KoboToolbox, OData of ODK Central, Uwazi, its second version.
_LISTS = ("results", "value", "rows", "data")
_PART_OF_POINT = ("Latitude", "Longitude", "Altitude", "Accuracy")
_DEEPEST = 20


def tables(given: Given) -> list[Given]:
    """Return the tables of a file: itself, or those of an archive."""
    return [part for part in given.parts() if is_table(part)] if is_archive(given) else [given]


def rows(table: Given) -> Iterator[Cells | InputError]:
    """Yield rows by the names of their columns.

    A question of a form goes by its name with its groups before it (``group/question``), and by
    its name alone where no other has it. A position is one cell, however many columns it has.

    Raises:
        InputError: if the file is no table.
    """
    if not is_json(table):
        for row in table.rows():
            yield row if isinstance(row, InputError) else _row(row.where, row.at, row.cells)
        return
    found = table.json()
    if isinstance(found, dict):
        found = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), None)
    if not isinstance(found, list):
        raise InputError(_("expected a list of rows"), where=table.name)
    for number, one in enumerate(found, start=1):
        where = f"{table.name}: [{number}]"
        if isinstance(one, dict):
            yield _row(where, str(number), dict(_of_entity(one) if is_entity(one) else flat(one)))
        else:
            yield InputError(_("expected fields and their values"), where=where)


def columns(table: Given) -> set[str]:
    """Return the names that columns of a table go by; none of JSON, whose rows say them."""
    return set() if is_json(table) else set(_row("", "", dict.fromkeys(table.header(), "1")).cells)


def is_json(table: Given) -> bool:
    """Return whether a file is JSON rather than a table."""
    return table.head.lstrip(b"\xef\xbb\xbf\r\n\t ")[:1] in {b"{", b"["}


def is_entity(row: dict[str, Any]) -> bool:
    """Return whether a row is an entity of Uwazi."""
    return "sharedId" in row and isinstance(row.get("metadata"), dict)


def flat(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the values of JSON by their path; lists of answers are left out, as are empty ones."""
    if isinstance(value, dict) and value.get("type") == "Point" and "coordinates" in value:
        yield name, _point(value)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, one in value.items():
            yield from flat(one, f"{name}/{key}" if name else str(key), depth + 1)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif isinstance(value, str | int | Decimal):
        yield name, str(value)


def _point(value: dict[str, Any]) -> str:
    """Return a point of GeoJSON as forms write it: latitude, longitude, altitude, accuracy."""
    place = value["coordinates"]
    if not isinstance(place, list) or len(place) < 2:
        return ""
    lon, lat, *up = place
    more = value.get("properties")
    accuracy = (more.get("accuracy") if isinstance(more, dict) else None) or ""
    return f"{lat} {lon} {up[0] if up and up[0] is not None else 0} {accuracy}".strip()


def _row(where: str, at: str, cells: dict[str, str]) -> Cells:
    """Return a row with its positions in one cell each, and with the plain names of questions."""
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
    return Cells(where, at, made)


def _split(column: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"(.+)([-/])([^-/]+)", column)
    return (found[1], found[2], found[3]) if found else ("", "", column)


def _of_entity(entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the cells of an entity of Uwazi, as its own CSV export writes values."""
    for name in ("sharedId", "title", "language", "template", "creationDate", "published"):
        yield from flat(entity.get(name), name)
    for name in ("documents", "attachments"):
        files = entity.get(name)
        named = [str(one["filename"]) for one in (files if isinstance(files, list) else [])
                 if isinstance(one, dict) and one.get("filename")]  # fmt: skip
        yield name, BETWEEN.join(named)
    for name, values in entity["metadata"].items():
        objects = (
            [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
        )
        yield f"metadata.{name}", BETWEEN.join(filter(None, map(_value, objects)))
        first = objects[0].get("value") if objects else None
        if isinstance(first, dict) and {"from", "to"} & set(first):
            for end in ("from", "to"):
                yield from flat(first.get(end), f"metadata.{name}.{end}")


def _value(one: dict[str, Any]) -> str:
    """Return one value of a property: the label of a choice, a date in seconds since 1970."""
    value, label, parent = one.get("value"), one.get("label"), one.get("parent")
    if isinstance(value, dict):
        if "lat" in value and "lon" in value:
            return f"{value['lat']}{BETWEEN}{value['lon']}"
        return str(value.get("url") or "")
    if isinstance(parent, dict) and parent.get("label"):
        return f"{parent['label']}::{label}"
    return str(label or ("" if value is None else value))
