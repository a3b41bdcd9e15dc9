"""The figures as a reader meets them: tables and plots of totals, groups, scenarios, unknowns."""

import math
from collections.abc import Mapping

from contrechamp.base.i18n import _
from contrechamp.measure.hidden import KEY
from contrechamp.measure.results import Figure, Measurement
from contrechamp.publish.all_cameras import SEEN
from contrechamp.publish.charts import Chart, Range, chart
from contrechamp.publish.found import Found, find, near_figures
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.spread import rounding_step, spread
from contrechamp.publish.table import ReportTable, columns
from contrechamp.publish.unknowns import unknown_label
from contrechamp.scene.screen_fields import SCREENS, screen_label
from contrechamp.scene.service_names import service_label
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level
from contrechamp.wording.figures import figure_label, group_label, scenario_labels
from contrechamp.wording.levels import level_label

SCENARIOS = ("p10", "p50", "p90")
#: The axis of a plot of lengths is at least this long.
LEAST_AXIS_M = 5.0
#: At most this many areas are listed; all are in figures.csv.
LISTED_AREAS = 20


def level_meaning(level: Level, numbers: Numbers) -> str:
    """Return what a level requires of the picture."""
    if level.ppm == 0:
        return _("free line of sight, inside the range and the field of view; any pixel density")
    return _("at least {density} px/m").format(density=numbers.significant(level.ppm))


def _group_label(group: str, area_names: Mapping[str, str]) -> str:
    """Return the name of a group; an area without a name is called by its id."""
    kind, _colon, value = group.partition(":")
    if kind == "service":
        return _("to the nearest: {service}").format(service=service_label(value))
    if kind == "screens" and value in SCREENS:
        return screen_label(value)
    if kind == "area":
        return _("area {name}").format(name=area_names.get(value) or value)
    return group_label(group)


def figure_table(
    caption: str,
    figures: list[Figure],
    numbers: Numbers,
    *,
    of: str,
    area_names: Mapping[str, str] | None = None,
) -> ReportTable:
    """Return figures of one key as a table.

    Args:
        caption: what the table shows.
        figures: the rows.
        numbers: how numbers are written.
        of: "level" or "group": what distinguishes the rows.
        area_names: id -> name of areas.
    """
    median, interval, known = _("Median"), _("90 % interval"), _("Mapped")
    low, mid, high = _("First decile"), _("Median unknowns"), _("Last decile")
    enough, span = _("Enough draws"), _("By what is assumed")
    heading = _("Pixel density") if of == "level" else _("Group")
    told = [spread(figure, numbers) for figure in figures]
    # A column of dashes would only make the table wider.
    spans = [span] if any(one.span for one in told) else []
    rows = []
    for figure, one in zip(figures, told, strict=True):
        rows.append(
            (
                level_label(figure.level)
                if of == "level"
                else _group_label(figure.group, area_names or {}),
                one.value,
                one.interval or one.agreement or "–",
                *((one.span or "–",) if spans else ()),
                *(_scenario(figure, name, numbers) for name in SCENARIOS),
                numbers.percent(figure.known_share),
                _("yes") if figure.estimate.enough_draws else _("no, draw more"),
            )
        )
    return ReportTable(
        caption,
        columns(
            *(heading, median, interval, *spans, low, mid, high, known, enough),
            numeric=(median, interval, span, low, mid, high, known),
        ),
        tuple(rows),
    )


def assumed_note(measurement: Found, numbers: Numbers) -> str:
    """Return how to read the column of spans; "" if no figure has one."""
    spans = [figure.span.assumed for figure in measurement.figures if figure.span is not None]
    names = dict.fromkeys(name for assumed in spans for name in assumed)
    if not names:
        return ""
    return _(
        "“By what is assumed” is the least and the greatest median, by what is assumed of "
        "{unknowns}. The interval leaves that out: it holds only if the assumptions do."
    ).format(unknowns=numbers.all_of([unknown_label(name) for name in names]))


def total_tables(measurement: Measurement, numbers: Numbers) -> list[ReportTable]:
    """Return the totals of all cameras: one table per figure, one row per level."""
    seen, *others = (
        (figure_label(key), find(measurement, key))
        for key in (
            "streets.seen_m",
            SEEN,
            "streets.seen_share",
            "streets.seen_by_several_m",
            "streets.cameras_at_once",
            "area.seen_m2",
        )
    )
    distance = numbers.quantity(measurement.methods.get("near_m", math.nan), "m")
    near = (
        _(
            "Share of the walkable street within {distance} of a mapped camera that is in view"
        ).format(distance=distance),
        near_figures(measurement, "streets.seen_share"),
    )
    return [
        figure_table(caption, figures, numbers, of="level")
        for caption, figures in (seen, near, *others)
        if figures
    ]


def group_tables(measurement: Measurement, scene: Scene, numbers: Numbers) -> list[ReportTable]:
    """Return what is in view at any density, by operator, kind and area."""
    first = measurement.levels[0].name
    tables = []
    groups = [
        figure
        for figure in find(measurement, "streets.seen_m", first, None)
        if figure.group.startswith(("operator:", "kind:"))
    ]
    if groups:
        caption = _("Street within view, by operator and kind of camera ({level})")
        tables.append(
            figure_table(caption.format(level=level_label(first)), groups, numbers, of="group")
        )
    areas = [
        figure
        for figure in find(measurement, "streets.seen_share", first, None)
        if figure.group.startswith("area:")
    ]
    if areas:
        areas.sort(key=lambda figure: (-figure.estimate.median, figure.group))
        caption = _("Areas with the largest share of street within view ({level})")
        ids, names = scene.areas["id"].astype(str), scene.areas["name"].astype(str)
        table = figure_table(
            caption.format(level=level_label(first)),
            areas[:LISTED_AREAS],
            numbers,
            of="group",
            area_names=dict(zip(ids, names, strict=True)),
        )
        tables.append(table)
    if hidden := find(measurement, KEY, first, None):
        caption = _("What walls, hedges and fences take of what buildings leave in view ({level})")
        tables.append(
            figure_table(caption.format(level=level_label(first)), hidden, numbers, of="group")
        )
    return tables


def totals_chart(measurement: Found, numbers: Numbers) -> Chart | None:
    """Return the street within view at each level, with intervals, and with spans if there are."""
    figures = find(measurement, "streets.seen_m")
    if not figures:
        return None
    note = _("Point: median of the draws. Line: 90 % of the draws lie on it.")
    if not any(figure.span or figure.estimate.n_draws > 1 for figure in figures):
        note = _("Point: the value; there was one draw.")
    elif any(figure.span for figure in figures):
        note = _(
            "Point: median of the draws. Thick: nine in ten draws lie on it. Thin: how far the "
            "median goes by what is assumed."
        )
    return chart(
        _("Street within view of at least one mapped camera"),
        note,
        [level_range(measurement, figure, numbers) for figure in figures],
        write=lambda value, end: numbers.tick(value, end, "m"),
        at_least=LEAST_AXIS_M,
    )


def level_range(measurement: Found, figure: Figure, numbers: Numbers) -> Range:
    """Return a figure with its interval and its span as the row of its level."""
    estimate, span = figure.estimate, figure.span
    told = spread(figure, numbers)
    label = _level_with_density(measurement, figure.level, numbers)
    if span is None:
        return Range(label, told.value, estimate.q05, estimate.median, estimate.q95)
    return Range(
        label,
        _("{value} ({interval})").format(value=told.value, interval=told.span)
        if told.span
        else told.value,
        min(span.low, estimate.q05),
        estimate.median,
        max(span.high, estimate.q95),
        box_low=estimate.q05,
        box_high=estimate.q95,
    )


def scenario_chart(measurement: Found, numbers: Numbers) -> Chart | None:
    """Return the street within view if all unknowns of all cameras were alike."""
    figures = [figure for figure in find(measurement, "streets.seen_m") if figure.scenarios]
    if not figures:
        return None
    labels = scenario_labels()
    return chart(
        _("Street within view if all cameras were alike"),
        _(
            "Every unknown (height, lens, resolution...) of every camera at the same place of its "
            "distribution. Direction has no order: it is drawn, and the mean is shown."
        ),
        [
            Range(
                _level_with_density(measurement, figure.level, numbers),
                _scenarios(figure, numbers),
                low=min(figure.scenarios.values()),
                high=max(figure.scenarios.values()),
                marks=tuple(
                    (name, figure.scenarios[name]) for name in SCENARIOS if name in figure.scenarios
                ),
            )
            for figure in figures
        ],
        write=lambda value, end: numbers.tick(value, end, "m"),
        at_least=LEAST_AXIS_M,
        key=tuple((name, labels[name]) for name in SCENARIOS),
    )


def _scenario(figure: Figure, name: str, numbers: Numbers) -> str:
    if name not in figure.scenarios:
        return "–"
    step, size = rounding_step(figure), max(figure.scenarios.values())
    return numbers.quantity(figure.scenarios[name], figure.unit, step, size=size)


def _scenarios(figure: Figure, numbers: Numbers) -> str:
    """Return the figure in each scenario, in the order of the key: it need not rise or fall."""
    told = [_scenario(figure, name, numbers) for name in SCENARIOS]
    return told[0] if len(set(told)) == 1 else " · ".join(told)


def drivers_chart(measurement: Found, numbers: Numbers) -> Chart | None:
    """Return how much the interval would shrink if one unknown were known, at the first level."""
    first = measurement.levels[0].name
    drivers = [driver for driver in measurement.drivers if driver.level == first]
    if not drivers:
        return None
    drivers.sort(key=lambda driver: (-driver.first_order, driver.unknown))
    return chart(
        _("Half the 90 % interval of the street within view: now, and if one thing were known"),
        _("The longer the dark part, the more it would help to find this out for every camera."),
        [
            Range(
                unknown_label(driver.unknown),
                _("{share} of the variance").format(share=numbers.percent(driver.first_order)),
                low=0.0,
                high=driver.half_width_m,
                box_low=driver.half_width_if_known_m,
                box_high=driver.half_width_m,
            )
            for driver in drivers
        ],
        write=lambda value, end: numbers.tick(value, end, "m"),
        at_least=LEAST_AXIS_M,
    )


def drivers_table(measurement: Found, numbers: Numbers) -> ReportTable | None:
    """Return how much of the variance each unknown carries, at every level."""
    if not measurement.drivers:
        return None
    level, unknown = _("Pixel density"), _("Unknown")
    first, total = _("Goes away if known"), _("Stays if all else is known")
    now, then = _("Half interval now"), _("Half interval if known")
    return ReportTable(
        _("Which unknown carries how much of the variance of the street within view"),
        columns(level, unknown, first, total, now, then, numeric=(first, total, now, then)),
        tuple(
            (
                level_label(driver.level),
                unknown_label(driver.unknown),
                numbers.percent(driver.first_order),
                numbers.percent(driver.total),
                numbers.quantity(driver.half_width_m, "m"),
                numbers.quantity(driver.half_width_if_known_m, "m"),
            )
            for driver in measurement.drivers
        ),
    )


def levels_table(measurement: Found, numbers: Numbers) -> ReportTable:
    """Return what each level requires of the picture."""
    return ReportTable(
        _("Pixel densities"),
        columns(_("Level"), _("What it asks")),
        tuple(
            (level_label(level.name), level_meaning(level, numbers)) for level in measurement.levels
        ),
        note=_(
            "The names are those of the standard for the picture that the device delivers. They "
            "do not say that anyone was recognised or identified."
        ),
    )


def _level_with_density(measurement: Found, name: str, numbers: Numbers) -> str:
    for level in measurement.levels:
        if level.name == name and level.ppm:
            return f"{level_label(name)}, {numbers.significant(level.ppm)}\N{NO-BREAK SPACE}px/m"
    return level_label(name)
