"""A GPX track as the way that was walked on a visit."""

import hashlib
from collections.abc import Iterator

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.fieldwork import Observation
from contrechamp.dossier.formats.drafts import THIS_FILE, Desk, Draft, Format, Read
from contrechamp.dossier.formats.given import Given


def fits(given: Given) -> bool:
    """Return whether a file looks like GPX."""
    return b"<gpx" in given.head[:4096]


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield one observation of the walk; what was seen on it is for a person to write.

    Raises:
        InputError: if the file is no GPX, or no point of it has a time.
    """
    import gpxpy
    import pyproj

    from contrechamp.scene.gpx import read_gpx
    from contrechamp.scene.input_files import GPX, Opened
    from contrechamp.scene.tables import InputFile

    content = given.whole()
    digest = hashlib.sha256(content).hexdigest()
    tracks = read_gpx(
        Opened(given.name, GPX, content, InputFile(given.name, digest, len(content), GPX))
    ).tracks
    metres = sum(pyproj.Geod(ellps="WGS84").geometry_length(line) for line in tracks.geometry)
    bounds = gpxpy.parse(content).get_time_bounds()
    if bounds.start_time is None or bounds.end_time is None:
        raise InputError(
            _("no point of the walk has a time, and a visit has a day; write the observation with "
              "contrechamp edit, and link the track to it as its route"),
            where=given.name,
        )  # fmt: skip
    names = ", ".join(dict.fromkeys(name for name in tracks["name"] if name))
    record = Observation(
        date=f"{bounds.start_time:%Y-%m-%d}",
        seen=f"GPX {names}: {metres / 1000:.1f} km".replace(" :", ":"),
        route=THIS_FILE,
        note=f"UTC {bounds.start_time:%H:%M}-{bounds.end_time:%H:%M}",
    )
    yield Draft(record, desk.id("gpx", digest), given.name)


FORMAT = Format("gpx", fits, read)
