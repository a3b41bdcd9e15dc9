"""Every error that a user can meet, with what to do next.

    ContrechampError            exit status 2 unless said otherwise
    ├── InputError              a file, row or field that cannot be used
    ├── UsageError              options that do not go together
    ├── OutputError             the result cannot be written where it was asked for
    └── CheckFailedError        a check ran and failed: exit status 1

A message names the file, the row or field, what was expected and what to do. Messages are
already in the user's language when the error is raised.
"""

from contrechamp.base.shown_text import shown


class ContrechampError(Exception):
    """The root: anything that is reported to the user in one line, without a traceback.

    Args:
        message: what is wrong, what was expected, what to do.
        where: the place, as ``file``, ``file:row: column`` or ``file: node/123``.
    """

    exit_status = 2

    def __init__(self, message: str, *, where: str = "") -> None:
        self.where = where
        super().__init__(f"{shown(where)}: {message}" if where else message)


class InputError(ContrechampError):
    """Raised when a file, a row or a field cannot be used as it is."""


class UsageError(ContrechampError):
    """Raised when options or arguments do not go together."""


class OutputError(ContrechampError):
    """Raised when a result cannot be written; what stood there before is untouched."""


class CheckFailedError(ContrechampError):
    """Raised when a check was carried out and failed."""

    exit_status = 1
