"""Dates, moments, numbers, amounts and lists as a language writes them (CLDR).

For what people read; what machines read stays as it is stored: ISO 8601, a point before decimals.
Digits are those that CLDR gives the language of the text: Arabic-Indic ones in ``ar-PS`` or
``ar-EG``, Latin ones in ``ar-MA``, in Hebrew, and in ``ar`` alone, which says no country and is
read in all of them. English without a country puts the day first, as most of the world does.

CLDR's data are read from files at first use: nothing that runs in the cell may ask for them.
"""

import functools
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from contrechamp.base.i18n import _, active_language

if TYPE_CHECKING:
    from babel import Locale

#: The digit nought of the numbering systems that CLDR has as somebody's own, beside Latin.
_NOUGHTS = {
    "arab": "\u0660", "arabext": "\u06f0", "beng": "\u09e6", "deva": "\u0966", "mymr": "\u1040",
    "tibt": "\u0f20", "olck": "\u1c50", "nkoo": "\u07c0", "mtei": "\uabf0", "adlm": "\U0001e950",
    "cakm": "\U00011136", "hmnp": "\U0001e140",
}  # fmt: skip
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?([~?]?)")
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(?:Z|\+00:00)")


def written_date(text: str, language: str = "") -> str:
    """Return a date as far as it is known in words; what is no date as it is.

    Args:
        text: 2022, 2022-05 or 2022-05-14; with ~ if it is approximate, ? if it is uncertain, which
            is said in the language of the interface.
        language: of the text around it; by default that of the interface.

    >>> written_date("2026-12-31", "fr"), written_date("2026-12", "fr"), written_date("2026", "fr")
    ('31 décembre 2026', 'décembre 2026', '2026')
    >>> written_date("2026-12-31", "en"), written_date("2022-05~", "en")
    ('31 December 2026', 'about May 2022')
    """
    found = _PARTIAL.fullmatch(text)
    if found is None:
        return text
    known = _date(language, found)
    if found[4] == "~":
        return _("about {date}").format(date=known)
    if found[4] == "?":
        return _("{date}, uncertain").format(date=known)
    return known


def written_day(day: date, language: str = "") -> str:
    """Return a day in words.

    >>> written_day(date(2026, 4, 1), "fr")
    '1er avril 2026'
    """
    return written_date(day.isoformat(), language)


def written_interval(first: str, last: str, language: str = "") -> str:
    """Return the time from one date to another, each as far as it is known.

    >>> written_interval("2025-12", "2026-02-01", "en")
    'December 2025\u2009–\u20091 February 2026'
    """
    locale = _locale(language)
    between = locale.interval_formats[None] if locale else "{0} – {1}"
    return str(between).format(written_date(first, language), written_date(last, language))


def written_moment(text: str, language: str = "") -> str:
    """Return a moment of universal time in words; what is none as it is.

    >>> written_moment("2026-12-01T01:40:37Z", "fr")
    '1 déc. 2026, 01:40:37 UTC'
    """
    from babel.dates import format_date

    locale, found = _locale(language), _MOMENT.fullmatch(text)
    if locale is None or found is None:
        return text
    day = date(int(found[1]), int(found[2]), int(found[3]))
    return _in_digits(f"{format_date(day, 'medium', locale=locale)}, {found[4]} UTC", locale)


def written_number(value: Decimal | float, language: str = "") -> str:
    r"""Return a number with all the digits that it has.

    >>> written_number(Decimal("12000.125"), "fr"), written_number(7, "fr")
    ('12\u202f000,125', '7')
    """
    from babel.numbers import format_decimal

    locale = _locale(language)
    if locale is None:
        return str(value)
    system = _system(locale)
    text = format_decimal(value, locale=locale, decimal_quantization=False, numbering_system=system)
    return _in_digits(str(text), locale)


def written_money(amount: Decimal, currency: str, language: str = "") -> str:
    """Return an amount with its currency, no digit of it lost.

    >>> written_money(Decimal("12000.5"), "EUR", "en")
    '€12,000.50'
    """
    from babel.numbers import format_currency, get_currency_precision

    locale = _locale(language)
    if locale is None:
        return f"{amount} {currency}"
    exponent = amount.normalize().as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    text = format_currency(
        amount,
        currency,
        locale=locale,
        decimal_quantization=decimals <= get_currency_precision(currency),
        numbering_system=_system(locale),
    )
    return _in_digits(str(text), locale)


def written_list(words: Sequence[str], language: str = "") -> str:
    """Return words as one list.

    >>> written_list(["fr", "ar", "he"], "en")
    'fr, ar and he'
    """
    from babel.lists import format_list

    locale = _locale(language)
    return str(format_list(list(words), locale=locale)) if locale else ", ".join(words)


def isolated(text: str, language: str = "") -> str:
    """Return what is put into a text, kept from turning the words around it about.

    A name in Latin letters or an amount within Arabic or Hebrew takes the full stop behind it
    along; between these marks, which nobody sees, it does not. Nothing is added from left to right.
    """
    locale = _locale(language)
    if locale is None or locale.text_direction != "rtl":
        return text
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def _date(language: str, found: re.Match[str]) -> str:
    from babel.dates import format_date, format_skeleton

    year, month, day = found[1], found[2], found[3]
    iso = "-".join(part for part in (year, month, day) if part)
    locale = _locale(language)
    if locale is None:
        return iso
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:  # no such day
        return iso
    if day:
        text = str(format_date(first, "long", locale=locale))
        if locale.language == "fr" and first.day == 1:  # CLDR has no word for it
            text = text.replace("1 ", "1er ", 1)
    else:
        text = str(format_skeleton("yMMMM" if month else "y", first, locale=locale))
    return _in_digits(text, locale)


def _locale(language: str) -> "Locale | None":
    return _locale_of(language or active_language())


@functools.lru_cache(maxsize=100)
def _locale_of(tag: str) -> "Locale | None":
    """Return the locale of a tag, else that of its language; None if CLDR does not know it."""
    from babel import Locale, UnknownLocaleError

    if tag == "en":
        return Locale("en", "001")
    parts = tag.split("-")
    while parts:
        try:
            return Locale.parse("_".join(parts))
        except (UnknownLocaleError, ValueError):
            parts.pop()
    return None


def _system(locale: "Locale") -> str:
    system = str(locale.default_numbering_system)
    return system if system in _NOUGHTS else "latn"


def _in_digits(text: str, locale: "Locale") -> str:
    nought = _NOUGHTS.get(_system(locale), "")
    if not nought:
        return text
    return text.translate({ord("0") + n: chr(ord(nought) + n) for n in range(10)})
