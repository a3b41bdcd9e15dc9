"""The tables, plots and map of who bears it."""

import csv
import io
import math
from typing import Any, Final

import numpy as np
import shapely

from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import as_cell
from contrechamp.measure.disparity.plan import OF_VIEWS
from contrechamp.measure.disparity.rates import rates
from contrechamp.measure.disparity.run import Compared, Disparity
from contrechamp.measure.results import Span
from contrechamp.publish.charts import Chart, Range, chart
from contrechamp.publish.disparity.sentences import (
    is_difference,
    ratio_text,
    sentence,
    side_label,
    value_text,
)
from contrechamp.publish.numbers import Numbers, power_of_ten
from contrechamp.publish.plane import plane_around
from contrechamp.publish.ranged import ends, named, span_for_machines
from contrechamp.publish.single_page import Curve, SmallMap
from contrechamp.publish.table import ReportTable, columns
from contrechamp.scene.tables import Scene
from contrechamp.wording.disparity import measure_label
from contrechamp.wording.levels import level_label

#: Areas in the table of the page, all of which are in the layer.
LISTED: Final = 60
#: Upper ends of the classes of the map; the last class has the rest.
CLASSES: Final = (0.1, 0.2, 0.4, 0.6, 0.8)
#: The axis of ratios ends here, that one wide interval does not press all others together.
_MOST_RATIO: Final = 4.0
CSV_COLUMNS: Final = (
    *("name", "measure", "level", "standardised", "first", "second"),
    *("first_q05", "first_median", "first_q95", "second_q05", "second_median", "second_q95"),
    *("ratio_q05", "ratio_median", "ratio_q95", "difference_q05", "difference_median"),
    *("difference_q95", "first_span_low", "first_span_high", "second_span_low"),
    *("second_span_high", "ratio_span_low", "ratio_span_high", "p", "p_holm", "cannot_be_told"),
)


def ratio_of(one: Compared) -> tuple[float, float, float]:
    """Return q05, median and q95 of a ratio: of two sides, or by a deviation of a covariate."""
    if one.sides is not None:
        return ends(np.exp(one.sides.log_ratio))
    if one.regression is not None:
        low, high = one.regression.fit.interval(1)
        return math.exp(low), math.exp(one.regression.fit.coefficient[1]), math.exp(high)
    return math.nan, math.nan, math.nan


def ratios_chart(told: Disparity, numbers: Numbers) -> Chart | None:
    """Return all ratios over one axis; None where none can be told."""
    ranges = []
    for one in told.compared:
        if one.reason:
            continue
        low, middle, high = ratio_of(one)
        # What is beyond the axis is cut there; its numbers stand beside.
        first, point, last = (min(value, _MOST_RATIO) for value in (low, middle, high))
        text = ratio_text(low, middle, high, numbers)
        ranges.append(Range(one.of.name, text, first, point, last, marks=(("one", 1.0),)))
    if not ranges:
        return None
    return chart(
        _("How many times as much"),
        _("Point: the median. Line: nine draws in ten. Circle: as much on both sides."),
        ranges,
        write=lambda value, _end: numbers.plain(value, 0.1),
        at_least=2.0,
    )


def sides_charts(told: Disparity, numbers: Numbers) -> list[Chart]:
    """Return both sides of each comparison of groups or areas."""
    found = []
    for one in told.compared:
        if one.sides is None:
            continue
        as_share = one.of.measure in OF_VIEWS and not one.of.standardised
        ranges = [
            Range(side_label(one.of, side), value_text(values, one.of, numbers), *ends(values))
            for side, values in enumerate((one.sides.first, one.sides.second))
        ]
        found.append(
            chart(
                one.of.name,
                measure_label(one.of.measure),
                ranges,
                write=(lambda value, _end: numbers.percent(value))
                if as_share
                else (lambda value, _end: numbers.significant(value)),
                at_most=1.0 if as_share else math.inf,
                at_least=0.05,
            )
        )
    return found


def curves(told: Disparity, numbers: Numbers) -> list[Curve]:
    """Return the curve of each covariate whose rate is not flat."""
    found = []
    for one in told.compared:
        fitted = one.regression
        if fitted is None or fitted.shape is None or not fitted.shape.degree:
            continue
        at = fitted.mean + fitted.shape.at * fitted.deviation
        rate = fitted.shape.rate
        top = max(float(rate.max()) * 1.05, 1.2)
        x = 100.0 * (at - at[0]) / max(at[-1] - at[0], 1e-12)
        y = 50.0 - 50.0 * rate / top
        path = "M" + "L".join(f"{a:.2f} {b:.2f}" for a, b in zip(x, y, strict=True))
        middle = len(at) // 2
        found.append(
            Curve(
                _("{covariate}: cameras to a kilometre along the best curve (1: the mean)")
                .format(covariate=one.of.covariate),
                sentence(one, told, numbers),
                path,
                tuple((float(x[i]), numbers.significant(float(at[i]))) for i in (0, middle, -1)),
                tuple(
                    (50.0 - 50.0 * value / top, numbers.plain(value, 0.1))
                    for value in (0.0, 1.0, math.floor(top * 10.0) / 10.0)
                ),
            )
        )  # fmt: skip
    return found


def area_map(told: Disparity, scene: Scene) -> SmallMap:
    """Return the areas by the share of their streets in view."""
    shapes = scene.areas.geometry.to_numpy()
    at = plane_around(tuple(shapely.total_bounds(shapes[told.exposed.street_m > 0.0])))
    share = np.median(told.exposed.share[0], axis=0)
    classes = np.searchsorted(CLASSES, share, side="right")
    streets = told.exposed.street_m > 0.0
    paths = [("area none", at.areas(shapes[~streets]))]
    paths += [
        (f"area k{number}", at.areas(shapes[streets & (classes == number)]))
        for number in range(len(CLASSES) + 1)
    ]
    lines = scene.streets.geometry.to_numpy()[scene.streets["walkable"].to_numpy(bool)]
    outdoor = scene.cameras[~scene.cameras["indoor"].to_numpy(bool)].geometry.to_numpy()
    paths += [
        ("street", at.paths(lines[shapely.intersects(lines, at.frame)])),
        ("border", at.areas(shapes)),
    ]
    within = outdoor[shapely.intersects(outdoor, at.frame)]
    return SmallMap(
        _("Share of the walkable street in view ({level}), the median").format(
            level=level_label(told.levels[0].name)
        ),
        _(
            "Map of the areas by the share of their streets in view; the table below has the "
            "numbers"
        ),
        at.view,
        tuple(paths),
        tuple(("there", x, y) for x, y in at.points(within)),
        at.bar.units,
    )


def map_key(numbers: Numbers) -> tuple[tuple[str, str, str], ...]:
    """Return what the map shows."""
    lows = (0.0, *CLASSES)
    texts = [
        _("{low} to {high}").format(low=numbers.percent(low), high=numbers.percent(high))
        for low, high in zip(lows, (*CLASSES, 1.0), strict=True)
    ]
    return (
        *(("area", f"k{i}", text) for i, text in enumerate(texts)),
        ("area", "none", _("no walkable street")),
        ("point", "there", _("mapped camera")),
    )


def areas_table(told: Disparity, scene: Scene, numbers: Numbers) -> ReportTable:
    """Return the areas, those with most in view first."""
    people, street, share = _("People"), _("Walkable street"), _("In view")
    cameras, per_km = _("Mapped cameras"), _("To a kilometre")
    median = np.median(told.exposed.share[0], axis=0)
    order = np.lexsort((np.arange(len(median)), -median))
    order = order[told.exposed.street_m[order] > 0.0][:LISTED]
    living = np.median(told.people.all_of_them, axis=0)
    rows = []
    for i in order.tolist():
        low, middle, high = ends(told.exposed.share[0][:, i])
        km = float(told.exposed.street_m[i]) / 1000.0
        of = rates(told.exposed.cameras[[i]].astype(np.float64), np.array([km]))
        rows.append(
            (
                str(scene.areas["name"].iloc[i]),
                _people(float(living[i]), told.plan.fewest, numbers),
                numbers.quantity(km * 1000.0, "m", 10.0),
                f"{numbers.percent(middle)} ({numbers.percent(low)}–{numbers.percent(high)})",
                numbers.plain(int(told.exposed.cameras[i])),
                f"{numbers.plain(of.rate[0], 0.1)} ({numbers.plain(of.low[0], 0.1)}–"
                f"{numbers.plain(of.high[0], 0.1)})",
            )
        )
    return ReportTable(
        _("By area"),
        columns(
            *(_("Area"), people, street, share, cameras, per_km),
            numeric=(people, street, share, cameras, per_km),
        ),
        tuple(rows),
        note=_("All of them are in areas.geojson.") if len(median) > len(rows) else "",
    )


def _people(living: float, fewest: int, numbers: Numbers) -> str:
    if living < fewest:
        return _("fewer than {n}").format(n=numbers.plain(fewest))
    return numbers.plain(living, power_of_ten(living, 2))


def comparisons_csv(told: Disparity) -> bytes:
    """Return every comparison as CSV; no spreadsheet finds a formula in it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for one in told.compared:
        row = for_machines(one)
        sides = [row["sides"][name] if row["sides"] else {} for name in ("first", "second")]
        spreads = [*sides, row["ratio"] or {}, row["difference"] or {}]
        writer.writerow(
            [
                as_cell(one.of.name), one.of.measure, as_cell(one.of.level), one.of.standardised,
                *(as_cell(one.of.covariate if one.of.covariate else side_label(one.of, side))
                  for side in (0, 1)),
                *(spread.get(end, "") for spread in spreads for end in ("q05", "median", "q95")),
                *(
                    round(end, 6) if span is not None else ""
                    for span in _spans(one)
                    for end in ((span.low, span.high) if span is not None else (0.0, 0.0))
                ),
                _number(one.p), _number(one.holm), one.reason,
            ]
        )  # fmt: skip
    return text.getvalue().encode()


def _number(value: float) -> float | str:
    return "" if math.isnan(value) else round(value, 6)


def _spans(one: Compared) -> tuple[Span | None, Span | None, Span | None]:
    """Return what both sides and their ratio come to by what is assumed."""
    if one.spans is None:
        return None, None, None
    return one.spans.first, one.spans.second, one.spans.ratio


def for_machines(one: Compared) -> dict[str, Any]:
    """Return one comparison for programs."""
    ratio = ratio_of(one)
    sides, fitted = one.sides, one.regression
    return {
        "name": one.of.name,
        "groups": list(one.of.groups),
        "areas": [list(side) for side in one.of.areas],
        "covariate": one.of.covariate,
        "measure": one.of.measure,
        "level": one.of.level,
        "standardised": one.of.standardised,
        "cannot_be_told": one.reason,
        "sides": None
        if sides is None
        else {"first": named(ends(sides.first), 6), "second": named(ends(sides.second), 6)},
        "ratio": None if math.isnan(ratio[1]) else named(ratio, 6),
        "difference": None if sides is None else named(ends(sides.first - sides.second), 6),
        "spans": None
        if one.spans is None
        else {
            name: span_for_machines(span, 6)
            for name, span in zip(("first", "second", "ratio"), _spans(one), strict=True)
        },
        "is_a_difference": is_difference(one),
        "regression": None
        if fitted is None
        else {
            "areas": fitted.n,
            "clusters": fitted.fit.n_clusters,
            "mean": round(fitted.mean, 6),
            "deviation": round(fitted.deviation, 6),
            "log_ratio": round(float(fitted.fit.coefficient[1]), 6),
            "standard_error": round(fitted.fit.error(1), 6),
            "alpha": round(fitted.fit.alpha, 6),
            "poisson_log_ratio": round(float(fitted.as_poisson.coefficient[1]), 6),
            "poisson_standard_error": round(fitted.as_poisson.error(1), 6),
            "shape": fitted.shape.word if fitted.shape is not None else "cannot-tell",
            "morans_i": None if fitted.alike is None else round(fitted.alike.i, 6),
            "morans_p": None if fitted.alike is None else round(fitted.alike.p, 6),
        },
        "p": None if math.isnan(one.p) else round(one.p, 6),
        "p_holm": None if math.isnan(one.holm) else round(one.holm, 6),
    }
