"""Tables of a case that hold values which none of our statements puts there; see `values`."""

from collections.abc import Iterator
from functools import lru_cache

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.vault.database import make_tables
from contrechamp.vault.values import CONDITIONS


def strange_tables(database: sqlite.Connection, more: str) -> Iterator[str]:
    """Yield the tables that hold a value of another type, or of another size, than ours.

    Args:
        database: open, and its schema found to be ours.
        more: SQL of the caller's own tables, as for `database.make_tables`.
    """
    for table, expected in _tables(more):
        # Names and conditions are ours.
        query = f"SELECT 1 FROM {table} WHERE NOT ({expected}) LIMIT 1"  # noqa: S608
        if database.execute(query).fetchone() is not None:
            yield f"table {table}"


@lru_cache(maxsize=4)
def _tables(more: str) -> tuple[tuple[str, str], ...]:
    """Return every table, and the condition that its rows fulfil."""
    conditions: dict[str, list[str]] = {}
    empty = sqlite.connect(":memory:")
    try:
        make_tables(empty, more)
        for table, column, kind, may_lack in empty.execute(_COLUMNS):
            if kind in CONDITIONS:  # those of the full-text index are declared without
                condition = CONDITIONS[kind].format(column)
                condition = f"({column} IS NULL OR {condition})" if may_lack else condition
                conditions.setdefault(str(table), []).append(condition)
    finally:
        empty.close()
    return tuple((table, " AND ".join(those)) for table, those in conditions.items())


_COLUMNS = """
SELECT t.name, c.name, c.type, NOT c."notnull" AND NOT c.pk
FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid
"""
