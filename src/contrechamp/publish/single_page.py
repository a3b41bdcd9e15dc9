"""The page of a command that answers one question: sentences, small maps, plots, tables, method.

It has no script, and nothing of it is loaded from elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from contrechamp.publish.charts import Chart
from contrechamp.publish.page import without_scripts
from contrechamp.publish.table import ReportTable


@dataclass(frozen=True)
class SmallMap:
    """A small map.

    Args:
        title: what it shows.
        label: the same for those who cannot see it, and where it is told in words.
        view: left, top, width and height, units.
        paths: (class, path data) from the lowest to the highest.
        points: (class, x, y).
        bar: length of the scale bar, units; 0 for none.
    """

    title: str
    label: str
    view: tuple[int, int, int, int]
    paths: tuple[tuple[str, str], ...]
    points: tuple[tuple[str, int, int], ...] = ()
    bar: int = 0


@dataclass(frozen=True)
class Curve:
    """A curve over its axes, in a view of 100 by 50.

    Args:
        title: what it shows.
        label: the same for those who cannot see it.
        path: path data.
        x_ticks: (position, text).
        y_ticks: (position, text).
        marks: (position, text) along the axis, such as what happened when.
    """

    title: str
    label: str
    path: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class SinglePage:
    """What stands on the page, from top to bottom.

    Args:
        kicker: which question it answers.
        headline: the answer in short.
        sentences: what was found, the most important first.
        asides: what does not count, and why.
        warnings: what a reader must know before.
        maps_title: of the maps together.
        maps: small maps, side by side.
        key: (sort, class, text) of what the maps show: "line", "area" or "point".
        caption: below the maps.
        charts: plots with intervals.
        curves: further plots.
        tables: in order.
        method: how it was found out, paragraphs.
        method_tables: what belongs to it.
        command: the same again.
    """

    kicker: str
    headline: str
    sentences: Sequence[str]
    asides: Sequence[str] = ()
    warnings: Sequence[str] = ()
    maps_title: str = ""
    maps: Sequence[SmallMap] = ()
    key: Sequence[tuple[str, str, str]] = ()
    caption: str = ""
    charts: Sequence[Chart] = ()
    curves: Sequence[Curve] = ()
    tables: Sequence[ReportTable] = ()
    method: Sequence[str] = ()
    method_tables: Sequence[ReportTable] = ()
    command: str = ""


def rendered(page: SinglePage, language: str) -> bytes:
    """Return a page as HTML; whatever came from the inputs is escaped.

    Args:
        page: what stands on it.
        language: code of the language, already active.
    """
    return without_scripts("single.html.jinja", "single.css", language, page=page)
