"""Import of foreign tables, such as flattened tenders, whose columns a mapping file explains."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.dossier.formats.in_cell.json_files import SEPARATOR
from contrechamp.dossier.formats.read.attachments import Attachments
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Draft,
    ImportContext,
    ImportNotice,
    Read,
    Reader,
    all_or_error,
)
from contrechamp.dossier.formats.read.mapped_rows import columns, rows
from contrechamp.dossier.formats.read.record_tables import fields_of, shape_at
from contrechamp.dossier.formats.read.source_file import SourceFile, TableRow
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import class_of
from contrechamp.dossier.records.schema import from_json, members

_TABLES = {"fields", "constants", "actors", "points", "only", "values"}
_KEYS = {"kind", "id", "scheme", "date", "decimal", "separator", "media", *_TABLES}
_NUMBER = re.compile(r"[-+]?\d{1,4}(\.\d+)?")
#: The value of ``date`` for seconds since 1970.
UNIX = "unix"


@dataclass(frozen=True)
class ColumnMapping:
    """The content of a mapping file.

    Args:
        kind: of the record in each row.
        id: column of the row's id in the source.
        scheme: name of the source.
        fields: field path -> column.
        constants: field path -> value in every row.
        points: path of a position -> column of latitude and longitude, separated by a bar.
        actors: path of a reference to an actor -> column of its name, and its kind.
        only: column -> value in the rows to read; the others are skipped.
        values: field path -> value in the table -> value in the record.
        media: columns with the names of files that belong to the row.
        date: format of dates for strptime; "" for ISO 8601, "unix" for seconds since 1970.
        decimal: decimal separator of numbers.
        separator: between several names in one cell; "" if a cell has only one.
    """

    kind: str
    id: str
    scheme: str
    fields: dict[str, str]
    constants: dict[str, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    actors: dict[str, dict[str, str]] = field(default_factory=dict)
    only: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    media: list[str] = field(default_factory=list)
    date: str = ""
    decimal: str = "."
    separator: str = ""


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
    for table in source.table_files():
        known = columns(table)
        if known and table is not source and mapping.id not in known:
            # The repeated groups of a form come as tables of their own.
            message = _("there is no column {column} in it: left out")
            yield ImportNotice(table.name, message.format(column=mapping.id))
            continue
        if known:
            _check_columns(mapping, known, table.name, context.mapping.name)
        seen: set[str] = set()
        for row in rows(table):
            if isinstance(row, InputError):
                yield row
                continue
            seen |= set(row.cells)
            if any(row.cells.get(column, "") != text for column, text in mapping.only.items()):
                others += 1
                continue
            yield from all_or_error(_drafts(row, mapping, cls, context, attachments))
        for column in () if known else sorted(_columns(mapping) - seen):
            message = _("no row has {column}, which {mapping} names")
            yield ImportNotice(
                table.name, message.format(column=column, mapping=context.mapping.name)
            )
    if others:
        message = ngettext(
            "left out: {count} row that the mapping does not take",
            "left out: {count} rows that the mapping does not take",
            others,
        )
        yield ImportNotice(source.name, message.format(count=others))


FORMAT = Reader(fits, read)


def _columns(mapping: ColumnMapping) -> set[str]:
    named = {one["column"] for one in mapping.actors.values()}
    paths = {*mapping.fields.values(), *mapping.points.values()}
    return {mapping.id, *paths, *mapping.only, *mapping.media, *named}


def _check_columns(mapping: ColumnMapping, known: set[str], table: str, name: str) -> None:
    for column in sorted(_columns(mapping) - known):
        raise InputError(
            _("there is no column {column}, which {mapping} names").format(
                column=column, mapping=name
            ),
            where=table,
        )


def read_mapping(source: SourceFile) -> ColumnMapping:
    """Read a mapping file.

    Raises:
        InputError: if it is not TOML, or has unknown keys.
    """
    try:
        found = tomllib.loads(source.settings())
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(_("it is not TOML: {reason}").format(reason=error), where=source.name
                         ) from None  # fmt: skip
    for key, value in found.items():
        wanted = dict if key in _TABLES else list if key == "media" else str
        if key not in _KEYS or not isinstance(value, wanted):
            raise InputError(
                _("there is no such field; there are: {fields}").format(
                    fields=", ".join(sorted(_KEYS))
                ),
                where=f"{source.name}: {key[:40]}",
            )
    for key in ("kind", "id", "scheme", "fields"):
        if not found.get(key):
            raise InputError(_("this must be given"), where=f"{source.name}: {key}")
    for key in _TABLES & found.keys() - {"actors"}:
        for path, value in found[key].items():
            if not isinstance(value, dict if key == "values" else str):
                raise InputError(_("expected text"), where=f"{source.name}: {key}.{path[:40]}")
    if not all(isinstance(column, str) for column in found.get("media", [])):
        raise InputError(_("expected text"), where=f"{source.name}: media")
    for path, actor in found.get("actors", {}).items():
        if (
            not isinstance(actor, dict)
            or set(actor) != {"column", "kind"}
            or not all(isinstance(text, str) for text in actor.values())
        ):
            raise InputError(
                _("expected column and kind"), where=f"{source.name}: actors.{path[:40]}"
            )
    return ColumnMapping(**found)


def _drafts(
    row: TableRow,
    mapping: ColumnMapping,
    cls: type[Record],
    context: ImportContext,
    attachments: Attachments,
) -> Iterator[Draft | ImportNotice]:
    id_ = row.cells.get(mapping.id, "").strip()
    if not id_:
        raise InputError(_("this must be given"), where=f"{row.where}: {mapping.id}")
    cells = dict(mapping.constants)
    for path, column in mapping.fields.items():
        if text := row.cells.get(column, "").strip():
            text = str(mapping.values.get(path, {}).get(text, text))
            cells[path] = _text(cls, path, text, mapping, f"{row.where}: {column}")
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
                "evidence": [{"ref": THIS_FILE, "at": f"{actor['column']}: {name}"}],
            }
            made = from_json(Actor, actor_fields, where=f"{row.where}: {actor['column']}")
            yield Draft(made, context.id("mapped-actor", key), row.where, row.at, shared=True)
            cells[path.replace("[n]", f"[{number}]")] = context.ref("mapped-actor", key)
    fields: dict[str, Any] = fields_of(cells, cls, where=row.where)
    fields["ids"] = [*fields.get("ids", []), {"scheme": mapping.scheme, "id": id_}]
    known = {member.name for member in members(cls)}
    if "evidence" in known:
        fields["evidence"] = [*fields.get("evidence", []), {"ref": THIS_FILE, "at": id_[:200]}]
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
    yield Draft(record, context.id("mapped", f"{mapping.scheme}/{id_}"), row.where, row.at)


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


def _text(cls: type[Record], path: str, text: str, mapping: ColumnMapping, where: str) -> str:
    shape = shape_at(cls, path, where)
    if shape.form is not None and shape.form.name == "date" and mapping.date:
        if mapping.date == UNIX:
            return _day(text, where)
        try:
            return f"{datetime.strptime(text, mapping.date):%Y-%m-%d}"
        except ValueError:
            raise InputError(
                _("expected a date written as {form}").format(form=mapping.date), where=where
            ) from None
    if shape.holds == "number":
        plain = re.sub(r"[\s\u00a0\u202f']", "", text)
        grouping = "," if mapping.decimal == "." else "."
        return plain.replace(grouping, "").replace(mapping.decimal, ".")
    return text


def _day(seconds: str, where: str) -> str:
    """Return the UTC day of a number of seconds since 1970."""
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d}".rjust(10, "0")
    except (ValueError, OverflowError, OSError):
        raise InputError(_("expected seconds since 1970"), where=where) from None
