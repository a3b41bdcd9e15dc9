"""What is found, what speaks for and against it, which rights it engages, what should follow."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    ActorRef,
    Confidence,
    Evidence,
    Key,
    Line,
    PartialDate,
    Points,
    Prose,
    Record,
    Statement,
    Text,
    earliest,
    first_text,
    shortened,
)

FindingRef: TypeAlias = Annotated[str, Points(("finding",))]
FollowUpStatus: TypeAlias = Literal["ignored", "promised", "begun", "done", "reversed"]


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One step of a limitation test.

    Args:
        met: the interference meets it, or not.
        why: argued.
        evidence: for it.
    """

    met: Literal["yes", "no", "unclear"]
    why: Prose
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EngagedRight:
    """A right that a finding engages, and whether the interference can be justified.

    Args:
        right: of the catalogue, such as iccpr-17.
        own_right: record of a right that the catalogue does not have.
        how: it is engaged.
        legality: is there a law, clear and foreseeable?
        aim: is the aim a legitimate one?
        necessity: is it needed for the aim; does nothing milder do?
        proportionality: is what is gained in proportion to the harm?
        non_discrimination: are all treated alike, in law and in effect?
    """

    right: Key | None = None
    own_right: Annotated[str, Points(("right",))] | None = None
    how: Prose = ""
    legality: Argument | None = None
    aim: Argument | None = None
    necessity: Argument | None = None
    proportionality: Argument | None = None
    non_discrimination: Argument | None = None


@dataclass(frozen=True, kw_only=True)
class Finding(Record):
    """What is found.

    Args:
        claim: in each language.
        confidence: how sure.
        evidence: items, records, figures and passages under it.
        against: what speaks against it.
        rights: that it engages.
        about: deployments and actors that it speaks of.
    """

    claim: tuple[Text, ...]
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()
    against: tuple[Statement, ...] = ()
    rights: tuple[EngagedRight, ...] = ()
    about: tuple[Annotated[str, Points(("deployment", "actor", "place", "area"))], ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return shortened(first_text(self.claim))


@dataclass(frozen=True, kw_only=True)
class Right(Record):
    """A right that the shipped catalogue does not have.

    Args:
        instrument: its official name, in each language that there is an official text in.
        article: number.
        reference: official one, such as a treaty series.
        subject: what it protects, in a few words.
    """

    instrument: tuple[Text, ...]
    article: Line
    reference: Line
    subject: Line

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{shortened(first_text(self.instrument), 60)} {self.article}"


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What came of a recommendation, so far.

    Args:
        on: when this was so.
        status: ignored, promised, begun, done, reversed.
        says: what happened.
        evidence: for it.
    """

    on: PartialDate
    status: FollowUpStatus
    says: Prose = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recommendation(Record):
    """What somebody should do.

    Args:
        what: in each language.
        to_kind: to whom, by kind.
        to: to whom.
        findings: that it follows from.
        follow_up: what came of it over time.
        evidence: where it is made, if by others.
    """

    what: tuple[Text, ...]
    to_kind: Literal["state", "third-state", "company", "un-body", "regional-body", "other"]
    to: ActorRef | None = None
    findings: tuple[FindingRef, ...] = ()
    follow_up: tuple[FollowUp, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return shortened(first_text(self.what))


def follow_up_on(recommendation: Recommendation, day: date) -> FollowUp | None:
    """Return the follow-up that holds on a day; None before the first."""
    known = [one for one in recommendation.follow_up if earliest(one.on) <= day]
    # Of two on one day the later one in the list holds.
    return max(reversed(known), key=lambda one: earliest(one.on), default=None)


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer to one question of an assessment.

    Args:
        question: its key in the template.
        outcome: of it.
        says: the answer.
        evidence: for it.
    """

    question: Key
    outcome: Literal["met", "partly", "not-met", "not-applicable", "unknown"]
    says: Prose = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Assessment(Record):
    """An assessment by a shipped template.

    Args:
        template: its key.
        name: of this one.
        about: what is assessed.
        by: who assesses.
        on: when.
        responses: to its questions.
    """

    template: Key
    name: Line
    about: tuple[Annotated[str, Points(("deployment", "actor", "contract", "product"))], ...] = ()
    by: Line = ""
    on: PartialDate | None = None
    responses: tuple[Response, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return self.name
