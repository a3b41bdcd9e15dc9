"""A picture that was drawn here, from whatever bytes, as plain grey pixels for another program."""

from collections.abc import Iterator

from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place


def may_be(bounds: Bounds) -> bool:
    """Return whether another picture may be drawn; that it may not is noted."""
    if bounds.pictures <= 0:
        bounds.note("pictures")
    return bounds.pictures > 0


def picture(width: int, height: int, pixels: bytes, at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield a picture in the simplest of formats (PGM): its reader meets nothing of the file."""
    bounds.pictures -= 1
    content = b"P5 %d %d 255\n" % (width, height) + pixels
    yield {"at": [list(step) for step in at], "picture": len(content)}
    yield content
