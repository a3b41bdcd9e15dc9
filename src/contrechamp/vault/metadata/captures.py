"""Contents of web captures, WARC (ISO 28500) and WACZ, listed within bounds.

Nothing that a capture says is trusted: compressed data may expand to more than any disk holds,
lines may never end, counts may lie. Whatever the bytes are, the answer has the same form:

    {"format": "warc" | "wacz", "complete": "yes" | "no", "problem": "...",
     "records": 3, "types": {"response": 2, ...}, "statuses": {"200": 2},
     "first": time, "last": time,
     "urls": [{"url", "time", "status", "type"}, ...], "not_listed": 0,
     WACZ: "title", "created", "software", "version", "pages": [{"url", "time", "title"}, ...]}

Everything is text or whole numbers, so that it has one canonical form. Empty fields are left out,
except those of the first two lines.
"""

import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from contrechamp.vault.metadata.foreign_text import cleaned

#: Most bytes that are decompressed from one capture, all parts together.
MAX_UNPACKED = 512 << 20
MAX_RECORDS, MAX_LINES = 200_000, 4_000_000
#: Most URLs that are listed of one capture, and most bytes of UTF-8 for them.
MAX_LISTED, MAX_LISTED_BYTES = 1_000, 192 << 10
MAX_PAGES_BYTES = 32 << 10
MAX_KINDS = 32
#: Longest text, which is cut beyond that, and longest headers, which are damage beyond that.
LONGEST, MAX_HEADER = 2_000, 64 << 10
MAX_PART_JSON = 1 << 20
#: Largest list of contents of a zip: a hundred times what a capture needs today.
MAX_DIRECTORY = 2 << 20
PIECE = 1 << 16

#: Stable words for why reading a capture ended early; records hold them.
LIMIT, DAMAGED = "beyond the limits of listing", "damaged"

_GZIP, _ZIP, _WARC = b"\x1f\x8b", b"PK\x03\x04", b"WARC/"


class _Reads(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _StopError(Exception):
    """Raised when reading ends early; the text is one of the stable words."""


@dataclass
class _Listing:
    found: dict[str, Any]
    unpacked: int = 0
    records: int = 0
    types: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    urls: list[dict[str, str]] = field(default_factory=list)
    not_listed: int = 0
    room: int = MAX_LISTED_BYTES
    first: str = ""
    last: str = ""

    def spend(self, amount: int) -> None:
        self.unpacked += amount
        if self.unpacked > MAX_UNPACKED:
            raise _StopError(LIMIT)

    def state(self, problem: str) -> dict[str, Any]:
        facts = {
            "problem": problem,
            "types": dict(self.types),
            "statuses": dict(self.statuses),
            "first": self.first,
            "last": self.last,
            "urls": self.urls,
            "not_listed": self.not_listed,
        }
        return {
            "complete": "no" if problem else "yes",
            "records": self.records,
            **self.found,
            **{name: fact for name, fact in facts.items() if fact},
        }


def may_be_capture(head: bytes) -> bool:
    """Return whether content may be a capture, judged by its first bytes: a zip may be a WACZ."""
    if head.startswith(_GZIP):
        try:
            return zlib.decompressobj(31).decompress(head, 16).startswith(_WARC)
        except zlib.error:
            return False
    return head.startswith((_WARC, _ZIP))


def listing(content: IO[bytes]) -> dict[str, Any] | None:
    """List what a capture holds.

    Args:
        content: content of the file, seekable.

    Returns:
        See the docstring of this module; None if it is not a capture.
    """
    content.seek(0)
    head = content.read(PIECE)
    content.seek(0)
    if head.startswith(_ZIP):
        return _wacz(content)
    if not may_be_capture(head):
        return None
    listed = _Listing({"format": "warc"})
    try:
        _warc(content, listed)
    except _StopError as stop:
        return listed.state(str(stop))
    except OSError:  # the object was altered; `verify` reports that
        return listed.state(DAMAGED)
    return listed.state("")


# WACZ


class _Zip:
    """A zip file whose list of contents is refused if it is larger than any honest one."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self._size = content.seek(0, io.SEEK_END)
        self.seek, self.tell, self.seekable = content.seek, content.tell, content.seekable

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._size - self._content.tell() if size < 0 else size
        if wanted > MAX_DIRECTORY:
            raise zipfile.BadZipFile("directory")
        return self._content.read(size)


def _wacz(content: IO[bytes]) -> dict[str, Any] | None:
    try:
        with zipfile.ZipFile(_Zip(content)) as archive:
            parts = archive.infolist()
            if "datapackage.json" not in archive.namelist():
                return None
            listed = _Listing({"format": "wacz"})
            return listed.state(_parts(archive, parts, listed))
    except _BROKEN:
        return None


#: Compressions of which the library unpacks no more than is asked for; WACZ has no others.
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

#: What a damaged zip makes the library raise; not all of it is documented.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
    KeyError,
)


def _parts(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], listed: _Listing) -> str:
    problem = ""
    package = _json(_part(archive, "datapackage.json", listed))
    if not isinstance(package, dict):
        problem, package = DAMAGED, {}
    names = ("title", "created", "software", "wacz_version")
    texts = {name: _clean(package.get(name)) for name in names}
    texts["version"] = texts.pop("wacz_version")
    listed.found |= {name: text for name, text in texts.items() if text}
    pages = _pages(_part(archive, "pages/pages.jsonl", listed))
    if pages:
        listed.found["pages"] = pages
    for part in parts:
        if not part.filename.startswith("archive/") or part.is_dir():
            continue
        if part.compress_type not in _BOUNDED:
            problem = problem or DAMAGED
            continue
        try:
            with archive.open(part) as file:
                _warc(file, listed)
        except _StopError as stop:
            problem = problem or str(stop)
            if str(stop) == LIMIT:
                break
        except _BROKEN:
            problem = problem or DAMAGED
    return problem


def _part(archive: zipfile.ZipFile, name: str, listed: _Listing) -> bytes:
    """Return the beginning of a small part; empty if it is missing or damaged."""
    try:
        if archive.getinfo(name).compress_type not in _BOUNDED:
            return b""
        with archive.open(name) as file:
            content = file.read(MAX_PART_JSON)
    except _BROKEN:
        return b""
    listed.spend(len(content))
    return content


def _pages(lines: bytes) -> list[dict[str, str]]:
    pages: list[dict[str, str]] = []
    room = MAX_PAGES_BYTES
    for line in lines.splitlines():
        page = _json(line)
        if not isinstance(page, dict) or not isinstance(page.get("url"), str):
            continue
        fields = {"url": page["url"], "time": page.get("ts"), "title": page.get("title")}
        one = {name: text for name, value in fields.items() if (text := _clean(value))}
        room -= _bytes_of(one)
        if room < 0:
            break
        pages.append(one)
    return pages


def _json(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None


# WARC


def _warc(file: _Reads, listed: _Listing) -> None:
    """List the records of a WARC.

    Raises:
        _StopError: if reading cannot go on.
    """
    stream = _Stream(_unpacked(file, listed))
    while True:
        while (line := stream.line()) in (b"\r\n", b"\n"):
            pass
        if not line:
            return
        if not line.startswith(_WARC):
            raise _StopError(DAMAGED)
        if listed.records >= MAX_RECORDS:
            raise _StopError(LIMIT)
        headers = _headers(stream)
        length = headers.get("content-length", "")
        if not length.isascii() or not length.isdigit() or len(length) > 15:
            raise _StopError(DAMAGED)
        left = int(length)
        beginning = stream.take(min(left, MAX_HEADER))
        _note(headers, beginning, listed)
        stream.skip(left - len(beginning))


def _unpacked(file: _Reads, listed: _Listing) -> Iterator[bytes]:
    """Yield the content of a WARC in pieces, decompressed if it is made of gzip members."""
    piece = file.read(PIECE)
    if not piece.startswith(_GZIP):
        while piece:
            listed.spend(len(piece))
            yield piece
            piece = file.read(PIECE)
        return
    packed = zlib.decompressobj(31)
    while piece:
        try:
            out = packed.decompress(piece, PIECE)
        except zlib.error:
            raise _StopError(DAMAGED) from None
        # An empty member costs time too: each counts as if it held something.
        listed.spend(len(out) + (1 << 10) if packed.eof else len(out))
        if out:
            yield out
        piece = packed.unconsumed_tail
        if packed.eof:
            piece, packed = packed.unused_data, zlib.decompressobj(31)
            piece = piece or file.read(PIECE)
        elif not piece:
            piece = file.read(PIECE)
            if not piece:
                raise _StopError(DAMAGED)  # the last member does not end


class _Stream:
    """Lines and blocks read from pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.buffer, self.at, self.lines = pieces, b"", 0, 0

    def _more(self) -> bool:
        piece = next(self.pieces, b"")
        self.buffer, self.at = self.buffer[self.at :] + piece, 0
        return bool(piece)

    def line(self) -> bytes:
        """Return the next line with its line end; empty at the end of the stream."""
        self.lines += 1
        if self.lines > MAX_LINES:
            raise _StopError(LIMIT)
        while (end := self.buffer.find(b"\n", self.at)) < 0:
            if len(self.buffer) - self.at > MAX_HEADER:
                raise _StopError(DAMAGED)
            if not self._more():
                if self.buffer:
                    raise _StopError(DAMAGED)
                return b""
        line, self.at = self.buffer[self.at : end + 1], end + 1
        return line

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        while len(self.buffer) - self.at < size:
            if not self._more():
                raise _StopError(DAMAGED)
        block = self.buffer[self.at : self.at + size]
        self.at += size
        return block

    def skip(self, size: int) -> None:
        """Skip `size` bytes, a piece at a time."""
        while size > len(self.buffer) - self.at:
            size -= len(self.buffer) - self.at
            self.at = len(self.buffer)
            if not self._more():
                raise _StopError(DAMAGED)
        self.at += size


def _headers(stream: _Stream) -> dict[str, str]:
    headers: dict[str, str] = {}
    size = 0
    while (line := stream.line()) not in (b"\r\n", b"\n"):
        size += len(line)
        if not line or size > MAX_HEADER:
            raise _StopError(DAMAGED)
        name, _colon, value = line.decode("utf-8", "backslashreplace").partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    return headers


def _note(headers: dict[str, str], beginning: bytes, listed: _Listing) -> None:
    listed.records += 1
    kind = _clean(headers.get("warc-type"), 40) or "?"
    _count(listed.types, kind)
    time = _clean(headers.get("warc-date"), 40)
    if time:
        listed.first = min(listed.first or time, time)
        listed.last = max(listed.last, time)
    if kind not in ("response", "resource", "revisit"):
        return
    status, media_type = _answer(headers, beginning) if kind != "resource" else ("", "")
    if kind == "resource":
        media_type = _clean(headers.get("content-type"), 100)
    if status:
        _count(listed.statuses, status)
    fields = {
        "url": _clean(headers.get("warc-target-uri", "").strip("<>")),
        "time": time,
        "status": status,
        "type": media_type,
    }
    one = {name: text for name, text in fields.items() if text}
    size = _bytes_of(one)
    if len(listed.urls) >= MAX_LISTED or size > listed.room:
        listed.not_listed += 1
        return
    listed.room -= size
    listed.urls.append(one)


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
    return (status if status.isdigit() and len(status) == 3 else ""), _clean(media_type, 100)


def _count(counts: Counter[str], name: str) -> None:
    counts[name if name in counts or len(counts) < MAX_KINDS else "other"] += 1


def _clean(value: object, longest: int = LONGEST) -> str:
    return cleaned(value, longest)


def _bytes_of(texts: dict[str, str]) -> int:
    return sum(len(name) + 2 * len(text.encode()) + 8 for name, text in texts.items())
