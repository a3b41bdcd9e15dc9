"""Where a photo was taken, as its EXIF data say: proposed, and written where a person says so."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import THIS_FILE, Desk, Draft, Format, Notice, Read
from contrechamp.dossier.formats.read.source_file import Given
from contrechamp.dossier.records.field_types import Evidence, Position, Text
from contrechamp.dossier.records.fieldwork import Place
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.vault.metadata import media

#: Digits of a degree: six are 11 cm, more than any receiver has.
DIGITS = 6


def fits(given: Given) -> bool:
    """Return whether a file is a picture."""
    return media.media_type(given.head, whole=False).startswith("image/")


def read(given: Given, desk: Desk) -> Iterator[Read]:
    """Yield the place of a photo, and what is known of the photo; or what is proposed."""
    with given.content.opened() as content:
        tags: Mapping[str, str] = media.describe(content).get("exif", {})
    lat = degrees(tags, "GPS GPSLatitude", "S")
    lon = degrees(tags, "GPS GPSLongitude", "W")
    if lat is None or lon is None or (not lat and not lon):
        yield Notice(given.name, _("the picture does not say where it was taken: left out"))
        return
    if not desk.accept:
        told = _("proposed: a place at {lat}, {lon}, where the picture says that it was taken; "
                 "look at it on a map, then import the picture with --accept")  # fmt: skip
        yield Notice(given.name, told.format(lat=lat, lon=lon))
        return
    digest = hashlib.sha256(given.whole()).hexdigest()
    place = Place(
        names=(Text(language="und", text=given.name),),
        position=Position(lon=lon, lat=lat),
        evidence=(Evidence(ref=THIS_FILE, at="EXIF"),),
    )
    yield Draft(place, desk.id("photo-place", digest), given.name)
    exhibit = Exhibit(
        item=THIS_FILE,
        what=given.name,
        place=desk.ref("photo-place", digest),
        made_on=day(tags.get("EXIF DateTimeOriginal", "")),
    )
    yield Draft(exhibit, desk.id("photo", digest), given.name)


FORMAT = Format(fits, read)


def degrees(tags: Mapping[str, str], name: str, negative: str) -> Decimal | None:
    """Return degrees of EXIF data; None if there are none that can be.

    >>> degrees({"G": "[31, 30, 36]", "GRef": "S"}, "G", "S")
    Decimal('-31.51')
    """
    parts = re.fullmatch(r"\[(\d+(?:/\d+)?), (\d+(?:/\d+)?), (\d+(?:/\d+)?)\]", tags.get(name, ""))
    if parts is None:
        return None
    try:
        whole, minutes, seconds = (Fraction(part) for part in parts.groups())
    except ZeroDivisionError:
        return None
    value = whole + minutes / 60 + seconds / 3600
    limit = 90 if "Latitude" in name else 180
    if value > limit:
        return None
    found = round(Decimal(value.numerator) / Decimal(value.denominator), DIGITS).normalize()
    return -found if tags.get(f"{name}Ref", "").strip().upper() == negative else found


def day(text: str) -> str | None:
    """Return the day of a time of EXIF data; None if it is none.

    >>> day("2026:05:01 10:00:00")
    '2026-05-01'
    """
    found = re.match(r"(\d{4}):(0[1-9]|1[0-2]):(0[1-9]|[12]\d|3[01])\b", text)
    return None if found is None or found[1] == "0000" else "-".join(found.groups())
