"""What people said and gave: testimonies in passages, and what is known of each item."""

from dataclasses import dataclass
from typing import Annotated, Literal

from contrechamp.dossier.records.field_types import (
    CoarsePlace,
    Evidence,
    ItemRef,
    Key,
    Language,
    Line,
    PartialDate,
    PlaceRef,
    Points,
    Prose,
    Record,
    SourceRef,
    Text,
    shortened,
)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A part of a testimony that can be cited.

    Args:
        key: by which it is cited.
        text: as it was said, in the language of the testimony.
        translations: each with who made it.
        closed: sensitive: neither found, exported nor published.
        at: where in the recording, such as 00:12:40.
    """

    key: Key
    text: Prose
    translations: tuple[Text, ...] = ()
    closed: bool = False
    at: Line = ""


@dataclass(frozen=True, kw_only=True)
class Interview:
    """How a testimony was taken.

    Args:
        date: when.
        place: where, coarse.
        languages: that were spoken.
        interviewer: who asked, as they want to be named.
        interpreter: who interpreted, likewise; empty where nobody did.
        remote: by telephone or video.
    """

    date: PartialDate
    place: CoarsePlace | None = None
    languages: tuple[Language, ...] = ()
    interviewer: Line = ""
    interpreter: Line = ""
    remote: bool = False


@dataclass(frozen=True, kw_only=True)
class Testimony(Record):
    """What a source said.

    Args:
        source: who.
        interview: how it was taken.
        language: of the passages.
        passages: what was said, in parts that can be cited one by one.
        recordings: sound or video of it.
        summary: what it is about, for those who work on the case.
    """

    source: SourceRef
    interview: Interview
    language: Language
    passages: tuple[Passage, ...] = ()
    recordings: tuple[ItemRef, ...] = ()
    summary: Prose = ""

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{self.interview.date}: {shortened(self.summary)}".removesuffix(": ")


@dataclass(frozen=True, kw_only=True)
class Exhibit(Record):
    """What is known of an item of the vault beyond its bytes.

    Args:
        item: which.
        what: it is and shows.
        given_by: source, whose consent its use needs.
        made_on: when it was made, or published.
        place: where it was made.
        people: whether people can be made out in it.
        origin: how it came here: own photo, given, open source, court file.
        publisher: who published it, if it was.
        address: where it was found, if on the web.
        consulted_on: when it was looked at there.
        checks: what was done to see whether it is what it seems.
        evidence: of that.
    """

    item: ItemRef
    what: Line
    given_by: SourceRef | None = None
    made_on: PartialDate | None = None
    place: PlaceRef | None = None
    people: Literal["none", "some", "unknown"] = "unknown"
    origin: Line = ""
    publisher: Line = ""
    address: Line = ""
    consulted_on: PartialDate | None = None
    checks: Prose = ""
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return shortened(f"{self.publisher}: {self.what}".removeprefix(": "))


#: What can be challenged, reviewed or released: everything but sources and the marks themselves.
MARKABLE = (
    "item", "consent", "testimony", "exhibit", "observation", "camera", "barrier", "place", "area",
    "deployment", "actor", "relation", "product", "contract", "tender", "licence", "letter",
    "right", "finding", "recommendation", "assessment", "publication",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Challenge(Record):
    """Something that is contested, or was withdrawn: it shows wherever it is cited.

    Args:
        about: what.
        kind: contested by somebody, or withdrawn by whoever said or gave it.
        on: when.
        by: by whom, as it may be told.
        why: their reasons.
        evidence: for them.
        outcome: open, upheld (it does not stand), dismissed (it stands).
        outcome_why: reasons of that.
    """

    about: Annotated[str, Points(MARKABLE, places=True)]
    kind: Literal["contested", "withdrawn"]
    on: PartialDate
    why: Prose
    by: Line = ""
    evidence: tuple[Evidence, ...] = ()
    outcome: Literal["open", "upheld", "dismissed"] = "open"
    outcome_why: Prose = ""

    def title(self) -> str:
        """Return a few words that name it."""
        return f"{self.kind}: {shortened(self.why, 60)}"
