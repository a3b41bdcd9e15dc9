"""The tables, plots and small maps of what changed."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely

from contrechamp.base.i18n import _
from contrechamp.base.spreadsheets import as_cell
from contrechamp.base.written import written_interval
from contrechamp.measure.change.dates import Event
from contrechamp.measure.change.run import Change
from contrechamp.publish.change.sentences import day, in_a_cell, in_brackets, metres
from contrechamp.publish.charts import Chart, Range, chart
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.plane import Plane, plane_around
from contrechamp.publish.ranged import ends, named, quantiles, span_for_machines
from contrechamp.publish.single_page import Curve, SmallMap
from contrechamp.publish.table import ReportTable, columns
from contrechamp.wording.confidence import confidence_labels
from contrechamp.wording.levels import level_label

#: Around the cameras of a small map.
_AROUND_M: Final = 150.0


def dates_table(told: Change, numbers: Numbers) -> ReportTable:
    """Return what can be said of each date."""
    sure, on_map, maybe = _("Surely there"), _("On the map"), _("Possibly there")
    seen, share = _("Street in view, of those on the map"), _("Of those possibly there")
    rows = [
        (
            day(told, number, numbers),
            _("survey") if told.maps[number].is_survey else _("map"),
            numbers.plain(int(told.surely[number].sum())),
            numbers.plain(int(told.history.listed[number].sum())),
            numbers.plain(int(told.possibly[number].sum())),
            in_a_cell(told.metres(number, 1)[:, 0], told.spans(number, 1)[0], numbers),
            in_a_cell(told.metres(number, 2)[:, 0], told.spans(number, 2)[0], numbers),
        )
        for number in range(len(told.maps))
    ]
    return ReportTable(
        _("Cameras and what they have in view at each date ({level})").format(
            level=level_label(told.levels[0].name)
        ),
        columns(
            *(_("Date"), _("What it is"), sure, on_map, maybe, seen, share),
            numeric=(sure, on_map, maybe, seen, share),
        ),
        tuple(rows),
        note=_("Of {whole} of walkable street on the last map.").format(
            whole=numbers.quantity(told.in_view.whole_m, "m", 10.0)
        ),
    )


def steps_table(told: Change, numbers: Numbers) -> ReportTable:
    """Return the difference between dates at each level, by common random numbers."""
    difference, up, down = _("More street in view"), _("Put up"), _("Taken down")
    rows = []
    for one in told.steps:
        found = one.surveyed.between if one.surveyed else None
        span = _("{first} to {last}").format(
            first=day(told, one.first, numbers), last=day(told, one.second, numbers)
        )
        for number, level in enumerate(told.levels):
            rows.append(
                (
                    span,
                    level_label(level.name),
                    in_a_cell(one.difference_m[:, number], one.difference_spans[number], numbers),
                    in_brackets(found.put_up, numbers) if found else _("cannot be told"),
                    in_brackets(found.taken_down, numbers) if found else _("cannot be told"),
                )
            )
    return ReportTable(
        _("From date to date"),
        columns(
            *(_("From, to"), _("Pixel density"), difference, up, down),
            numeric=(difference, up, down),
        ),
        tuple(rows),
        note=_(
            "In view: of the cameras on the maps, whether they were put up or mapped meanwhile."
        ),
    )


def events_table(told: Change, events: Sequence[Event], numbers: Numbers) -> ReportTable:
    """Return what happened, with the maps, in the order of time."""
    rows = [
        (one.on.first, _on(one, numbers), one.title, _sure(one), one.source, number)
        for number, one in enumerate(events, start=1)
    ]
    counts = told.history.listed.sum(axis=1)
    marks = [
        (one.on.first, numbers.day(one.on.text),
         _("map with cameras: {n}").format(n=numbers.plain(int(n))), "", "", 0)
        for one, n in zip(told.maps, counts, strict=True)
    ]  # fmt: skip
    ordered = sorted([*rows, *marks], key=lambda row: (row[0], row[5]))
    return ReportTable(
        _("On the line of time"),
        columns(_("Date"), _("Number"), _("What"), _("How sure"), _("Source")),
        tuple(
            (date, numbers.plain(number) if number else "–", what, sure or "–", source or "–")
            for _first, date, what, sure, source, number in ordered
        ),
        note=_("That one thing follows another in time does not say that it follows from it."),
    )


def _on(one: Event, numbers: Numbers) -> str:
    first, period, last = one.on.text.partition("/")
    return written_interval(first, last, numbers.language) if period else numbers.day(first)


def _sure(one: Event) -> str:
    return confidence_labels()[one.confidence] if one.confidence else ""


def counts_chart(told: Change, numbers: Numbers) -> Chart:
    """Return cameras at each date, from those surely there to those possibly there."""
    ranges = []
    for number in range(len(told.maps)):
        low, middle, high = (
            float(of[number].sum()) for of in (told.surely, told.history.listed, told.possibly)
        )
        low_text, middle_text, high_text = (numbers.plain(one) for one in (low, middle, high))
        ranges.append(
            Range(
                day(told, number, numbers), f"{middle_text} ({low_text}–{high_text})",
                min(low, middle), middle, max(high, middle),
            )
        )  # fmt: skip
    return chart(
        _("Cameras at each date"),
        _(
            "Point: on the map. Line: from those surely there to those possibly there, of all that "
            "any of these maps has."
        ),
        ranges,
        write=lambda value, _end: numbers.significant(value),
        at_least=5.0,
    )


def metres_chart(told: Change, numbers: Numbers) -> Chart:
    """Return street in view at each date, of the cameras on the map."""
    ranges = [
        Range(
            day(told, number, numbers),
            metres(told.metres(number, 1)[:, 0], numbers),
            *ends(told.metres(number, 1)[:, 0]),
        )
        for number in range(len(told.maps))
    ]
    return chart(
        _("Street in view of the cameras on the map"),
        _("Point: the median. Line: nine draws in ten. On the ground of the last map."),
        ranges,
        write=lambda value, end: numbers.tick(value, end, "m"),
        at_least=100.0,
    )


def timeline(told: Change, events: Sequence[Event], numbers: Numbers) -> Curve | None:
    """Return cameras on the map as steps along time, with what happened; None for one day."""
    days = [one.on.first.toordinal() for one in told.maps]
    # What happened outside of the time of the maps stands in the table.
    first, last = days[0], days[-1]
    if last <= first:
        return None
    counts: list[int] = told.history.listed.sum(axis=1).tolist()
    top = max(*counts, 1) * 1.1

    def x(at: int) -> float:
        return round(100.0 * (at - first) / (last - first), 2)

    def y(n: float) -> float:
        return round(50.0 - 50.0 * n / top, 2)

    path = f"M{x(days[0])} {y(counts[0])}"
    for at, n in zip(days[1:], counts[1:], strict=True):
        path += f"H{x(at)}V{y(n)}"
    inside = [
        (x(one.on.first.toordinal()), numbers.plain(number))
        for number, one in enumerate(events, start=1)
        if first <= one.on.first.toordinal() <= last
    ]
    return Curve(
        _("Cameras on the map over time; numbers: what happened (in the table)"),
        _("Cameras on the map over time; the tables below have the numbers"),
        path,
        tuple((x(at), one.on.text) for at, one in zip(days, told.maps, strict=True)),
        tuple((y(n), numbers.plain(n)) for n in sorted({0, *counts})),
        tuple(inside),
    )


def small_maps(told: Change, numbers: Numbers) -> list[SmallMap]:
    """Return a map for each date: on it, new on it, no longer on it."""
    points = told.history.cameras.geometry.to_numpy()
    ground = told.maps[-1].scene
    bounds = shapely.total_bounds(points) if len(points) else ground.streets.total_bounds
    west, south, east, north = bounds
    at = plane_around((west - _AROUND_M, south - _AROUND_M, east + _AROUND_M, north + _AROUND_M))
    paths = (("house", at.areas(_within(ground.buildings.geometry.to_numpy(), at))),
             ("street", at.paths(_within(ground.streets.geometry.to_numpy(), at))))  # fmt: skip
    found = []
    for number in range(len(told.maps)):
        here = told.history.listed[number]
        before = told.history.listed[number - 1] if number else here
        sorts = (("gone", before & ~here), ("there", here & before), ("new", here & ~before))
        found.append(
            SmallMap(
                f"{day(told, number, numbers)}: {numbers.plain(int(here.sum()))}",
                _("Map of the cameras at {date}; the table below has the numbers").format(
                    date=day(told, number, numbers)
                ),
                at.view,
                paths,
                tuple((sort, x, y) for sort, of in sorts for x, y in at.points(points[of])),
                at.bar.units,
            )
        )
    return found


def _within(shapes: Any, at: Plane) -> Any:
    return shapes[shapely.intersects(shapes, at.frame)]


def cameras_csv(told: Change) -> bytes:
    """Return every camera with its intervals as CSV; no spreadsheet finds a formula in it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [f"on_map_{one.on.text}" for one in told.maps]
    writer.writerow(["id", "lon", "lat", "seen_by", "seen_last", *map(as_cell, names)])
    history = told.history
    degrees = history.cameras.geometry.to_crs(4326)
    for i, identity in enumerate(history.cameras["id"].tolist()):
        last = history.seen_last[i]
        writer.writerow(
            [
                as_cell(str(identity)), round(degrees.iloc[i].x, 7), round(degrees.iloc[i].y, 7),
                str(history.seen_by[i]), "" if np.isnat(last) else str(last),
                *(int(there) for there in history.listed[:, i]),
            ]
        )  # fmt: skip
    return text.getvalue().encode()


def for_machines(told: Change, events: Sequence[Event]) -> dict[str, Any]:
    """Return all figures for programs."""
    return {
        "dates": [
            {
                "date": one.on.text,
                "survey": one.is_survey,
                "surely_there": int(told.surely[number].sum()),
                "on_the_map": int(told.history.listed[number].sum()),
                "possibly_there": int(told.possibly[number].sum()),
                "seen_m": {
                    level.name: {
                        name: {
                            **named(ends(told.metres(number, which)[:, i]), 6),
                            "span": span_for_machines(told.spans(number, which)[i], 3),
                        }
                        for which, name in enumerate(("surely", "on_the_map", "possibly"))
                    }
                    for i, level in enumerate(told.levels)
                },
            }
            for number, one in enumerate(told.maps)
        ],
        "steps": [
            {
                "first": told.maps[one.first].on.text,
                "last": told.maps[one.second].on.text,
                "same_files": one.same_files,
                "added": one.added,
                "gone": one.gone,
                "difference_m": {
                    level.name: {
                        **named(ends(one.difference_m[:, i]), 6),
                        "span": span_for_machines(one.difference_spans[i], 3),
                    }
                    for i, level in enumerate(told.levels)
                },
                "growth_beside_the_map": None
                if one.growth is None
                else {
                    **named(ends(one.growth.factor), 6),
                    "others": list(one.growth.others),
                    "explained_by_the_map": one.growth.explains,
                },
                "surveyed": None
                if one.surveyed is None
                else {
                    "km": round(one.surveyed.km, 6),
                    "both": one.surveyed.counts[0],
                    "only_first": one.surveyed.counts[1],
                    "only_second": one.surveyed.counts[2],
                    "put_up": None
                    if one.surveyed.between is None
                    else quantiles(one.surveyed.between.put_up, 6),
                    "taken_down": None
                    if one.surveyed.between is None
                    else quantiles(one.surveyed.between.taken_down, 6),
                    "change": None
                    if one.surveyed.between is None
                    else quantiles(one.surveyed.between.change, 6),
                },
            }
            for one in told.steps
        ],
        "walkable_m": round(told.in_view.whole_m, 3),
        "dates_backwards": list(told.history.backwards),
        "events": [
            {
                "date": one.on.text,
                "title": one.title,
                "source": one.source,
                "confidence": one.confidence,
            }
            for one in events
        ],
    }
