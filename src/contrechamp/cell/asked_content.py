"""Content as a child of the cell sees it: a file without a name, of which it asks for ranges."""

from collections.abc import Callable

from contrechamp.base.read_at import ReadAt
from contrechamp.cell import frames

#: How much is asked for at a time, and kept until something else is asked for.
BUFFER = 1 << 18


class AskedContent(ReadAt):
    """Content that the parent has, read only and seekable.

    Args:
        channel: to the parent.
        size: of the content in bytes.
        first: its beginning, which readers look at again and again.
        before: called before each question, so that answers already made go first.
    """

    def __init__(
        self, channel: frames.Channel, size: int, first: bytes, before: Callable[[], None]
    ) -> None:
        super().__init__(size)
        self._channel, self._before = channel, before
        self._first = first
        self._kept_from, self._kept = 0, b""

    def readinto(self, buffer, /) -> int:  # type: ignore[no-untyped-def]  # any writable buffer
        """Read as much as fits and is there at once."""
        if self._at >= self._size or not len(buffer):
            return 0
        part = self._first[self._at : self._at + len(buffer)]
        if not part:
            start = self._at - self._kept_from
            if not 0 <= start < len(self._kept):
                self._ask(len(buffer))
                start = 0
            part = self._kept[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _ask(self, size: int) -> None:
        wanted = min(max(size, BUFFER), frames.MAX_PIECE, self._size - self._at)
        self._before()
        frames.put(self._channel, frames.WANTED, frames.RANGE.pack(self._at, wanted))
        kind, content = frames.take(self._channel, frames.MAX_PIECE)
        if kind != frames.CONTENT or not content:  # it is shorter than it was
            raise frames.CutOffError
        self._kept_from, self._kept = self._at, bytes(content)
