"""Maskers that do what a hostile file can make a decoder do."""

import ctypes
import os
import signal
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

from cell.rogues import where_answers_go
from contrechamp.base.errors import InputError
from contrechamp.base.progress import Progress
from contrechamp.redact.outcome import Check, Outcome
from contrechamp.redact.request import Request


def copies(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    with progress("Copying", 3) as advance:
        for _step in range(3):
            advance(1)
    target.write_bytes(source.read_bytes())
    assert request.hand is None or len(request.hand.boxes()) == len(request.hand.cover)
    return Outcome("image", removed=(*request.words, request.sound), checks=(Check("x", True),))


def eats_memory(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    hoard = []
    while True:
        hoard.append(bytearray(64 << 20))


def loops(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    while True:
        pass


def hangs(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    with progress("Hanging", 1):
        time.sleep(3600)
    return Outcome("image")


def crashes(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    target.write_bytes(b"half")
    ctypes.string_at(0)
    return Outcome("image")


def aborts(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    os.kill(os.getpid(), signal.SIGABRT)
    return Outcome("image")


def refuses(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    raise InputError("is damaged", where=f"{source}: frame 3")


def stumbles(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    raise ZeroDivisionError("a secret of the file")


def chatters(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    os.write(1, b'{"outcome": {"kind": "image"}}\n')
    os.write(2, b"noise\n")
    raise InputError("said after the chatter", where=source.name)


def lies(source: Path, target: Path, request: Request, progress: Progress) -> Any:
    return {"kind": "image", "run": "this"}


def fills_the_disk(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    with target.open("wb") as file:
        while True:
            file.write(bytes(1 << 20))


def digs(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    """Make folders in each other, as deep as a path can say, and leave something in all of them."""
    folder = target.parent
    while len(str(folder)) < 4080:
        folder /= "d"
        folder.mkdir()
        (folder / "f").write_bytes(b"")
    raise InputError("is dug", where=source.name)


def tries_everything(source: Path, target: Path, request: Request, progress: Progress) -> Any:
    """Return what could be done that a masker has no need to do."""
    done = []
    for name, deed in {
        "read another file": lambda: source.with_name("other").read_bytes(),
        "list the folder": lambda: os.listdir(source.parent),
        "change the source": lambda: source.open("r+b"),
        "write beside the source": lambda: source.with_name("new").write_bytes(b""),
        "make a link": lambda: target.with_name("link").symlink_to(source),
        "start a program": lambda: os.spawnv(os.P_WAIT, "/bin/true", ["true"]) == 0 or 1 / 0,
        "open a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "open a local socket": lambda: socket.socket(socket.AF_UNIX),
        "dump core": lambda: 1 / __import__("resource").getrlimit(4)[0],
    }.items():
        try:
            deed()
            done.append(name)
        except (OSError, ZeroDivisionError):
            pass
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(b"plaintext")
    return {"done": done, "temporary": file.name, "environment": sorted(os.environ)}


def says(source: Path, target: Path, request: Request, progress: Progress, *, line: str) -> Outcome:
    """Say a line on the descriptor of progress and outcome, as who took a decoder over can."""
    os.write(where_answers_go(), line.encode() + b"\n")
    return Outcome("image")


def threatens(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    raise InputError("is \x1b[2J\nfine", where=source.name)


def says_in_french(source: Path, target: Path, request: Request, progress: Progress) -> Outcome:
    raise InputError("vide\u202f; rien\u00a0: « fin »", where=source.name)
