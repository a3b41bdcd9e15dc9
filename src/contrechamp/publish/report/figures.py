"""Figures that a publication cites: found by the names that texts use, and written with intervals.

A text says ``{{ figure:seen }}``, or ``{{ figure:record/0123456789abcdef#seen }}`` where two
measurements have a figure of that name. What is printed there is read from the file of the
measurement each time, so a text cannot say another number than the run did.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _, active_language
from contrechamp.base.written import isolated
from contrechamp.dossier.formats.read.json_items import json_items
from contrechamp.dossier.reading.view import View
from contrechamp.dossier.records.measurements import Measurement, NamedFigure
from contrechamp.measure.results import Figure
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.report.document import (
    Block,
    Document,
    Drawn,
    Inline,
    Listing,
    Number,
    Pairs,
    Paragraph,
    Photo,
    Phrase,
    Quotation,
    Section,
    Words,
)
from contrechamp.publish.report.measured_file import MeasuredFile, measured_file
from contrechamp.publish.spread import DIGITS, spread

#: A reference to a figure in a text: the key, and before it the measurement that has it.
REFERENCE = re.compile(r"\{\{\s*figure:(?:(record/[0-9a-f]{16})#)?([a-z0-9][a-z0-9-]{0,39})\s*\}\}")


@dataclass(frozen=True)
class CitedFigure:
    """A figure that texts can cite.

    Args:
        number: of it in the publication.
        ref: of its measurement.
        named: what it is called.
        figure: what was measured.
    """

    number: int
    ref: str
    named: NamedFigure
    figure: Figure

    @property
    def anchor(self) -> str:
        """Where the publication tells what it rests on."""
        return f"figure-{self.number}"


class Figures:
    """The figures of the measurements that a publication shows.

    Args:
        view: the case.
        measurements: what is shown, with their references.
    """

    def __init__(self, view: View, measurements: list[tuple[str, Measurement]]) -> None:
        #: What is wrong with a measurement, a line each.
        self.problems: list[str] = []
        self.files: dict[str, MeasuredFile] = {}
        self.cited: list[CitedFigure] = []
        values = json_items(view.case, [one.file for _ref, one in measurements])
        for ref, one in measurements:
            try:
                self.files[ref] = file = measured_file(values[one.file], one.file)
            except InputError as error:
                self.problems.append(f"{ref}: {error}")
                continue
            for named in one.figures:
                figure = file.figures.get((named.measures, named.level, named.group))
                if figure is None:
                    self.problems.append(
                        _("{ref}: the file has no figure {measures} at {level} for {group}").format(
                            ref=ref, measures=named.measures, level=named.level, group=named.group
                        )
                    )
                    continue
                self.cited.append(CitedFigure(len(self.cited) + 1, ref, named, figure))

    def of(self, ref: str) -> list[CitedFigure]:
        """Return the figures of a measurement."""
        return [one for one in self.cited if one.ref == ref]

    def find(self, key: str, ref: str = "") -> CitedFigure | None:
        """Return the figure of a name; None if there is none, or more than one."""
        found = [one for one in self.cited if one.named.key == key and ref in ("", one.ref)]
        return found[0] if len(found) == 1 else None

    def at(self, evidence: str) -> CitedFigure | None:
        """Return the figure that a piece of evidence is, record/...#key; None if it is none."""
        ref, _mark, key = evidence.partition("#")
        return self.find(key, ref) if key else None

    def broken(self, text: str) -> Iterator[str]:
        """Yield what is wrong with the references that are left in a text."""
        for found in REFERENCE.finditer(text):
            many = sum(one.named.key == found[2] for one in self.cited) > 1 and not found[1]
            if many:
                yield _(
                    "{text} may be a figure of several measurements: put record/...# before its "
                    "name"
                ).format(text=found[0])
            else:
                yield _(
                    "{text} is the figure of no measurement that the publication shows: name it in "
                    "one with contrechamp edit CASE measurement, and let the publication cite that"
                ).format(text=found[0])


def written(figure: Figure, numbers: Numbers) -> str:
    """Return a figure as texts show it: its value and unit, and how sure that is.

    Where what is assumed moves it further than what was drawn, that is told.
    """
    told = spread(figure, numbers, DIGITS)
    if told.span_leads:
        return _("{value} ({span} by what is assumed of {unknowns})").format(
            value=told.value, span=told.span, unknowns=told.assumed
        )
    if told.interval:
        return _("{value} ({interval} in 90 % of the draws)").format(
            value=told.value, interval=told.interval
        )
    if told.agreement:
        return _("{value} ({agreement})").format(value=told.value, agreement=told.agreement)
    return told.value


def resolved(document: Document, figures: Figures) -> Document:
    """Return a publication in which figures stand in the place of references to them.

    What people said is left as they said it, and so is what refers to no figure.
    """
    resolver = _Resolver(figures, Numbers(active_language()))
    return replace(document, sections=tuple(map(resolver.section, document.sections)))


class _Resolver:
    def __init__(self, figures: Figures, numbers: Numbers) -> None:
        self._figures, self._numbers = figures, numbers

    def section(self, one: Section) -> Section:
        return replace(
            one,
            title=self._inlines(one.title),
            blocks=tuple(map(self._block, one.blocks)),
            sections=tuple(map(self.section, one.sections)),
        )

    def _block(self, one: Block) -> Block:
        match one:
            case Paragraph(inlines):
                return replace(one, inlines=self._inlines(inlines))
            case Listing(entries):
                inside = ((anchor, tuple(map(self._block, blocks))) for anchor, blocks in entries)
                return replace(one, entries=tuple(inside))
            case Pairs(pairs):
                return Pairs(tuple((term, self._inlines(inlines)) for term, inlines in pairs))
            case Drawn(caption=caption) | Photo(caption=caption):
                return replace(one, caption=self._inlines(caption))
            case Quotation():
                return one

    def _inlines(self, inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
        return tuple(
            self._words(one) if isinstance(one, Words) and not one.own else one for one in inlines
        )

    def _words(self, words: Words) -> Inline:
        parts: list[Words | Number] = []
        end = 0
        for found in REFERENCE.finditer(words.text):
            cited = self._figures.find(found[2], found[1] or "")
            if cited is None:
                continue
            parts.append(Words(words.text[end : found.start()]))
            text = isolated(written(cited.figure, self._numbers))
            parts.append(Number(text, cited.anchor))
            end = found.end()
        if not parts:
            return words
        parts.append(Words(words.text[end:]))
        return Phrase(tuple(one for one in parts if one.text), words.language, words.strong)
