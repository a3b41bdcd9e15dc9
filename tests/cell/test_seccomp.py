"""The filter of system calls, run by an interpreter of our own, for each machine."""

import errno
import struct
from collections.abc import Sequence

import pytest

from contrechamp.cell import seccomp, syscalls

PROCESS = 4321
ALLOWED, KILLED = "allowed", "killed"
REFUSED, UNKNOWN = errno.EPERM, errno.ENOSYS


def verdict(
    machine: str,
    number: int,
    *arguments: int,
    architecture: int | None = None,
    more: frozenset[str] = frozenset(),
) -> str | int:
    """Return what the kernel would do, by Documentation/networking/filter of the kernel."""
    steps = list(seccomp._filter(machine, PROCESS, more))
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, architecture or syscalls.MACHINES[machine], 0, *words)
    at = register = 0
    while True:
        code, if_true, if_false, operand = steps[at]
        at += 1
        match code:
            case 0x20:
                [register] = struct.unpack_from("=I", data, operand)
            case 0x54:
                register &= operand
            case 0x15:
                at += if_true if register == operand else if_false
            case 0x35:
                at += if_true if register >= operand else if_false
            case 0x06:
                return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}.get(operand, operand & 0xFFFF)
            case _:
                raise AssertionError(code)


THREAD = 0x3D0F00  # what the C library asks for
CASES: Sequence[tuple[str, tuple[int, ...], str | int]] = [
    ("read", (), ALLOWED),
    ("execve", (), REFUSED),
    ("clone3", (), UNKNOWN),
    ("ptrace", (), KILLED),
    ("clone", (THREAD,), ALLOWED),
    ("clone", (17,), REFUSED),  # a process
    ("clone", (THREAD | 0x10000000,), REFUSED),  # in a new user namespace
    ("clone", (THREAD | 0x2000,), REFUSED),  # looked into
    ("kill", (PROCESS, 6), ALLOWED),
    ("kill", (PROCESS + 1, 6), REFUSED),
    ("kill", (0, 6), REFUSED),
    ("kill", (2**64 - 1, 6), REFUSED),
    ("tgkill", (PROCESS, 7, 6), ALLOWED),
    ("tgkill", (7, PROCESS, 6), REFUSED),
    ("prlimit64", (0, 7, 0, 1), ALLOWED),
    ("prlimit64", (PROCESS, 7, 0, 1), ALLOWED),
    ("prlimit64", (PROCESS + 1, 7, 0, 1), REFUSED),
    ("prlimit64", (0, 7, 1, 0), REFUSED),  # new limits, at an address
    ("prlimit64", (0, 7, 1 << 32, 0), REFUSED),  # at one whose lower half is zero
    ("ioctl", (0, 0x5401), ALLOWED),
    ("ioctl", (0, 0x5412), REFUSED),  # typing
    ("ioctl", (0, 1 << 32 | 0x5412), REFUSED),
    ("fcntl", (3, 1030), ALLOWED),
    ("fcntl", (3, 8), REFUSED),  # whom to signal
    ("fcntl", (3, 1026), REFUSED),  # watching
    ("prctl", (15,), ALLOWED),
    ("prctl", (4, 1), REFUSED),  # to be looked into
    ("prctl", (22, 2), REFUSED),
    ("mkdirat", (2**64 - 100, 0, 0o777), ALLOWED),
    ("mkdirat", (2**32 - 100, 0, 0o700), ALLOWED),
    ("mkdirat", (2**32 - 100, 0, 0o300), REFUSED),  # shut
    ("mkdirat", (3, 0, 0o777), REFUSED),  # deeper than a path
    ("openat", (0, 0, 0), ALLOWED),
    ("openat", (0, 0, 0o20200002), REFUSED),  # without a name
    ("sched_setaffinity", (0,), ALLOWED),
    ("sched_setaffinity", (PROCESS + 1,), REFUSED),
]


@pytest.mark.parametrize("machine", syscalls.MACHINES)
@pytest.mark.parametrize(("name", "arguments", "expected"), CASES)
def test_arguments_decide(
    machine: str, name: str, arguments: tuple[int, ...], expected: str | int
) -> None:
    number = syscalls.numbers(machine)[name]
    assert verdict(machine, number, *arguments) == expected


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_only_what_is_listed_is_allowed(machine: str) -> None:
    numbers = syscalls.numbers(machine)
    for more in (frozenset[str](), syscalls.OF_PROGRAMS, syscalls.OF_SCRATCH):
        let = {
            number
            for number in range(1024)
            if number not in {numbers.get(name) for name in syscalls.FILTERED}
            and verdict(machine, number, more=more) == ALLOWED
        }
        assert let == {numbers[name] for name in syscalls.ALLOWED | more if name in numbers}


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_numbers_of_other_machines_are_no_way_in(machine: str) -> None:
    read = syscalls.numbers(machine)["read"]
    assert verdict(machine, read, architecture=0x40000003) == KILLED  # 32 bits
    assert verdict(machine, read | 0x40000000) == KILLED  # x32
