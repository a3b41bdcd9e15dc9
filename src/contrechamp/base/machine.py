"""What a process that holds keys keeps off this machine's disk, and where it notes what it saw."""

import os
import resource
from pathlib import Path


def no_core_dumps() -> None:
    """Keep the memory of this process, which holds keys, from ending up on a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def seen_folder() -> Path:
    """Return the folder where this machine notes what it saw of each case; it may not exist yet."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state, "contrechamp", "seen")
