"""What holds for a process with keys on this machine, whichever door it was started by."""

import os
import resource
from pathlib import Path


def no_core_dumps() -> None:
    """Keep the memory of this process, which holds keys, from being written to a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def seen_folder() -> Path:
    """Return where this machine notes what it has seen of each case; it need not be there yet."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state, "contrechamp", "seen")
