"""Conflicts between two copies of a case, kept until somebody decides them."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from contrechamp.dossier.records.field_types import (
    NOTHING,
    Closed,
    Doc,
    Line,
    Prose,
    Record,
    RefersTo,
)
from contrechamp.dossier.records.testimony import MARKABLE


@dataclass(frozen=True, kw_only=True)
class Conflict(Record):
    __doc__ = "One field that both copies changed, in different ways."

    #: What two copies said.
    rests_on: ClassVar = NOTHING

    about: Annotated[
        str,
        RefersTo((*MARKABLE, "source", "challenge", "review", "release")),
        Doc("The record that two copies of the case changed in different ways."),
    ]
    field: Annotated[Line, Doc("The field of the record that the two copies changed.")]
    mine: Annotated[
        Prose,
        Closed(),
        Doc(
            "What this copy of the case said, as JSON; the "
            "record says it still. Closed: never published."
        ),
    ] = ""
    theirs: Annotated[
        Prose,
        Closed(),
        Doc("What the other copy of the case said, as JSON. Closed: never published."),
    ] = ""
    before: Annotated[
        Prose,
        Closed(),
        Doc("What both copies said before they changed it, as JSON. Closed: never published."),
    ] = ""
    outcome: Annotated[
        Literal["open", "mine", "theirs", "other"],
        Doc(
            "Whether the conflict is open, or whose version was "
            "chosen: mine, theirs, or other for something else."
        ),
    ] = "open"
    why: Annotated[
        Prose, Doc("Why the conflict was decided this way, in the words of whoever decided.")
    ] = ""

    def title(self) -> str:
        return f"{self.outcome}: {self.field}"
