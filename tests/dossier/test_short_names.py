"""Short names: by what people type records; SAMPLE content, made-up names."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import Desk, desk, item, source

from contrechamp.base.errors import InputError
from contrechamp.dossier.reading.short_names import (
    MAX_LETTERS,
    ShortNames,
    among,
    any_ref,
    full_ref,
    in_full,
    is_typed,
    words_of,
)
from contrechamp.dossier.records.contracts import Contract, Tender
from contrechamp.dossier.records.field_types import Record
from contrechamp.dossier.writing import erasing, store
from contrechamp.dossier.writing.store import Put
from vault import cases

NOW = cases.NOW


def contract(at: Desk, name: str) -> str:
    return at.put(Contract(name=name, sample=True))


def put_with_ids(at: Desk, records: dict[str, Record]) -> None:
    store.put_all(at.case, [Put(one, id_, new=True) for id_, one in records.items()], now=NOW)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("City 2021", "city-2021"),
        ("  Caméras de l’État  ", "cameras-de-l-etat"),
        ("Straße/Œuvre — №7", "strasse-oeuvre-no7"),
        ("عَقْد ٢٠٢١", "qd-2021"),
        ("عقد ۲۰۲۱", "qd-2021"),
        ("חוזה צה״ל", "hvzh-tshl"),
        ("כָּמוּת", "khmvt"),
        ("Сity 2021", "sity-2021"),  # with a Cyrillic letter: another name, which shows
        ("Ci\u200dty\u202e 2021", "city-2021"),  # with a joiner and a mark of direction: the same
        ("\x1b[31mred\n", "31mred"),
        ("…!?", ""),
        ("x" * 40, "x" * MAX_LETTERS),
        ("whoever passes the gate is compared", "whoever-passes-the-gate-is"),
    ],
)  # fmt: skip
def test_a_title_becomes_words_that_any_keyboard_has(title: str, words: str) -> None:
    assert words_of(title) == words


@given(st.text(max_size=300))
def test_words_are_plain_short_and_their_own_words(title: str) -> None:
    words = words_of(title)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*|", words)
    assert len(words) <= MAX_LETTERS
    assert words_of(words) == words


def test_a_name_means_one_record_however_it_is_typed(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        first, other = contract(at, "Sample city 2021"), contract(at, "عقد المدينة")
        tender = at.put(Tender(name="Sample city 2021", sample=True))
        names = ShortNames(at.case)
        assert names.of(first) == "contract/sample-city-2021"
        assert names.of(tender) == "tender/sample-city-2021"
        for typed in ("contract/sample-city-2021", "contract/sam", "contract/Sample City, 2021"):
            assert full_ref(at.case, typed) == first
        assert full_ref(at.case, "contract/sample-city-2021#part") == first + "#part"
        assert full_ref(at.case, "contract/عَقد المدينة") == other
        assert full_ref(at.case, names.of(other)) == other
        assert in_full(at.case)("contract/sample-city-2021") == first
        assert in_full(at.case)("not/sample") == "not/sample"
        with pytest.raises(InputError):
            full_ref(at.case, "contract/sam", whole=True)
        with pytest.raises(InputError, match="more than one") as told:
            full_ref(at.case, "contract/")
        assert f"{first}  contract/sample-city-2021  Sample city 2021" in str(told.value)


def test_equal_titles_are_told_apart_by_their_ids_and_by_nothing_in_a_title(
    tmp_path: Path,
) -> None:
    ids = {"3f2a" + "0" * 12: "City", "3f2a0" + "1" * 11: "CITY", "77" + "0" * 14: "city!",
           "88" + "0" * 14: "City.3f2a0"}  # fmt: skip
    with desk(tmp_path) as at:
        put_with_ids(at, {one: Contract(name=name, sample=True) for one, name in ids.items()})
        names = ShortNames(at.case)
        assert [names.of(f"record/{one}") for one in ids] == [
            "contract/city.3f2a00", "contract/city.3f2a01", "contract/city.7700",
            "contract/city-3f2a0",
        ]  # fmt: skip
        for one in ids:
            assert full_ref(at.case, names.of(f"record/{one}")) == f"record/{one}"
        assert full_ref(at.case, "contract/city.77") == "record/77" + "0" * 14
        for several in ("contract/city", "contract/city.3f2a0", "contract/ci", "3f2a"):
            with pytest.raises(InputError, match="more than one") as told:
                full_ref(at.case, several)
            assert "record/3f2a" in str(told.value)
            assert "contract/city" in str(told.value)


def test_long_equal_titles_are_told_apart_too(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        refs = [
            at.put(Contract(name=f"SAMPLE contract with a long name, part {one}", sample=True))
            for one in ("north", "south")
        ]
        names = ShortNames(at.case)
        assert len({names.of(ref) for ref in refs}) == 2
        assert [full_ref(at.case, names.of(ref)) for ref in refs] == refs


def test_of_many_that_are_meant_a_few_are_listed(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        put_with_ids(at, {f"{n:016x}": Contract(name="x" * 90, sample=True) for n in range(40)})
        with pytest.raises(InputError) as told:
            full_ref(at.case, "contract/x")
        lines = str(told.value).splitlines()
        assert len(lines) == 12
        assert lines[-1] == "  and 30 more"
        names = ShortNames(at.case)
        assert len({names.of(f"record/{n:016x}") for n in range(40)}) == 40


def test_a_title_cannot_steer_the_terminal_of_who_mistypes(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        contract(at, "a\x1b[2J\u202e")
        contract(at, "a\x1b[2Jb")
        with pytest.raises(InputError) as told:
            full_ref(at.case, "contract/\u202ea")
        assert str(told.value).replace("\n", "").isprintable()


def test_what_was_erased_has_no_name_any_more(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        ref = contract(at, "Zanzibar deal")
        erasing.erase_refs(at.case, [ref], reason="SAMPLE", now=NOW)
        assert ShortNames(at.case).of(ref) == ""
        with pytest.raises(InputError, match="no such record"):
            full_ref(at.case, "contract/zanzibar-deal")
        for (table,) in at.case.database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL"
        ).fetchall():
            for row in at.case.database.execute(f"SELECT * FROM {table}").fetchall():
                assert "zanzibar" not in repr(row).lower(), table


def test_items_and_what_is_no_record_have_none(tmp_path: Path) -> None:
    photo = item(tmp_path)
    with desk(tmp_path) as at:
        assert ShortNames(at.case).of(photo) == ""
        assert ShortNames(at.case).line(photo) == f"{photo}  sample-photo.jpg"
        assert full_ref(at.case, photo[:10]) == photo
        at.put(source())
        for nothing in ("source/nobody", "suspect/x", "source/.3f", "member/"):
            with pytest.raises(InputError, match="no such record"):
                full_ref(at.case, nothing)


def test_a_text_is_known_as_a_reference_before_any_case_is_open() -> None:
    assert [is_typed(text) for text in ("actor/x", "record/3f", "item/", "Sample Ltd", "a/b")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert any_ref("actor/x") == "record/" + "0" * 16
    assert any_ref("2026") == "2026"


def test_what_leaves_is_told_apart_among_itself() -> None:
    rows = [("3f2a" + "0" * 12, "contract", "SAMPLE"), ("3f2b" + "0" * 12, "contract", "SAMPLE")]
    assert among(rows[:1]) == {rows[0][0]: "contract/sample"}
    assert list(among(rows).values()) == ["contract/sample.3f2a", "contract/sample.3f2b"]
    assert among([*rows[:1], *rows[:1]]) == among(rows[:1])  # several dates of one record


def test_ten_thousand_equal_titles_are_told_apart_in_ten_times_the_time_of_a_thousand(
    tmp_path: Path,
) -> None:
    def cost(many: int) -> float:
        rows = [(f"{n * 7919:016x}", "contract", "SAMPLE") for n in range(many)]
        begun = time.process_time()
        assert len(set(among(rows).values())) == many
        return time.process_time() - begun

    assert cost(10_000) < 40 * max(min(cost(1000) for _time in range(3)), 0.005)
    with desk(tmp_path / "case") as at:
        put_with_ids(at, {f"{n * 7919:016x}": Contract(name="SAMPLE") for n in range(10_000)})
        begun, names = time.process_time(), ShortNames(at.case)
        shown = {names.of_row(f"{n * 7919:016x}", "contract", "SAMPLE") for n in range(10_000)}
        assert len(shown) == 10_000
        assert time.process_time() - begun < 2  # not with the square, which takes a minute
