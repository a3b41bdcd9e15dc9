"""Figures in texts: written with their intervals, in the place of references to them."""

from dataclasses import replace

from contrechamp.base.i18n import _, active_language
from contrechamp.base.written import isolated
from contrechamp.measure.results import Figure
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.report.cited_figures import REFERENCE, Figures
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
from contrechamp.publish.spread import DIGITS, nine_in_ten, spread


def written(figure: Figure, numbers: Numbers) -> str:
    """Return a figure as texts show it: its value and unit, and how sure that is.

    Where what is assumed moves it further than what was drawn, that is told.
    """
    told = spread(figure, numbers, DIGITS)
    if told.span_leads:
        return _("{value} ({span} by what is assumed of {unknowns})").format(
            value=told.value, span=told.span, unknowns=told.assumed
        )
    if told.interval and not figure.estimate.n_draws:
        return _("{value} ({interval}, {share} confidence interval)").format(
            value=told.value, interval=told.interval, share=nine_in_ten()
        )
    if told.interval:
        return _("{value} ({interval} in {share} of the draws)").format(
            value=told.value, interval=told.interval, share=nine_in_ten()
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
