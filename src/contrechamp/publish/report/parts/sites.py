"""What a publication shows that has a position: places, barriers and cameras, and what is near."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from contrechamp.dossier.records.field_types import Position, Record
from contrechamp.dossier.records.fieldwork import Area, Barrier, Camera, Place
from contrechamp.dossier.records.systems import Deployment, SeenAt
from contrechamp.publish.report.drawing.squares import Point
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import name_of
from contrechamp.scene.projection import Plane, choose_plane
from contrechamp.wording.confidence import confidence_labels

#: The paint of a place of which no system is said to be there.
NAMED = "paper"
#: What lies further from all else than so many degrees has maps of its own.
_FAR_DEG = 2.0


@dataclass
class Site:
    """A place with a name and a position, and the systems that were seen there."""

    record: Place | Barrier
    position: Position
    seen: list[tuple[Deployment, SeenAt]] = field(default_factory=list)

    @property
    def paint(self) -> str:
        """How sure the surest of the systems is."""
        sure = {str(told.confidence) for _deployment, told in self.seen}
        return next((code for code in confidence_labels() if code in sure), NAMED)


def elsewhere(showing: Showing) -> list[str]:
    """Return the names of what is shown, or where a system was seen, and has no position."""
    shown: list[Record | None] = [one for _ref, one in showing.cited(Place)]
    shown += [one for _ref, one in showing.cited(Barrier)]
    for _ref, deployment in showing.cited(Deployment):
        shown += [showing.record(seen.where) for seen in deployment.seen_at]
    return list(
        dict.fromkeys(
            name_of(one.names).text
            for one in shown
            if isinstance(one, Place | Barrier | Area) and _position(showing, one) is None
        )
    )


def sites(showing: Showing) -> dict[str, Site]:
    """Return what has a name and a position and is shown, or where a system is, by reference."""
    found: dict[str, Site] = {}
    named: list[tuple[str, Place | Barrier]] = [*showing.cited(Place), *showing.cited(Barrier)]
    for ref, one in named:
        if position := _position(showing, one):
            found[ref] = Site(one, position)
    for _ref, deployment in showing.cited(Deployment):
        for seen in deployment.seen_at:
            record = showing.record(seen.where)
            if isinstance(record, Place | Barrier) and (position := _position(showing, record)):
                found.setdefault(seen.where, Site(record, position)).seen.append((deployment, seen))
    return found


def cameras(showing: Showing) -> dict[str, Camera]:
    """Return the cameras that are shown, or that are where a system was seen, by reference."""
    found = dict(showing.cited(Camera))
    for _ref, deployment in showing.cited(Deployment):
        for seen in deployment.seen_at:
            if isinstance(record := showing.record(seen.where), Camera):
                found[seen.where] = record
    return found


def _position(showing: Showing, record: Record | None) -> Position | None:
    if isinstance(record, Place):
        return record.position
    if isinstance(record, Barrier):
        place = showing.record(record.place) if record.place else None
        return record.position or _position(showing, place)
    return None


def plane_of(positions: Sequence[Position]) -> Plane:
    """Return a plane in metres for positions near each other."""
    degrees = np.array([(float(one.lon), float(one.lat)) for one in positions])
    (west, south), (east, north) = degrees.min(axis=0), degrees.max(axis=0)
    return choose_plane((west, south, east, north), None)


def in_metres(positions: Sequence[Position], plane: Plane) -> list[Point]:
    """Return positions on a plane, in metres."""
    degrees = np.array([(float(one.lon), float(one.lat)) for one in positions])
    return [(float(x), float(y)) for x, y in plane.points(degrees)]


def groups(positions: Sequence[Position]) -> list[list[int]]:
    """Return which positions are shown on one map, by their place in the list."""
    found: list[list[int]] = []
    for number, one in enumerate(positions):
        near = [group for group in found if any(_near(one, positions[other]) for other in group)]
        found = [group for group in found if group not in near]
        found.append([*(each for group in near for each in group), number])
    return sorted(sorted(group) for group in found)


def _near(one: Position, other: Position) -> bool:
    lon, lat = abs(float(one.lon - other.lon)), abs(float(one.lat - other.lat))
    return max(min(lon, 360.0 - lon), lat) <= _FAR_DEG
