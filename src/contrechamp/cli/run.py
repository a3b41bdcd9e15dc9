"""One run of a command: its exit status, and one plain message where it went wrong.

Exit status 0: done. 1: a check was carried out and failed. 2: wrong use, bad input, or an error
of ours. 130 and 143: stopped by Ctrl-C or by a signal; nothing half-written is left behind.
"""

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click

from contrechamp.base.errors import ContrechampError
from contrechamp.base.i18n import _
from contrechamp.base.our_place import place_in_ours
from contrechamp.base.shown_text import shown
from contrechamp.cli.app import application
from contrechamp.cli.language import speak
from contrechamp.cli.options import is_verbose

WRONG = 2
STOPPED_BY_PIPE = 128 + 13  # SIGPIPE, which Python turns into an exception


class StoppedError(BaseException):
    """Raised by a signal that ends the run, so that what is half-written is removed."""

    def __init__(self, signal_number: int) -> None:
        self.exit_status = 128 + signal_number


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status; no error is raised.

    Args:
        arguments: the words after the name of the program.
    """
    speak(arguments)
    if instruction := os.environ.get("_CONTRECHAMP_COMPLETE"):  # of the script of a shell
        from contrechamp.cli.shell_completion import answer

        return answer(instruction)
    # Of what others write for us too: SQLite beside its database, libraries, programs.
    mask = os.umask(0o077)
    try:
        return perform(application(), arguments)
    finally:
        os.umask(mask)


def perform(app: click.Group, arguments: Sequence[str], *, inside: bool = False) -> int:
    """Run a command and return its exit status.

    Args:
        app: the command line.
        arguments: the words after the name of the program.
        inside: it runs inside another command, which a signal or a closed pipe has to end too.

    Raises:
        StoppedError: by a signal, if it is inside.
        BrokenPipeError: if nobody reads what it prints, and it is inside.
    """
    root: click.Context | None = None
    try:
        with _signals_raise():
            root = app.make_context("contrechamp", list(arguments))
            with root, _warnings_hidden(root):
                app.invoke(root)
            sys.stdout.flush()
        return 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, StoppedError, click.Abort) as stop:
        if inside and isinstance(stop, StoppedError):
            raise
        say(_("stopped; nothing half-written is left behind"))
        return stop.exit_status if isinstance(stop, StoppedError) else 128 + signal.SIGINT
    except BrokenPipeError:
        if inside:
            raise
        _close_quietly()
        return STOPPED_BY_PIPE
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message(), err=True)
        return WRONG
    except Exception as error:
        if root is not None and is_verbose(root):
            traceback.print_exc()
        message, status = explain(error)
        say(message)
        return status


def explain(error: Exception) -> tuple[str, int]:
    """Return what to tell the user about `error`, and the exit status."""
    if isinstance(error, ContrechampError):
        return str(error), error.exit_status
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = _("see {command} --help").format(command=error.ctx.command_path)
        return f"{error.format_message()} ({hint})", WRONG
    if isinstance(error, click.ClickException):
        return error.format_message(), WRONG
    if isinstance(error, MemoryError):
        return _("not enough memory; use a smaller area or fewer --draws"), WRONG
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror, WRONG
    return _(
        "this should not have happened ({kind} in {place}); please report it, with what the "
        "same command prints with -v (look through that first: it may show your data)"
    ).format(kind=type(error).__name__, place=place_in_ours(error) or "contrechamp"), WRONG


def say(message: str) -> None:
    """Print one message for the user on standard error; what files say in it is escaped."""
    message = "\n".join(map(shown, message.split("\n")))
    try:
        click.echo(_("contrechamp: {message}").format(message=message), err=True)
    except BrokenPipeError:
        _close_quietly()


def _close_quietly() -> None:
    """Keep Python from complaining at exit that nobody reads its remaining output."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)


@contextmanager
def _signals_raise() -> Iterator[None]:
    """Let the signals that end a process unwind it instead (Ctrl-C does so by itself)."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise StoppedError(number)

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in names}
    try:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:  # a signal that is ignored (nohup) stays so
                signal.signal(number, stop)
        yield
    finally:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, handler)


@contextmanager
def _warnings_hidden(root: click.Context) -> Iterator[None]:
    """Hide libraries' warnings unless Python's -W asks for them."""
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        yield
