"""Where people may walk, by the OSM rules (wiki: OSM tags for routing/Access restrictions)."""

from collections.abc import Mapping

#: Highways that are open to people on foot unless a tag says otherwise.
WALKABLE = frozenset(
    (
        *("footway", "path", "pedestrian", "steps", "living_street", "residential", "service"),
        *("unclassified", "road", "track", "tertiary", "tertiary_link", "secondary"),
        *("secondary_link", "primary", "primary_link", "platform"),
    )
)
#: Highways that are open only if `foot` says so.
OPENED_BY_FOOT = frozenset({"cycleway", "bridleway", "trunk", "trunk_link"})
OPEN = frozenset({"yes", "designated", "permissive", "destination", "official", "customers"})
CLOSED = frozenset(
    (
        *("no", "private", "use_sidepath", "agricultural", "forestry", "military", "delivery"),
        "discouraged",
    )
)


def walkable(tags: Mapping[str, str]) -> bool:
    """Return whether people may walk along a way, by its tags.

    >>> walkable({"highway": "residential"}), walkable({"highway": "cycleway"})
    (True, False)
    >>> walkable({"highway": "service", "access": "private", "foot": "yes"})
    True
    """
    highway = tags.get("highway", "")
    foot = tags.get("foot", "")
    if highway not in WALKABLE and not (highway in OPENED_BY_FOOT and foot in OPEN):
        return False
    if foot in OPEN:
        return True
    if foot in CLOSED or tags.get("motorroad") == "yes":
        return False
    return tags.get("access", "yes") not in CLOSED


def under_ground(tags: Mapping[str, str]) -> bool:
    """Return whether a way runs below the ground or inside a building, out of sight of streets."""
    if tags.get("indoor", "no") != "no" or tags.get("highway") == "corridor":
        return True
    if tags.get("location") == "underground":
        return True
    layer = tags.get("layer", "0")
    below = layer.startswith("-") and layer.lstrip("-").strip("0.") != ""
    return tags.get("tunnel", "no") not in {"no", "building_passage"} or (
        below and "bridge" not in tags and "highway" in tags and tags.get("covered") == "yes"
    )
