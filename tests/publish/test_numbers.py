"""Numbers, lists and dates in sentences: rounded no finer than known, and never to nothing."""

import re

import pytest

from contrechamp.publish.numbers import Numbers
from contrechamp.publish.spread import rounding_step, spread
from publish.worlds import figure

EN = Numbers("en")


def plain(text: str) -> str:
    return re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", text)


@pytest.mark.parametrize(
    ("value", "unit", "step", "said"),
    [
        (0.0, "m", 1.0, "0 m"),
        (0.3, "m", 1.0, "less than 1 m"),
        (12.4, "m", 1.0, "12 m"),
        (40.0, "m", 1000.0, "40 m"),
        (38_240.0, "m", 1000.0, "38 km"),
        (12_400.0, "m2", 100.0, "1.24 ha"),
        (0.001, "cameras", 0.1, "less than 0.01"),
        (1.42, "cameras", 0.1, "1.4"),
        (0.0, "share", 0.01, "0 %"),
        (0.0004, "share", 0.01, "less than 0.1 %"),
        (0.004, "share", 0.01, "0.4 %"),
        (0.41, "share", 0.01, "41 %"),
        (0.996, "share", 0.01, "99.6 %"),
        (0.9999, "share", 0.01, "more than 99.9 %"),
        (1.0, "share", 0.001, "100 %"),
        (float("nan"), "m", 1.0, "–"),
        (float("nan"), "share", 0.01, "–"),
    ],
)
def test_something_is_never_told_as_nothing(
    value: float, unit: str, step: float, said: str
) -> None:
    assert plain(EN.quantity(value, unit, step)) == said


@pytest.mark.parametrize(
    ("shape", "digits", "value", "interval", "agreement"),
    [
        ("wide", 2, "780 m", "550 m to 1,090 m", ""),
        ("wide", 1, "800 m", "500 m to 1,100 m", ""),
        ("narrow", 2, "780 m", "", "780 m, rounded"),
        ("all draws agree", 2, "780 m", "", "the same in every draw"),
        ("most draws agree", 2, "780 m", "", "the same in nine draws of ten"),
        ("one draw", 2, "780 m", "", ""),
    ],
)
def test_an_interval_decides_on_the_digits(
    shape: str, digits: int, value: str, interval: str, agreement: str
) -> None:
    told = spread(figure("streets.seen_m", "m", 780.0, shape), EN, digits)
    assert (plain(told.value), plain(told.interval), plain(told.agreement)) == (
        value, interval, agreement,
    )  # fmt: skip


def test_an_exact_value_keeps_three_digits() -> None:
    assert rounding_step(figure("streets.seen_m", "m", 12_345.0, "one draw")) == 100.0


@pytest.mark.parametrize(
    ("language", "length", "share", "day", "month", "listed"),
    [
        ("en", "38.2 km", "41 %", "1 May 2026", "May 2026", "a, b and c"),
        ("fr", "38,2 km", "41 %", "1er mai 2026", "mai 2026", "a, b et c"),
        ("ar", "38.2 كم", "41 %", "1 مايو 2026", "مايو 2026", "a وb وc"),
        ("he", "38.2 ק״מ", "41 %", "1 במאי 2026", "מאי 2026", "a, b וc"),
    ],
)
def test_each_language_writes_in_its_own_way(
    language: str, length: str, share: str, day: str, month: str, listed: str
) -> None:
    """What it should be is CLDR's; that a reader of each takes it for theirs was looked at."""
    numbers = Numbers(language)

    def visible(text: str) -> str:
        return re.sub("[\N{RIGHT-TO-LEFT MARK}\N{LEFT-TO-RIGHT MARK}\u2068\u2069]", "", plain(text))

    assert visible(numbers.quantity(38_240.0, "m", 100.0)) == length
    assert visible(numbers.percent(0.41)) == share
    assert visible(numbers.day("2026-05-01")) == day
    assert visible(numbers.day("2026-05")) == month
    assert visible(numbers.all_of(["a", "b", "c"])) == listed


@pytest.mark.parametrize(
    ("value", "unit", "en", "fr", "ar"),
    [
        (5.0, "m", "5 m", "5 m", "5 أمتار"),
        (6.8, "mm", "6.8 mm", "6,8 mm", "6.8 مم"),
        (2560.0, "px", "2,560 px", "2 560 px", "2,560 بكسل"),
        (41.25, "deg", "41.2°", "41,2°", "41.2°"),
        (float("nan"), "m", "–", "–", "–"),
    ],
)
def test_what_a_camera_is(value: float, unit: str, en: str, fr: str, ar: str) -> None:
    said = [plain(Numbers(language).measured(value, unit)) for language in ("en", "fr", "ar")]
    assert said == [en, fr, ar]


def test_latitude_stays_left_of_longitude_where_lines_run_left() -> None:
    assert EN.coordinates(31.5, 35.1) == "31.500000, 35.100000"
    assert Numbers("he").coordinates(31.5, 35.1)[0] == "\N{LEFT-TO-RIGHT ISOLATE}"


@pytest.mark.parametrize("text", ["2026", "", "spring 2026", "2026-13-01", "2026-02-30"])
def test_what_is_no_full_date_stays_as_it_is(text: str) -> None:
    assert EN.day(text) == text
