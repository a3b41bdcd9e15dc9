"""What the tests need of Debian: installed where that is allowed, said in one line elsewhere."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / "requirements/install-debian").read_text()


def run(tmp_path: Path, packages: str, uid: int) -> subprocess.CompletedProcess[str]:
    """Run the script as user `uid` with a list of its own, and an apt-get that only notes."""
    folder, programs = tmp_path / "requirements", tmp_path / "programs"
    folder.mkdir()
    programs.mkdir()
    (folder / "install-debian").write_text(SCRIPT)
    (folder / "debian.txt").write_text(packages)
    for name, text in {"id": f"echo {uid}", "apt-get": f'echo "$@" >> {tmp_path}/calls'}.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    return subprocess.run(
        ["sh", str(folder / "install-debian")],
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_happens_when_nothing_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "# comment\ncoreutils ls\n\n", uid=1000)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "calls").exists()


def test_root_installs_what_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "coreutils ls\nno-such-one no-such-program\n", uid=0)
    assert done.returncode == 0
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[-1].endswith("--no-install-recommends no-such-one")


def test_anyone_else_is_told_the_line_to_run(tmp_path: Path) -> None:
    done = run(tmp_path, "no-such-one no-such-program\nother no-such-either\n", uid=1000)
    assert done.returncode == 1
    assert "sudo apt-get install -y no-such-one other" in done.stderr
    assert not (tmp_path / "calls").exists()


@pytest.mark.parametrize("listed", ["requirements/debian.txt", "requirements/debian-run.txt"])
def test_the_readme_shows_the_list(listed: str) -> None:
    packages = [
        line.split()[0]
        for line in (ROOT / listed).read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert packages
    readme = (ROOT / "README.md").read_text()
    assert listed in readme
    for package in packages:
        assert f"`{package}`" in readme
