"""What tasks in the cell do, and what they do in it when a hostile file took them over."""

import contextlib
import mmap
import os
import stat
import threading
import time
from pathlib import Path
from typing import Any

from contrechamp.base.progress import Progress


def reads(said: dict[str, Any], _progress: Progress) -> str:
    return Path(said["file"]).read_text()


def tries_to_read(said: dict[str, Any], _progress: Progress) -> list[str]:
    done = []
    for name in said["files"]:
        try:
            Path(name).read_bytes()
            done.append(name)
        except OSError:
            pass
    return done


def leaves_a_mark(said: dict[str, Any], _progress: Progress) -> None:
    (Path(said["workshop"]) / "mark").write_bytes(b"")


def prints(said: dict[str, Any], _progress: Progress) -> None:
    os.write(1, said["text"].encode())
    os.write(2, said["text"].encode())


def starts_threads(_said: Any, _progress: Progress) -> None:
    threading.stack_size(1 << 16)
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()


def shares_memory(said: dict[str, Any], _progress: Progress) -> None:
    held = []
    for _step in range(said["bytes"] >> 24):
        held.append(mmap.mmap(-1, 1 << 24))
        for page in range(0, 1 << 24, 1 << 12):
            held[-1][page] = 1
    time.sleep(60)


def writes_many_files(said: dict[str, Any], _progress: Progress) -> None:
    for number in range(said["files"]):
        (Path(said["workshop"]) / f"{number}").write_bytes(bytes(said["bytes"]))
    time.sleep(60)


def starts_a_program(_said: Any, _progress: Progress) -> None:
    os.setresuid(os.getuid(), os.getuid(), os.getuid())


def waits(_said: Any, _progress: Progress) -> None:
    time.sleep(60)


def where_answers_go() -> int:
    """Return the descriptor of the pipe to the parent: whoever takes a process over finds it."""
    for descriptor in range(3, 256):
        with contextlib.suppress(OSError):
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                return descriptor
    raise AssertionError("no pipe")


def answers_and_listens_no_more(_said: Any, _progress: Progress) -> None:
    os.write(where_answers_go(), b'{"outcome": "done"}\n')
    time.sleep(60)
