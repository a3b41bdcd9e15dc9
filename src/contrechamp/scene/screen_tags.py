"""What OSM tags say about what stands free and hides (wiki: Key:barrier, Key:fence_type)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.barrier_fields import OF_OSM
from contrechamp.scene.building_tags import off_the_ground
from contrechamp.scene.lengths import parse_length_m
from contrechamp.scene.screen_fields import (
    CITY_WALL,
    FENCE,
    GATE,
    HEDGE,
    HIGHEST_M,
    MAY_HIDE,
    NOISE_BARRIER,
    OPEN_FENCES,
    OPEN_MATERIALS,
    RETAINING_WALL,
    SCREENS,
    SOLID_FENCES,
    SOLID_MATERIALS,
    WALL,
    WIDEST_M,
)

#: Values of `barrier` -> our kind. Kerbs, guard rails, bollards, blocks hide nothing that counts.
_OF_OSM: Mapping[str, str] = {
    **{kind: kind for kind in (WALL, CITY_WALL, RETAINING_WALL, HEDGE, FENCE, NOISE_BARRIER)},
    **{value: GATE for value, kind in OF_OSM.items() if kind == "gate"},
    **dict.fromkeys(("gate_open", "gate_closed"), GATE),
}
#: Kinds that fill an area; the outline of any other area is what stands.
_FILLING = frozenset({CITY_WALL, HEDGE})
#: Keys of areas that a fence or wall goes round.
_AREAS = ("landuse", "leisure", "amenity", "natural", "tourism", "place", "boundary", "power")
#: How wide a gate is of which the map has only a point: room for a car. Our choice.
GATE_M = 3.0
#: A gate whose state is not known is taken to be shut in this share of the draws: our choice.
_SHUT = 0.5


@dataclass(frozen=True)
class ScreenReading:
    """What the tags of a screen say.

    Args:
        row: of the table of screens, without id and source.
        unreadable: (tag, message) of what cannot be read, and counts as not known.
    """

    row: dict[str, Any]
    unreadable: tuple[tuple[str, str], ...]


def screen(tags: Mapping[str, str]) -> str:
    """Return the kind of screen that an object is (`screen_fields.SCREENS`), or "".

    A building, or what lies below the ground, is none.
    """
    if tags.get("building", "no") != "no" or off_the_ground(tags) == "underground":
        return ""
    kind = _OF_OSM.get(tags.get("barrier", ""), "")
    return NOISE_BARRIER if kind == WALL and tags.get("wall") == "noise_barrier" else kind


def fills_area(tags: Mapping[str, str], *, relation: bool) -> bool:
    """Return whether a closed shape is the screen itself, and not what a thin one runs round.

    Args:
        tags: of a screen.
        relation: whether the shape is that of a multipolygon.
    """
    if tags.get("area") == "yes":
        return True
    return relation and screen(tags) in _FILLING and not any(key in tags for key in _AREAS)


def read_screen(tags: Mapping[str, str]) -> ScreenReading:
    """Read the tags of an object that is a screen.

    The height of a retaining wall is that of the ground it holds, as far as anybody can tell; how
    far it rises above the higher ground, and so hides what is there, no tag says.
    """
    unreadable: list[tuple[str, str]] = []

    def metres(tag: str, most: float) -> float:
        text = tags.get(tag, "").strip()
        value = parse_length_m(text) if text else math.nan
        if value is None or value < 0.0 or value > most:
            told = _("expected metres, from 0 to {most}").format(most=f"{most:g}")
            unreadable.append((tag, told))
            return math.nan
        return value

    kind = screen(tags)
    height = metres("height", HIGHEST_M) if kind != RETAINING_WALL else math.nan
    bottom = metres("min_height", HIGHEST_M)
    if bottom >= height:  # never for what is not known
        unreadable.append(("min_height", _("expected less than the height")))
        bottom = math.nan
    width = metres("width", WIDEST_M)
    if not width > 0.0:
        width = GATE_M if kind == GATE else SCREENS[kind].width_m
    return ScreenReading(
        {
            "kind": kind,
            "height_m": height,
            "min_height_m": 0.0 if math.isnan(bottom) else bottom,
            "width_m": width,
            "hides_share": hides_share(kind, tags),
        },
        tuple(unreadable),
    )


def hides_share(kind: str, tags: Mapping[str, str]) -> float:
    """Return in which share of the draws a screen hides what is behind it, by its tags."""
    material = tags.get("material", "").strip().lower()
    if material in OPEN_MATERIALS:
        return 0.0
    if kind not in (FENCE, GATE):
        return 1.0
    shut = 1.0
    if kind == GATE:
        state = tags.get("barrier", "")
        closed = state == "gate_closed" or tags.get("locked") == "yes"
        shut = 0.0 if state == "gate_open" else 1.0 if closed else _SHUT
    fence = tags.get("fence_type", "").strip().lower()
    if fence in OPEN_FENCES:
        return 0.0
    solid = fence in SOLID_FENCES or (not fence and material in SOLID_MATERIALS)
    return shut * (1.0 if solid else MAY_HIDE)


def told_of_held(count: int) -> str:
    """Return what is told of the heights of retaining walls, which are not used."""
    return ngettext(
        "the height of {count} retaining wall is that of the ground it holds, as far as anybody "
        "can tell, and is not used",
        "the heights of {count} retaining walls are those of the ground they hold, as far as "
        "anybody can tell, and are not used",
        count,
    ).format(count=count)
