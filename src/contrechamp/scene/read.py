"""From files to a scene on one metric plane: the entry point of this package."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.scene.buildings import compose
from contrechamp.scene.foreign_file import opened_file
from contrechamp.scene.homes import find_homes
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES, OSM_FORMATS
from contrechamp.scene.map_cell import MapReader, map_cell
from contrechamp.scene.projection import choose_plane
from contrechamp.scene.same_camera import propose_same
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.street_graph import street_graph
from contrechamp.scene.tables import InputFile, Notice, Scene
from contrechamp.scene.together import bounds_of, put_together, without_far_cameras

#: Cameras from two sources within this distance are proposed as one.
SAME_CAMERA_M = 10.0


def read_scene(
    paths: Sequence[Path],
    *,
    crs: str | None = None,
    areas: Path | None = None,
    skip_bad_rows: bool = False,
    same_camera_m: float = SAME_CAMERA_M,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
    cell: MapReader | None = None,
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
        max_unpacked_bytes: refuse a file that holds more.
        cell: reads them; by default, one that is opened for them.
        progress: advanced with every file.

    Raises:
        InputError: if a file cannot be used, or all of them are empty.
        UsageError: if `crs` cannot be used.
    """
    notices: list[Notice] = []
    entries: list[InputFile] = []
    sources: list[SourceTables] = []
    files = [*paths, *([areas] if areas else [])]
    with _cell(cell) as reads, progress(_("Reading"), len(files)) as advance:
        for path in files:
            taken = [entry.name for entry in entries]
            with opened_file(path, taken, max_unpacked_bytes) as file:
                if path is not areas and file.sha256 in {entry.sha256 for entry in entries}:
                    notices.append(_read_once(file.name))
                else:
                    entry, tables = file.read(
                        reads, areas=path is areas, skip_bad_rows=skip_bad_rows
                    )
                    entries.append(entry)
                    sources.append(tables)
            advance(1)
    return _scene(sources, entries, notices, crs, skip_bad_rows, same_camera_m)


def read_cameras_and_buildings(
    cameras: Path,
    buildings: Path,
    *,
    crs: str | None = None,
    skip_bad_rows: bool = False,
    cell: MapReader | None = None,
) -> Scene:
    """Read the cameras of one file and the buildings of another; `cell` as in `read_scene`.

    Raises:
        InputError: if one of them cannot be used, or has none of them.
        UsageError: if `crs` cannot be used.
    """
    entries: list[InputFile] = []
    found: list[SourceTables] = []
    with _cell(cell) as reads:
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
        SourceTables(**{name: getattr(tables, name) for name in (wanted, "notices", "counts")})
        for wanted, tables in (("cameras", of_cameras), ("footprints", of_buildings))
    ]
    return _scene(sources, entries, [], crs, skip_bad_rows, 0.0)


@contextlib.contextmanager
def _cell(given: MapReader | None) -> Iterator[MapReader]:
    """Yield the cell that was given, or one that is opened: closed by default."""
    if given is not None:
        yield given
        return
    with map_cell() as cell:
        yield cell


def _read_once(name: str) -> Notice:
    return Notice("given-twice", name, _("the same bytes were given before: read once"))


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
    from_osm = [source for source, osm in zip(sources, is_osm, strict=True) if osm]
    osm_ids = {identity for source in from_osm for identity in source.cameras["id"]}
    is_osm_camera = tables.cameras["id"].isin(osm_ids).to_numpy(bool)
    tables = without_far_cameras(tables, bounds, is_osm_camera, skip_bad_rows=skip_bad_rows)
    plane = choose_plane(bounds, crs)
    buildings, outlines, repairs = compose(plane.table(tables.footprints))
    cameras = plane.table(tables.cameras)
    xy = np.concatenate(
        [np.empty((0, 2)), *(np.asarray(path.lonlat, np.float64) for path in tables.paths)]
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
        notices=(*notices, *tables.notices, *repairs),
        inputs=tuple(entries),
        same_cameras=propose_same(
            cameras["id"].to_numpy(str),
            cameras.geometry.to_numpy(),
            cameras["heading_deg"].to_numpy(np.float64),
            _file_of(cameras["source"].to_numpy(str), names),
            same_camera_m,
        ),
        scale_error=plane.scale_error(bounds),
        counts={name: count for name, count in sorted(counts.items()) if count},
    )


def _file_of(source: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return the number of the file that each source names."""
    number = np.full(len(source), -1, np.int64)
    for i, name in enumerate(names):
        number[np.char.startswith(source, f"{name}:")] = i
    return number
