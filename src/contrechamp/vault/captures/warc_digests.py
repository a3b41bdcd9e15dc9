"""Digests that WARC records name, compared with what the records hold.

A block digest is of all of a record's block, and leaves no choice. A payload digest is of what the
block carries, and tools disagree about what that is where HTTP wraps it (chunks, compression): it
agrees if it does in any of these readings.
"""

import base64
import binascii
import hashlib
import zlib
from typing import Any, Final

from contrechamp.vault.captures.bounds import PIECE, Budget, StopError
from contrechamp.vault.captures.findings import AGREEING, Findings

#: Algorithms of digests by their names in capitals or not, with hyphens or not.
ALGORITHMS: Final = ("md5", "sha1", "sha256", "sha384", "sha512")
#: What the payload of a revisit is, stands in another record.
_WITHOUT_PAYLOAD = ("revisit", "continuation")
#: Records that hold what was captured.
_CONTENT = ("response", "resource")
MAX_REVISITS = 200_000


def parsed(text: str) -> tuple[str, bytes] | None:
    """Return algorithm and digest of ``sha1:...`` in any form in use; None if it has none.

    Args:
        text: what a file says.
    """
    name, _colon, value = text.strip().partition(":")
    algorithm = name.lower().replace("-", "")
    if algorithm not in ALGORITHMS:
        return None
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    value = value.strip().rstrip("=")
    try:
        if len(value) == 2 * size:
            return algorithm, bytes.fromhex(value)
        if len(value) == (8 * size + 4) // 5:
            return algorithm, base64.b32decode(value.upper() + "=" * (-len(value) % 8))
        if len(value) == (4 * size + 2) // 3:
            value = value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)
            return algorithm, base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        pass
    return None


class Block:
    """The block of one record, as it is being read.

    Args:
        headers: of the record, by their names in small letters.
        beginning: first bytes of the block.
        budget: what may still be unpacked.
    """

    def __init__(self, headers: dict[str, str], beginning: bytes, budget: Budget) -> None:
        self._headers, self._budget = headers, budget
        self._block = _Expected.of(headers.get("warc-block-digest", ""))
        self._payload = _Payload.of(headers, beginning)
        self.feed(beginning)

    def feed(self, piece: bytes) -> None:
        """Read on."""
        if self._block:
            self._block.feed(piece)
        if self._payload:
            self._payload.feed(piece, self._budget)

    def judge(self, url: str, checks: Findings) -> None:
        """Say whether what was read has the digests that the record names."""
        if self._headers.get("warc-truncated"):
            checks.add("record-shortened", url)
        named = [self._headers.get(f"warc-{one}-digest", "") for one in ("block", "payload")]
        if not any(named) and self._headers.get("warc-type") in _CONTENT:
            checks.add("record-without-digest", url)
        for text in named:
            if text and parsed(text) is None:
                checks.add("digest-unknown", text)
        for code in self._codes():
            checks.add(code, "" if code in AGREEING else url)

    def _codes(self) -> list[str]:
        payload = self._payload.code() if self._payload else ""
        block = ""
        if self._block:
            block = "records-agree" if self._block.agrees() else "record-changed"
        if (block, payload) == ("record-changed", "payloads-agree"):
            # Some tools alter headers of HTTP after they took the digest: no reason to call the
            # page itself changed, whose digest holds.
            block = "headers-differ"
        return [code for code in (block, payload) if code]


class _Expected:
    """A digest that is expected of what is fed."""

    def __init__(self, algorithm: str, digest: bytes) -> None:
        self._digest = digest
        self._hash = hashlib.new(algorithm, usedforsecurity=False)

    @classmethod
    def of(cls, text: str) -> "_Expected | None":
        found = parsed(text)
        return cls(*found) if found else None

    def feed(self, piece: bytes) -> None:
        self._hash.update(piece)

    def agrees(self) -> bool:
        return self._hash.digest() == self._digest


class _Payload:
    """The payload of a block, in each reading of it."""

    def __init__(self, text: str, head: bytes | None) -> None:
        self._text = text
        self._skip = 0 if head is None else len(head)
        fields = _http_fields(head or b"")
        self._coding = fields.get("content-encoding", "")
        chunked = "chunked" in fields.get("transfer-encoding", "")
        self._readings: list[_Reading] = [_Reading(text, None, None)]
        if chunked:
            self._readings.append(_Reading(text, _Chunks(), None))
        if self._coding in _CODINGS:
            self._readings.append(_Reading(text, None, self._coding))
            if chunked:
                self._readings.append(_Reading(text, _Chunks(), self._coding))

    @classmethod
    def of(cls, headers: dict[str, str], beginning: bytes) -> "_Payload | None":
        text = headers.get("warc-payload-digest", "")
        partly = "warc-truncated" in headers or "warc-segment-number" in headers
        without = headers.get("warc-type", "") in _WITHOUT_PAYLOAD
        if parsed(text) is None or partly or without:
            return None
        is_http = headers.get("content-type", "").lower().startswith("application/http")
        return cls(text, _http_head(beginning) if is_http else None)

    def feed(self, piece: bytes, budget: Budget) -> None:
        if self._skip:
            piece, self._skip = piece[self._skip :], max(0, self._skip - len(piece))
        for reading in self._readings:
            reading.feed(piece, budget)

    def code(self) -> str:
        if any(reading.agrees() for reading in self._readings):
            return "payloads-agree"
        undone = not self._coding or self._coding in ("identity", *_CODINGS)
        whole = all(reading.is_whole for reading in self._readings)
        return "payload-changed" if undone and whole else "payload-unread"


def _http_head(block: bytes) -> bytes:
    """Return all of a block up to its payload; all of it if it has none."""
    ends = [at + len(gap) for gap in (b"\r\n\r\n", b"\n\n") if (at := block.find(gap)) >= 0]
    return block[: min(ends)] if ends else block


def _http_fields(head: bytes) -> dict[str, str]:
    fields = {}
    for line in head.split(b"\n")[1:]:
        name, _colon, value = line.decode("latin-1").partition(":")
        fields[name.strip().lower()] = value.strip().lower()
    return fields


#: Codings of HTTP that are undone here, and what zlib calls them.
_CODINGS = {"gzip": 47, "x-gzip": 47, "deflate": 47}


class _Reading:
    """One way to read a payload: as it stands, without its chunks, or unpacked."""

    def __init__(self, text: str, chunks: "_Chunks | None", coding: str | None) -> None:
        self._expected = _Expected.of(text)
        self._chunks = chunks
        self._packed: Any = zlib.decompressobj(_CODINGS[coding]) if coding else None
        #: Whether all of it could be read this way, so that a difference means something.
        self.is_whole = True

    def feed(self, piece: bytes, budget: Budget) -> None:
        if self._chunks:
            piece = self._chunks.without(piece)
        if self._packed is None:
            self._take(piece)
            return
        try:
            while piece and not self._packed.eof:
                out = self._packed.decompress(piece, PIECE)
                budget.spend(len(out))
                self._take(out)
                piece = self._packed.unconsumed_tail
        except zlib.error:
            self._packed = None
            self._expected = None  # it is not packed as it says: another reading may agree
        except StopError:
            self._packed, self._expected, self.is_whole = None, None, False

    def _take(self, piece: bytes) -> None:
        if self._expected:
            self._expected.feed(piece)

    def agrees(self) -> bool:
        return self._expected is not None and self._expected.agrees()


class _Chunks:
    """Takes the sizes of chunks (RFC 9112, 7.1) out of a payload."""

    def __init__(self) -> None:
        self._left, self._line, self._ended = 0, b"", False

    def without(self, piece: bytes) -> bytes:
        out = []
        while piece and not self._ended:
            if self._left:
                out.append(piece[: self._left])
                taken = len(out[-1])
                piece, self._left = piece[taken:], self._left - taken
                continue
            line, newline, piece = piece.partition(b"\n")
            self._line = (self._line + line)[:80]
            if newline:
                self._size()
        return b"".join(out)

    def _size(self) -> None:
        text, self._line = self._line.split(b";")[0].strip(), b""
        if not text:  # the line end after a chunk
            return
        try:
            self._left = int(text[:16], 16)
        except ValueError:
            self._left = 0
        self._ended = self._left <= 0


class Revisits:
    """Records that say "as before", and whether what was before is in the same capture."""

    def __init__(self) -> None:
        self._there: set[bytes] = set()
        self._wanted: list[tuple[str, bytes]] = []

    def note(self, headers: dict[str, str]) -> None:
        """Take note of a record."""
        found = parsed(headers.get("warc-payload-digest", ""))
        kind = headers.get("warc-type", "")
        if found is None or len(self._there) + len(self._wanted) >= MAX_REVISITS:
            return
        if kind == "revisit":
            self._wanted.append((headers.get("warc-target-uri", "").strip("<>"), found[1]))
        elif kind in ("response", "resource"):
            self._there.add(found[1])

    def judge(self, checks: Findings) -> None:
        """Say how many there were, and which lean on something that is not here."""
        for url, digest in self._wanted:
            checks.add("revisit")
            if digest not in self._there:
                checks.add("revisit-elsewhere", url)
