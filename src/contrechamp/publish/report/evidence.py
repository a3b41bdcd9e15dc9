"""What statements rest on: each piece has a number, and an entry in the list at the end."""

from collections.abc import Iterable

from contrechamp.base.i18n import _
from contrechamp.base.written import written_date
from contrechamp.dossier.permission.gates import exhibits_of
from contrechamp.dossier.reading import lookup
from contrechamp.dossier.records.actors import Actor, Product
from contrechamp.dossier.records.field_types import ITEM, Evidence, Record
from contrechamp.dossier.records.fieldwork import Area, Barrier, Observation, Place
from contrechamp.dossier.records.measurements import Measurement
from contrechamp.dossier.records.systems import Deployment
from contrechamp.dossier.records.testimony import Exhibit
from contrechamp.publish.report.document import (
    Address,
    Block,
    Inline,
    Label,
    Link,
    Listing,
    Paragraph,
    Words,
)
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import as_said, called, name_of, said
from contrechamp.wording.publications import evidence_kind_labels
from contrechamp.wording.standing import flag_labels

#: Kinds whose title says no more than that they exist may say: of these it is shown.
_TITLED = frozenset({"contract", "tender", "licence", "letter", "relation"})


class EvidenceList:
    """Numbers what is cited, in the order in which it is first cited.

    Args:
        showing: what may be shown.
    """

    def __init__(self, showing: Showing) -> None:
        self._showing = showing
        self._numbers: dict[str, int] = {}

    def cited(self, evidence: Iterable[Evidence]) -> tuple[Inline, ...]:
        """Return the references of a statement, each with where to look and what it shows."""
        found: list[Inline] = []
        for one in evidence:
            link = self._link(one.ref)
            if link != next(reversed(found), None):  # two passages of one testimony
                found.append(link)
            if not self._showing.is_given(one.ref):
                found += [*([said(one.at)] if one.at else []), *as_said(one)]
        return tuple(found)

    def line(self, evidence: Iterable[Evidence]) -> tuple[Block, ...]:
        """Return the references of a statement as a line of its own; nothing if there are none."""
        cited = self.cited(evidence)
        return (Paragraph((Words(_("Rests on:")), *cited), soft=True),) if cited else ()

    @property
    def refs(self) -> tuple[str, ...]:
        """What was cited so far, by number from 1."""
        return tuple(self._numbers)

    def item(self, ref: str) -> Inline:
        """Return the reference of a file."""
        return self._link(ref)

    def listing(self) -> Listing:
        """Return the list of all that was cited so far."""
        return Listing(
            tuple(
                (f"evidence-{number}", (Paragraph(self._described(ref)),))
                for ref, number in self._numbers.items()
            ),
            numbered=True,
        )

    def _link(self, ref: str) -> Link:
        if figure := self._showing.figures.at(ref):
            return Link(figure.anchor, _("figure {number}").format(number=figure.number))
        number = self._numbers.setdefault(ref.partition("#")[0], len(self._numbers) + 1)
        return Link(f"evidence-{number}", f"[{number}]")

    def _described(self, ref: str) -> tuple[Inline, ...]:
        showing = self._showing
        kind = ITEM if ref.startswith(f"{ITEM}/") else showing.view.kind(lookup.id_of(ref))
        if kind is None:
            return (Words(_("erased since")),)
        if showing.is_given(ref):
            return (Words(self._of_a_source(ref, kind)), *self._standing(ref))
        told = _exhibit_of(showing, ref) if kind == ITEM else showing.record(ref)
        what = Words(evidence_kind_labels()[kind])
        shown = tuple(_shown(kind, told)) if told else ()
        return (*(shown or (what,)), *self._standing(ref))

    def _of_a_source(self, ref: str, kind: str) -> str:
        speakers = {one.by.pseudonym for one in self._showing.spoken(ref) if one.by}
        if len(speakers) == 1:
            return _("what {name} told us").format(name=speakers.pop())
        if kind == "testimony":
            return _("a testimony, given in confidence")
        return _("a document, given in confidence")

    def _standing(self, ref: str) -> tuple[Inline, ...]:
        words = flag_labels()
        codes = dict.fromkeys(flag.code for flag in self._showing.standings.of(ref))
        return tuple(Label(words[code], "bad") for code in codes)


def _exhibit_of(showing: Showing, item: str) -> Exhibit | None:
    records = map(showing.record, exhibits_of(showing.view, item))
    return next((one for one in records if isinstance(one, Exhibit)), None)


def _shown(kind: str, record: Record) -> Iterable[Inline]:
    """Yield what is told of a piece of evidence: never a position, a file's name or a closed part.

    Of a visit, its day and no more: who looked, and what was written down, stays in the case.
    """
    if isinstance(record, Exhibit):
        if record.publisher:
            yield called(said(record.publisher))
        yield said(record.what)
        if record.made_on:
            yield Words(f"({written_date(record.made_on)})")
        if record.address:
            yield Address(record.address)
        if record.consulted_on:
            day = written_date(record.consulted_on)
            yield Words(_("(looked at on {day})").format(day=day))
    elif isinstance(record, Observation):
        yield Words(_("a visit, {day}").format(day=written_date(record.date)))
    elif isinstance(record, Actor | Area | Barrier | Deployment | Measurement | Place):
        yield name_of(record.names)
    elif isinstance(record, Product) or kind in _TITLED:
        yield said(record.title())
