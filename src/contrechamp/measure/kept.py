"""What several threads need and one of them works out."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key, each worked out when it is first asked for; who asks meanwhile waits for it.

    The work must not ask the same `Kept` for anything.
    """

    def __init__(self) -> None:
        self._values: dict[K, V] = {}
        self._lock = Lock()

    def of(self, key: K, work: Callable[[], V]) -> V:
        """Return the value of a key; `work` makes it."""
        with self._lock:
            if key not in self._values:
                self._values[key] = work()
            return self._values[key]
