"""Dates, numbers, amounts and lists in the reader's form, beside what ICU makes of CLDR."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import icu
import pytest

from contrechamp.base import i18n, written

#: As ICU names them: what English without a country is, is ours to say.
LOCALES = {
    "en": "en_001", "en-US": "en_US", "fr": "fr", "fr-CH": "fr_CH", "he": "he", "ar": "ar",
    "ar-PS": "ar_PS", "ar-EG": "ar_EG", "ar-MA": "ar_MA", "ur": "ur",
}  # fmt: skip
BLANKS, MARKS = re.compile("[\u00a0\u202f\u2009]"), re.compile("[\u200e\u200f\u061c]")


def plain(text: str) -> str:
    return BLANKS.sub(" ", MARKS.sub("", text)).strip()


def by_icu(day: date, pattern: str, locale: str) -> str:
    made = icu.SimpleDateFormat(pattern, icu.Locale(locale))
    made.setTimeZone(icu.TimeZone.createTimeZone("UTC"))
    made.setCalendar(icu.GregorianCalendar(icu.TimeZone.createTimeZone("UTC")))
    return str(made.format(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()))


@pytest.mark.parametrize("language", LOCALES)
def test_a_day_is_written_as_icu_writes_it(language: str) -> None:
    locale = icu.Locale(LOCALES[language])
    of_day = icu.DateFormat.createDateInstance(icu.DateFormat.kLong, locale).toPattern()
    of_month = icu.DateTimePatternGenerator.createInstance(locale).getBestPattern("yMMMM")
    for day in (date(2026, month, day) for month in range(1, 13) for day in (1, 11, 28)):
        wanted = by_icu(day, of_day, LOCALES[language])
        if language.startswith("fr") and day.day == 1:
            wanted = wanted.replace("1 ", "1er ", 1)
        assert plain(written.written_day(day, language)) == plain(wanted)
        wanted = by_icu(day, of_month, LOCALES[language])
        assert plain(written.written_date(f"{day:%Y-%m}", language)) == plain(wanted)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("value", ["0", "7", "-1234.5", "1234567.125", "999999999"])
def test_a_number_is_written_as_icu_writes_it(language: str, value: str) -> None:
    locale = icu.Locale(LOCALES[language])
    number = icu.NumberFormat.createInstance(locale)
    told = written.written_number(Decimal(value), language)
    assert plain(told) == plain(number.format(float(value)))
    money = icu.NumberFormat.createCurrencyInstance(locale)
    money.setCurrency("ILS")
    if language != "fr-CH":  # where amounts have a point and other numbers a comma
        told = written.written_money(Decimal(value).quantize(Decimal("0.01")), "ILS", language)
        assert plain(told) == plain(money.format(float(value)))


@pytest.mark.parametrize(
    ("language", "day", "month", "year"),
    [
        ("en", "31 December 2026", "December 2026", "2026"),
        ("fr", "31 décembre 2026", "décembre 2026", "2026"),
        ("he", "31 בדצמבר 2026", "דצמבר 2026", "2026"),
        ("ar", "31 ديسمبر 2026", "ديسمبر 2026", "2026"),
        ("ar-PS", "٣١ كانون الأول ٢٠٢٦", "كانون الأول ٢٠٢٦", "٢٠٢٦"),
    ],
)
def test_what_is_known_of_a_date_is_said_and_no_more(
    language: str, day: str, month: str, year: str
) -> None:
    told = [written.written_date(text, language) for text in ("2026-12-31", "2026-12", "2026")]
    assert told == [day, month, year]


def test_what_is_approximate_or_uncertain_is_said_in_the_users_language() -> None:
    assert written.written_date("2022-05~") == "about May 2022"
    assert written.written_date("2022?") == "2022, uncertain"
    with i18n.speaking("fr"):
        assert written.written_date("2022-05~") == "vers mai 2022"


def test_an_amount_keeps_every_digit() -> None:
    assert written.written_money(Decimal("0.125"), "EUR", "en") == "€0.125"
    assert written.written_money(Decimal(7), "JPY", "en") == "JP¥7"
    assert plain(written.written_money(Decimal("12000.5"), "EUR", "fr")) == "12 000,50 €"


@pytest.mark.parametrize("text", ["", "spring", "2026-13-01", "2026-02-30", "0000-01-01"])
def test_what_is_no_date_stays_as_it_is(text: str) -> None:
    assert written.written_date(text, "fr") == text
    assert written.written_moment(text, "fr") == text


def test_a_language_that_cldr_does_not_know_keeps_what_everybody_can_read() -> None:
    assert written.written_date("2026-12-31", "xx-nonsense") == "2026-12-31"
    assert written.written_number(Decimal("1.5"), "xx") == "1.5"


def test_what_is_put_into_arabic_and_hebrew_does_not_turn_the_words_around_it() -> None:
    assert written.isolated("Sample Ltd", "fr") == "Sample Ltd"
    for language in ("ar", "ar-PS", "he", "fa"):
        assert written.isolated("Sample Ltd", language) == "\u2068Sample Ltd\u2069"
