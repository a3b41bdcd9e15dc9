"""The pages in a web capture: WARC, and so what WACZ packs."""

import re
import zlib
from collections.abc import Iterator
from typing import IO

from contrechamp.vault.texts.in_cell import within
from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place

_STEP = 1 << 16
#: Bytes of a line of a head, lines of a head, and bytes of an answer that is looked at.
_LINE, _LINES, _ANSWER = 1 << 16, 500, 32 << 20
_TEXT_TYPES = re.compile(r"(?:text/(?:html|plain)|application/(?:xhtml\+xml|pdf|json))\b")
_NAMED = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf",
          "application/json": ".json"}  # fmt: skip


def capture(content: IO[bytes], at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield the text of the pages of a WARC file, compressed or not."""
    stream = _Stream(_bytes_of(content, bounds))
    while head := _head(stream):
        try:
            size = int(head.get("content-length", ""))
        except ValueError:
            bounds.note("damaged")
            return
        kind = head.get("warc-type", "")
        if kind in ("response", "resource") and 0 < size <= _ANSWER:
            block = stream.take(size)
            address = head.get("warc-target-uri", "").strip("<>")
            media, body = _answer(block, bounds) if kind == "response" else (
                head.get("content-type", ""), block)  # fmt: skip
            if _TEXT_TYPES.match(media) and body and not address.endswith("robots.txt"):
                bounds.open()
                step = (*at, ("address", address))
                name = _NAMED.get(media.partition(";")[0], ".txt")
                yield from within.of(body, name, step, bounds, named=False)
        else:
            stream.skip(size)


def _answer(block: bytes, bounds: Bounds) -> tuple[str, bytes]:
    """Return media type and body of an HTTP answer, as it was before it was sent."""
    head, found, body = block.partition(b"\r\n\r\n")
    if not found:
        return "", b""
    said = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _colon, value = line.partition(":")
        said[name.strip().lower()] = value.strip().lower()
    if "chunked" in said.get("transfer-encoding", ""):
        body = _joined(body)
    if said.get("content-encoding", "") in ("gzip", "deflate", "x-gzip"):
        body = _inflated(body, bounds)
    elif said.get("content-encoding", "identity") not in ("identity", ""):
        bounds.note("kind")
        return "", b""
    return said.get("content-type", ""), body


def _joined(body: bytes) -> bytes:
    """Return a body that came in chunks; one that was joined already as it is."""
    rest = 0
    found: list[bytes] = []
    while True:
        end = body.find(b"\r\n", rest, rest + 20)
        try:
            size = int(body[rest:end].partition(b";")[0], 16) if end > 0 else -1
        except ValueError:
            size = -1
        if size < 0 or (not found and end < 0):
            return b"".join(found) or body
        if size == 0:
            return b"".join(found)
        found.append(body[end + 2 : end + 2 + size])
        rest = end + 4 + size


def _inflated(body: bytes, bounds: Bounds) -> bytes:
    for form in (47, -15):  # gzip or zlib; bare
        unpacker = zlib.decompressobj(form)
        try:
            found = unpacker.decompress(body, _ANSWER)
        except zlib.error:
            continue
        bounds.unpack(len(found))
        return found
    return body


def _bytes_of(content: IO[bytes], bounds: Bounds) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked if it is GZIP, member by member."""
    first = content.read(_STEP)
    if not first.startswith(b"\x1f\x8b"):
        while first:
            yield first
            first = content.read(_STEP)
        return
    waiting = first
    while waiting:
        unpacker = zlib.decompressobj(31)
        while not unpacker.eof:
            if not waiting:
                waiting = content.read(_STEP)
                if not waiting:
                    return
            try:
                piece = unpacker.decompress(waiting, _STEP)
            except zlib.error:
                bounds.note("damaged")
                return
            waiting = unpacker.unconsumed_tail
            bounds.unpack(len(piece))
            if piece:
                yield piece
        waiting = unpacker.unused_data or content.read(_STEP)
        waiting = waiting.lstrip(b"\0")


class _Stream:
    """Bytes that come in pieces, taken by lines and lengths."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()

    def _more(self) -> bool:
        piece = next(self._pieces, b"")
        self._held += piece
        return bool(piece)

    def line(self) -> bytes:
        while (end := self._held.find(b"\n")) < 0:
            if len(self._held) > _LINE or not self._more():
                end = len(self._held) - 1
                break
        found = bytes(self._held[: end + 1])
        del self._held[: end + 1]
        return found

    def take(self, size: int) -> bytes:
        while len(self._held) < size and self._more():
            pass
        found = bytes(self._held[:size])
        del self._held[:size]
        return found

    def skip(self, size: int) -> None:
        while size > len(self._held):
            size -= len(self._held)
            self._held.clear()
            if not self._more():
                return
        del self._held[:size]


def _head(stream: _Stream) -> dict[str, str]:
    """Return the head of the next record; nothing at the end, or where there is none."""
    line = stream.line()
    while line in (b"\r\n", b"\n"):
        line = stream.line()
    if not line.startswith(b"WARC/"):
        return {}
    found = {"": "WARC"}
    for _count in range(_LINES):
        line = stream.line().rstrip(b"\r\n")
        if not line:
            return found
        name, _colon, value = line.decode("utf-8", "replace").partition(":")
        found[name.strip().lower()] = value.strip()
    return {}
