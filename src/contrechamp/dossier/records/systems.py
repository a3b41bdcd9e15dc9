"""Systems under scrutiny: their purposes, what they do with whose data, where they were seen."""

from dataclasses import dataclass
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
    first_text,
)
from contrechamp.dossier.records.fieldwork import DeploymentRef, ProductRef

ProcessingKind: TypeAlias = Literal[
    "identification",  # 1:n
    "verification",  # 1:1
    "categorisation",
    "emotion",
    "detection",
    "tracking",
    "plate-reading",
    "recording",
    "risk-scoring",
    "data-fusion",
    "other",
]


@dataclass(frozen=True, kw_only=True)
class Operator(Translated):
    __doc__ = "Who runs or orders a system."

    translated: ClassVar = "role"

    rests_on: ClassVar = EVIDENCE

    actor: Annotated[ActorRef, Doc("The actor who runs or orders the system.")]
    role: Annotated[
        Line,
        Doc(
            "What the actor does with the system, such as "
            "operates, orders, has access or maintains."
        ),
    ]
    confidence: Annotated[Confidence, Doc("How sure it is that the actor has this role.")]
    evidence: Annotated[
        tuple[Evidence, ...], Doc("What the knowledge of the actor's role rests on.")
    ] = ()
    from_date: Annotated[
        PartialDate | None, Doc("The first day on which the actor is known to have had this role.")
    ] = None
    to_date: Annotated[
        PartialDate | None, Doc("The last day on which the actor is known to have had this role.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Processing(Translated):
    __doc__ = "One kind of processing."

    rests_on: ClassVar = EVIDENCE

    kind: Annotated[
        ProcessingKind,
        Doc(
            "What is done with the data; identification compares one "
            "face with many, verification one face with one document."
        ),
    ]
    confidence: Annotated[Confidence, Doc("How sure it is that the system does this.")]
    says: Annotated[Prose, Doc("What is known of this processing.")] = ""
    evidence: Annotated[
        tuple[Evidence, ...], Doc("What the knowledge of this processing rests on.")
    ] = ()


@dataclass(frozen=True, kw_only=True)
class SeenAt:
    __doc__ = "Where a system was seen."

    rests_on: ClassVar = EVIDENCE

    where: Annotated[
        str,
        RefersTo(("place", "area", "barrier", "camera")),
        Doc("The place, area, barrier or camera where the system was seen."),
    ]
    confidence: Annotated[Confidence, Doc("How sure it is that what was seen is this system.")]
    from_date: Annotated[
        PartialDate | None, Doc("The day on which the system was first seen there.")
    ] = None
    to_date: Annotated[
        PartialDate | None, Doc("The day on which the system was last seen there.")
    ] = None
    evidence: Annotated[
        tuple[Evidence, ...], Doc("Photos, observations and whatever else shows the system there.")
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Component(Translated):
    __doc__ = "A part of a system."

    translated: ClassVar = "what"

    rests_on: ClassVar = EVIDENCE

    key: Annotated[Key, Doc("A short name by which data flows refer to the part, such as gate-2.")]
    what: Annotated[
        Line, Doc("What the part is, such as camera, reader, server, application or database.")
    ]
    confidence: Annotated[Confidence, Doc("How sure it is that the system has this part.")]
    product: Annotated[
        ProductRef | None, Doc("The make and model of the part, as the record of a product.")
    ] = None
    supplier: Annotated[ActorRef | None, Doc("The actor who supplied the part.")] = None
    evidence: Annotated[tuple[Evidence, ...], Doc("What the knowledge of this part rests on.")] = ()


@dataclass(frozen=True, kw_only=True)
class DataFlow:
    __doc__ = "Data that goes from one part to another, or to another system."

    rests_on: ClassVar = EVIDENCE

    from_key: Annotated[Key, Doc("The key of the component that the data comes from.")]
    what: Annotated[Line, Doc("Which data goes this way.")]
    confidence: Annotated[Confidence, Doc("How sure it is that data goes this way.")]
    to_key: Annotated[
        Key | None,
        Doc("The key of the component that the data goes to; empty if it leaves the system."),
    ] = None
    to_deployment: Annotated[
        DeploymentRef | None, Doc("The other system that the data goes to, if it leaves this one.")
    ] = None
    evidence: Annotated[tuple[Evidence, ...], Doc("What the knowledge of this flow rests on.")] = ()


@dataclass(frozen=True, kw_only=True)
class Deployment(Record):
    __doc__ = "A system under scrutiny."

    #: All that is stated of it stands in its parts, each with its evidence.
    rests_on: ClassVar = NOTHING

    names: Annotated[
        tuple[Text, ...],
        Doc("What the system is called, officially and otherwise, in each language."),
    ]
    operators: Annotated[tuple[Operator, ...], Doc("Those who run or order the system.")] = ()
    purposes: Annotated[
        tuple[Statement, ...],
        Doc("What the system is said to be for by its operator, its maker or others."),
    ] = ()
    processing: Annotated[
        tuple[Processing, ...],
        Doc("The kinds of processing that the system does, one entry for each."),
    ] = ()
    data_subjects: Annotated[tuple[Statement, ...], Doc("Whose data the system holds.")] = ()
    seen_at: Annotated[
        tuple[SeenAt, ...], Doc("Where the system was seen, and how sure that is.")
    ] = ()
    components: Annotated[
        tuple[Component, ...],
        Doc("The parts that the system is made of, such as cameras, servers and databases."),
    ] = ()
    flows: Annotated[
        tuple[DataFlow, ...],
        Doc("Which data goes from one part of the system to another, or to another system."),
    ] = ()
    statements: Annotated[tuple[Statement, ...], Doc("What else is known of the system.")] = ()
    first_known: Annotated[
        PartialDate | None, Doc("The first day on which the system is known to have been there.")
    ] = None
    last_known: Annotated[
        PartialDate | None, Doc("The last day on which the system is known to have been there.")
    ] = None

    def title(self) -> str:
        return first_text(self.names)
