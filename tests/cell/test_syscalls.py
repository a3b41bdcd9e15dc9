"""The cell's table of system calls is that of the kernel, and nothing beside it goes through."""

import platform
import re
import sys
from pathlib import Path

import pytest

from cell.payload import MACHINE
from cell.test_payload import Stage, stage
from contrechamp.cell import syscalls

__all__ = ["stage"]

HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
_DEFINED = re.compile(r"^#define (__NR\w+)\s+(\w+)$", re.MULTILINE)
#: What the kernel keeps from every filter: it does nothing but return from probes of its own.
UNFILTERED = {"x86_64": {335, 336}, "aarch64": set()}
#: Beyond the newest call of any kernel today.
HIGHEST = 511


def said_by(header: Path) -> dict[str, int]:
    """Return the numbers of a kernel header, where names may stand for other names."""
    defined = dict(_DEFINED.findall(header.read_text()))
    numbers = {}
    for name, value in defined.items():
        while value in defined:
            value = defined[value]
        if value.isdigit():
            numbers[name.removeprefix("__NR_")] = int(value)
    return numbers


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_numbers_are_those_of_the_kernel(machine: str) -> None:
    header = HEADERS[machine]
    if not header.exists():
        pytest.skip("the kernel's headers are not installed")
    kernel, ours = said_by(header), syscalls.numbers(machine)
    known = {name for name in _every() if name in kernel}
    assert ours == {name: kernel[name] for name in known}


def _every() -> frozenset[str]:
    return (
        syscalls.ALLOWED
        | syscalls.FILTERED
        | syscalls.UNKNOWN
        | syscalls.KILLED
        | syscalls.OF_PROGRAMS
        | syscalls.OF_SCRATCH
    )


def test_every_name_has_a_number_somewhere_and_one_answer() -> None:
    numbered = {name for machine in syscalls.MACHINES for name in syscalls.numbers(machine)}
    assert numbered == _every()
    sets = (syscalls.ALLOWED, syscalls.FILTERED, syscalls.UNKNOWN, syscalls.KILLED)
    assert sum(map(len, sets)) == len(frozenset.union(*sets))


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in syscalls.MACHINES, reason="no table"
)
def test_no_other_call_goes_through(stage: Stage) -> None:
    numbers = syscalls.numbers(MACHINE)
    let = UNFILTERED[MACHINE] | {
        numbers[name]
        for name in syscalls.ALLOWED | syscalls.FILTERED | syscalls.UNKNOWN
        if name in numbers
    }
    outcomes = stage.play(*(f"call {n}" for n in range(HIGHEST) if n not in let))
    assert set(outcomes.values()) == {"PermissionError", "killed by SIGSYS"}
    killed = {numbers[name] for name in syscalls.KILLED if name in numbers}
    assert {name for name, what in outcomes.items() if "killed" in what} == {
        f"call {n}" for n in killed
    }
