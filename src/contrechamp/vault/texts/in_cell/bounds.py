"""How much text one item may have, however it is packed, and what a reader yields of it.

A reader yields parts, ``{"at": PLACE, "text": TEXT}``. A place is a list of steps from the outside
in, each a kind (`STEPS`) and a name or number: ``[["message", "3"], ["file", "plan.pdf"], ["page",
"2"]]``. A picture that is to be read by an outside program comes as ``{"at": PLACE, "picture":
SIZE}`` and is followed by so many bytes. What could not be read is told by ``{"lacks": WORD}``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

#: Kinds of steps to a place in an item.
STEPS: Final = ("page", "sheet", "slide", "message", "file", "line", "address", "caption")

Place: TypeAlias = tuple[tuple[str, str], ...]
Part: TypeAlias = dict[str, Any] | bytes

#: Letters of one part: a passage is looked for in one at a time.
PART_LETTERS: Final = 20_000
#: Longest name of a step.
_NAME = 200

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


class FullError(Exception):
    """Raised when an item has more than is taken of one."""


@dataclass
class Bounds:
    """What may still be taken of an item; see `READING` for what one begins with.

    Args:
        letters: of text.
        parts: in which it stands.
        unpacked: bytes that come out of archives, mails and compressed parts.
        files: files, messages and pages that are opened.
        pictures: pictures that are read by an outside program.
        deep: archives and mails that may lie in each other.
    """

    letters: int
    parts: int
    unpacked: int
    files: int
    pictures: int
    deep: int
    lacks: str = field(default="", init=False)

    def part(self, at: Place, text: str) -> Iterator[Part]:
        """Yield a text at a place, in pieces of which none is long.

        Raises:
            FullError: once there is more than is taken.
        """
        clean = _LINES.sub("\n", _SPACES.sub(" ", _CONTROLS.sub(" ", text))).strip()
        for first in range(0, len(clean), PART_LETTERS):
            piece = clean[first : first + PART_LETTERS][: self.letters]
            self.letters -= len(piece)
            self.parts -= 1
            if piece:
                yield {"at": [[kind, name[:_NAME]] for kind, name in at], "text": piece}
            if self.letters <= 0 or self.parts <= 0:
                raise FullError

    def unpack(self, size: int) -> None:
        """Count bytes that were unpacked.

        Raises:
            FullError: once there are more than may be.
        """
        self.unpacked -= size
        if self.unpacked < 0:
            raise FullError

    def open(self) -> None:
        """Count a file, message or page.

        Raises:
            FullError: once there are more than may be.
        """
        self.files -= 1
        if self.files < 0:
            raise FullError

    def note(self, lacks: str) -> None:
        """Note that something was not read; what was noted first is told."""
        self.lacks = self.lacks or lacks
