"""The figures of access as rows: what is measured, of whom, when, and how certain it is."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.spreadsheets import as_cell
from contrechamp.measure.access.people import ALL
from contrechamp.measure.access.run import Access
from contrechamp.measure.estimates import quantiles
from contrechamp.measure.results import Span

F8 = NDArray[np.float64]

DECIMALS: Final = 6
#: Between the permits of a group, and between what is assumed.
AND: Final = " | "
#: From the first hour of the day to the end of the last.
EVERY_HOUR: Final = (0, 24)
#: Figures by hour: key, unit, and the name in `measure.access.reach.Reach`.
BY_HOUR: Final = (
    ("access.cut_off_share", "share", "cut"),
    ("access.minutes", "min", "minutes"),
    ("access.free_minutes", "min", "free_minutes"),
    ("access.added_minutes", "min", "added_minutes"),
    ("access.metres", "m", "metres"),
    ("access.free_metres", "m", "free_metres"),
)


@dataclass(frozen=True)
class Row:
    """One figure.

    Args:
        key: what is measured.
        place: kind of place that ways lead to.
        group: the permits of the group, with | between them; "" for none.
        area: its name, or "all".
        level: of view, where it matters.
        barrier: id of the barrier that shuts, where it matters.
        from_hour: first hour that it is for.
        to_hour: the hour after the last.
        unit: "share", "min", "m", "people", "homes" or "m of street".
        median: over draws; NaN where there is none.
        q05: lower end of the 90 % interval.
        q95: upper end of the 90 % interval.
        n_draws: draws in which there is a value.
        span_low: least median by what is assumed of views; NaN where nothing is.
        span_high: greatest of them.
        span_assumed: of what it is assumed, with | between; "" where nothing is.
    """

    key: str
    place: str
    group: str
    area: str
    level: str
    barrier: str
    from_hour: int
    to_hour: int
    unit: str
    median: float
    q05: float
    q95: float
    n_draws: int
    span_low: float = np.nan
    span_high: float = np.nan
    span_assumed: str = ""


COLUMNS: Final = tuple(Row.__dataclass_fields__)


def interval(values: NDArray[np.floating]) -> tuple[float, float, float, int]:
    """Return lower end, median and upper end over draws, and how many draws have a value.

    Where fewer than half have one there is nothing to tell: NaN.
    """
    there = values[~np.isnan(values)]
    if not len(values) or 2 * len(there) < len(values):
        return (np.nan, np.nan, np.nan, len(there))
    low, middle, high = quantiles(there).tolist()
    return (low, middle, high, len(there))


@dataclass(frozen=True)
class Drawn:
    """A figure, draw by draw.

    Args:
        key: what is measured.
        place: kind of place that ways lead to.
        values: (n_draws,), NaN where a draw has none.
        unit: as in `Row`.
        held: the permits of the group.
        area: its name, or "all".
        level: of view, where it matters.
        barrier: id of the barrier that shuts, where it matters.
        hours: the first that it is for, and the hour after the last.
        span: what it comes to by what is assumed of views.
    """

    key: str
    place: str
    values: NDArray[np.floating]
    unit: str
    held: tuple[str, ...] = ()
    area: str = ALL
    level: str = ""
    barrier: str = ""
    hours: tuple[int, int] = EVERY_HOUR
    span: Span | None = None

    @property
    def group(self) -> str:
        """The permits of the group as one text; "" for none."""
        return AND.join(self.held)


def rows(told: Access) -> list[Row]:
    """Return all figures as rows."""
    return [_row(one) for one in drawn(told)]


def drawn(told: Access) -> Iterator[Drawn]:
    """Yield all figures; hours that follow each other with the same values are one figure."""
    yield from _by_hour(told)
    yield from _never(told)
    yield from _exposure(told)
    yield from _barriers(told)


def _by_hour(told: Access) -> Iterator[Drawn]:
    for reach in told.reached.reach:
        for key, unit, name in BY_HOUR:
            values = getattr(reach, name)
            for group, held in enumerate(told.states.groups):
                for area, called in enumerate(told.people.names):
                    of_hours = values[:, group, :, area]
                    for first, end in _same(of_hours):
                        yield Drawn(
                            key, reach.place, of_hours[:, first], unit,
                            held=tuple(held), area=called, hours=(first, end),
                        )  # fmt: skip


def _same(values: NDArray[np.floating]) -> Iterator[tuple[int, int]]:
    """Yield the first hour and the hour after the last of each run of the same draws."""
    new = ~(np.isclose(values[:, 1:], values[:, :-1], 0.0, 0.0, equal_nan=True).all(axis=0))
    first = [0, *(np.flatnonzero(new) + 1).tolist()]
    yield from zip(first, [*first[1:], values.shape[1]], strict=True)


def _never(told: Access) -> Iterator[Drawn]:
    for reach in told.reached.reach:
        for area, called in enumerate(told.people.names):
            values = reach.never[:, area]
            yield Drawn("access.never_share", reach.place, values, "share", area=called)


def _exposure(told: Access) -> Iterator[Drawn]:
    hour = told.asked.hour
    more: dict[str, Any] = {"held": tuple(told.states.groups[0]), "hours": (hour, hour + 1)}
    for one in told.exposure.levels:
        level = one.level.name if told.exposure.cameras else ""
        for forced, spans in zip(one.forced, one.forced_spans, strict=True):
            for area, called in enumerate(told.people.names):
                yield Drawn(
                    "access.forced_share", forced.place, forced.share[:, area], "share",
                    area=called, level=level, span=spans[area], **more,
                )  # fmt: skip
        for least in one.least:
            fixed = {
                "access.shortest_m": least.shortest_m, "access.least_exposed_m": least.least_m,
            }  # fmt: skip
            for key, value in fixed.items():
                yield Drawn(key, least.place, np.array([value]), "m", level=level, **more)
            for key, values, span in (
                ("access.shortest_seen_m", least.seen_m, least.seen_span),
                ("access.least_exposed_seen_m", least.least_seen_m, least.least_seen_span),
            ):
                yield Drawn(key, least.place, values, "m", level=level, span=span, **more)


def _barriers(told: Access) -> Iterator[Drawn]:
    hour = told.asked.hour
    unit = "m of street" if told.people.counted == "streets" else told.people.counted
    for place, lost in told.cut_off.items():
        for number, identity in enumerate(told.barriers["id"].to_numpy(str)):
            yield Drawn(
                "access.cut_off_if_shut", place, lost[:, number], unit,
                held=tuple(told.states.groups[0]), barrier=str(identity), hours=(hour, hour + 1),
            )  # fmt: skip


def _row(one: Drawn) -> Row:
    low, middle, high, n = interval(one.values)
    numbers = (round(middle, DECIMALS), round(low, DECIMALS), round(high, DECIMALS))
    of = (one.key, one.place, one.group, one.area, one.level, one.barrier, *one.hours, one.unit)
    row = Row(*of, *numbers, n)
    if one.span is None:
        return row
    low, high = (round(end, DECIMALS) for end in (one.span.low, one.span.high))
    return replace(row, span_low=low, span_high=high, span_assumed=AND.join(one.span.assumed))


def as_json(found: Sequence[Row]) -> list[dict[str, Any]]:
    """Return rows for `access.json`; what is not there is null."""
    return [
        {name: None if value != value else value for name, value in one.__dict__.items()}
        for one in found
    ]


def as_csv(found: Sequence[Row]) -> bytes:
    """Return rows as CSV in which no spreadsheet finds a formula; what is not there is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in found:
        cells = one.__dict__.values()
        writer.writerow([as_cell(c) if isinstance(c, str) else "" if c != c else c for c in cells])
    return text.getvalue().encode()
