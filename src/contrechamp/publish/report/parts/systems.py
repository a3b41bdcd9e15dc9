"""Systems, those who run and supply them, and the papers between them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.written import written_date, written_money, written_number
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.contracts import Contract, Licence
from contrechamp.dossier.records.field_types import Money, Record
from contrechamp.dossier.records.fieldwork import Area, Place, Population
from contrechamp.dossier.records.systems import (
    Component,
    Deployment,
    Operator,
    Processing,
    SeenAt,
)
from contrechamp.publish.report.document import (
    Block,
    Inline,
    Listing,
    Pairs,
    Paragraph,
    Section,
    Words,
)
from contrechamp.publish.report.evidence import EvidenceList
from contrechamp.publish.report.parts.findings import statement
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import (
    as_said,
    called,
    confidence,
    in_language,
    name_of,
    period,
    said,
)
from contrechamp.wording.publications import decision_labels, processing_labels

#: What is told of one record; each of its own kind.
_Blocks: TypeAlias = Callable[[Any, Showing, EvidenceList], Iterable[Block]]


def sections(showing: Showing, evidence: EvidenceList) -> list[Section]:
    """Return systems, bodies, contracts and licences, places: those of which some are cited."""
    found = [
        _of("systems", _("Systems"), showing.cited(Deployment), _deployment, showing, evidence),
        _of("bodies", _("Who is involved"), showing.cited(Actor), _actor, showing, evidence),
        _of("contracts", _("Contracts"), showing.cited(Contract), _contract, showing, evidence),
        _of("licences", _("Licences"), showing.cited(Licence), _licence, showing, evidence),
        _of("areas", _("Areas"), showing.cited(Area), _area, showing, evidence),
        _of("places", _("Places"), showing.cited(Place), _place, showing, evidence),
    ]
    return [one for one in found if one]


def _of(
    anchor: str,
    title: str,
    cited: Iterable[tuple[str, "Record"]],
    blocks: _Blocks,
    showing: Showing,
    evidence: EvidenceList,
) -> Section | None:
    inside = tuple(
        Section(
            f"{anchor}-{number}",
            in_language(getattr(record, "names", ())) or (said(record.title()),),
            tuple(blocks(record, showing, evidence)),
            of=ref,
        )
        for number, (ref, record) in enumerate(cited, start=1)
    )
    return Section(anchor, (Words(title),), sections=inside) if inside else None


def _deployment(one: Deployment, showing: Showing, evidence: EvidenceList) -> Iterable[Block]:
    if known := period(one.first_known, one.last_known):
        yield Paragraph((Words(_("Known:")), *known), soft=True)
    if entries := tuple(("", blocks) for blocks in _of_deployment(one, showing, evidence)):
        yield Listing(entries)


def _of_deployment(
    one: Deployment, showing: Showing, evidence: EvidenceList
) -> Iterator[tuple[Block, ...]]:
    for by in one.operators:
        name = called(_name(showing, by.actor))
        yield _line(by, evidence, name, *as_said(by), when=period(by.from_date, by.to_date))
    for purpose in one.purposes:
        yield statement(purpose, evidence)
    for does in one.processing:
        yield _line(does, evidence, Words(processing_labels()[does.kind]), *as_said(does))
    for told in (*one.data_subjects, *one.statements):
        yield statement(told, evidence)
    for part in one.components:
        supplier = [_name(showing, part.supplier)] if part.supplier else []
        yield _line(part, evidence, *as_said(part), *supplier)
    for seen in one.seen_at:
        where = _title(showing.record(seen.where))
        when = period(seen.from_date, seen.to_date)
        yield _line(seen, evidence, Words(_("seen at:")), *where, when=when)


def _line(
    part: Operator | Processing | Component | SeenAt,
    evidence: EvidenceList,
    *told: Inline,
    when: tuple[Inline, ...] = (),
) -> tuple[Block, ...]:
    """Return what is told of a part of a system, how sure it is, and what it rests on."""
    words = (one for one in told if one.text)
    sure = confidence(part.confidence)
    return (Paragraph((*words, sure, *when, *evidence.cited(part.evidence))),)


def _actor(one: Actor, _showing: Showing, evidence: EvidenceList) -> Iterable[Block]:
    pairs: list[tuple[str, tuple[Inline, ...]]] = []
    if one.public_role:
        pairs.append((_("Public role"), (said(one.public_role),)))
    if one.registered:
        pairs.append((_("Registered"), (said(one.registered),)))
    if pairs:
        yield Pairs(tuple(pairs))
    if one.statements:
        yield Listing(tuple(("", statement(told, evidence)) for told in one.statements))
    yield from evidence.line(one.evidence)


def _contract(one: Contract, showing: Showing, evidence: EvidenceList) -> Iterable[Block]:
    pairs: list[tuple[str, tuple[Inline, ...]]] = []
    if one.buyer:
        pairs.append((_("Buyer"), (_name(showing, one.buyer),)))
    if one.suppliers:
        pairs.append((_("Supplier"), tuple(_name(showing, ref) for ref in one.suppliers)))
    if one.signed_on:
        pairs.append((_("Signed on"), (Words(written_date(one.signed_on)),)))
    pairs += _value(one.value)
    yield Pairs(tuple(pairs))
    if one.says:
        yield Paragraph((said(one.says),))
    yield from evidence.line(one.evidence)


def _licence(one: Licence, showing: Showing, evidence: EvidenceList) -> Iterable[Block]:
    pairs: list[tuple[str, tuple[Inline, ...]]] = []
    for label, ref in (
        (_("Authority"), one.authority),
        (_("Exporter"), one.exporter),
        (_("Who gets it"), one.end_user),
    ):
        if ref:
            pairs.append((label, (_name(showing, ref),)))
    decided = [Words(written_date(one.decided_on))] if one.decided_on else []
    pairs.append((_("Decision"), (Words(decision_labels()[one.decision]), *decided)))
    pairs += _value(one.value)
    yield Pairs(tuple(pairs))
    yield from evidence.line(one.evidence)


def _area(one: Area, _showing: Showing, evidence: EvidenceList) -> Iterable[Block]:
    if entries := tuple(("", _people(told, evidence)) for told in one.population):
        yield Listing(entries)


def _people(one: Population, evidence: EvidenceList) -> tuple[Block, ...]:
    words = ngettext("{count} person in {year}", "{count} people in {year}", one.count)
    counted = Words(words.format(count=written_number(one.count), year=one.year))
    return (Paragraph((counted, *as_said(one), *evidence.cited(one.evidence))),)


def _place(one: Place, _showing: Showing, evidence: EvidenceList) -> Iterable[Block]:
    coarse = one.coarse
    told = [part for part in (coarse.locality, coarse.region) if part] if coarse else []
    if told:
        yield Paragraph(tuple(said(part) for part in told))
    yield from evidence.line(one.evidence)


def _value(money: Money | None) -> list[tuple[str, tuple[Inline, ...]]]:
    if money is None:
        return []
    return [(_("Value"), (Words(written_money(money.amount, money.currency)),))]


def _name(showing: Showing, ref: str) -> Words:
    record = showing.record(ref)
    return name_of(record.names) if isinstance(record, Actor) else Words(_("erased since"))


def _title(record: Record | None) -> tuple[Inline, ...]:
    """Return what a place may be called; of a camera nothing, for its name may tell where it is."""
    names = getattr(record, "names", ())
    return (name_of(names),) if names else (Words(_("a camera")),)
