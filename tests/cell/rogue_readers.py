"""Readers that do what hostile content can make a reader do."""

import ctypes
import mmap
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from contrechamp.base.errors import InputError
from contrechamp.cell import frames


def lines(content: IO[bytes], *, upper: bool = False) -> Iterator[Any]:
    for number, line in enumerate(content, start=1):
        text = line.decode().rstrip("\n")
        yield {"line": number, "text": text.upper() if upper else text}


def echoes(content: IO[bytes], *, size: int = -1) -> Iterator[bytes]:
    yield content.read(size)


def says(_content: IO[bytes], *, what: list[Any]) -> Iterator[Any]:
    yield from what


def decimals(_content: IO[bytes]) -> Iterator[Any]:
    yield {"a": [Decimal("1.50"), Decimal("-3E+7"), "1.50", 2, {"\0": "no number"}]}


def backwards(content: IO[bytes]) -> Iterator[str]:
    """Yield the content in pieces of seven bytes, the last one first."""
    size = content.seek(0, 2)
    for at in reversed(range(0, size, 7)):
        content.seek(at)
        yield content.read(7).decode()


def names(_content: IO[bytes]) -> Iterator[Any]:
    yield {
        "files": [one for one in range(1024) if _is_open(one)],
        "environment": sorted(os.environ),
        "arguments": sys.argv,
    }


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def refuses(_content: IO[bytes]) -> Iterator[Any]:
    yield "before"
    raise InputError("is damaged", where="list.csv: row 3")


def stumbles(_content: IO[bytes]) -> Iterator[Any]:
    yield 1 // 0


def loops(_content: IO[bytes]) -> Iterator[Any]:
    while True:
        pass
    yield


def hangs(_content: IO[bytes]) -> Iterator[Any]:
    time.sleep(3600)
    yield


def asks_for_ever(content: IO[bytes]) -> Iterator[Any]:
    while True:
        content.seek(0)
        content.read(1)
    yield


def eats_memory(_content: IO[bytes]) -> Iterator[Any]:
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))
    yield


def eats_shared_memory(_content: IO[bytes]) -> Iterator[Any]:
    hoard = []
    while True:
        hoard.append(mmap.mmap(-1, 16 << 20))
        hoard[-1].write(b"x" * (16 << 20))
        time.sleep(0.01)
    yield


def crashes(_content: IO[bytes]) -> Iterator[Any]:
    yield "half"
    ctypes.string_at(0)


def aborts(_content: IO[bytes]) -> Iterator[Any]:
    os.kill(os.getpid(), signal.SIGABRT)
    yield


def leaves(_content: IO[bytes]) -> Iterator[Any]:
    os._exit(0)
    yield


def streams(_content: IO[bytes]) -> Iterator[Any]:
    while True:
        yield "x" * 50_000


def streams_bytes(_content: IO[bytes]) -> Iterator[Any]:
    while True:
        yield bytes(1 << 20)


def sends(content: IO[bytes], *, frame: str) -> Iterator[Any]:
    """Send bytes of its own making, as hexadecimal digits, in the place of an answer."""
    _channel(content).sendall(bytes.fromhex(frame))
    time.sleep(3600)
    yield


def asks_and_does_not_listen(content: IO[bytes]) -> Iterator[Any]:
    question = frames.HEADER.pack(frames.WANTED, 12) + frames.RANGE.pack(0, 1 << 20)
    for _each in range(1000):
        _channel(content).sendall(question)
    time.sleep(3600)
    yield


def tries_everything(_content: IO[bytes], *, folder: str, process: int) -> Iterator[Any]:
    """Yield what could be done that a reader has no business doing."""
    template = os.getppid()
    deeds = {
        "read another file": lambda: Path(folder, "other").read_bytes(),
        "list a folder": lambda: os.listdir(folder),
        "write a file": lambda: Path(folder, "made").write_bytes(b"x"),
        "change a file": lambda: os.open(Path(folder, "other"), os.O_RDWR),
        "make a link": lambda: Path(folder, "link").symlink_to("/"),
        "start a program": lambda: os.execv("/bin/true", ["true"]),
        "open a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "open a local socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "read the memory of the template": lambda: _peek(template),
        "write to the channel of another": lambda: _others(template),
    }
    done = []
    for name, deed in deeds.items():
        try:
            deed()
        except (OSError, ValueError):
            continue
        done.append(name)
    yield done


def _peek(process: int) -> None:
    with Path(f"/proc/{process}/mem").open("rb") as memory:
        memory.read(1)


def _others(process: int) -> None:
    descriptors = os.listdir(f"/proc/{process}/fd")
    for one in descriptors:
        os.close(os.open(f"/proc/{process}/fd/{one}", os.O_WRONLY))


def stays_behind(content: IO[bytes]) -> Iterator[Any]:
    """Finish, and live on: the parent must not wait, and nothing must be left."""
    yield os.getpid()
    yield "x" * (1 << 16)  # so that the batch goes out
    channel = _channel(content)
    channel.sendall(frames.HEADER.pack(frames.DONE, 0))
    time.sleep(3600)


def _channel(content: IO[bytes]) -> frames.Channel:
    return content.raw._channel  # type: ignore[attr-defined,no-any-return]


def header(kind: bytes, size: int) -> str:
    return struct.pack(">cI", kind, size).hex()


def stays_quietly(_content: IO[bytes]) -> Iterator[Any]:
    """Tell who is there, itself and the template, and stay."""
    yield [os.getpid(), os.getppid()]
    yield "x" * (1 << 16)  # so that the batch goes out
    time.sleep(3600)


def crashes_on_some(content: IO[bytes]) -> Iterator[Any]:
    """Crash where the content says so; else read it as it is read."""
    if b"hostile" in content.read():
        ctypes.string_at(0)
    from contrechamp.vault.metadata.in_cell import described

    yield from described(content, announced=False)


def lists(_content: IO[bytes], *, folder: str) -> Iterator[Any]:
    try:
        yield {"found": sorted(os.listdir(folder))}
    except OSError as error:
        yield {"kept out": error.errno}
