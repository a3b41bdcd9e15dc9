"""Barrier records as the table of barriers that `contrechamp access` reads."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from contrechamp.dossier.reading.lookup import Stored
from contrechamp.dossier.records.fieldwork import Barrier, Hours, Passing
from contrechamp.scene.barrier_fields import RECORDED
from contrechamp.scene.opening_hours import week_of
from contrechamp.scene.passing import AT, BETWEEN, EVERYONE, NOBODY

#: GeoJSON's names of what the course of a barrier can be.
LINES = frozenset({"LineString"})
_DAYS = {
    "mon": "Mo", "tue": "Tu", "wed": "We", "thu": "Th", "fri": "Fr", "sat": "Sa", "sun": "Su",
}  # fmt: skip


def barrier_features(
    barriers: Iterable[Stored], course_of: Callable[[str], list[dict[str, Any]]]
) -> tuple[dict[str, Any], int]:
    """Return barriers as GeoJSON (RFC 7946), and how many have no place.

    A barrier with a course is a feature for each of its lines; the others are points.

    Args:
        barriers: newest versions of records; those of other kinds are skipped.
        course_of: returns the lines in an item of the case, none if it may not leave.
    """
    features: list[dict[str, Any]] = []
    without = 0
    for stored in barriers:
        one = stored.record
        if not isinstance(one, Barrier):
            continue
        shapes = [] if one.course is None else course_of(one.course)
        if not shapes and one.position is not None:
            at = [float(one.position.lon), float(one.position.lat)]
            shapes = [{"type": "Point", "coordinates": at}]
        without += not shapes
        for number, shape in enumerate(shapes, start=1):
            identity = stored.id if len(shapes) == 1 else f"{stored.id}#{number}"
            properties = {"id": identity, **_properties(one, stored)}
            features.append({"type": "Feature", "geometry": shape, "properties": properties})
    return {"type": "FeatureCollection", "features": features}, without


def _properties(one: Barrier, stored: Stored) -> dict[str, Any]:
    made_up = " SAMPLE" if one.sample else ""
    found = {
        "barrier": one.kind,
        "name": one.title(),
        "permits": _permits(one.passing),
        "hours": _hours(one.hours),
        **{field.name: getattr(one, field.name) for field in RECORDED if field.name != "kind"},
        "source": f"{stored.ref} version {stored.version}{made_up}",
    }
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in found.items()
        if value not in (None, "")
    }


def _permits(passing: tuple[Passing, ...]) -> str:
    """Return who passes as the column `permits` has it; "" where nothing certain is known."""
    if not passing or any(one.allowed == "unclear" for one in passing):
        return ""
    found = []
    for one in passing:
        if one.allowed == "yes":
            # Signs of the column's own grammar are no part of a name.
            name = one.permit.replace(BETWEEN, " ").replace(AT, " ").strip() or EVERYONE
            if one.hours and not _are_hours(one.hours):
                return ""
            found.append(f"{name} {AT} {one.hours}" if one.hours else name)
    return f" {BETWEEN} ".join(dict.fromkeys(found)) if found else NOBODY


def _are_hours(text: str) -> bool:
    try:
        week_of(text)
    except ValueError:
        return False
    return BETWEEN not in text


def _hours(hours: tuple[Hours, ...]) -> str:
    """Return hours in OpenStreetMap's grammar; "" where they are not in days and times.

    A remark without times may be in that grammar itself, as tables have it.
    """
    if len(hours) == 1 and hours[0].from_time is None and _are_hours(hours[0].note):
        return hours[0].note
    if any(one.from_time is None or one.to_time is None or one.note for one in hours):
        return ""
    return "; ".join(
        f"{','.join(_DAYS[day] for day in one.days) or 'Mo-Su'} {one.from_time}-{one.to_time}"
        for one in hours
    )
