"""Rows whose values share one parameter are what rows of one parameter a value are."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as sqlite

from contrechamp.vault import database, many_values

VALUES = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    bytes: st.binary(max_size=20),
    int: st.integers(-(2**63), 2**63 - 1),
    type(None): st.none(),
}
ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.tuples(*[st.one_of(*VALUES.values()) for _column in range(width)]), max_size=30
    )
)


def empty(width: int) -> sqlite.Connection:
    """Return a database in memory with a table whose columns take any value as it is."""
    db = sqlite.connect(":memory:", isolation_level=None)
    db.execute(f"CREATE TABLE t ({', '.join(f'c{place} ANY' for place in range(width))}) STRICT")
    return db


@given(ROWS)
def test_rows_are_what_was_given(rows: list[tuple[object, ...]]) -> None:
    db = empty(len(rows[0]) if rows else 1)

    database.insert_rows(db, "t", rows)

    assert db.execute("SELECT * FROM t ORDER BY rowid").fetchall() == rows


@pytest.mark.parametrize("most_bytes", [1, 100, 10_000])
def test_many_are_several_statements(monkeypatch: pytest.MonkeyPatch, most_bytes: int) -> None:
    monkeypatch.setattr(many_values, "MOST_BYTES", most_bytes)
    monkeypatch.setattr(many_values, "MOST_ROWS", 7)
    rows = [(number, "é\0" * (number % 5), b"\0" * (number % 3)) for number in range(50)]
    db = empty(3)

    database.insert_rows(db, "t", iter(rows))

    assert db.execute("SELECT * FROM t").fetchall() == rows
    asked = [number for number, _text, _blob in rows[::2]]
    found = database.rows_of(db, "SELECT c0 FROM t WHERE c0 IN ({}) ORDER BY c0", asked)
    assert [number for (number,) in found] == asked


@pytest.mark.parametrize(
    "there", [["a", "b\0c", "é", ""], [b"\0\1", b"", b"a"], [1, -(2**63), 2**63 - 1]]
)
def test_values_that_are_asked_for_are_found(there: list[object]) -> None:
    db = empty(1)
    db.executemany("INSERT INTO t VALUES (?)", [(value,) for value in there])

    asked = [*there, "none", b"none", 5]

    assert {
        value for (value,) in database.rows_of(db, "SELECT c0 FROM t WHERE c0 IN ({})", asked)
    } == set(there)


def test_what_fails_leaves_nothing() -> None:
    db = sqlite.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE t (c0 TEXT PRIMARY KEY) STRICT")
    db.execute("BEGIN")
    numbers = count()

    with pytest.raises(sqlite.IntegrityError):
        database.insert_rows(db, "t", [(f"{next(numbers) % 40}",) for _row in range(60)])

    assert not db.in_transaction
    assert db.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_each_value_is_looked_up_by_its_index() -> None:
    """Not compared with each row of a table."""
    db = sqlite.connect(":memory:")
    database.make_tables(db, "")
    for column in ("objects.name", "objects.sha256", "records.object", "records.subject"):
        table, _dot, name = column.partition(".")
        query = f"SELECT 1 FROM {table} WHERE {name} IN ({many_values.select((str,))})"
        plan = db.execute(f"EXPLAIN QUERY PLAN {query}", many_values.packed([("a",)])).fetchall()
        assert "SEARCH" in plan[0][3], plan
