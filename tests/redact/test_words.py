import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ],
)
def test_a_word_is_found_however_it_is_written(word, text, expected):
    assert found([word], text) == [expected]


def test_what_is_not_asked_for_is_not_found():
    assert found(["Sara", "Ali Nur"], "arasA Alinor, aliens; Ali\n\nand Nur") == []
    assert not Words([])
    assert not Words(["—"])


def test_the_longer_of_two_is_one_find():
    assert found(["Ana", "Ana Lima"], "Ana Lima and Ana") == ["Ana Lima", "Ana"]


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
