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
from contrechamp.scene.lifecycle import FORMER

#: surveillance:type of objects that are tagged like cameras but are not.
NO_CAMERAS = frozenset({"guard", "gunshot_detector", "acoustic", "wifi", "bluetooth", "drone"})
#: Fields that need code of their own.
_OWN = ("id", "kind", "heading_deg", "hfov_deg", "indoor")
#: Words for `camera:type` of lenses that look all round at once, from where they hang.
ALL_ROUND = frozenset({"panorama", "panoramic", "fisheye", "fish_eye", "360", "360°"})
#: Values of `surveillance` that say nothing against seeing the street, and those that do.
_OUTDOORS, _INDOORS = frozenset({"public", "outdoor", "outdoors"}), frozenset({"indoor", "indoors"})
#: Keys that are read of a camera.
USED_KEYS = frozenset(
    {
        *(tag.key for one in FIELDS for tag in one.tags),
        *("man_made", "surveillance:type", "revolving", "location", "tunnel", "level", "layer"),
        *FORMER,
        *(f"{word}:man_made" for word in FORMER),
    }
)
#: Beginnings of the keys that somebody who maps a camera means to be read.
_OF_CAMERAS = ("camera:", "camera_", "surveillance")


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

    def directions(self, way_deg: float) -> tuple[Direction, ...]:
        """Return the directions of the cameras of a mast; one that is not known if none is.

        Args:
            way_deg: direction of the way that the camera lies on; NaN if there is none or several.
        """
        tag, value = self.text(*(tag.key for tag in BY_NAME["heading_deg"].tags))
        found = parse_directions(value)
        for entry in found.unread:
            message = _("expected degrees, a name such as NNE, a range 90-180 or a list")
            self.unreadable.append(Unreadable(tag, entry, message))
        if math.isnan(way_deg) and any(one.along_way for one in found.read):
            message = _("the camera lies on no way, or on several: along which one is not known")
            self.unreadable.append(Unreadable(tag, value, message))
        return tuple(one.on_way(way_deg) for one in found.read) or (Direction(math.nan),)

    def is_indoors(self) -> bool:
        """Return whether the camera hangs indoors or underground, and sees nothing of a street."""
        said = {part.strip().lower() for part in self.tags.get("surveillance", "").split(";")}
        if said & _INDOORS and said & _OUTDOORS:
            message = _(
                "it says indoors and outdoors; it is counted as outdoors, and whether it sees the "
                "street is not known"
            )
            self.refuse("surveillance", message)
            return False
        below = [_degrees(part) for key in ("level", "layer")
                 for part in self.tags.get(key, "").split(";") if part.strip()]  # fmt: skip
        return (
            bool(said & _INDOORS)
            or self.tags.get("indoor", "no") != "no"
            or self.tags.get("location", "") in {"underground", "indoor"}
            or self.tags.get("tunnel", "no") != "no"
            or any(number is not None and number < 0.0 for number in below)
        )

    def kind(self) -> str:
        kind, tag = BY_NAME["kind"], BY_NAME["kind"].tags[0].key
        value = self.tags.get(tag, "").strip().lower()
        if value in ALL_ROUND:
            return "fixed"
        if value in kind.choices:
            return kind.choices[value]
        if value:
            self.refuse(tag, kind.expected())
        return "panning" if self.tags.get("revolving") == "yes" else "unknown"


def is_surveillance(tags: Mapping[str, str]) -> bool:
    """Return whether an object is there to watch, whether it is a camera or not."""
    return "surveillance" in _parts(tags.get("man_made", ""))


def is_camera(tags: Mapping[str, str]) -> bool:
    """Return whether an object is a camera in use: guards and microphones are none."""
    return (
        is_surveillance(tags)
        and not _parts(tags.get("surveillance:type", "")) <= NO_CAMERAS
        and not is_former(tags)
    )


def is_former(tags: Mapping[str, str]) -> bool:
    """Return whether an object that watches is gone, out of use or not yet there."""
    return any(
        (tags.get(word, "no") not in {"no", "false"} and is_surveillance(tags))
        or "surveillance" in _parts(tags.get(f"{word}:man_made", ""))
        for word in FORMER
    )


def not_used(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the tags of a camera that somebody meant to be read, and that nothing reads."""
    return [
        (key, value)
        for key, value in sorted(tags.items())
        if key.startswith(_OF_CAMERAS)
        and (key not in USED_KEYS or (key == "surveillance" and not _parts(value) <= _KNOWN))
    ]


_KNOWN = _OUTDOORS | _INDOORS


def _parts(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(";")}


def camera_rows(
    tags: Mapping[str, str], identity: str, way_deg: float = math.nan
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
    directions = reading.directions(way_deg)
    all_round = tags.get("camera:type", "").strip().lower() in ALL_ROUND
    common = {one.name: reading.value(one) for one in FIELDS if one.name not in _OWN}
    common |= {
        "kind": reading.kind(),
        "mount": common["mount"].lower(),
        "indoor": reading.is_indoors(),
    }
    rows = [
        common
        | {
            "id": identity if len(directions) == 1 else f"{identity}#{i}",
            "heading_deg": direction.heading_deg,
            "hfov_deg": 360.0 if all_round else direction.hfov_deg,
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
