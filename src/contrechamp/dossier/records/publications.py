"""What leaves the case: publications with what they use, reviews by a second person, releases."""

from dataclasses import dataclass
from typing import Annotated, Literal

from contrechamp.dossier.records.field_types import (
    DIGEST,
    ActorRef,
    ItemRef,
    Language,
    Line,
    PartialDate,
    Points,
    Prose,
    Record,
    shortened,
)
from contrechamp.dossier.records.people import ConsentUse, GivenRef
from contrechamp.dossier.records.testimony import MARKABLE

#: What a publication can show.
CITED_KINDS = (
    "finding", "recommendation", "letter", "deployment", "assessment", "actor", "area", "place",
    "contract", "licence", "exhibit",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Use:
    """One use of what somebody said or gave.

    Args:
        of: testimony, a passage of one, exhibit, or item.
        use: as in a consent.
        to: for shared: to whom.
        to_whom: for shared: to whom, where there is no record of them.
    """

    of: GivenRef
    use: ConsentUse
    to: ActorRef | None = None
    to_whom: Line = ""


@dataclass(frozen=True, kw_only=True)
class Publication(Record):
    """Something that is to be, or was, published.

    Args:
        name: of it.
        language: of it.
        on: day of publication.
        cites: findings and other records that it shows.
        uses: of what people said or gave; passages that its findings cite are used as well.
        document: as it was published.
        address: where.
    """

    name: Line
    language: Language
    on: PartialDate | None = None
    cites: tuple[Annotated[str, Points(CITED_KINDS)], ...] = ()
    uses: tuple[Use, ...] = ()
    document: ItemRef | None = None
    address: Line = ""

    def title(self) -> str:
        """Return a few words that name it."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Review(Record):
    """What a second person thinks of one version of a record.

    Args:
        about: which record.
        state: which version of it: the digest that the log has of that.
        verdict: agreed, changes asked for, or not agreed.
        why: in their words.
    """

    about: Annotated[str, Points(tuple(one for one in MARKABLE if one != "item"))]
    state: Annotated[str, DIGEST]
    verdict: Literal["agreed", "changes", "not-agreed"]
    why: Prose = ""

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{self.verdict}: {shortened(self.why, 60)}".removesuffix(": ")


@dataclass(frozen=True, kw_only=True)
class Release(Record):
    """Leave for one version of a record, or an item, to be published.

    Args:
        about: which.
        state: which version of it: the digest that the log has of that.
        on: when.
        revoked_on: from that day on it must not leave any more.
        why: in their words.
    """

    about: Annotated[str, Points(MARKABLE)]
    state: Annotated[str, DIGEST]
    on: PartialDate
    revoked_on: PartialDate | None = None
    why: Prose = ""

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{self.on} {shortened(self.why, 60)}".strip()
