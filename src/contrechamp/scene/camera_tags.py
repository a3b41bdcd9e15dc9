"""What OSM tags say about a surveillance camera (wiki: Tag:man_made=surveillance)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from contrechamp.base.i18n import _
from contrechamp.scene.camera_fields import BY_NAME, FIELDS, CameraField
from contrechamp.scene.directions import Direction, parse_directions
from contrechamp.scene.lengths import parse_length_m

#: surveillance:type of objects that are tagged like cameras but are not.
NO_CAMERAS = frozenset({"guard", "gunshot_detector", "acoustic", "wifi", "bluetooth", "drone"})
#: Fields that need code of their own.
_OWN = ("id", "kind", "heading_deg", "hfov_deg", "indoor")


@dataclass(frozen=True)
class Unreadable:
    """A tag that could not be read; the user is told."""

    tag: str
    value: str
    message: str


@dataclass
class _Reading:
    tags: Mapping[str, str]
    unreadable: list[Unreadable] = field(default_factory=list)

    def text(self, *names: str) -> tuple[str, str]:
        """Return the first of these tags that is present, and its value."""
        for name in names:
            if self.tags.get(name, "").strip():
                return name, self.tags[name].strip()
        return "", ""

    def refuse(self, tag: str, message: str) -> None:
        self.unreadable.append(Unreadable(tag, self.tags[tag], message))

    def value(self, one: CameraField) -> Any:
        """Return what the tags of a field say, or its `absent` value if none can be used."""
        for tag in one.tags:
            text = self.tags.get(tag.key, "").strip()
            if not text:
                continue
            if one.holds == "choice":
                return one.choices.get(text.lower(), one.absent)
            if not one.is_number:
                return text
            number = parse_length_m(text) if one.unit == "m" else _degrees(text)
            if number is not None and one.allows(tag.sign * number):
                return tag.sign * number + 0.0  # no minus zero
            expected = one.expected()
            if one.unit == "m":
                expected = _("{expected}; such as 4 or 12 ft").format(expected=expected)
            self.refuse(tag.key, expected)
        return one.absent

    def directions(self) -> tuple[Direction, ...]:
        tag, value = self.text(*(tag.key for tag in BY_NAME["heading_deg"].tags))
        unknown = (Direction(math.nan),)
        if not tag:
            return unknown
        found = parse_directions(value)
        if found is None:
            self.refuse(tag, _("expected degrees, a name such as NNE, a range 90-180 or a list"))
            return unknown
        return found

    def kind(self) -> str:
        kind, tag = BY_NAME["kind"], BY_NAME["kind"].tags[0].key
        value = self.tags.get(tag, "").strip().lower()
        if value in kind.choices:
            return kind.choices[value]
        if value:
            self.refuse(tag, kind.expected())
        return "panning" if self.tags.get("revolving") == "yes" else "unknown"


def is_camera(tags: Mapping[str, str]) -> bool:
    """Return whether an object is a camera; plate readers are, guards and microphones are not."""
    if tags.get("man_made") != "surveillance":
        return False
    kinds = {part.strip().lower() for part in tags.get("surveillance:type", "").split(";")}
    return not kinds <= NO_CAMERAS


def camera_rows(
    tags: Mapping[str, str], identity: str
) -> tuple[list[dict[str, Any]], list[Unreadable]]:
    """Return the rows of the camera table for one object, without position and source.

    Args:
        tags: of the object.
        identity: such as ``node/123``; if it lists several directions, its cameras become
            ``node/123#1``, ``#2``...

    Returns:
        one row per direction, and the tags that could not be read.
    """
    reading = _Reading(tags)
    directions = reading.directions()
    common = {one.name: reading.value(one) for one in FIELDS if one.name not in _OWN}
    common |= {
        "kind": reading.kind(),
        "mount": common["mount"].lower(),
        "indoor": tags.get("surveillance") == "indoor" or tags.get("indoor", "no") != "no",
    }
    rows = [
        common
        | {
            "id": identity if len(directions) == 1 else f"{identity}#{i}",
            "heading_deg": direction.heading_deg,
            "hfov_deg": direction.hfov_deg,
        }
        for i, direction in enumerate(directions, start=1)
    ]
    return rows, reading.unreadable


def tags_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags for the fields of a camera; `camera_rows` reads them back.

    Args:
        values: by name of the field, numbers as Decimal; None or empty where not known.
    """
    tags = {}
    for one in FIELDS:
        value = values.get(one.name)
        if not one.to_osm or value in (None, "", one.absent):
            continue
        tag = one.tags[0]
        if one.is_number:
            number = tag.sign * Decimal(value)
            number = number % 360 if one.name == "heading_deg" else number
            value = f"{number.normalize() + 0:f}"  # no minus zero
        tags[tag.key] = str(value)
    return tags


def _degrees(text: str) -> float | None:
    try:
        return float(text.removesuffix("°").replace(",", "."))
    except ValueError:
        return None
