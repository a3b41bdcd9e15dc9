"""Names of companies in two scripts: which are found by letters, and which are not.

The pairs are names of well-known companies in both, from general knowledge: none was looked up.
"""

import pytest
from rapidfuzz import fuzz

from contrechamp.dossier.names import name_keys
from contrechamp.dossier.names.matching import AT_LEAST

CYRILLIC = {
    "Газпром": "Gazprom", "Роснефть": "Rosneft", "Лукойл": "Lukoil", "Сбербанк": "Sberbank",
    "Яндекс": "Yandex", "Транснефть": "Transneft", "Ростелеком": "Rostelecom",
    "Новатэк": "Novatek", "Аэрофлот": "Aeroflot", "Ростех": "Rostec", "Київстар": "Kyivstar",
    "Нафтогаз": "Naftogaz",
}  # fmt: skip
ARABIC = {
    "أرامكو": "Aramco", "سابك": "SABIC", "أوريدو": "Ooredoo", "اتصالات": "Etisalat",
    "سوناطراك": "Sonatrach", "الجزيرة": "Al Jazeera", "موبايلي": "Mobily", "زين": "Zain",
    "جوال": "Jawwal", "بالتل": "Paltel", "طيران الإمارات": "Emirates",
    "بنك فلسطين": "Bank of Palestine",
}  # fmt: skip
HEBREW = {
    "טבע": "Teva", "אלביט מערכות": "Elbit Systems", "בנק לאומי": "Bank Leumi", "בזק": "Bezeq",
    "אל על": "El Al", "דלק": "Delek", "פלאפון": "Pelephone", "סלקום": "Cellcom",
    "בנק הפועלים": "Bank Hapoalim", "אגד": "Egged", "רפאל": "Rafael", "תנובה": "Tnuva",
}  # fmt: skip


def alike(key, one: str, other: str) -> bool:
    first, second = key(one), key(other)
    return bool(first and second) and fuzz.ratio(first, second) >= AT_LEAST


def test_cyrillic_names_are_found_but_where_letters_stand_for_others() -> None:
    missed = {one for one, other in CYRILLIC.items() if not alike(name_keys.latin, one, other)}
    assert missed == {"Яндекс", "Ростех"}


def test_arabic_and_hebrew_names_are_found_by_four_consonants_or_more() -> None:
    pairs = ARABIC | HEBREW
    found = {one for one, other in pairs.items() if alike(name_keys.consonants, one, other)}
    assert found == {
        "اتصالات", "سوناطراك", "بالتل", "بنك فلسطين", "בנק לאומי", "פלאפון", "סלקום",
        "בנק הפועלים",
    }  # fmt: skip
    # Of the others, two are translated, and the rest have too few.
    short = {one for one in pairs.keys() - found if not name_keys.consonants(pairs[one])
             or not name_keys.consonants(one)}  # fmt: skip
    assert pairs.keys() - found - short == {"طيران الإمارات", "אלביט מערכות"}


def test_no_name_is_taken_for_another_one_of_the_list() -> None:
    pairs = CYRILLIC | ARABIC | HEBREW
    taken = [
        (one, other)
        for one, own in pairs.items()
        for other in pairs.values()
        if other != own
        for key in (name_keys.written, name_keys.latin, name_keys.consonants)
        if alike(key, one, other)
    ]
    assert taken == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ООО Газпром", "Gazprom LLC"),
        ("ПАО «Роснефть»", "PJSC Rosneft"),
        ("Société EXEMPLE SA", "EXEMPLE Societe"),
    ],
)
def test_the_legal_form_does_not_count(one: str, other: str) -> None:
    assert alike(name_keys.latin, one, other)


def test_a_name_that_is_only_a_legal_form_stays_one() -> None:
    assert name_keys.written("Ltd.") == "ltd"
