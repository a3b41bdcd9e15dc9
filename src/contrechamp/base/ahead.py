"""Compile before it is used: jobs side by side, each in a process, so that all processors work.

A job is "module:function", a function that calls what is `compiled` as the program will call it.
"""

import importlib
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from contrechamp.base.progress import Progress


@dataclass(frozen=True)
class Ahead:
    """What some commands need compiled.

    Args:
        jobs: the costliest first.
        rooms: where the compiled functions stand.
    """

    jobs: tuple[str, ...]
    rooms: tuple[str, ...]


def compile_ahead(work: Ahead, label: str, progress: Progress) -> None:
    """Do the jobs that this version was never asked to do on this machine, and note that.

    Nothing is done where compiled code cannot be kept. What fails is left for its first call.

    Args:
        work: the jobs.
        label: of the bar.
        progress: told of every function that is compiled.
    """
    from contrechamp.base import compiled

    folder = compiled.folder()
    if folder is None:
        return
    missing = [job for job in work.jobs if not (folder / _mark(job)).exists()]
    if not missing:
        return
    running: list[subprocess.Popen[str]] = []
    with progress(label, compiled.kernels_in(work.rooms)) as advance:
        told: set[str] = set()

        def one(job: str) -> None:
            # -P: the folder that the user works in must not be asked for modules.
            command = [sys.executable, "-P", "-m", __name__, job]
            with subprocess.Popen(  # noqa: S603  ourselves
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            ) as process:
                running.append(process)
                for name in process.stdout or ():
                    if name not in told:
                        told.add(name)
                        advance(1)
            if process.returncode == 0:
                (folder / _mark(job)).touch()

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            try:
                list(pool.map(one, missing))
            except BaseException:  # Ctrl-C: do not wait for what is under way
                pool.shutdown(wait=False, cancel_futures=True)
                for process in running:
                    process.kill()
                raise


def _mark(job: str) -> str:
    return f"{job.replace(':', '.')}.done"


def _tell_compiled() -> None:
    """Print the name of every function of ours once it is compiled."""
    from numba.core import event

    class Told(event.Listener):
        def on_start(self, event: Any) -> None:
            pass

        def on_end(self, event: Any) -> None:
            function = event.data["dispatcher"].py_func
            if function.__module__.startswith("contrechamp."):
                sys.stdout.write(f"{function.__module__}.{function.__qualname__}\n")
                sys.stdout.flush()

    event.register("numba:compile", Told())  # type: ignore[no-untyped-call]


def main(arguments: Sequence[str]) -> None:
    """Do one job in this process."""
    _tell_compiled()
    module, _colon, function = arguments[0].partition(":")
    getattr(importlib.import_module(module), function)()


if __name__ == "__main__":
    main(sys.argv[1:])
