"""Dates as far as they are known, and what happened on them."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?[~?]?", re.ASCII)


@dataclass(frozen=True, order=True)
class When:
    """A date as far as it is known: the first and the last day that it may be.

    Args:
        first: day.
        last: day, the same where the date is known to the day.
        text: as it was written; of a period, first and last with a ``/`` between.
    """

    first: date
    last: date
    text: str = ""


def when(text: str) -> When | None:
    """Return what 2021, 2021-04 or 2021-04-21 means; None for anything else.

    >>> when("2021-04").last
    datetime.date(2021, 4, 30)
    """
    found = _PARTIAL.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        first = date(year, month or 1, day or 1)
        last_month = month or 12
        last = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None
    return When(first, last, text.strip())


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Args:
        on: when.
        title: what.
        source: where that is from; "" where it is not told.
        confidence: how sure it is, a word of the records of a case; "" where that is not told.
    """

    on: When
    title: str
    source: str
    confidence: str = ""
