"""Names made comparable, beside what ICU and rigour make of them."""

import pytest
from babel import Locale
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz
from rigour.names import remove_org_types
from rigour.text.translit import ascii_text

from contrechamp.dossier.names import name_keys

FORMS = ["ltd", "s.a.", "s.a", "ооо", "пао", "gmbh & co. kg", "gmbh", "public limited co.",
         "public limited", "株式会社", "בע\"מ", "co", "d.o.o.", "a/s"]  # fmt: skip
NAMES = st.lists(
    st.sampled_from([*FORMS, "acme", "газпром", "société", " ", ", ", "-", ".", "&", "(", ")"]),
    max_size=8,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(NAMES)
@example("public limited co.foo")  # the longer form does not stand by itself, the shorter does
def test_legal_forms_go_as_rigour_takes_them_out(name: str) -> None:
    theirs = remove_org_types(name.casefold())
    wanted = theirs if theirs.strip(" .,") else name
    assert name_keys.written(name) == name_keys._in_order(name_keys.normalised(wanted))


def city_names(code: str) -> dict[str, str]:
    """Return the names of countries and of the cities of time zones in a language."""
    locale = Locale.parse(code)
    cities = {
        zone: told["city"]
        for zone, told in locale._data["time_zones"].items()
        if isinstance(told, dict) and "city" in told
    }
    return {**locale.territories, **cities}


def found(code: str, *, with_icu: bool) -> int:
    """Return how many names are found by their English ones, at the threshold of `match`."""
    english = city_names("en")
    pairs = [
        (name, english.get(key) or key.rpartition("/")[2].replace("_", " "))
        for key, name in city_names(code).items()
    ]

    def key(name: str) -> str:
        if not with_icu:
            return name_keys.latin(name)
        bare = remove_org_types(name.casefold())
        return name_keys._in_order(ascii_text(bare).casefold().replace("'", ""))

    return sum(fuzz.ratio(key(one), key(other)) >= 90 for one, other in pairs)


@pytest.mark.parametrize("code", ["ru", "uk", "bg", "sr", "mk", "el", "hy", "ka", "ko", "mn", "zh"])
def test_about_as_many_names_of_other_alphabets_are_found_as_with_icu(code: str) -> None:
    theirs = found(code, with_icu=True)
    assert found(code, with_icu=False) >= 0.97 * theirs
