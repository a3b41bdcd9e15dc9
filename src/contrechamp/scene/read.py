"""From files to a scene on one metric plane: the entry point of this package."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.scene.buildings import compose
from contrechamp.scene.homes import find_homes
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES, OSM_FORMATS, OpenedFile, open_input
from contrechamp.scene.input_rows import read_areas, read_input
from contrechamp.scene.projection import choose_plane
from contrechamp.scene.same_camera import propose_same
from contrechamp.scene.source_tables import SourceTables
from contrechamp.scene.street_graph import street_graph
from contrechamp.scene.tables import InputFile, Notice, Scene
from contrechamp.scene.together import bounds_of, put_together, without_far_cameras
from contrechamp.scene.true_north import with_true_headings

#: Cameras from two sources within this distance are proposed as one.
SAME_CAMERA_M = 10.0


def read_scene(
    paths: Sequence[Path],
    *,
    crs: str | None = None,
    areas: Path | None = None,
    skip_bad_rows: bool = False,
    same_camera_m: float = SAME_CAMERA_M,
    declination_deg: float | None = None,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
    progress: Progress = silent,
) -> Scene:
    """Read input files and put them together.

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
        progress: advanced with every file.

    Raises:
        InputError: if a file cannot be used, or all of them are empty.
        UsageError: if `crs` cannot be used.
    """
    notices: list[Notice] = []
    entries: list[InputFile] = []
    sources: list[SourceTables] = []
    is_osm: list[bool] = []
    files = [*paths, *([areas] if areas else [])]
    with progress(_("Reading"), len(files)) as advance:
        for path in files:
            opened = _with_own_name(open_input(path, max_unpacked_bytes), entries)
            entries.append(opened.entry)
            if path is areas:
                sources.append(read_areas(opened, skip_bad_rows=skip_bad_rows))
            elif opened.entry.sha256 in {entry.sha256 for entry in entries[:-1]}:
                entries.pop()
                notices.append(_read_once(opened))
                advance(1)
                continue
            else:
                sources.append(read_input(opened, skip_bad_rows=skip_bad_rows))
            is_osm.append(opened.format in OSM_FORMATS)
            advance(1)
    sources = _true_headings(sources, entries, declination_deg, skip_bad_rows)
    return _scene(sources, is_osm, entries, notices, crs, skip_bad_rows, same_camera_m)


def read_cameras_and_buildings(
    cameras: Path,
    buildings: Path,
    *,
    crs: str | None = None,
    skip_bad_rows: bool = False,
    declination_deg: float | None = None,
) -> Scene:
    """Read the cameras of one file and the buildings of another; for `Args` see `read_scene`.

    Raises:
        InputError: if one of them cannot be used, or has none of them.
        UsageError: if `crs` cannot be used.
    """
    opened = [open_input(cameras), open_input(buildings)]
    of_cameras, of_buildings = (read_input(file, skip_bad_rows=skip_bad_rows) for file in opened)
    if not len(of_cameras.cameras):
        raise InputError(_("no camera in it; expected points"), where=opened[0].name)
    if not len(of_buildings.footprints):
        raise InputError(
            _("no building in it; expected polygons with height_m"), where=opened[1].name
        )
    # A file may hold more than what it was given for.
    sources = [
        SourceTables(**{name: getattr(tables, name) for name in (wanted, "notices", "counts")})
        for wanted, tables in (("cameras", of_cameras), ("footprints", of_buildings))
    ]
    is_osm = [file.format in OSM_FORMATS for file in opened]
    entries = [file.entry for file in opened]
    sources = _true_headings(sources, entries, declination_deg, skip_bad_rows)
    return _scene(sources, is_osm, entries, [], crs, skip_bad_rows, 0.0)


def _with_own_name(opened: OpenedFile, before: Sequence[InputFile]) -> OpenedFile:
    """Return a file under a name that no file before it has: two may both be survey.csv."""
    taken = {entry.name for entry in before}
    name, number = opened.name, 1
    while name in taken:
        number += 1
        name = f"{opened.name} ({number})"
    return replace(opened, name=name, entry=replace(opened.entry, name=name))


def _read_once(opened: OpenedFile) -> Notice:
    return Notice("given-twice", opened.name, _("the same bytes were given before: read once"))


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
    is_osm: Sequence[bool],
    entries: Sequence[InputFile],
    notices: Sequence[Notice],
    crs: str | None,
    skip_bad_rows: bool,
    same_camera_m: float,
) -> Scene:
    names = [entry.name for entry in entries]
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
