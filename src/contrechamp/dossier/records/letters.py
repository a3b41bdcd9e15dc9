"""The right of reply: letters, their questions and answers, and the state of a letter on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    EVIDENCE,
    NOTHING,
    ActorRef,
    Doc,
    Evidence,
    ItemRef,
    Key,
    Language,
    Line,
    PartialDate,
    Prose,
    Record,
    RefersTo,
    Translated,
    earliest,
    latest,
)

LetterState: TypeAlias = Literal["draft", "waiting", "no-reply", "partly-answered", "answered"]


@dataclass(frozen=True, kw_only=True)
class Question:
    __doc__ = "One thing that is asked."

    key: Annotated[Key, Doc("A short name by which answers refer to the question, such as q1.")]
    text: Annotated[Prose, Doc("The question, as it stands in the letter.")]


@dataclass(frozen=True, kw_only=True)
class Answer(Translated):
    __doc__ = "What came back."

    rests_on: ClassVar = ("document", *EVIDENCE)

    on: Annotated[
        PartialDate, Doc("The day on which the answer was received, as far as it is known.")
    ]
    says: Annotated[Prose, Doc("What the answer says, told fairly.")]
    document: Annotated[ItemRef | None, Doc("The answer itself, as an item of the case.")] = None
    to: Annotated[
        tuple[Key, ...],
        Doc("The keys of the questions that the answer is to; empty if it is to all of them."),
    ] = ()
    evidence: Annotated[
        tuple[Evidence, ...],
        Doc("Where the answer is reported, if the answer itself is not at hand."),
    ] = ()


@dataclass(frozen=True, kw_only=True)
class Letter(Record):
    __doc__ = "A letter to somebody whom the case speaks of."

    #: What was asked, by us or by others.
    rests_on: ClassVar = NOTHING

    to: Annotated[ActorRef, Doc("The actor whom the letter is addressed to.")]
    language: Annotated[Language, Doc("The language of the letter, as a code such as fr.")]
    subject: Annotated[Line, Doc("The subject line of the letter.")]
    questions: Annotated[
        tuple[Question, ...],
        Doc("The questions that the letter asks, and the allegations that it puts."),
    ] = ()
    about: Annotated[
        tuple[
            Annotated[str, RefersTo(("finding", "deployment", "contract", "licence", "product"))],
            ...,
        ],
        Doc("The findings and other records that the letter puts to the addressee."),
    ] = ()
    document: Annotated[
        ItemRef | None, Doc("The letter as it was sent, as an item of the case.")
    ] = None
    sent_on: Annotated[
        PartialDate | None, Doc("The day on which the letter was sent; empty while it is a draft.")
    ] = None
    sent_how: Annotated[Line, Doc("How the letter was sent, such as by registered mail.")] = ""
    due_on: Annotated[
        PartialDate | None,
        Doc("The last day for an answer; one that comes on that day is still in time."),
    ] = None
    answers: Annotated[
        tuple[Answer, ...], Doc("The answers to the letter, in the order in which they came.")
    ] = ()
    evidence: Annotated[
        tuple[Evidence, ...], Doc("Where the letter is reported, if somebody else wrote it.")
    ] = ()

    def title(self) -> str:
        return self.subject


@dataclass(frozen=True)
class StateOfLetter:
    """The state of a letter on a day.

    Args:
        state: draft, waiting, no-reply, partly-answered, answered.
        on: the day.
        due: last day for an answer, if one was set.
        answered: day of the last answer that had come by then.
        open: keys of the questions that are not answered.
        late: the last answer came after the due day.
    """

    state: LetterState
    on: date
    due: date | None = None
    answered: date | None = None
    open: tuple[str, ...] = ()
    late: bool = False


def state_on(letter: Letter, day: date) -> StateOfLetter:
    """Return the state of a letter on a day, such as that of a publication.

    A date that is known only to the month is read in favour of those who were asked: sent and due
    on its last day, answered on its first.
    """
    due = latest(letter.due_on) if letter.due_on else None
    if letter.sent_on is None or latest(letter.sent_on) > day:
        return StateOfLetter("draft", day, due)
    keys = tuple(question.key for question in letter.questions)
    came = [answer for answer in letter.answers if earliest(answer.on) <= day]
    state: LetterState
    if not came:
        state = "no-reply" if due is not None and day > due else "waiting"
        return StateOfLetter(state, day, due, None, keys)
    answered = {key for answer in came for key in answer.to or keys}
    left = tuple(key for key in keys if key not in answered)
    state = "partly-answered" if left else "answered"
    last = max(earliest(answer.on) for answer in came)
    return StateOfLetter(state, day, due, last, left, late=due is not None and last > due)
