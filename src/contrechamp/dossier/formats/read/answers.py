"""What a child of the cell answers about a file that is imported, checked before it is used."""

from typing import Any

from contrechamp.cell import failures


def text(value: Any, where: str) -> str:
    """Return text.

    Raises:
        CellError: if it is anything else.
    """
    if not isinstance(value, str):
        raise failures.nonsense(where)
    return value


def whole(value: Any, where: str) -> int:
    """Return a whole number that is not negative.

    Raises:
        CellError: if it is anything else.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise failures.nonsense(where)
    return value


def number(value: Any, where: str) -> float | None:
    """Return a number, or None.

    Raises:
        CellError: if it is anything else.
    """
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
        raise failures.nonsense(where)
    return value


def texts(value: Any, where: str) -> list[str]:
    """Return a list of texts.

    Raises:
        CellError: if it is anything else.
    """
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise failures.nonsense(where)
    return value


def cells(value: Any, where: str) -> dict[str, str]:
    """Return texts by name.

    Raises:
        CellError: if it is anything else.
    """
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise failures.nonsense(where)
    return value
