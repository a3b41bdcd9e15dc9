"""Reads and writes CSV as it came: its separator, its line ends."""

import csv
import io
from collections.abc import Sequence

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

_SEPARATORS = ",;\t|"
#: Lines by which the separator is chosen.
_LOOKED_AT = 20
_MAX_CELL = 16 << 20


def separator(text: str) -> str:
    """Return the separator that divides most of the first lines alike; "" if none does."""
    lines = text[: 1 << 16].splitlines()[:_LOOKED_AT]
    counts = {one: [line.count(one) for line in lines if line.strip()] for one in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda one: (min(counts[one], default=0), sum(counts[one])))
    return best if any(counts[best]) else ""


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of a table.

    Raises:
        InputError: it is no CSV.
    """
    csv.field_size_limit(_MAX_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text) or ",")
        return list(reader)
    except csv.Error as error:
        raise InputError(
            _("is no table that can be read ({reason}); save it again as CSV").format(
                reason=str(error)[:100]
            )
        ) from error


def text_of(rows: Sequence[Sequence[str]], like: str) -> str:
    """Return rows as CSV with the separator and the line ends of `like`."""
    out = io.StringIO(newline="")
    ends = "\r\n" if "\r\n" in like[: 1 << 16] else "\n"
    writer = csv.writer(out, delimiter=separator(like) or ",", lineterminator=ends)
    writer.writerows(rows)
    return out.getvalue()
