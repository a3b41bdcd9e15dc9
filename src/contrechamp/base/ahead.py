"""Compile functions before they are used: jobs side by side, one process each, on all processors.

A job is "module:function": a function that calls what is `compiled` the way the program will.
"""

import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contrechamp.base.progress import Progress


@dataclass(frozen=True)
class CompilePlan:
    """What some commands need compiled.

    Args:
        jobs: the costliest first.
        rooms: the packages that contain the compiled functions.
    """

    jobs: tuple[str, ...]
    rooms: tuple[str, ...]


def compile_ahead(plan: CompilePlan, label: str, progress: Progress) -> None:
    """Run the jobs that this version has not yet run on this machine, and note which succeeded.

    Nothing is done where compiled code cannot be kept. What fails is compiled at its first call.

    Args:
        plan: the jobs.
        label: of the progress bar.
        progress: advances with every function that is compiled.
    """
    from contrechamp.base import compiled

    folder = compiled.folder()
    if folder is None:
        return
    missing = [job for job in plan.jobs if not (folder / _mark(job)).exists()]
    if not missing:
        return
    running: list[subprocess.Popen[str]] = []
    with progress(label, compiled.kernels_in(plan.rooms)) as advance:
        compiled_names: set[str] = set()

        def run(job: str) -> None:
            # -P: the folder that the user works in must not be searched for modules.
            command = [sys.executable, "-P", "-m", __name__, job]
            with subprocess.Popen(  # noqa: S603  ourselves
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            ) as process:
                running.append(process)
                for name in process.stdout or ():
                    if name not in compiled_names:
                        compiled_names.add(name)
                        advance(1)
            if process.returncode == 0:
                (folder / _mark(job)).touch()

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            try:
                list(pool.map(run, missing))
            except BaseException:  # Ctrl-C: do not wait for running jobs
                pool.shutdown(wait=False, cancel_futures=True)
                for process in running:
                    process.kill()
                raise


def _mark(job: str) -> str:
    # Copies of one version share the folder, but what is compiled is kept apart for each.
    copy = hashlib.sha256(str(Path(__file__).parent).encode()).hexdigest()[:8]
    return f"{job.replace(':', '.')}.{copy}.done"


def _tell_compiled() -> None:
    """Print the name of each of our functions once it is compiled."""
    from numba.core import event

    class Announcer(event.Listener):
        def on_start(self, event: Any) -> None:
            pass

        def on_end(self, event: Any) -> None:
            function = event.data["dispatcher"].py_func
            if function.__module__.startswith("contrechamp."):
                sys.stdout.write(f"{function.__module__}.{function.__qualname__}\n")
                sys.stdout.flush()

    event.register("numba:compile", Announcer())  # type: ignore[no-untyped-call]


def main(arguments: Sequence[str]) -> None:
    """Run one job in this process."""
    _tell_compiled()
    module, _colon, function = arguments[0].partition(":")
    getattr(importlib.import_module(module), function)()


if __name__ == "__main__":
    main(sys.argv[1:])
