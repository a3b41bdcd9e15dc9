"""What should be done, by whom, and what has come of it."""

from contrechamp.base.i18n import _
from contrechamp.base.written import written_date
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.findings import Finding, FollowUp, Recommendation
from contrechamp.publish.report.document import (
    Block,
    Inline,
    Label,
    Link,
    Listing,
    Paragraph,
    Section,
    Tone,
    Words,
)
from contrechamp.publish.report.evidence import EvidenceList
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import as_said, called, in_language, name_of
from contrechamp.wording.publications import addressee_labels, follow_up_labels


def section(showing: Showing, evidence: EvidenceList) -> Section | None:
    """Return the recommendations by those to whom they are addressed; None if there are none."""
    cited = list(enumerate(showing.cited(Recommendation), start=1))
    numbers = {ref: number for number, (ref, _one) in enumerate(showing.cited(Finding), start=1)}
    groups = tuple(
        Section(
            f"recommendations-{kind}",
            (Words(label),),
            (
                Listing(
                    tuple(
                        (f"recommendation-{place}", _blocks(one, numbers, showing, evidence))
                        for place, (_ref, one) in found
                    ),
                    of=tuple(ref for _place, (ref, _one) in found),
                ),
            ),
        )
        for kind, label in addressee_labels().items()
        if (found := [each for each in cited if each[1][1].to_kind == kind])
    )
    if not groups:
        return None
    return Section("recommendations", (Words(_("What should be done")),), sections=groups)


def _blocks(
    one: Recommendation, numbers: dict[str, int], showing: Showing, evidence: EvidenceList
) -> tuple[Block, ...]:
    to = showing.record(one.to) if one.to else None
    named = [called(name_of(to.names))] if isinstance(to, Actor) else []
    blocks: list[Block] = [Paragraph((*named, *in_language(one.what, strong=True)))]
    follows: list[Inline] = [
        Link(f"finding-{numbers[ref]}", _("finding {number}").format(number=numbers[ref]))
        for ref in one.findings
        if ref in numbers
    ]
    if follows:
        blocks.append(Paragraph((Words(_("Follows from:")), *follows), soft=True))
    blocks += evidence.line(one.evidence)
    if one.follow_up:
        blocks.append(Listing(tuple(("", (_follow_up(told, evidence),)) for told in one.follow_up)))
    return tuple(blocks)


def _follow_up(came: FollowUp, evidence: EvidenceList) -> Paragraph:
    tone: Tone = "good" if came.status == "done" else "doubtful"
    return Paragraph((
        Words(f"{written_date(came.on)}:"), Label(follow_up_labels()[came.status], tone),
        *as_said(came), *evidence.cited(came.evidence),
    ))  # fmt: skip
