"""Content that is read from any place: what readers of it have in common."""

import io


class ReadAt(io.RawIOBase):
    """Read only and seekable; a subclass has `readinto` and says how large the content is.

    Args:
        size: of the content in bytes.
    """

    def __init__(self, size: int) -> None:
        self._size, self._at = size, 0

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
