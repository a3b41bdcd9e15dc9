"""Two measurements side by side, and what of their difference can be told."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from contrechamp.base.i18n import _
from contrechamp.measure.estimates import estimate
from contrechamp.measure.results import Figure
from contrechamp.publish.charts import Chart, Range, chart
from contrechamp.publish.findings import level_range
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.spread import in_a_cell, spread
from contrechamp.publish.table import ReportTable, columns
from contrechamp.web.runs.reading import KeptMeasurement
from contrechamp.wording.figures import figure_label
from contrechamp.wording.levels import level_label

SEEN: Final = "streets.seen_m"
#: The axis of the plot is at least this long, in metres.
_LEAST_M: Final = 5.0


@dataclass(frozen=True)
class Pair:
    """The same figure of two measurements; None where one does not have it."""

    key: str
    level: str
    first: Figure | None
    second: Figure | None


def pairs(first: KeptMeasurement, second: KeptMeasurement) -> list[Pair]:
    """Return the figures of all cameras of two measurements, pair by pair."""
    every = [
        (figure.key, figure.level)
        for one in (first, second)
        for figure in one.found.figures
        if figure.group == "all"
    ]
    return [
        Pair(key, level, first.file.figures.get((key, level, "all")),
             second.file.figures.get((key, level, "all")))
        for key, level in dict.fromkeys(every)
    ]  # fmt: skip


def draws_belong_together(first: KeptMeasurement, second: KeptMeasurement) -> bool:
    """Return whether each draw of one assumes the same of every camera as that of the other.

    That is so of the same files, measured by the same version with the same seed, and of nothing
    else: a camera more, and what is drawn for all others may be another number.
    """
    there = first.draws_m and second.draws_m
    return bool(there) and first.behind == second.behind


def difference(first: KeptMeasurement, second: KeptMeasurement, level: str) -> Figure | None:
    """Return how much more street is in view in the second, draw by draw; None if not to be told.

    The span of what is assumed is of either figure, and none of their difference is known.
    """
    one, other = first.draws_m.get(level), second.draws_m.get(level)
    if not draws_belong_together(first, second) or one is None or other is None:
        return None
    if len(one) != len(other):
        return None
    more: Figure = Figure(SEEN, level, "all", "m", estimate(np.subtract(other, one)), 0.0)
    return more


def difference_cell(
    pair: Pair, first: KeptMeasurement, second: KeptMeasurement, numbers: Numbers
) -> str:
    """Return the difference of a pair for its cell: as a number only where one is known."""
    more = difference(first, second, pair.level) if pair.key == SEEN else None
    if more is None:
        return _("cannot be told")
    return in_a_cell(spread(more, numbers))


def compared_table(
    first: KeptMeasurement, second: KeptMeasurement, names: tuple[str, str], numbers: Numbers
) -> ReportTable:
    """Return all figures side by side, with what of the difference can be told."""
    more = _("More in the second")
    rows = [
        (
            f"{figure_label(one.key)}: {level_label(one.level)}",
            *(in_a_cell(spread(figure, numbers)) if figure else "–"
              for figure in (one.first, one.second)),
            difference_cell(one, first, second, numbers),
        )
        for one in pairs(first, second)
    ]  # fmt: skip
    return ReportTable(
        _("The figures of both"),
        columns(_("What"), *names, more, numeric=(*names, more)),
        tuple(rows),
    )


def compared_chart(first: KeptMeasurement, second: KeptMeasurement, numbers: Numbers) -> Chart:
    """Return the street within view in both, level by level, with intervals and spans."""
    return chart(
        _("Street within view of at least one mapped camera"),
        _(
            "Point: median of the draws. Thick: nine in ten draws lie on it. Thin: how far the "
            "median goes by what is assumed."
        ),
        list(_ranges(first, second, numbers)),
        write=lambda value, end: numbers.tick(value, end, "m"),
        at_least=_LEAST_M,
    )


def _ranges(first: KeptMeasurement, second: KeptMeasurement, numbers: Numbers) -> Iterator[Range]:
    for pair in pairs(first, second):
        if pair.key != SEEN:
            continue
        for number, (one, figure) in enumerate(
            ((first, pair.first), (second, pair.second)), start=1
        ):
            if figure is not None:
                shown = level_range(one.found, figure, numbers)
                yield replace(shown, label=f"{number} · {shown.label}")


def why_not(first: KeptMeasurement, second: KeptMeasurement) -> str:
    """Return why the difference cannot be told; "" where it can."""
    if draws_belong_together(first, second):
        return ""
    if first.behind[1] != second.behind[1]:
        return _(
            "The two measured different files, and each drew what is not mapped for itself. Two "
            "intervals do not tell how sure their difference is, not even where they lie apart: "
            "run “What changed” over both maps, which draws once for both."
        )
    return _(
        "The two did not draw the same for each camera: they differ in the seed, the number of "
        "draws, the ground or the version. Two intervals do not tell how sure their difference is: "
        "run one of them again with the options of the other."
    )
