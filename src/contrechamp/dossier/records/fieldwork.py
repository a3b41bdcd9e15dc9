"""What was seen on the spot: visits, cameras, barriers, places, areas and who lives there."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeVar

from contrechamp.dossier.records.field_types import (
    EVIDENCE,
    NOTHING,
    ActorRef,
    CoarsePlace,
    Doc,
    Evidence,
    ItemRef,
    Line,
    PartialDate,
    PlaceRef,
    Position,
    Prose,
    Record,
    RefersTo,
    Text,
    Time,
    Translated,
    first_text,
    shortened,
)
from contrechamp.scene import barrier_fields
from contrechamp.scene.camera_fields import RECORDED
from contrechamp.scene.table_fields import TableField

_Class = TypeVar("_Class", bound=type)

DeploymentRef: TypeAlias = Annotated[str, RefersTo(("deployment",))]
ProductRef: TypeAlias = Annotated[str, RefersTo(("product",))]
AreaRef: TypeAlias = Annotated[str, RefersTo(("area",))]
Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, kw_only=True)
class Count:
    __doc__ = "How many of something were found; none counts too."

    what: Annotated[Line, Doc("What was looked for, such as cameras or turnstiles.")]
    found: Annotated[
        int, Doc("How many were found; 0 if they were looked for and there were none.")
    ]
    refs: Annotated[
        tuple[Annotated[str, RefersTo(("camera", "barrier"))], ...],
        Doc("The records of the cameras and barriers that were counted."),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Observation(Record):
    __doc__ = "A visit: what was looked at, and what was found, empty places too."

    #: What was seen by those who write it down: others rest on it.
    rests_on: ClassVar = NOTHING

    date: Annotated[PartialDate, Doc("The day of the visit, such as 2022-05-14.")]
    seen: Annotated[Prose, Doc("What was seen on the visit; if there was nothing, say so.")]
    from_time: Annotated[
        Time | None, Doc("The local time at which the visit began, such as 08:30.")
    ] = None
    to_time: Annotated[
        Time | None, Doc("The local time at which the visit ended, such as 09:15.")
    ] = None
    place: Annotated[PlaceRef | None, Doc("The place that was visited.")] = None
    observers: Annotated[
        tuple[Line, ...], Doc("Those who looked, each named as they wish to be.")
    ] = ()
    counts: Annotated[
        tuple[Count, ...],
        Doc("How many were found of each thing that was looked for; none counts too."),
    ] = ()
    photos: Annotated[
        tuple[ItemRef, ...], Doc("Photos taken on the visit, as items of the case.")
    ] = ()
    route: Annotated[
        ItemRef | None, Doc("The way that was walked, as a GPX track among the items of the case.")
    ] = None
    conditions: Annotated[
        Line, Doc("What made it hard to see, such as darkness, weather or soldiers.")
    ] = ""
    evidence: Annotated[
        tuple[Evidence, ...], Doc("Where the visit is reported, if others made it and not we.")
    ] = ()

    def title(self) -> str:
        return f"{self.date}: {shortened(self.seen, 60)}"


#: The type in a record of each type of field in the camera table.
_IN_RECORD: Mapping[str, Any] = {
    "number": Decimal | None,
    "whole": int | None,
    "flag": bool,
    "line": Line,
    "date": PartialDate | None,
}


def _with_fields_of_the_table(
    fields: Sequence[TableField],
) -> Callable[[_Class], _Class]:
    """Return what adds the fields of a table that a class lacks, and the help of all of them.

    A field that is added comes after the one that precedes it in the specification.
    """

    def added(cls: _Class) -> _Class:
        hints, before = inspect.get_annotations(cls), ""
        order = list(hints)
        for one in fields:
            if one.name not in hints:
                order.insert(order.index(before) + 1, one.name)
                hints[one.name] = _IN_RECORD.get(one.holds) or Literal[one.words]
                setattr(cls, one.name, None if one.is_number or one.holds == "date" else one.absent)
            hints[one.name] = Annotated[hints[one.name], Doc(one.help)]
            before = one.name
        cls.__annotations__ = {name: hints[name] for name in order}
        return cls

    return added


@dataclass(frozen=True, kw_only=True)
@_with_fields_of_the_table(RECORDED)
class Camera(Record):
    __doc__ = "A camera; its fields are those of the camera table."

    rests_on: ClassVar = EVIDENCE

    # Only the fields that other code uses by name are declared here.

    position: Annotated[
        Position, Doc("Where the camera hangs, in degrees of longitude and latitude (WGS 84).")
    ]
    name: Annotated[
        Line, Doc("The name or number by which the camera goes in the case, such as C1.")
    ] = ""
    kind: Literal["fixed", "panning", "dome", "unknown"] = "unknown"
    heading_deg: Decimal | None = None
    heading_north: Literal["true", "magnetic", "unknown"] = "unknown"
    operator: Annotated[ActorRef | None, Doc("The actor who runs the camera.")] = None
    place: Annotated[PlaceRef | None, Doc("The place that the camera belongs to.")] = None
    product: Annotated[
        ProductRef | None, Doc("The make and model of the camera, as the record of a product.")
    ] = None
    first_seen: PartialDate | None = None
    last_seen: PartialDate | None = None
    evidence: Annotated[
        tuple[Evidence, ...], Doc("Photos, observations and whatever else shows the camera.")
    ] = ()

    def title(self) -> str:
        return self.name or f"{self.kind} {self.position.lat}, {self.position.lon}"


@dataclass(frozen=True, kw_only=True)
class Hours:
    __doc__ = "When a barrier is open."

    days: Annotated[
        tuple[Day, ...], Doc("The days of the week that these hours are for; empty for every day.")
    ] = ()
    from_time: Annotated[
        Time | None, Doc("The local time at which the barrier opens, such as 05:30.")
    ] = None
    to_time: Annotated[
        Time | None, Doc("The local time at which the barrier closes, such as 22:00.")
    ] = None
    note: Annotated[
        Line, Doc("What else there is to say of these hours, such as closed without notice.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Passing:
    __doc__ = "Who may pass."

    rests_on: ClassVar = EVIDENCE

    who: Annotated[
        Line,
        Doc(
            "The group that wants to pass, such as the "
            "residents of a street; never a single person."
        ),
    ]
    allowed: Annotated[
        Literal["yes", "no", "unclear"], Doc("Whether this group may pass the barrier.")
    ]
    how: Annotated[Line, Doc("How the group passes, such as on foot or by car.")] = ""
    permit: Annotated[Line, Doc("The permit that the group is asked for; empty if none is.")] = ""
    hours: Annotated[
        Line,
        Doc(
            "When this group may pass, if not whenever the barrier is open, as OpenStreetMap "
            "writes opening hours, such as Mo-Fr 06:00-18:00."
        ),
    ] = ""
    evidence: Annotated[
        tuple[Evidence, ...], Doc("What the knowledge of who may pass rests on.")
    ] = ()


@dataclass(frozen=True, kw_only=True)
@_with_fields_of_the_table(barrier_fields.RECORDED)
class Barrier(Record):
    __doc__ = "A checkpoint, gate, roadblock or wall; its kinds are those of the barrier table."

    rests_on: ClassVar = EVIDENCE

    names: Annotated[
        tuple[Text, ...],
        Doc("What the barrier is called, in each language in which it has a name."),
    ]
    kind: Literal[barrier_fields.BY_NAME["kind"].words]  # type: ignore[valid-type]
    position: Annotated[
        Position | None, Doc("Where the barrier stands; of a long one, any point on it.")
    ] = None
    course: Annotated[
        ItemRef | None,
        Doc("The course of a long barrier, as a GeoJSON file among the items of the case."),
    ] = None
    hours: Annotated[
        tuple[Hours, ...], Doc("When the barrier is open; empty if that is not known.")
    ] = ()
    passing: Annotated[
        tuple[Passing, ...], Doc("Who may pass the barrier, and with which permit.")
    ] = ()
    wait_minutes: Decimal | None = None
    wait_most_minutes: Decimal | None = None
    operator: Annotated[ActorRef | None, Doc("The actor who runs the barrier.")] = None
    place: Annotated[PlaceRef | None, Doc("The place that the barrier belongs to.")] = None
    first_seen: PartialDate | None = None
    last_seen: PartialDate | None = None
    evidence: Annotated[
        tuple[Evidence, ...],
        Doc("Photos, observations and whatever else this record of the barrier rests on."),
    ] = ()

    def title(self) -> str:
        return first_text(self.names)


@dataclass(frozen=True, kw_only=True)
class Place(Record):
    __doc__ = "A place with a name."

    #: A name and a point, to say where something is.
    rests_on: ClassVar = NOTHING

    names: Annotated[
        tuple[Text, ...], Doc("What the place is called, in each language in which it has a name.")
    ]
    position: Annotated[
        Position | None,
        Doc("The middle of the place, in degrees of longitude and latitude (WGS 84)."),
    ] = None
    coarse: Annotated[
        CoarsePlace | None, Doc("What may be published of where the place is; never an address.")
    ] = None
    area: Annotated[AreaRef | None, Doc("The area that the place lies in.")] = None
    evidence: Annotated[
        tuple[Evidence, ...], Doc("What the name and the position of the place rest on.")
    ] = ()

    def title(self) -> str:
        return first_text(self.names)


@dataclass(frozen=True, kw_only=True)
class Population(Translated):
    __doc__ = "How many people live in an area."

    translated: ClassVar = "of"

    rests_on: ClassVar = EVIDENCE

    count: Annotated[int, Doc("The number of people who were counted.")]
    year: Annotated[int, Doc("The year of the count, such as 2017.")]
    of: Annotated[
        Line,
        Doc(
            "The part of the population that was counted, as the "
            "census calls it; empty for all; never names of people."
        ),
    ] = ""
    evidence: Annotated[
        tuple[Evidence, ...], Doc("Where the figure is from, such as a table of the census.")
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Area(Record):
    __doc__ = "A district, quarter or zone."

    #: A name and a boundary; its figures need evidence, each its own.
    rests_on: ClassVar = NOTHING

    names: Annotated[
        tuple[Text, ...], Doc("What the area is called, in each language in which it has a name.")
    ]
    boundary: Annotated[
        ItemRef | None,
        Doc("The boundary of the area, as a GeoJSON file among the items of the case."),
    ] = None
    population: Annotated[
        tuple[Population, ...],
        Doc("How many people live in the area, each figure with its source."),
    ] = ()
    evidence: Annotated[tuple[Evidence, ...], Doc("What the boundary of the area rests on.")] = ()

    def title(self) -> str:
        return first_text(self.names)
