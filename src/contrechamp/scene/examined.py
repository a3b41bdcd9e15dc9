"""What was understood of input files, for whoever wants to see it before anything is measured."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress, silent
from contrechamp.scene.camera_fields import FIELDS
from contrechamp.scene.file_kinds import OSM_FORMATS
from contrechamp.scene.map_cell import MapReader
from contrechamp.scene.missing import Amounts, amounts, what_is_missing
from contrechamp.scene.read import FileRead, read_each
from contrechamp.scene.tables import Notice
from contrechamp.scene.together import in_place, put_together
from contrechamp.scene.true_north import with_true_headings
from contrechamp.scene.understood import Understood

#: Rows of each table that are shown.
FIRST = 5
#: Digits of a degree that are shown: a decimetre.
_DIGITS = 6


@dataclass(frozen=True)
class ExaminedFile:
    """One input file.

    Args:
        name: of the file.
        format: as it was recognised; "" if it was not.
        problem: why it cannot be read; "" if it can.
        holds: how much is in it of what a measurement needs.
        understood: of its columns, and of the tags of its cameras.
        first: cameras, buildings, tracks and areas -> their first rows as they will be used, with
            longitude and latitude; what is not known is left out.
        notices: what its reader could not use or had to decide.
        rows_left_out: how many rows cannot be read.
    """

    name: str
    format: str = ""
    problem: str = ""
    holds: Amounts = field(default_factory=lambda: amounts([]))
    understood: Sequence[Understood] = ()
    first: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    notices: Sequence[Notice] = ()
    rows_left_out: int = 0


@dataclass(frozen=True)
class Examined:
    """All input files, and what is in the way of a measurement.

    Args:
        files: in their order.
        in_the_way: sentences: what cannot be read and what is missing; empty if `measure` takes
            them as they are.
    """

    files: Sequence[ExaminedFile]
    in_the_way: Sequence[str]


def examine(
    paths: Sequence[Path],
    *,
    areas: Path | None = None,
    open_ground: bool = False,
    declination_deg: float | None = None,
    cell: MapReader | None = None,
    progress: Progress = silent,
) -> Examined:
    """Read files as `read_scene` does, and say what was understood of them; nothing is computed.

    Args:
        paths: see `read_scene`.
        areas: see `read_scene`.
        open_ground: no buildings are expected.
        declination_deg: see `read_scene`.
        cell: see `read_scene`.
        progress: advanced with every file.
    """
    read = [
        _with_true_headings(one, declination_deg)
        for one in read_each(paths, areas, skip_bad_rows=True, cell=cell, progress=progress)
    ]
    files = [_examined(one) for one in read]
    tables = [one.tables for one in read if one.tables is not None]
    in_the_way = [one.problem for one in files if one.problem]
    in_the_way += [_bad_rows(one) for one in files if one.rows_left_out]
    if tables:
        in_the_way += what_is_missing(amounts(tables), open_ground=open_ground)
        in_the_way += _misplaced(read)
    return Examined(files, in_the_way)


def _with_true_headings(read: FileRead, declination_deg: float | None) -> FileRead:
    """Return a file with the directions that a measurement would use."""
    if read.tables is None:
        return read
    tables = with_true_headings(
        read.tables, read.name, declination_deg=declination_deg, skip_bad_rows=True
    )
    return replace(read, tables=tables)


def _bad_rows(file: ExaminedFile) -> str:
    return ngettext(
        "{file}: {count} row cannot be read: correct it, or leave it out with --skip-bad-rows",
        "{file}: {count} rows cannot be read: correct them, or leave them out with --skip-bad-rows",
        file.rows_left_out,
    ).format(file=file.name, count=file.rows_left_out)


def _examined(read: FileRead) -> ExaminedFile:
    if read.tables is None:
        if not read.problem:
            told = Notice("given-twice", read.name, _("the same bytes were given before"))
            return ExaminedFile(read.name, notices=[told])
        return ExaminedFile(read.name, read.entry.format if read.entry else "", read.problem)
    tables = read.tables
    return ExaminedFile(
        name=read.name,
        format=read.entry.format if read.entry else "",
        holds=amounts([tables]),
        understood=tables.understood,
        first={
            name: rows
            for name, table in (
                ("cameras", tables.cameras),
                ("buildings", tables.footprints),
                ("tracks", tables.tracks),
                ("areas", tables.areas),
            )
            if (rows := _first(table))
        },
        notices=tables.notices,
        rows_left_out=int(tables.counts.get("rows_left_out", 0)),
    )


def _misplaced(read: Sequence[FileRead]) -> list[str]:
    """Return what is wrong with where the cameras are, as `read_scene` would say it."""
    there = [
        (one.entry, one.tables) for one in read if one.entry is not None and one.tables is not None
    ]
    sources = [tables for _entry, tables in there]
    is_osm = [entry.format in OSM_FORMATS for entry, _tables in there]
    whole = put_together(sources, [entry.name for entry, _tables in there], is_osm)
    try:
        in_place(whole, sources, is_osm, skip_bad_rows=False)
    except InputError as error:
        return [str(error)]
    return []


def _first(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the first rows as plain values."""
    absent = {one.name: one.absent for one in FIELDS}
    rows = []
    for _index, row in table.head(FIRST).iterrows():
        place = shapely.point_on_surface(row.geometry)
        cells = {"lon": round(float(place.x), _DIGITS), "lat": round(float(place.y), _DIGITS)}
        for name in table.columns:
            if name == table.geometry.name:
                continue
            value = _plain(row[name])
            # Zero is a value: a camera that looks to the north.
            if not (value is None or value is False or value == "" or value == absent.get(name)):
                cells[str(name)] = value
        rows.append(cells)
    return rows


def _plain(value: Any) -> Any:
    """Return a cell as JSON can hold it; None where nothing is known."""
    if isinstance(value, bool | str):
        return value
    if hasattr(value, "item"):
        value = value.item()
    return value if not isinstance(value, float) or math.isfinite(value) else None
