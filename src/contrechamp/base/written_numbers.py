"""Numbers as people write them: which sign stands before the decimals, and which between thousands.

"1.200" is 1200 or 1.2. Which one is found from the other values of the column, or asked: it is
never guessed. Digits may be of any script: "١٬٢٠٠٫٥" has signs of its own, and is only 1200.5.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: What can stand before decimals.
SIGNS = (".", ",")
_SPACES = " \u00a0\u2009\u202f"
_MINUS = "\u2212"
#: Arabic signs before decimals and between thousands (Unicode 16.0, 9.2 "Arabic").
_ARABIC_DECIMAL, _ARABIC_THOUSANDS = "\u066b", "\u066c"
#: Marks of direction that right-to-left spreadsheets put beside numbers; nothing is seen of them.
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))


def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """Return what a number looks like; thousands are parted in threes, by one sign all through."""
    one = f"[{re.escape(thousands)}]"
    grouped = (
        rf"[1-9]\d{{0,2}}(?P<between>{one})\d{{3}}(?:(?P=between)\d{{3}})*" if thousands else ""
    )
    whole = rf"(?P<whole>{grouped}|\d+)" if grouped else r"(?P<whole>\d+)"
    return re.compile(
        rf"(?P<minus>[-+{_MINUS}]?){whole}?(?:{re.escape(decimal)}(?P<rest>\d+))?"
        r"(?P<power>[eE][-+]?\d{1,3})?"
    )


_PATTERNS = {
    sign: _pattern(sign, ("," if sign == "." else ".") + _SPACES + "'\u2019") for sign in SIGNS
}
_UNGROUPED = {sign: _pattern(sign, "") for sign in SIGNS}


def ascii_digits(text: str) -> str:
    """Return `text` with the decimal digits of any script as 0 to 9, without marks of direction.

    >>> ascii_digits("٢٠٢٥-٠٧-۰۱")
    '2025-07-01'
    """
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text.translate(_MARKS)).strip()


def readings(text: str, *, whole: bool = False, grouped: bool = True) -> dict[str, str]:
    """Return what a text can be, by the sign before its decimals: both, one, or none.

    Args:
        text: of a cell.
        whole: only whole numbers are meant.
        grouped: thousands may be parted; nobody does so in degrees.

    >>> readings("1.200"), readings("1 200 000,50"), readings("1.20.0")
    ({'.': '1.200', ',': '1200'}, {',': '1200000.50'}, {})
    """
    digits = ascii_digits(text.strip())
    patterns = _PATTERNS if grouped else _UNGROUPED
    if _ARABIC_DECIMAL in digits or _ARABIC_THOUSANDS in digits:
        one = _plain(patterns["."], _without_arabic_signs(digits), whole)
        return dict.fromkeys(SIGNS, one) if one is not None else {}
    found = {sign: _plain(pattern, digits, whole) for sign, pattern in patterns.items()}
    return {sign: one for sign, one in found.items() if one is not None}


def _plain(pattern: re.Pattern[str], text: str, whole: bool) -> str | None:
    """Return a number of a pattern as Python writes it; None if it is none."""
    match = pattern.fullmatch(text)
    if match is None or (match["whole"] is None and match["rest"] is None):
        return None
    digits = re.sub(r"\D", "", match["whole"] or "0")
    minus = "-" if match["minus"] in {"-", _MINUS} else ""
    rest = match["rest"] or ""
    if not whole:
        return f"{minus}{digits}{'.' if rest else ''}{rest}{match['power'] or ''}"
    return None if rest.strip("0") or match["power"] else minus + digits


def _without_arabic_signs(text: str) -> str:
    """Return a number with signs that the patterns know; "" if it has signs of two scripts."""
    if set(text) & set(SIGNS):
        return ""
    return text.replace(_ARABIC_DECIMAL, ".").replace(_ARABIC_THOUSANDS, "'")


class DecimalSigns:
    """Which sign stands before the decimals in each column, from all of its values.

    Args:
        given: by column, where the user says it; under "" that of all others.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self._fits: dict[str, set[str]] = defaultdict(set)

    def given(self, column: str) -> str:
        """Return the sign that the user says; "" if they do not."""
        return self._given.get(column) or self._given.get("", "")

    def see(self, column: str, found: Mapping[str, str]) -> None:
        """Note the readings of a value, which may tell of the others."""
        if len(found) == 1:
            self._fits[column].update(found)

    def sign(self, column: str) -> str:
        """Return the sign before decimals in a column; "" if its values do not tell."""
        fits = self._fits[column]
        return self.given(column) or (next(iter(fits)) if len(fits) == 1 else "")

    def plain(self, column: str, text: str, found: Mapping[str, str], where: str) -> str:
        """Return a value with a point before its decimals.

        Args:
            column: that it stands in.
            text: the value as it is written.
            found: its readings.
            where: for errors.

        Raises:
            InputError: if it is no number, or can be two, and nothing tells which.
        """
        if given := self.given(column):
            if given not in found:
                raise InputError(
                    _("expected a number with {sign} before its decimals, and none or signs "
                      "between its thousands").format(sign=given),
                    where=where,
                )  # fmt: skip
            return found[given]
        if not found:
            raise InputError(_("expected a number"), where=where)
        if len({Decimal(one) for one in found.values()}) == 1:
            return next(iter(found.values()))
        if sign := self.sign(column):
            return found[sign]
        point, comma = (f"{Decimal(found[sign]).normalize():f}" for sign in SIGNS)
        raise InputError(
            _(
                "{text} is {point} or {comma}, and nothing in the column tells which; say in the "
                'mapping decimal = "." or decimal = ","'
            ).format(text=text[:40], point=point, comma=comma),
            where=where,
        )
