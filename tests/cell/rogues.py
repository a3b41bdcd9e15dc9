"""What tasks in the cell do, and what they do in it when a hostile file took them over."""

import contextlib
import errno
import mmap
import os
import socket
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


def meddles(said: dict[str, Any], _progress: Any) -> dict[str, str]:
    """Remove and rename, in the workshop and outside of it; tell what came of each."""
    workshop, file = Path(said["workshop"]), Path(said["file"])
    (workshop / "a").write_text("a")
    (workshop / "folder").mkdir()
    tries = {
        "rename within": lambda: (workshop / "a").rename(workshop / "b"),
        "remove within": lambda: (workshop / "b").unlink(),
        "remove a folder within": lambda: (workshop / "folder").rmdir(),
        "remove the file": file.unlink,
        "rename the file": lambda: file.rename(file.with_name("other")),
        "take the file": lambda: file.rename(workshop / "taken"),
        "replace the file": lambda: _made(workshop / "c").rename(file),
        "put beside the file": lambda: _made(workshop / "d").rename(file.with_name("d")),
        "remove its folder": file.parent.rmdir,
        "write to the file": lambda: file.write_text("x"),
        "change its mode": lambda: file.chmod(0o777),
        "link": lambda: (workshop / "e").hardlink_to(file),
        "link by name": lambda: (workshop / "f").symlink_to(file),
        "socket": lambda: socket.socket(socket.AF_UNIX),
        "process": os.fork,
    }
    found = {}
    for name, does in tries.items():
        try:
            does()
            found[name] = "done"
        except OSError as error:
            found[name] = errno.errorcode[error.errno or 0]
    return found


def _made(path: Path) -> Path:
    path.write_text("x")
    return path
