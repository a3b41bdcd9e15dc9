"""The process that reads bytes of strangers: takes one task, confines itself, and does it.

Run as ``python -m contrechamp.cell.worker N``: the task comes on standard input; progress and
outcome go to file descriptor N, so that nothing a decoder prints can be mistaken for either.
"""

import errno
import json
import os
import pkgutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from contrechamp.base import i18n
from contrechamp.base.errors import CheckFailedError, InputError, OutputError
from contrechamp.cell.confinement import confine
from contrechamp.cell.limits import ProcessLimits

GO = b"go\n"
_SAY_EVERY_S = 0.1
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ROOM_BYTES = 1 << 16
_PACKAGE = Path(__file__).parents[1]


def main() -> int:
    """Do the task on standard input, once the parent has seen under which restrictions."""
    descriptor = int(sys.argv[1])
    out = os.fdopen(descriptor, "wb")
    task: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    i18n.activate(task["language"])
    restrictions = confine(
        ProcessLimits(**task["limits"]),
        readable=map(Path, task["readable"]),
        writable=[Path(task["workshop"])],
        descriptors=[descriptor],
    )
    _say(out, {"confined": restrictions})
    if sys.stdin.buffer.readline() != GO:
        return 1
    tempfile.tempdir = task["workshop"]  # looking for one tries to remove a file
    try:
        # Not imported before: NumPy starts threads.
        function = pkgutil.resolve_name(task["function"])
        _say(out, {"outcome": function(task["said"], _progress_to(out))})
    except (InputError, OutputError, CheckFailedError) as error:
        where = error.where if isinstance(error, InputError) else ""
        message = str(error).removeprefix(f"{where}: ") if where else str(error)
        _say(out, {"error": type(error).__name__, "message": message, "where": where})
    except Exception as error:
        number = getattr(error, "errno", None)
        if isinstance(error, MemoryError) or number == errno.ENOMEM or "bad_alloc" in str(error):
            _say(out, {"error": "memory"})
        elif number in _FULL or _is_full(Path(task["workshop"])):
            _say(out, {"error": "full"})
        else:
            traceback.print_exc()
            _say(out, {"error": "ours", "kind": type(error).__name__, "place": _place(error)})
    return 0


def _is_full(folder: Path) -> bool:
    """Tell whether the disk is full, which some errors do not say (Pillow's has no number)."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize < _ROOM_BYTES


def _progress_to(out: BinaryIO) -> Any:
    @contextmanager
    def progress(label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        waiting, said_at = 0.0, time.monotonic()

        def advance(amount: float) -> None:
            nonlocal waiting, said_at
            waiting += amount
            if time.monotonic() - said_at >= _SAY_EVERY_S:
                _say(out, {"advance": waiting})
                waiting, said_at = 0.0, time.monotonic()

        _say(out, {"bar": label, "total": total})
        yield advance
        _say(out, {"advance": waiting, "end": True})

    return progress


def _say(out: BinaryIO, what: dict[str, Any]) -> None:
    # item() turns NumPy's numbers into Python's, which json takes.
    out.write(json.dumps(what, default=lambda value: value.item()).encode() + b"\n")
    out.flush()


def _place(error: Exception) -> str:
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(_PACKAGE):
            place = f"{file.relative_to(_PACKAGE).as_posix()}:{frame.lineno}"
    return place


if __name__ == "__main__":
    sys.exit(main())
