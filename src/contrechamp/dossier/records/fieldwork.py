"""What was seen on the spot: visits, cameras, barriers, places, areas and who lives there."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    ActorRef,
    CoarsePlace,
    Evidence,
    ItemRef,
    Line,
    PartialDate,
    PlaceRef,
    Points,
    Position,
    Prose,
    Record,
    Text,
    Time,
    first_text,
    shortened,
)

ProductRef: TypeAlias = Annotated[str, Points(("product",))]
AreaRef: TypeAlias = Annotated[str, Points(("area",))]
Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many of something were found; none counts too.

    Args:
        what: was looked for.
        found: how many.
        refs: the records of them.
    """

    what: Line
    found: int
    refs: tuple[Annotated[str, Points(("camera", "barrier"))], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Observation(Record):
    """A visit: what was looked at, and what was found, empty places too.

    Args:
        date: when.
        from_time: of the day.
        to_time: of the day.
        place: where.
        observers: who looked, as they want to be named.
        seen: what was seen.
        counts: of what was looked for.
        photos: taken there.
        route: the way walked, a GPX track.
        conditions: what kept from seeing: light, weather, soldiers.
        evidence: where it is told, if others looked and not we.
    """

    date: PartialDate
    seen: Prose
    from_time: Time | None = None
    to_time: Time | None = None
    place: PlaceRef | None = None
    observers: tuple[Line, ...] = ()
    counts: tuple[Count, ...] = ()
    photos: tuple[ItemRef, ...] = ()
    route: ItemRef | None = None
    conditions: Line = ""
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{self.date}: {shortened(self.seen, 60)}"


@dataclass(frozen=True, kw_only=True)
class Camera(Record):
    """A camera; its fields are those of the camera table.

    Args:
        name: by which it goes in the case.
        position: where it hangs.
        kind: how it looks.
        mount: what it hangs on.
        height_m: above the ground.
        heading_deg: clockwise from north.
        tilt_deg: below the horizon.
        hfov_deg: horizontal field of view.
        vfov_deg: vertical field of view.
        width_px: horizontal resolution.
        range_m: horizontal distance at most.
        operator: who runs it.
        place: that it belongs to.
        product: make and model.
        first_seen: when.
        last_seen: when.
        evidence: photos, observations.
    """

    position: Position
    name: Line = ""
    kind: Literal["fixed", "panning", "dome", "unknown"] = "unknown"
    mount: Line = ""
    height_m: Decimal | None = None
    heading_deg: Decimal | None = None
    tilt_deg: Decimal | None = None
    hfov_deg: Decimal | None = None
    vfov_deg: Decimal | None = None
    width_px: int | None = None
    range_m: Decimal | None = None
    operator: ActorRef | None = None
    place: PlaceRef | None = None
    product: ProductRef | None = None
    first_seen: PartialDate | None = None
    last_seen: PartialDate | None = None
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return self.name or f"{self.kind} {self.position.lat}, {self.position.lon}"


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When a barrier is open.

    Args:
        days: of the week; empty: every day.
        from_time: of the day.
        to_time: of the day.
        note: such as closed without notice.
    """

    days: tuple[Day, ...] = ()
    from_time: Time | None = None
    to_time: Time | None = None
    note: Line = ""


@dataclass(frozen=True, kw_only=True)
class Passing:
    """Who may pass.

    Args:
        who: such as residents of a street; never a person.
        how: on foot, by car.
        permit: that is asked for; empty: none.
        allowed: they may, or may not.
        evidence: for it.
    """

    who: Line
    allowed: Literal["yes", "no", "unclear"]
    how: Line = ""
    permit: Line = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Barrier(Record):
    """A checkpoint, gate, roadblock or wall.

    Args:
        names: in each language.
        kind: of barrier.
        position: where it stands; of a long one, a point of it.
        hours: when it is open; empty: not known.
        passing: who may pass, by which permit.
        operator: who runs it.
        place: that it belongs to.
        first_seen: when.
        last_seen: when.
        evidence: for all of it.
    """

    names: tuple[Text, ...]
    kind: Literal["checkpoint", "gate", "roadblock", "wall", "fence", "turnstile", "other"]
    position: Position | None = None
    hours: tuple[Hours, ...] = ()
    passing: tuple[Passing, ...] = ()
    operator: ActorRef | None = None
    place: PlaceRef | None = None
    first_seen: PartialDate | None = None
    last_seen: PartialDate | None = None
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return first_text(self.names)


@dataclass(frozen=True, kw_only=True)
class Place(Record):
    """A place with a name.

    Args:
        names: in each language.
        position: of its middle.
        coarse: what may be published of where it is.
        area: that it lies in.
        evidence: for name and position.
    """

    names: tuple[Text, ...]
    position: Position | None = None
    coarse: CoarsePlace | None = None
    area: AreaRef | None = None
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return first_text(self.names)


@dataclass(frozen=True, kw_only=True)
class Population:
    """How many people live in an area.

    Args:
        count: of people.
        year: of the count.
        of: all, or a part as the census names it; counts only, never names.
        evidence: where the figure is from.
    """

    count: int
    year: int
    of: Line = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Area(Record):
    """A district, quarter or zone.

    Args:
        names: in each language.
        boundary: GeoJSON of it.
        population: figures with their source.
        evidence: for the boundary.
    """

    names: tuple[Text, ...]
    boundary: ItemRef | None = None
    population: tuple[Population, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return first_text(self.names)
