"""What a case has at a point: cameras, barriers and places of records, photos of items."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from contrechamp.dossier.formats.read.photo_places import degrees
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.reading.lookup import SUBJECT, ListedRecord
from contrechamp.vault import subjects
from contrechamp.vault.case import Case
from contrechamp.vault.subjects import State
from contrechamp.web.map.mercator import to_unit

F8 = NDArray[np.float64]

#: What is shown at a point, in the order of lists. All but photos are kinds of records.
KINDS: Final = ("camera", "barrier", "place", "photo")
_ITEM: Final = "item/"
#: What the states of those that have a place hold.
_OF_RECORDS, _OF_PHOTOS = '"position":', '"GPS GPSLatitude":'


class Point(NamedTuple):
    """A record or photo, and where it is.

    Args:
        kind: of `KINDS`.
        id: of the record or item.
        lon: in degrees.
        lat: in degrees.
        heading_deg: as the record says it; NaN if it says none.
        title: by which lists name it.
        sources: items and the places in them that its evidence names.
    """

    kind: str
    id: str
    lon: float
    lat: float
    heading_deg: float
    title: str
    sources: tuple[tuple[str, str], ...]


@dataclass
class Points:
    """All of them, as columns in the order in which they came in.

    Args:
        rows: reference -> point.
    """

    rows: dict[str, Point] = field(default_factory=dict)
    ordered: list[Point] = field(default_factory=list)
    #: (n, 2) on the unit square.
    xy: F8 = field(default_factory=lambda: np.empty((0, 2)))
    kind: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    heading_deg: F8 = field(default_factory=lambda: np.empty(0))
    row_of: dict[str, int] = field(default_factory=dict)

    def put(self, found: Mapping[str, Point | None]) -> None:
        """Take over points; None is one that is no more."""
        for ref, point in found.items():
            if point is None:
                self.rows.pop(ref, None)
            else:
                self.rows[ref] = point
        every = self.ordered = list(self.rows.values())
        n = len(every)
        self.xy = to_unit(
            np.fromiter((part for one in every for part in (one.lon, one.lat)), np.float64, 2 * n)
            .reshape(n, 2)
        )  # fmt: skip
        self.kind = np.fromiter((KINDS.index(one.kind) for one in every), np.int64, n)
        self.heading_deg = np.fromiter((one.heading_deg for one in every), np.float64, n)
        self.row_of = {one.id: row for row, one in enumerate(every)}

    def of_kind(self, kind: str) -> NDArray[np.int64]:
        """Return the rows of a kind."""
        return np.flatnonzero(self.kind == KINDS.index(kind))


def every(case: Case) -> dict[str, Point | None]:
    """Return all points of a case, by reference."""
    listed = {one.id: one for kind in KINDS[:-1] for one in lookup.listed(case, kind)}
    states = {
        state.subject: state
        for prefix, text in ((SUBJECT, _OF_RECORDS), (_ITEM, _OF_PHOTOS))
        for state in subjects.holding(case, prefix, text)
    }
    # In the order in which they came in, that of the list.
    order = [ref for ref in (SUBJECT + one for one in listed) if ref in states]
    order += [ref for ref in states if ref.startswith(_ITEM)]
    return dict(_points(listed, (states[ref] for ref in order)))


def those(case: Case, refs: Iterable[str]) -> dict[str, Point | None]:
    """Return the points of some records and items; None for those that have none."""
    wanted = [ref for ref in refs if ref.startswith((SUBJECT, _ITEM))]
    states = subjects.newest_of(case, wanted)
    ids = [ref.removeprefix(SUBJECT) for ref in wanted if ref.startswith(SUBJECT)]
    found = _points(lookup.listed_of(case, ids), states.values())
    return {**dict.fromkeys(wanted), **dict(found)}


def _points(
    listed: Mapping[str, ListedRecord], states: Iterable[State]
) -> Iterator[tuple[str, Point | None]]:
    for state in states:
        content = state.parsed
        name = state.subject.partition("/")[2]
        if state.subject.startswith(_ITEM):
            yield state.subject, _photo(name, content)
        elif name in listed and listed[name].kind in KINDS:
            yield state.subject, _of_record(listed[name], content.get("fields"))


def _photo(name: str, content: Mapping[str, Any]) -> Point | None:
    tags = content.get("exif")
    if not isinstance(tags, dict):
        return None
    lat, lon = degrees(tags, "GPS GPSLatitude", "S"), degrees(tags, "GPS GPSLongitude", "W")
    if lat is None or lon is None or (not lat and not lon):
        return None
    title = str(content.get("name", ""))
    return Point("photo", name, float(lon), float(lat), _towards(tags), title, ())


def _towards(tags: Mapping[str, Any]) -> float:
    """Return where a photo was taken to, as EXIF writes it: a fraction of degrees."""
    try:
        towards = Fraction(str(tags.get("GPS GPSImgDirection", "")))
    except (ValueError, ZeroDivisionError):
        return math.nan
    return float(towards) if 0 <= towards <= 360 else math.nan


def _of_record(one: ListedRecord, fields: Any) -> Point | None:
    position = fields.get("position") if isinstance(fields, dict) else None
    if not isinstance(position, dict):
        return None
    lon, lat = _number(position.get("lon")), _number(position.get("lat"))
    if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):
        return None
    heading = _number(fields["heading_deg"]) if "heading_deg" in fields else math.nan
    sources = _sources(fields["evidence"]) if fields.get("evidence") else ()
    return Point(one.kind, one.id, lon, lat, heading, one.title, sources)


def _sources(evidence: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (str(told.get("ref", "")), str(told.get("at", "")))
        for told in evidence
        if isinstance(told, dict) and str(told.get("ref", "")).startswith(_ITEM)
    )


def _number(told: Any) -> float:
    """Return a number as records write it; NaN if it is none."""
    try:
        number = float(told)
    except (TypeError, ValueError):
        return math.nan
    return number if math.isfinite(number) else math.nan
