"""Where a compass points: the declination of the World Magnetic Model (WMM).

The model is that of NOAA and the British Geological Survey, at the ground, for the day of the
reading: WMM2010, WMM2015v2, WMM2020 or WMM2025, whose coefficients come with the library. Each is
made for five years, and none is stretched beyond them.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: The first year that a model is for, and the first that none is for.
FIRST_YEAR, END_YEAR = 2010, 2030
#: Below this horizontal intensity, in nanotesla, a compass tells nothing: the model's own limit.
LEAST_FIELD_NT = 2000.0
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ].*)?)?)?[~?]?")


@dataclass(frozen=True)
class Declination:
    """How far magnetic north lies from true north.

    Args:
        east_deg: clockwise from true north; negative to the west. Added to what a compass shows, it
            gives the direction from true north.
        model: such as ``WMM-2025``.
    """

    east_deg: float
    model: str


def declination(lon: float, lat: float, day: str) -> Declination:
    """Return the declination at a place on the ground.

    Args:
        lon: degrees, WGS 84.
        lat: degrees.
        day: of the reading, as far as it is known: ``2026-05-12``, ``2026-05``, ``2026``; the
            middle of what it can mean counts.

    Raises:
        InputError: if it names no day, no model is for that day, or a compass tells nothing there.
    """
    year = _decimal_year(day)
    if not FIRST_YEAR <= year < END_YEAR:
        raise InputError(
            _("{day}: the World Magnetic Model that is known here is for {first} to {last}").format(
                day=day, first=FIRST_YEAR, last=END_YEAR - 1
            )
        )
    model = _model(int(year))
    found = model.calculate(glat=lat, glon=(lon + 180.0) % 360.0 - 180.0, alt=0, time=year)
    if found.h < LEAST_FIELD_NT:
        raise InputError(_("so near a magnetic pole, a compass tells no direction"))
    return Declination(float(found.d), str(model.model))


def _decimal_year(day: str) -> float:
    expected = _('"{day}" is no day; expected such as 2026-05-12').format(day=day)
    parts = _DAY.fullmatch(day.strip())
    if parts is None:
        raise InputError(expected)
    year, month, number = (int(part) if part else 0 for part in parts.groups())
    try:
        first = date(year, month or 1, number or 1)
    except ValueError as error:
        raise InputError(expected) from error
    days = 366 if calendar.isleap(year) else 365
    # Of a month or year the middle; of a day its beginning, as the tables of the model have it.
    length = 0 if number else calendar.monthrange(year, month)[1] if month else days
    return year + ((first - date(year, 1, 1)).days + length / 2.0) / days


@cache
def _model(year: int) -> Any:
    from pygeomag import GeoMag

    return GeoMag(base_year=year)
