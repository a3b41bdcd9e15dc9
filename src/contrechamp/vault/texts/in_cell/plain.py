"""Text that stands as such: TXT, CSV, logs, chat exports; JSON, of which only the values."""

import json
from collections.abc import Iterator
from typing import Any

from contrechamp.base.decoded_text import decoded
from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place

#: Letters of a part that is told by the number of its first line.
_LETTERS = 4_000
#: Longer JSON is taken as the text that it is.
_JSON = 32 << 20
#: Values that lie in each other, of JSON.
_DEEP = 200


def plain(content: bytes, at: Place, bounds: Bounds, named: str = "") -> Iterator[Part]:
    """Yield the text of bytes, a few thousand letters at a time."""
    yield from lines(decoded(content, named), at, bounds)


def lines(text: str, at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield a text in parts that say at which line they begin."""
    if len(text) <= _LETTERS:
        yield from bounds.part(at, text)
        return
    number, first = 1, 0
    while first < len(text):
        end = text.find("\n", first + _LETTERS)
        end = len(text) if end < 0 else end + 1
        piece = text[first:end]
        yield from bounds.part((*at, ("line", str(number))), piece)
        number, first = number + piece.count("\n"), end


def json_values(content: bytes, at: Place, bounds: Bounds) -> Iterator[Part]:
    r"""Yield the values of JSON, where letters beyond ASCII are often ``\u00e9`` and so on."""
    text = decoded(content)
    found: list[str] = []
    try:
        if len(content) > _JSON:
            raise ValueError
        whole = [json.loads(text)]
    except (ValueError, RecursionError):
        try:  # a value a line
            whole = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            yield from lines(text, at, bounds)
            return
    for value in whole:
        _gather(value, found, _DEEP)
    yield from lines("\n".join(found), at, bounds)


def _gather(value: Any, found: list[str], deep: int) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict | list) and deep:
        for one in value.values() if isinstance(value, dict) else value:
            _gather(one, found, deep - 1)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found.append(str(value))
