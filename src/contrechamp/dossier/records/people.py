"""Sources, the people who tell or give something, and what they consent to."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    NOTHING,
    ActorRef,
    Closed,
    Doc,
    Evidence,
    Language,
    Line,
    PartialDate,
    Prose,
    Record,
    RefersTo,
    SourceRef,
)

#: What can be consented to. No use implies another: who may be quoted under a pseudonym may not be
#: named.
ConsentUse: TypeAlias = Literal["held", "pseudonym", "quoted", "voice", "image", "name", "shared"]

#: What a source may have given or said: a consent can be limited to it, and a use is of it.
GIVEN_KINDS = ("item", "exhibit", "testimony")
GivenRef: TypeAlias = Annotated[str, RefersTo(GIVEN_KINDS, parts=True)]


@dataclass(frozen=True, kw_only=True)
class Risk:
    __doc__ = "What could happen to a source."

    level: Annotated[
        Literal["low", "medium", "high"],
        Doc("How high the risk is, in the judgement of those who know the place."),
    ]
    what: Annotated[
        Prose,
        Closed(),
        Doc("What could happen to the person, and who could do it. Closed: never published."),
    ] = ""
    measures: Annotated[
        Prose, Closed(), Doc("What is done to protect the person. Closed: never published.")
    ] = ""
    assessed_on: Annotated[
        PartialDate | None, Doc("The day on which the risk was assessed, such as 2022-05-14.")
    ] = None
    assessed_by: Annotated[Line, Doc("Who judged how high the risk is.")] = ""


@dataclass(frozen=True, kw_only=True)
class Source(Record):
    __doc__ = "A person who tells or gives something. The true identity never stands here."

    #: A person is no fact to be proved; what they say stands in testimonies.
    rests_on: ClassVar = NOTHING

    pseudonym: Annotated[
        Line, Doc("The name by which the person goes in the case; never the true one.")
    ]
    languages: Annotated[
        tuple[Language, ...],
        Doc("The languages that the person speaks, as codes such as ar, fr or he."),
    ] = ()
    role: Annotated[
        Line,
        Doc(
            "What the person has to do with the matter, such as "
            "resident or former employee; nothing that tells who it is."
        ),
    ] = ""
    contact_rules: Annotated[
        Prose,
        Closed(),
        Doc("How and by whom the person may be reached, and how not. Closed: never published."),
    ] = ""
    risk: Annotated[
        Risk | None, Doc("What could happen to the person, and what is done to prevent it.")
    ] = None

    def title(self) -> str:
        return self.pseudonym


@dataclass(frozen=True, kw_only=True)
class Grant:
    __doc__ = "One use that is consented to."

    use: Annotated[
        ConsentUse,
        Doc(
            "What may be done: held (kept in the case), pseudonym (quoted under "
            "the pseudonym), quoted (quoted without saying by whom), voice "
            "(recording of the voice published), image (picture published), "
            "name (true name published), shared (handed to those who are named)."
        ),
    ]
    with_actors: Annotated[
        tuple[ActorRef, ...], Doc("The actors to whom it may be handed, if the use is shared.")
    ] = ()
    with_whom: Annotated[
        tuple[Line, ...],
        Doc(
            "Others to whom it may be handed, if the use is "
            "shared and the case has no record of them."
        ),
    ] = ()
    limits: Annotated[
        Prose,
        Doc(
            "The limits that the person sets, in their own words; whoever publishes must read them."
        ),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Consent(Record):
    __doc__ = "What a source consents to."

    #: The team's own minutes; a spoken consent has a witness, and no paper.
    rests_on: ClassVar = NOTHING

    source: Annotated[SourceRef, Doc("The source who gives this consent.")]
    grants: Annotated[
        tuple[Grant, ...], Doc("What the source consents to, one entry for each use.")
    ]
    given_on: Annotated[
        PartialDate,
        Doc(
            "The day on which consent was given; known to the "
            "month only, it holds from the last day of that month."
        ),
    ]
    given_how: Annotated[
        Literal["written", "recorded", "spoken"],
        Doc(
            "Whether consent was given in writing, in a "
            "recording, or in spoken words before a witness."
        ),
    ]
    explained_in: Annotated[
        Language | None,
        Doc("The language in which the uses were explained to the source, as a code such as ar."),
    ] = None
    witness: Annotated[Line, Doc("Who witnessed a spoken consent, named as they wish to be.")] = ""
    about: Annotated[
        tuple[GivenRef, ...],
        Doc(
            "The testimonies, passages, exhibits or items that the consent "
            "is for; empty if it is for everything that the source gave."
        ),
    ] = ()
    evidence: Annotated[
        tuple[Evidence, ...], Doc("The signed form, or the recording in which consent was given.")
    ] = ()
    until: Annotated[
        PartialDate | None,
        Doc(
            "The last day on which the consent holds (of a month "
            "alone, its first day); empty if no end was set."
        ),
    ] = None
    withdrawn_on: Annotated[
        PartialDate | None,
        Doc(
            "The day on which the source withdrew the consent; from that day on it no longer holds."
        ),
    ] = None
    withdrawn_how: Annotated[
        Line, Doc("How the source said that the consent is withdrawn, such as by telephone.")
    ] = ""
    erasure_asked: Annotated[
        bool, Doc("Whether the source also wants what was given to be erased.")
    ] = False

    def title(self) -> str:
        return f"{self.given_on}: {', '.join(grant.use for grant in self.grants)}"
