"""What reading one capture may cost, and how it ends early."""

#: Bytes that are unpacked and hashed of any capture, and of one that is large in itself: honest
#: ones are not packed tighter than this.
MAX_UNPACKED, MAX_RATIO, MOST_UNPACKED = 512 << 20, 20, 8 << 30
MAX_RECORDS, MAX_LINES = 200_000, 4_000_000
#: Most URLs that are listed of one capture, and most bytes of UTF-8 for them.
MAX_LISTED, MAX_LISTED_BYTES = 1_000, 192 << 10
MAX_PAGES_BYTES = 32 << 10
MAX_KINDS = 32
#: Longest text, which is cut beyond that, and longest headers, which are damage beyond that.
LONGEST, MAX_HEADER = 2_000, 64 << 10
MAX_PART_JSON = 1 << 20
#: Largest list of contents of a zip: one of a hundred thousand parts. An export of Hunchly of a
#: thousand pages has nine thousand.
MAX_DIRECTORY = 12 << 20
PIECE = 1 << 16

#: Stable words for why reading a capture ended early; records hold them.
LIMIT, DAMAGED = "beyond the limits of listing", "damaged"


class StopError(Exception):
    """Raised when reading ends early; the text is one of the stable words."""


class Budget:
    """How much of a capture may still be unpacked, all parts together.

    Args:
        size: of the capture itself, in bytes.
    """

    def __init__(self, size: int) -> None:
        self.left = max(MAX_UNPACKED, min(MOST_UNPACKED, MAX_RATIO * size))

    def spend(self, amount: int) -> None:
        """Take note of bytes that were unpacked.

        Raises:
            StopError: if that is too much.
        """
        self.left -= amount
        if self.left < 0:
            raise StopError(LIMIT)
