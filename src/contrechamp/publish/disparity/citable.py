"""The figures of who bears it that a publication can cite, each with what it takes for granted."""

from collections.abc import Iterator

import numpy as np

from contrechamp.measure.disparity.plan import OF_VIEWS, REST, TRIPS
from contrechamp.measure.disparity.run import Compared, Disparity
from contrechamp.publish.citable import Citable, drawn, fitted
from contrechamp.publish.disparity.tables import ratio_of
from contrechamp.publish.groups import grouped


def citable(told: Disparity) -> list[Citable]:
    """Return both sides and the ratio of each comparison that can be told."""
    return [figure for one in told.compared for figure in _compared(one, told)]


def _compared(one: Compared, told: Disparity) -> Iterator[Citable]:
    level = one.of.level or told.levels[0].name
    level = level if one.of.measure in OF_VIEWS and not one.of.covariate else ""
    assumes = list(_assumes(one, told))
    group = grouped(comparison=one.of.name)
    if one.sides is not None:
        spans = one.spans
        unit, key = "cameras", f"disparity.{one.of.measure}"
        if one.of.standardised:
            unit, key = "ratio", f"{key}_standardised"
        elif one.of.measure in OF_VIEWS:
            unit = "share"
        for side, values in enumerate((one.sides.first, one.sides.second)):
            span = None if spans is None else (spans.first, spans.second)[side]
            of = grouped(comparison=one.of.name, side=_side(one, side))
            yield from drawn(key, values, unit, level=level, group=of, span=span, assumes=assumes)
        yield from drawn(
            "disparity.ratio", np.exp(one.sides.log_ratio), "ratio", level=level, group=group,
            span=None if spans is None else spans.ratio, assumes=assumes,
        )  # fmt: skip
    elif one.regression is not None:
        yield from fitted(
            "disparity.covariate_ratio", ratio_of(one), "ratio", group=group, assumes=assumes
        )


def _side(one: Compared, side: int) -> str:
    """Return a side by the name that the plan has for it."""
    if one.of.groups:
        return one.of.groups[side]
    names = one.of.areas[side]
    return REST if names == (REST,) else ", ".join(names)


def _assumes(one: Compared, told: Disparity) -> Iterator[str]:
    yield "missed-drawn" if told.asked.found is not None else "mapped-cameras"
    if one.of.groups:
        yield "people-anywhere"
    if one.of.measure == TRIPS:
        yield "homes-alike"
    yield "not-of-persons"
