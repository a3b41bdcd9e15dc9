"""Records of a WARC (ISO 28500), listed within bounds and held against the digests they name.

Nothing that a capture says is trusted: compressed data may expand to more than any disk holds,
lines may never end, counts may lie.
"""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from contrechamp.vault.captures.bounds import (
    DAMAGED,
    LIMIT,
    LONGEST,
    MAX_HEADER,
    MAX_LINES,
    MAX_RECORDS,
    StopError,
)
from contrechamp.vault.captures.listed import Listed, clean, count
from contrechamp.vault.captures.unpacking import GZIP, Reads, Unpacked
from contrechamp.vault.captures.warc_digests import Block, Revisits

WARC = b"WARC/"
#: Types of records that hold what was captured, or say that it was as before.
CAPTURED = ("response", "resource", "revisit")


class Place(NamedTuple):
    """A record, as an index names it.

    Args:
        url: that it is of.
        time: of the capture, its digits only.
        digest: of its payload, as it stands there; "" if it names none.
    """

    url: str
    time: str
    digest: str


def is_warc(head: bytes) -> bool:
    """Return whether content is a WARC, judged by its first bytes."""
    if head.startswith(GZIP):
        try:
            return zlib.decompressobj(31).decompress(head, 16).startswith(WARC)
        except zlib.error:
            return False
    return head.startswith(WARC)


def read(
    file: Reads, listed: Listed, revisits: Revisits, places: dict[int, Place] | None = None
) -> None:
    """List the records of a WARC, and check their digests.

    Args:
        file: the WARC.
        listed: is filled.
        revisits: of all WARCs of the capture.
        places: is filled with the records that were captured, by where they begin in the file.

    Raises:
        StopError: if reading cannot go on.
    """
    unpacked = Unpacked(file, listed.budget)
    stream = _Stream(unpacked.pieces())
    while True:
        while (line := stream.line()) in (b"\r\n", b"\n"):
            pass
        begins = stream.position - len(line)
        if not line:
            return
        if not line.startswith(WARC):
            raise StopError(DAMAGED)
        if listed.records >= MAX_RECORDS:
            raise StopError(LIMIT)
        headers = _headers(stream)
        length = headers.get("content-length", "")
        if not length.isascii() or not length.isdigit() or len(length) > 15:
            raise StopError(DAMAGED)
        _record(stream, headers, int(length), listed, revisits)
        start = unpacked.starts.pop(begins, None) if unpacked.is_packed else begins
        if places is not None and start is not None and headers.get("warc-type") in CAPTURED:
            places[start] = _place(headers)


def _record(
    stream: "_Stream", headers: dict[str, str], left: int, listed: Listed, revisits: Revisits
) -> None:
    beginning = stream.take(min(left, MAX_HEADER))
    _note(headers, beginning, listed)
    block = Block(headers, beginning, listed.budget)
    for piece in stream.pieces(left - len(beginning)):
        block.feed(piece)
    url = clean(headers.get("warc-target-uri", "").strip("<>")) or f"#{listed.records}"
    block.judge(url, listed.checks)
    revisits.note(headers)


def _place(headers: dict[str, str]) -> Place:
    time = "".join(filter(str.isdigit, headers.get("warc-date", "")))
    url = headers.get("warc-target-uri", "").strip("<>")
    return Place(url[:LONGEST], time[:20], headers.get("warc-payload-digest", "")[:200])


class _Stream:
    """Lines and blocks read from pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self.buffer, self.at, self.lines = pieces, b"", 0, 0
        self._before = 0

    @property
    def position(self) -> int:
        """How many bytes were taken."""
        return self._before + self.at

    def _more(self) -> bool:
        piece = next(self._pieces, b"")
        self._before += self.at
        self.buffer, self.at = self.buffer[self.at :] + piece, 0
        return bool(piece)

    def line(self) -> bytes:
        """Return the next line with its line end; empty at the end of the stream."""
        self.lines += 1
        if self.lines > MAX_LINES:
            raise StopError(LIMIT)
        while (end := self.buffer.find(b"\n", self.at)) < 0:
            if len(self.buffer) - self.at > MAX_HEADER:
                raise StopError(DAMAGED)
            if not self._more():
                if self.buffer:
                    raise StopError(DAMAGED)
                return b""
        line, self.at = self.buffer[self.at : end + 1], end + 1
        return line

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        while len(self.buffer) - self.at < size:
            if not self._more():
                raise StopError(DAMAGED)
        block = self.buffer[self.at : self.at + size]
        self.at += size
        return block

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes, a piece at a time."""
        while size:
            if self.at == len(self.buffer) and not self._more():
                raise StopError(DAMAGED)
            piece = self.buffer[self.at : self.at + size]
            self.at += len(piece)
            size -= len(piece)
            yield piece


def _headers(stream: _Stream) -> dict[str, str]:
    headers: dict[str, str] = {}
    size = 0
    while (line := stream.line()) not in (b"\r\n", b"\n"):
        size += len(line)
        if not line or size > MAX_HEADER:
            raise StopError(DAMAGED)
        name, _colon, value = line.decode("utf-8", "backslashreplace").partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    return headers


def _note(headers: dict[str, str], beginning: bytes, listed: Listed) -> None:
    listed.records += 1
    kind = clean(headers.get("warc-type"), 40) or "?"
    count(listed.types, kind)
    time = clean(headers.get("warc-date"), 40)
    listed.note_time(time)
    if kind not in CAPTURED:
        return
    status, media_type = _answer(headers, beginning) if kind != "resource" else ("", "")
    if kind == "resource":
        media_type = clean(headers.get("content-type"), 100)
    if status:
        count(listed.statuses, status)
    url = clean(headers.get("warc-target-uri", "").strip("<>"))
    listed.note_url({"url": url, "time": time, "status": status, "type": media_type})


def _answer(headers: dict[str, str], beginning: bytes) -> tuple[str, str]:
    """Return status and media type of an HTTP response."""
    if not headers.get("content-type", "").lower().startswith("application/http"):
        return "", ""
    first, *lines = beginning.split(b"\r\n\r\n", 1)[0].splitlines() or [b""]
    words = first.split(None, 2)
    known = len(words) > 1 and words[0].startswith(b"HTTP/")
    status = words[1].decode("ascii", "replace") if known else ""
    types = (line.partition(b":")[2] for line in lines if line.lower().startswith(b"content-type:"))
    media_type = next(types, b"").strip().decode("utf-8", "backslashreplace")
    return (status if status.isdigit() and len(status) == 3 else ""), clean(media_type, 100)
