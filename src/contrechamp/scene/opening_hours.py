"""Opening hours in the grammar of OpenStreetMap, as the 168 hours of a week.

The grammar is read by a library of its own. Whatever asks for it runs in the cell: texts of
strangers go in, and only the hours come out.
"""

from datetime import datetime, timedelta
from functools import lru_cache

import opening_hours

HOURS = 168
#: What an hour of the week can be.
OPEN, SHUT, UNKNOWN = "1", "0", "?"
#: Longer texts are refused; OpenStreetMap has none beyond 255 letters.
MAX_LETTERS = 500
#: A Monday in each month: hours that differ between them depend on the season.
_WEEKS = tuple(datetime(2025, month, day) for month, day in (
    (1, 13), (2, 10), (3, 10), (4, 7), (5, 12), (6, 16), (7, 14), (8, 11), (9, 15), (10, 13),
    (11, 10), (12, 8),
))  # fmt: skip
_MIDDLE = timedelta(minutes=30)


@lru_cache(maxsize=4096)
def week_of(text: str) -> str:
    """Return the hours of a week from Monday 00:00, each `OPEN`, `SHUT` or `UNKNOWN`.

    An hour is what its middle is. It is not known where the text says so, or where it differs
    between months. Days that are a holiday somewhere count as any other.

    Args:
        text: such as ``Mo-Sa 05:30-22:00; Su off``.

    Raises:
        ValueError: if it cannot be read.
    """
    if len(text) > MAX_LETTERS or not opening_hours.validate(text):
        raise ValueError(text[:40])
    hours = opening_hours.OpeningHours(text)
    weeks = [_states(hours, monday) for monday in _WEEKS]
    return "".join(
        states[0] if len(set(states)) == 1 else UNKNOWN for states in zip(*weeks, strict=True)
    )


def _states(hours: opening_hours.OpeningHours, monday: datetime) -> str:
    found = []
    for hour in range(HOURS):
        at = monday + timedelta(hours=hour) + _MIDDLE
        unknown, is_open = hours.is_unknown(at), hours.is_open(at)
        found.append(UNKNOWN if unknown else OPEN if is_open else SHUT)
    return "".join(found)
