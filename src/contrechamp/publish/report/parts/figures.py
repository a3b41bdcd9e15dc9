"""The figures of measurements, each with its interval, what it rests on, and what is assumed."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contrechamp.base.i18n import _, active_language, direction_of
from contrechamp.base.written import isolated, written_date, written_number
from contrechamp.dossier.records.measurements import Measurement
from contrechamp.measure.results import Figure, Prior
from contrechamp.publish.charts import nice_step
from contrechamp.publish.groups import ALL
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.report.cited_figures import CitedFigure
from contrechamp.publish.report.document import (
    Address,
    Block,
    Drawn,
    Inline,
    Listing,
    Number,
    Pairs,
    Paragraph,
    Phrase,
    Section,
    Words,
)
from contrechamp.publish.report.drawing import axis_rows
from contrechamp.publish.report.drawing.axis_rows import Panel, Row
from contrechamp.publish.report.drawing.swatches import dot, whisker, wide_band
from contrechamp.publish.report.evidence import EvidenceList
from contrechamp.publish.report.figure_texts import written
from contrechamp.publish.report.group_words import group_in_words
from contrechamp.publish.report.measured_file import MeasuredFile
from contrechamp.publish.report.showing import Showing
from contrechamp.publish.report.texts import in_language
from contrechamp.publish.unknowns import unknown_label
from contrechamp.wording.assumptions import assumption_text
from contrechamp.wording.cameras import kind_label
from contrechamp.wording.figures import figure_label, is_near
from contrechamp.wording.levels import level_label


def section(showing: Showing, evidence: EvidenceList) -> Section | None:
    """Return the figures by measurement, and a plot of all of them; None if there are none."""
    shown = [(ref, one) for ref, one in showing.cited(Measurement) if showing.figures.of(ref)]
    if not shown:
        return None
    numbers = Numbers(active_language())
    named = {ref: name_in_words(one) for ref, one in shown}
    inside = tuple(
        Section(
            f"measurement-{number}",
            in_language(one.names),
            tuple(_measurement(ref, one, showing, evidence, numbers)),
            of=ref,
        )
        for number, (ref, one) in enumerate(shown, start=1)
    )
    plots = tuple(_plots(showing.figures.cited, named, numbers))
    assumed = _assumed([showing.figures.files[ref] for ref, _one in shown], numbers)
    inside = (*inside, assumed) if assumed else inside
    return Section("figures", (Words(_("Figures")),), plots, inside)


def name_in_words(one: Measurement) -> str:
    """Return what a measurement is called in the language of the publication, with its day."""
    name = next((part.text for part in in_language(one.names) if isinstance(part, Words)), "")
    if not one.on:
        return isolated(name)
    return _("{day}: {what}").format(day=isolated(written_date(one.on)), what=isolated(name))


def _measurement(
    ref: str, one: Measurement, showing: Showing, evidence: EvidenceList, numbers: Numbers
) -> Iterator[Block]:
    file = showing.figures.files[ref]
    entries = [
        (cited.anchor, tuple(_figure(cited, file, numbers))) for cited in showing.figures.of(ref)
    ]
    yield Listing(tuple(entries))
    yield Pairs(tuple(_rests_on(one, file, evidence)))
    if one.limits:
        yield Paragraph((Words(_("What these figures cannot show:")), *in_language(one.limits)))


def _figure(cited: CitedFigure, file: MeasuredFile, numbers: Numbers) -> Iterator[Block]:
    figure = cited.figure
    what = in_language(cited.named.what, strong=True) or (
        Words(f"{_measured(figure)}:", strong=True),
    )
    told = Phrase((Number(isolated(written(figure, numbers)), cited.anchor),))
    yield Paragraph((*what, told))
    more = [_level(figure.level, file, numbers)] if figure.level else []
    if figure.group != ALL:
        more.append(group_in_words(figure.group, numbers))
    if math.isfinite(figure.known_share):
        known = numbers.percent(figure.known_share)
        more.append(_("{share} of what it needs to know is mapped").format(share=known))
    if not figure.estimate.enough_draws:
        more.append(_("more draws would still move its ends"))
    assumes = file.assumes.get((figure.key, figure.level, figure.group), ())
    told_of = [*(["; ".join(more) + "."] if more else []), *map(assumption_text, assumes)]
    if told_of:
        yield Paragraph((Words(" ".join(told_of)),), soft=True)


def _measured(figure: Figure) -> str:
    """Return what a figure measures; of streets around the cameras, it is no share of the whole."""
    if figure.key == "streets.seen_share" and is_near(figure.group):
        return _("Share of the walkable street around mapped cameras that is within view of one")
    return figure_label(figure.key)


def _level(name: str, file: MeasuredFile, numbers: Numbers) -> str:
    density = file.densities.get(name, 0.0)
    label = level_label(name)
    if not density:
        return label
    return _("{level} ({density} px/m)").format(
        level=label, density=isolated(numbers.significant(density))
    )


def _rests_on(
    one: Measurement, file: MeasuredFile, evidence: EvidenceList
) -> Iterator[tuple[str, tuple[Inline, ...]]]:
    yield _("The run"), (evidence.item(one.file), *evidence.cited(one.evidence))
    if one.on:
        yield _("What it shows"), (Words(isolated(written_date(one.on))),)
    yield _("Made with"), (Words(f"contrechamp {file.version} ({file.command})"),)
    if file.draws is not None:
        yield _("Draws"), (Words(written_number(file.draws)),)
    if file.seed is not None:
        yield _("Seed"), (Words(str(file.seed)),)
    for format_, licence, digest in file.inputs:
        told = [Words(isolated(part)) for part in (format_, licence) if part]
        yield _("Input, and its SHA-256"), (*told, Address(digest))


def _assumed(files: Iterable[MeasuredFile], numbers: Numbers) -> Section | None:
    """Return what was assumed where nothing is mapped, each assumption once for all runs."""
    once: dict[tuple[str, str, float, float, float, str], Prior] = {}
    for file in files:
        for one in file.priors:
            key = (one.unknown, one.applies_to, one.p10, one.p50, one.p90, one.source)
            once.setdefault(key, one)
    if not once:
        return None
    entries = tuple(("", (_prior(one, numbers),)) for one in once.values())
    title = Words(_("Assumed where nothing is mapped"))
    return Section("assumed", (title,), (Listing(entries),))


def _prior(one: Prior, numbers: Numbers) -> Paragraph:
    kinds = ", ".join(kind_label(kind) for kind in one.kinds)
    of = f" ({kinds})" if kinds else ""
    name = Words(f"{unknown_label(one.unknown)}{of}:", strong=True)
    middle = isolated(numbers.measured(one.p50, one.unit))
    if math.isfinite(one.p10) and one.p10 != one.p90:
        middle = _("{middle} (eight in ten: {low} to {high})").format(
            middle=middle,
            low=isolated(numbers.measured(one.p10, one.unit)),
            high=isolated(numbers.measured(one.p90, one.unit)),
        )
    told = [] if not math.isfinite(one.p50) else [Words(middle)]
    source = [Words(one.source, own=False)] if one.source else []
    return Paragraph((name, *told, *source))


def _plots(cited: list[CitedFigure], named: dict[str, str], numbers: Numbers) -> Iterator[Drawn]:
    """Yield a plot for each thing that was measured, levels and days below each other.

    What is told of one thing shares an axis, so that it can be compared: before and after, too.
    """
    groups: dict[tuple[str, str], list[CitedFigure]] = {}
    for one in cited:
        groups.setdefault((_measured(one.figure), one.figure.unit), []).append(one)
    for number, ((title, unit), those) in enumerate(groups.items(), start=1):
        yield _plot(f"plot-{number}", title, unit, those, named, numbers)


def _plot(
    name: str,
    title: str,
    unit: str,
    those: list[CitedFigure],
    named: dict[str, str],
    numbers: Numbers,
) -> Drawn:
    axis = _axis(those, unit)
    ticks = [(axis.at(value), numbers.tick(value, axis.end, unit)) for value in axis.ticks]
    several = len({one.ref for one in those}) > 1
    by_measurement = _by_measurement(those) if several else {"": those}
    panels = [
        Panel(named.get(ref, title), ticks, [_row(one, axis, numbers) for one in some])
        for ref, some in by_measurement.items()
    ]
    lines = [
        ": ".join(dict.fromkeys((_row_words(one, numbers), written(one.figure, numbers))))
        + (f" ({named[one.ref]})" if several else "")
        for one in those
    ]
    spans = any(one.figure.span for one in those)
    key = [(dot(), _("median")), (whisker(), _("where nine draws of ten lie"))]
    if spans:
        key.append((wide_band(), _("how far it moves by what is assumed")))
    return Drawn(
        name,
        axis_rows.drawn(panels, to_left=direction_of(active_language()) == "rtl"),
        _("{title}. {lines}.").format(title=title, lines="; ".join(lines)),
        (Words(title),),
        tuple(key),
    )


@dataclass(frozen=True)
class _Axis:
    """What a plot shows, from its first tick to its end; below nothing only for differences."""

    ticks: tuple[float, ...]
    end: float

    def at(self, value: float) -> float:
        """Return a value as a fraction of the axis."""
        return (value - self.ticks[0]) / (self.end - self.ticks[0])


def _axis(those: Iterable[CitedFigure], unit: str) -> _Axis:
    values = [0.0]
    for one in those:
        estimate, span = one.figure.estimate, one.figure.span
        values += [estimate.q05, estimate.median, estimate.q95]
        values += [span.low, span.high] if span else []
    values = [value for value in values if math.isfinite(value)]
    step, _many = nice_step(max(values) - min(values) or 1.0)
    below, above = math.ceil(-min(values) / step - 1e-9), math.ceil(max(values) / step - 1e-9)
    above = max(above, 1 - below)
    end = min(step * above, 1.0) if unit == "share" else step * above
    ticks = tuple(step * i for i in range(-below, above + 1) if step * i <= end + 0.001 * step)
    return _Axis(ticks, end)


def _by_measurement(those: Iterable[CitedFigure]) -> dict[str, list[CitedFigure]]:
    found: dict[str, list[CitedFigure]] = {}
    for one in those:
        found.setdefault(one.ref, []).append(one)
    return found


def _row(one: CitedFigure, axis: _Axis, numbers: Numbers) -> Row:
    estimate, span = one.figure.estimate, one.figure.span
    has_ends = estimate.q95 > estimate.q05
    return Row(
        _row_words(one, numbers),
        axis.at(estimate.q05) if has_ends else math.nan,
        axis.at(estimate.median),
        axis.at(estimate.q95) if has_ends else math.nan,
        axis.at(span.low) if span else math.nan,
        axis.at(span.high) if span else math.nan,
    )


def _row_words(one: CitedFigure, numbers: Numbers) -> str:
    figure: Figure = one.figure
    level = [level_label(figure.level)] if figure.level else []
    group = [group_in_words(figure.group, numbers)] if figure.group != ALL else []
    return ", ".join((*level, *group)) or written(figure, numbers)
