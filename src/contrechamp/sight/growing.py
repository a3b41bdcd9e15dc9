"""Operations on small arrays for compiled code, written as loops because these compile fast.

NumPy's notation for them (`a[:n] = b`, `a[:n].sort()`) takes Numba a second each: it compiles a
sort for any length, and the message of an error about shapes that cannot occur.
"""

from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_leaf, compiled_part


@compiled_leaf
def copy_first(n: int, source: Any, target: Any) -> None:
    """Copy the first `n` items of `source` to `target`."""
    for i in range(n):
        target[i] = source[i]


@compiled_part
def doubled(array: Any) -> Any:
    """Return an array of twice the length that begins with the same items."""
    larger = np.empty(2 * len(array), array.dtype)
    copy_first(len(array), array, larger)
    return larger


@compiled_part
def doubled_rows(array: Any) -> Any:
    """Return an array of twice as many rows that begins with the same ones."""
    rows, columns = array.shape
    larger = np.empty((2 * rows, columns), array.dtype)
    for i in range(rows):
        for j in range(columns):
            larger[i, j] = array[i, j]
    return larger


@compiled_leaf
def sort_few(array: Any, first: int, last: int) -> None:
    """Sort ``array[first:last]`` in place, by insertion."""
    for i in range(first + 1, last):
        value = array[i]
        j = i - 1
        while j >= first and array[j] > value:
            array[j + 1] = array[j]
            j -= 1
        array[j + 1] = value
