"""What became of the files of a run of masking: those with a copy, those without, and why."""

from dataclasses import dataclass, field
from pathlib import Path

from contrechamp.base.errors import CheckFailedError, ContrechampError
from contrechamp.redact.outcome import Outcome


@dataclass(frozen=True)
class Masked:
    """One masked copy: the name of its source, where it and its sheet lie, what came out."""

    source: str
    copy: Path
    sheet: Path
    outcome: Outcome


@dataclass(frozen=True)
class Unmasked:
    """One file without a copy, and why; a failed check and a refused file differ."""

    source: str
    error: ContrechampError

    @property
    def check_failed(self) -> bool:
        """Whether the copy was made and did not pass."""
        return isinstance(self.error, CheckFailedError)


@dataclass
class Run:
    """What became of every file."""

    out: Path
    masked: list[Masked] = field(default_factory=list)
    unmasked: list[Unmasked] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """1 if a check failed, else 2 if a file was refused, else 0."""
        if any(one.check_failed for one in self.unmasked):
            return 1
        return 2 if self.unmasked else 0
