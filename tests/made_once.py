"""Heavy things that are made once for all workers of a run, and copied by whoever changes them.

`pytest-xdist` starts a process a worker, each with fixtures of its own. What takes seconds to make
is made by the worker that asks first, under a lock, in a folder that all workers share.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that was filled by `make`, once for all workers; nobody writes to it.

    Args:
        factory: of temporary folders; it knows those of the run.
        name: of the thing; another thing has another name.
        make: fills the empty folder that it is given.
    """
    own = factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "made-once"
    shared.mkdir(exist_ok=True)
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            half = shared / f"{name}.half"
            shutil.rmtree(half, ignore_errors=True)  # of a worker whose attempt failed
            half.mkdir()
            make(half)
            half.rename(folder)
    return folder


def in_shell(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run lines of a shell as a reader of the documentation would, in a folder of their own.

    contrechamp is on the path, and what this machine notes of cases lies beside the folder.
    """
    return _run(["bash", "-euo", "pipefail", "-c", code], folder)


def in_python(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python as a reader would."""
    return _run([sys.executable, "-c", code], folder)


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    programs = Path(sys.executable).parent
    environment = {
        **{name: text for name, text in os.environ.items() if name != "CONTRECHAMP_LANG"},
        "PATH": f"{programs}:{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "en",
        "XDG_STATE_HOME": str(folder.parent / "state"),
    }
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@dataclass(frozen=True)
class Typed:
    """A line of a shell that takes long, and what it left.

    Args:
        code: the line.
        folder: in which it was run; it holds what the line made, and nothing else.
        out: what it printed.
    """

    code: str
    folder: Path
    out: str


def typed_once(factory: pytest.TempPathFactory, name: str, code: str) -> Typed:
    """Run a line of a shell once for all workers."""

    def make(folder: Path) -> None:
        (folder / "made").mkdir()
        done = in_shell(code, folder / "made")
        assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
        (folder / "printed").write_text(done.stdout)

    folder = made_once(factory, name, make)
    return Typed(code, folder / "made", (folder / "printed").read_text())
