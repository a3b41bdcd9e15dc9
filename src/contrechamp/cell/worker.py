"""The process that reads bytes of strangers: confines itself, and does what it is told.

Run as ``python -m contrechamp.cell.worker N``: what to do comes on standard input; progress and
outcomes go to file descriptor N, so that nothing a decoder prints can be mistaken for either.
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
from contrechamp.base.our_place import place_in_ours
from contrechamp.cell.confinement import confine
from contrechamp.cell.limits import ProcessLimits

_SAY_EVERY_S = 0.1
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ROOM_BYTES = 1 << 16


def main() -> None:
    """Do what standard input says, once the parent has seen under which restrictions."""
    descriptor = int(sys.argv[1])
    out = os.fdopen(descriptor, "wb")
    room: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    i18n.activate(room["language"])
    os.chdir("/")  # from elsewhere it could reach what has too long a path for the parent
    restrictions = confine(
        ProcessLimits(**room["limits"]),
        readable=map(Path, room["readable"]),
        writable=[Path(room["workshop"])],
        libraries=map(Path, room["libraries"]),
        descriptors=[descriptor],
        scratch=room["scratch"],
    )
    _say(out, {"confined": restrictions})
    tempfile.tempdir = room["workshop"]  # looking for one tries to remove a file
    for line in iter(sys.stdin.buffer.readline, b""):
        _say(out, _answer(json.loads(line), out, Path(room["workshop"])))


def _answer(call: dict[str, Any], out: BinaryIO, workshop: Path) -> dict[str, Any]:
    try:
        # Not imported before it is confined: NumPy starts threads.
        function = pkgutil.resolve_name(call["function"])
        return {"outcome": function(call["said"], _progress_to(out))}
    except (InputError, OutputError, CheckFailedError) as error:
        where = error.where if isinstance(error, InputError) else ""
        message = str(error).removeprefix(f"{where}: ") if where else str(error)
        return {"error": type(error).__name__, "message": message, "where": where}
    except Exception as error:
        number = getattr(error, "errno", None)
        if isinstance(error, MemoryError) or number == errno.ENOMEM or "bad_alloc" in str(error):
            return {"error": "memory"}
        if number in _FULL or _is_full(workshop):
            return {"error": "full"}
        traceback.print_exc()
        return {"error": "ours", "kind": type(error).__name__, "place": place_in_ours(error)}


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


if __name__ == "__main__":
    main()
