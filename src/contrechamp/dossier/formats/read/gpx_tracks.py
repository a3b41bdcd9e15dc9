"""Import of GPX files: tracks as the route of a visit, waypoints as what was marked on the way."""

import hashlib
from collections.abc import Iterator
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read import gpx_waypoints
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Draft, ImportContext, Read, Reader
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.records.fieldwork import Observation


def fits(source: SourceFile) -> bool:
    """Return whether a file looks like GPX."""
    return b"<gpx" in source.head[:4096]


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield one observation of the walk, and its waypoints; what was seen is the user's to write.

    Raises:
        InputError: if the file is not GPX, is empty, or no point of a track has a time.
    """
    from contrechamp.scene.gpx import parsed

    content = source.whole()
    gpx = parsed(content, source.name)
    if gpx.tracks or gpx.routes or not gpx.waypoints:
        yield _walk(source, context, content, gpx)
    yield from gpx_waypoints.read(source, context, gpx.waypoints)


FORMAT = Reader(fits, read)


def _walk(source: SourceFile, context: ImportContext, content: bytes, gpx: Any) -> Draft:
    import pyproj

    from contrechamp.scene.gpx import read_gpx
    from contrechamp.scene.input_files import GPX, OpenedFile
    from contrechamp.scene.tables import InputFile

    digest = hashlib.sha256(content).hexdigest()
    tracks = read_gpx(
        OpenedFile(source.name, GPX, content, InputFile(source.name, digest, len(content), GPX))
    ).tracks
    metres = sum(pyproj.Geod(ellps="WGS84").geometry_length(line) for line in tracks.geometry)
    bounds = gpx.get_time_bounds()
    if bounds.start_time is None or bounds.end_time is None:
        raise InputError(
            _("no point of the walk has a time, and a visit has a day; write the observation with "
              "contrechamp edit, and link the track to it as its route"),
            where=source.name,
        )  # fmt: skip
    names = ", ".join(dict.fromkeys(name for name in tracks["name"] if name))
    record = Observation(
        date=f"{bounds.start_time:%Y-%m-%d}".rjust(10, "0"),
        seen=f"GPX {names}: {metres / 1000:.1f} km".replace(" :", ":"),
        route=THIS_FILE,
        note=f"UTC {bounds.start_time:%H:%M}-{bounds.end_time:%H:%M}",
    )
    return Draft(record, context.id("gpx", digest), source.name)
