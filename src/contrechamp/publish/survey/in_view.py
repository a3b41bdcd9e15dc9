"""How much street is in view of all cameras, in sentences, a table and for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.measure.results import Span
from contrechamp.measure.survey.in_view import InView
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.ranged import quantiles, span_for_machines
from contrechamp.publish.spread import DIGITS, how_sure, in_a_cell, spread_of
from contrechamp.publish.table import ReportTable, columns
from contrechamp.wording.levels import level_label
from contrechamp.wording.survey import why_not_in_view

F8 = NDArray[np.float64]


def sentences(told: InView | str | None, numbers: Numbers) -> Iterator[str]:
    """Return what those that were found have in view, and all there are; nothing if not asked."""
    if told is None:
        return
    if isinstance(told, str):
        yield _("How much street is in view of all cameras cannot be told: {why}.").format(
            why=why_not_in_view(told)
        )
        return
    found = spread_of(told.found_m[:, 0], told.found_spans[0], "m", numbers, DIGITS)
    everyone = spread_of(told.all_m[:, 0], told.all_spans[0], "m", numbers, DIGITS)
    yield _(
        "Of {street} of street, {found} lie within view of a camera that was found{how_sure}."
    ).format(
        street=numbers.quantity(told.street_m, "m", 10.0),
        found=found.value,
        how_sure=how_sure(found),
    )
    yield _(
        "Within view of any camera lie {all}{how_sure}, if those that nobody found are like those "
        "that were: on the same kinds of street, as far beside them, with the same views."
    ).format(all=everyone.value, how_sure=how_sure(everyone))
    if not told.with_missed:
        yield _(
            "Those missed where people walked are not among them: there may be more in view than "
            "this says."
        )


def table(told: InView | str | None, numbers: Numbers) -> ReportTable | None:
    """Return what is in view by level; None where nothing is to be told."""
    if not isinstance(told, InView):
        return None
    level, found, everyone = _("Level"), _("Cameras that were found"), _("All cameras")
    rows = tuple(
        (
            level_label(one.name),
            in_a_cell(spread_of(told.found_m[:, i], told.found_spans[i], "m", numbers)),
            in_a_cell(spread_of(told.all_m[:, i], told.all_spans[i], "m", numbers)),
        )
        for i, one in enumerate(told.levels)
    )
    return ReportTable(
        _("Street within view"),
        columns(level, found, everyone, numeric=(found, everyone)),
        rows,
        note=_(
            "What is not mapped of a camera (direction, height, lens) is drawn from what is usual, "
            "as contrechamp measure does."
        ),
    )


def for_machines(told: InView | str | None, decimals: int) -> dict[str, Any] | None:
    """Return the same as JSON values; None if it was not asked."""
    if told is None:
        return None
    if isinstance(told, str):
        return {"why_not": told}

    def by_level(drawn_m: F8, spans: Sequence[Span | None]) -> dict[str, Any]:
        return {
            level.name: {
                **(quantiles(drawn_m[:, i], decimals) or {}),
                "span": span_for_machines(spans[i], decimals),
            }
            for i, level in enumerate(told.levels)
        }

    return {
        "street_m": round(told.street_m, decimals),
        "found_m": by_level(told.found_m, told.found_spans),
        "all_m": by_level(told.all_m, told.all_spans),
        "with_missed": told.with_missed,
    }
