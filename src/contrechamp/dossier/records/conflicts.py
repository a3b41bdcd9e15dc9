"""Where two copies of a case said different things: kept until somebody decides."""

from dataclasses import dataclass
from typing import Annotated, Literal

from contrechamp.dossier.records.field_types import Closed, Line, Points, Prose, Record
from contrechamp.dossier.records.testimony import MARKABLE


@dataclass(frozen=True, kw_only=True)
class Conflict(Record):
    """One field that both copies changed, in different ways.

    Args:
        about: which record.
        field: of it.
        mine: what this copy said, as JSON; it stands in the record.
        theirs: what the other copy said.
        before: what both had.
        outcome: open, or what was decided.
        why: in their words.
    """

    about: Annotated[str, Points((*MARKABLE, "source", "challenge", "review", "release"))]
    field: Line
    mine: Annotated[Prose, Closed()] = ""
    theirs: Annotated[Prose, Closed()] = ""
    before: Annotated[Prose, Closed()] = ""
    outcome: Literal["open", "mine", "theirs", "other"] = "open"
    why: Prose = ""

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{self.outcome}: {self.field}"
