"""Text that the user gives in a file, on standard input, or as a line that is asked for."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.files import not_utf8, too_large, unreadable
from contrechamp.base.i18n import _

MAX_LINE = 1 << 16


class Line(click.ParamType[str]):
    """A text as an argument or, for ``-``, as one line: typed, or the next of standard input.

    Arguments are seen by every process of the machine, and kept by the shell.

    Args:
        prompt: what to ask for.
    """

    name = "text"

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt

    def convert(
        self, value: Any, _param: click.Parameter | None, _context: click.Context | None
    ) -> Any:
        """Return the text, read if it is ``-``."""
        return asked_line(self._prompt) if value == "-" else value


def asked_line(prompt: str) -> str:
    """Return a line that is typed or, where nobody types, the next of standard input.

    Raises:
        UsageError: if there is none, or it is empty.
        InputError: if it is too long, or not UTF-8.
    """
    if sys.stdin.isatty():
        text = str(click.prompt(prompt, default="", show_default=False, err=True))
    else:
        content = sys.stdin.buffer.readline(MAX_LINE + 1)
        if len(content) > MAX_LINE:
            raise too_large(prompt, MAX_LINE)
        text = content.decode("utf-8", "surrogateescape").rstrip("\r\n")
    if any("\udc80" <= letter <= "\udcff" for letter in text):
        raise InputError(_("it is not UTF-8 text"), where=prompt)
    if not text.strip():
        raise UsageError(_("expected a line for: {what}").format(what=prompt))
    return text


def read_text(path: Path, limit: int) -> str:
    """Return the text of a file, or of standard input for ``-``.

    Raises:
        InputError: if it cannot be read, has more than `limit` bytes, or is not UTF-8.
    """
    try:
        with click.open_file(str(path), "rb") as file:
            content: bytes = file.read(limit + 1)
    except OSError as error:
        raise unreadable(path.name, error) from error
    if len(content) > limit:
        raise too_large(path.name, limit)
    text = None
    with suppress(UnicodeDecodeError):
        text = content.decode("utf-8-sig")
    if text is None:  # raised out here: the error of the decoder carries the content
        raise not_utf8(path.name)
    return text
