"""What OSM tags say about a surveillance camera (wiki: Tag:man_made=surveillance)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.camera_fields import BY_NAME, FIELDS
from contrechamp.scene.directions import Direction, parse_directions
from contrechamp.scene.lengths import parse_length_m
from contrechamp.scene.lifecycle import FORMER
from contrechamp.scene.table_fields import TableField
from contrechamp.scene.tables import Notice
from contrechamp.scene.understood import TELLS_CAMERAS

#: surveillance:type of objects that are tagged like cameras but are not.
NO_CAMERAS = frozenset({"guard", "gunshot_detector", "acoustic", "wifi", "bluetooth", "drone"})
#: surveillance:type of cameras; another value is told, since nothing here tells these apart.
_CAMERAS = frozenset({"camera", "cctv", "alpr", "anpr", "lpr"})
#: Fields that need code of their own.
_OWN = ("id", "kind", "heading_deg", "hfov_deg", "indoor", "indoor_doubtful")
#: Words for `camera:type` of lenses that look all round at once, from where they hang.
ALL_ROUND = frozenset({"panorama", "panoramic", "fisheye", "fish_eye", "360", "360°"})
#: Values of `surveillance` that say nothing against seeing the street, and those that do.
_OUTDOORS, _INDOORS = frozenset({"public", "outdoor", "outdoors"}), frozenset({"indoor", "indoors"})
_WHERE = _OUTDOORS | _INDOORS | {""}
_UNDERGROUND = frozenset({"underground", "indoor"})
_YES = frozenset({"yes", "true", "1", "room", "area", "corridor", "level"})
_NO = frozenset({"no", "false", "0"})
#: Keys that say where a camera is, besides the tags of fields.
_PLACE = frozenset({"revolving", "location", "tunnel", "level", "layer"})
_MEANT = _PLACE | {tag.key for one in FIELDS for tag in one.tags}
#: Keys that are read of an object, to tell whether it is a camera and what it is like.
USED_KEYS = frozenset(
    {"man_made", "surveillance:type", *_MEANT, *FORMER, *(f"{word}:man_made" for word in FORMER)}
)
#: Key -> what of a camera it says, by names of fields (`understood.Understood.used_as`).
USED_AS: Mapping[str, tuple[str, ...]] = {
    **{tag.key: (one.name,) for one in FIELDS for tag in one.tags},
    **dict.fromkeys(_PLACE, ("indoor",)),
    "revolving": ("kind",),
    "camera:type": ("kind", "hfov_deg"),
    **dict.fromkeys((tag.key for tag in BY_NAME["heading_deg"].tags), ("heading_deg", "hfov_deg")),
    **dict.fromkeys(
        ("man_made", "surveillance:type", *FORMER, *(f"{word}:man_made" for word in FORMER)),
        (TELLS_CAMERAS,),
    ),
}
#: Beginnings of the keys that somebody who maps a camera means to be read.
_OF_CAMERAS = ("camera", "surveillance")


@dataclass(frozen=True)
class Unreadable:
    """A tag that could not be read; the user is told."""

    tag: str
    value: str
    message: str


@dataclass(frozen=True)
class CameraReading:
    """What the tags of one object say.

    Args:
        rows: of the camera table, one for each direction, without position and source.
        unreadable: tags that could not be read.
        unused: tags that somebody meant to be read, and that nothing uses: key and value.
    """

    rows: list[dict[str, Any]]
    unreadable: list[Unreadable]
    unused: list[tuple[str, str]]


@dataclass
class _Reading:
    tags: Mapping[str, str]
    unreadable: list[Unreadable] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def text(self, key: str) -> str:
        """Return the value of a tag, which counts as used unless it is refused later."""
        text = self.tags.get(key, "").strip()
        if text:
            self.used.add(key)
        return text

    def refuse(self, tag: str, message: str, value: str = "") -> None:
        self.unreadable.append(Unreadable(tag, value or self.tags[tag], message))

    def unused(self) -> list[tuple[str, str]]:
        """Return the tags of cameras that were neither used nor refused."""
        return [
            (key, value)
            for key, value in sorted(self.tags.items())
            if key not in self.used
            and value.strip()
            and (key in _MEANT or key.startswith(_OF_CAMERAS))
        ]

    def value(self, one: TableField) -> Any:
        """Return what the tags of a field say, or its `absent` value if none can be used."""
        for tag in one.tags:
            text = self.text(tag.key)
            if not text:
                continue
            if one.holds == "choice":
                word = one.choices.get(text.lower())
                if word is not None:
                    return word
            elif not one.is_number:
                return text
            else:
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
        for tag in BY_NAME["heading_deg"].tags:
            value = self.text(tag.key)
            found = parse_directions(value)
            for entry in found.unread:
                message = _("expected degrees, a name such as NNE, a range 90-180 or a list")
                self.refuse(tag.key, message, entry)
            if math.isnan(way_deg) and any(one.along_way for one in found.read):
                message = _("the camera lies on no way, or on several: along which is not known")
                self.refuse(tag.key, message)
            if found.read:
                return tuple(one.on_way(way_deg) for one in found.read)
        return (Direction(math.nan),)

    def is_indoors(self) -> tuple[bool, bool]:
        """Return whether the camera hangs indoors or underground, and whether that is in doubt.

        It then sees nothing of a street. It is in doubt where the tags say both.
        """
        said = _parts(self.text("surveillance"))
        if not said <= _WHERE:
            self.used.discard("surveillance")
        if said & _INDOORS and said & _OUTDOORS:
            message = _(
                "expected indoors or outdoors; as it says both, each is drawn in half of the draws"
            )
            self.refuse("surveillance", message)
            return False, True
        within = [bool(said & _INDOORS), self._is_yes("indoor"), self._is_yes("tunnel")]
        within.append(self._is_one_of("location", _UNDERGROUND))
        within += [self._is_below("level"), self._is_below("layer")]
        return any(within), False

    def _is_yes(self, key: str) -> bool:
        value = self.text(key).lower()
        if value in _NO | _YES:
            return value in _YES
        self.used.discard(key)
        return False

    def _is_one_of(self, key: str, values: frozenset[str]) -> bool:
        if self.text(key).lower() in values:
            return True
        self.used.discard(key)
        return False

    def _is_below(self, key: str) -> bool:
        numbers = [_degrees(part) for part in self.text(key).split(";") if part.strip()]
        if any(number is None for number in numbers):
            self.used.discard(key)
        return any(number is not None and number < 0.0 for number in numbers)

    def kind(self) -> tuple[str, bool]:
        """Return the kind of camera, and whether its lens looks all round at once."""
        kind, tag = BY_NAME["kind"], BY_NAME["kind"].tags[0].key
        value = self.text(tag).lower()
        if value in ALL_ROUND:
            return "fixed", True
        if value in kind.choices:
            return kind.choices[value], False
        if value:
            self.refuse(tag, kind.expected())
        return ("panning" if self._is_yes("revolving") else "unknown"), False


def notice_of_unreadable(where: str, tag: str, value: str, message: str) -> Notice:
    """Return a notice of a tag that cannot be read.

    Args:
        where: file and object.
        tag: its key.
        value: as it stands.
        message: what was expected.
    """
    text = _("{tag}={value} cannot be read and is taken as not known: {message}")
    return Notice("unreadable-tag", where, text.format(tag=tag, value=value, message=message))


def notices_of_unused(file: str, tags: Mapping[tuple[str, str], int]) -> list[Notice]:
    """Return a notice of tags of cameras that nothing uses, if there are any.

    Args:
        file: its name.
        tags: key and value -> how many cameras have it.
    """
    if not tags:
        return []
    named = [f"{key}={value} ({count})" for (key, value), count in sorted(tags.items())]
    text = ngettext(
        "tag of cameras that is not used: {names}",
        "tags of cameras that are not used: {names}",
        len(named),
    ).format(names=", ".join(named))
    return [Notice("tag-not-used", file, text)]


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


def _parts(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(";")}


def read_camera(tags: Mapping[str, str], identity: str, way_deg: float = math.nan) -> CameraReading:
    """Return what the tags of one object say.

    Args:
        tags: of the object.
        identity: such as ``node/123``; if it lists several directions, its cameras become
            ``node/123#1``, ``node/123#2``...
        way_deg: direction of the way that it lies on, clockwise from true north; NaN if it lies on
            none, or on several.
    """
    reading = _Reading(tags)
    reading.used.add("man_made")  # `is_camera` has read it
    if _parts(reading.text("surveillance:type")) - _CAMERAS - NO_CAMERAS:
        reading.used.discard("surveillance:type")
    directions = reading.directions(way_deg)
    common = {one.name: reading.value(one) for one in FIELDS if one.name not in _OWN}
    kind, all_round = reading.kind()
    indoor, doubtful = reading.is_indoors()
    common |= {
        "kind": kind,
        "mount": common["mount"].lower(),
        "indoor": indoor,
        "indoor_doubtful": doubtful,
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
    return CameraReading(rows, reading.unreadable, reading.unused())


def tags_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags for the fields of a camera; `read_camera` reads them back.

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
