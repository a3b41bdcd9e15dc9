"""What OSM tags say about a building: top and bottom, dwellings, whether it is on the ground."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from contrechamp.scene.lengths import parse_length_m

#: Height of a floor, where only floors are tagged.
LEVEL_M = 3.0

#: building=* of people's homes.
RESIDENTIAL = frozenset(
    (
        *("residential", "apartments", "house", "detached", "semidetached_house", "terrace"),
        *("bungalow", "dormitory", "farm", "cabin", "houseboat", "static_caravan"),
    )
)

#: Keys that name a use of a building, or of an address, other than as a home.
OTHER_USES = ("amenity", "shop", "office", "tourism", "leisure", "healthcare", "craft", "club")


@dataclass(frozen=True)
class VerticalExtent:
    """The vertical extent of a building.

    Args:
        height_m: top above the ground, NaN if not tagged.
        min_height_m: bottom above the ground.
        height_source: ``height``, ``levels`` or "".
        unreadable: tags whose value cannot be used.
    """

    height_m: float
    min_height_m: float
    height_source: str
    unreadable: tuple[str, ...] = ()


def vertical_extent(tags: Mapping[str, str]) -> VerticalExtent:
    """Read the vertical extent of a building: its height, or else its floors times 3 m."""
    unreadable = []

    def number(tag: str, unit_m: float) -> float:
        text = tags.get(tag, "").strip()
        if not text:
            return math.nan
        value = parse_length_m(text) if unit_m == 1.0 else _levels(text)
        if value is None or value < 0 or not math.isfinite(value * unit_m):
            unreadable.append(tag)
            return math.nan
        return value * unit_m

    source = "height"
    top = number("height", 1.0)
    if math.isnan(top):
        source, top = "levels", number("building:levels", LEVEL_M)
    if math.isnan(top) or top == 0.0:
        source, top = "", math.nan
    bottom = number("min_height", 1.0)
    if math.isnan(bottom):
        bottom = number("building:min_level", LEVEL_M)
    if math.isnan(bottom):
        bottom = 0.0
    if bottom >= top:  # never for an unknown top
        unreadable.append("min_height" if "min_height" in tags else "building:min_level")
        bottom = 0.0
    return VerticalExtent(top, bottom, source, tuple(unreadable))


def _levels(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def off_the_ground(tags: Mapping[str, str]) -> str:
    """Return why a building is not on the ground, where it would block sight lines, or "".

    ``underground``: below the ground or inside another building. ``roof``: a roof on posts or a
    bridge whose lower side is not tagged; with min_height it is a building off the ground like any
    other.
    """
    if (
        tags.get("location") == "underground"
        or tags.get("indoor", "no") != "no"
        or tags.get("tunnel", "no") not in {"no", "building_passage"}
        or tags.get("layer", "0").startswith("-")
    ):
        return "underground"
    kind = tags.get("building:part") or tags.get("building", "")
    open_below = kind in {"roof", "bridge", "canopy", "carport"} or tags.get("man_made") == "bridge"
    lifted = "min_height" in tags or "building:min_level" in tags
    return "roof" if open_below and not lifted else ""


def dwelling(tags: Mapping[str, str]) -> str:
    """Return why people may live in a building, by its tags, or "".

    ``residential``: the tags say so. ``address``: it has a house number, and no other use is named.
    """
    kind = tags.get("building", "no")
    if kind in RESIDENTIAL or tags.get("building:use") == "residential":
        return "residential"
    other_use = any(key in tags for key in OTHER_USES)
    if kind in {"yes", "mixed", "mixed_use"} and "addr:housenumber" in tags and not other_use:
        return "address"
    return ""
