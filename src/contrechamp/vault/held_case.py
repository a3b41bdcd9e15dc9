"""A case that is held open over many commands: what opens it is kept until it is forgotten.

Each command opens the case anew, as it does anywhere else, and so sees what others have written to
it meanwhile; only what the user was asked for, and the key that took a second to work out of it,
are kept. They are forgotten when nobody types, and when the ways into the case are not what they
were.
"""

import hashlib
from contextlib import ExitStack
from pathlib import Path

from contrechamp.vault.access import casefile, passphrases
from contrechamp.vault.access.slots import Secret
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

    def keep(self, secret: Secret) -> None:
        """Keep what opens the case, and the key that is worked out of it."""
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

    def grown(self, found: Case) -> int:
        """Return how many entries the log has beside those that were there before; note it."""
        before, self.size = self.size, found.size
        return found.size - before if before else 0

    def _ways(self) -> bytes:
        """Return the digest of case.toml; "" if it is not there."""
        try:
            return hashlib.sha256((self.folder / casefile.NAME).read_bytes()).digest()
        except OSError:
            return b""
