"""From files to a scene on one metric plane: the entry point of this package."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.cell.failures import CellError
from contrechamp.scene.buildings import compose
from contrechamp.scene.file_kinds import OSM_FORMATS
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.homes import find_homes
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES
from contrechamp.scene.map_cell import MapReader, given_or_opened
from contrechamp.scene.missing import amounts, one_message, what_is_missing
from contrechamp.scene.projection import choose_plane
from contrechamp.scene.relief import relief_of
from contrechamp.scene.same_camera import propose_same, source_numbers
from contrechamp.scene.screens import bodies
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.street_graph import street_graph
from contrechamp.scene.tables import InputFile, Notice, Scene
from contrechamp.scene.together import (
    bounds_of,
    in_place,
    put_together,
)
from contrechamp.scene.true_north import with_true_headings

#: Cameras from two sources within this distance are proposed as one.
SAME_CAMERA_M = 10.0


@dataclass(frozen=True)
class Needs:
    """What a measurement needs of what is read; see `missing.what_is_missing`."""

    open_ground: bool = False


@dataclass(frozen=True)
class FileRead:
    """One input file.

    Args:
        name: that no file before it has.
        entry: for the list of inputs; None if it was given before, or cannot be opened.
        tables: what it holds; None if it cannot be read, or was read before.
        problem: why it cannot be read, for the user; "" if it can.
    """

    name: str
    entry: InputFile | None
    tables: SourceTables | None
    problem: str = ""


def read_scene(
    paths: Sequence[Path],
    *,
    crs: str | None = None,
    areas: Path | None = None,
    skip_bad_rows: bool = False,
    same_camera_m: float = SAME_CAMERA_M,
    declination_deg: float | None = None,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
    cell: MapReader | None = None,
    needs: Needs | None = None,
    progress: Progress = silent,
) -> Scene:
    """Read input files, each in a process of its own, and put them together.

    Args:
        paths: OSM extracts, tables of cameras or buildings, GPX.
        crs: projected coordinate system in metres; by default the UTM zone of the area.
        areas: a file of polygons to give figures for.
        skip_bad_rows: leave out rows that cannot be read (with notices and counts) instead of
            stopping at them.
        same_camera_m: propose cameras from two sources as one within this distance.
        declination_deg: of directions from magnetic north, to the east; by default that of the
            World Magnetic Model for the day in each row.
        max_unpacked_bytes: refuse a file that holds more.
        cell: reads them; by default, one that is opened for them.
        needs: what they must hold together; nothing by default.
        progress: advanced with every file.

    Raises:
        InputError: naming all files that cannot be used, and all that is missing; or if all of them
            are empty.
        UsageError: if `crs` cannot be used.
    """
    read = read_each(
        paths, areas, skip_bad_rows=skip_bad_rows, max_unpacked_bytes=max_unpacked_bytes,
        cell=cell, progress=progress,
    )  # fmt: skip
    tables = [one.tables for one in read if one.tables is not None]
    problems = [one.problem for one in read if one.problem]
    if needs is not None and tables:
        # Rows that can be read are there, beside those at which the reading of a file stopped.
        stopped = [path for path, one in zip(paths, read, strict=False) if one.problem]
        rest = read_each(
            [] if skip_bad_rows else stopped, None, skip_bad_rows=True,
            max_unpacked_bytes=max_unpacked_bytes, cell=cell,
        )  # fmt: skip
        there = [*tables, *(one.tables for one in rest if one.tables is not None)]
        problems += what_is_missing(amounts(there), open_ground=needs.open_ground)
    if problems:
        unreadable = any(one.problem for one in read)
        where = "" if unreadable else ", ".join(one.name for one in read)
        raise InputError(one_message(problems), where=where)
    entries = [one.entry for one in read if one.entry is not None]
    return _scene(
        _true_headings(tables, entries, declination_deg, skip_bad_rows),
        entries,
        [_read_once(one.name) for one in read if one.entry is None],
        crs,
        skip_bad_rows,
        same_camera_m,
    )


def read_each(
    paths: Sequence[Path],
    areas: Path | None,
    *,
    skip_bad_rows: bool,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
    cell: MapReader | None = None,
    progress: Progress = silent,
) -> list[FileRead]:
    """Read input files one by one; one that cannot be read does not keep the others from it.

    Args:
        paths: see `read_scene`.
        areas: see `read_scene`.
        skip_bad_rows: see `read_scene`.
        max_unpacked_bytes: see `read_scene`.
        cell: see `read_scene`.
        progress: advanced with every file.
    """
    found: list[FileRead] = []
    files = [*paths, *([areas] if areas else [])]
    with given_or_opened(cell) as reads, progress(_("Reading"), len(files)) as advance:
        for path in files:
            try:
                found.append(
                    _read(path, found, reads, path is areas, skip_bad_rows, max_unpacked_bytes)
                )
            except InputError as error:
                if isinstance(error, CellError) and error.reason == "unconfined":
                    raise  # the same for each of them
                found.append(FileRead(path.name, None, None, str(error)))
            advance(1)
    return found


def _read(
    path: Path,
    before: Sequence[FileRead],
    cell: MapReader,
    areas: bool,
    skip_bad_rows: bool,
    max_unpacked_bytes: int,
) -> FileRead:
    entries = [one.entry for one in before if one.entry is not None]
    taken = [entry.name for entry in entries]
    with opened_file(path, taken, max_unpacked_bytes) as file:
        if not areas and file.sha256 in {entry.sha256 for entry in entries}:
            return FileRead(file.name, None, None)
        entry, tables = file.read(cell, areas=areas, skip_bad_rows=skip_bad_rows)
        return FileRead(file.name, entry, tables)


def read_cameras_and_buildings(
    cameras: Path,
    buildings: Path,
    *,
    crs: str | None = None,
    skip_bad_rows: bool = False,
    declination_deg: float | None = None,
    cell: MapReader | None = None,
) -> Scene:
    """Read the cameras of one file and the buildings of another; for `Args` see `read_scene`.

    Raises:
        InputError: if one of them cannot be used, or has none of them.
        UsageError: if `crs` cannot be used.
    """
    entries: list[InputFile] = []
    found: list[SourceTables] = []
    with given_or_opened(cell) as reads:
        for path in (cameras, buildings):
            taken = [entry.name for entry in entries]
            with opened_file(path, taken, MAX_UNPACKED_BYTES) as file:
                entry, tables = file.read(reads, areas=False, skip_bad_rows=skip_bad_rows)
            entries.append(entry)
            found.append(tables)
    of_cameras, of_buildings = found
    if not len(of_cameras.cameras):
        raise InputError(_("no camera in it; expected points"), where=entries[0].name)
    if not len(of_buildings.footprints):
        raise InputError(
            _("no building in it; expected polygons with height_m"), where=entries[1].name
        )
    # A file may hold more than what it was given for.
    sources = [
        SourceTables(**{name: getattr(tables, name) for name in (*wanted, "notices", "counts")})
        for wanted, tables in (
            (("cameras",), of_cameras),
            (("footprints", "screens"), of_buildings),
        )
    ]
    sources = _true_headings(sources, entries, declination_deg, skip_bad_rows)
    return _scene(sources, entries, [], crs, skip_bad_rows, 0.0)


def _read_once(name: str) -> Notice:
    return Notice("given-twice", name, _("the same bytes were given before: read once"))


def _true_headings(
    sources: Sequence[SourceTables],
    entries: Sequence[InputFile],
    declination_deg: float | None,
    skip_bad_rows: bool,
) -> list[SourceTables]:
    return [
        with_true_headings(
            source, entry.name, declination_deg=declination_deg, skip_bad_rows=skip_bad_rows
        )
        for source, entry in zip(sources, entries, strict=True)
    ]


def _scene(
    sources: Sequence[SourceTables],
    entries: Sequence[InputFile],
    notices: Sequence[Notice],
    crs: str | None,
    skip_bad_rows: bool,
    same_camera_m: float,
) -> Scene:
    names = [entry.name for entry in entries]
    is_osm = [entry.format in OSM_FORMATS for entry in entries]
    tables = put_together(sources, names, is_osm)
    bounds = bounds_of(tables)
    if bounds is None:
        raise InputError(
            _("nothing to work with: no camera, building or street in it"), where=", ".join(names)
        )
    tables = in_place(tables, sources, is_osm, skip_bad_rows=skip_bad_rows)
    plane = choose_plane(bounds, crs)
    buildings, outlines, repairs = compose(plane.table(tables.footprints))
    cameras = plane.table(tables.cameras)
    xy = np.concatenate(
        [np.empty((0, 2)), *(np.asarray(path.lonlat, np.float64) for path in tables.paths)]
    )
    relief, of_relief = relief_of(
        tables.heights,
        plane.crs,
        cameras.geometry.to_numpy()[~cameras["indoor"].to_numpy(bool)],
        buildings.geometry.to_numpy(),
        float(np.nan_to_num(cameras["range_m"].to_numpy(np.float64)).max(initial=0.0)),
    )
    counts = Counter(tables.counts)
    counts["repaired_polygons"] = sum(notice.kind == "repaired-polygon" for notice in repairs)
    return Scene(
        crs=plane.crs,
        cameras=cameras,
        buildings=buildings,
        streets=street_graph(tables.paths, plane.points(xy), plane.crs),
        places=plane.table(tables.places),
        homes=find_homes(outlines, plane.table(tables.doors)),
        barriers=plane.table(tables.barriers),
        tracks=plane.table(tables.tracks),
        areas=plane.table(tables.areas),
        screens=bodies(plane.table(tables.screens)),
        relief=relief,
        notices=(*notices, *tables.notices, *repairs, *of_relief),
        inputs=tuple(entries),
        same_cameras=propose_same(
            cameras["id"].to_numpy(str),
            cameras.geometry.to_numpy(),
            cameras["heading_deg"].to_numpy(np.float64),
            source_numbers(cameras["source"].to_numpy(str), entries),
            same_camera_m,
        ),
        scale_error=plane.scale_error(bounds),
        counts={name: count for name, count in sorted(counts.items()) if count},
    )
