"""What leaves a case: publications and what they use, reviews by a second person, releases."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from contrechamp.dossier.records.field_types import (
    DIGEST,
    NOTHING,
    ActorRef,
    Doc,
    ItemRef,
    Key,
    Language,
    Line,
    PartialDate,
    Prose,
    Record,
    RefersTo,
    Text,
    shortened,
)
from contrechamp.dossier.records.people import ConsentUse, GivenRef
from contrechamp.dossier.records.testimony import MARKABLE

#: What a publication can show.
CITED_KINDS = (
    "finding", "recommendation", "letter", "deployment", "assessment", "actor", "area", "place",
    "contract", "licence", "exhibit", "measurement", "camera", "barrier",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Use:
    __doc__ = "One use of what somebody said or gave."

    of: Annotated[GivenRef, Doc("The testimony, passage, exhibit or item that is used.")]
    use: Annotated[
        ConsentUse,
        Doc("How it is used; the words mean what they mean in a consent."),
    ]
    to: Annotated[
        ActorRef | None, Doc("The actor to whom it is handed, where the use is shared.")
    ] = None
    to_whom: Annotated[
        Line, Doc("To whom it is handed, if the use is shared and the case has no record of them.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Publication(Record):
    __doc__ = "Something that is to be, or was, published."

    #: What it shows needs evidence.
    rests_on: ClassVar = NOTHING

    name: Annotated[Line, Doc("The title of the publication.")]
    language: Annotated[Language, Doc("The language of the publication, as a code such as fr.")]
    titles: Annotated[
        tuple[Text, ...], Doc("The title in the other languages that it is published in.")
    ] = ()
    number: Annotated[
        Line, Doc("The index number by which whoever publishes it names the publication.")
    ] = ""
    by: Annotated[Line, Doc("Who publishes it, as they wish to be named.")] = ""
    summary: Annotated[
        tuple[Text, ...],
        Doc("What it says in short, in each language that it is published in."),
    ] = ()
    method: Annotated[
        tuple[Text, ...],
        Doc("How it was found out, and what that cannot show, in each language."),
    ] = ()
    on: Annotated[
        PartialDate | None, Doc("The day on which the publication comes out or came out.")
    ] = None
    cites: Annotated[
        tuple[Annotated[str, RefersTo(CITED_KINDS)], ...],
        Doc("The findings and other records that the publication shows."),
    ] = ()
    uses: Annotated[
        tuple[Use, ...],
        Doc(
            "How what people said or gave is used; the passages "
            "that the cited findings rest on count as used too."
        ),
    ] = ()
    cell_m: Annotated[
        int,
        Doc(
            "The side of the squares in which its maps show where something is, in metres; "
            "nothing is shown more exactly."
        ),
    ] = 1000
    k: Annotated[
        int,
        Doc(
            "The number below which its maps count nothing exactly: squares with fewer cameras "
            "are put together until there are as many."
        ),
    ] = 5
    document: Annotated[
        ItemRef | None, Doc("The publication as it came out, as an item of the case.")
    ] = None
    address: Annotated[Line, Doc("The address where the publication can be found.")] = ""

    def title(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class LookAnswer:
    __doc__ = "What a person found at one place of a masked copy."

    look: Annotated[
        int,
        Doc(
            "The number of the place in the copy's sidecar, from 1, the most urgent first; "
            "0 stands for the whole copy."
        ),
    ]
    answer: Annotated[
        Literal["covered", "uncovered", "nothing"],
        Doc(
            "Whether what is there is covered, is uncovered on purpose, or is nothing that needs "
            "to be covered."
        ),
    ]
    why: Annotated[Prose, Doc("Why it is uncovered on purpose; empty otherwise.")] = ""


@dataclass(frozen=True, kw_only=True)
class WatchedSpan:
    __doc__ = "A part of a video or sound that a person watched or heard."

    from_s: Annotated[Decimal, Doc("The second at which the part begins.")]
    to_s: Annotated[Decimal, Doc("The second at which the part ends.")]


@dataclass(frozen=True, kw_only=True)
class HiddenCovers:
    __doc__ = "How many faces a reviewer marked of those whose covers the page of the review hid."

    shown: Annotated[int, Doc("How many covers were hidden, in all copies of the same review.")]
    marked: Annotated[int, Doc("How many of these faces the reviewer drew a box on.")]


@dataclass(frozen=True, kw_only=True)
class LookedAt:
    __doc__ = (
        "What a person looked at in a masked copy; void when a byte of copy or sidecar differs."
    )

    copy: Annotated[
        str, DIGEST, Doc("The SHA-256 of the copy that was looked at: 64 hexadecimal digits.")
    ]
    sidecar: Annotated[
        str, DIGEST, Doc("The SHA-256 of the copy's sidecar: 64 hexadecimal digits.")
    ]
    looks: Annotated[
        tuple[LookAnswer, ...], Doc("What was found at each place that was looked at.")
    ]
    spans: Annotated[
        tuple[WatchedSpan, ...], Doc("Which parts of a video or sound were watched or heard.")
    ] = ()
    seed: Annotated[
        str,
        DIGEST,
        Doc(
            "Random digits that draw the places for a second reader; the oldest review of a copy "
            "decides."
        ),
    ]
    hidden: Annotated[
        HiddenCovers | None,
        Doc("What the covers that were hidden from the reviewer say of how many faces they miss."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Review(Record):
    __doc__ = "What a person thinks of one version of a record, or found in a masked copy."

    #: A judgement.
    rests_on: ClassVar = NOTHING

    about: Annotated[
        str,
        RefersTo(MARKABLE),
        Doc("The record, or the masked copy, that the review is about."),
    ]
    state: Annotated[
        str,
        DIGEST,
        Doc(
            "The version that was reviewed, by the digest "
            "that the log has of it: 64 hexadecimal digits."
        ),
    ]
    verdict: Annotated[
        Literal["agreed", "changes", "not-agreed"],
        Doc("Whether the reviewer agrees, asks for changes, or does not agree."),
    ]
    why: Annotated[Prose, Doc("The reasons for the verdict, in the reviewer's own words.")] = ""
    looked: Annotated[
        LookedAt | None, Doc("Of a masked copy: what was looked at, and what was found there.")
    ] = None

    def title(self) -> str:
        return f"{self.verdict}: {shortened(self.why, 60)}".removesuffix(": ")


@dataclass(frozen=True, kw_only=True)
class Override:
    __doc__ = "A gate that was passed although it was not met."

    gate: Annotated[Key, Doc("The gate that was passed, such as review or reply.")]
    why: Annotated[Prose, Doc("Why it was passed all the same; a publication may print it.")]
    over: Annotated[
        tuple[Line, ...],
        Doc("What was not met, by code and reference: what is found later is not covered."),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Release(Record):
    __doc__ = "Leave for one version of a record, or an item, to be published."

    #: A permission.
    rests_on: ClassVar = NOTHING

    about: Annotated[str, RefersTo(MARKABLE), Doc("The record or item that is released.")]
    state: Annotated[
        str,
        DIGEST,
        Doc(
            "The version that is released, by the digest "
            "that the log has of it: 64 hexadecimal digits."
        ),
    ]
    on: Annotated[PartialDate, Doc("The day on which the release was given.")]
    revoked_on: Annotated[
        PartialDate | None,
        Doc(
            "The day from which the version may no longer leave "
            "the case; empty if the release was not revoked."
        ),
    ] = None
    why: Annotated[
        Prose, Doc("Why the release was given or revoked, in the words of whoever did so.")
    ] = ""
    overrides: Annotated[
        tuple[Override, ...],
        Doc("The gates that were not met and were passed all the same, each with the reason."),
    ] = ()
    revoked_why: Annotated[
        Prose, Doc("Why the release was revoked, in the words of whoever did so.")
    ] = ""
    after: Annotated[
        tuple[Annotated[str, RefersTo(("release",))], ...],
        Doc(
            "The revoked releases of the same version in spite of which this one was given: a "
            "revocation outweighs every release that does not name it."
        ),
    ] = ()

    def title(self) -> str:
        return f"{self.on} {shortened(self.why, 60)}".strip()
