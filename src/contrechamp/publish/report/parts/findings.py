"""The findings: what is found, how sure it is, what it rests on, what speaks against it."""

from contrechamp.base.i18n import _, active_language
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.field_types import Evidence, Statement
from contrechamp.dossier.records.fieldwork import Area, Place
from contrechamp.dossier.records.findings import Argument, EngagedRight, Finding, Right
from contrechamp.dossier.records.systems import Deployment
from contrechamp.dossier.shipped.rights import catalogue
from contrechamp.publish.report.document import (
    Block,
    Inline,
    Label,
    Listing,
    Paragraph,
    Quotation,
    Section,
    Words,
)
from contrechamp.publish.report.evidence import EvidenceList
from contrechamp.publish.report.parts.pictures import photos
from contrechamp.publish.report.showing import Quote, Showing
from contrechamp.publish.report.texts import (
    as_said,
    confidence,
    in_language,
    is_here,
    name_of,
    not_translated,
    said,
)
from contrechamp.wording.publications import met_labels, step_labels
from contrechamp.wording.rights import standing_label
from contrechamp.wording.standing import flag_labels


def section(showing: Showing, evidence: EvidenceList) -> Section | None:
    """Return the findings, each a section of its own; None if there are none."""
    findings = tuple(
        _finding(number, ref, finding, showing, evidence)
        for number, (ref, finding) in enumerate(showing.cited(Finding), start=1)
    )
    if not findings:
        return None
    return Section("findings", (Words(_("What we found")),), sections=findings)


def statement(one: Statement, evidence: EvidenceList) -> tuple[Block, ...]:
    """Return something that is said, how sure it is, and what it rests on."""
    return (Paragraph((*as_said(one), confidence(one.confidence), *evidence.cited(one.evidence))),)


def quotation(quote: Quote) -> Quotation:
    """Return a passage in its own language and in that of the publication, and who said it."""
    here = [one for one in quote.passage.translations if is_here(one.language)]
    words = [said(quote.passage.text, quote.language)]
    by: list[Inline] = [
        said(quote.by.pseudonym) if quote.by else Words(_("somebody who is not named here"))
    ]
    if quote.by and quote.by.role:
        by.append(said(quote.by.role))
    if not is_here(quote.language):
        if here:
            words.append(said(here[0].text))
            by.append(_translator(here[0].by, machine=here[0].made == "machine"))
        else:
            by.append(not_translated(quote.language))
    return Quotation(tuple(words), tuple(by), quote.ref)


def _finding(
    number: int, ref: str, finding: Finding, showing: Showing, evidence: EvidenceList
) -> Section:
    codes = dict.fromkeys(flag.code for flag in showing.standings.of(ref))
    standing = tuple(Label(flag_labels()[code], "bad") for code in codes)
    blocks: list[Block] = [
        Paragraph((*in_language(finding.claim, strong=True), confidence(finding.confidence)))
    ]
    if standing:
        blocks.append(Paragraph(standing))
    if names := [name_of(one.names) for about in finding.about if (one := _named(showing, about))]:
        blocks.append(Paragraph((Words(_("About:")), *_separated(names)), soft=True))
    blocks += evidence.line(finding.evidence)
    blocks += _quotes(finding.evidence, showing)
    blocks += photos(showing.pictures.under(finding.evidence), showing)
    inside = [_against(finding, number, evidence), _rights(finding, number, showing, evidence)]
    return Section(
        f"finding-{number}",
        (Words(_("Finding {number}").format(number=number)),),
        tuple(blocks),
        tuple(one for one in inside if one),
        ref,
    )


def _quotes(cited: tuple[Evidence, ...], showing: Showing) -> list[Block]:
    refs = {one.ref for one in cited}
    return [
        quotation(quote)
        for ref in dict.fromkeys(one.ref.partition("#")[0] for one in cited)
        for quote in showing.spoken(ref)
        if quote.ref in refs or ref in refs
    ]


def _against(finding: Finding, number: int, evidence: EvidenceList) -> Section | None:
    if not finding.against:
        return None
    entries = tuple(("", statement(one, evidence)) for one in finding.against)
    return Section(
        f"finding-{number}-against", (Words(_("What speaks against it")),), (Listing(entries),)
    )


def _rights(
    finding: Finding, number: int, showing: Showing, evidence: EvidenceList
) -> Section | None:
    if not finding.rights:
        return None
    entries = tuple(("", _right(one, showing, evidence)) for one in finding.rights)
    return Section(
        f"finding-{number}-rights", (Words(_("Rights that it touches")),), (Listing(entries),)
    )


def _right(one: EngagedRight, showing: Showing, evidence: EvidenceList) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(tuple(_right_name(one, showing)))]
    if one.how:
        blocks.append(Paragraph(as_said(one)))
    steps = [
        ("", (_step(label, argument, evidence),))
        for field, label in step_labels().items()
        if (argument := getattr(one, field)) is not None
    ]
    return (*blocks, Listing(tuple(steps))) if steps else tuple(blocks)


def _right_name(one: EngagedRight, showing: Showing) -> list[Inline]:
    language = active_language()
    known = catalogue().get(one.right or "")
    if known is not None:
        name = known.names.get(language) or known.names["en"]
        standing = standing_label(known.standing(language)) if language in known.names else ""
        article = _("article {number}").format(number=known.article)
        found: list[Inline] = [
            Words(f"{name}, {article}:", strong=True),
            Words(known.text(language)),
        ]
        return [*found, *([Words(standing)] if standing else [])]
    own = showing.record(one.own_right) if one.own_right else None
    if isinstance(own, Right):
        article = _("article {number}").format(number=own.article)
        return [*in_language(own.instrument, strong=True), Words(article), said(own.subject)]
    return []


def _step(label: str, argument: Argument, evidence: EvidenceList) -> Paragraph:
    tone = {"yes": "good", "no": "bad"}.get(argument.met, "doubtful")
    met = Label(met_labels()[argument.met], tone)  # type: ignore[arg-type]
    return Paragraph((Words(label), met, *as_said(argument), *evidence.cited(argument.evidence)))


def _named(showing: Showing, ref: str) -> Actor | Area | Deployment | Place | None:
    record = showing.record(ref)
    return record if isinstance(record, Actor | Area | Deployment | Place) else None


def _separated(names: list[Words]) -> tuple[Inline, ...]:
    """Return names with commas between, each kept as it is written."""
    return tuple(
        Words(name.text + ("," if place < len(names) else ""), name.language, own=False)
        for place, name in enumerate(names, start=1)
    )


def _translator(by: str, *, machine: bool) -> Words:
    if machine:
        return Words(_("(translated by a machine)"))
    return Words(_("(translated by {name})").format(name=by) if by else _("(our translation)"))
