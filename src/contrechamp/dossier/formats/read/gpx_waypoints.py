"""Import of GPX waypoints: places, cameras and barriers that somebody marked on the spot."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Draft,
    ImportContext,
    ImportNotice,
    Read,
    one_line,
)
from contrechamp.dossier.formats.read.photo_places import DIGITS
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.fieldwork import Barrier, Camera, Place
from contrechamp.dossier.records.schema import from_json

#: A waypoint whose type or symbol is one of these words is a barrier of that kind, or a camera.
BARRIERS = ("checkpoint", "gate", "roadblock", "wall", "fence", "turnstile")
CAMERAS = ("camera", "cctv", "surveillance")


def read(source: SourceFile, context: ImportContext, points: list[Any]) -> Iterator[Read]:
    """Yield a record for each waypoint, or a notice that proposes one for the user to confirm.

    Args:
        source: the file.
        context: of its import.
        points: waypoints, as gpxpy has them.
    """
    for number, point in enumerate(points, start=1):
        where = f"{source.name}: {number}"
        if not (-90 <= point.latitude <= 90 and -180 <= point.longitude <= 180):
            raise InputError(_("expected degrees of longitude and latitude on earth"), where=where)
        lat, lon = (round(Decimal(repr(degrees)), DIGITS).normalize() + 0
                    for degrees in (point.latitude, point.longitude))  # fmt: skip
        name = one_line(point.name)
        kind, cls = _kind(point)
        if not context.accept:
            proposal = _("proposed: a {kind} at {lat}, {lon}, marked {name}; look at it on a map, "
                         "then import the file with --accept").format(
                             kind=kind, lat=lat, lon=lon, name=name or number)  # fmt: skip
            yield ImportNotice(where, proposal)
            continue
        record = from_json(cls, _fields(point, cls, kind, name or where, lat, lon), where=where)
        time = f"{point.time:%Y-%m-%dT%H:%M:%S}" if point.time else ""
        # A receiver's next export repeats its earlier waypoints: each must get the same id again.
        yield Draft(
            record, context.id("gpx-point", f"{lat},{lon}/{name}/{time}"), where, str(number)
        )


def _kind(point: Any) -> tuple[str, type[Record]]:
    for word in (one_line(point.type).casefold(), one_line(point.symbol).casefold()):
        if word in CAMERAS:
            return "camera", Camera
        if word in BARRIERS:
            return word, Barrier
    return "place", Place


def _fields(point: Any, cls: type[Record], kind: str, name: str, lat: Decimal,
            lon: Decimal) -> dict[str, Any]:  # fmt: skip
    texts = (point.comment, point.description, point.symbol, point.type)
    lines = list(dict.fromkeys(filter(None, map(one_line, texts))))
    names = [{"language": "und", "text": name}]
    day = f"{point.time:%Y-%m-%d}".rjust(10, "0") if point.time else None
    seen = {"first_seen": day, "last_seen": day} if day and cls is not Place else {}
    return {
        "position": {"lat": lat, "lon": lon},
        "note": "\n".join(lines),
        "evidence": [{"ref": THIS_FILE, "at": name[:200]}],
        **({"name": name} if cls is Camera else {"names": names}),
        **({"kind": kind} if cls is Barrier else {}),
        **seen,
    }
