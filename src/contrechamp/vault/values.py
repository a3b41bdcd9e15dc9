"""What a value in the database of a case can be: the one rule, as Python and as SQL ask it.

SQLite takes nearly any value in nearly any column, and whoever has the key can put one there: a
number where bytes are expected would be taken for how many there are to be (``bytes(10**12)`` is a
terabyte of zeros), a text of gigabytes for a name.
"""

from collections.abc import Mapping
from typing import Final

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: File of the database in a case.
DATABASE: Final = "case.db"
#: More than anything of ours takes: a record, an answer of an authority, the text of a record.
MAX_BYTES: Final = 8 << 20
#: What is counted is never more, and never negative.
MAX_NUMBER: Final = 2**53 - 1

#: Declared type of a column -> condition that a value of it fulfils, "{0}" being the column.
#: Neither type nor length makes SQLite load a value.
CONDITIONS: Mapping[str, str] = {
    "TEXT": f"(typeof({{0}}) = 'text' AND octet_length({{0}}) <= {MAX_BYTES})",
    "BLOB": f"(typeof({{0}}) = 'blob' AND octet_length({{0}}) <= {MAX_BYTES})",
    "INTEGER": f"(typeof({{0}}) = 'integer' AND {{0}} BETWEEN 0 AND {MAX_NUMBER})",
}


class ForeignValueError(InputError):
    """Raised where a column holds what we do not write there.

    Args:
        name: of the table or column.
    """

    def __init__(self, name: str) -> None:
        message = _(
            "its part {name} holds a value of another type or size than contrechamp writes: "
            "somebody with a key of the case altered it; contrechamp verify names everything of "
            "this kind"
        )
        super().__init__(message.format(name=name), where=DATABASE)


def blob(value: object, column: str, most: int = MAX_BYTES) -> bytes:
    """Return a value of a column of bytes.

    Args:
        value: as SQLite gives it.
        column: ``table.column``, for messages.
        most: bytes.

    Raises:
        ForeignValueError: if it is of another type, or longer.
    """
    if type(value) is not bytes or len(value) > most:
        raise ForeignValueError(column)
    return value


def text(value: object, column: str, most: int = MAX_BYTES) -> str:
    """Return a value of a column of text; as `blob`."""
    if type(value) is not str or len(value.encode("utf-8", "surrogatepass")) > most:
        raise ForeignValueError(column)
    return value


def whole(value: object, column: str) -> int:
    """Return a value of a column of whole numbers; as `blob`."""
    if type(value) is not int or not 0 <= value <= MAX_NUMBER:
        raise ForeignValueError(column)
    return value
