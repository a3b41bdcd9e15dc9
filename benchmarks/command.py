"""What a command costs: seconds, and memory, of a process of its own. It imports nothing large."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a command cost: seconds, those of the processor, and the highest resident memory in MB.

    The memory is that of the largest of its processes.
    """

    seconds: float
    peak_mb: float
    processor_s: float


#: Starts a command from a process that is small itself: Linux counts the memory of the process
#: that starts another one as its as well.
LAUNCH = """
import resource, subprocess, sys, time
with open("printed", "w") as printed:
    started = time.perf_counter()
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", sys.argv[1]],
        stdin=subprocess.DEVNULL, stdout=printed, stderr=printed,
    )
    seconds = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.returncode, seconds, used.ru_maxrss, used.ru_utime + used.ru_stime)
"""


def cost(command: str, cwd: Path, environment: Mapping[str, str]) -> Cost:
    """Run a command of bash.

    Raises:
        RuntimeError: if it fails.
    """
    os.sync()
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LAUNCH, command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    status, seconds, peak_kib, processor_s = done.stdout.split()
    if int(status):
        raise RuntimeError(f"{command}\n{(cwd / 'printed').read_text()[-2000:]}")
    return Cost(float(seconds), int(peak_kib) * 1.024e-3, float(processor_s))


def load() -> str:
    """Return a sentence that tells how busy the machine is."""
    minute, *_longer = os.getloadavg()
    return f"Load of the machine (processes that run or wait, of the last minute): {minute:.1f}."


def in_own_process(
    module: str, *arguments: str, environment: Mapping[str, str] = {}
) -> dict[str, float]:
    """Run a module in a new Python; return the JSON that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer
