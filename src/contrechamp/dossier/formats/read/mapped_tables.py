"""Tables of others, such as flattened tenders; a mapping file says what their columns are."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.dossier.formats.read.attachments import Attachments
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Desk,
    Draft,
    Format,
    Notice,
    Problem,
    Read,
)
from contrechamp.dossier.formats.read.mapped_rows import BETWEEN, columns, rows, tables
from contrechamp.dossier.formats.read.record_tables import shape_at, with_lists
from contrechamp.dossier.formats.read.source_file import Cells, Given
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.kinds import class_of
from contrechamp.dossier.records.schema import from_json, members

_TABLES = {"fields", "constants", "actors", "points", "only", "values"}
_KEYS = {"kind", "id", "scheme", "date", "decimal", "separator", "media", *_TABLES}
_NUMBER = re.compile(r"[-+]?\d{1,4}(\.\d+)?")
#: Said of dates that are seconds since 1970.
UNIX = "unix"


@dataclass(frozen=True)
class Mapping:
    """What a mapping file says.

    Args:
        kind: of record that each row is.
        id: column of the id that the source gives each row.
        scheme: name of the source.
        fields: path in the record -> column.
        constants: path in the record -> value in every row.
        points: path of a position -> column of latitude and longitude with a bar between them.
        actors: path of a reference to an actor -> column of a name, and kind of those actors.
        only: column -> value of the rows that are read; the others are passed over.
        values: path -> value in the table -> value in the record.
        media: columns of names of files that belong to the row.
        date: how dates are written, as strptime has it; "" for ISO 8601, "unix" for seconds.
        decimal: sign before the decimals of a number.
        separator: between several names in one cell; "" for one name a cell.
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


def fits(_given: Given) -> bool:
    """Return whether a file looks like it: none does, it is read where a mapping is given."""
    return False


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield the record of each row, and the actors that it names.

    Raises:
        InputError: if there is no mapping file, or it is none.
    """
    if desk.mapping is None:
        raise InputError(_("say what its columns are: --mapping FILE.toml"), where=given.name)
    mapping = read_mapping(desk.mapping)
    cls = class_of(mapping.kind, where=f"{desk.mapping.name}: kind")
    attachments, others = Attachments(desk), 0
    for table in tables(given):
        known = columns(table)
        if known and table is not given and mapping.id not in known:
            # Repeats of a form lie beside it, each a table of its own.
            told = _("there is no column {column} in it: left out")
            yield Notice(table.name, told.format(column=mapping.id))
            continue
        if known:
            _check_columns(mapping, known, table.name, desk.mapping.name)
        seen: set[str] = set()
        for row in rows(table):
            if isinstance(row, InputError):
                yield Problem(row)
                continue
            seen |= set(row.cells)
            if any(row.cells.get(column, "") != text for column, text in mapping.only.items()):
                others += 1
                continue
            try:
                made = list(_drafts(row, mapping, cls, desk, attachments))
            except InputError as error:
                yield Problem(error)
            else:
                yield from made
        for column in () if known else sorted(_columns(mapping) - seen):
            told = _("no row has {column}, which {mapping} names")
            yield Notice(table.name, told.format(column=column, mapping=desk.mapping.name))
    if others:
        told = ngettext(
            "left out: {count} row that the mapping does not take",
            "left out: {count} rows that the mapping does not take",
            others,
        )
        yield Notice(given.name, told.format(count=others))


FORMAT = Format(fits, read)


def _columns(mapping: Mapping) -> set[str]:
    named = {one["column"] for one in mapping.actors.values()}
    paths = {*mapping.fields.values(), *mapping.points.values()}
    return {mapping.id, *paths, *mapping.only, *mapping.media, *named}


def _check_columns(mapping: Mapping, known: set[str], table: str, name: str) -> None:
    for column in sorted(_columns(mapping) - known):
        raise InputError(
            _("there is no column {column}, which {mapping} names").format(
                column=column, mapping=name
            ),
            where=table,
        )


def read_mapping(given: Given) -> Mapping:
    """Return what a mapping file says.

    Raises:
        InputError: if it is no TOML, or has other keys.
    """
    try:
        found = tomllib.loads(given.text())
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(_("it is not TOML: {reason}").format(reason=error), where=given.name
                         ) from None  # fmt: skip
    for key, value in found.items():
        wanted = dict if key in _TABLES else list if key == "media" else str
        if key not in _KEYS or not isinstance(value, wanted):
            raise InputError(
                _("there is no such field; there are: {fields}").format(
                    fields=", ".join(sorted(_KEYS))
                ),
                where=f"{given.name}: {key[:40]}",
            )
    for key in ("kind", "id", "scheme", "fields"):
        if not found.get(key):
            raise InputError(_("this must be given"), where=f"{given.name}: {key}")
    for key in _TABLES & found.keys() - {"actors"}:
        for path, value in found[key].items():
            if not isinstance(value, dict if key == "values" else str):
                raise InputError(_("expected text"), where=f"{given.name}: {key}.{path[:40]}")
    if not all(isinstance(column, str) for column in found.get("media", [])):
        raise InputError(_("expected text"), where=f"{given.name}: media")
    for path, actor in found.get("actors", {}).items():
        if (
            not isinstance(actor, dict)
            or set(actor) != {"column", "kind"}
            or not all(isinstance(text, str) for text in actor.values())
        ):
            raise InputError(
                _("expected column and kind"), where=f"{given.name}: actors.{path[:40]}"
            )
    return Mapping(**found)


def _drafts(
    row: Cells, mapping: Mapping, cls: type[Record], desk: Desk, attachments: Attachments
) -> Iterator[Draft | Notice]:
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
            fields = {
                "names": [{"language": "und", "text": name}],
                "kind": actor["kind"],
                "evidence": [{"ref": THIS_FILE, "at": f"{actor['column']}: {name}"}],
            }
            made = from_json(Actor, fields, where=f"{row.where}: {actor['column']}")
            yield Draft(made, desk.id("mapped-actor", key), row.where, row.at, shared=True)
            cells[path.replace("[n]", f"[{number}]")] = desk.ref("mapped-actor", key)
    told: dict[str, Any] = with_lists(cells, cls, where=row.where)
    told["ids"] = [*told.get("ids", []), {"scheme": mapping.scheme, "id": id_}]
    known = {member.name for member in members(cls)}
    if "evidence" in known:
        told["evidence"] = [*told.get("evidence", []), {"ref": THIS_FILE, "at": id_[:200]}]
    for name in _named_files(row, mapping):
        part = attachments.find(name, id_)
        if part is None:
            missing = _("the file {name} is not among the files that were given")
            yield Notice(row.where, missing.format(name=name))
        elif "item" in known and "item" not in told:
            told["item"] = desk.keep(part.content)
        elif "photos" in known:
            told["photos"] = [*told.get("photos", []), desk.keep(part.content)]
        elif "evidence" in known:
            told["evidence"].append({"ref": desk.keep(part.content)})
    if "item" in known:  # of an exhibit whose file is not given
        told.setdefault("item", THIS_FILE)
    record = from_json(cls, told, where=row.where)
    yield Draft(record, desk.id("mapped", f"{mapping.scheme}/{id_}"), row.where, row.at)


def _named_files(row: Cells, mapping: Mapping) -> list[str]:
    cells = (row.cells.get(column, "") for column in mapping.media)
    return [name for cell in cells for part in cell.split(BETWEEN) if (name := part.strip())]


def _point(text: str, where: str) -> list[str]:
    """Return latitude, longitude, altitude and accuracy, as Uwazi or a form writes them."""
    parts = [part.strip() for part in (text.split(BETWEEN) if BETWEEN in text else text.split())]
    if not 2 <= len(parts) <= 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise InputError(_("expected latitude and longitude with | between them"), where=where)
    return [*parts, "", ""][:4]


def _names(text: str, separator: str) -> list[str]:
    parts = text.split(separator) if separator else [text]
    return list(dict.fromkeys(name for part in parts if (name := " ".join(part.split()))))


def _text(cls: type[Record], path: str, text: str, mapping: Mapping, where: str) -> str:
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
    if shape.what == "number":
        plain = re.sub(r"[\s\u00a0\u202f']", "", text)
        grouping = "," if mapping.decimal == "." else "."
        return plain.replace(grouping, "").replace(mapping.decimal, ".")
    return text


def _day(seconds: str, where: str) -> str:
    """Return the day, of UTC, of seconds since 1970."""
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d}".rjust(10, "0")
    except (ValueError, OverflowError, OSError):
        raise InputError(_("expected seconds since 1970"), where=where) from None
