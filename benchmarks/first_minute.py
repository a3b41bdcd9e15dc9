"""What passes before a newcomer sees a first figure: set-up, compilation, the demo, `--help`.

Each part runs in processes of its own, with an empty folder for compiled code. Wall time is what a
user waits for, and says little where other programs run; processor time says what is worked.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
HELP_RUNS = 15
FIRST_FIGURE = "First figure"


def run(words: Sequence[str | Path], environment: Mapping[str, str]) -> tuple[float, float, float]:
    """Run a command.

    Returns:
        wall seconds, seconds of processors, and wall seconds until it told a first figure (nan
        where it tells none).
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started, told = time.perf_counter(), float("nan")
    with subprocess.Popen(
        list(map(str, words)), env=environment, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        stdout=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        for line in process.stderr or ():
            if line.startswith(FIRST_FIGURE):
                told = time.perf_counter() - started
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{words}: exit status {process.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, told


def first_minute() -> list[tuple[str, float, float]]:
    """Measure each part: what, wall seconds, seconds of processors (nan: not told apart).

    The environment is made anew in a folder aside; packages come from uv's cache.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(base / "compiled"), "LANGUAGE": "en"}
        venv = base / "venv"
        words = ["make", "--silent", f"VENV={venv}", f"PYTHON={sys.executable}", str(venv / ".run")]
        wall, processors, _told = run(words, environment)
        rows.append(("set-up and compilation, from `make`", wall, processors))
        environment["NUMBA_CACHE_DIR"] = str(base / "again")
        program = [sys.executable, "-P", "-m"]
        wall, processors, _told = run([*program, "contrechamp.cli.compiling"], environment)
        rows.append(("compilation alone", wall, processors))
        demo = [*program, "contrechamp", "demo", "--out", str(base / "demo")]
        wall, processors, told = run(demo, environment)
        rows.append(("demo: first figure", told, float("nan")))
        rows.append(("demo: report", wall, processors))
        runs = [run([*program, "contrechamp", "--help"], environment) for _ in range(HELP_RUNS)]
        rows.append((f"`--help`, fastest of {HELP_RUNS}", *map(min, zip(*runs, strict=True))))
    return [row[:3] for row in rows]
