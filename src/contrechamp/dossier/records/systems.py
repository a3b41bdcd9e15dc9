"""Systems under scrutiny: what they are for, what they do with whose data, where they were seen."""

from dataclasses import dataclass
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
    first_text,
)
from contrechamp.dossier.records.fieldwork import ProductRef

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
class Operator:
    """Who runs or orders a system.

    Args:
        actor: who.
        role: such as operates, orders, has access, maintains.
        confidence: how sure.
        evidence: for it.
        from_date: first known.
        to_date: last known.
    """

    actor: ActorRef
    role: Line
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()
    from_date: PartialDate | None = None
    to_date: PartialDate | None = None


@dataclass(frozen=True, kw_only=True)
class Processing:
    """One kind of processing.

    Args:
        kind: identification is one face among many, verification one face against one document.
        says: what is known of it.
        confidence: how sure.
        evidence: for it.
    """

    kind: ProcessingKind
    confidence: Confidence
    says: Prose = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SeenAt:
    """Where a system was seen.

    Args:
        where: place, area, barrier or camera.
        confidence: how sure that it is this system.
        from_date: first seen.
        to_date: last seen.
        evidence: for it.
    """

    where: Annotated[str, Points(("place", "area", "barrier", "camera"))]
    confidence: Confidence
    from_date: PartialDate | None = None
    to_date: PartialDate | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Component:
    """A part of a system.

    Args:
        key: by which data flows name it.
        what: it is: camera, reader, server, application, database.
        product: make and model.
        supplier: who supplied it.
        confidence: how sure.
        evidence: for it.
    """

    key: Key
    what: Line
    confidence: Confidence
    product: ProductRef | None = None
    supplier: ActorRef | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DataFlow:
    """Data that goes from one part to another, or to another system.

    Args:
        from_key: component.
        to_key: component; empty where it leaves the system.
        to_deployment: the other system.
        what: goes there.
        confidence: how sure.
        evidence: for it.
    """

    from_key: Key
    what: Line
    confidence: Confidence
    to_key: Key | None = None
    to_deployment: Annotated[str, Points(("deployment",))] | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deployment(Record):
    """A system under scrutiny.

    Args:
        names: official and others, in each language.
        operators: who runs or orders it.
        purposes: as its operator, its maker or others state them.
        processing: kinds of it.
        data_subjects: whose data it holds.
        seen_at: where.
        components: its parts.
        flows: of data between them.
        statements: what else is known.
        first_known: when.
        last_known: when.
    """

    names: tuple[Text, ...]
    operators: tuple[Operator, ...] = ()
    purposes: tuple[Statement, ...] = ()
    processing: tuple[Processing, ...] = ()
    data_subjects: tuple[Statement, ...] = ()
    seen_at: tuple[SeenAt, ...] = ()
    components: tuple[Component, ...] = ()
    flows: tuple[DataFlow, ...] = ()
    statements: tuple[Statement, ...] = ()
    first_known: PartialDate | None = None
    last_known: PartialDate | None = None

    def title(self) -> str:
        """Return a few words that name it."""
        return first_text(self.names)
