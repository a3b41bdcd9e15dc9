"""A session of commands on one case: each line is a command as it is elsewhere, without the case.

Between the lines nothing of the case is open but what opens it, and that not for longer than
somebody types.
"""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from contrechamp.base.errors import ContrechampError, InputError, UsageError
from contrechamp.base.i18n import _, active_language
from contrechamp.base.machine import keep_memory_private
from contrechamp.base.shown_text import shown
from contrechamp.cli import shell_lines
from contrechamp.cli.app import OF_A_CASE, application
from contrechamp.cli.case_access import open_case, read_case_secret
from contrechamp.cli.completing import candidates, short_names
from contrechamp.cli.held_case import holding
from contrechamp.cli.language import OPTION, speak
from contrechamp.cli.run import WRONG, explain, perform, say
from contrechamp.cli.secret_input import SecretSource
from contrechamp.vault.held_case import HeldCase


class ShellSession:
    """A case that is held open, and the lines that are run on it.

    Args:
        folder: of the case.
        source: where to read what opens it.
        idle_s: after so many seconds without a line it is forgotten.
    """

    def __init__(self, folder: Path, source: SecretSource, *, idle_s: float) -> None:
        self._held, self._source, self._idle_s = HeldCase(folder), source, idle_s
        self._language = active_language()
        self._apps = {self._language: application()}
        self._names: tuple[int, list[str]] = (-1, [])

    def run(self) -> int:
        """Run lines until there are no more; return the status of the last that did not end well.

        Raises:
            ContrechampError: if the case does not open at first.
        """
        status = 0
        keep_memory_private()
        with holding(self._held):
            self._unlock()
            for line in self._lines():
                if line.strip() in {"exit", "quit"}:
                    break
                status = self._line(line) or status
        return status

    def _lines(self) -> Iterator[str]:
        prompt = f"{shown(self._held.folder.resolve().name)}> "
        return shell_lines.lines(
            prompt, idle_s=self._idle_s, when_idle=self._when_idle, complete=self._complete
        )

    def _line(self, line: str) -> int:
        """Run a line, and return its exit status; no error is raised."""
        try:
            words = shlex.split(line)
            if not words:
                return 0
            if words[0] == "lock":
                self._held.forget()
                return 0
            arguments = self._arguments(words)
            if arguments is not None:
                self._be_unlocked()
        except ValueError:
            say(_("a quotation mark is not closed, or a backslash stands at the end"))
            return WRONG
        except (KeyboardInterrupt, click.Abort):
            click.echo(err=True)
            return WRONG
        except ContrechampError as error:
            message, status = explain(error)
            say(message)
            return status
        return self._perform(words, arguments) if arguments is not None else 0

    def _arguments(self, words: list[str]) -> list[str] | None:
        """Return what the program is called with; None where the line was answered already.

        Raises:
            UsageError: if it is no command of a case.
        """
        app = self._apps[self._language]
        name, rest = words[0], words[1:]
        if name in {"help", "-h", "--help"}:
            for known in OF_A_CASE:
                click.echo(f"{known:16}{app.does(known)}")
            return None
        if name not in OF_A_CASE:
            raise UsageError(
                _("{word} is no command of a case; help lists those that are, and others run "
                  "outside of this session").format(word=shown(name))
            )  # fmt: skip
        folder = str(self._held.folder)
        return [name, f"./{folder}" if folder.startswith("-") else folder, *rest]

    def _perform(self, words: list[str], arguments: list[str]) -> int:
        language = speak([OPTION, self._language, *words])
        try:
            app = self._apps.get(language) or self._apps.setdefault(language, application())
            return perform(app, arguments, inside=True)
        finally:
            speak([OPTION, self._language])

    def _be_unlocked(self) -> None:
        if self._held.secret is not None and self._held.is_changed():
            self._held.forget()
            click.echo(_("The ways into the case were changed: what opens it is asked again."),
                       err=True)  # fmt: skip
        if self._held.secret is None:
            self._unlock()

    def _unlock(self) -> None:
        """Ask for what opens the case, and keep it if it does."""
        folder = self._held.folder
        self._held.keep(read_case_secret(folder, self._source))
        try:
            with open_case(folder, SecretSource()):
                pass
        except BaseException:
            self._held.forget()
            raise
        # Whoever sits down at a session that was left is asked, whatever the keyring would say.
        self._source = replace(self._source, keyring=False)

    def _when_idle(self) -> None:
        if self._held.secret is None:
            return
        self._held.forget()
        self._names = (-1, [])
        click.echo(
            "\n" + _("Locked, for nobody typed: the next command asks for what opens the case."),
            err=True,
        )

    def _complete(self, words: list[str], typed: str) -> list[str]:
        return candidates(self._apps[self._language], words, typed, self._short_names, inside=True)

    def _short_names(self) -> list[str]:
        """Return the names of the records; none while it is locked."""
        if self._held.secret is None or self._held.is_changed():
            return []
        if self._names[0] != self._held.size:
            try:
                with open_case(self._held.folder, SecretSource()) as case:
                    self._names = (case.size, list(short_names(case)))
            except InputError:
                return []
        return self._names[1]
