"""``make fuzz``: each reader for a minute, in a process of its own.

Anything but a clear error of ours ends it, and the input that did it is printed.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.targets import TARGETS

SECONDS = 60
MOST_BYTES = 4096


def main() -> int:
    """Fuzz every target, or those named; return 1 if one broke."""
    chosen = sys.argv[1:] or list(TARGETS)
    broken = []
    for name in chosen:
        with tempfile.TemporaryDirectory() as corpus:
            for number, seed in enumerate(TARGETS[name].seeds):
                (Path(corpus) / f"seed-{number}").write_bytes(seed)
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "fuzz.one", name, corpus),
                    *(f"-max_total_time={SECONDS}", f"-max_len={MOST_BYTES}"),
                    f"-artifact_prefix={corpus}/",
                    *("-print_final_stats=1", "-close_fd_mask=1", "-verbosity=0"),
                ],
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        runs = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        print(f"{name}: {runs[0].split()[-1] if runs else '?'} inputs, ", end="")
        print("broke" if done.returncode else "held")
        if done.returncode:
            broken.append(name)
            print(done.stderr[-4000:])
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
