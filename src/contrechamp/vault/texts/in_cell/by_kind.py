"""The reader of each kind of text."""

import importlib
from collections.abc import Iterator
from typing import IO, Final

from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place

#: Bytes of content that is read as a whole; of longer text the beginning.
_WHOLE, _TEXT = 512 << 20, 64 << 20
#: Module and function, imported once it is needed; whether it takes the file, or its bytes; and
#: whether its beginning makes sense alone.
_READERS: Final = {
    "plain": ("plain:plain", False, True),
    "html": ("html:page", False, True),
    "xml": ("xml:texts", False, True),
    "json": ("plain:json_values", False, True),
    "rtf": ("rtf:rich_text", False, True),
    "pdf": ("pdf:pages", False, False),
    "picture": ("pictures:captions", False, False),
    "zip": ("archives:archive", True, False),
    "mail": ("mail:message", False, True),
    "mbox": ("mail:box", True, False),
    "web": ("web:capture", True, False),
}
KINDS: Final = frozenset(_READERS)
_HERE = __name__.rpartition(".")[0]


def modules(kinds: set[str]) -> list[str]:
    """Return the modules that read some kinds."""
    return sorted({f"{_HERE}.{_READERS[kind][0].partition(':')[0]}" for kind in kinds})


def read(kind: str, content: IO[bytes], at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield the text of content of a kind.

    Raises:
        FullError: once there is more than is taken of one item.
    """
    place, streams, from_beginning = _READERS[kind]
    module, _colon, function = place.partition(":")
    reader = getattr(importlib.import_module(f"{_HERE}.{module}"), function)
    if streams:
        yield from reader(content, at, bounds)
        return
    most = _TEXT if from_beginning else _WHOLE
    whole = content.read(most + 1)
    if len(whole) > most:
        bounds.note("large")
        if not from_beginning:
            return
    yield from reader(whole[:most], at, bounds)
