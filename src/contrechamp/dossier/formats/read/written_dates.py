"""Days and times as tables write them: cells that are dates, ISO 8601, forms of a mapping."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.written_numbers import ascii_digits

#: Values of ``date`` in a mapping: seconds since 1970, and days as spreadsheets count them.
UNIX, SERIAL = "unix", "excel"
#: The day 0 of most workbooks; others begin in 1904.
FIRST_DAY = date(1899, 12, 30)

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d([.,]\d+)?)?\s*(Z|[-+]\d\d:?(\d\d)?)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"(\d\d:\d\d)(:\d\d([.,]\d+)?)?(Z|[-+]\d\d:?\d\d)?")
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")


class Clock:
    """Reads the days and times of a table.

    Args:
        form: of dates: for `strptime`, `UNIX`, `SERIAL`, or "" for ISO 8601.
        zone: name of the time zone (IANA) whose days are meant; "" for the one that is written.
        where: the mapping, for errors.

    Raises:
        InputError: if there is no such zone.
    """

    def __init__(self, form: str, zone: str, where: str) -> None:
        self.form, self._zone = form, None
        #: Zones of which days were read as they are written.
        self.zones: set[str] = set()
        if zone:
            try:
                self._zone = ZoneInfo(zone)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise InputError(
                    _("there is no such time zone; expected one such as {example}").format(
                        example="Asia/Jerusalem"
                    ),
                    where=f"{where}: zone",
                ) from None

    def day(self, text: str, where: str, *, is_day: bool, first_day: date | None) -> str:
        """Return a date as records have it; what is no day and no moment is returned as it is.

        Args:
            text: of a cell.
            where: for errors.
            is_day: the cell is a day or time, not text.
            first_day: from which the workbook counts days, if it is one.

        Raises:
            InputError: if it is not written in the form that was named, or is a number or numbers
                that can be several days: the message says which.
        """
        text = ascii_digits(text)
        if is_day:
            moment = self._moment(text)
            return moment.date().isoformat() if moment else text
        if self.form == UNIX:
            return _from_seconds(text, where)
        if self.form == SERIAL:
            found = _from_serial(text, first_day)
            if found is None:
                raise InputError(
                    _("expected a number of days, as spreadsheets count them"), where=where
                )
            return found.isoformat()
        if self.form:
            try:
                return datetime.strptime(text, self.form).date().isoformat()
            except ValueError:
                told = _("expected a date written as {form}").format(form=self.form)
                more = "; ".join(_may_be(text, first_day))
                raise InputError(f"{told}; {more}" if more else told, where=where) from None
        moment = self._moment(text)
        if moment is not None:
            return moment.date().isoformat()
        may_be = list(_may_be(text, first_day))
        if may_be:
            raise InputError("; ".join(may_be), where=where)
        return text

    def time(self, text: str) -> str:
        """Return a time of day as records have it; what is no time is returned as it is."""
        text = ascii_digits(text)
        if found := _TIME.fullmatch(text):
            return found[1]
        moment = self._moment(text)
        return f"{moment:%H:%M}" if moment else text

    def _moment(self, text: str) -> datetime | None:
        """Return a moment in the zone that is meant; of a day its beginning."""
        found = _MOMENT.fullmatch(text)
        if found is None and not _DAY.fullmatch(text):
            return None
        try:
            if found is None:
                return datetime.fromisoformat(text)
            moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[5] or ''}")
        except ValueError:  # 30 February
            return None
        if moment.tzinfo is None:
            return moment
        if self._zone is not None:
            return moment.astimezone(self._zone)
        self.zones.add(moment.isoformat()[-6:] if moment.utcoffset() else "UTC")
        return moment


def _from_seconds(text: str, where: str) -> str:
    """Return the UTC day of a number of seconds since 1970."""
    try:
        return datetime.fromtimestamp(int(text), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise InputError(_("expected seconds since 1970"), where=where) from None


def _from_serial(text: str, first_day: date | None) -> date | None:
    """Return the day of a number of days as spreadsheets count them; None if there is none."""
    if not re.fullmatch(r"\d{1,7}([.,]\d+)?", text):
        return None
    number, first = int(re.split("[.,]", text)[0]), first_day or FIRST_DAY
    if first == FIRST_DAY and number < 60:  # they have a 29 February 1900
        number += 1
    try:
        return first + timedelta(days=number)
    except OverflowError:
        return None


def _may_be(text: str, first_day: date | None) -> Iterator[str]:
    """Yield what a number, or a day with its parts in an unknown order, can be, and how to say."""
    if numbers := _NUMBERS.fullmatch(text):
        between = numbers[2]
        told = _('{text} is {day} if the mapping says date = "{form}"')
        for form in (f"%d{between}%m{between}%Y", f"%m{between}%d{between}%Y"):
            try:
                day = datetime.strptime(text, form).date()
            except ValueError:
                continue
            yield told.format(text=text, day=day.isoformat(), form=form)
    elif re.fullmatch(r"\d{5,6}([.,]\d+)?", text):
        day_of_number = _from_serial(text, first_day)
        if day_of_number is not None:
            yield _(
                "{text} is a number; it is {day} if it counts days as spreadsheets do: make the "
                'cells dates there, or say in the mapping date = "{form}"'
            ).format(text=text, day=day_of_number.isoformat(), form=SERIAL)
    elif re.fullmatch(r"\d{9,10}", text):
        yield _(
            "{text} is a number; it is {day} if it counts seconds since 1970: say in the mapping "
            'date = "{form}"'
        ).format(text=text, day=_from_seconds(text, ""), form=UNIX)
