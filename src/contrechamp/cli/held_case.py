"""A case that is held open over many commands: what opens it is kept until it is forgotten.

Each command opens the case anew, as it does anywhere else, and so sees what others have written to
it meanwhile; only what the user was asked for, and the key that took a second to work out of it,
are kept. They are forgotten when nobody types, and when the ways into the case are not what they
were.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contrechamp.vault.access.slots import AgeIdentities, Secret
    from contrechamp.vault.case import Case


class HeldCase:
    """A case, and what opens it for as long as it is known.

    Args:
        folder: of the case, as commands are given it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secret: Secret | None = None
        #: Number of entries in its log when a command last had it open; 0 before the first.
        self.size = 0
        self._ways_in = b""
        self._keys = ExitStack()

    def keep(self, secret: "Secret") -> None:
        """Keep what opens the case, and the key that is worked out of it."""
        from contrechamp.vault.access import passphrases

        self.forget()
        self._keys.enter_context(passphrases.once())
        self.secret, self._ways_in = secret, self._ways()

    def forget(self) -> None:
        """Forget all that opens the case."""
        self.secret = None
        self._keys.close()

    def is_changed(self) -> bool:
        """Return whether the ways into the case are no longer those for which the secret is."""
        return self._ways() != self._ways_in

    def grown(self, found: "Case") -> int:
        """Return how many entries the log has beside those that were there before; note it."""
        before, self.size = self.size, found.size
        return found.size - before if before else 0

    def _ways(self) -> bytes:
        """Return the digest of case.toml; "" if it is not there."""
        from contrechamp.vault.access import casefile

        try:
            return hashlib.sha256((self.folder / casefile.NAME).read_bytes()).digest()
        except OSError:
            return b""


_held: HeldCase | None = None


@contextmanager
def holding(held: HeldCase) -> Iterator[None]:
    """Let commands open a case with what is held, until the ``with`` block ends."""
    global _held
    before, _held = _held, held
    try:
        yield
    finally:
        _held = before
        held.forget()


def held_at(folder: Path) -> HeldCase | None:
    """Return the case that is held, if it is this one."""
    return _held if _held is not None and _held.folder == folder else None


def own_keys() -> "AgeIdentities | None":
    """Return the age keys that open the case that is held, if it is these that do."""
    secret = None if _held is None else _held.secret
    return None if isinstance(secret, str | bytes) else secret
