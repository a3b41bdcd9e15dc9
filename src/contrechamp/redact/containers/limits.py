"""How much a file that holds others may hold: all together, however deep they lie."""

from dataclasses import dataclass

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _

MAX_DEPTH = 4
MAX_PARTS = 3000
MAX_TOTAL_BYTES = 4 << 30
MAX_NAME = 255


@dataclass
class Budget:
    """What may still be unpacked of one file of the user's.

    Args:
        parts: how many.
        size: in bytes.
        depth: how many files may lie in each other.
    """

    parts: int = MAX_PARTS
    size: int = MAX_TOTAL_BYTES
    depth: int = MAX_DEPTH

    def take(self, parts: int, size: int) -> None:
        """Count what was unpacked.

        Raises:
            InputError: it is more than is left.
        """
        self.parts -= parts
        self.size -= size
        if self.parts < 0 or self.size < 0:
            raise too_much()


def too_much() -> InputError:
    """Return the error for a file that holds too much."""
    return InputError(
        _("unpacks to more than {parts} files or {size} GiB; split it first").format(
            parts=f"{MAX_PARTS:,}", size=MAX_TOTAL_BYTES >> 30
        )
    )
