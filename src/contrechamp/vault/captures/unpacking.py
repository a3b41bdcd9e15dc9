"""WARC and their indexes, which may be made of gzip members, unpacked within bounds."""

import zlib
from collections.abc import Iterator
from typing import Protocol

from contrechamp.vault.captures.bounds import DAMAGED, PIECE, Budget, StopError

GZIP = b"\x1f\x8b"


class Reads(Protocol):
    """A file, or a part of one."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`."""


class Unpacked:
    """The content of a file, decompressed if it is made of gzip members.

    `starts` has where members begin in the file, by where what they hold begins in the content.
    """

    def __init__(self, file: Reads, budget: Budget) -> None:
        self._file, self._budget = file, budget
        self.is_packed = False
        self.starts: dict[int, int] = {}
        self._read = 0

    def pieces(self) -> Iterator[bytes]:
        """Yield the content; raises StopError if it ends early, or is too much."""
        piece = self._more()
        if not piece.startswith(GZIP):
            while piece:
                self._budget.spend(len(piece))
                yield piece
                piece = self._more()
            return
        self.is_packed = True
        self.starts[0] = written = 0
        packed = zlib.decompressobj(31)
        while piece:
            try:
                out = packed.decompress(piece, PIECE)
            except zlib.error:
                raise StopError(DAMAGED) from None
            # An empty member costs time too: each counts as if it held something.
            self._budget.spend(len(out) + (1 << 10) if packed.eof else len(out))
            written += len(out)
            if out and not packed.eof:
                yield out
            piece = packed.unconsumed_tail
            if packed.eof:
                piece, packed = packed.unused_data, zlib.decompressobj(31)
                # Before the last of a member is handed on: the next record is looked up by then.
                self.starts[written] = self._read - len(piece)
                if out:
                    yield out
                piece = piece or self._more()
            elif not piece:
                piece = self._more()
                if not piece:
                    raise StopError(DAMAGED)  # the last member does not end

    def _more(self) -> bytes:
        piece = self._file.read(PIECE)
        self._read += len(piece)
        return piece
