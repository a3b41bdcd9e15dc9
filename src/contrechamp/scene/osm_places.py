"""Services that people walk to, and doors of homes, by their OSM tags."""

from collections.abc import Mapping

from contrechamp.scene.building_tags import OTHER_USES
from contrechamp.scene.services import SERVICES

#: (key, value) -> kind of service.
SERVICE_TAGS: Mapping[tuple[str, str], str] = {
    tag: one.kind for one in SERVICES for tag in one.tags
}
SERVICE_KEYS = frozenset(key for key, _value in SERVICE_TAGS)

#: What tells that somebody may live there.
ADDRESS, ENTRANCE = DOORS = ("address", "entrance")


def service(tags: Mapping[str, str]) -> str:
    """Return the kind of service that an object is, or ""."""
    for (key, value), kind in SERVICE_TAGS.items():
        if tags.get(key) == value:
            return kind
    return ""


def home_door(tags: Mapping[str, str]) -> str:
    """Return "address" or "entrance" if a node may be the door of a home, else "".

    The address of a shop or office is not, nor is an entrance for goods, emergencies or cars.
    """
    if any(key in tags for key in OTHER_USES):
        return ""
    if "addr:housenumber" in tags:
        return ADDRESS
    doors = {"yes", "main", "home", "residence", "staircase"}
    return ENTRANCE if tags.get("entrance") in doors else ""
