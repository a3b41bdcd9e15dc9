"""Who makes, sells, buys, licenses and runs surveillance: actors, products, contracts."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    ActorRef,
    Confidence,
    Country,
    Doc,
    Evidence,
    Line,
    Money,
    OutsideId,
    PartialDate,
    Prose,
    Record,
    RefersTo,
    Statement,
    Text,
    first_text,
    shortened,
)
from contrechamp.dossier.records.fieldwork import DeploymentRef, ProductRef

TenderRef: TypeAlias = Annotated[str, RefersTo(("tender",))]
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
class Product(Record):
    __doc__ = "What is made and sold."

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
    evidence: Annotated[
        tuple[Evidence, ...],
        Doc("What the record of the product rests on, such as a data sheet or the maker's plate."),
    ] = ()

    def title(self) -> str:
        return f"{self.make} {self.model}"


@dataclass(frozen=True, kw_only=True)
class Tender(Record):
    __doc__ = "A call for offers."

    name: Annotated[Line, Doc("The title of the call for offers.")]
    buyer: Annotated[ActorRef | None, Doc("The actor who calls for offers.")] = None
    number: Annotated[Line, Doc("The file number of the call for offers.")] = ""
    published_on: Annotated[
        PartialDate | None, Doc("The day on which the call for offers was published.")
    ] = None
    closes_on: Annotated[
        PartialDate | None, Doc("The last day on which offers for the tender are accepted.")
    ] = None
    value: Annotated[Money | None, Doc("The estimated value of what is asked for.")] = None
    products: Annotated[tuple[ProductRef, ...], Doc("The products that the call asks for.")] = ()
    says: Annotated[Prose, Doc("What the call asks for, in a few sentences.")] = ""
    evidence: Annotated[tuple[Evidence, ...], Doc("The documents of the call for offers.")] = ()

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Contract(Record):
    __doc__ = "An agreement to supply."

    name: Annotated[Line, Doc("The title of the contract, or a few words that name it.")]
    buyer: Annotated[ActorRef | None, Doc("The actor who pays under the contract.")] = None
    suppliers: Annotated[
        tuple[ActorRef, ...], Doc("The actors who supply under the contract.")
    ] = ()
    tender: Annotated[TenderRef | None, Doc("The call for offers that led to the contract.")] = None
    number: Annotated[Line, Doc("The file number of the contract.")] = ""
    signed_on: Annotated[
        PartialDate | None, Doc("The day on which the contract was signed, such as 2022-05-14.")
    ] = None
    from_date: Annotated[PartialDate | None, Doc("The day on which the contract begins.")] = None
    to_date: Annotated[PartialDate | None, Doc("The day on which the contract ends.")] = None
    value: Annotated[Money | None, Doc("The total value of the contract.")] = None
    products: Annotated[
        tuple[ProductRef, ...], Doc("The products that are supplied under the contract.")
    ] = ()
    deployment: Annotated[DeploymentRef | None, Doc("The system that the supplies are for.")] = None
    says: Annotated[Prose, Doc("What is supplied under the contract, in a few sentences.")] = ""
    evidence: Annotated[tuple[Evidence, ...], Doc("The documents of the contract itself.")] = ()

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Licence(Record):
    __doc__ = "An export licence: asked for, granted, refused or revoked."

    name: Annotated[Line, Doc("The name or the number of the licence.")]
    authority: Annotated[ActorRef | None, Doc("The authority that decides on the licence.")] = None
    exporter: Annotated[ActorRef | None, Doc("The actor who applied for the licence.")] = None
    to_country: Annotated[
        Country | None,
        Doc("The country that the goods go to, in two letters such as FR (ISO 3166-1)."),
    ] = None
    end_user: Annotated[ActorRef | None, Doc("The actor who gets the goods.")] = None
    products: Annotated[tuple[ProductRef, ...], Doc("The products that the licence is for.")] = ()
    law: Annotated[Line, Doc("The law under which the licence is decided.")] = ""
    decision: Annotated[
        Literal["unknown", "pending", "granted", "refused", "revoked"],
        Doc("What was decided so far; pending while nothing is."),
    ] = "unknown"
    decided_on: Annotated[
        PartialDate | None, Doc("The day on which the licence was decided, such as 2022-05-14.")
    ] = None
    value: Annotated[Money | None, Doc("The value of the goods that the licence is for.")] = None
    evidence: Annotated[tuple[Evidence, ...], Doc("What the record of the licence rests on.")] = ()

    def title(self) -> str:
        return self.name
