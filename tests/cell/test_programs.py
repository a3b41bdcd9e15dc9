"""Outside programs in the cell: they read one file, and can do nothing else."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from contrechamp.cell import landlock, programs
from contrechamp.cell.programs import NoAnswerError, ask

pytestmark = pytest.mark.skipif(landlock.version() < 1, reason="no Landlock here")

ATTEMPTS = """
import json, os, socket, subprocess, sys
file = sys.argv[-1]
beside = os.path.join(os.path.dirname(file), "other")
done = {}
for name, deed in {
    "read the file": lambda: open(file).read(),
    "read another file": lambda: open(beside).read(),
    "list the folder": lambda: os.listdir(os.path.dirname(file)),
    "list all processes": lambda: os.listdir("/proc"),
    "write the file": lambda: open(file, "r+b"),
    "write beside it": lambda: open(beside + "2", "wb"),
    "write to a common folder": lambda: open("/tmp/payload-of-a-program", "wb"),
    "change its mode": lambda: os.chmod(file, 0o777),
    "remove it": lambda: os.unlink(file),
    "open a socket": lambda: socket.socket(),
    "start another program": lambda: os.execv("/bin/true", ["true"]),
    "start a program apart": lambda: subprocess.run(["/bin/true"], check=True),
    "fork": lambda: os.fork(),
    "signal the parent": lambda: os.kill(os.getppid(), 0),
}.items():
    try:
        deed()
        done[name] = "done"
    except Exception as error:
        done[name] = type(error).__name__
print(json.dumps([done, sorted(os.environ)]))
"""


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], str]:
    def write(code: str) -> str:
        path = tmp_path / "program"
        path.write_text(f"#!{Path(sys.executable).resolve()}\n{code}")
        path.chmod(0o755)
        return str(path)

    return write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/file").write_text("of the user")
    (tmp_path / "home/other").write_text("of the user too")
    return tmp_path / "home/file"


def test_it_reads_the_file_and_does_nothing_else(
    program: Callable[[str], str], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASE_PASSPHRASE", "in the environment")
    done, environment = json.loads(ask(program(ATTEMPTS), [], file, "file"))
    assert {name for name, what in done.items() if what == "done"} == {"read the file"}
    assert len(done) > 10
    assert "CASE_PASSPHRASE" not in environment


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import sys; sys.exit(3)", "exit status 3"),
        ("import time; time.sleep(60)", "too long"),
        ("while True: print('x' * 1000)", "too much"),
        ("import os; os.setuid(os.getuid())", "exit status -31"),
    ],
)
def test_what_goes_wrong_is_no_answer(
    program: Callable[[str], str],
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    says: str,
) -> None:
    monkeypatch.setattr(programs, "MAX_ANSWER_BYTES", 10_000)
    monkeypatch.setattr(programs, "_LIMITS", replace(programs._LIMITS, wall_s=1))
    with pytest.raises(NoAnswerError, match=says):
        ask(program(code), [], file, "file")


def test_what_is_no_program_is_no_answer(file: Path) -> None:
    with pytest.raises(NoAnswerError, match=r"Exec format|No such file|Permission"):
        ask(str(file), [], file, "file")
    assert os.access(file, os.R_OK)
