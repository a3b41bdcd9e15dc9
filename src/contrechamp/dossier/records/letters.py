"""The right of reply: what was asked of whom, and what came back; its state on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias

from contrechamp.dossier.records.field_types import (
    ActorRef,
    Evidence,
    ItemRef,
    Key,
    Language,
    Line,
    PartialDate,
    Points,
    Prose,
    Record,
    earliest,
    latest,
)

LetterState: TypeAlias = Literal["draft", "waiting", "no-reply", "partly-answered", "answered"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing that is asked.

    Args:
        key: by which answers name it.
        text: as it stands in the letter.
    """

    key: Key
    text: Prose


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back.

    Args:
        on: when.
        document: the answer itself.
        says: what it says, fairly.
        to: questions that it answers; empty: all.
        evidence: where it is told, if the answer itself is not at hand.
    """

    on: PartialDate
    says: Prose
    document: ItemRef | None = None
    to: tuple[Key, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Letter(Record):
    """A letter to somebody whom the case speaks of.

    Args:
        to: whom.
        language: of the letter.
        subject: of the letter.
        questions: asked, and allegations put to them.
        about: what of the case it puts to them.
        document: the letter as it was sent.
        sent_on: when; empty: a draft.
        sent_how: such as registered mail.
        due_on: answer asked for by then; that day still counts.
        answers: as they came.
        evidence: where it is told, if somebody else wrote it.
    """

    to: ActorRef
    language: Language
    subject: Line
    questions: tuple[Question, ...] = ()
    about: tuple[
        Annotated[str, Points(("finding", "deployment", "contract", "licence", "product"))], ...
    ] = ()
    document: ItemRef | None = None
    sent_on: PartialDate | None = None
    sent_how: Line = ""
    due_on: PartialDate | None = None
    answers: tuple[Answer, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def title(self) -> str:
        """Return a few words that name it."""
        return self.subject


@dataclass(frozen=True)
class StateOfLetter:
    """How a letter stands on a day.

    Args:
        state: draft, waiting, no-reply, partly-answered, answered.
        on: the day.
        due: last day for an answer, if one was set.
        answered: last answer that had come by then.
        open: keys of questions that no answer is to.
        late: the last answer came after the day that it was due.
    """

    state: LetterState
    on: date
    due: date | None = None
    answered: date | None = None
    open: tuple[str, ...] = ()
    late: bool = False


def state_on(letter: Letter, day: date) -> StateOfLetter:
    """Return how a letter stands on a day, such as that of a publication.

    A date that is known to the month only counts for those who were asked: sent on its last day,
    due on its last day, answered on its first.
    """
    due = latest(letter.due_on) if letter.due_on else None
    if letter.sent_on is None or latest(letter.sent_on) > day:
        return StateOfLetter("draft", day, due)
    came = [answer for answer in letter.answers if earliest(answer.on) <= day]
    if not came:
        state: LetterState = "no-reply" if due is not None and day > due else "waiting"
        return StateOfLetter(state, day, due, None, tuple(one.key for one in letter.questions))
    whole = any(not answer.to for answer in came)
    told = {key for answer in came for key in answer.to}
    left = tuple(one.key for one in letter.questions if not whole and one.key not in told)
    last = max(earliest(answer.on) for answer in came)
    return StateOfLetter(
        "partly-answered" if left else "answered",
        day,
        due,
        last,
        left,
        due is not None and last > due,
    )
