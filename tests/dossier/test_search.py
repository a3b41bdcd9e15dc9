"""Words are found however they are written; what is closed is not found."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import camera, desk, finding, source, telling, text

from contrechamp.base.search_words import normalised, query_of
from contrechamp.dossier.reading import search


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Le check-point de Hébron", "hebron"),
        ("l’œil de la caméra", "OEIL camera"),
        ("كَامِيرَاتُ المُرَاقَبَة", "كاميرات مراقبة"),  # vowel signs, article, teh marbuta
        ("إسرائيل أحمد آمال", "اسرائيل احمد امال"),  # forms of alef, hamza on its carrier
        ("مستشفى", "مستشفي"),  # alef maksura
        ("للكاميرا", "كاميرا"),
        ("کابل یک", "كابل يك"),  # Persian letters
        ("شـــارع ٥٦", "شارع 56"),  # tatweel, digits
        ("מַצְלֵמוֹת", "מצלמות"),  # niqqud
        ("צה״ל", 'צה"ל'),
        ("מחסום", "מחסומ"),  # final letters
        ("Straße Łódź", "strasse lodz"),
        ("Ｃａｍｅｒａ", "camera"),
    ],
)
def test_words_are_found_however_they_are_written(written: str, asked: str, tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = at.put(finding(claim=text(written, "und")))
        at.put(finding(claim=text("SAMPLE of something else")))
        assert [f"record/{hit.record.id}" for hit in search.find(at.case, asked)] == [ref]


def test_every_word_is_needed_phrases_stay_together_and_a_star_is_any_end(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        one = at.put(finding(claim=text("SAMPLE: the north gate is closed")))
        at.put(finding(claim=text("SAMPLE: the gate in the north")))
        found = search.find(at.case, '"north gate"')
        assert [f"record/{hit.record.id}" for hit in found] == [one]
        assert found[0].excerpt == "SAMPLE: the north gate is closed"
        assert len(search.find(at.case, "gate nort*")) == 2
        assert not search.find(at.case, "gate nort")
        assert not search.find(at.case, "gate south")
        assert not search.find(at.case, "gate", kind="camera")
        assert not search.find(at.case, " *** ")


def test_what_is_closed_is_not_found_nor_what_was_said_before(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        who = at.put(source(contact_rules="SAMPLE albatross"))
        told = at.put(telling(who, note="SAMPLE cormorant"))
        for closed in ("picture", "albatross", "cormorant"):
            assert not search.find(at.case, closed), closed
        assert search.find(at.case, "turnstile")
        at.put(telling(who, passages=()), told)
        assert not search.find(at.case, "turnstile")


def test_what_was_typed_is_no_language_of_queries(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        at.put(camera(name="SAMPLE NEAR gate"))
        for typed in ('NEAR("', "text:gate", "^gate", "(gate", "gate)", "a AND OR", "-gate", '"'):
            search.find(at.case, typed)
        assert search.find(at.case, "NEAR gate")


def test_of_very_many_the_newest_are_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COMMON", 20)
    with desk(tmp_path) as at:
        refs = [at.put(camera(name=f"SAMPLE gate {number}")) for number in range(30)]
        at.put(camera(name="SAMPLE, another one"))
        for words in ("gate", "gat*", '"sample gate"'):
            for limit in (1, 7, 100):
                hits = search.find(at.case, words, limit=limit)
                found = [f"record/{hit.record.id}" for hit in hits]
                assert found == list(reversed(refs))[:limit]
            assert not search.find(at.case, words, kind="finding")


@given(st.text())
def test_normalising_twice_is_normalising_once(words: str) -> None:
    once = normalised(words)
    assert normalised(once) == once or "ال" in once or "لل" in once
    query_of(words)
