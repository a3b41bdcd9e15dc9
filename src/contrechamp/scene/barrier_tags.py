"""What OSM tags say about a barrier (wiki: Key:barrier, Key:access, Conditional restrictions)."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contrechamp.base.i18n import _
from contrechamp.scene.barrier_fields import OF_OSM
from contrechamp.scene.foot_access import CLOSED, OPEN
from contrechamp.scene.passing import (
    AT,
    BETWEEN,
    EVERYONE,
    NOBODY,
    UnreadableHoursError,
    UnreadablePermitsError,
    passing_of,
)

CHECKPOINT = "checkpoint"
#: The keys that say what barrier an object is.
BARRIER_KEYS = frozenset({"barrier", "military", "amenity", "locked"})
#: Access that some have: the word of the tag is the permit.
_FOR_SOME = frozenset({"private", "permit", "military", "delivery", "residents", "employees"})
_SHUT = CLOSED - _FOR_SOME
_CONDITION = re.compile(r"(\w+)\s*@\s*\(?(.+?)\)?")


@dataclass(frozen=True)
class BarrierReading:
    """What the tags of a barrier say.

    Args:
        row: of the table of barriers, without id, name and source.
        unreadable: (tag, message) of what cannot be read, and counts as not known.
    """

    row: dict[str, Any]
    unreadable: tuple[tuple[str, str], ...]


def barrier(tags: Mapping[str, str]) -> str:
    """Return the kind of barrier that an object is (`barrier_fields.KINDS`), or ""."""
    if tags.get("military") == CHECKPOINT or tags.get("amenity") == CHECKPOINT:
        return CHECKPOINT
    kind = OF_OSM.get(tags.get("barrier", ""), "")
    return "gate_closed" if kind == "gate" and tags.get("locked") == "yes" else kind


def read_barrier(tags: Mapping[str, str]) -> BarrierReading:
    """Read the tags of an object that is a barrier.

    `foot` counts before `access`; a condition (``yes @ (Mo-Fr 08:00-16:00)``) before both.
    """
    permits, hours = _who(tags), tags.get("opening_hours", "").strip()
    unreadable: list[tuple[str, str]] = []
    condition = next((k for k in ("foot:conditional", "access:conditional") if k in tags), "")
    if condition:
        found = _CONDITION.fullmatch(tags[condition].strip())
        word = _by_word(found[1]) if found else ""
        if found and word and word != NOBODY:
            permits = f"{word} {AT} {found[2]}"
        elif found and word == NOBODY:
            permits = f"{permits or EVERYONE} {AT} 24/7; {found[2]} off"
        else:
            unreadable.append((condition, _("expected such as yes @ (Mo-Fr 08:00-16:00)")))
            permits, hours = "", ""
    try:
        passing = passing_of(permits, hours)
    except UnreadableHoursError:
        tag = condition or "opening_hours"
        unreadable.append((tag, _("these are no opening hours as OpenStreetMap writes them")))
        passing, permits = "", "" if condition else permits
    except UnreadablePermitsError:
        unreadable.append(("access", _("expected a value of access")))
        passing = ""
    row = {
        "kind": barrier(tags),
        "permits": permits,
        "hours": hours,
        "passing": passing,
        "wait_minutes": math.nan,
        "wait_most_minutes": math.nan,
        "first_seen": tags.get("start_date", ""),
        "last_seen": tags.get("check_date", tags.get("survey:date", "")),
        "evidence": "",
    }
    return BarrierReading(row, tuple(unreadable))


def _who(tags: Mapping[str, str]) -> str:
    return next((word for key in ("foot", "access") if (word := _by_word(tags.get(key, "")))), "")


def _by_word(access: str) -> str:
    """Return who may pass by a value of `access`, as the column `permits` has it; "" if unknown."""
    some = [word for one in access.split(";") if (word := one.strip().lower()) in _FOR_SOME]
    if some:
        return f" {BETWEEN} ".join(some)
    return EVERYONE if access in OPEN else NOBODY if access in _SHUT else ""
