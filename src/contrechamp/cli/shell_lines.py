"""The lines of a session: typed, with a history in memory, or from a pipe or file."""

import io
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from types import FrameType, ModuleType
from typing import TypeAlias

import click

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

#: Bytes of a line.
MAX_LINE = 1 << 20
#: The words before, and the beginning of the one that is typed -> what it may become.
Complete: TypeAlias = Callable[[list[str], str], list[str]]


def lines(
    prompt: str, *, idle_s: float, when_idle: Callable[[], None], complete: Complete
) -> Iterator[str]:
    """Yield the lines of standard input.

    Args:
        prompt: where somebody types.
        idle_s: after so many seconds without a line, `when_idle` is called, once for each line.
        when_idle: called also if the machine slept meanwhile; it raises nothing.
        complete: called for the tab key.
    """
    is_typed = sys.stdin.isatty()
    readline = _readline(complete) if is_typed else None
    read = _typed if is_typed else _from_pipe
    while True:
        begun = _clock()
        try:
            with _alarm(idle_s, when_idle):
                line = read(prompt)
            if _clock() - begun > idle_s:
                when_idle()
                if readline is not None:
                    readline.clear_history()
        except KeyboardInterrupt:  # at the prompt, it drops what was typed
            if not is_typed:
                raise
            click.echo(err=True)
            continue
        except EOFError:
            if is_typed:
                click.echo(err=True)
            return
        if readline is not None and line.strip():
            readline.add_history(line)
        yield line


def _typed(prompt: str) -> str:
    return input(prompt)


def _from_pipe(_prompt: str) -> str:
    """Return the next line; a command that reads standard input itself goes on from there."""
    content = sys.stdin.buffer.readline(MAX_LINE + 1)
    if not content:
        raise EOFError
    if len(content) > MAX_LINE:
        raise InputError(_("a line is too long"))
    return content.decode("utf-8", "surrogateescape").rstrip("\r\n")


def _clock() -> float:
    """Return seconds that go on while the machine sleeps, where the system counts them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.time()


@contextmanager
def _alarm(seconds: float, ring: Callable[[], None]) -> Iterator[None]:
    def rung(_number: int, _frame: FrameType | None) -> None:
        ring()

    before = signal.signal(signal.SIGALRM, rung)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _readline(complete: Complete) -> ModuleType | None:
    """Prepare the editing of lines; None where Python was built without it."""
    try:
        import readline
    except ImportError:
        return None
    found: list[str] = []

    def completer(typed: str, state: int) -> str | None:
        if state == 0:
            found.clear()
            before = readline.get_line_buffer()[: readline.get_begidx()].split()
            # Whatever goes wrong: the tab key then does nothing.
            with suppress(Exception), redirect_stderr(io.StringIO()):
                found.extend(complete(before, typed))
        return found[state] if state < len(found) else None

    readline.set_auto_history(False)
    readline.clear_history()
    readline.set_completer_delims(" \t\n")
    readline.set_completer(completer)
    readline.parse_and_bind("tab: complete")
    return readline
