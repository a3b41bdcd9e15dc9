"""Who makes, sells, buys and runs surveillance: actors, their relations, their products."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    EVIDENCE,
    ActorRef,
    Confidence,
    Country,
    Doc,
    Evidence,
    Line,
    OutsideId,
    PartialDate,
    Prose,
    Record,
    Span,
    Statement,
    Text,
    first_text,
    shortened,
)

ActorKind: TypeAlias = Literal[
    "company", "public-body", "unit", "person", "international-body", "organisation", "state"
]
RelationKind: TypeAlias = Literal[
    "owns", "controls", "directs", "supplies", "funds", "commands", "part-of", "represents",
    "linked",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Actor(Record):
    __doc__ = "A company, public body, unit, or a person in a public role."

    rests_on: ClassVar = EVIDENCE

    names: Annotated[
        tuple[Text, ...], Doc("What the actor is called in each language, former names included.")
    ]
    kind: Annotated[
        ActorKind, Doc("What sort of actor it is; a person is one in a public role only.")
    ]
    country: Annotated[
        Country | None,
        Doc(
            "The country where the actor is registered or "
            "belongs, in two letters such as FR (ISO 3166-1)."
        ),
    ] = None
    public_role: Annotated[
        Line,
        Doc(
            "Of a person: which public role they have, and "
            "since when; no one without such a role is an actor."
        ),
    ] = ""
    registered: Annotated[
        Line, Doc("The registration number of the actor, and the register that it stands in.")
    ] = ""
    address: Annotated[Line, Doc("The address of the actor's own website.")] = ""
    contact: Annotated[Line, Doc("Where letters to the actor are sent.")] = ""
    is_not: Annotated[
        tuple[OutsideId, ...],
        Doc(
            "Entries elsewhere that a person compared and found "
            "not to be this actor, though the names are alike."
        ),
    ] = ()
    statements: Annotated[
        tuple[Statement, ...], Doc("What is known of the actor, one statement for each thing.")
    ] = ()
    evidence: Annotated[
        tuple[Evidence, ...], Doc("What the names and the kind of the actor rest on.")
    ] = ()

    def title(self) -> str:
        return first_text(self.names)


@dataclass(frozen=True, kw_only=True)
class Relation(Record):
    __doc__ = "A link between two actors: ownership, supply, command."

    rests_on: ClassVar = EVIDENCE

    from_actor: Annotated[
        ActorRef,
        Doc("The actor who owns, supplies, commands or is otherwise linked to the other one."),
    ]
    kind: Annotated[RelationKind, Doc("What sort of link it is, read from from_actor to to_actor.")]
    to_actor: Annotated[
        ActorRef, Doc("The actor who is owned, supplied, commanded or otherwise linked to.")
    ]
    confidence: Annotated[Confidence, Doc("How sure it is that the link exists.")]
    percent: Annotated[
        Decimal | None, Doc("Of ownership: the share that is owned, from 0 to 100 per cent.")
    ] = None
    says: Annotated[Prose, Doc("What is known of the link.")] = ""
    from_date: Annotated[
        PartialDate | None, Doc("The first day on which the link is known to have existed.")
    ] = None
    to_date: Annotated[
        PartialDate | None, Doc("The last day on which the link is known to have existed.")
    ] = None
    evidence: Annotated[tuple[Evidence, ...], Doc("What the knowledge of the link rests on.")] = ()

    def title(self) -> str:
        return f"{self.kind}: {shortened(self.says, 60)}".removesuffix(": ")


@dataclass(frozen=True, kw_only=True)
class Optics:
    __doc__ = "What the data sheet of a camera says of its lens and its picture."

    kind: Annotated[
        Literal["fixed", "panning", "dome", "unknown"],
        Doc(
            "Whether the camera looks one way, turns, or looks all round; a dome that looks one "
            "way is fixed."
        ),
    ] = "unknown"
    focal_mm: Annotated[
        Span | None,
        Doc("The focal length of the lens in millimetres, such as 2.8, or both ends: 2.8-12."),
    ] = None
    hfov_deg: Annotated[
        Span | None,
        Doc("The horizontal field of view in degrees, such as 105, or both ends: 32-105."),
    ] = None
    vfov_deg: Annotated[
        Span | None,
        Doc("The vertical field of view in degrees, such as 58, or both ends: 18-58."),
    ] = None
    width_px: Annotated[
        Span | None, Doc("The width of the picture in pixels at its largest, such as 2560.")
    ] = None
    ir_range_m: Annotated[
        Span | None, Doc("How far its infrared light reaches, in metres, such as 30.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Product(Record):
    __doc__ = "What is made and sold."

    rests_on: ClassVar = EVIDENCE

    make: Annotated[Line, Doc("The maker or brand, as it is written on the product.")]
    model: Annotated[Line, Doc("The model, as it is written on the product.")]
    maker: Annotated[ActorRef | None, Doc("The actor who makes the product.")] = None
    kind: Annotated[
        Line,
        Doc("What sort of product it is, such as camera, face recognition software or turnstile."),
    ] = ""
    capabilities: Annotated[
        tuple[Statement, ...],
        Doc("What the product can do as its maker states it, each with the document that says so."),
    ] = ()
    optics: Annotated[
        Optics | None,
        Doc("What the data sheet of a camera says of its lens and picture, for measurements."),
    ] = None
    evidence: Annotated[
        tuple[Evidence, ...],
        Doc("What the record of the product rests on, such as a data sheet or the maker's plate."),
    ] = ()

    def title(self) -> str:
        return f"{self.make} {self.model}"
