"""``contrechamp shell``: one key derivation for a session, which outlives what goes wrong."""

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import forms
from cli.commands import OTHER_PASSPHRASE, PASSPHRASE, CaseRun, Done, first_word
from cli.test_case_access import opening
from contrechamp.cli import shell_lines
from contrechamp.cli.app import OF_A_CASE
from contrechamp.cli.held_case import held_at
from contrechamp.vault.access import passphrases

Shell = Callable[..., Done]


@pytest.fixture
def shell(case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Run lines in a session, with a passphrase for each time that one is asked for."""

    def call(
        *lines: str, secrets: tuple[str, ...] = (PASSPHRASE,), options: tuple[str, ...] = ()
    ) -> Done:
        script = tmp_path / "script"
        script.write_text("".join(f"{line}\n" for line in lines))
        with script.open() as source:
            monkeypatch.setattr(sys, "stdin", source)
            return case("shell", *options, lines=secrets)

    return call


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each key derivation that takes its second."""
    made: list[str] = []
    before = passphrases._kek

    def counted(passphrase: str, *more: object) -> bytes:
        made.append(passphrase)
        return before(passphrase, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(passphrases, "_kek", counted)
    return made


def test_every_command_of_a_case_runs_in_it_and_no_other() -> None:
    assert set(opening()) - {"shell"} == set(OF_A_CASE)


def test_lines_do_what_commands_do_with_one_key_derivation(
    case: CaseRun, shell: Shell, derived: list[str], tmp_path: Path
) -> None:
    (tmp_path / "r.jsonl").write_text(forms.lines(forms.actor_row('SAMPLE "One" two')))
    told = shell(f"import {tmp_path / 'r.jsonl'}", "show", "show 'actor/SAMPLE \"One\" two' --json")
    assert told.status == 0, told
    assert len(derived) == 1
    assert "new: 1 actor" in told.out
    line, as_json = told.out.splitlines()[-2:]
    assert case("show").out == f"{line}\n"
    assert case("show", "actor/sample", "--json").out == f"{as_json}\n"
    form = tmp_path / "form.toml"
    form.write_text(forms.ACTOR)
    derived.clear()
    told = shell(
        f"edit actor --form {form}", "show", "add /nowhere", "edit actor/sample-cam --print"
    )
    assert (len(derived), told.status) == (1, 2)
    assert "Sample Cameras Ltd" in told.out


def test_errors_do_not_end_it_and_are_its_status(shell: Shell) -> None:
    told = shell(
        'show "unclosed', "nonsense", "shell", "measure x", "show --passphrase x", "", "   ",
        "show /tmp/other-case", "show record/\x1b[2J", "status",
    )  # fmt: skip
    assert told.status == 2
    assert "0 records" in told.out or told.out, told
    assert told.err.count("contrechamp: ") == 7
    assert "\x1b" not in told.err
    assert "Traceback" not in told.err
    assert shell("show", "exit", "nonsense").status == 0


def test_a_wrong_passphrase_opens_nothing(shell: Shell) -> None:
    told = shell("show", secrets=(OTHER_PASSPHRASE,))
    assert (told.status, told.out) == (2, "")


def test_a_lock_forgets_and_asks_again(shell: Shell, derived: list[str]) -> None:
    told = shell("show", "lock", "show", "show", secrets=(PASSPHRASE, PASSPHRASE))
    assert (told.status, len(derived)) == (0, 2)
    assert shell("lock", "show", "status", secrets=(PASSPHRASE,)).status == 2


def test_a_changed_passphrase_is_asked_for_again(shell: Shell) -> None:
    told = shell(
        "unlock --new-passphrase --passphrase-fd 9", "status", "unlock --new-recovery-key", "show"
    )
    assert told.status == 2  # there is no descriptor 9
    told = shell("unlock --new-recovery-key", "show", secrets=(PASSPHRASE, PASSPHRASE))
    assert told.status == 0, told
    assert "what opens it is asked again" in told.err
    assert shell("unlock --new-recovery-key", "show", secrets=(PASSPHRASE,)).status == 2


def test_what_others_write_meanwhile_is_seen_and_said(
    case: CaseRun, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines(*_given: object, **_more: object) -> Iterator[str]:
        yield "show"
        held = held_at(case.folder)
        assert held is not None
        held.size -= 1  # as if another process had written an entry
        yield "show"
        yield "show"

    monkeypatch.setattr(shell_lines, "lines", lines)
    told = shell()
    assert told.err.count("1 entry was added to the log") == 1


def test_a_case_that_is_gone_ends_no_session_and_keeps_no_key(
    case: CaseRun, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines(*_given: object, **_more: object) -> Iterator[str]:
        yield "show"
        case.folder.rename(case.folder.with_name("away"))
        yield "show"
        held = held_at(case.folder)
        assert held is not None
        assert held.secret is None
        yield "help"

    monkeypatch.setattr(shell_lines, "lines", lines)
    told = shell()
    assert told.status == 2
    assert "timeline" in told.out


def test_nothing_is_held_after_it(case: CaseRun, shell: Shell, derived: list[str]) -> None:
    assert shell("show").status == 0
    assert held_at(case.folder) is None
    assert case("show", lines=()).status == 2
    assert passphrases._worked_out is None


def test_names_kinds_and_options_are_completed_and_nothing_once_it_is_locked(
    case: CaseRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "r.jsonl").write_text(forms.lines(forms.actor_row("SAMPLE One")))
    assert case("import", tmp_path / "r.jsonl").status == 0
    found: dict[str, list[str]] = {}

    def lines(
        _prompt: str, *, complete: shell_lines.Complete, when_idle: Callable[[], None], **_: object
    ) -> Iterator[str]:
        found["names"] = complete(["show"], "actor/")
        found["after"] = complete(["link", "actor/sample-one"], "ac")
        found["kinds"] = complete(["timeline", "--kind"], "contr")
        found["options"] = complete(["show"], "--js")
        found["fields"] = complete(["find", "--field"], "value.c")
        found["commands"] = complete([], "tim")
        found["none"] = complete(["nonsense"], "")
        when_idle()
        found["locked"] = complete(["show"], "actor/")
        yield from ()

    monkeypatch.setattr(shell_lines, "lines", lines)
    assert case("shell").status == 0
    assert found == {
        "names": ["actor/sample-one"], "after": ["actor/sample-one"], "kinds": ["contract"],
        "options": ["--json"], "fields": ["value.currency"], "commands": ["timeline"], "none": [],
        "locked": [],
    }  # fmt: skip


class _Terminal:
    """A session on a terminal of its own, in a process of its own."""

    def __init__(self, case: CaseRun, *options: str) -> None:
        program = [sys.executable, "-m", "contrechamp", "shell", str(case.folder), *options]
        self.pid, self.side = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # where it was ignored
            os.execve(sys.executable, program, {**os.environ, "TERM": "dumb"})
        self.seen = ""

    def until(self, words: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while words not in self.seen:
            assert time.monotonic() < end, self.seen
            if select.select([self.side], [], [], 0.2)[0]:
                self.seen += os.read(self.side, 65536).decode(errors="replace")

    def type(self, text: str) -> None:
        time.sleep(0.2)  # an interrupt between the prompt and the first key can pass unnoticed
        self.seen = ""
        os.write(self.side, text.encode())

    def end(self) -> int:
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.side)
        return status


@pytest.mark.slow  # Two starts of Python, and keys on a terminal.
def test_on_a_terminal_keys_interrupts_and_the_end_do_what_they_do_in_a_shell(
    case: CaseRun, letter: Path
) -> None:
    ref = first_word(case("add", letter))
    terminal = _Terminal(case)
    terminal.until("Passphrase")
    terminal.type(f"{PASSPHRASE}\n")
    terminal.until("case> ")
    owner = Path(f"/proc/{terminal.pid}/mem").stat().st_uid  # root's, if it is not dumpable
    assert owner == 0
    terminal.type("half a line\x03")
    terminal.until("case> ")
    terminal.type("mem\t\n")  # completed, and run
    terminal.until("signs with the key")
    terminal.until("case> ")
    terminal.type("\x1b[A\n")  # the line before, from memory
    terminal.until("signs with the key")
    terminal.type("nonsense\n")
    terminal.until("no command of a case")
    terminal.type("lock\n")
    terminal.until("case> ")
    terminal.type(f"show {ref}\n")
    terminal.until("Passphrase")
    terminal.type("\x03")  # while it asks: the command ends, not the session
    terminal.until("case> ")
    terminal.type("\x04")
    assert terminal.end() != 0  # the command that was interrupted


@pytest.mark.slow
def test_a_signal_ends_the_session(case: CaseRun) -> None:
    terminal = _Terminal(case)
    terminal.until("Passphrase")
    terminal.type(f"{PASSPHRASE}\n")
    terminal.until("case> ")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.end() == 128 + signal.SIGTERM


def test_whoever_does_not_type_is_locked_out(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    idle = []
    reading, writing = os.pipe()
    with os.fdopen(reading) as source:
        monkeypatch.setattr(sys, "stdin", source)
        found = shell_lines.lines(
            "> ", idle_s=0.05, complete=lambda _words, _typed: [],
            when_idle=lambda: idle.append(os.write(writing, b"show\n")),
        )  # fmt: skip
        assert next(found) == "show"
        os.close(writing)
    assert idle[0] == 5


def test_completion_prints_nothing_that_a_terminal_would_run(tmp_path: Path) -> None:
    from contrechamp.cli.app import application
    from contrechamp.cli.completing import candidates

    (tmp_path / "a\x1b[2J").touch()
    (tmp_path / "ab").mkdir()
    found = candidates(application(), ["add", "case"], f"{tmp_path}/a", list)
    assert found == [f"{tmp_path}/ab/"]
