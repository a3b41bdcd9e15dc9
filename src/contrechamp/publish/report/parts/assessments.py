"""Assessments by a shipped template: each question with its answer, and those without one."""

from contrechamp.base.i18n import _
from contrechamp.dossier.records.findings import Assessment
from contrechamp.dossier.shipped.assessments import in_language, templates
from contrechamp.publish.report.document import Block, Label, Listing, Paragraph, Section, Words
from contrechamp.publish.report.evidence import EvidenceList
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import as_said, said
from contrechamp.wording.publications import outcome_labels


def section(showing: Showing, evidence: EvidenceList) -> Section | None:
    """Return the assessments; None if there are none."""
    found = tuple(
        Section(
            f"assessment-{number}",
            (said(one.name),),
            (Listing(tuple(_questions(one, evidence))),),
            of=ref,
        )
        for number, (ref, one) in enumerate(showing.cited(Assessment), start=1)
    )
    return Section("assessments", (Words(_("Assessments")),), sections=found) if found else None


def _questions(one: Assessment, evidence: EvidenceList) -> list[tuple[str, tuple[Block, ...]]]:
    template, labels = templates().get(one.template), outcome_labels()
    if template is None:
        return []
    answers = {answer.question: answer for answer in one.responses}
    found: list[tuple[str, tuple[Block, ...]]] = []
    for question in template.questions:
        asked = Words(in_language(question.text), strong=True)
        answer = answers.get(question.key)
        if answer is None:
            found.append(("", (Paragraph((asked, Label(_("not answered"), "doubtful"))),)))
            continue
        tone = {"met": "good", "not-met": "bad"}.get(answer.outcome, "doubtful")
        found.append(
            ("", (
                Paragraph((asked, Label(labels[answer.outcome], tone))),  # type: ignore[arg-type]
                Paragraph((*as_said(answer), *evidence.cited(answer.evidence))),
            ))
        )  # fmt: skip
    return found
