"""What a process with keys keeps from a disk and from others, and where it notes what it saw."""

import ctypes
import os
import resource
import sys
from pathlib import Path

#: PR_SET_DUMPABLE (prctl(2)).
_SET_DUMPABLE = 4


def keep_memory_private() -> None:
    """Keep the memory of this process, which holds keys, from a disk and from other processes.

    No core is dumped and, on Linux, no process of the same user can attach to this one or read its
    memory; root can. Programs that it starts are not bound by it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def seen_folder() -> Path:
    """Return the folder where this machine notes what it saw of each case; it may not exist yet."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state, "contrechamp", "seen")
