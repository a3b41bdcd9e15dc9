"""When something was, in words, with how exact and how sure that is."""

from contrechamp.base.i18n import _
from contrechamp.base.written import written_date, written_interval


def when(begin: str, end: str, *, is_period: bool) -> str:
    """Return a date or a period as far as it is known.

    >>> when("2022-05~", "", is_period=False), when("", "2023", is_period=True)
    ('about May 2022', 'until 2023')
    """
    if not is_period:
        return written_date(begin)
    if not end:
        return _("from {date}, no end known").format(date=written_date(begin))
    if not begin:
        return _("until {date}").format(date=written_date(end))
    return written_interval(begin, end)


def exactness(precision: str, qualified: str) -> str:
    """Return how exact a date is, for who sees whole days in its place; "" if it is a day."""
    known = {"month": _("known to the month alone"), "year": _("known to the year alone")}
    sure = {"approximate": _("approximate"), "uncertain": _("uncertain")}
    return ", ".join(filter(None, (known.get(precision, ""), sure.get(qualified, ""))))
