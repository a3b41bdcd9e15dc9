"""Numbers, lists and dates as a language writes them; something is never told as nothing.

From right to left, each number with its unit is kept apart from the words around it: else the ends
of an interval would change places.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from contrechamp.base.i18n import _, direction_of
from contrechamp.base.written import isolated, written_date, written_list

#: Unit of a figure -> unit of CLDR. A share is a percentage, a count of cameras has no unit.
_CLDR_UNITS = {
    "m": "length-meter", "km": "length-kilometer", "m2": "area-square-meter",
    "min": "duration-minute",
}  # fmt: skip
_HECTARE = "area-hectare"
#: The same for parameters of cameras.
_UNITS_OF_PARAMETERS = {"m": "length-meter", "mm": "length-millimeter", "px": "graphics-pixel"}
#: No figure is rounded to less than this.
_FINEST = {"m": 1.0, "m2": 1.0, "min": 1.0, "share": 0.001, "cameras": 0.01}
_FINEST_OF_OTHERS = 0.01
#: Lengths in view are added up in single precision: what is nearer to nothing, or to all, is it.
_TOUCHES = 1e-6


def power_of_ten(size: float, digits: int) -> float:
    """Return the power of ten to which a number of this size is rounded to keep some digits.

    >>> power_of_ten(347, 2)
    10.0
    """
    return 10.0 ** (math.floor(math.log10(size)) - digits + 1)


@dataclass(frozen=True)
class Numbers:
    """Writes numbers in one language.

    Args:
        language: code of a language that CLDR knows, e.g. ``fr``.
    """

    language: str

    @property
    def digits(self) -> str:
        """Return the digits that all texts of a page use, by their name in CLDR."""
        return str(Locale.parse(self.language).default_numbering_system)

    def plain(self, value: float, step: float = 1.0) -> str:
        """Return `value` rounded to `step`, a power of ten, with the digits that leaves."""
        if not math.isfinite(value):
            return "–"
        return str(format_decimal(_rounded(value, step), _pattern(step), locale=self.language))

    def percent(self, share: float, step: float = 0.01) -> str:
        """Return a share (0..1) as a percentage, rounded to `step` (0.01: one per cent).

        A share above zero is never "0 %", and one below one never "100 %": it is rounded less, and
        below a thousandth it is "less than" that.
        """
        if not math.isfinite(share):
            return "–"
        finest = min(step, _FINEST["share"])
        rest = 1.0 - share
        if share <= _TOUCHES or self.is_all(share):
            return self._percent(share, 0.01)
        if 0.0 < share <= 0.5:
            step, is_too_small = _kept(share, step, finest)
            if is_too_small:
                return _("less than {value}").format(value=self._percent(finest, finest))
        elif 0.0 < rest < 0.5:
            step, is_too_small = _kept(rest, step, finest)
            if is_too_small:
                return _("more than {value}").format(value=self._percent(1.0 - finest, finest))
        return self._percent(share, step)

    @staticmethod
    def is_all(share: float) -> bool:
        """Return whether a share is written as 100 %."""
        return share > 1.0 - _TOUCHES

    def _percent(self, share: float, step: float) -> str:
        pattern = Locale.parse(self.language).percent_formats[None].pattern
        pattern = pattern.replace("#,##0", _pattern(step * 100))
        # As our texts and ISO 80000 write it: CLDR has no space in English.
        pattern = pattern.replace("0%", "0\N{NO-BREAK SPACE}%")
        text = format_percent(_rounded(share, step), pattern, locale=self.language)
        return isolated(str(text), self.language)

    def significant(self, value: float, digits: int = 3) -> str:
        """Return `value` with at most `digits` digits and no trailing zeros."""
        return self.plain(value, self._shortest(value, digits))

    @staticmethod
    def _shortest(value: float, digits: int) -> float:
        """Return a step that leaves at most `digits` digits and no trailing zeros."""
        if not value or not math.isfinite(value):
            return 1.0
        step = power_of_ten(abs(value), digits)
        while step < 1 and math.isclose(_rounded(value, step), _rounded(value, step * 10)):
            step *= 10
        return step

    def quantity(
        self,
        value: float,
        unit: str,
        step: float = 1.0,
        *,
        size: float | None = None,
        finest: float | None = None,
    ) -> str:
        """Return `value` with its unit; one above zero is never told as zero.

        Args:
            value: the number.
            unit: one of those of `Figure.unit`.
            step: a power of ten to round to; the unit sets a lower bound.
            size: decides whether metres become kilometres, and square metres hectares, so that
                both ends of an interval share a unit; `value` itself by default.
            finest: no number is rounded to less than this; by default as the unit says.
        """
        finest = finest or _FINEST.get(unit, _FINEST_OF_OTHERS)
        step = max(step, finest)
        if unit == "share":
            return self.percent(value, step)
        if not math.isfinite(value):
            return "–"
        step, is_too_small = _kept(value, step, finest)
        if is_too_small:
            return _("less than {value}").format(value=self._with_unit(finest, unit, finest, 0.0))
        return self._with_unit(value, unit, step, abs(value) if size is None else abs(size))

    def _with_unit(self, value: float, unit: str, step: float, size: float) -> str:
        if unit not in _CLDR_UNITS:
            return self.plain(value, step)
        name = _CLDR_UNITS[unit]
        if unit == "m2" and size >= 10_000 and step >= 10:
            name, value, step = _HECTARE, value / 10_000, step / 10_000
        elif unit == "m" and size >= 2_000 and step >= 10:
            name, value, step = _CLDR_UNITS["km"], value / 1_000, step / 1_000
        text = format_unit(
            _rounded(value, step),
            name,
            length="short",
            format=_pattern(step),
            locale=self.language,
        )
        return isolated(str(text).replace(" ", "\N{NO-BREAK SPACE}"), self.language)

    def measured(self, value: float, unit: str) -> str:
        """Return a parameter of a camera with its unit: "m", "mm", "px", "deg" or "".

        It keeps three digits, and all of those before the point.
        """
        if not math.isfinite(value):
            return "–"
        step = 1.0 if abs(value) >= 100 else self._shortest(value, 3)
        if unit not in _UNITS_OF_PARAMETERS:
            return f"{self.plain(value, step)}{'°' if unit == 'deg' else ''}"
        text = format_unit(
            _rounded(value, step),
            _UNITS_OF_PARAMETERS[unit],
            length="short",
            format=_pattern(step),
            locale=self.language,
        )
        return str(text).replace(" ", "\N{NO-BREAK SPACE}")

    def about(self, value: float, unit: str) -> str:
        """Return `value` with its unit and two digits, for a value without an interval."""
        step = power_of_ten(abs(value), 2) if value and math.isfinite(value) else 1.0
        return self.quantity(value, unit, step)

    def tick(self, value: float, end: float, unit: str) -> str:
        """Return a round `value` on an axis that ends at `end`, without trailing zeros."""
        value = round(value, 9)
        if unit != "share" and not value.is_integer():  # of a short axis: 1.5 is not 2
            step = self._shortest(value, 3)
            return self.quantity(value, unit, step, size=end, finest=step)
        digits = f"{value or end:.0f}"
        zeros = len(digits) - (len(digits.rstrip("0")) if value else 1)
        step = 10.0**zeros
        return self.quantity(value, unit, step, size=end)

    def between(self, low: float, high: float, unit: str, step: float, *, size: float) -> str:
        """Return a range with its unit; "" where its ends are rounded to the same."""
        first = self.quantity(low, unit, step, size=size)
        last = self.quantity(high, unit, step, size=size)
        if first == last:
            return ""
        if first == _("less than {value}").format(value=last):
            return _("up to {high}").format(high=last)
        return _("{low} to {high}").format(low=first, high=last)

    def coordinates(self, latitude: float, longitude: float) -> str:
        """Return a place in degrees: latitude first and to the left, also where lines run left."""
        text = f"{latitude:.6f}, {longitude:.6f}"
        if direction_of(self.language) == "ltr":
            return text
        return f"\N{LEFT-TO-RIGHT ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"

    def all_of(self, words: Sequence[str]) -> str:
        """Return words as one list: "a, b and c"."""
        return written_list(words, self.language)

    def day(self, text: str) -> str:
        """Return a date that a table gives (2026-05-01, 2026-05), as the language writes it."""
        return written_date(text, self.language)


def _kept(value: float, step: float, finest: float) -> tuple[float, bool]:
    """Return a step that leaves a digit of `value`, and whether even the finest leaves none."""
    if value <= _TOUCHES or _rounded(value, step):
        return step, False
    step = max(power_of_ten(value, 1), finest)
    return step, not _rounded(value, step)


def _rounded(value: float, step: float) -> float:
    rounded = round(value / step) * step
    return rounded if rounded else 0.0  # never "-0"


def _pattern(step: float) -> str:
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return "#,##0" + ("." + "0" * decimals if decimals else "")
