"""What one file may cost: bounds that the kernel holds, and bounds that the parent watches.

The kernel counts each kind of memory apart, and files and threads hardly at all; so the parent
looks from time to time at what the process has, and kills it when that is too much.
"""

import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

GIB = 1 << 30
#: Address space is also reserved: by libraries, by the C library for each thread, by compilers.
_RESERVED_BYTES, _RESERVED_BYTES_A_PROCESSOR = 4 * GIB, GIB // 4
_MAX_DESCRIPTORS = 256
#: Threads that any library of ours starts, for all processors of a large machine.
MAX_THREADS = 1024


@dataclass(frozen=True)
class ProcessLimits:
    """What one file may cost; beyond that the process is killed and the file refused.

    Args:
        memory_bytes: memory of the process, of every kind together.
        cpu_s: processor time, of all cores together.
        file_bytes: largest file that it may write; all of them together may hold twice that.
        wall_s: elapsed time.
        stall_s: elapsed time without any progress.
    """

    memory_bytes: int
    cpu_s: int
    file_bytes: int
    wall_s: float
    stall_s: float

    @property
    def total_bytes(self) -> int:
        """Bytes that all files that it writes may hold together."""
        return 2 * self.file_bytes


@dataclass(frozen=True)
class ReadingLimits:
    """What reading one content may cost.

    Args:
        process: memory and time of the child.
        value_bytes: of the longest batch of values; a value is never longer.
        answer_bytes: of everything that the child sends.
    """

    process: ProcessLimits
    value_bytes: int
    answer_bytes: int


def hold(limits: ProcessLimits) -> None:
    """Have the kernel hold this process to `limits`, and to no more than it needs otherwise."""
    hold_to(values_for(limits))


def values_for(limits: ProcessLimits) -> dict[int, int]:
    """Return what the kernel is told to hold a process to: resource -> value."""
    processors = os.cpu_count() or 1
    reserved = _RESERVED_BYTES + _RESERVED_BYTES_A_PROCESSOR * processors
    named = {
        "CORE": 0,
        "CPU": limits.cpu_s,
        "FSIZE": limits.file_bytes,
        "DATA": limits.memory_bytes,
        "AS": limits.memory_bytes + reserved,  # shared mappings count here only
        "NOFILE": _MAX_DESCRIPTORS,
        "NPROC": _tasks_now() + MAX_THREADS,  # the kernel counts all that this user runs
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
        "RTPRIO": 0,
        "NICE": 0,
    }
    numbers = {name: getattr(resource, f"RLIMIT_{name}", None) for name in named}
    return {number: named[name] for name, number in numbers.items() if number is not None}


def hold_to(values: Mapping[int, int]) -> None:
    """Have the kernel hold this process to what `values_for` returned."""
    for which, value in values.items():
        _limit(which, value)
    os.umask(0o077)


def _limit(which: int, value: int) -> None:
    _soft, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _tasks_now() -> int:
    """Return how many threads this machine runs, which is at least what this user does."""
    try:
        running_of_all = Path("/proc/loadavg").read_text("utf-8").split()[3]
        return int(running_of_all.partition("/")[2])
    except (OSError, ValueError, IndexError):
        return MAX_THREADS


@dataclass(frozen=True)
class Use:
    """What a process has at a moment: memory that is its own or shared, and threads."""

    memory_bytes: int
    threads: int


def use_of(process: int) -> Use | None:
    """Return what a process has; None where the kernel does not tell, or it has ended."""
    try:
        told = Path(f"/proc/{process}/status").read_text("utf-8", "replace")
        said = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
        # Pages of files are not counted: the kernel takes them back when it needs memory.
        kilobytes = sum(int(said[name].split()[0]) for name in ("RssAnon", "RssShmem", "VmSwap"))
        return Use(kilobytes << 10, int(said["Threads"]))
    except (OSError, ValueError, KeyError, IndexError):
        return None
