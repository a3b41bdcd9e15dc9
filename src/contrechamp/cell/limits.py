"""What one file may cost: bounds that the kernel holds, and bounds that the parent watches."""

import os
import resource
from dataclasses import dataclass


@dataclass(frozen=True)
class ProcessLimits:
    """What one file may cost; beyond that the process is killed and the file refused.

    Args:
        memory_bytes: memory of the process, whatever kind it is of.
        cpu_s: processor time, of all cores together.
        file_bytes: largest file that it may write.
        wall_s: elapsed time.
        stall_s: elapsed time without any progress.
    """

    memory_bytes: int
    cpu_s: int
    file_bytes: int
    wall_s: float
    stall_s: float


def hold(limits: ProcessLimits) -> None:
    """Have the kernel hold this process to `limits`, and to no more than it needs otherwise."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, limits.cpu_s)
    _limit(resource.RLIMIT_FSIZE, limits.file_bytes)
    _limit(resource.RLIMIT_DATA, limits.memory_bytes)
    _limit(resource.RLIMIT_NOFILE, 256)
    os.umask(0o077)


def _limit(which: int, value: int) -> None:
    _soft, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))
