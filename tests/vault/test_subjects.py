"""The door to the vault's records: states, entries and versions, one by one and many at a time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contrechamp.vault import case as cases_
from contrechamp.vault import database, erasing, object_keys, subjects, verifying
from contrechamp.vault.case import Case, Change
from contrechamp.vault.log import custody
from vault import cases


def write(case: Case, *changes: Change) -> None:
    with database.transaction(case.database):
        cases_.append(case, changes, cases.NOW)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    cases.new(tmp_path / "case")
    with cases.opened(tmp_path / "case", write=True) as found:
        yield found


def test_the_newest_state_is_what_was_written_last(case: Case) -> None:
    assert subjects.newest(case, "record/aa") is None
    write(case, Change("record", "record/aa", {"n": 1}), Change("record", "record/bb", {"n": 7}))
    write(case, Change("edit", "record/aa", {"n": 2}))
    newest = subjects.newest(case, "record/aa")
    assert newest is not None
    assert (newest.parsed, newest.is_erased, newest.object) == ({"n": 2}, False, None)
    assert newest.entry == case.size - 1
    assert newest.digest == subjects.entry_of(case, "record/aa").digest
    (older,) = subjects.earlier(case, "record/aa")
    assert older.parsed == {"n": 1}
    entries = custody.entries_of(case.database, [older.entry, newest.entry])
    assert {n: one.action for n, one in entries.items()} == {
        older.entry: "record", newest.entry: "edit",
    }  # fmt: skip
    assert entries[older.entry].digest == older.digest
    assert subjects.all_states(case, "record/aa") == [newest, older]
    assert list(subjects.all_earlier(case)) == [older]


def test_printing_a_state_shows_nothing_of_it(case: Case) -> None:
    write(case, Change("record", "record/aa", {"name": "SAMPLE Quartzfeather"}))
    newest = subjects.newest(case, "record/aa")
    assert newest is not None
    assert "Quartzfeather" not in f"{newest} {newest!r}"
    assert repr(newest.salt) not in repr(newest)


def test_more_are_asked_for_at_once_than_a_query_takes(case: Case) -> None:
    many = [f"record/{number:016x}" for number in range(2 * database.AT_A_TIME + 1)]
    write(case, *(Change("record", one, {"n": one}) for one in many))
    asked = [*reversed(many), "record/none"]
    assert subjects.known(case, asked) == set(many)
    assert {one: state.parsed["n"] for one, state in subjects.newest_of(case, asked).items()} == {
        one: one for one in many
    }
    assert subjects.newest_of(case, []) == {}


def test_a_room_ends_where_the_next_begins(case: Case) -> None:
    write(
        case,
        *(Change("record", one, {}) for one in ("record/ff", "record/00", "recorder/1", "record0")),
    )
    assert [one.subject for one in subjects.below(case, "record/")] == ["record/00", "record/ff"]
    assert subjects.with_prefix(case, "record/f", 2) == ["record/ff"]
    assert subjects.with_prefix(case, "record/", 1) == ["record/00"]
    entries = [one.entry for one in subjects.all_newest(case)]
    assert entries == sorted(entries)


def test_a_table_of_others_is_joined_in_its_own_order(case: Case) -> None:
    write(case, Change("record", "record/aa", {"n": 1}), Change("edit", "record/bb", {"n": 2}))
    rows = (
        "SELECT column1 AS subject, column2 AS value, column3 AS place "
        "FROM (VALUES ('record/aa', ?, 2), ('record/bb', 'b', 1), ('record/none', 'c', 0))"
    )
    assert [
        (value, state.parsed["n"], entry.action)
        for value, state, entry in subjects.joined(case, rows, ["a"])
    ] == [("b", 2, "edit"), ("a", 1, "record")]


def test_earlier_states_are_forgotten_and_the_newest_stays(case: Case) -> None:
    for number in range(3):
        write(
            case,
            *(Change("edit" if number else "record", one, {"n": number})
              for one in ("record/aa", "record/bb")),
        )  # fmt: skip
    with database.transaction(case.database):
        subjects.forget(case, subjects.earlier(case, "record/aa")[:1])
        subjects.forget_earlier(case, ["record/bb"])
    assert [one.parsed["n"] for one in subjects.all_states(case, "record/aa")] == [2, 1]
    assert [one.parsed["n"] for one in subjects.all_states(case, "record/bb")] == [2]


def test_items_of_one_content_are_found_by_its_key_until_it_is_erased(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    cases.new(folder)
    (tmp_path / "one.txt").write_bytes(b"SAMPLE text")
    one = cases.add(folder, tmp_path / "one.txt")[0].item
    (tmp_path / "two.txt").write_bytes(b"SAMPLE text")
    two = cases.add(folder, tmp_path / "two.txt")[0].item
    with cases.opened(folder, write=True) as case:
        state = subjects.newest(case, f"item/{one}")
        assert state is not None
        assert state.object is not None
        assert subjects.holders(case, [state.object, "none"]) == {
            state.object: sorted([f"item/{one}", f"item/{two}"])
        }
        key = object_keys.by_name(case, [state.object])[state.object]
        assert (object_keys.read(case, key), key.size) == (b"SAMPLE text", 11)
        assert key.identity not in repr(key)
        erasing.erase(case, [one, two], reason="SAMPLE", now=cases.NOW)
        assert object_keys.by_name(case, [state.object]) == {}
        assert subjects.holders(case, [state.object]) == {}
        gone = subjects.newest(case, f"item/{one}")
        assert gone is not None
        assert gone.is_erased
        assert gone.object is None
        assert not verifying.verify(case)
