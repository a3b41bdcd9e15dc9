"""The right of reply: whom we asked, what, and what they answered, or that they did not."""

from contrechamp.base.i18n import _
from contrechamp.base.written import written_date
from contrechamp.dossier.reading.state_text import state_text
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.letters import Answer, Letter, state_on
from contrechamp.publish.report.document import (
    Block,
    Label,
    Listing,
    Paragraph,
    Section,
    Tone,
    Words,
)
from contrechamp.publish.report.evidence import EvidenceList
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import as_said, called, name_of, said


def section(showing: Showing, evidence: EvidenceList) -> Section | None:
    """Return the letters that are cited, or that put what is cited; None if there are none."""
    letters = tuple(
        _letter(number, ref, letter, showing, evidence)
        for number, (ref, letter) in enumerate(letters_of(showing), start=1)
    )
    if not letters:
        return None
    return Section("letters", (Words(_("Letters and answers")),), sections=letters)


def letters_of(showing: Showing) -> list[tuple[str, Letter]]:
    """Return the letters of the publication; of those not cited, the ones that were sent."""
    refs = dict(showing.cited(Letter))
    for about in showing.publication.cites:
        for citation in showing.view.cited_from(about, "letter", "about"):
            letter = showing.view.record(citation.citing)
            if isinstance(letter, Letter) and letter.sent_on:
                refs.setdefault(f"record/{citation.citing}", letter)
    return list(refs.items())


def _letter(
    number: int, ref: str, letter: Letter, showing: Showing, evidence: EvidenceList
) -> Section:
    to = showing.record(letter.to)
    name = name_of(to.names) if isinstance(to, Actor) else Words(_("erased since"))
    state = state_on(letter, showing.day).state
    tone: Tone = "good" if state == "answered" else "doubtful"
    head = [called(name), said(letter.subject)]
    if letter.sent_on:
        head.append(Words(_("sent on {day}").format(day=written_date(letter.sent_on))))
    blocks: list[Block] = [
        Paragraph((*head, Label(state_text(letter, showing.day), tone))),
    ]
    if letter.questions:
        blocks.append(
            Listing(
                tuple(
                    ("", (Paragraph((said(one.text, letter.language),)),))
                    for one in letter.questions
                ),
                numbered=True,
            )
        )
    blocks += [one for answer in letter.answers for one in _answer(answer, letter, evidence)]
    blocks += evidence.line(letter.evidence)
    title = Words(_("Letter {number}").format(number=number))
    return Section(f"letter-{number}", (title,), tuple(blocks), of=ref)


def _answer(answer: Answer, letter: Letter, evidence: EvidenceList) -> tuple[Block, ...]:
    numbers = {one.key: number for number, one in enumerate(letter.questions, start=1)}
    to = [str(numbers[key]) for key in answer.to if key in numbers]
    head = _("Answer of {day}:").format(day=written_date(answer.on))
    if to:
        head = _("Answer of {day}, to {questions}:").format(
            day=written_date(answer.on), questions=", ".join(to)
        )
    return (Paragraph((Words(head), *as_said(answer), *evidence.cited(answer.evidence))),)
