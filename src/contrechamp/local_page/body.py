"""The body of a request, read in one thread while it comes in at another."""

import asyncio
import io
from concurrent.futures import CancelledError, Future
from typing import Final

#: Bytes that are asked of the network at a time: what is in memory of a body, whatever its size.
_PIECE: Final = 1 << 20


class Body(io.RawIOBase):
    """What comes in, as a file that is read from its beginning to its end.

    Made in the thread of the network; read in any other.

    Args:
        reader: where it comes from.
        length: in bytes.
        patience_s: how long each piece may take, in seconds.
    """

    def __init__(self, reader: asyncio.StreamReader, length: int, patience_s: float) -> None:
        self._reader, self._left, self._patience_s = reader, length, patience_s
        self._loop = asyncio.get_running_loop()
        self._coming: Future[bytes] | None = None
        self._stopped = False

    def stop(self) -> None:
        """Let whoever waits for more meet an error; for the thread of the network."""
        self._stopped = True
        if self._coming is not None:
            self._coming.cancel()

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer, /) -> int:  # type: ignore[no-untyped-def]  # any writable buffer
        """Wait for some bytes; 0 at the end.

        Raises:
            OSError: if whoever sends it is gone, or too slow.
        """
        if self._stopped:
            raise ConnectionResetError
        if not self._left:
            return 0
        wanted = min(len(buffer), self._left, _PIECE)
        coming = asyncio.run_coroutine_threadsafe(self._reader.read(wanted), self._loop)
        self._coming = coming
        try:
            piece = coming.result(self._patience_s)
        except (TimeoutError, CancelledError) as error:
            coming.cancel()
            raise ConnectionResetError from error
        if not piece:
            raise ConnectionResetError
        self._left -= len(piece)
        buffer[: len(piece)] = piece
        return len(piece)
