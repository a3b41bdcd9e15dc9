"""Import of GPX waypoints: places, cameras and barriers that somebody marked on the spot."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read import answers
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
from contrechamp.scene.barrier_fields import KINDS

#: A waypoint whose type or symbol is one of these words is a barrier of that kind, or a camera.
BARRIERS = frozenset(KINDS) - {"other"}
CAMERAS = ("camera", "cctv", "surveillance")


@dataclass(frozen=True)
class Waypoint:
    """A waypoint, as a child of the cell answers.

    Args:
        number: in the file, from 1.
        lat, lon: in degrees.
        name, comment, description, symbol, type: texts of the file, each may be empty.
        time: UTC, ISO 8601; may be empty.
        day: of that time.
    """

    number: int
    lat: float
    lon: float
    name: str
    comment: str
    description: str
    symbol: str
    type: str
    time: str
    day: str


def waypoint(answer: Mapping[str, Any], number: int, where: str) -> Waypoint:
    """Return the waypoint in an answer.

    Raises:
        CellError: if it is none.
        InputError: if it is not on earth.
    """
    lat, lon = (answers.number(answer.get(name), where) for name in ("lat", "lon"))
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise InputError(_("expected degrees of longitude and latitude on earth"), where=where)
    names = ("name", "comment", "description", "symbol", "type", "time", "day")
    return Waypoint(number, lat, lon, *(answers.text(answer.get(name), where) for name in names))


def read(source: SourceFile, context: ImportContext, point: Waypoint) -> Read:
    """Return a record for a waypoint, or a notice that proposes one for the user to confirm."""
    where = f"{source.name}: {point.number}"
    lat, lon = (round(Decimal(repr(float(degrees))), DIGITS).normalize() + 0
                for degrees in (point.lat, point.lon))  # fmt: skip
    name = one_line(point.name)
    kind, cls = _kind(point)
    if not context.accept:
        proposal = _("proposed: a {kind} at {lat}, {lon}, marked {name}; look at it on a map, "
                     "then import the file with --accept").format(
                         kind=kind, lat=lat, lon=lon, name=name or point.number)  # fmt: skip
        return ImportNotice(where, proposal)
    record = from_json(cls, _fields(point, cls, kind, name or where, lat, lon), where=where)
    # A receiver's next export repeats its earlier waypoints: each must get the same id again.
    key = f"{lat},{lon}/{name}/{point.time}"
    return Draft(record, context.id("gpx-point", key), where, str(point.number))


def _kind(point: Waypoint) -> tuple[str, type[Record]]:
    for word in (one_line(point.type).casefold(), one_line(point.symbol).casefold()):
        if word in CAMERAS:
            return "camera", Camera
        if word in BARRIERS:
            return word, Barrier
    return "place", Place


def _fields(point: Waypoint, cls: type[Record], kind: str, name: str, lat: Decimal,
            lon: Decimal) -> dict[str, Any]:  # fmt: skip
    texts = (point.comment, point.description, point.symbol, point.type)
    lines = list(dict.fromkeys(filter(None, map(one_line, texts))))
    names = [{"language": "und", "text": name}]
    day = point.day
    seen = {"first_seen": day, "last_seen": day} if day and cls is not Place else {}
    return {
        "position": {"lat": lat, "lon": lon},
        "note": "\n".join(lines),
        "evidence": [{"ref": THIS_FILE, "at": name[:200]}],
        **({"name": name} if cls is Camera else {"names": names}),
        **({"kind": kind} if cls is Barrier else {}),
        **seen,
    }
