"""A recorded walk with its times: where somebody was when. It is read for `measure --track` alone.

`gpx.walks_of`, which reads walks for all else, keeps no times.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.scene.file_kinds import GPX
from contrechamp.scene.gpx import parsed
from contrechamp.scene.input_files import OpenedFile

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Recorded:
    """A segment of a walk.

    Args:
        lonlat: (n, 2) degrees in WGS 84, n ≥ 2.
        time_s: (n,) seconds since 1970, NaN where the file has no time.
    """

    lonlat: F8
    time_s: F8


def read_timed_walk(opened: OpenedFile) -> list[Recorded]:
    """Return the segments of the tracks of a file.

    Raises:
        InputError: if it is not GPX, or has no track of two fixes or more.
    """
    if opened.format != GPX:
        raise InputError(_("expected a recorded walk as GPX"), where=opened.name)
    gpx = parsed(opened.content, opened.name)
    segments = [one.points for track in gpx.tracks for one in track.segments]
    found = []
    for points in segments:
        if len(points) < 2:
            continue
        lonlat = np.array([(one.longitude, one.latitude) for one in points], np.float64)
        if not (np.abs(lonlat) <= (180.0, 90.0)).all():  # NaN is not
            raise InputError(
                _("expected degrees of longitude and latitude on earth"), where=opened.name
            )
        times = [one.time.timestamp() if one.time else np.nan for one in points]
        found.append(Recorded(lonlat, np.array(times, np.float64)))
    if not found:
        raise InputError(_("it holds no recorded track of two fixes or more"), where=opened.name)
    return found
