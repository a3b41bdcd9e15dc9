"""OCDS packages that were flattened into tables, put together again: CSV, XLSX, CSV in a .zip.

Each column is a path: ``tender/value/amount``, ``awards/0/suppliers/0/name``. What a table does not
hold of a release another one does, with the same ``ocid`` and ``id``; objects in lists are known
again by their own ``id``. So Flatten Tool writes, and the templates of OCDS are laid out.
"""

from collections.abc import Iterator
from typing import Any

from contrechamp.base.csv_and_xlsx import named
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.in_cell.json_files import MAX_VALUES
from contrechamp.dossier.formats.read.source_file import SourceFile, TableRow
from contrechamp.dossier.formats.read.table_layout import place

OCID = "ocid"
#: What the paths of columns begin with, of which one must be there.
_ROOTS = ("parties/", "buyer/", "tender/", "awards/", "contracts/", "planning/")
#: The deepest path, and the highest place in a list: what is beyond is a slip, or an attack.
_DEEPEST, _HIGHEST = 20, 10_000


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like a flattened package, or is an archive of one."""
    if source.is_archive:
        return any(_is_flat(list(part.header())) for part in source.table_files())
    if not source.header() and not source.is_xlsx:
        return False
    if _is_flat(list(source.header())):
        return True
    return source.is_xlsx and any(_header_row(one.rows) for one in source.beginnings())


def releases(source: SourceFile) -> tuple[list[dict[str, Any]], list[InputError]]:
    """Return the releases in the tables of a file, and what is wrong with rows.

    Raises:
        InputError: if the tables are larger than what is read at once.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    bad: list[InputError] = []
    count = 0
    for row in _rows(source):
        if isinstance(row, InputError):
            bad.append(row)
            continue
        count += len(row.cells)
        if count > MAX_VALUES:
            raise InputError(
                _("it holds more than {count} million values; split it").format(
                    count=MAX_VALUES // 10**6
                ),
                where=source.name,
            )
        try:
            release = _nested(row)
        except InputError as error:
            bad.append(error)
            continue
        key = (str(release.get(OCID, "")), str(release.get("id", "")))
        if not key[0]:
            bad.append(InputError(_("this must be given"), where=f"{row.where}: {OCID}"))
            continue
        found[key] = _together(found.get(key), release)
    return list(found.values()), bad


def _rows(source: SourceFile) -> Iterator[TableRow | InputError]:
    for table in source.table_files():
        if table.is_json:
            continue
        headers = {}
        for one in table.beginnings():
            if row := _header_row(one.rows):
                headers[one.title] = row
            elif one.rows:
                told = _("left out: there is no column {column} in it").format(column=OCID)
                source.not_used.append((place(table.name, one.title), told))
        if headers:
            yield from table.rows(header_rows=headers)


def _header_row(rows: list[tuple[int, list[str]]]) -> int:
    """Return the number of the row with the paths; 0 if there is none."""
    return next((number for number, cells in rows if _is_flat(list(map(named, cells)))), 0)


def _is_flat(names: list[str]) -> bool:
    return OCID in names and (
        any(name.startswith(_ROOTS) for name in names) or {"id", "date", "tag"} <= set(names)
    )


def _nested(row: TableRow) -> dict[str, Any]:
    """Return a row as JSON: numbers in a path are places of a list, from 0."""
    made: dict[str, Any] = {}
    for column, text in row.cells.items():
        steps = column.split("/")
        if len(steps) > _DEEPEST or any(step.isdigit() and int(step) > _HIGHEST for step in steps):
            raise InputError(
                _("expected the path of a field, such as {example}").format(
                    example="awards/0/suppliers/0/name"
                ),
                where=f"{row.where}: {column[:80]}",
            )
        below = made
        for step in steps[:-1]:
            inner = below.setdefault(step, {})
            if not isinstance(inner, dict):  # both a value and what has fields
                inner = below[step] = {}
            below = inner
        below.setdefault(steps[-1], text.strip())
    return dict(_as_lists(made))


def _as_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(step.isdigit() for step in value):
        return [_as_lists(value[step]) for step in sorted(value, key=int)]
    return {step: _as_lists(one) for step, one in value.items()}


def _together(before: Any, after: Any) -> Any:
    """Return what two rows say of the same thing."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {
            key: _together(before.get(key), after[key]) if key in after else before[key]
            for key in {**before, **after}
        }
    if isinstance(before, list) and isinstance(after, list):
        whole = list(before)
        for one in after:
            at = next((n for n, other in enumerate(whole) if _is_same(other, one)), None)
            if at is None:
                whole.append(one)
            else:
                whole[at] = _together(whole[at], one)
        return whole
    return after


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict) and "id" in one:
        return bool(one["id"] == other.get("id"))
    return bool(one == other)
