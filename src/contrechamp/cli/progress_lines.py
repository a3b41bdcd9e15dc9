"""Progress of a long run in lines on standard error: for programs, and for logs."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.base.shown_text import shown

#: Steps that take less than this are not told one by one.
_EVERY_S = 2.0


class FileByFile:
    """Tells which file of a run is done, and where a long one is.

    Args:
        files: of the run.
        as_json: one JSON object a line, for programs.
        steps: also where a file is, unless bars show it.
    """

    def __init__(self, files: int, *, as_json: bool, steps: bool) -> None:
        self._files = files
        self._as_json = as_json
        self._steps = steps
        self._done = 0

    def done(self, name: str, *, copy: str = "", reason: str = "") -> None:
        """Tell that a file is done: it has a copy, or there is a reason why it has none."""
        self._done += 1
        told = {"file": name, "number": self._done, "of": self._files, "copy": copy}
        if self._as_json:
            _say({**told, "reason": reason} if reason else told)
        elif copy and self._files > 1:
            line = _("{number} of {files}: {name} is now {copy}")
            click.echo(
                shown(line.format(number=self._done, files=self._files, name=name, copy=copy)),
                err=True,
            )

    @property
    def progress(self) -> Progress:
        """Opens a step of a file; it is told every few seconds how far it is."""
        return self._step

    @contextmanager
    def _step(self, label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        amount, told_at = 0.0, time.monotonic()

        def advance(more: float) -> None:
            nonlocal amount, told_at
            amount += more
            if self._steps and time.monotonic() - told_at >= _EVERY_S:
                told_at = time.monotonic()
                self._tell(label, amount, total)

        yield advance

    def _tell(self, label: str, amount: float, total: float | None) -> None:
        number = self._done + 1
        if self._as_json:
            _say({"step": label, "done": amount, "total": total, "number": number})
        elif total:
            line = _("{number} of {files}: {step}, {percent} %")
            percent = f"{100 * amount / total:.0f}"
            said = line.format(number=number, files=self._files, step=label, percent=percent)
            click.echo(shown(said), err=True)


def _say(what: dict[str, object]) -> None:
    click.echo(json.dumps(what), err=True)
