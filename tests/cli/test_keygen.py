"""``contrechamp keygen``: a key to be let in with, in a file for its owner alone."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from cli.commands import CaseRun, Run, one_line, read_from

KEYS_PASSPHRASE = "SAMPLE of a key, made up"


def recipient_of(out: str) -> str:
    first, second = out.splitlines()
    assert first.startswith("Public key: age1")
    words = second.rpartition(": ")[2].split("-")
    assert [len(word) for word in words] == [5] * 5
    return first.rpartition(" ")[2]


def test_a_key_under_a_passphrase_lets_its_owner_in(
    contrechamp: Run, case: CaseRun, tmp_path: Path
) -> None:
    file = tmp_path / "mine.txt"
    with read_from(KEYS_PASSPHRASE) as option:
        done = contrechamp("keygen", file, *option)
    assert (done.status, done.err) == (0, "")
    recipient = recipient_of(done.out)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"AGE-SECRET-KEY" not in file.read_bytes()
    told = case("share", "--name", "Other Sample", "--recipient", recipient).out
    assert told.splitlines()[1].endswith(done.out.splitlines()[1].rpartition(": ")[2])
    with read_from(KEYS_PASSPHRASE) as option:
        opened = contrechamp("verify", case.folder, "--identity", file, *option)
    assert opened.status == 0, opened.err
    with read_from("another passphrase") as option:
        opened = contrechamp("verify", case.folder, "--identity", file, *option)
    assert opened.status == 2


def test_without_a_passphrase_it_is_a_file_that_age_reads(contrechamp: Run, tmp_path: Path) -> None:
    file = tmp_path / "plain.txt"
    done = contrechamp("keygen", file, "--plain")
    recipient = recipient_of(done.out)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    asked = subprocess.run(
        ["age-keygen", "-y", str(file)], capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip() == recipient


@pytest.mark.parametrize("there", ["file", "link", "dangling"])
def test_nothing_that_is_there_is_written_over(
    contrechamp: Run, tmp_path: Path, there: str
) -> None:
    file, target = tmp_path / "key.txt", tmp_path / "target"
    if there != "dangling":
        target.write_text("SAMPLE")
    if there == "file":
        os.link(target, file)
    else:
        file.symlink_to(target)
    one_line(contrechamp("keygen", file, "--plain"), "key.txt")
    assert target.exists() == (there != "dangling")
    assert there == "dangling" or target.read_text() == "SAMPLE"


def test_a_short_passphrase_and_no_terminal_make_no_file(contrechamp: Run, tmp_path: Path) -> None:
    file = tmp_path / "key.txt"
    with read_from("short") as option:
        one_line(contrechamp("keygen", file, *option), "12")
    assert not file.exists()
