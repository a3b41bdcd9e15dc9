"""Findings with their evidence and the rights that they engage; recommendations; assessments."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    EVIDENCE,
    NOTHING,
    ActorRef,
    Confidence,
    Doc,
    Evidence,
    Key,
    Line,
    PartialDate,
    Prose,
    Record,
    RefersTo,
    Statement,
    Text,
    Translated,
    earliest,
    first_text,
    shortened,
)

RightRef: TypeAlias = Annotated[str, RefersTo(("right",))]
FindingRef: TypeAlias = Annotated[str, RefersTo(("finding",))]
FollowUpStatus: TypeAlias = Literal["ignored", "promised", "begun", "done", "reversed"]


@dataclass(frozen=True, kw_only=True)
class Argument(Translated):
    __doc__ = "One step of a limitation test."

    translated: ClassVar = "why"

    #: Reasoning on law and on facts that are stated elsewhere.
    rests_on: ClassVar = NOTHING

    met: Annotated[
        Literal["yes", "no", "unclear"],
        Doc("Whether the interference passes this step of the limitation test."),
    ]
    why: Annotated[Prose, Doc("The reasons why this step is met, is not met, or stays unclear.")]
    evidence: Annotated[
        tuple[Evidence, ...], Doc("What the reasons given for this step rest on.")
    ] = ()


@dataclass(frozen=True, kw_only=True)
class EngagedRight(Translated):
    __doc__ = "A right that a finding engages, and whether the interference can be justified."

    translated: ClassVar = "how"

    right: Annotated[
        Key | None,
        Doc("The key of a right in the catalogue (contrechamp rights), such as iccpr-17."),
    ] = None
    own_right: Annotated[
        RightRef | None,
        Doc("The record of a right that the catalogue does not have, in place of a key."),
    ] = None
    how: Annotated[Prose, Doc("In what way the right is engaged.")] = ""
    legality: Annotated[
        Argument | None, Doc("Whether there is a law for the interference, clear and foreseeable.")
    ] = None
    aim: Annotated[
        Argument | None, Doc("Whether the aim of the interference is a legitimate one.")
    ] = None
    necessity: Annotated[
        Argument | None,
        Doc("Whether the interference is needed for its aim, and nothing milder would do."),
    ] = None
    proportionality: Annotated[
        Argument | None, Doc("Whether what is gained is in proportion to the harm.")
    ] = None
    non_discrimination: Annotated[
        Argument | None, Doc("Whether everybody is treated alike, in law and in effect.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Finding(Record):
    __doc__ = "What is found."

    rests_on: ClassVar = EVIDENCE

    claim: Annotated[
        tuple[Text, ...],
        Doc("The finding in a sentence or two, in each language that it is written in."),
    ]
    confidence: Annotated[Confidence, Doc("How sure the finding is.")]
    evidence: Annotated[
        tuple[Evidence, ...],
        Doc("The items, records, figures and passages that the finding rests on."),
    ] = ()
    against: Annotated[tuple[Statement, ...], Doc("What speaks against the finding.")] = ()
    rights: Annotated[
        tuple[EngagedRight, ...],
        Doc("The rights that the finding engages, each with its limitation test."),
    ] = ()
    about: Annotated[
        tuple[Annotated[str, RefersTo(("deployment", "actor", "place", "area"))], ...],
        Doc("The deployments, actors, places and areas that the finding speaks of."),
    ] = ()

    def title(self) -> str:
        return shortened(first_text(self.claim))


@dataclass(frozen=True, kw_only=True)
class Right(Record):
    __doc__ = "A right that the shipped catalogue does not have."

    #: A reference to an instrument that anybody can look up.
    rests_on: ClassVar = NOTHING

    instrument: Annotated[
        tuple[Text, ...],
        Doc("The official name of the instrument, in each language that has an official text."),
    ]
    article: Annotated[Line, Doc("The number of the article, such as 17.")]
    reference: Annotated[
        Line, Doc("The official reference of the instrument, such as its place in a treaty series.")
    ]
    subject: Annotated[Line, Doc("What the right protects, in a few words.")]

    def title(self) -> str:
        return f"{shortened(first_text(self.instrument), 60)} {self.article}"


@dataclass(frozen=True, kw_only=True)
class FollowUp(Translated):
    __doc__ = "What came of a recommendation, so far."

    rests_on: ClassVar = EVIDENCE

    on: Annotated[PartialDate, Doc("The day on which matters stood like this.")]
    status: Annotated[FollowUpStatus, Doc("What has come of the recommendation by that day.")]
    says: Annotated[Prose, Doc("What has happened, in a few sentences.")] = ""
    evidence: Annotated[
        tuple[Evidence, ...], Doc("What the account of the follow-up rests on.")
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Recommendation(Record):
    __doc__ = "What somebody should do."

    #: What should be done; it follows from findings.
    rests_on: ClassVar = NOTHING

    what: Annotated[
        tuple[Text, ...], Doc("What should be done, in each language that it is written in.")
    ]
    to_kind: Annotated[
        Literal["state", "third-state", "company", "un-body", "regional-body", "other"],
        Doc("What sort of body the recommendation is addressed to."),
    ]
    to: Annotated[ActorRef | None, Doc("The actor whom the recommendation is addressed to.")] = None
    findings: Annotated[
        tuple[FindingRef, ...], Doc("The findings that the recommendation follows from.")
    ] = ()
    follow_up: Annotated[
        tuple[FollowUp, ...], Doc("What came of the recommendation over time.")
    ] = ()
    evidence: Annotated[
        tuple[Evidence, ...], Doc("Where the recommendation is made, if others made it.")
    ] = ()

    def title(self) -> str:
        return shortened(first_text(self.what))


def follow_up_on(recommendation: Recommendation, day: date) -> FollowUp | None:
    """Return the follow-up that applies on a day; None before the first."""
    known = [one for one in recommendation.follow_up if earliest(one.on) <= day]
    # If there are two on one day, the later one in the list applies.
    return max(reversed(known), key=lambda one: earliest(one.on), default=None)


@dataclass(frozen=True, kw_only=True)
class Response(Translated):
    __doc__ = "An answer to one question of an assessment."

    rests_on: ClassVar = EVIDENCE

    question: Annotated[Key, Doc("The key of the question in the template.")]
    outcome: Annotated[
        Literal["met", "partly", "not-met", "not-applicable", "unknown"],
        Doc("How far what the question asks for is met."),
    ]
    says: Annotated[Prose, Doc("The answer to the question, in whole sentences.")] = ""
    evidence: Annotated[tuple[Evidence, ...], Doc("What the answer to the question rests on.")] = ()

    @property
    def states_a_fact(self) -> bool:
        """Whether it answers the question, and so needs evidence."""
        return self.outcome not in {"unknown", "not-applicable"}


@dataclass(frozen=True, kw_only=True)
class Assessment(Record):
    __doc__ = "An assessment by a shipped template."

    #: Its answers need evidence, each its own.
    rests_on: ClassVar = NOTHING

    template: Annotated[Key, Doc("The key of the template whose questions are answered.")]
    name: Annotated[Line, Doc("A name that tells this assessment from others.")]
    about: Annotated[
        tuple[Annotated[str, RefersTo(("deployment", "actor", "contract", "product"))], ...],
        Doc("The deployments, actors, contracts or products that are assessed."),
    ] = ()
    by: Annotated[Line, Doc("Who carries out the assessment, a person or a team.")] = ""
    on: Annotated[PartialDate | None, Doc("The day on which the assessment was made.")] = None
    responses: Annotated[
        tuple[Response, ...], Doc("The answers to the questions of the template.")
    ] = ()

    def title(self) -> str:
        return self.name
