"""Cameras, walks and places that are imported from maps, as `scene` reads them."""

import math
from collections.abc import Iterator
from typing import IO, Any

from contrechamp.base.errors import InputError
from contrechamp.base.files import too_large
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.in_cell.json_files import MAX_WHOLE
from contrechamp.scene import barrier_fields
from contrechamp.scene.camera_fields import RECORDED

#: Columns of cameras that records take, beside those of `RECORDED`.
CAMERA = ("id", "source", "operator", "zone", "make", "model")


def cameras(
    content: IO[bytes], *, name: str, kind: str, skip_bad_rows: bool
) -> Iterator[dict[str, Any]]:
    """Yield the notices of the reader, then the cameras of a map or table, and barriers of a table.

    Args:
        content: of the file.
        name: for errors.
        kind: name of a constant of `scene.file_kinds`.
        skip_bad_rows: leave out what cannot be read.

    Yields:
        ``{"notice": [where, message]}``; ``{"left_out": [where, message]}`` for a row that cannot
        be read; or ``{"camera": {column: text, number or None}}`` with ``lon`` and ``lat`` in
        degrees; and of tables ``{"barrier": ...}`` likewise, with ``passing``.
    """
    from contrechamp.scene import file_kinds
    from contrechamp.scene.input_rows import read_input

    found = read_input(
        _opened(content, name, str(getattr(file_kinds, kind, ""))), skip_bad_rows=skip_bad_rows
    )
    for notice in found.notices:
        what = "left_out" if notice.kind == "row-left-out" else "notice"
        yield {what: [notice.where, notice.message]}
    columns = (*CAMERA, *(one.name for one in RECORDED))
    for row in found.cameras.itertuples():
        cells = {column: _plain(getattr(row, column)) for column in columns}
        yield {"camera": {**cells, "lon": row.geometry.x, "lat": row.geometry.y}}
    if (
        getattr(file_kinds, kind, "") not in file_kinds.OSM_FORMATS
    ):  # an extract has one at every garden
        yield from _barriers(found)


def _middle(line: Any) -> Any:
    return line.interpolate(0.5, normalized=True)


def _barriers(found: Any) -> Iterator[dict[str, Any]]:
    """Yield barriers; of a long one with a point on it."""
    for row in found.barriers.itertuples():
        cells = {one.name: _plain(getattr(row, one.name)) for one in barrier_fields.FIELDS}
        is_point = row.geometry.geom_type == "Point"
        at = row.geometry if is_point else _middle(row.geometry)
        yield {"barrier": {**cells, "passing": row.passing, "lon": at.x, "lat": at.y}}


def walk(content: IO[bytes], *, name: str) -> Iterator[dict[str, Any]]:
    """Yield the walk in a GPX file, if it holds one, and its waypoints.

    Yields:
        ``{"walk": {"names", "metres", "day", "from", "to"}}`` with times in UTC, and
        ``{"point": {"lat", "lon", "name", "comment", "description", "symbol", "type", "time",
        "day"}}``.

    Raises:
        InputError: if it is not GPX, is empty, or no point of its tracks has a time.
    """
    from contrechamp.scene.gpx import parsed

    opened = _opened(content, name, "GPX")
    gpx = parsed(opened.content, name)
    if gpx.tracks or gpx.routes or not gpx.waypoints:
        yield {"walk": _walk(gpx, name)}
    for point in gpx.waypoints:
        texts = ("name", "comment", "description", "symbol", "type")
        yield {
            "point": {
                "lat": _plain(float(point.latitude)),
                "lon": _plain(float(point.longitude)),
                "time": f"{point.time:%Y-%m-%dT%H:%M:%S}" if point.time else "",
                "day": f"{point.time:%Y-%m-%d}".rjust(10, "0") if point.time else "",
                **{text: str(getattr(point, text) or "") for text in texts},
            }
        }


def _walk(gpx: Any, name: str) -> dict[str, Any]:
    import pyproj

    from contrechamp.scene.gpx import walks_of

    tracks = walks_of(gpx, name).tracks
    bounds = gpx.get_time_bounds()
    if bounds.start_time is None or bounds.end_time is None:
        raise InputError(
            _("no point of the walk has a time, and a visit has a day; write the observation with "
              "contrechamp edit, and link the track to it as its route"),
            where=name,
        )  # fmt: skip
    geod = pyproj.Geod(ellps="WGS84")
    return {
        "names": list(dict.fromkeys(title for title in tracks["name"] if title)),
        "metres": float(sum(geod.geometry_length(line) for line in tracks.geometry)),
        "day": f"{bounds.start_time:%Y-%m-%d}".rjust(10, "0"),
        "from": f"{bounds.start_time:%H:%M}",
        "to": f"{bounds.end_time:%H:%M}",
    }


def _opened(content: IO[bytes], name: str, kind: str) -> Any:
    from contrechamp.scene.input_files import OpenedFile

    found = content.read(MAX_WHOLE + 1)
    if len(found) > MAX_WHOLE:
        raise too_large(name, MAX_WHOLE, _("split it"))
    return OpenedFile(name, kind, found)


def _plain(value: Any) -> Any:
    """Return the value of a column as JSON can hold it; None where there is none."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
