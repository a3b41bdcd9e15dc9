"""Many values of a statement in one parameter, taken apart by SQLite.

SQLCipher locks each piece of memory that SQLite asks for, and wipes it afterwards: two system calls
a value that is bound, which take longer than writing the row that it belongs to. So the values of
many rows lie behind each other in one parameter, where each begins in another, and SQL cuts them
out again.
"""

from collections.abc import Sequence

#: Digits of a number that tells where a value begins, or how long it is: SQL can read digits only.
_DIGITS = 10
#: Stands before the values: of a parameter without bytes SQLite cuts no text of length 0, but NULL.
_BEFORE = b"\0"
#: Most bytes of the values of one statement: all of them are in memory twice.
MOST_BYTES = 4 << 20
#: Most rows of one statement.
MOST_ROWS = 1024
#: As what SQL takes a value, by its type here.
_CASTS = {str: "CAST({} AS TEXT)", int: "CAST({} AS INTEGER)", bytes: "{}", type(None): "NULL"}

#: Types of the values of a row.
Kinds = tuple[type, ...]


def kinds_of(row: Sequence[object]) -> Kinds:
    """Return the types of the values of a row: only rows of the same ones go together."""
    return tuple(map(type, row))


def select(kinds: Kinds) -> str:
    """Return SQL that selects rows again which `packed` has put together.

    Args:
        kinds: types of the values of each row: str, int, bytes or None.
    """
    columns = [_CASTS[kind].format(_cut(place, len(kinds))) for place, kind in enumerate(kinds)]
    return f"SELECT {', '.join(columns)} FROM json_each(:each)"  # noqa: S608  no value stands in it


def _cut(place: int, width: int) -> str:
    """Return SQL of the bytes of the value at a place of the current row."""
    at = f"(key * {width} + {place}) * {2 * _DIGITS}"
    start, length = (f"CAST(substr(:where, {at} + {more}, {_DIGITS}) AS INTEGER)"
                     for more in (1, 1 + _DIGITS))  # fmt: skip
    return f"substr(:values, {start}, {length})"


def packed(rows: Sequence[Sequence[object]]) -> dict[str, object]:
    """Return the parameters of `select` for rows whose values are all of the same types."""
    values = [_bytes_of(value) for row in rows for value in row]
    where, start = [], len(_BEFORE) + 1
    for value in values:
        where.append(b"%010d%010d" % (start, len(value)))
        start += len(value)
    each = f"[{','.join('0' * len(rows))}]"
    return {"each": each, "where": b"".join(where), "values": _BEFORE + b"".join(values)}


def _bytes_of(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode()
