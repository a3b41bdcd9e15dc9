"""What happened when, as far as what is shown has a date: drawn over time, and in a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from contrechamp.base.i18n import _, active_language, direction_of
from contrechamp.base.written import isolated, written_date, written_interval
from contrechamp.dossier.records.actors import Actor
from contrechamp.dossier.records.contracts import Contract, Licence
from contrechamp.dossier.records.field_types import earliest, latest
from contrechamp.dossier.records.findings import Recommendation
from contrechamp.dossier.records.measurements import Measurement
from contrechamp.dossier.records.systems import Deployment
from contrechamp.publish.report.document import Block, Drawn, Listing, Paragraph, Section, Words
from contrechamp.publish.report.drawing import axis_rows, swatches
from contrechamp.publish.report.drawing.axis_rows import Panel, Row
from contrechamp.publish.report.parts.letters import letters_of
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import name_of
from contrechamp.wording.publications import follow_up_labels

#: Rows of one drawing, and drawings: what is more stands in the list alone.
_ROWS, _DRAWINGS = 16, 5
#: Most years that an axis names.
_TICKS = 7


@dataclass(frozen=True)
class _Event:
    """Something that happened, from one date to another, each as far as it is known."""

    what: str
    begin: str
    end: str = ""

    @property
    def first(self) -> date:
        return earliest(self.begin)

    @property
    def last(self) -> date:
        return max(latest(self.end or self.begin), self.first)

    @property
    def when(self) -> str:
        return written_interval(self.begin, self.end) if self.end else written_date(self.begin)


def section(showing: Showing) -> Section | None:
    """Return what happened when; None if fewer than two things have a date."""
    events = sorted(_events(showing), key=lambda one: (one.first, one.last, one.what))
    events = list(dict.fromkeys(events))
    if len(events) < 2:
        return None
    blocks: list[Block] = list(_drawings(events))
    blocks.append(Listing(tuple(("", (Paragraph((Words(line),)),)) for line in map(_line, events))))
    return Section("dates", (Words(_("What happened when")),), tuple(blocks))


def _events(showing: Showing) -> Iterator[_Event]:
    for _ref, deployment in showing.cited(Deployment):
        if deployment.first_known:
            name = isolated(name_of(deployment.names).text)
            yield _Event(
                _("{name} is known").format(name=name),
                deployment.first_known,
                deployment.last_known or "",
            )
    for _ref, letter in letters_of(showing):
        to = showing.record(letter.to)
        name = isolated(name_of(to.names).text) if isinstance(to, Actor) else _("erased since")
        if letter.sent_on:
            yield _Event(_("A letter to {name}").format(name=name), letter.sent_on)
        for answer in letter.answers:
            yield _Event(_("An answer of {name}").format(name=name), answer.on)
    for _ref, contract in showing.cited(Contract):
        if contract.signed_on:
            yield _Event(
                _("Contract: {name}").format(name=isolated(contract.title())), contract.signed_on
            )
    for _ref, licence in showing.cited(Licence):
        if licence.decided_on:
            yield _Event(
                _("Licence: {name}").format(name=isolated(licence.title())), licence.decided_on
            )
    for _ref, asked in showing.cited(Recommendation):
        for told in asked.follow_up:
            what = isolated(name_of(asked.what).text)
            yield _Event(
                _("Recommendation, {status}: {name}").format(
                    status=follow_up_labels()[told.status], name=what
                ),
                told.on,
            )
    for _ref, one in showing.cited(Measurement):
        if one.on:
            yield _Event(
                _("Measured: {name}").format(name=isolated(name_of(one.names).text)), one.on
            )


def _line(one: _Event) -> str:
    return _("{day}: {what}").format(day=isolated(one.when), what=one.what)


def _drawings(events: Sequence[_Event]) -> Iterator[Drawn]:
    begin = date(events[0].first.year, 1, 1)
    end = date(max(one.last for one in events).year + 1, 1, 1)
    days = (end - begin).days
    every = -(-(end.year - begin.year) // _TICKS)
    ticks = [
        ((date(year, 1, 1) - begin).days / days, written_date(f"{year:04}"))
        for year in range(begin.year, end.year + 1, every)
    ]

    def row(one: _Event) -> Row:
        low, high = (one.first - begin).days / days, (one.last - begin).days / days
        is_day = one.first == one.last
        low, high = (float("nan"),) * 2 if is_day else (low, high)
        middle = (one.first - begin).days / days if is_day else float("nan")
        return Row(f"{isolated(one.when)}: {one.what}", low, middle, high, paint="happened")

    to_left = direction_of(active_language()) == "rtl"
    shown = events[: _ROWS * _DRAWINGS]
    for number, start in enumerate(range(0, len(shown), _ROWS), start=1):
        some = shown[start : start + _ROWS]
        words = _("What happened when")
        yield Drawn(
            f"timeline-{number}",
            axis_rows.drawn([Panel("", ticks, list(map(row, some)))], to_left=to_left),
            _("{title}. {lines}.").format(title=words, lines="; ".join(map(_line, some))),
            (Words(words),),
            (
                (swatches.dot("happened"), _("a day")),
                (
                    swatches.whisker("happened"),
                    _("a period, or a date that is not known to the day"),
                ),
            ),
        )
