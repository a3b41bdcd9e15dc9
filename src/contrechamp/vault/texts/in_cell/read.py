"""What is called in the cell: the text of one item, in parts, and what is lacking of it."""

from collections.abc import Iterator
from typing import IO

from contrechamp.vault.texts.in_cell import by_kind
from contrechamp.vault.texts.in_cell.bounds import Bounds, FullError, Part


def parts(content: IO[bytes], *, kind: str, bounds: dict[str, int]) -> Iterator[Part]:
    """Yield the parts of an item's text; last, what is lacking, if anything is.

    Args:
        content: of the item.
        kind: as `kinds.kind_of` says.
        bounds: arguments of `Bounds`.
    """
    left = Bounds(**bounds)
    try:
        yield from by_kind.read(kind, content, (), left)
    except FullError:
        left.note("long")
    if left.lacks:
        yield {"lacks": left.lacks}
