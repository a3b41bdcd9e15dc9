"""The case that a session of commands holds open: the one that they find without asking anybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contrechamp.vault.access.slots import AgeIdentities
    from contrechamp.vault.held_case import HeldCase

_held: "HeldCase | None" = None


@contextmanager
def holding(held: "HeldCase") -> Iterator[None]:
    """Let commands open a case with what is held, until the ``with`` block ends."""
    global _held
    before, _held = _held, held
    try:
        yield
    finally:
        _held = before
        held.forget()


def held_at(folder: Path) -> "HeldCase | None":
    """Return the case that is held, if it is this one."""
    return _held if _held is not None and _held.folder == folder else None


def own_keys() -> "AgeIdentities | None":
    """Return the age keys that open the case that is held, if it is these that do."""
    secret = None if _held is None else _held.secret
    return None if isinstance(secret, str | bytes) else secret
