"""``contrechamp completion``: scripts for real shells, and answers that neither ask nor break."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cli import forms
from cli.commands import CaseRun, Run
from contrechamp.cli import shell_completion
from contrechamp.cli.shell_completion import SHELLS


@pytest.mark.parametrize("name", SHELLS)
def test_each_script_is_one_that_its_shell_reads(contrechamp: Run, name: str) -> None:
    told = contrechamp("completion", name)
    assert (told.status, told.err) == (0, "")
    assert f"_CONTRECHAMP_COMPLETE={name}_complete" in told.out
    if shutil.which(name) is None:
        pytest.skip(f"no {name} here")
    option = "--no-execute" if name == "fish" else "-n"
    subprocess.run([name, option], input=told.out, text=True, check=True)


@pytest.mark.slow  # A start of Python for each answer.
def test_bash_completes(contrechamp: Run, tmp_path: Path) -> None:
    program = tmp_path / "contrechamp"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m contrechamp "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "c.bash").write_text(contrechamp("completion", "bash").out)
    lines = [
        "source ./c.bash",
        't() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); COMPREPLY=();'
        ' _contrechamp_completion contrechamp; echo "${COMPREPLY[*]}"; }',
        "t contrechamp timel",
        "t contrechamp timeline case --kind contr",
        "t contrechamp show no-case act",
        "t contrechamp show \"'unclosed\" ''",
    ]
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", "\n".join(lines)], cwd=tmp_path, capture_output=True, text=True,
        check=True, env={**os.environ, "PATH": path},
    )  # fmt: skip
    assert (done.stdout.splitlines(), done.stderr) == (["timeline", "contract", "", ""], "")


def test_names_are_completed_where_nothing_has_to_be_asked(
    case: CaseRun, tmp_path: Path, age_key: tuple[Path, str]
) -> None:
    key, recipient = age_key
    (tmp_path / "r.jsonl").write_text(forms.lines(forms.actor_row("SAMPLE One")))
    assert case("import", tmp_path / "r.jsonl").status == 0
    assert case("share", "--name", "Other", "--recipient", recipient).status == 0
    with_key = ["show", str(case.folder), "--identity", str(key)]
    assert shell_completion._names(with_key) == ["actor/sample-one"]
    assert shell_completion._names(["show", str(case.folder)]) == []
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"age-encryption.org/v1\n")
    with pytest.raises(LookupError):  # which is no answer: nobody is asked
        shell_completion._names(["show", str(case.folder), "--identity", str(secret)])
