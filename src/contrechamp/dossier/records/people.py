"""People who tell or give, and what they consent to."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    ActorRef,
    Closed,
    Evidence,
    Language,
    Line,
    PartialDate,
    Points,
    Prose,
    Record,
    SourceRef,
)

#: What can be consented to. A use covers what it says and nothing else: whoever may be quoted
#: under a pseudonym may not be named.
ConsentUse: TypeAlias = Literal["held", "pseudonym", "quoted", "voice", "image", "name", "shared"]

#: What a source may have given or said: what a consent can be narrowed to, and a use be of.
GIVEN_KINDS = ("item", "exhibit", "testimony")
GivenRef: TypeAlias = Annotated[str, Points(GIVEN_KINDS, places=True)]


@dataclass(frozen=True, kw_only=True)
class Risk:
    """What could happen to a source.

    Args:
        level: as those who know the place judge it.
        what: could happen, from whom.
        measures: taken against it.
        assessed_on: when.
        assessed_by: by whom.
    """

    level: Literal["low", "medium", "high"]
    what: Annotated[Prose, Closed()] = ""
    measures: Annotated[Prose, Closed()] = ""
    assessed_on: PartialDate | None = None
    assessed_by: Line = ""


@dataclass(frozen=True, kw_only=True)
class Source(Record):
    """A person who tells or gives something. The true identity never stands here.

    Args:
        pseudonym: by which the person goes in the case.
        languages: that the person speaks.
        role: such as resident, former employee; nothing that tells who it is.
        contact_rules: how the person may be reached, by whom, and how not.
        risk: what could happen to the person, and what is done about it.
    """

    pseudonym: Line
    languages: tuple[Language, ...] = ()
    role: Line = ""
    contact_rules: Annotated[Prose, Closed()] = ""
    risk: Risk | None = None

    def title(self) -> str:
        """Return a few words that name it."""
        return self.pseudonym


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One use that is consented to.

    Args:
        use: held (kept in the case), pseudonym (quoted under the pseudonym), quoted (without
            saying by whom), voice (recording of it published), image (published), name (true
            name published), shared (handed to whom is named).
        with_actors: for shared: to whom.
        with_whom: for shared: to whom, where there is no record of them.
        limits: in the person's words, to be read by whoever publishes.
    """

    use: ConsentUse
    with_actors: tuple[ActorRef, ...] = ()
    with_whom: tuple[Line, ...] = ()
    limits: Prose = ""


@dataclass(frozen=True, kw_only=True)
class Consent(Record):
    """What a source consents to.

    Args:
        source: who.
        grants: what for.
        given_on: when.
        given_how: written, recorded, or spoken before a witness.
        explained_in: language in which it was explained.
        witness: of spoken consent, as they want to be named.
        about: what of the source's it is for; empty: all of it.
        evidence: the form, or its recording.
        until: it ends then; with that day it still holds.
        withdrawn_on: from that day on it does not hold.
        withdrawn_how: how the person said so.
        erasure_asked: the person wants what was given to be erased.
    """

    source: SourceRef
    grants: tuple[Grant, ...]
    given_on: PartialDate
    given_how: Literal["written", "recorded", "spoken"]
    explained_in: Language | None = None
    witness: Line = ""
    about: tuple[GivenRef, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    until: PartialDate | None = None
    withdrawn_on: PartialDate | None = None
    withdrawn_how: Line = ""
    erasure_asked: bool = False

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{self.given_on}: {', '.join(grant.use for grant in self.grants)}"
