"""Values in the database of a case that none of our statements puts there.

SQLite takes nearly any value in nearly any column, and whoever has the key can put one there: a
number where bytes are expected would be taken for how many there are to be, a text of gigabytes
for a name.
"""

from collections.abc import Iterator
from functools import lru_cache

from sqlcipher3 import dbapi2 as sqlite

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.vault.database import NAME, make_tables

#: More than anything of ours takes: a record, an answer of an authority, the text of a record.
MAX_BYTES = 8 << 20
#: What is counted is never more, and never negative.
MAX_NUMBER = 2**53 - 1

_EXPECTED = {
    "TEXT": f"(typeof({{0}}) = 'text' AND octet_length({{0}}) <= {MAX_BYTES})",
    "BLOB": f"(typeof({{0}}) = 'blob' AND octet_length({{0}}) <= {MAX_BYTES})",
    "INTEGER": f"(typeof({{0}}) = 'integer' AND {{0}} BETWEEN 0 AND {MAX_NUMBER})",
}


def strange_tables(database: sqlite.Connection, more: str) -> Iterator[str]:
    """Yield the tables that hold a value of another type, or of another size, than ours.

    Args:
        database: open, and its schema found to be ours.
        more: SQL of the caller's own tables, as for `database.make_tables`.
    """
    for table, expected in _tables(more):
        # Names and conditions are ours; neither type nor length makes SQLite load a value.
        query = f"SELECT 1 FROM {table} WHERE NOT ({expected}) LIMIT 1"  # noqa: S608
        if database.execute(query).fetchone() is not None:
            yield f"table {table}"


def refused(name: str) -> InputError:
    """Return the error for a table that `strange_tables` names."""
    message = _(
        "its part {name} holds a value of another type or size than contrechamp writes: somebody "
        "with a key of the case altered it; contrechamp verify names everything of this kind"
    )
    return InputError(message.format(name=name), where=NAME)


@lru_cache(maxsize=4)
def _tables(more: str) -> tuple[tuple[str, str], ...]:
    """Return every table, and the condition that its rows fulfil."""
    conditions: dict[str, list[str]] = {}
    empty = sqlite.connect(":memory:")
    try:
        make_tables(empty, more)
        for table, column, kind, may_lack in empty.execute(_COLUMNS):
            if kind in _EXPECTED:  # those of the full-text index are declared without
                condition = _EXPECTED[kind].format(column)
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
