"""An index (CDXJ) that lies beside the WARC files that it leads to, as outside of a WACZ.

Which of them it names is told when it is added; whether it leads to the records that it says takes
reading both, and is asked with ``verify --captures``. Both lie one behind the other then, in one
content. Run in the cell, but for `Joined`.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import IO, Any, Final

from contrechamp.base.read_at import ReadAt
from contrechamp.vault.captures import cdxj, warc
from contrechamp.vault.captures.bounds import MAX_HEADER, Budget, StopError
from contrechamp.vault.captures.findings import Findings
from contrechamp.vault.captures.listed import Listed
from contrechamp.vault.captures.told import Told
from contrechamp.vault.captures.unpacking import GZIP
from contrechamp.vault.captures.warc_digests import Revisits

KIND: Final = "cdxj"
#: Most files that one index is held against.
MAX_FILES: Final = 1_000
#: How an index begins: a line of its own for some, then a key, a time and JSON.
_BEGINS = re.compile(rb"(?:![^\r\n]*\r?\n)*[^\s{}\[\]\"]+ \d{14,20} \{\"")


def is_index(head: bytes) -> bool:
    """Return whether content is an index, packed or not, judged by its first bytes."""
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, MAX_HEADER)
        except zlib.error:
            return False
    return _BEGINS.match(head) is not None


def tell(content: IO[bytes], size: int, told: Told) -> None:
    """Take note of the WARC files that an index leads to, and with how many lines.

    Args:
        content: of the index.
        size: of it in bytes.
        told: is filled.
    """
    lines: Counter[str] = Counter()
    try:
        lines.update(_names(content, size))
    except StopError:
        told.checks.add("index-unread")
    for name, count in lines.items():
        told.checks.add("index-uncompared", name, count)


def led_to(content: IO[bytes], *, size: int) -> Iterator[str]:
    """Yield the names of the WARC files that an index leads to, each once, no more than are read.

    Args:
        content: of the index.
        size: of it in bytes.
    """
    with suppress(StopError):
        yield from islice(dict.fromkeys(_names(content, size)), MAX_FILES)


def _names(content: IO[bytes], size: int) -> Iterator[str]:
    content.seek(0)
    for _number, _time, about in cdxj.entries(content, Budget(size)):
        if about is not None:
            yield cdxj.file_of(about)


def held(content: IO[bytes], *, sizes: Sequence[int], names: Sequence[str]) -> Iterator[Any]:
    """Yield what comes of holding an index against WARC files, as a record holds checks.

    Args:
        content: the index, and each of the files behind it.
        sizes: of the index and of each file, in bytes.
        names: of the files.
    """
    checks, listed = Findings(), Listed({}, Budget(sum(sizes)))
    places: dict[str, dict[int, warc.Place]] = {}
    begins = sizes[0]
    try:
        for name, size in zip(names, sizes[1:], strict=True):
            places[name] = {}
            warc.read(_Stretch(content, begins, size), listed, Revisits(), places[name])
            begins += size
        index = _Stretch(content, 0, sizes[0])
        there = cdxj.check(index, places, listed.budget, checks, others_elsewhere=True)
        cdxj.tell_lacking(places, there, checks)
    except StopError:
        checks.add("index-unread")
    yield checks.state()["checks"]


class _Stretch:
    """A part of a content, as what is read to its end.

    Args:
        content: seekable.
        begins: where the part begins.
        size: of it in bytes.
    """

    def __init__(self, content: IO[bytes], begins: int, size: int) -> None:
        self._content, self._at, self._end = content, begins, begins + size

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most `size`."""
        self._content.seek(self._at)
        piece = self._content.read(min(size, self._end - self._at))
        self._at += len(piece)
        return piece


class Joined(ReadAt):
    """Several contents one behind the other, read only.

    Args:
        contents: seekable; they are not closed.
        sizes: of each in bytes.
    """

    def __init__(self, contents: Sequence[IO[bytes]], sizes: Sequence[int]) -> None:
        super().__init__(sum(sizes))
        self._parts = list(zip(contents, sizes, strict=True))

    def readinto(self, buffer, /) -> int:  # type: ignore[no-untyped-def]  # any writable buffer
        """Read at most up to the end of the content that the place is in."""
        begins = 0
        for content, size in self._parts:
            if self._at < begins + size:
                content.seek(self._at - begins)
                piece = content.read(min(len(buffer), begins + size - self._at))
                buffer[: len(piece)] = piece
                self._at += len(piece)
                return len(piece)
            begins += size
        return 0
