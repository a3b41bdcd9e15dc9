"""Who makes, sells, buys, licenses and runs it: actors, their links, products and papers."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from contrechamp.dossier.records.field_types import (
    ActorRef,
    Confidence,
    Country,
    Evidence,
    Line,
    Money,
    OutsideId,
    PartialDate,
    Points,
    Prose,
    Record,
    Statement,
    Text,
    first_text,
    shortened,
)
from contrechamp.dossier.records.fieldwork import ProductRef


@dataclass(frozen=True, kw_only=True)
class Actor(Record):
    """A company, public body, unit, or a person in a public role.

    Args:
        names: in each language, older ones too.
        kind: of actor.
        country: where it is registered or belongs.
        public_role: of a person: which, and since when; nobody else is an actor.
        registered: number and register.
        address: of its site on the web.
        contact: where letters go to.
        is_not: what it is not elsewhere, though the names are alike: a person compared them.
        statements: what is known.
        evidence: for name and kind.
    """

    names: tuple[Text, ...]
    kind: Literal[
        "company", "public-body", "unit", "person", "international-body", "organisation", "state"
    ]
    country: Country | None = None
    public_role: Line = ""
    registered: Line = ""
    address: Line = ""
    contact: Line = ""
    is_not: tuple[OutsideId, ...] = ()
    statements: tuple[Statement, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return first_text(self.names)


@dataclass(frozen=True, kw_only=True)
class Relation(Record):
    """A link between two actors: ownership, supply, command.

    Args:
        from_actor: who owns, supplies, commands...
        kind: of link.
        to_actor: whom.
        percent: of ownership.
        says: what is known of it.
        confidence: how sure.
        from_date: first known.
        to_date: last known.
        evidence: for it.
    """

    from_actor: ActorRef
    kind: Literal[
        "owns", "controls", "directs", "supplies", "funds", "commands", "part-of", "represents",
        "linked",
    ]  # fmt: skip
    to_actor: ActorRef
    confidence: Confidence
    percent: Decimal | None = None
    says: Prose = ""
    from_date: PartialDate | None = None
    to_date: PartialDate | None = None
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{self.kind}: {shortened(self.says, 60)}".removesuffix(": ")


@dataclass(frozen=True, kw_only=True)
class Product(Record):
    """What is made and sold.

    Args:
        make: who makes it, as it stands on the product.
        model: likewise.
        maker: record of who makes it.
        kind: such as camera, face recognition software, turnstile.
        capabilities: as its maker states them, each with the document.
        evidence: data sheet, maker's plate.
    """

    make: Line
    model: Line
    maker: ActorRef | None = None
    kind: Line = ""
    capabilities: tuple[Statement, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{self.make} {self.model}"


@dataclass(frozen=True, kw_only=True)
class Tender(Record):
    """A call for offers.

    Args:
        name: of the call.
        buyer: who calls.
        number: of the file.
        published_on: when.
        closes_on: when.
        value: estimated.
        products: asked for.
        says: what is asked for.
        evidence: its documents.
    """

    name: Line
    buyer: ActorRef | None = None
    number: Line = ""
    published_on: PartialDate | None = None
    closes_on: PartialDate | None = None
    value: Money | None = None
    products: tuple[ProductRef, ...] = ()
    says: Prose = ""
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Contract(Record):
    """An agreement to supply.

    Args:
        name: of the contract.
        buyer: who pays.
        suppliers: who supply.
        tender: that it came of.
        number: of the file.
        signed_on: when.
        from_date: it begins.
        to_date: it ends.
        value: in all.
        products: supplied.
        deployment: that they are for.
        says: what is supplied.
        evidence: its documents.
    """

    name: Line
    buyer: ActorRef | None = None
    suppliers: tuple[ActorRef, ...] = ()
    tender: Annotated[str, Points(("tender",))] | None = None
    number: Line = ""
    signed_on: PartialDate | None = None
    from_date: PartialDate | None = None
    to_date: PartialDate | None = None
    value: Money | None = None
    products: tuple[ProductRef, ...] = ()
    deployment: Annotated[str, Points(("deployment",))] | None = None
    says: Prose = ""
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Licence(Record):
    """An export licence: asked for, granted, refused or revoked.

    Args:
        name: or number of it.
        authority: that decides.
        exporter: who asked.
        to_country: destination.
        end_user: who gets it.
        products: of it.
        law: under which.
        decision: so far.
        decided_on: when.
        value: of the goods.
        evidence: for it.
    """

    name: Line
    authority: ActorRef | None = None
    exporter: ActorRef | None = None
    to_country: Country | None = None
    end_user: ActorRef | None = None
    products: tuple[ProductRef, ...] = ()
    law: Line = ""
    decision: Literal["unknown", "pending", "granted", "refused", "revoked"] = "unknown"
    decided_on: PartialDate | None = None
    value: Money | None = None
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return self.name
