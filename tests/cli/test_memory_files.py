"""Forms and keys in memory: what is left of them, and who can look at them."""

import ctypes
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.commands import PASSPHRASE, CaseRun
from contrechamp.base import memory_files
from contrechamp.base.machine import keep_memory_private

#: Looks, while the editor is open, for secrets in the memory of the command that opened it.
LOOK = """
import os, re, sys
parent, found = os.getppid(), []
with open(f"/proc/{{parent}}/maps") as maps, open(f"/proc/{{parent}}/mem", "rb") as memory:
    for line in maps:
        start, end = (int(one, 16) for one in line.split()[0].split("-"))
        if line.split()[1].startswith("rw"):
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except (OSError, ValueError):
                continue
            for secret in (rb"{passphrase}", rb"AGE-SECRET-KEY-1[A-Z0-9]{{58}}", rb"contrechamp"):
                if re.search(secret, content):
                    found.append(secret[:11].decode())
open({seen!r}, "w").write(" ".join(sorted(set(found))))
form = sys.argv[1]
text = open(form).read()
open(form, "w").write(text.replace("Sample Heron", "Sample Egret"))
"""


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a folder of the test stand for memory."""
    monkeypatch.setattr(memory_files, "_candidates", lambda: [tmp_path])
    monkeypatch.setattr(memory_files, "_file_system", lambda _folder: "tmpfs")
    return tmp_path


def test_what_a_killed_command_left_is_cleared_by_the_next(memory: Path) -> None:
    child = os.fork()
    if child == 0:
        with memory_files.folder_in_memory() as (folder, _lock):
            (folder / "form.toml").write_text("SAMPLE")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    (left,) = memory.glob("contrechamp-form-*")
    assert (left / "form.toml").read_text() == "SAMPLE"
    memory_files.clear_leftovers()
    assert not left.exists()


def test_what_is_in_use_stays_also_while_only_the_editor_lives(memory: Path) -> None:
    with memory_files.folder_in_memory() as (folder, lock):
        memory_files.clear_leftovers()
        assert folder.exists()
        editor = subprocess.Popen(["sleep", "60"], pass_fds=(lock,))
        copy = folder.with_name("contrechamp-form-abcd_123")
        folder.rename(copy)  # so that the end of the block does not remove it, as if killed
    memory_files.clear_leftovers()
    assert copy.exists()
    editor.kill()
    editor.wait()
    memory_files.clear_leftovers()
    assert not copy.exists()


def test_only_what_is_ours_is_cleared(
    memory: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "kept").write_text("SAMPLE")
    link = memory / "contrechamp-form-abcd1234"
    link.symlink_to(elsewhere)
    open_to_all = memory / "contrechamp-form-abcd1235"
    open_to_all.mkdir(mode=0o755)
    open_to_all.chmod(0o755)
    others = [memory / "contrechamp-form-toolong99", memory / "something-else"]
    for other in others:
        other.mkdir(mode=0o700)
    with_link = memory / "contrechamp-form-abcd1236"
    with_link.mkdir(mode=0o700)
    (with_link / "form.toml").symlink_to(elsewhere / "kept")
    memory_files.clear_leftovers()
    assert link.is_symlink()
    assert open_to_all.exists()
    assert all(other.exists() for other in others)
    assert not with_link.exists()
    assert (elsewhere / "kept").read_text() == "SAMPLE"


def test_a_command_clears_what_was_left(case: CaseRun, memory: Path) -> None:
    left = memory / "contrechamp-form-abcd1234"
    left.mkdir(mode=0o700)
    (left / "form.toml").write_text("SAMPLE")
    assert case("log").status == 0
    assert not left.exists()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into the memory of a command")
def test_no_key_is_in_memory_while_the_editor_is_open(
    case: CaseRun, source: str, tmp_path: Path
) -> None:
    seen, program = tmp_path / "seen", tmp_path / "editor"
    program.write_text(f"#!{sys.executable}\n" + LOOK.format(passphrase=PASSPHRASE, seen=str(seen)))
    program.chmod(0o700)
    reading, writing = os.pipe()
    os.write(writing, f"{PASSPHRASE}\n".encode())
    os.close(writing)
    done = subprocess.run(
        [sys.executable, "-m", "contrechamp", "edit", str(case.folder), source,
         "--passphrase-fd", str(reading)],
        env={**os.environ, "VISUAL": str(program)}, pass_fds=(reading,), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    os.close(reading)
    assert done.returncode == 0, done.stderr
    assert "Sample Egret" in done.stdout
    assert seen.read_text() == "contrechamp"  # it looked in the right place


ATTACH = 16


def attaches(prepare: bool) -> bool:
    """Return whether a process of the same ordinary user can attach to another."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        victim = os.fork()
        if victim == 0:
            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # a change of user had switched it off
            if prepare:
                keep_memory_private()
            os.write(writing, b"x")
            signal.pause()
        os.read(reading, 1)
        status = ctypes.CDLL(None).ptrace(ATTACH, victim, None, None)
        os.kill(victim, signal.SIGKILL)
        os._exit(0 if status == 0 else 1)
    _pid, status = os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    return os.waitstatus_to_exitcode(status) == 0


def test_nobody_of_the_same_user_attaches_to_a_process_with_keys() -> None:
    if not attaches(prepare=False):
        pytest.skip("here nobody can attach to anything")
    assert not attaches(prepare=True)


def test_a_command_with_keys_is_not_dumpable(case: CaseRun, tmp_path: Path) -> None:
    code = (
        "import ctypes, sys\n"
        "from contrechamp.cli import case_access\n"
        "from contrechamp.cli.secret_input import SecretSource\n"
        "from pathlib import Path\n"
        "with case_access.open_case(Path(sys.argv[1]), SecretSource(int(sys.argv[2]))):\n"
        "    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), open('/proc/self/limits').read())\n"
    )
    reading, writing = os.pipe()
    os.write(writing, f"{PASSPHRASE}\n".encode())
    os.close(writing)
    done = subprocess.run(
        [sys.executable, "-c", code, str(case.folder), str(reading)],
        pass_fds=(reading,), capture_output=True, text=True, check=True,
    )  # fmt: skip
    os.close(reading)
    assert done.stdout.startswith("0 ")
    assert re.search(r"Max core file size +0 +0", done.stdout)
