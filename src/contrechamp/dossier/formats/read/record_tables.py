"""Import of records from tables, one for each kind, whose columns are named by field path."""

import re
from collections.abc import Iterator
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import from_cell
from contrechamp.dossier.formats.read.drafts import Draft, ImportContext, Read, Reader, attempt
from contrechamp.dossier.formats.read.source_file import SourceFile, TableRow
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import class_of
from contrechamp.dossier.records.schema import REF, Shape, from_json, members
from contrechamp.dossier.writing import store

#: The columns before those of the fields.
KIND, ID, VERSION = "record_kind", "record_id", "record_version"
LEFT_OUT = "closed_left_out"
#: Columns for people, which follow from the case: nothing is read from them.
STANDING, HOW_SURE = "standing", "how_sure"
COMMON = (KIND, ID, VERSION, LEFT_OUT, STANDING, HOW_SURE)
#: The longest list in a record: a higher index is a slip of the pen, or an attack.
MAX_INDEX = 10_000
_STEP = re.compile(r"([a-z_]+)(?:\[([1-9]\d{0,4})\])?")


def fits(source: SourceFile) -> bool:
    """Return whether a file is a table with the columns of records."""
    return source.header()[:2] == (KIND, ID)


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield the record of each row."""
    for row in source.rows():
        if isinstance(row, InputError):
            yield row
        elif row.cells.get(KIND):  # other sheets, such as the data dictionary, have no kind
            yield attempt(_draft, context, row)


FORMAT = Reader(fits, read, kept=False)


def _draft(context: ImportContext, row: TableRow) -> Draft:
    cells = dict(row.cells)
    kind, record_id = cells.pop(KIND), cells.pop(ID, "") or store.new_id()
    version, left_out = cells.pop(VERSION, ""), cells.pop(LEFT_OUT, "")
    for told in (STANDING, HOW_SURE):
        cells.pop(told, None)
    cls = class_of(kind, where=row.where)
    if REF.fullmatch(f"record/{record_id}") is None:
        raise InputError(_("expected an id: 16 hexadecimal digits"), where=f"{row.where}: {ID}")
    if version and not re.fullmatch(r"\d{1,9}", version):
        raise InputError(_("expected a whole number"), where=f"{row.where}: {VERSION}")
    if left_out == "true" and context.is_there(record_id):
        raise InputError(
            _("the row lacks what is closed in the record, which would be lost; write it with "
              "what is closed"),
            where=row.where,
        )  # fmt: skip
    record = from_cells(cls, cells, where=row.where)
    return Draft(record, record_id, row.where, own=True, version=int(version or 0))


def cell(shape: Shape, value: Any) -> str:
    """Return a field's value as the text of a cell."""
    if shape.holds == "flag":
        return "true" if value else "false"
    return f"{value:f}" if shape.holds == "number" else str(value)


def from_cells(cls: type[Record], cells: dict[str, str], *, where: str) -> Record:
    """Return the record in a row of cells.

    Args:
        cls: of the record.
        cells: by field path; list indices count from 1 without gaps.
        where: file and row, for errors.

    Raises:
        InputError: with the column, if something does not fit.
    """
    return from_json(cls, fields_of(cells, cls, where=where), where=where)


def fields_of(cells: dict[str, str], cls: type[Record], *, where: str) -> dict[str, Any]:
    """Return the fields in a row of cells as JSON; see `from_cells`."""
    fields: dict[str, Any] = {}
    for column, text in cells.items():
        place = f"{where}: {column[:80]}"
        _put(fields, column, _value(shape_at(cls, column, place), text, place), place)
    return dict(_as_lists(fields, where))


def _value(shape: Shape, text: str, where: str) -> Any:
    text = from_cell(text) if shape.holds in {"text", "choice"} else text.strip()
    if shape.holds == "flag":
        if text.lower() not in {"true", "false"}:
            raise InputError(_("expected true or false"), where=where)
        return text.lower() == "true"
    if shape.holds == "whole":
        if not re.fullmatch(r"-?\d{1,16}", text):
            raise InputError(_("expected a whole number"), where=where)
        return int(text)
    return text


def _steps(column: str, where: str) -> list[tuple[str, int]]:
    """Return the names in a field path, each with its list index, or 0 if it has none."""
    steps = []
    for step in column.split("."):
        found = _STEP.fullmatch(step)
        if found is None or int(found[2] or 0) > MAX_INDEX:
            raise InputError(
                _("expected the name of a field, such as {example}").format(
                    example="names[1].text"
                ),
                where=where,
            )
        steps.append((found[1], int(found[2] or 0)))
    return steps


def shape_at(cls: type, column: str, where: str) -> Shape:
    """Return the shape of the value at a field path.

    Raises:
        InputError: if no field with a single value has this path.
    """
    shape = Shape("object", cls=cls)
    for name, place in _steps(column, where):
        known = {one.name: one.shape for one in members(shape.cls)} if shape.cls else {}
        if name not in known:
            raise InputError(
                _("there is no such field; there are: {fields}").format(fields=", ".join(known)),
                where=where,
            )
        shape = known[name]
        if bool(place) != (shape.holds == "list"):
            raise InputError(
                _("expected the name of a field, such as {example}").format(
                    example=f"{name}[1]" if shape.holds == "list" else name
                ),
                where=where,
            )
        if shape.inner is not None:
            shape = shape.inner
    if shape.holds == "object":
        raise InputError(_("expected fields and their values"), where=where)
    return shape


def _put(fields: dict[str, Any], column: str, value: Any, where: str) -> None:
    steps = _steps(column, where)
    below: Any = fields
    keys = [key for name, place in steps for key in ((name, place) if place else (name,))]
    for key in keys[:-1]:
        below = below.setdefault(key, {})
    below[keys[-1]] = value


def _as_lists(value: Any, where: str) -> Any:
    """Return nested cells with lists in place of dictionaries keyed by index."""
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, int) for key in value):
        if sorted(value) != list(range(1, len(value) + 1)):
            raise InputError(_("an entry of a list is empty, and a later one is not"), where=where)
        return [_as_lists(value[index], where) for index in sorted(value)]
    return {key: _as_lists(one, where) for key, one in value.items()}
