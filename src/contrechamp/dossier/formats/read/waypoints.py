"""Waypoints of a GPX file: places, cameras and barriers that somebody marked on the spot."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Desk, Draft, Notice, Read
from contrechamp.dossier.formats.read.photo_places import DIGITS
from contrechamp.dossier.formats.read.source_file import Given
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.records.fieldwork import Barrier, Camera, Place
from contrechamp.dossier.records.schema import from_json

#: Words that a waypoint's type or symbol may be, and the kind of barrier that they are.
BARRIERS = ("checkpoint", "gate", "roadblock", "wall", "fence", "turnstile")
CAMERAS = ("camera", "cctv", "surveillance")


def read(given: Given, desk: Desk, points: list[Any]) -> Iterator[Read]:
    """Yield what waypoints mark, or what is proposed: whoever marked them knows what they meant.

    Args:
        given: the file.
        desk: that it is read at.
        points: waypoints, as gpxpy has them.
    """
    for number, point in enumerate(points, start=1):
        where = f"{given.name}: {number}"
        if not (-90 <= point.latitude <= 90 and -180 <= point.longitude <= 180):
            raise InputError(_("expected degrees of longitude and latitude on earth"), where=where)
        lat, lon = (round(Decimal(repr(degrees)), DIGITS).normalize() + 0
                    for degrees in (point.latitude, point.longitude))  # fmt: skip
        name = _line(point.name)
        kind, cls = _kind(point)
        if not desk.accept:
            told = _("proposed: a {kind} at {lat}, {lon}, marked {name}; look at it on a map, then "
                     "import the file with --accept")  # fmt: skip
            yield Notice(where, told.format(kind=kind, lat=lat, lon=lon, name=name or number))
            continue
        record = from_json(cls, _fields(point, cls, kind, name or where, lat, lon), where=where)
        time = f"{point.time:%Y-%m-%dT%H:%M:%S}" if point.time else ""
        # The same waypoint in the next export, which has those of before too, is the same record.
        yield Draft(record, desk.id("gpx-point", f"{lat},{lon}/{name}/{time}"), where, str(number))


def _kind(point: Any) -> tuple[str, type[Record]]:
    for word in (_line(point.type).casefold(), _line(point.symbol).casefold()):
        if word in CAMERAS:
            return "camera", Camera
        if word in BARRIERS:
            return word, Barrier
    return "place", Place


def _fields(point: Any, cls: type[Record], kind: str, name: str, lat: Decimal,
            lon: Decimal) -> dict[str, Any]:  # fmt: skip
    texts = (point.comment, point.description, point.symbol, point.type)
    lines = list(dict.fromkeys(filter(None, map(_line, texts))))
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


def _line(text: Any) -> str:
    return " ".join(str(text or "").split())
