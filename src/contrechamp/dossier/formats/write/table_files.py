"""Records as tables, in CSV or XLSX, with a data dictionary that explains each column."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import as_cell
from contrechamp.dossier.formats.read.record_tables import (
    COMMON,
    HOW_SURE,
    ID,
    KIND,
    LEFT_OUT,
    STANDING,
    VERSION,
    cell,
)
from contrechamp.dossier.formats.write.outgoing import Outgoing
from contrechamp.dossier.formats.write.standing_text import StandingText
from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.contents import field_values, has_closed, open_json
from contrechamp.dossier.records.field_help import field_text
from contrechamp.dossier.records.kinds import KINDS
from contrechamp.dossier.records.schema import Shape, members
from contrechamp.wording.confidence import confidence_explained, confidence_labels

#: Limits of a workbook: characters in a cell, rows in a sheet.
MAX_XLSX_CELL, MAX_XLSX_ROWS = 32_767, 1_048_576
#: Characters that XML cannot hold; a workbook writes them by number.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

DICTIONARY = ("kind", "column", "holds", "required", "values", "says")


def write_csv(outgoing: Outgoing, folder: Path) -> None:
    """Write a table for each kind that has records, and the data dictionary of all kinds."""
    standing = StandingText(outgoing)
    for kind in KINDS:
        columns = _columns(outgoing.records(kind))
        if columns:
            rows = _rows(outgoing, kind, standing)
            table = ([cells.get(column, "") for column in columns] for cells in rows)
            write_table(folder / f"{kind}.csv", columns, table)
    write_table(folder / "dictionary.csv", DICTIONARY, dictionary())


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table; its texts went through `as_cell`."""
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        writer.writerows(rows)


def write_xlsx(outgoing: Outgoing, folder: Path) -> None:
    """Write a workbook with a sheet for each kind that has records, and the data dictionary.

    Raises:
        InputError: if a text is too long for a cell, or a table for a sheet.
    """
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    standing = StandingText(outgoing)
    for kind in KINDS:
        columns = _columns(outgoing.records(kind))
        if not columns:
            continue
        sheet = book.create_sheet(kind)
        sheet.freeze_panes = "C2"
        sheet.append(columns)
        for number, cells in enumerate(_rows(outgoing, kind, standing), start=2):
            if number > MAX_XLSX_ROWS:
                raise InputError(
                    _("a sheet has no room for so many records; write CSV instead"), where=kind
                )
            where = f"{kind} {cells[ID]}"
            sheet.append([_xlsx_text(cells.get(column, ""), f"{where}: {column}")
                          for column in columns])  # fmt: skip
    sheet = book.create_sheet("dictionary")
    sheet.append(DICTIONARY)
    for row in dictionary():
        sheet.append(row)
    book.save(folder / "records.xlsx")


def dictionary() -> Iterator[tuple[str, ...]]:
    """Yield the rows of the data dictionary; a list index in a column name is ``[n]``."""
    for kind, cls in KINDS.items():
        says = _("The kind of the record.")
        yield kind, KIND, "choice", "yes", kind, says
        says = _("The id of the record, 16 hexadecimal digits; empty for a new one.")
        yield kind, ID, "text", "no", "", says
        says = _("The version of the record that the row was written from.")
        yield kind, VERSION, "whole", "no", "", says
        says = _("Whether something closed stands in the case and was left out here.")
        yield kind, LEFT_OUT, "flag", "no", "", says
        says = _("What the record lacked when the table was written; not read back.")
        yield kind, STANDING, "text", "no", "", says
        says = _("How sure each statement of the record is, in words; not read back.")
        yield kind, HOW_SURE, "text", "no", "", says
        yield from _described(kind, cls, "", required=True)


def _described(kind: str, cls: type, path: str, *, required: bool) -> Iterator[tuple[str, ...]]:
    for member in members(cls):
        if member.shape.closed:
            continue
        shape, column = member.shape, f"{path}{member.name}"
        needed = required and shape.required
        if shape.inner is not None:
            shape, column = shape.inner, f"{column}[n]"
        if shape.cls is not None:
            yield from _described(kind, shape.cls, f"{column}.", required=needed)
        else:
            says = " ".join([field_text(member), *_meanings(shape)])
            yield kind, column, _holds(shape), "yes" if needed else "no", _values(shape), says


def _meanings(shape: Shape) -> list[str]:
    """Return what each choice means, where they are degrees of confidence."""
    explained = confidence_explained()
    if set(shape.choices) != explained.keys():
        return []
    return [f"{code} = {explained[code]}" for code in shape.choices]


def _holds(shape: Shape) -> str:
    if shape.refers_to is not None:
        return "reference"
    return shape.form.name if shape.form is not None else shape.holds


def _values(shape: Shape) -> str:
    if shape.refers_to is not None:
        return " | ".join(shape.refers_to.kinds)
    return " | ".join(shape.choices) or (shape.form.example if shape.form else "")


def _rows(outgoing: Outgoing, kind: str, standing: StandingText) -> Iterator[dict[str, str]]:
    """Yield the cells of each record that may leave, with how it stands."""
    for stored in standing.each(outgoing.records(kind)):
        cells = _cells(stored)
        cells[STANDING] = as_cell("; ".join(standing.lines(stored)))
        yield cells


def _columns(records: Iterable[Stored]) -> list[str]:
    """Return the columns that any of the records needs, in the order of the fields."""
    seen: dict[str, None] = {}
    for stored in records:
        seen |= dict.fromkeys(_cells(stored))
    fields = [column for column in seen if column not in COMMON]
    return [*COMMON, *sorted(fields, key=_order)] if seen else []


def _order(column: str) -> list[tuple[str, int]]:
    steps = re.findall(r"([a-z_]+)(?:\[(\d+)\])?", column)
    return [(name, int(place or 0)) for name, place in steps]


def _cells(stored: Stored) -> dict[str, str]:
    """Return the cells of a record's row by column, without what is closed."""
    left_out = not stored.whole or has_closed(stored.record)
    cells = {
        KIND: stored.kind,
        ID: stored.id,
        VERSION: str(stored.version),
        LEFT_OUT: "true" if left_out else "",
    }
    shown = _paths(open_json(stored.record))
    words = confidence_labels()
    sure = []
    for one in field_values(stored.record):
        # Of a closed part only its key, and that it is closed, are shown, as in JSON.
        if one.path in shown:
            text = cell(one.shape, one.value)
            plain = one.shape.holds in {"number", "whole", "flag"}
            cells[one.path] = text if plain else as_cell(text)
            if set(one.shape.choices) == words.keys():
                part = one.path.rpartition(".")[0]
                sure.append(f"{part}: {words[text]}" if part else words[text])
    cells[HOW_SURE] = "; ".join(sure)
    return cells


def _paths(value: Any, path: str = "") -> set[str]:
    if isinstance(value, dict):
        inner = (_paths(one, f"{path}.{name}" if path else name) for name, one in value.items())
        return set().union(*inner)
    if isinstance(value, list):
        return set().union(*(_paths(one, f"{path}[{n}]") for n, one in enumerate(value, start=1)))
    return {path}


def _xlsx_text(text: str, where: str) -> str:
    if len(text) > MAX_XLSX_CELL:
        raise InputError(
            _("a cell of a workbook has no room for so long a text; write CSV instead"),
            where=where,
        )
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
