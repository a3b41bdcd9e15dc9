"""Content as a child of the cell sees it: a file without a name, of which it asks for ranges."""

import io
from collections.abc import Callable

from contrechamp.cell import frames

#: How much is asked for at a time.
BUFFER = 1 << 18


class AskedContent(io.RawIOBase):
    """Content that the parent has, read only and seekable.

    Args:
        channel: to the parent.
        size: of the content in bytes.
        before: called before each question, so that answers already made go first.
    """

    def __init__(self, channel: frames.Channel, size: int, before: Callable[[], None]) -> None:
        self._channel, self._size, self._before, self._at = channel, size, before, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position of the next read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position in the content.

        Raises:
            ValueError: if it is before the beginning.
        """
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("negative place")
        self._at = start + offset
        return self._at

    def readinto(self, buffer, /) -> int:  # type: ignore[no-untyped-def]  # any writable buffer
        """Ask for as much as fits, or as is sent at once."""
        wanted = min(len(buffer), frames.MAX_PIECE, max(0, self._size - self._at))
        if not wanted:
            return 0
        self._before()
        frames.put(self._channel, frames.WANTED, frames.RANGE.pack(self._at, wanted))
        kind, content = frames.take(self._channel, frames.MAX_PIECE)
        if kind != frames.CONTENT or len(content) > wanted:
            raise frames.CutOffError
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)
