"""From files to a scene on one metric plane: the door of this room."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.scene.buildings import compose
from contrechamp.scene.found import Found
from contrechamp.scene.homes import find_homes
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES, OSM_FORMATS, Opened, open_input
from contrechamp.scene.input_rows import read_areas, read_input
from contrechamp.scene.projection import choose_plane
from contrechamp.scene.same_camera import propose_same
from contrechamp.scene.street_graph import street_graph
from contrechamp.scene.tables import InputFile, Notice, Scene
from contrechamp.scene.together import bounds_of, only_inside, put_together

#: Cameras of two sources within this distance are proposed as one.
SAME_CAMERA_M = 10.0


def read_scene(
    paths: Sequence[Path],
    *,
    crs: str | None = None,
    areas: Path | None = None,
    skip_bad_rows: bool = False,
    same_camera_m: float = SAME_CAMERA_M,
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
    progress: Progress = silent,
) -> Scene:
    """Read inputs and put them together.

    Args:
        paths: OSM extracts, tables of cameras or buildings, GPX.
        crs: projected coordinate system in metres; the UTM zone of the area unless given.
        areas: polygons to give figures for.
        skip_bad_rows: leave out rows that cannot be read (told in the notices and counts) instead
            of stopping at them.
        same_camera_m: propose cameras of two sources as one within this distance.
        max_unpacked_bytes: refuse a file that holds more.
        progress: told of files.

    Raises:
        InputError: if a file cannot be used, or nothing is in any.
        UsageError: if `crs` cannot be used.
    """
    notices: list[Notice] = []
    entries: list[InputFile] = []
    founds: list[Found] = []
    is_osm: list[bool] = []
    given = [*paths, *([areas] if areas else [])]
    with progress(_("Reading"), len(given)) as advance:
        for path in given:
            opened = _told_apart(open_input(path, max_unpacked_bytes), entries)
            entries.append(opened.entry)
            if path is areas:
                founds.append(read_areas(opened, skip_bad_rows=skip_bad_rows))
            elif opened.entry.sha256 in {entry.sha256 for entry in entries[:-1]}:
                entries.pop()
                notices.append(_given_twice(opened))
                advance(1)
                continue
            else:
                founds.append(read_input(opened, skip_bad_rows=skip_bad_rows))
            is_osm.append(opened.format in OSM_FORMATS)
            advance(1)
    return _scene(founds, is_osm, entries, notices, crs, skip_bad_rows, same_camera_m)


def read_cameras_and_buildings(
    cameras: Path, buildings: Path, *, crs: str | None = None, skip_bad_rows: bool = False
) -> Scene:
    """Read one file for its cameras and one for its buildings.

    Raises:
        InputError: if one of them cannot be used, or has none.
        UsageError: if `crs` cannot be used.
    """
    opened = [open_input(cameras), open_input(buildings)]
    of_cameras, of_buildings = (read_input(one, skip_bad_rows=skip_bad_rows) for one in opened)
    if not len(of_cameras.cameras):
        raise InputError(_("no camera in it; expected points"), where=opened[0].name)
    if not len(of_buildings.footprints):
        raise InputError(
            _("no building in it; expected polygons with height_m"), where=opened[1].name
        )
    founds = [
        Found(cameras=of_cameras.cameras, notices=of_cameras.notices, counts=of_cameras.counts),
        Found(
            footprints=of_buildings.footprints,
            notices=of_buildings.notices,
            counts=of_buildings.counts,
        ),
    ]
    is_osm = [one.format in OSM_FORMATS for one in opened]
    entries = [one.entry for one in opened]
    return _scene(founds, is_osm, entries, [], crs, skip_bad_rows, 0.0)


def _told_apart(opened: Opened, before: Sequence[InputFile]) -> Opened:
    """Return a file under a name that no file before it has: two surveys may both be survey.csv."""
    taken = {entry.name for entry in before}
    name, number = opened.name, 1
    while name in taken:
        number += 1
        name = f"{opened.name} ({number})"
    return replace(opened, name=name, entry=replace(opened.entry, name=name))


def _given_twice(opened: Opened) -> Notice:
    return Notice("given-twice", opened.name, _("the same bytes were given before: read once"))


def _scene(
    founds: Sequence[Found],
    is_osm: Sequence[bool],
    entries: Sequence[InputFile],
    notices: Sequence[Notice],
    crs: str | None,
    skip_bad_rows: bool,
    same_camera_m: float,
) -> Scene:
    names = [entry.name for entry in entries]
    found = put_together(founds, names, is_osm)
    bounds = bounds_of(found)
    if bounds is None:
        raise InputError(
            _("nothing to work with: no camera, building or street in it"), where=", ".join(names)
        )
    found = only_inside(
        found,
        bounds,
        found.cameras["id"].isin(_osm_ids(founds, is_osm)).to_numpy(bool),
        skip_bad_rows=skip_bad_rows,
    )
    plane = choose_plane(bounds, crs)
    footprints = plane.table(found.footprints)
    buildings, outlines, repairs = compose(footprints)
    cameras = plane.table(found.cameras)
    xy = np.concatenate(
        [np.empty((0, 2)), *(np.asarray(path.lonlat, np.float64) for path in found.paths)]
    )
    counts = Counter(found.counts)
    counts["repaired_polygons"] = sum(notice.kind == "repaired-polygon" for notice in repairs)
    return Scene(
        crs=plane.crs,
        cameras=cameras,
        buildings=buildings,
        streets=street_graph(found.paths, plane.points(xy), plane.crs),
        places=plane.table(found.places),
        homes=find_homes(outlines, plane.table(found.doors)),
        barriers=plane.table(found.barriers),
        tracks=plane.table(found.tracks),
        areas=plane.table(found.areas),
        notices=(*notices, *found.notices, *repairs),
        inputs=tuple(entries),
        same_cameras=propose_same(
            cameras["id"].to_numpy(str),
            cameras.geometry.to_numpy(),
            _file_of(cameras["source"].to_numpy(str), names),
            same_camera_m,
        ),
        scale_error=plane.scale_error(bounds),
        counts={name: count for name, count in sorted(counts.items()) if count},
    )


def _osm_ids(founds: Sequence[Found], is_osm: Sequence[bool]) -> set[str]:
    return {
        identity
        for found, osm in zip(founds, is_osm, strict=True)
        if osm
        for identity in found.cameras["id"]
    }


def _file_of(source: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return the number of the file that each source names."""
    number = np.full(len(source), -1, np.int64)
    for i, name in enumerate(names):
        number[np.char.startswith(source, f"{name}:")] = i
    return number
