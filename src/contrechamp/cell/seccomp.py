"""Lets a process make the system calls that decoders need, and no others (Linux seccomp).

The filter is a program for the kernel (classic BPF) that is run before each call, and can look at
its number and arguments, not at what an argument points to: which files may be opened is up to
Landlock.
"""

import ctypes
import errno
import functools
import os
import platform
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contrechamp.cell import syscalls

_SECCOMP_SET_MODE_FILTER, _FLAG_TSYNC = 1, 1
#: Number of seccomp(2) itself.
_SECCOMP = {"x86_64": 317, "aarch64": 277}

_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
# BPF: ld word, and, jump if equal, jump if at least, return.
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
# struct seccomp_data: number, architecture, then after the instruction pointer the arguments.
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_X32 = 0x40000000

_ALL = 0xFFFFFFFF
_CLONE_VM, _CLONE_SIGHAND, _CLONE_THREAD = 0x100, 0x800, 0x10000
_CLONE_UNWANTED = 0x7E020000 | 0x2000 | 0x800000 | 0x80000000  # namespaces, ptrace, untraced, io
_O_TMPFILE = 0o20000000
_OWNER = 0o700  # may read, write and enter
_FROM_HERE = 0xFFFFFF9C  # AT_FDCWD, -100
_PR_GET_DUMPABLE, _PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA = 3, 15, 16, 0x53564D41
_TCGETS, _TIOCGWINSZ, _FIONCLEX, _FIOCLEX = 0x5401, 0x5413, 0x5450, 0x5451
_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL = range(5)
_F_GETLK, _F_SETLK, _F_SETLKW, _F_DUPFD_CLOEXEC = 5, 6, 7, 1030
_ARCH_SET_FS, _ARCH_GET_FS, _ARCH_CET_STATUS = 0x1002, 0x1003, 0x3001
_ARCH_GET_XCOMP, _ARCH_REQUEST_XCOMP = 0x1022, 0x1023

_Step = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


@dataclass(frozen=True)
class _Test:
    """Whether a word (32 bits) of an argument, after `mask`, equals `value`."""

    argument: int
    value: int
    mask: int = _ALL
    upper: bool = False

    def steps(self, otherwise: int) -> list[_Step]:
        """Return its steps; where it fails they skip `otherwise` steps after the last."""
        at = _ARGUMENTS_AT + 8 * self.argument + 4 * self.upper
        masked = [] if self.mask == _ALL else [(_AND, 0, 0, self.mask)]
        return [(_LOAD, 0, 0, at), *masked, (_EQUAL, 0, otherwise, self.value)]


def _one_of(argument: int, values: Iterable[int]) -> list[tuple[_Test, ...]]:
    return [(_Test(argument, value),) for value in values]


def _rules(process: int) -> dict[str, list[tuple[_Test, ...]]]:
    """Return, for each call in `FILTERED`, in which cases it is allowed; each is a list of tests.

    Args:
        process: number of this process, which may send signals to itself.
    """
    thread = _CLONE_VM | _CLONE_SIGHAND | _CLONE_THREAD
    itself = _one_of(0, (0, process))
    no_new_limits = (_Test(2, 0), _Test(2, 0, upper=True))
    return {
        "clone": [(_Test(0, thread, thread | _CLONE_UNWANTED),)],
        # A file without a name is one that the parent cannot count.
        "open": [(_Test(1, 0, _O_TMPFILE),)],
        "openat": [(_Test(2, 0, _O_TMPFILE),)],
        # Nor may it make a folder that its owner cannot look into, or that no path leads to.
        "mkdir": [(_Test(1, _OWNER, _OWNER),)],
        "mkdirat": [(_Test(0, _FROM_HERE), _Test(2, _OWNER, _OWNER))],
        "prctl": _one_of(0, (_PR_GET_DUMPABLE, _PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA)),
        # Not TIOCSTI, which types into a terminal.
        "ioctl": _one_of(1, (_TCGETS, _TIOCGWINSZ, _FIONCLEX, _FIOCLEX)),
        # Not F_SETOWN, which sends signals to others, nor F_NOTIFY, which watches a folder.
        "fcntl": _one_of(
            1,
            (
                *(_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL),
                *(_F_GETLK, _F_SETLK, _F_SETLKW, _F_DUPFD_CLOEXEC),
            ),
        ),
        "kill": _one_of(0, (process,)),
        "tgkill": _one_of(0, (process,)),
        "prlimit64": [(*alternative, *no_new_limits) for alternative in itself],
        "sched_setaffinity": itself,
        "arch_prctl": _one_of(
            0,
            (_ARCH_SET_FS, _ARCH_GET_FS, _ARCH_CET_STATUS, _ARCH_GET_XCOMP, _ARCH_REQUEST_XCOMP),
        ),
    }


#: Stands in a filter for the number of a process that does not exist yet.
_LATER = 0x5EEDF11E
_STEP, _WORD = struct.Struct("=HBBI"), struct.Struct("=I")


def install(more: frozenset[str] = frozenset()) -> bool:
    """Bind every thread of this process to the filter, for good; return whether it is in force.

    Args:
        more: names of calls that are let through beside those that decoders need.
    """
    code = prepared(more)
    return code is not None and load(code)


def prepared(more: frozenset[str] = frozenset()) -> bytes | None:
    """Return the filter, for `load` in this process or its children; None for other machines."""
    machine = platform.machine()
    if machine not in syscalls.MACHINES or struct.calcsize("P") != 8:
        return None
    steps = [_STEP.pack(*step) for step in _filter(machine, _LATER, more)]
    code, later = b"".join(steps), _WORD.pack(_LATER)
    assert code.count(later) == sum(step.endswith(later) for step in steps)  # noqa: S101
    return code


def load(code: bytes) -> bool:
    """Bind every thread of this process to what `prepared` returned, as `install` does."""
    code = code.replace(_WORD.pack(_LATER), _WORD.pack(os.getpid()))
    memory = ctypes.create_string_buffer(code, len(code))
    filter_program = struct.pack("@HP", len(code) // _STEP.size, ctypes.addressof(memory))
    libc = _libc()
    done = libc.syscall(
        ctypes.c_long(_SECCOMP[platform.machine()]),
        ctypes.c_ulong(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_ulong(_FLAG_TSYNC),
        filter_program,
    )
    return bool(done == 0)


@functools.cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def _filter(machine: str, process: int, more: frozenset[str]) -> Iterator[_Step]:
    numbers = syscalls.numbers(machine)
    allowed = syscalls.ALLOWED | more
    yield (_LOAD, 0, 0, _ARCHITECTURE_AT)
    yield (_EQUAL, 1, 0, syscalls.MACHINES[machine])
    yield (_RETURN, 0, 0, _KILL_PROCESS)  # numbered for another architecture
    yield (_LOAD, 0, 0, _NUMBER_AT)
    yield (_AT_LEAST, 0, 1, _X32)  # x32 numbers its calls differently
    yield (_RETURN, 0, 0, _KILL_PROCESS)
    for name, number in numbers.items():
        if name in syscalls.FILTERED:
            continue
        if name in allowed:
            yield from _answer(number, _ALLOW)
        elif name in syscalls.UNKNOWN:
            yield from _answer(number, _ERRNO | errno.ENOSYS)
        elif name in syscalls.KILLED:
            yield from _answer(number, _KILL_PROCESS)
    for name, cases in _rules(process).items():
        if name in numbers:
            yield from _answer_by_arguments(numbers[name], cases)
    yield (_RETURN, 0, 0, _ERRNO | errno.EPERM)


def _answer(number: int, what: int) -> list[_Step]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, what)]


def _answer_by_arguments(number: int, cases: list[tuple[_Test, ...]]) -> list[_Step]:
    body: list[_Step] = []
    for case in cases:
        steps: list[_Step] = [(_RETURN, 0, 0, _ALLOW)]
        for test in reversed(case):
            steps = [*test.steps(len(steps)), *steps]
        body += steps
    body.append((_RETURN, 0, 0, _ERRNO | errno.EPERM))
    return [(_EQUAL, 0, len(body), number), *body]
