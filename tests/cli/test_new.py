"""``contrechamp new``: a folder, a recovery key shown once, and no secret anywhere else."""

import os
import resource
import subprocess
import sys
from pathlib import Path

from cli.commands import PASSPHRASE, Run, one_line, read_from
from contrechamp.vault.access import casefile
from contrechamp.vault.access.passphrases import FLOOR


def test_a_new_case_is_a_folder_and_a_recovery_key_that_is_shown_once(
    tmp_path: Path, contrechamp: Run
) -> None:
    folder = tmp_path / "case"
    with read_from(PASSPHRASE) as option:
        done = contrechamp("new", folder, *option)
    assert (done.status, done.err) == (0, "")
    assert f"Case: {folder}" in done.out
    key = done.out.splitlines()[1].removeprefix("Recovery key, shown this once: ")
    assert len(key.split("-")) == 12
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.name for path in folder.iterdir()} >= {
        "README.txt", "case.db", "case.toml", "case.toml.copy", "objects",
    }  # fmt: skip
    # Nothing of a process that had the keys is dumped.
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    # Its keys cost no less than the floor, and either of them opens it.
    slots = casefile.from_toml((folder / casefile.NAME).read_bytes(), "").slots
    assert [slot.parameters for slot in slots] == [FLOOR, FLOOR]
    with read_from(PASSPHRASE) as option:
        assert contrechamp("verify", folder, *option).status == 0
    with read_from(key) as option:
        assert "as first member" in contrechamp("unlock", folder, "--recovery", *option).out


def test_the_first_member_has_the_name_that_was_given(tmp_path: Path, contrechamp: Run) -> None:
    with read_from(PASSPHRASE) as option:
        assert contrechamp("new", tmp_path / "case", "--name", "Sample Member", *option).status == 0
    with read_from(PASSPHRASE) as option:
        assert "  Sample Member  new  " in contrechamp("log", tmp_path / "case", *option).out


def test_a_new_case_overwrites_nothing_and_asks_for_nothing_before_it_says_so(
    tmp_path: Path, contrechamp: Run
) -> None:
    (tmp_path / "there").write_text("SAMPLE")
    one_line(contrechamp("new", tmp_path / "there", "--passphrase-fd", 9999), "already exists")
    assert (tmp_path / "there").read_text() == "SAMPLE"


def test_too_short_a_passphrase_makes_no_case(tmp_path: Path, contrechamp: Run) -> None:
    with read_from("too short") as option:
        one_line(contrechamp("new", tmp_path / "case", *option), "at least 12 characters")
    assert not list(tmp_path.glob("*case*"))


def test_no_secret_stands_among_the_arguments_or_in_the_environment(tmp_path: Path) -> None:
    """What ``ps`` shows of the process while it waits for the passphrase, and after it has it."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "contrechamp", "new", tmp_path / "case", "--passphrase-fd",
         str(reading)],
        pass_fds=[reading], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(reading)
    about = Path("/proc", str(process.pid))
    os.write(writing, PASSPHRASE.encode())
    while not (seen := (about / "cmdline").read_bytes()):  # for a moment after its start
        assert process.poll() is None
    seen += (about / "environ").read_bytes()
    os.write(writing, b"\n")
    os.close(writing)
    _out, err = process.communicate()
    assert process.returncode == 0, err
    assert str(tmp_path / "case").encode() in seen
    assert PASSPHRASE.encode() not in seen
