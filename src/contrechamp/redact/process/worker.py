"""The process that reads hostile bytes: takes one job, confines itself, and runs it.

Run as ``python -m contrechamp.redact.process.worker N``: the job comes on standard input; progress
and outcome go to file descriptor N, so that nothing a decoder prints can be mistaken for either.
"""

import errno
import json
import os
import pkgutil
import sys
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

_SAY_EVERY_S = 0.1
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ROOM_BYTES = 1 << 16
_PACKAGE = Path(__file__).parents[2]


def main() -> int:
    """Run the job on standard input."""
    out = os.fdopen(int(sys.argv[1]), "wb")
    job: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    i18n.activate(job["language"])
    restrictions = confine(
        ProcessLimits(**job["limits"]),
        readable=[Path(job["source"])],
        writable=[Path(job["workshop"])],
    )
    _say(out, {"confined": restrictions})
    try:
        _say(out, {"outcome": _outcome(job, out)})
    except (InputError, OutputError, CheckFailedError) as error:
        where = error.where if isinstance(error, InputError) else ""
        message = str(error).removeprefix(f"{where}: ") if where else str(error)
        _say(out, {"error": type(error).__name__, "message": message, "where": where})
    except Exception as error:
        number = getattr(error, "errno", None)
        if isinstance(error, MemoryError) or number == errno.ENOMEM or "bad_alloc" in str(error):
            _say(out, {"error": "memory"})
        elif number in _FULL or _is_full(Path(job["workshop"])):
            _say(out, {"error": "full"})
        else:
            traceback.print_exc()
            _say(out, {"error": "ours", "kind": type(error).__name__, "place": _place(error)})
    return 0


def _outcome(said: dict[str, Any], out: BinaryIO) -> Any:
    from contrechamp.redact.outcome import Outcome, to_json
    from contrechamp.redact.process.job import decoded  # not before: NumPy starts threads

    job = decoded(said)
    function = pkgutil.resolve_name(job.function)
    outcome = function(job.source, job.target, job.request, _progress_to(out), **job.arguments)
    return to_json(outcome) if isinstance(outcome, Outcome) else outcome


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
