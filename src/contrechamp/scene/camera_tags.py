"""What OSM tags say of a surveillance camera (wiki: Tag:man_made=surveillance)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contrechamp.base.i18n import _
from contrechamp.scene.directions import Direction, parse_directions
from contrechamp.scene.lengths import parse_length_m

#: surveillance:type of objects that are tagged like cameras and are none.
NO_CAMERAS = frozenset({"guard", "gunshot_detector", "acoustic", "wifi", "bluetooth", "drone"})

#: camera:type -> kind. What the wiki names, and what is tagged in its place.
KINDS: Mapping[str, str] = {
    "fixed": "fixed",
    "bullet": "fixed",
    "static": "fixed",
    "dome": "dome",
    "panning": "panning",
    "ptz": "panning",
}

#: operator:type -> class. ``surveillance=public`` says what is looked at, not who looks, and
#: tells nothing here.
OPERATOR_CLASSES: Mapping[str, str] = {
    "public": "public",
    "government": "public",
    "police": "public",
    "military": "public",
    "municipal": "public",
    "private": "private",
    "business": "private",
    "commercial": "private",
    "private_non_profit": "private",
    "religious": "private",
    "community": "private",
}


@dataclass(frozen=True)
class Unreadable:
    """A tag that could not be read: it is kept in the source and told to the user."""

    tag: str
    value: str
    message: str


@dataclass
class _Reading:
    tags: Mapping[str, str]
    unreadable: list[Unreadable] = field(default_factory=list)

    def text(self, *names: str) -> tuple[str, str]:
        """Return the first of these tags that is there, and its value."""
        for name in names:
            if self.tags.get(name, "").strip():
                return name, self.tags[name].strip()
        return "", ""

    def refuse(self, tag: str, message: str) -> None:
        self.unreadable.append(Unreadable(tag, self.tags[tag], message))

    def height_m(self) -> float:
        tag, value = self.text("height", "est_height")
        if not tag:
            return math.nan
        height = parse_length_m(value)
        if height is None or height < 0:
            self.refuse(tag, _("expected a height above the ground, such as 4 or 12 ft"))
            return math.nan
        return height

    def directions(self) -> tuple[Direction, ...]:
        tag, value = self.text("camera:direction", "direction")
        unknown = (Direction(math.nan),)
        if not tag:
            return unknown
        found = parse_directions(value)
        if found is None:
            self.refuse(tag, _("expected degrees, a name such as NNE, a range 90-180 or a list"))
            return unknown
        return found

    def tilt_deg(self) -> float:
        """Below the horizon: camera:tilt is negative for down, the older camera:angle positive."""
        for tag, sign in (("camera:tilt", -1.0), ("camera:angle", 1.0)):
            value = self.tags.get(tag, "").strip().removesuffix("°").replace(",", ".")
            if not value:
                continue
            try:
                tilt = sign * float(value)
            except ValueError:
                tilt = math.nan
            if -90.0 <= tilt <= 90.0:
                return tilt + 0.0  # no minus zero
            self.refuse(tag, _("expected an angle from -90 to 90 degrees"))
        return math.nan

    def kind(self) -> str:
        tag, value = self.text("camera:type")
        if value.lower() in KINDS:
            return KINDS[value.lower()]
        if tag:
            self.refuse(tag, _("expected fixed, panning or dome"))
        return "panning" if self.tags.get("revolving") == "yes" else "unknown"


def is_camera(tags: Mapping[str, str]) -> bool:
    """Return whether an object is a camera: plate readers are, guards and microphones are not."""
    if tags.get("man_made") != "surveillance":
        return False
    kinds = {part.strip().lower() for part in tags.get("surveillance:type", "").split(";")}
    return not kinds <= NO_CAMERAS


def camera_rows(
    tags: Mapping[str, str], identity: str
) -> tuple[list[dict[str, Any]], list[Unreadable]]:
    """Return the rows of the camera table that one object stands for, without place and source.

    Args:
        tags: of the object.
        identity: such as ``node/123``; the cameras of a list become ``node/123#1``, ``#2``...

    Returns:
        one row a direction, and the tags that could not be read.
    """
    reading = _Reading(tags)
    directions = reading.directions()
    common = {
        "kind": reading.kind(),
        "mount": tags.get("camera:mount", "").strip().lower(),
        "height_m": reading.height_m(),
        "tilt_deg": reading.tilt_deg(),
        "vfov_deg": math.nan,
        "width_px": math.nan,
        "range_m": math.nan,
        "indoor": tags.get("surveillance") == "indoor" or tags.get("indoor", "no") != "no",
        "operator": tags.get("operator", "").strip(),
        "operator_class": OPERATOR_CLASSES.get(tags.get("operator:type", "").lower(), "unknown"),
        "zone": tags.get("surveillance:zone", "").strip(),
        "first_seen": tags.get("start_date", "").strip(),
        "last_seen": reading.text("check_date", "survey:date")[1],
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
