"""What the page of a review works on: masked copies with their originals, wherever they are."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from contrechamp.redact.made import Made


class Bench(Protocol):
    """Masked copies that are to be reviewed: those of a folder, or of a case."""

    #: Whether answers are signed by a member of a case.
    signs: bool
    #: Read files also where this system cannot confine what reads them.
    unconfined: bool

    def copies(self) -> Sequence[str]:
        """Return the names of the copies, the worst first: letters, digits, ``.``, ``-``, ``_``."""

    def called(self, key: str) -> str:
        """Return what the user calls a copy."""

    def made(self, key: str) -> Made:
        """Return how a copy was made."""

    def asked(self, key: str) -> Sequence[int]:
        """Return the numbers of the places that are to be answered; 0 is the whole copy."""

    def original(self, key: str) -> AbstractContextManager[Path]:
        """Give the original to a cell, for the length of a ``with`` block."""

    def copy(self, key: str) -> AbstractContextManager[Path]:
        """Give the copy to a cell, for the length of a ``with`` block."""

    def again(self, key: str, boxes: bytes) -> str:
        """Make a copy again with these boxes, and check it; return its name from now on."""

    def sign(self, said: Mapping[str, Any], hidden: tuple[int, int] | None = None) -> list[str]:
        """Keep the answers on copies; return lines on what they come to.

        Args:
            said: the answers.
            hidden: how many covers were hidden from the reviewer, and on how many of these faces
                they drew a box; None where none was hidden.
        """
