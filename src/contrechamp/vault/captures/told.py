"""What a file says of others, gathered within bounds; `vouching` says of what form it is."""

from typing import Any

from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.metadata.foreign_text import cleaned

#: Most files that one speaks of, and most bytes that what it says of them takes in a record.
MAX_OF, MAX_SAID = 5_000, 1 << 20
MAX_NAME = 300


class Told:
    """What a file says of others, as it is being read."""

    def __init__(self, kind: str) -> None:
        self.checks = Findings()
        self.own: list[str] = []
        self._kind = kind
        self._of: dict[tuple[str, str], None] = {}
        self._room, self._not_listed = MAX_SAID, 0

    def say(self, algorithm: str, digest: str, name: str = "") -> None:
        """Take note of the hash of a file.

        Args:
            algorithm: as ``sha256``, ``sha3-512``.
            digest: hexadecimal.
            name: of the file, if it is named.
        """
        short = cleaned(name, MAX_NAME)
        self._room -= len(short.encode()) + 200
        if len(self._of) >= MAX_OF or self._room < 0:
            self._not_listed += 1
        else:
            self._of[f"{algorithm}:{digest.lower()}", short] = None

    def state(self) -> dict[str, Any] | None:
        """Return it as a record holds it; None if nothing was said."""
        found: dict[str, Any] = {
            "format": self._kind,
            "of": [{"hash": one, **({"name": name} if name else {})} for one, name in self._of],
            "checks": self.checks.state()["checks"],
            "own": self.own,
            "not_listed": self._not_listed,
        }
        if not found["of"] and not found["checks"]:
            return None
        return {name: value for name, value in found.items() if value or name == "of"}
