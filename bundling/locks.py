"""The locks of requirements/: what is installed, and the hashes that are accepted of it."""

import re
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker

ROOM = Path(__file__).parents[1] / "requirements"
_BLOCK = re.compile(r"(?m)^(\S+)==(\S+?)(?: ; (.+?))? \\\n((?: +--hash=\S+(?: \\)?\n?)+)")


class Pin(NamedTuple):
    """One package as it is locked."""

    name: str
    version: str
    marker: Marker | None
    hashes: tuple[str, ...]  # sha256, in hexadecimal


def read(lock: Path) -> list[Pin]:
    """Return what a lock holds."""
    return [
        Pin(
            name,
            version,
            Marker(marker) if marker else None,
            tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", hashes)),
        )
        for name, version, marker, hashes in _BLOCK.findall(lock.read_text(encoding="utf-8"))
    ]
