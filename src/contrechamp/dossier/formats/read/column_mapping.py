"""The mapping file: what the columns of a foreign table mean."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from contrechamp.base.csv_and_xlsx import named
from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.written_numbers import SIGNS
from contrechamp.dossier.formats.read.source_file import SourceFile

_TABLES = {"fields", "constants", "actors", "points", "only", "values"}
_LISTS = {"id", "media", "sheets"}
_TEXTS = {"kind", "scheme", "date", "zone", "separator"}
_KEYS = {*_TEXTS, *_LISTS, *_TABLES, "decimal", "header"}


@dataclass(frozen=True)
class ColumnMapping:
    """The content of a mapping file.

    Args:
        kind: of the record in each row.
        id: columns that together are the row's id in the source; mostly one.
        scheme: name of the source.
        fields: field path -> column.
        constants: field path -> value in every row.
        points: path of a position -> column of latitude and longitude, separated by a bar.
        actors: path of a reference to an actor -> column of its name, and its kind.
        only: column -> value in the rows to read; the others are skipped.
        values: field path -> value in the table -> value in the record.
        media: columns with the names of files that belong to the row.
        date: form of dates; see `written_dates.Clock`.
        zone: time zone whose days are meant; see `written_dates.Clock`.
        decimal: field path -> sign before the decimals of its numbers, where it is not to be found
            from them; under "" that of all others.
        separator: between several names in one cell; "" if a cell has only one.
        header: number of the row with the names of the columns; 0 to find it.
        sheets: titles of the sheets to read; none for all that have the columns.
    """

    kind: str
    id: list[str]
    scheme: str
    fields: dict[str, str]
    constants: dict[str, str] = field(default_factory=dict)
    points: dict[str, str] = field(default_factory=dict)
    actors: dict[str, dict[str, str]] = field(default_factory=dict)
    only: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    media: list[str] = field(default_factory=list)
    date: str = ""
    zone: str = ""
    decimal: dict[str, str] = field(default_factory=dict)
    separator: str = ""
    header: int = 0
    sheets: list[str] = field(default_factory=list)

    def columns(self) -> set[str]:
        """Return the columns that it names."""
        actors = {one["column"] for one in self.actors.values()}
        paths = {*self.fields.values(), *self.points.values()}
        return {*self.id, *paths, *self.only, *self.media, *actors}

    def uses(self) -> Iterator[tuple[str, str]]:
        """Yield what each column is used for: column, and path in the record or key of mapping."""
        yield from ((column, "id") for column in self.id)
        for table in (self.fields, self.points):
            yield from ((column, path) for path, column in table.items())
        yield from ((one["column"], path) for path, one in self.actors.items())
        yield from ((column, "only") for column in self.only)
        yield from ((column, "media") for column in self.media)


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
        wanted: type | tuple[type, ...] = dict if key in _TABLES else str
        if key in _LISTS:
            wanted = list if key == "media" else (list, str)
        elif key == "decimal":
            wanted = (str, dict)
        elif key == "header":
            wanted = int
        if key not in _KEYS or not isinstance(value, wanted) or isinstance(value, bool):
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
    for key in _LISTS:
        if isinstance(found.get(key), str):
            found[key] = [found[key]]
    if isinstance(found.get("decimal"), str):
        found["decimal"] = {"": found["decimal"]}
    for key in _LISTS & found.keys():
        if not all(isinstance(one, str) for one in found[key]):
            raise InputError(_("expected text"), where=f"{source.name}: {key}")
    if not all(sign in (*SIGNS, "") for sign in found.get("decimal", {}).values()):
        raise InputError(
            _("expected one of: {words}").format(words=" ".join(SIGNS)),
            where=f"{source.name}: decimal",
        )
    if not 0 <= found.get("header", 0) < 1 << 31:
        raise InputError(_("expected a whole number"), where=f"{source.name}: header")
    for path, actor in found.get("actors", {}).items():
        if (
            not isinstance(actor, dict)
            or set(actor) != {"column", "kind"}
            or not all(isinstance(text, str) for text in actor.values())
        ):
            raise InputError(
                _("expected column and kind"), where=f"{source.name}: actors.{path[:40]}"
            )
    return _with_plain_names(ColumnMapping(**found))


def _with_plain_names(mapping: ColumnMapping) -> ColumnMapping:
    """Return a mapping with the names of columns as tables are read: broken into lines or not."""
    return replace(
        mapping,
        id=[named(column) for column in mapping.id],
        fields={path: named(column) for path, column in mapping.fields.items()},
        points={path: named(column) for path, column in mapping.points.items()},
        only={named(column): text for column, text in mapping.only.items()},
        media=[named(column) for column in mapping.media],
        actors={
            path: {"column": named(one["column"]), "kind": one["kind"]}
            for path, one in mapping.actors.items()
        },
    )
