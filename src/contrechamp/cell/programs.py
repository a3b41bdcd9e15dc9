"""Asks outside programs about one file, in the cell: they read that file, and write nothing."""

import contextlib
import json
import os
import selectors
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import BinaryIO

from contrechamp.cell.become import GO
from contrechamp.cell.closed import need_closed
from contrechamp.cell.limits import GIB, MAX_THREADS, ProcessLimits, use_of

#: An answer about one file is never longer.
MAX_ANSWER_BYTES = 16 << 20
_PATIENCE_S = 600
_LIMITS = ProcessLimits(
    memory_bytes=4 * GIB, cpu_s=_PATIENCE_S, file_bytes=0, wall_s=_PATIENCE_S, stall_s=_PATIENCE_S
)
_LOOK_EVERY_S = 0.1
#: Systems whose programs are scattered over one folder, and call each other.
_STORES = (Path("/nix/store"), Path("/gnu/store"))
_MAX_LINKS = 5


class NoAnswerError(Exception):
    """Raised when a program cannot be run, fails, or exceeds its limits."""


def ask(
    program: str, arguments: Sequence[str], file: Path, name: str, *, unconfined: bool = False
) -> bytes:
    """Return what `program` prints when it is run with `arguments` on `file`.

    Args:
        program: its path.
        arguments: that come before the file.
        file: the only file of the user's that it may read.
        name: what the user calls the file, for messages.
        unconfined: go on where this system cannot confine the program.

    Raises:
        InputError: the cell is not closed.
        NoAnswerError: there is no answer.
    """
    file = file.absolute()
    return _asked(program, [*arguments, str(file)], [file], None, name, unconfined=unconfined)


def ask_with_input(
    program: str,
    arguments: Sequence[str],
    content: bytes,
    name: str,
    *,
    variables: Mapping[str, str] | None = None,
    seconds: int | None = None,
    unconfined: bool = False,
) -> bytes:
    """Return what `program` prints when it reads `content`, which is in no file, as its input.

    Args:
        program: its path.
        arguments: of it.
        content: what it reads.
        name: what the user calls the file that this is of, for messages.
        variables: of its environment, beside those that every program gets.
        seconds: that it may take, if that is less than others may.
        unconfined: as of `ask`.

    Raises:
        InputError: the cell is not closed.
        NoAnswerError: there is no answer; or the system has no memory without a name.
    """
    if not hasattr(os, "memfd_create"):
        raise NoAnswerError("memfd")
    try:
        held = os.memfd_create("input")
    except OSError as error:
        raise NoAnswerError(error.strerror) from error
    try:
        with open(held, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(held, 0, os.SEEK_SET)
        return _asked(
            program, arguments, [], held, name,
            variables=variables or {}, seconds=seconds, unconfined=unconfined,
        )  # fmt: skip
    finally:
        os.close(held)


def _asked(
    program: str,
    arguments: Sequence[str],
    readable: Sequence[Path],
    given: int | None,
    name: str,
    *,
    variables: Mapping[str, str] | None = None,
    seconds: int | None = None,
    unconfined: bool,
) -> bytes:
    program = os.path.abspath(program)
    limits = _LIMITS
    if seconds is not None:
        limits = replace(limits, cpu_s=seconds, wall_s=seconds, stall_s=seconds)
    programs = list(dict.fromkeys(_executed(Path(program))))
    said = {
        "command": [program, *arguments],
        "programs": list(map(str, programs)),
        "libraries": list(map(str, dict.fromkeys(_libraries(programs)))),
        "readable": list(map(str, readable)),
        "input": given,
        "limits": asdict(limits),
        "environment": {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "HOME": "/nonexistent",
            **(variables or {}),
        },
    }
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-P", "-m", "contrechamp.cell.become", str(writing)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[writing] if given is None else [writing, given],
            env={key: os.environ[key] for key in ("PYTHONPATH",) if key in os.environ},
            start_new_session=True,
        )
    except OSError as error:
        os.close(reading)
        raise NoAnswerError(error.strerror) from error
    finally:
        os.close(writing)
    with process, os.fdopen(reading, "rb") as status:
        try:
            return _answer(process, status, said, limits, name, unconfined=unconfined)
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def _answer(
    process: subprocess.Popen[bytes],
    status: BinaryIO,
    said: Mapping[str, object],
    limits: ProcessLimits,
    name: str,
    *,
    unconfined: bool,
) -> bytes:
    assert process.stdin is not None  # noqa: S101  for the type
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(json.dumps(said).encode() + b"\n")
        process.stdin.flush()
        confined = json.loads(status.readline())["confined"]
        need_closed(confined, name, unconfined=unconfined)
        process.stdin.write(GO)
        process.stdin.close()
    except (BrokenPipeError, ValueError, KeyError) as error:
        raise NoAnswerError("start") from error
    answer = _read(process, process.stdout.fileno(), limits)
    if trouble := status.readline():
        raise NoAnswerError(str(json.loads(trouble).get("error")))
    if process.wait() != 0:
        raise NoAnswerError(f"exit status {process.returncode}")
    return answer


def _read(process: subprocess.Popen[bytes], descriptor: int, limits: ProcessLimits) -> bytes:
    answer, started = bytearray(), time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while time.monotonic() - started < limits.wall_s:
            if selector.select(_LOOK_EVERY_S):
                piece = os.read(descriptor, 1 << 16)
                if not piece:
                    return bytes(answer)
                answer += piece
            use = use_of(process.pid)
            if len(answer) > MAX_ANSWER_BYTES or (
                use is not None
                and (use.memory_bytes > limits.memory_bytes or use.threads > MAX_THREADS)
            ):
                raise NoAnswerError("too much")
    raise NoAnswerError("too long")


def _executed(program: Path, depth: int = 0) -> Iterator[Path]:
    """Yield what the kernel executes to run `program`: itself, and what interprets it."""
    program = program.resolve()
    yield program
    if depth >= _MAX_LINKS:
        return
    for store in _STORES:
        if program.is_relative_to(store):
            yield store
            return
    with contextlib.suppress(OSError, ValueError, struct.error), program.open("rb") as file:
        head = file.read(256)
        if head.startswith(b"#!"):
            interpreter, *more = head[2:].split(b"\n")[0].decode().split()
            yield from _executed(Path(interpreter), depth + 1)
            named = shutil.which(more[0]) if more and Path(interpreter).name == "env" else None
            if named is not None:
                yield from _executed(Path(named), depth + 1)
        elif linker := _linker(file, head):
            yield from _executed(linker, depth + 1)


def _linker(file: BinaryIO, head: bytes) -> Path | None:
    """Return what loads a program's libraries, as its ELF header names it (64 bits)."""
    program_header_interpreter = 3
    if head[:5] != b"\x7fELF\x02":
        return None
    [offset] = struct.unpack_from("=Q", head, 32)
    size, count = struct.unpack_from("=HH", head, 54)
    for number in range(count):
        file.seek(offset + number * size)
        kind, _flags, at, _address, _physical, length = struct.unpack("=IIQQQQ", file.read(40))
        if kind == program_header_interpreter:
            file.seek(at)
            return Path(file.read(length).rstrip(b"\0").decode())
    return None


def _libraries(programs: Sequence[Path]) -> Iterator[Path]:
    """Yield where programs outside of the system's folders have their libraries."""
    for program in programs:
        for place in (program.parent / "lib", program.parent.parent / "lib"):
            if place.is_dir():
                yield place
