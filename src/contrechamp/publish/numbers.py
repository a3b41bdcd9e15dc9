"""Numbers as they are written in a language, and never more precise than they are known."""

import math
from dataclasses import dataclass

from babel import Locale
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from contrechamp.base.i18n import _
from contrechamp.measure.results import Estimate

#: Unit of a figure -> unit of CLDR. A share is a percentage, a count of cameras has no unit.
_CLDR_UNITS = {"m": "length-meter", "km": "length-kilometer", "m2": "area-square-meter"}
_HECTARE = "area-hectare"
#: No figure is rounded to less than this.
_FINEST = {"m": 1.0, "m2": 1.0, "share": 0.001, "cameras": 0.01}


def rounding_step(estimate: Estimate, digits: int = 2) -> float:
    """Return the power of ten to which `estimate` may be rounded.

    Half the 90 % interval keeps `digits` digits: a value of 12 345 known to within 347 is given to
    the nearest 10 for two digits, to the nearest 100 for one. An exact value keeps three digits.

    >>> rounding_step(Estimate(12345, 11998, 12692, 12345, 9, True, 1000))
    10.0
    """
    half_width = (estimate.q95 - estimate.q05) / 2
    if half_width > 0:
        return _power_of_ten(half_width, digits)
    return _power_of_ten(abs(estimate.median), 3) if estimate.median else 1.0


def _power_of_ten(size: float, digits: int) -> float:
    return 10.0 ** (math.floor(math.log10(size)) - digits + 1)


@dataclass(frozen=True)
class Numbers:
    """Writes numbers in one language.

    Args:
        language: code of a language that CLDR knows, e.g. ``fr``.
    """

    language: str

    def plain(self, value: float, step: float = 1.0) -> str:
        """Return `value` rounded to `step`, a power of ten, with the digits that leaves."""
        if not math.isfinite(value):
            return "–"
        return str(format_decimal(_rounded(value, step), _pattern(step), locale=self.language))

    def percent(self, share: float, step: float = 0.01) -> str:
        """Return a share (0..1) as a percentage, rounded to `step` (0.01: one per cent)."""
        if not math.isfinite(share):
            return "–"
        pattern = Locale.parse(self.language).percent_formats[None].pattern
        pattern = pattern.replace("#,##0", _pattern(step * 100))
        # As our texts and ISO 80000 write it: CLDR has no space in English.
        pattern = pattern.replace("0%", "0\N{NO-BREAK SPACE}%")
        return str(format_percent(_rounded(share, step), pattern, locale=self.language))

    def significant(self, value: float, digits: int = 3) -> str:
        """Return `value` with at most `digits` digits and no trailing zeros."""
        if not value or not math.isfinite(value):
            return self.plain(value)
        step = _power_of_ten(abs(value), digits)
        while step < 1 and math.isclose(_rounded(value, step), _rounded(value, step * 10)):
            step *= 10
        return self.plain(value, step)

    def quantity(
        self, value: float, unit: str, step: float = 1.0, *, size: float | None = None
    ) -> str:
        """Return `value` with its unit.

        Args:
            value: the number.
            unit: one of those of `Figure.unit`.
            step: a power of ten to round to; the unit sets a lower bound.
            size: decides whether metres become kilometres, and square metres hectares, so that
                both ends of an interval share a unit; `value` itself by default.
        """
        step = max(step, _FINEST.get(unit, 0.01))
        size = abs(value) if size is None else abs(size)
        if unit == "share":
            return self.percent(value, step)
        if unit not in _CLDR_UNITS or not math.isfinite(value):
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
        return str(text).replace(" ", "\N{NO-BREAK SPACE}")

    def about(self, value: float, unit: str) -> str:
        """Return `value` with its unit and two digits, for a value without an interval."""
        step = _power_of_ten(abs(value), 2) if value and math.isfinite(value) else 1.0
        return self.quantity(value, unit, step)

    def tick(self, value: float, end: float, unit: str) -> str:
        """Return a round `value` on an axis that ends at `end`, without trailing zeros."""
        digits = f"{value or end:.0f}"
        zeros = len(digits) - (len(digits.rstrip("0")) if value else 1)
        step = 10.0**zeros
        return self.quantity(value, unit, step, size=end)

    def median(self, estimate: Estimate, unit: str, digits: int = 2) -> str:
        """Return the median with its unit, as precise as the interval allows."""
        step = rounding_step(estimate, digits)
        return self.quantity(estimate.median, unit, step, size=estimate.q95)

    def interval(self, estimate: Estimate, unit: str, digits: int = 2) -> str:
        """Return the 90 % interval with its unit, or say that nothing was unknown."""
        if estimate.q95 <= estimate.q05:
            return _("the same in every draw")
        step = rounding_step(estimate, digits)
        return _("{low} to {high}").format(
            low=self.quantity(estimate.q05, unit, step, size=estimate.q95),
            high=self.quantity(estimate.q95, unit, step, size=estimate.q95),
        )


def _rounded(value: float, step: float) -> float:
    rounded = round(value / step) * step
    return rounded if rounded else 0.0  # never "-0"


def _pattern(step: float) -> str:
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return "#,##0" + ("." + "0" * decimals if decimals else "")
