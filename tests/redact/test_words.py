import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.redact.word_forms import parts_of
from contrechamp.redact.words import Words


def found(words, text):
    return [text[begin:end] for begin, end in Words(words).find(text)]


@pytest.mark.parametrize(
    ("word", "text", "expected"),
    [
        ("Amina Saleh", "by AMINA  SALEH.", "AMINA  SALEH"),
        ("Amina Saleh", "by Amina\nSaleh", "Amina\nSaleh"),
        ("Amina Saleh", "Ami-\nna Sa\u00adleh", "Ami-\nna Sa\u00adleh"),
        ("Amina Saleh", "x@AminaSaleh.example", "AminaSaleh"),
        ("Lüders", "LUDERS", "LUDERS"),
        ("Lüders", "Lu\u0308ders", "Lu\u0308ders"),
        ("Fischer", "\ufb01scher", "\ufb01scher"),
        ("Strauß", "STRAUSS", "STRAUSS"),
        ("Kadıköy", "KADIKÖY", "KADIKÖY"),
        ("أمينة", "قالت وأمينة", "أمينة"),
        ("أمينة", "اَمِينه", "اَمِينه"),
        ("أمينة", "ﺃﻣﻴﻨﺔ", "ﺃﻣﻴﻨﺔ"),
        ("أمينة", "ﺔﻨﻴﻣﺃ", "ﺔﻨﻴﻣﺃ"),
        ("שרה", "השרה", "שרה"),
        ("שרה", "הרש", "הרש"),
        ("Matti", "Matilla ja Mattille", "Matti"),
        ("Ada Sample", "by Sample, Ada.", "Sample, Ada"),
        ("Ada Sample", "SAMPLE Ada", "SAMPLE Ada"),
        ("Ada Sample", "by Ada M. Sample.", "Ada M. Sample"),
        ("Ada Sample", "sample.ada@mail.example", "sample.ada"),
        ("Ada Sample", "@adasample", "adasample"),
        ("Ada Sample", "@asample", "asample"),
        ("Ada Sample", "by A. Sample", "A. Sample"),
        ("Ada Sample", "Sample, A. (2025)", "Sample, A."),
        ("Ada Sample", "A D A  S A M P L E", "A D A  S A M P L E"),
        ("Ada Maria Sample", "Sample Ada Maria", "Sample Ada Maria"),
        ("Quixotte", "Qui-xotte", "Qui-xotte"),
        ("Quixotte", "Q.u.i.x.o.t.t.e", "Q.u.i.x.o.t.t.e"),
        ("Quixotte", "Q\nu\ni\nx\no\nt\nt\ne", "Q\nu\ni\nx\no\nt\nt\ne"),
        ("Quixotte", "Q u i\nx o t\nt\ne", "Q u i\nx o t\nt\ne"),
        ("0401234567", "call 0401 234 567", "0401 234 567"),
        ("0401234567", "+358 40 123 4567", "+358 40 123 4567"),
        ("0401234567", "00358401234567", "00358401234567"),
        ("0401234567", "+358 (0)40-123 45 67", "+358 (0)40-123 45 67"),
        ("0401234567", "401234567", "401234567"),
        ("+358 40 123 4567", "040-1234567", "040-1234567"),
        ("0401234567", "٠٤٠١٢٣٤٥٦٧", "٠٤٠١٢٣٤٥٦٧"),
        ("٠٤٠١٢٣٤٥٦٧", "0401 234 567", "0401 234 567"),
        ("李样本", "人李 样 本人", "李 样 本"),
        ("견본", "견 본", "견 본"),
    ],
)
def test_a_word_is_found_however_it_is_written(word, text, expected):
    assert found([word], text) == [expected]


def test_what_is_not_asked_for_is_not_found():
    assert found(["Sara", "Ali Nur"], "arasA Alinor, aliens; Ali\n\nand Nur") == []
    assert not Words([])
    assert not Words(["—"])


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("only Ada here", "part", "Ada"),
        ("the Samples and a sample", "initial", "a sample"),
        ("Ada Maria Sample", "between", "Ada Maria Sample"),
        ("adas99@mail.example", "initial", "adas99@"),
        ("@sample_a", "initial", "sample_a"),
        ("Sampel was there", "letter", None),
        ("by Samplle", "letter", "Samplle"),
    ],
)
def test_what_is_near_is_told_and_not_taken_out(text, kind, shown):
    words = Words(["Ada Sample"])
    found = [(near.kind, text[near.begin : near.end]) for near in words.near(text)]
    assert words.find(text) == []
    if shown is None:
        assert found == []
    else:
        assert (kind, shown) in found
    assert all(near.word == "Ada Sample" for near in words.near(text))


def test_what_is_taken_out_is_not_told_as_near():
    words = Words(["Ada Sample", "Quixotte", "0401234567"])
    assert words.near("Ada Sample; Sample, Ada; A. Sample; Quixotte; 0401 234 567") == []


def test_parts_that_many_names_have_are_not_told():
    assert Words(["Ana de la Lima"]).near("de la casa") == []
    assert Words(["Ahmad bin Salih"]).near("bin al la") == []


def test_a_number_is_none_of_a_longer_one():
    assert Words(["0401234567"]).find("40123456789") == []
    assert Words(["0401234567"]).find("1.2.3.4.5.6.7") == []


def test_an_address_is_no_name():
    words = Words(["ada@sample.example"])
    assert words.find("ada@sample.example") == [(0, 18)]
    assert words.near("a sample of ada") == []


def test_letters_are_written_for_one_another_by_the_users_table():
    table = (("kh", "h", "x"), ("ou", "u", "w"), ("ee", "i"), ("ss", "s"))
    words = Words(["Khaleel Yousef"], table)
    for written in ("Halil Yusef", "YOUSSEF KHALIL", "xaleel ywsef", "Kha-\nlil.Yusef"):
        assert words.find(written) == [(0, len(written))], written
    assert words.find("Mahaleel Josef") == []


def test_the_longer_of_two_is_one_find():
    assert found(["Ana", "Ana Lima"], "Ana Lima and Ana") == ["Ana Lima", "Ana"]


NAME = st.text(st.sampled_from("abdeiklmnorstuvzàéïß"), min_size=4, max_size=9)


def tuple_of_letters(name):
    return tuple(parts_of(name))


SEPARATORS = st.sampled_from([" ", ", ", "\n", ".", "_", "-", "", " \t"])


@settings(max_examples=40)
@given(
    st.lists(NAME, min_size=2, max_size=3, unique_by=tuple_of_letters),
    st.randoms(),
    SEPARATORS,
    st.booleans(),
)
def test_a_name_is_found_in_any_order_case_and_accent(parts, random, between, loud):
    written = list(parts)
    random.shuffle(written)
    text = between.join(written)
    text = text.upper() if loud else unicodedata.normalize("NFD", text)
    spans = Words([" ".join(parts)]).find(f"seen {text}; end")
    assert (min(begin for begin, _ in spans), max(end for _, end in spans)) == (5, 5 + len(text))


@settings(max_examples=40)
@given(NAME, SEPARATORS.filter(bool))
def test_spaced_letters_are_found(name, between):
    text = between.join(name)
    assert Words([name]).find(f"seen {text}; end")[0] == (5, 5 + len(text))


@settings(max_examples=40)
@given(st.text(st.sampled_from("0123456789"), min_size=8, max_size=12), st.data())
def test_a_number_is_found_however_it_is_grouped(digits, data):
    if len(digits.lstrip("0")) < 7:
        return
    gaps = st.sampled_from(["", "", " ", "-", ".", ") ", " / "])
    text = "".join(
        digit + (data.draw(gaps) if place < len(digits) - 1 else "")
        for place, digit in enumerate(digits)
    )
    found = Words([digits]).find(f"at {text}.")
    assert found[0][1] == 3 + len(text)
    national = digits.lstrip("0")
    [(begin, end)] = Words([digits]).find(f"at +999 {national}.")
    assert (begin, end) == (3, 8 + len(national))


@settings(max_examples=40)
@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=20), max_size=4))
def test_any_text_and_any_list_give_spans_in_order(text, listed):
    words = Words(listed)
    for spans in (words.find(text), [(near.begin, near.end) for near in words.near(text)]):
        assert all(0 <= begin < end <= len(text) for begin, end in spans)
        assert spans == sorted(spans)


LETTERS = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=2, max_size=8)


@given(LETTERS, LETTERS, st.sampled_from(["", "-\n", "\u00ad", "\u200b"]), st.integers(1, 7))
def test_what_is_put_in_is_found(before, word, gap, place):
    if not Words([word]):
        return
    cut = min(place, len(word) - 1)
    written = word[:cut] + gap + word[cut:]
    text = f"{before} {written} {before}"
    begins = [begin for begin, end in Words([word]).find(text) if end > len(before)]
    assert begins
    assert min(begins) <= len(before) + 1
