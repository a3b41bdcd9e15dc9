"""A child of the cell that is called, and may be called again: for masking, and to look at copies.

It is forked from a warm process (`cell.template`), confines itself, and then does what it is told:
calls come on standard input; progress and outcomes go to a descriptor of their own, so that nothing
a decoder prints can be mistaken for either.
"""

import errno
import fcntl
import json
import os
import pkgutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from contrechamp.base import i18n
from contrechamp.base.errors import CheckFailedError, InputError, OutputError
from contrechamp.base.our_place import place_in_ours
from contrechamp.cell.confinement import confine, descriptor_of
from contrechamp.cell.limits import ProcessLimits

_SAY_EVERY_S = 0.1
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ROOM_BYTES = 1 << 16


#: Folder of compiled code in the workshop of a task, if somebody laid some out.
COMPILED = "compiled"


def serve(calls: int, answers: int, printed: int, given: Sequence[int]) -> None:
    """Do what is said, once the parent has seen under which restrictions; for a child just forked.

    Args:
        calls: the descriptor that is read: what the process has, then what to do.
        answers: that outcomes go to.
        printed: that what libraries print goes to.
        given: descriptors of the files that have none but a descriptor for a name, in their order.
    """
    for standard, own in ((0, calls), (1, printed), (2, printed)):
        os.dup2(own, standard)
    said = open(0, "rb", closefd=False)  # noqa: SIM115  until this process ends
    room: dict[str, Any] = json.loads(said.readline())
    out = os.fdopen(_placed(given, answers, room["readable"]), "wb")
    i18n.activate(room["language"])
    os.environ |= {"TMPDIR": room["workshop"], "NUMBA_CACHE_DIR": f"{room['workshop']}/{COMPILED}"}
    os.chdir("/")  # from elsewhere it could reach what has too long a path for the parent
    restrictions = confine(
        ProcessLimits(**room["limits"]),
        readable=map(Path, room["readable"]),
        writable=[Path(room["workshop"])],
        libraries=map(Path, room["libraries"]),
        descriptors=[out.fileno()],
        scratch=room["scratch"],
    )
    _say(out, {"confined": restrictions, "process": os.getpid()})
    tempfile.tempdir = room["workshop"]  # looking for one tries to remove a file
    for line in iter(said.readline, b""):
        _say(out, _answer(json.loads(line), out, Path(room["workshop"])))


def _placed(given: Sequence[int], answers: int, readable: Sequence[str]) -> int:
    """Give descriptors the numbers that their names say; return where that of answers is then."""
    wanted = [number for place in readable if (number := descriptor_of(Path(place))) is not None]
    free = max([2, *wanted]) + 1
    [answers, *moved] = [fcntl.fcntl(one, fcntl.F_DUPFD, free) for one in (answers, *given)]
    for own, number in zip(moved, wanted, strict=True):
        os.dup2(own, number)
    return answers


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
