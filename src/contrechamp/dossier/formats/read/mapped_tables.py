"""Import of foreign tables, such as flattened tenders, whose columns a mapping file explains."""

import re
from collections.abc import Iterator
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.dossier.formats.in_cell.json_files import SEPARATOR
from contrechamp.dossier.formats.read.attachments import Attachments
from contrechamp.dossier.formats.read.column_mapping import ColumnMapping, read_mapping
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Draft,
    ImportContext,
    ImportNotice,
    Read,
    Reader,
    TableRead,
    all_or_error,
    one_line,
)
from contrechamp.dossier.formats.read.mapped_cells import CellReader
from contrechamp.dossier.formats.read.mapped_rows import of_forms
from contrechamp.dossier.formats.read.record_tables import fields_of
from contrechamp.dossier.formats.read.source_file import SourceFile, TableRow
from contrechamp.dossier.formats.read.table_layout import Layout, layout_of, place
from contrechamp.dossier.reading import short_names
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.kinds import class_of
from contrechamp.dossier.records.schema import from_json, members

_NUMBER = re.compile(r"[-+]?\d{1,4}(\.\d+)?")


def fits(_source: SourceFile) -> bool:
    """Return False: a foreign table is not recognised, but read when there is a mapping file."""
    return False


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield the record of each row, and the actors that it names.

    Raises:
        InputError: if there is no mapping file, or it is not valid.
    """
    if context.mapping is None:
        raise InputError(_("say what its columns are: --mapping FILE.toml"), where=source.name)
    mapping = read_mapping(context.mapping)
    cls = class_of(mapping.kind, where=f"{context.mapping.name}: kind")
    attachments, others = Attachments(context), 0
    tables = source.table_files()
    lacking: list[InputError] = []
    for table in tables:
        layout = None
        if not table.is_json:
            try:
                layout = layout_of(
                    table, mapping.columns(), header_row=mapping.header, sheets=mapping.sheets,
                    mapping=context.mapping.name,
                )  # fmt: skip
            except InputError as error:
                if table is source:
                    raise
                # The repeated groups of a form come as tables of their own.
                lacking.append(error)
                if len(lacking) == len(tables):
                    raise lacking[0] from None
                why = str(error).removeprefix(f"{error.where}: ")
                yield ImportNotice(table.name, _("left out: {reason}").format(reason=why))
                continue
            yield from (
                ImportNotice(*told) for told in layout.not_used(table.name, context.mapping.name)
            )
        cells = CellReader(mapping, cls, context.mapping.name)
        if cells.must_look_first:
            for row in _rows(table, layout, mapping):
                if isinstance(row, TableRow) and _is_wanted(row, mapping):
                    cells.look(row)
        seen: set[str] = set()
        for row in _rows(table, layout, mapping):
            if isinstance(row, InputError):
                yield row
                continue
            seen |= row.cells.keys()
            if context.preview:
                cells.count(row)
            if not _is_wanted(row, mapping):
                others += 1
                continue
            yield from all_or_error(_drafts(row, cells, context, attachments))
        for column in sorted(mapping.columns() - seen) if layout is None else ():
            message = _("no row has {column}, which {mapping} names")
            yield ImportNotice(
                table.name, message.format(column=column, mapping=context.mapping.name)
            )
        yield from (ImportNotice(table.name, told) for told in cells.told())
        if context.preview:
            context.tables += _tables_read(table, layout, cells, seen)
    if others:
        message = ngettext(
            "left out: {count} row that the mapping does not take",
            "left out: {count} rows that the mapping does not take",
            others,
        )
        yield ImportNotice(source.name, message.format(count=others))


FORMAT = Reader(fits, read)


def _rows(
    table: SourceFile, layout: Layout | None, mapping: ColumnMapping
) -> Iterator[TableRow | InputError]:
    """Yield the rows of a table, or the error in place of a bad row.

    Raises:
        InputError: if the file is not a table.
    """
    found = (
        table.json_rows()
        if layout is None
        else table.rows(
            header_rows=layout.header_rows, delimiter=layout.delimiter, asked=mapping.columns()
        )
    )
    for row in found:
        yield row if isinstance(row, InputError) else of_forms(row)


def _tables_read(
    table: SourceFile, layout: Layout | None, cells: CellReader, seen: set[str]
) -> Iterator[TableRead]:
    if layout is None:
        yield TableRead(table.name, 0, cells.rows, cells.understood(sorted(seen)))
        return
    names = [name for one in layout.headers for name in one.names if name]
    columns = cells.understood(list(dict.fromkeys(names)))
    for one in layout.headers:
        own = [column for column in columns if column.name in one.names or column.becomes]
        rows = cells.rows if len(layout.headers) == 1 else None
        yield TableRead(place(table.name, one.title), one.row, rows, own)


def _is_wanted(row: TableRow, mapping: ColumnMapping) -> bool:
    return all(row.cells.get(column, "") == text for column, text in mapping.only.items())


def _drafts(
    row: TableRow, reader: CellReader, context: ImportContext, attachments: Attachments
) -> Iterator[Draft | ImportNotice]:
    mapping, cls = reader.mapping, reader.cls
    given = {column: row.cells.get(column, "").strip() for column in mapping.id}
    for column, text in given.items():
        if not text:
            raise InputError(_("this must be given"), where=f"{row.where}: {column}")
    id_ = "/".join(given.values())
    where = {path: f"{row.where}: {column}" for path, column in mapping.fields.items()}
    cells = dict(mapping.constants)
    for path, column in mapping.fields.items():
        if text := reader.text(row, path, column):
            cells[path] = text
    for path, text in cells.items():
        if short_names.is_typed(text) and reader.is_reference(path):
            cells[path] = context.full_ref(text, where.get(path, f"{row.where}: {path}"))
    for path, column in mapping.points.items():
        if text := row.cells.get(column, "").strip():
            lat, lon, _up, within = _point(text, f"{row.where}: {column}")
            cells[f"{path}.lat"], cells[f"{path}.lon"] = lat, lon
            if within and float(within):
                cells[f"{path}.within_m"] = within
    for path, actor in mapping.actors.items():
        names = _names(row.cells.get(actor["column"], ""), mapping.separator)
        for number, name in enumerate(names, start=1):
            key = f"{mapping.scheme}/{name.casefold()}"
            actor_fields = {
                "names": [{"language": "und", "text": name}],
                "kind": actor["kind"],
                "evidence": [{"ref": THIS_FILE, "at": one_line(f"{actor['column']}: {name}")}],
            }
            made = from_json(Actor, actor_fields, where=f"{row.where}: {actor['column']}")
            yield Draft(made, context.id("mapped-actor", key), row.where, row.at, shared=True)
            cells[path.replace("[n]", f"[{number}]")] = context.ref("mapped-actor", key)
    fields: dict[str, Any] = fields_of(cells, cls, where=row.where)
    fields["ids"] = [*fields.get("ids", []), {"scheme": mapping.scheme, "id": one_line(id_)}]
    known = {member.name for member in members(cls)}
    if "evidence" in known:
        fields["evidence"] = [
            *fields.get("evidence", []),
            {"ref": THIS_FILE, "at": one_line(id_)[:200]},
        ]
    for name in _named_files(row, mapping):
        part = attachments.find(name, id_)
        if part is None:
            missing = _("the file {name} is not among the files that were given")
            yield ImportNotice(row.where, missing.format(name=name))
        elif "item" in known and "item" not in fields:
            fields["item"] = context.keep(part.content)
        elif "photos" in known:
            fields["photos"] = [*fields.get("photos", []), context.keep(part.content)]
        elif "evidence" in known:
            fields["evidence"].append({"ref": context.keep(part.content)})
    if "item" in known:  # an exhibit whose file is missing
        fields.setdefault("item", THIS_FILE)
    record = from_json(cls, fields, where=row.where)
    name = f"{mapping.scheme}/{id_}"
    if below := min(row.merged.get(column, 0) for column in mapping.id):
        # One number for several rows of a sheet: what it counts has several parts.
        reader.merged[mapping.id[0]] += 1
        name = f"{name}#{below + 1}"
    yield Draft(record, context.id("mapped", name), row.where, row.at)


def _named_files(row: TableRow, mapping: ColumnMapping) -> list[str]:
    cells = (row.cells.get(column, "") for column in mapping.media)
    return [name for cell in cells for part in cell.split(SEPARATOR) if (name := part.strip())]


def _point(text: str, where: str) -> list[str]:
    """Return latitude, longitude, altitude and accuracy from a cell of Uwazi or of a form."""
    parts = [
        part.strip() for part in (text.split(SEPARATOR) if SEPARATOR in text else text.split())
    ]
    if not 2 <= len(parts) <= 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise InputError(_("expected latitude and longitude with | between them"), where=where)
    return [*parts, "", ""][:4]


def _names(text: str, separator: str) -> list[str]:
    parts = text.split(separator) if separator else [text]
    return list(dict.fromkeys(name for part in parts if (name := " ".join(part.split()))))
