"""A GPX track as the way that was walked on a visit, and what was marked on it."""

import hashlib
from collections.abc import Iterator
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read import waypoints
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Desk, Draft, Format, Read
from contrechamp.dossier.formats.read.source_file import Given
from contrechamp.dossier.records.fieldwork import Observation


def fits(given: Given) -> bool:
    """Return whether a file looks like GPX."""
    return b"<gpx" in given.head[:4096]


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield one observation of the walk, and its waypoints; what was seen is for a person to write.

    Raises:
        InputError: if the file is no GPX, nothing is in it, or no point of a walk has a time.
    """
    from contrechamp.scene.gpx import parsed

    content = given.whole()
    gpx = parsed(content, given.name)
    if gpx.tracks or gpx.routes or not gpx.waypoints:
        yield _walk(given, desk, content, gpx)
    yield from waypoints.read(given, desk, gpx.waypoints)


FORMAT = Format(fits, read)


def _walk(given: Given, desk: Desk, content: bytes, gpx: Any) -> Draft:
    import pyproj

    from contrechamp.scene.gpx import read_gpx
    from contrechamp.scene.input_files import GPX, OpenedFile
    from contrechamp.scene.tables import InputFile

    digest = hashlib.sha256(content).hexdigest()
    tracks = read_gpx(
        OpenedFile(given.name, GPX, content, InputFile(given.name, digest, len(content), GPX))
    ).tracks
    metres = sum(pyproj.Geod(ellps="WGS84").geometry_length(line) for line in tracks.geometry)
    bounds = gpx.get_time_bounds()
    if bounds.start_time is None or bounds.end_time is None:
        raise InputError(
            _("no point of the walk has a time, and a visit has a day; write the observation with "
              "contrechamp edit, and link the track to it as its route"),
            where=given.name,
        )  # fmt: skip
    names = ", ".join(dict.fromkeys(name for name in tracks["name"] if name))
    record = Observation(
        date=f"{bounds.start_time:%Y-%m-%d}".rjust(10, "0"),
        seen=f"GPX {names}: {metres / 1000:.1f} km".replace(" :", ":"),
        route=THIS_FILE,
        note=f"UTC {bounds.start_time:%H:%M}-{bounds.end_time:%H:%M}",
    )
    return Draft(record, desk.id("gpx", digest), given.name)
