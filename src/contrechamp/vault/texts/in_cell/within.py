"""What lies in something else: a part of an archive, an attachment, a page of a capture."""

import io
from collections.abc import Iterator

from contrechamp.vault.texts.in_cell import by_kind
from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place
from contrechamp.vault.texts.in_cell.kinds import HEAD, kind_of


def of(
    content: bytes, name: str, at: Place, bounds: Bounds, *, named: bool = True
) -> Iterator[Part]:
    """Yield the text of some content that has a name, one step further in if that is `named`."""
    kind = kind_of(content[:HEAD], name)
    if kind == "unread":
        bounds.note("kind")
    elif kind:
        step = (*at, ("file", name)) if name and named else at
        yield from by_kind.read(kind, io.BytesIO(content), step, bounds)
