"""What people said and gave: testimonies in passages, exhibits, and challenges to either."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from contrechamp.dossier.records.field_types import (
    NOTHING,
    CoarsePlace,
    Doc,
    Evidence,
    ItemRef,
    Key,
    Language,
    Line,
    PartialDate,
    PlaceRef,
    Prose,
    Record,
    RefersTo,
    SourceRef,
    Text,
    shortened,
)


@dataclass(frozen=True, kw_only=True)
class Passage:
    __doc__ = "A part of a testimony that can be cited."

    key: Annotated[Key, Doc("A short name by which the passage is cited, such as p2.")]
    text: Annotated[Prose, Doc("What was said, word for word, in the language of the testimony.")]
    translations: Annotated[
        tuple[Text, ...], Doc("Translations of the passage, each with who made it.")
    ] = ()
    closed: Annotated[
        bool,
        Doc(
            "Whether the passage is sensitive: it is then "
            "neither found, nor exported, nor published."
        ),
    ] = False
    at: Annotated[
        Line,
        Doc(
            "Where the passage stands in the recording, "
            "in hours, minutes and seconds such as 00:12:40."
        ),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class Interview:
    __doc__ = "How a testimony was taken."

    date: Annotated[PartialDate, Doc("The day of the interview, such as 2022-05-14.")]
    place: Annotated[
        CoarsePlace | None, Doc("Roughly where the interview was held; never an address.")
    ] = None
    languages: Annotated[
        tuple[Language, ...],
        Doc("The languages that were spoken in the interview, as codes such as ar or he."),
    ] = ()
    interviewer: Annotated[Line, Doc("Who asked the questions, named as they wish to be.")] = ""
    interpreter: Annotated[
        Line, Doc("Who interpreted, named as they wish to be; empty if nobody did.")
    ] = ""
    remote: Annotated[bool, Doc("Whether the interview was held by telephone or video.")] = False


@dataclass(frozen=True, kw_only=True)
class Testimony(Record):
    __doc__ = "What a source said."

    #: What others rest on.
    rests_on: ClassVar = NOTHING

    source: Annotated[SourceRef, Doc("The source whose words these are.")]
    interview: Annotated[Interview, Doc("When, where and by whom the testimony was taken.")]
    language: Annotated[Language, Doc("The language of the passages, as a code such as ar.")]
    passages: Annotated[
        tuple[Passage, ...], Doc("What the source said, in passages that can be cited one by one.")
    ] = ()
    recordings: Annotated[
        tuple[ItemRef, ...],
        Doc("Sound or video recordings of the testimony, as items of the case."),
    ] = ()
    summary: Annotated[
        Prose, Doc("What the testimony is about, in a few words, for those who work on the case.")
    ] = ""

    def title(self) -> str:
        return f"{self.interview.date}: {shortened(self.summary)}".removesuffix(": ")


@dataclass(frozen=True, kw_only=True)
class Exhibit(Record):
    __doc__ = "What is known of an item of the vault beyond its bytes."

    #: What others rest on; its checks may name more.
    rests_on: ClassVar = NOTHING

    item: Annotated[ItemRef, Doc("The item of the case that this exhibit describes.")]
    what: Annotated[Line, Doc("What the item is and what it shows, on one line.")]
    given_by: Annotated[
        SourceRef | None,
        Doc(
            "The source who gave the item, and whose consent its use needs; empty if no source did."
        ),
    ] = None
    made_on: Annotated[
        PartialDate | None, Doc("The day on which the item was made, or published.")
    ] = None
    place: Annotated[PlaceRef | None, Doc("The place where the item was made.")] = None
    people: Annotated[
        Literal["none", "some", "unknown"], Doc("Whether people can be made out in the item.")
    ] = "unknown"
    origin: Annotated[
        Line,
        Doc("How the item came to the case, such as own photo, given, open source or court file."),
    ] = ""
    publisher: Annotated[Line, Doc("Who published the item, if it was published.")] = ""
    address: Annotated[
        Line, Doc("The web address where the item was found, if it was found on the web.")
    ] = ""
    consulted_on: Annotated[
        PartialDate | None, Doc("The day on which the item was looked at on the web.")
    ] = None
    checks: Annotated[
        Prose, Doc("What was done to find out whether the item is what it seems to be.")
    ] = ""
    evidence: Annotated[
        tuple[Evidence, ...], Doc("The items and records that the checks of this item rest on.")
    ] = ()

    def title(self) -> str:
        return shortened(f"{self.publisher}: {self.what}".removeprefix(": "))


#: What can be challenged, reviewed or released: everything but sources and the marks themselves.
MARKABLE = (
    "item", "consent", "testimony", "exhibit", "observation", "camera", "barrier", "place", "area",
    "deployment", "actor", "relation", "product", "contract", "tender", "licence", "letter",
    "measurement", "right", "finding", "recommendation", "assessment", "publication",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Challenge(Record):
    __doc__ = "Something that is contested, or was withdrawn: it shows wherever it is cited."

    #: What somebody objects to, for whatever reason.
    rests_on: ClassVar = NOTHING

    about: Annotated[
        str,
        RefersTo(MARKABLE, parts=True),
        Doc("The item, record or passage that is contested or withdrawn."),
    ]
    kind: Annotated[
        Literal["contested", "withdrawn"],
        Doc("Whether somebody contests it, or whoever said or gave it withdraws it."),
    ]
    on: Annotated[PartialDate, Doc("The day on which it was contested or withdrawn.")]
    why: Annotated[Prose, Doc("The reasons of whoever contests or withdraws it.")]
    by: Annotated[Line, Doc("Who contests or withdraws it, told as far as it may be.")] = ""
    evidence: Annotated[
        tuple[Evidence, ...], Doc("What the reasons for the challenge rest on.")
    ] = ()
    outcome: Annotated[
        Literal["open", "upheld", "dismissed"],
        Doc(
            "Whether the challenge is open, upheld (what it is "
            "about does not stand), or dismissed (it stands)."
        ),
    ] = "open"
    outcome_why: Annotated[Prose, Doc("Why the challenge was upheld or dismissed.")] = ""

    def title(self) -> str:
        return f"{self.kind}: {shortened(self.why, 60)}"
