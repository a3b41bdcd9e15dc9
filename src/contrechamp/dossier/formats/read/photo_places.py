"""Import of the place where a photo was taken, from its EXIF data, once the user confirms it."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.dossier.formats.read.drafts import (
    THIS_FILE,
    Draft,
    ImportContext,
    ImportNotice,
    Read,
    Reader,
)
from contrechamp.dossier.formats.read.source_file import SourceFile
from contrechamp.dossier.records.field_types import Evidence, Position, Text
from contrechamp.dossier.records.fieldwork import Place
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.vault.metadata import first_bytes, reading
from contrechamp.wording.reading import unread_label

#: Decimals of a degree: six are 11 cm, finer than any receiver.
DIGITS = 6


def fits(source: SourceFile) -> bool:
    """Return whether a file is a picture."""
    return first_bytes.media_type(source.head, whole=False).startswith("image/")


def read(source: SourceFile, context: ImportContext) -> Iterator[Read]:
    """Yield the place of a photo and the photo as an exhibit, or a notice that proposes them."""
    with source.content.opened() as content:
        found = reading.described(content, source.cell)
    if reason := found.get(reading.UNREAD):
        raise InputError(unread_label(str(reason)), where=source.name)
    tags: Mapping[str, str] = found.get("exif", {})
    lat = degrees(tags, "GPS GPSLatitude", "S")
    lon = degrees(tags, "GPS GPSLongitude", "W")
    if lat is None or lon is None or (not lat and not lon):
        yield ImportNotice(source.name, _("the picture does not say where it was taken: left out"))
        return
    if not context.accept:
        message = _("proposed: a place at {lat}, {lon}, where the picture says that it was taken; "
                 "look at it on a map, then import the picture with --accept")  # fmt: skip
        yield ImportNotice(source.name, message.format(lat=lat, lon=lon))
        return
    digest = source.sha256
    place = Place(
        names=(Text(language="und", text=source.name),),
        position=Position(lon=lon, lat=lat),
        evidence=(Evidence(ref=THIS_FILE, at="EXIF"),),
    )
    yield Draft(place, context.id("photo-place", digest), source.name)
    exhibit = Exhibit(
        item=THIS_FILE,
        what=source.name,
        place=context.ref("photo-place", digest),
        made_on=day(tags.get("EXIF DateTimeOriginal", "")),
    )
    yield Draft(exhibit, context.id("photo", digest), source.name)


FORMAT = Reader(fits, read)


def degrees(tags: Mapping[str, str], name: str, negative: str) -> Decimal | None:
    """Return a coordinate from EXIF data in degrees; None if there is no valid one.

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
    """Return the day of an EXIF time; None if it is not a valid time.

    >>> day("2026:05:01 10:00:00")
    '2026-05-01'
    """
    found = re.match(r"(\d{4}):(0[1-9]|1[0-2]):(0[1-9]|[12]\d|3[01])\b", text)
    return None if found is None or found[1] == "0000" else "-".join(found.groups())
