"""``contrechamp completion``: scripts for real shells, and answers that neither ask nor break."""

import os
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
    option = "--no-execute" if name == "fish" else "-n"
    subprocess.run([name, option], input=told.out, text=True, check=True)


#: The program, which is given all the time that a busy machine takes.
PROGRAM = """import sys
from contrechamp.cli import run, shell_completion
shell_completion._SECONDS = 300
sys.exit(run.run(sys.argv[1:]))
"""
#: What is typed into a shell at a terminal, a line each; printed is the word that the tab key made
#: of the last one. A second key has the shell tell what stands there.
TYPED = """
zmodload zsh/zpty
: > told
zpty shell {shell}
zpty -w shell 'source ./start'
typed=()
while IFS= read -r line; do
    typed+=("$line")
    zpty -n -w shell "$line"$'\\t\\x14'
done
zpty -w shell exit
while zpty -r shell shown; do :; done
while IFS= read -r line; do
    if [[ $line == "$typed[1]" ]]; then print; else words=(${{=line}}); print -r -- "$words[-1]"; fi
    shift typed
done < told
"""
ASKED = {
    "bash": ("zsh", "-f", "-c", TYPED.format(shell="bash --norc -i")),
    "zsh": ("zsh", "-f", "-c", TYPED.format(shell="zsh -f -i")),
    # Fish says itself what it would show.
    "fish": ("fish", "--no-config", "-c", """
source ./start
while read --line line
    echo (complete --do-complete $line)
end"""),
}  # fmt: skip
STARTS = {
    "bash": """source ./script
bind -x '"\\C-t": echo "$READLINE_LINE" >> told; READLINE_LINE='""",
    "zsh": """autoload -Uz compinit; compinit -u -D; source ./script
tell() { print -r -- "$BUFFER" >> told; BUFFER= }; zle -N tell
bindkey '^T' tell; bindkey '^I' complete-word""",
    "fish": "source ./script",
}


@pytest.mark.slow  # A start of Python for each answer.
@pytest.mark.parametrize("name", SHELLS)
def test_each_shell_completes(
    contrechamp: Run, case: CaseRun, tmp_path: Path, age_key: tuple[Path, str], name: str
) -> None:
    key, recipient = age_key
    (tmp_path / "r.jsonl").write_text(forms.lines(forms.actor_row("SAMPLE One")))
    assert case("import", tmp_path / "r.jsonl").status == 0
    assert case("share", "--name", "Other", "--recipient", recipient).status == 0
    program = tmp_path / "contrechamp"
    program.write_text(f"#!{sys.executable}\n{PROGRAM}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "script").write_text(contrechamp("completion", name).out)
    (tmp_path / "start").write_text(STARTS[name])
    expected = {
        "contrechamp timel": "timeline",
        "contrechamp timeline case --kind contr": "contract",
        f"contrechamp show {case.folder.name} --identity {key.name} act": "actor/sample-one",
        "contrechamp import case r.js": "r.jsonl",
        "contrechamp show no-case act": "",
        "contrechamp show 'unclosed ": "",
    }
    done = subprocess.run(
        ASKED[name], cwd=tmp_path, input="".join(f"{line}\n" for line in expected),
        capture_output=True, text=True, check=True, timeout=300,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "TERM": "xterm"},
    )  # fmt: skip
    assert (done.stdout.splitlines(), done.stderr) == (list(expected.values()), "")


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
