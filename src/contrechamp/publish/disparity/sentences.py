"""Who bears it in plain sentences, no surer than it is."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.disparity.areal import PLACES
from contrechamp.measure.disparity.assumed import SideSpans
from contrechamp.measure.disparity.compare import Sides
from contrechamp.measure.disparity.plan import OF_VIEWS, REST, Comparison
from contrechamp.measure.disparity.run import Compared, Disparity, Regression
from contrechamp.measure.results import Span
from contrechamp.publish.numbers import Numbers, power_of_ten
from contrechamp.publish.ranged import ends
from contrechamp.publish.unknowns import unknown_label
from contrechamp.wording.disparity import measure_label, reason_text, shape_text
from contrechamp.wording.levels import level_label

F8 = NDArray[np.float64]

#: A comparison is told as a difference if chance alone gives as much less often than this.
RARE = 0.05


def ratio_text(low: float, middle: float, high: float, numbers: Numbers) -> str:
    """Return a ratio with its interval."""
    if not high > low:
        return numbers.significant(middle)
    step = min(power_of_ten(max((high - low) / 2.0, 1e-9), 2), 0.1)
    step = max(step, 0.01)
    low_text, middle_text, high_text = (numbers.plain(one, step) for one in (low, middle, high))
    return f"{middle_text} ({low_text}–{high_text})"


def value_text(values: F8, one: Comparison, numbers: Numbers) -> str:
    """Return the measure of one side with its interval."""
    low, middle, high = ends(values)
    if one.standardised or one.measure not in OF_VIEWS:
        return ratio_text(low, middle, high, numbers)
    if not high > low:
        return numbers.percent(middle)
    step = 0.001 if high - low < 0.02 else 0.01
    texts = [numbers.percent(end, step) for end in (low, middle, high)]
    return f"{texts[1]} ({texts[0]}–{texts[2]})"


def side_label(one: Comparison, side: int) -> str:
    """Return what one side of a comparison is called."""
    if one.groups:
        name = one.groups[side]
        return _("all others") if name == REST else name
    names = one.areas[side]
    return _("all other areas") if names == (REST,) else ", ".join(names)


def headline(told: Disparity) -> str:
    """Return the title of the page."""
    n, rare = len(told.compared), sum(is_difference(one) for one in told.compared)
    if all(one.reason for one in told.compared):
        return _("None of the stated comparisons can be told")
    if not rare:
        return ngettext(
            "The stated comparison shows no difference that would not come by chance",
            "None of the {n} stated comparisons shows a difference that would not come by chance",
            n,
        ).format(n=n)
    return ngettext(
        "{rare} of {n} stated comparison shows a difference",
        "{rare} of {n} stated comparisons show a difference",
        n,
    ).format(rare=rare, n=n)


def sentences(told: Disparity, numbers: Numbers) -> list[str]:
    """Return a sentence for each comparison, in the order in which they were stated."""
    return [sentence(one, told, numbers) for one in told.compared]


def sentence(one: Compared, told: Disparity, numbers: Numbers) -> str:
    """Return what came out of one comparison."""
    if one.reason:
        return _("{name}: cannot be told, since {reason}.").format(
            name=one.of.name, reason=reason_text(one.reason)
        )
    found = " ".join(
        _of_sides(one.of, one.sides, one.spans, told, numbers)
        if one.sides is not None
        else _of_regression(one.of, one.regression, numbers)
        if one.regression is not None
        else ()
    )
    return f"{one.of.name}: {found} {_corrected(one, len(told.compared), numbers)}"


def is_difference(one: Compared) -> bool:
    """Return whether a difference is told: not by chance, and whatever is assumed."""
    return one.holm < RARE and not (one.spans is not None and one.spans.either_way)


def _corrected(one: Compared, n: int, numbers: Numbers) -> str:
    p = _probability(one.holm, numbers)
    if one.holm < RARE and not is_difference(one):
        return _(
            "By what is assumed of the cameras either side may have more: which, cannot be told."
        )
    if one.holm < RARE:
        return ngettext(
            "That is a difference (p = {p}).",
            "That is a difference, also after correction for all {n} stated comparisons (p = {p}).",
            n,
        ).format(n=n, p=p)
    return ngettext(
        "The two cannot be told apart (p = {p}).",
        "The two cannot be told apart after correction for all {n} stated comparisons (p = {p}).",
        n,
    ).format(n=n, p=p)


def _probability(p: float, numbers: Numbers) -> str:
    return numbers.plain(p, 0.001 if p < 0.1 else 0.01)


def _of_sides(
    one: Comparison, sides: Sides | None, spans: SideSpans | None, told: Disparity, numbers: Numbers
) -> Iterator[str]:
    if sides is None:
        return
    measure = measure_label(one.measure)
    if one.measure in OF_VIEWS:
        level = one.level or told.levels[0].name
        if level != told.levels[0].name:
            measure = _("{measure} ({level})").format(measure=measure, level=level_label(level))
    if one.standardised:
        measure = _("{measure}, beside what the kinds of streets there lead to expect").format(
            measure=measure
        )
    ratio = np.exp(sides.log_ratio)
    yield _("{measure}: {a} {first}, {b} {second}.").format(
        measure=measure,
        first=value_text(sides.first, one, numbers),
        second=value_text(sides.second, one, numbers),
        a=side_label(one, 0),
        b=side_label(one, 1),
    )
    yield _("The first is {ratio} times the second.").format(
        ratio=ratio_text(*ends(ratio), numbers)
    )
    if spans is not None:
        yield _(
            "By what is assumed of {unknowns} it is {first} on the first side, {second} on the "
            "second, and {ratio} times."
        ).format(
            unknowns=numbers.all_of([unknown_label(name) for name in spans.ratio.assumed]),
            first=_between(spans.first, one, numbers),
            second=_between(spans.second, one, numbers),
            ratio=_between(spans.ratio, None, numbers),
        )


def _between(span: Span, one: Comparison | None, numbers: Numbers) -> str:
    """Return the ends of a span: of a share in per cent, of all else as a number."""
    if one is None or one.standardised:
        low, high = (numbers.plain(end, 0.01) for end in (span.low, span.high))
    else:
        low, high = (numbers.percent(end) for end in (span.low, span.high))
    return low if low == high else _("{low} to {high}").format(low=low, high=high)


def _of_regression(one: Comparison, found: Regression | None, numbers: Numbers) -> Iterator[str]:
    if found is None:
        return
    low, high = (math.exp(end) for end in found.fit.interval(1))
    yield _(
        "In areas where {covariate} is higher by {deviation} there are {ratio} times as many "
        "cameras to a kilometre (areas: {n})."
    ).format(
        covariate=one.covariate,
        deviation=numbers.significant(found.deviation),
        ratio=ratio_text(low, math.exp(found.fit.coefficient[1]), high, numbers),
        n=numbers.plain(found.n),
    )
    if found.shape is not None:
        yield shape_text(found.shape.word)
    if found.alike is not None and found.alike.p < RARE and found.alike.i > 0.0:
        yield _(
            "Neighbours are alike beyond that (Moran's I {i}): the interval is too narrow."
        ).format(i=numbers.plain(found.alike.i, 0.01))


def warnings(told: Disparity, numbers: Numbers) -> list[str]:
    """Return what a reader must know before any of the figures."""
    found = [
        _(
            "These figures are of places, not of people: that more is in view where many of a "
            "group "
            "live does not say that people of this group are more in view than their neighbours "
            "(the ecological fallacy), nor why."
        )
    ]
    if told.asked.found is None:
        found.append(
            _(
                "They are of the mapped cameras. If mappers looked more closely in one kind of "
                "place, "
                "that alone gives such a difference: a ratio of {example} vanishes if they found "
                "{example} times the share there. Say --found if a survey told what share was "
                "found."
            ).format(example=numbers.plain(1.5, 0.1))
        )
    else:
        low, high = told.asked.found
        found.append(
            _(
                "They are of all cameras, if the list has between {low} and {high} of them; half "
                "of "
                "that doubt is of all areas alike, half is each area's own."
            ).format(low=numbers.percent(low), high=numbers.percent(high))
        )
    return found


def left_aside(told: Disparity, numbers: Numbers) -> list[str]:
    """Return what does not count, and why."""
    found = []
    without = float(np.median(told.people.all_of_them, axis=0)[told.exposed.street_m <= 0.0].sum())
    if without >= told.plan.fewest:
        found.append(
            _("People in areas without a walkable street, who do not count: {n}.").format(
                n=numbers.plain(without, power_of_ten(without, 2))
            )
        )
    if told.people.outside >= told.plan.fewest:
        found.append(
            _("People of the table outside of the areas, who do not count: {n}.").format(
                n=numbers.plain(told.people.outside, power_of_ten(told.people.outside, 2))
            )
        )
    if told.people.without:
        found.append(
            ngettext(
                "Of {n} area the table of people says nothing: nobody is taken to live there.",
                "Of {n} areas the table of people says nothing: nobody is taken to live there.",
                told.people.without,
            ).format(n=numbers.plain(told.people.without))
        )
    if told.people.unknown:
        found.append(
            ngettext(
                "{n} row of the table of people leaves open how many people there are, or how many "
                "of a group: nobody of it counts.",
                "{n} rows of the table of people leave open how many people there are, or how many "
                "of a group: nobody of them counts.",
                told.people.unknown,
            ).format(n=numbers.plain(told.people.unknown))
        )
    if told.exposed.cut:
        found.append(
            ngettext(
                "{n} area reaches beyond the map: its people count whole, its streets as far as "
                "the map goes. Give a larger extract.",
                "{n} areas reach beyond the map: their people count whole, their streets as far as "
                "the map goes. Give a larger extract.",
                told.exposed.cut,
            ).format(n=numbers.plain(told.exposed.cut))
        )
    if told.exposed.outside:
        found.append(
            ngettext(
                "{n} camera stands in none of the areas; what it has in view there counts.",
                "{n} cameras stand in none of the areas; what they have in view there counts.",
                told.exposed.outside,
            ).format(n=numbers.plain(told.exposed.outside))
        )
    return found


def method(told: Disparity, numbers: Numbers) -> list[str]:
    """Return how it was found out, and what was assumed."""
    found = [
        _(
            "A number in brackets holds nine in ten of {draws} draws: of what is not known of the "
            "cameras, of those that were missed, and of how many people live where, all together."
        ).format(draws=numbers.plain(told.asked.draws)),
        _(
            "What is in view where a group lives is the share of the streets of its areas that is "
            "in view, each area counting as many times as people of the group live in it. Where in "
            "an area they live, and where they go, is not known."
        ),
        _(
            "Counts of people have a standard error of {error} of each, as the plan states. A "
            "count "
            "that is divided between areas goes by the ground that they share, as if its people "
            "lived in {places} places anywhere on it."
        ).format(error=numbers.percent(told.plan.error, 0.001), places=numbers.plain(PLACES)),
        _(
            "Cameras to a kilometre are a rate: the brackets are those of a count that varies by "
            "chance, more so where the areas of one side differ more than chance has it."
        ),
        _(
            "Standardised figures are beside what would be expected if each kind of street "
            "(beside a "
            "public place or shop, main road, foot way, other) were alike in all areas."
        ),
        _(
            "Of a covariate, the counts of cameras are fitted by negative binomial regression "
            "with the "
            "kilometres of street as offset; the errors are those of clusters of areas, with a t "
            "distribution. A covariate that is itself an estimate pulls the ratio towards 1."
        ),
        _(
            "p is how often chance alone gives as much: of groups and areas by the draws, of a "
            "covariate by the regression; all are corrected by Holm for the comparisons ({n}) that "
            "the "
            "plan states, also for those that cannot be told."
        ).format(n=numbers.plain(len(told.compared))),
        _("No figure is given of groups smaller than {n}.").format(
            n=numbers.plain(told.plan.fewest)
        ),
        _("The plan's digest (SHA-256) is {digest}.").format(digest=told.plan.digest),
    ]
    return found
