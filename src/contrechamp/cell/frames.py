"""What the two sides of the cell say to each other: frames of one kind each, of bounded length.

A child may be taken over by what it reads, so the parent believes nothing of what arrives here but
that it is bytes. Values cross as JSON, never as pickles.
"""

import json
import re
import struct
from decimal import Decimal
from typing import Any, Final, Protocol

#: From the child: how it is confined; a range of the content that it asks for; a batch of values; a
#: piece of bytes; an error; that it has finished.
CONFINED, WANTED, VALUES, PIECE, FAILED, DONE = (bytes([letter]) for letter in b"CWVPFD")
#: From the parent: what to do; the bytes that were asked for, and once unasked those at the
#: beginning, which every reader looks at.
JOB, CONTENT = b"J", b"R"

HEADER: Final = struct.Struct(">cI")
#: Offset and length of a range of the content.
RANGE: Final = struct.Struct(">QI")
#: Most bytes of content in one answer, and of a piece of bytes.
MAX_PIECE = 1 << 20
#: Most bytes of content that are sent with the job.
FIRST = 1 << 16
#: A batch of values is sent once it has this many characters.
BATCH = 1 << 16
#: Most objects and lists that lie in each other in a value, and most values in a frame: the
#: smallest take two bytes to send, and seventy to hold.
DEEPEST, MAX_VALUES = 100, 20_000_000

#: The member by which a number with decimals is told from text.
_DECIMAL = "\0"
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d{1,17})?", re.ASCII)


class CutOffError(Exception):
    """Raised when the other side has gone."""


class NonsenseError(ValueError):
    """Raised when what arrived is not what this side can have been sent."""


class Channel(Protocol):
    """One end of what connects the two sides."""

    def recv(self, size: int, /) -> bytes:
        """Receive what is there, at most `size` bytes; none at the end."""

    def sendall(self, content: bytes, /) -> None:
        """Send everything."""


def put(channel: Channel, kind: bytes, content: bytes = b"") -> None:
    """Send a frame.

    Raises:
        CutOffError: if nobody is there to read it.
    """
    try:
        channel.sendall(HEADER.pack(kind, len(content)) + content)
    except OSError as error:
        raise CutOffError from error


def take(channel: Channel, longest: int) -> tuple[bytes, bytearray]:
    """Receive a frame of at most `longest` bytes.

    Raises:
        CutOffError: if the other side has gone.
        NonsenseError: if it is longer.
    """
    kind, size = HEADER.unpack(_exactly(channel, HEADER.size))
    if size > longest:
        raise NonsenseError("longer than allowed")
    return kind, _exactly(channel, size)


def _exactly(channel: Channel, size: int) -> bytearray:
    # What was announced need never come: memory is taken as bytes arrive.
    found = bytearray()
    while len(found) < size:
        try:
            part = channel.recv(min(size - len(found), MAX_PIECE))
        except OSError as error:
            raise CutOffError from error
        if not part:
            raise CutOffError
        found += part
    return found


def written(value: Any) -> str:
    """Return a value as JSON; decimals stay exact."""
    return json.dumps(value, ensure_ascii=False, default=_tagged, separators=(",", ":"))


def encoded(text: str) -> bytes:
    """Return JSON as bytes; halves of characters, which JSON can hold, stay what they are."""
    return text.encode("utf-8", "surrogatepass")


def parsed(content: bytes | bytearray) -> Any:
    """Return the value in JSON that `written` made.

    Raises:
        NonsenseError: if it is not JSON, too deep, or of too many values.
    """
    if count_of(content) > MAX_VALUES:
        raise NonsenseError("too many values")
    try:
        text = content.decode("utf-8", "surrogatepass")
        value = json.loads(
            text, parse_constant=_refused, object_hook=_untagged if _ESCAPED in text else None
        )
    except (ValueError, RecursionError) as error:
        raise NonsenseError("not JSON") from error
    if not is_shallow(value, DEEPEST):
        raise NonsenseError("too deep")
    return value


#: How JSON writes the member that marks decimals.
_ESCAPED = '"\\u0000":'


def _tagged(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    return value.item()  # one of NumPy's numbers


def _untagged(found: dict[str, Any]) -> Any:
    text = found.get(_DECIMAL)
    if len(found) != 1 or not isinstance(text, str) or _NUMBER.fullmatch(text) is None:
        return found
    return Decimal(text)


def _refused(name: str) -> None:
    raise NonsenseError(name)


def count_of(content: bytes | bytearray) -> int:
    """Return how many values JSON may hold, or somewhat more: commas in texts are counted too."""
    return sum(map(content.count, (b",", b"[", b"{"))) + 1


def is_shallow(value: Any, deepest: int) -> bool:
    """Return whether no more than `deepest` objects and lists lie in each other in a value."""
    level = [value] if isinstance(value, dict | list) else []
    for _depth in range(deepest):
        level = [
            one
            for outer in level
            for one in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(one, dict | list)
        ]
        if not level:
            return True
    return not level
