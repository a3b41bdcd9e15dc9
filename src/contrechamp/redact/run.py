"""The result of a masking run: the files that got a copy, and those that did not, and why."""

from dataclasses import dataclass, field
from pathlib import Path

from contrechamp.base.errors import CheckFailedError, ContrechampError
from contrechamp.cell.closed import is_closed
from contrechamp.redact.outcome import Outcome
from contrechamp.redact.request import Request


@dataclass(frozen=True)
class Masked:
    """One masked copy.

    Args:
        source: its name.
        copy: path of the copy.
        sheet: path of its sheet.
        outcome: of the masker.
        restrictions: that the process which read the source ran under.
        format: of the source.
        request: what the user asked for.
        absent: checking programs that are not installed.
        thumb: a small picture of the copy, JPEG in base64; "" if it has none.
    """

    source: str
    copy: Path
    sheet: Path
    outcome: Outcome
    restrictions: tuple[str, ...]
    format: str
    request: Request = field(repr=False)
    absent: tuple[str, ...] = ()
    thumb: str = field(default="", repr=False)

    @property
    def confined(self) -> bool:
        """Whether the source was read in a closed cell."""
        return is_closed(self.restrictions)


@dataclass(frozen=True)
class Unmasked:
    """One file without a copy, and why: it was refused, or its copy failed a check."""

    source: str
    error: ContrechampError

    @property
    def check_failed(self) -> bool:
        """Whether a copy was made but failed a check."""
        return isinstance(self.error, CheckFailedError)


@dataclass
class Run:
    """The result for every file."""

    out: Path
    masked: list[Masked] = field(default_factory=list)
    unmasked: list[Unmasked] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """1 if a check failed, else 2 if a file was refused, else 0."""
        if any(file.check_failed for file in self.unmasked):
            return 1
        return 2 if self.unmasked else 0
