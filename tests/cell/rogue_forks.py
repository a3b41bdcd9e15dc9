"""What a child of a warm process tries against the others, and what the warm process holds."""

import builtins
import ctypes
import gc
import json
import os
import signal
import stat
from pathlib import Path
from typing import Any

from contrechamp.base.progress import Progress

#: What stands in a file of the first child, again and again; never written down in one piece.
SECRET = bytes(reversed(b"elif tsrif eht fo setyb eseht erew ereh"))
#: Filled in the warm process, which has children look at it.
NOTED: dict[str, Any] = {}
_KEPT: list[object] = []


def keeps_what_it_reads(said: dict[str, Any], _progress: Progress) -> int:
    content = Path(said["file"]).read_bytes()
    _KEPT.append([bytearray(content) for _copy in range(8)])
    return content.count(SECRET)


def poisons_all_that_it_reaches(said: Any, progress: Progress) -> dict[str, Any]:
    """Change libraries, our own code and all bytes that can be; tell what failed, and what is."""
    from contrechamp.redact.faces import search
    from contrechamp.redact.pictures import masking

    NOTED["poisoned"] = True
    search.PLAN.__dict__["report_at"] = 2.0
    masking.COVER_AT = 2.0
    masking.find_faces = lambda *_: None  # type: ignore[assignment]
    json.loads = lambda _text: {"function": "cell.rogue_forks:nothing", "said": None}
    builtins.open = None  # type: ignore[assignment]
    for one in gc.get_objects():
        if isinstance(one, bytearray):
            one[:] = bytes(len(one))
    # Constants are shared by all code of a process: the number 4 becomes a 5.
    ctypes.memmove(id(4) + 24, ctypes.byref(ctypes.c_uint32(5)), 4)
    failed = []
    for deed in (
        lambda: os.kill(os.getppid(), signal.SIGKILL),
        lambda: os.killpg(os.getpgid(os.getppid()), signal.SIGSTOP),
        lambda: Path(f"/proc/{os.getppid()}/mem").write_bytes(b""),
    ):
        try:
            deed()
            failed.append("")
        except (OSError, TypeError) as error:
            failed.append(type(error).__name__)
    return {"failed": failed, "now": is_as_new(said, progress)}


def is_as_new(_said: Any, _progress: Progress) -> dict[str, Any]:
    from contrechamp.redact.faces import search
    from contrechamp.redact.pictures import masking

    return {
        "noted": NOTED.get("poisoned", False),
        "report_at": search.PLAN.report_at,
        "cover_at": masking.COVER_AT,
        "sum": sum([2, 2]),
        "search": masking.find_faces.__module__,
    }


def open_descriptors(_said: Any, _progress: Progress) -> dict[int, str]:
    found = {}
    for number in range(256):
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        kinds = {"pipe": stat.S_ISFIFO, "device": stat.S_ISCHR, "file": stat.S_ISREG}
        found[number] = next((name for name, of in kinds.items() if of(mode)), "other")
    return found


def crashes(_said: Any, _progress: Progress) -> None:
    ctypes.string_at(0)


# --- in the warm process, which loads these


def note_what_it_is() -> None:
    """Note threads, memory that is shared and can be written to, and traces of files."""
    maps = [line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text().splitlines()]
    NOTED["threads"] = len(os.listdir("/proc/self/task"))
    NOTED["shared"] = [" ".join(one) for one in maps if one[1].startswith("rw") and "s" in one[1]]
    found = 0
    with Path("/proc/self/mem").open("rb", buffering=0) as memory:
        for place, rights, *_rest in maps:
            start, end = (int(side, 16) for side in place.split("-"))
            if rights.startswith("rw"):
                memory.seek(start)
                found += memory.read(end - start).count(SECRET)
    NOTED["traces"] = found


def read_what_no_warm_process_reads() -> None:
    _KEPT.append(Path(os.environ["PYTHONPATH"].split(os.pathsep)[-1], "first").read_bytes())


def raises_in_the_warm_process(*_called: object) -> None:
    raise RuntimeError("as weights do that are not there")


def noted(_said: Any, _progress: Progress) -> dict[str, Any]:
    return NOTED
