"""How much street is in view of all cameras, in sentences, a table and for programs."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.measure.survey.in_view import InView
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.survey.ranged import QUANTILES, quantiles
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
    found, everyone = (_lengths(drawn[:, 0], numbers) for drawn in (told.found_m, told.all_m))
    text = _(
        "Of {street} of street, {found} lie within view of a camera that was found, and {all} of "
        "any camera, if those that nobody found are like those that were: on the same kinds of "
        "street, as far beside them, with the same views."
    )
    yield text.format(street=numbers.quantity(told.street_m, "m", 10.0), found=found, all=everyone)
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
            *(_lengths(drawn[:, i], numbers) for drawn in (told.found_m, told.all_m)),
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

    def by_level(drawn_m: F8) -> dict[str, Any]:
        return {
            level.name: quantiles(drawn_m[:, i], decimals) for i, level in enumerate(told.levels)
        }

    return {
        "street_m": round(told.street_m, decimals),
        "found_m": by_level(told.found_m),
        "all_m": by_level(told.all_m),
        "with_missed": told.with_missed,
    }


def _lengths(drawn_m: F8, numbers: Numbers) -> str:
    """Return the median of lengths and, in brackets, what nine in ten of them lie between."""
    low, middle, high = np.quantile(drawn_m, QUANTILES).tolist()
    text = numbers.quantity(middle, "m", 10.0, size=high)
    ends = numbers.between(low, high, "m", 10.0, size=high)
    return f"{text} ({ends})" if ends else text
