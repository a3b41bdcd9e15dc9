"""Photos of cameras: where each was taken, as EXIF has it.

A photo says where the photographer stood and, with luck, where the lens was turned. Neither is the
place or the direction of the camera that it shows. So a photo becomes an observation: a camera near
that place, which is told as such, with nothing known of its direction.
"""

import io
import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import exifread
import numpy as np
import pandas as pd
import shapely

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, ngettext
from contrechamp.scene.file_kinds import is_photo
from contrechamp.scene.input_files import MAX_UNPACKED_BYTES, OpenedFile
from contrechamp.scene.table_rows import Rows
from contrechamp.scene.tables import Notice
from contrechamp.scene.zipped import entries

logging.getLogger("exifread").setLevel(logging.CRITICAL + 1)

#: What `id` is read from, and the columns that are told and not used.
ID = "id"
DIRECTION, REFERENCE, ERROR = "photographer_looked_deg", "photographer_north", "place_error_m"
#: GPSImgDirectionRef (EXIF 2.32) -> which north the direction is counted from.
_NORTHS = {"T": "true", "M": "magnetic"}


@dataclass(frozen=True)
class Photo:
    """Where a photo was taken.

    Args:
        name: of the file.
        lonlat: degrees of WGS 84; None if it does not say.
        looked_deg: where the lens was turned, clockwise from `north`; NaN if it does not say.
        north: "true", "magnetic" or "" where it does not say which.
        error_m: how far off the place may be by itself; NaN if it does not say.
    """

    name: str
    lonlat: tuple[float, float] | None
    looked_deg: float
    north: str
    error_m: float


def read_photos(opened: OpenedFile) -> Rows:
    """Return a row for each photo that says where it was taken.

    Args:
        opened: a photo, or an archive of photos.

    Raises:
        InputError: if none of them says where it was taken.
    """
    photos = [photo_of(name, content) for name, content in _contents(opened)]
    placed = [photo for photo in photos if photo.lonlat is not None]
    if not placed:
        raise InputError(
            ngettext(
                "the photo does not say where it was taken; messengers and many phones take that "
                "away. Write the place into a table",
                "none of the {count} photos says where it was taken; messengers and many phones "
                "take that away. Write the places into a table",
                len(photos),
            ).format(count=len(photos)),
            where=opened.name,
        )
    frame = pd.DataFrame(
        {
            ID: [photo.name for photo in placed],
            DIRECTION: [_text(photo.looked_deg) for photo in placed],
            REFERENCE: [photo.north for photo in placed],
            ERROR: [_text(photo.error_m) for photo in placed],
        },
        dtype=object,
    )
    shapes = np.array(shapely.points([photo.lonlat for photo in placed]), dtype=object)
    return Rows(
        opened.name,
        np.arange(1, len(placed) + 1, dtype=np.int64),
        frame,
        shapes,
        notices=[*_not_placed(photos, opened.name), *_told(placed, opened.name)],
        used_columns={ID},
    )


def photo_of(name: str, content: bytes) -> Photo:
    """Return what a photo says of where it was taken."""
    tags = _gps(content)
    looked = _number(tags.get("GPS GPSImgDirection"))
    north = str(tags.get("GPS GPSImgDirectionRef", "")).strip().upper()[:1]
    return Photo(
        name=name,
        lonlat=_lonlat(tags),
        looked_deg=looked % 360.0 if 0.0 <= looked <= 360.0 else math.nan,
        north=_NORTHS.get(north, ""),
        error_m=_number(tags.get("GPS GPSHPositioningError")),
    )


def _contents(opened: OpenedFile) -> Iterator[tuple[str, bytes]]:
    if is_photo(opened.content[:16]):
        yield opened.name, opened.content
        return
    found = entries(opened.content, opened.name, MAX_UNPACKED_BYTES, lambda _name: True)
    for name, content in found:
        if is_photo(content[:16]):
            yield name, content


def _gps(content: bytes) -> Mapping[str, Any]:
    try:
        return exifread.process_file(_Bounded(content), details=False)
    except Exception:  # whatever a hostile file makes the library do
        return {}


def _lonlat(tags: Mapping[str, Any]) -> tuple[float, float] | None:
    lon = _degrees(tags, "Longitude", {"E": 1.0, "W": -1.0})
    lat = _degrees(tags, "Latitude", {"N": 1.0, "S": -1.0})
    # Receivers without a fix write zero for both.
    if not (abs(lon) <= 180.0 and abs(lat) <= 90.0) or (lon == 0.0 and lat == 0.0):
        return None
    return lon, lat


def _degrees(tags: Mapping[str, Any], what: str, signs: Mapping[str, float]) -> float:
    """Return degrees from degrees, minutes and seconds; NaN if they cannot be read."""
    values = getattr(tags.get(f"GPS GPS{what}"), "values", None)
    sign = signs.get(str(tags.get(f"GPS GPS{what}Ref", "")).strip().upper()[:1], math.nan)
    if not isinstance(values, list) or len(values) != 3:
        return math.nan
    try:
        degrees, minutes, seconds = (float(value) for value in values)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError):
        return math.nan
    if not (degrees >= 0.0 and 0.0 <= minutes < 60.0 and 0.0 <= seconds < 60.0):
        return math.nan
    return sign * (degrees + minutes / 60.0 + seconds / 3600.0)


def _number(tag: Any) -> float:
    values = getattr(tag, "values", None)
    try:
        return float(values[0]) if values else math.nan
    except (ValueError, TypeError, ZeroDivisionError, OverflowError, IndexError):
        return math.nan


def _text(number: float) -> str:
    return f"{number:.1f}" if math.isfinite(number) else ""


def _not_placed(photos: list[Photo], name: str) -> list[Notice]:
    text = _("the photo does not say where it was taken: left out")
    return [
        Notice("photo-without-place", f"{name}: {photo.name}", text)
        for photo in photos
        if photo.lonlat is None
    ]


def _told(placed: list[Photo], name: str) -> list[Notice]:
    """Return what a reader must know of these rows: whose place and direction they have."""
    notices = [
        Notice(
            "photographers-place",
            name,
            ngettext(
                "{count} camera is put where its photo was taken: it hangs somewhere near, "
                "in view of that place",
                "{count} cameras are put where their photos were taken: they hang somewhere near, "
                "in view of these places",
                len(placed),
            ).format(count=len(placed)),
        )
    ]
    looked = [photo for photo in placed if math.isfinite(photo.looked_deg)]
    if looked:
        magnetic = sum(photo.north == "magnetic" for photo in looked)
        text = ngettext(
            "{count} photo says where the photographer looked ({magnetic} by the magnetic north): "
            "that is not where the camera looks, and is not used",
            "{count} photos say where the photographer looked ({magnetic} by the magnetic north): "
            "that is not where the cameras look, and is not used",
            len(looked),
        ).format(count=len(looked), magnetic=magnetic)
        notices.append(Notice("photographers-direction", name, text))
    return notices


class _Bounded(io.BytesIO):
    """Bytes with a budget for reading: offsets in a hostile file may lead in circles."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._bytes, self._reads = 4 << 20, 20_000

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, as long as the budget lasts."""
        part = super().read(size)
        self._bytes -= len(part)
        self._reads -= 1
        if self._bytes < 0 or self._reads < 0:
            raise OSError("too much is asked for")
        return part
