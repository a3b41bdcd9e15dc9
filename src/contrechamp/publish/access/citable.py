"""The figures of access that a publication can cite, each with what it takes for granted."""

from collections.abc import Iterator
from typing import Final

from contrechamp.measure.access.people import ALL, HOMES, PEOPLE
from contrechamp.measure.access.run import Access
from contrechamp.publish.access.figures import AND, EVERY_HOUR, Drawn, drawn
from contrechamp.publish.citable import Citable
from contrechamp.publish.citable import drawn as cited
from contrechamp.publish.groups import grouped

#: What is cut off if a barrier shuts: a key for each thing that is counted.
_CUT_OFF: Final = {PEOPLE: "access.people_cut_off", HOMES: "access.homes_cut_off"}
_STREET_CUT_OFF: Final = "access.street_cut_off"
#: Keys that hang on no barrier.
_FREE: Final = ("access.free_minutes", "access.free_metres", "access.never_share")


def citable(told: Access) -> list[Citable]:
    """Return all figures of access that can be told."""
    return [figure for one in drawn(told) for figure in _figure(one, told)]


def _figure(one: Drawn, told: Access) -> Iterator[Citable]:
    key, unit = one.key, one.unit
    if one.barrier:
        key = _CUT_OFF.get(unit, _STREET_CUT_OFF)
        unit = unit if unit in _CUT_OFF else "m"
    yield from cited(
        key,
        one.values,
        unit,
        level=one.level,
        group=grouped(
            service=one.place,
            permits=AND.join(one.held),
            hours="" if one.hours == EVERY_HOUR else "{}-{}".format(*one.hours),
            area="" if one.area == ALL else one.area,
            barrier=one.barrier,
        ),
        span=one.span,
        assumes=tuple(_assumes(one, told)),
    )


def _assumes(one: Drawn, told: Access) -> Iterator[str]:
    if one.key not in _FREE and len(told.barriers):
        yield "barriers-drawn"
    if told.asked.links_share and len(told.links.length_m):
        yield "paths-drawn"
    if one.level:
        yield "mapped-cameras"
