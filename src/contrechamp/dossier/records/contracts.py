"""What was bought from whom, and what was permitted: tenders, contracts, licences."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    EVIDENCE,
    ActorRef,
    Country,
    Doc,
    Evidence,
    Line,
    Money,
    PartialDate,
    Prose,
    Record,
    RefersTo,
)
from contrechamp.dossier.records.fieldwork import DeploymentRef, ProductRef

TenderRef: TypeAlias = Annotated[str, RefersTo(("tender",))]


@dataclass(frozen=True, kw_only=True)
class Tender(Record):
    __doc__ = "A call for offers."

    rests_on: ClassVar = EVIDENCE

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

    rests_on: ClassVar = EVIDENCE

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

    rests_on: ClassVar = EVIDENCE

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
