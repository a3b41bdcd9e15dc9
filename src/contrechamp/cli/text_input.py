"""Text that the user gives in a file, or on standard input."""

from contextlib import suppress
from pathlib import Path

import click

from contrechamp.base.files import not_utf8, too_large, unreadable


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
