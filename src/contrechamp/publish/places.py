"""Which cameras, streets and walks: the tables and plots that name places."""

from collections.abc import Callable, Mapping

import geopandas as gpd
import numpy as np

from contrechamp.base.i18n import _, ngettext
from contrechamp.measure.results import Figure, Measurement
from contrechamp.publish.charts import Chart, Range, chart
from contrechamp.publish.numbers import Numbers
from contrechamp.publish.spread import in_a_cell, spread
from contrechamp.publish.table import ReportTable, columns
from contrechamp.publish.unknowns import unknown_label
from contrechamp.scene.service_names import service_label
from contrechamp.scene.tables import Scene
from contrechamp.wording.cameras import kind_label, mount_label
from contrechamp.wording.levels import level_label

LISTED_CAMERAS = 15
LISTED_STREETS = 15


def parameter_names(names: str) -> str:
    """Return comma-separated parameters by their names in the active language."""
    return ", ".join(unknown_label(name) for name in names.split(",") if name) or "–"


def visit_table(measurement: Measurement, scene: Scene, numbers: Numbers) -> ReportTable | None:
    """Return the cameras to visit first, each with a button that shows it on the map."""
    cameras = measurement.cameras
    first = measurement.levels[0].name
    if "visit_rank" not in cameras or cameras.empty or measurement.pieces.empty:
        return None  # the rank is by the street that each has in view
    order = np.argsort(cameras["visit_rank"].to_numpy(), kind="stable")[:LISTED_CAMERAS]
    rank, known = _("Rank"), _("What is mapped")
    share, seen = _("Share of the variance, at most"), _("Street in view (mean)")
    shares = [f"visit_share_{level.name}" for level in measurement.levels]
    mean_share = cameras[[name for name in shares if name in cameras]].mean(axis=1)
    rows = tuple(
        (
            numbers.plain(cameras["visit_rank"].iloc[i]),
            str(cameras["id"].iloc[i]),
            f"{kind_label(scene.cameras['kind'].iloc[i])}; "
            + _("mount: {mount}").format(mount=mount_label(scene.cameras["mount"].iloc[i])),
            parameter_names(cameras["known"].iloc[i]),
            parameter_names(cameras["assumed"].iloc[i]),
            numbers.about(cameras[f"{first}_seen_m"].iloc[i], "m"),
            numbers.percent(mean_share.iloc[i], 0.001),
        )
        for i in order
    )
    return ReportTable(
        _("Cameras to visit first"),
        columns(
            *(rank, _("Camera"), _("Kind"), known, _("Assumed"), seen, share),
            numeric=(rank, seen, share),
        ),
        rows,
        cameras=tuple(int(i) for i in order),
        note=_(
            "Whoever finds out what is assumed of these cameras narrows the figures the most. The "
            "share is that of the variance of the street within view, the mean over the pixel "
            "densities; the street is that of “{level}”."
        ).format(level=level_label(first)),
    )


def streets_table(measurement: Measurement, numbers: Numbers) -> ReportTable | None:
    """Return the named streets with the most metres in view, as means: only means add up."""
    streets = measurement.streets
    level = measurement.levels[0].name
    named = streets[streets["name"].astype(str) != ""]
    if named.empty:
        return None
    length = named["length_m"].to_numpy(float)
    seen = length * named[f"{level}_mean"].to_numpy(float)
    at_once = length * named[f"{level}_cameras"].to_numpy(float)
    names, street = np.unique(named["name"].to_numpy(str), return_inverse=True)
    length, seen, at_once = (np.bincount(street, part) for part in (length, seen, at_once))
    order = np.lexsort((names, -seen))[:LISTED_STREETS]
    order = order[seen[order] > 0]
    if not len(order):
        return None
    metres, of, share, cameras = (
        _("In view (mean)"),
        _("Walkable length"),
        _("Share"),
        _("Mapped cameras at once"),
    )
    return ReportTable(
        _("Streets most within view of mapped cameras ({level})").format(level=level_label(level)),
        columns(*(_("Street"), metres, of, share, cameras), numeric=(metres, of, share, cameras)),
        tuple(
            (
                str(names[i]),
                numbers.about(seen[i], "m"),
                numbers.quantity(length[i], "m"),
                numbers.percent(seen[i] / length[i]),
                numbers.quantity(at_once[i] / length[i], "cameras", 0.1),
            )
            for i in order
        ),
        note=_unnamed_note(streets, level, float(seen.sum()), numbers),
    )


def _unnamed_note(streets: gpd.GeoDataFrame, level: str, named_m: float, numbers: Numbers) -> str:
    """Return how to read the table of streets, and how much of what is in view has no name."""
    note = _("Means over the draws, added over the parts of a street.")
    in_view_m = float((streets["length_m"] * streets[f"{level}_mean"]).sum())
    unnamed_m = in_view_m - named_m
    if unnamed_m < 1.0:
        return note
    return f"{note} " + _(
        "Ways without a name are left out here: {share} of the length within view."
    ).format(share=numbers.percent(unnamed_m / in_view_m))


def walks_chart(measurement: Measurement, numbers: Numbers) -> Chart | None:
    """Return how the share in view is distributed over the walks to each service."""
    trips = measurement.trips
    if trips is None or trips.empty:
        return None
    level = measurement.levels[0].name
    length = trips["length_m"].to_numpy(float)
    seen = trips[f"{level}_seen_m_median"].to_numpy(float)
    share = np.divide(seen, length, out=np.zeros_like(seen), where=length > 0)
    kinds = trips["kind"].to_numpy(str)
    ranges = []
    for kind in sorted(set(kinds), key=lambda kind: (-np.median(share[kinds == kind]), kind)):
        low, lower, middle, upper, high = np.quantile(
            share[kinds == kind], (0.1, 0.25, 0.5, 0.75, 0.9)
        )
        n = int((kinds == kind).sum())
        label = ngettext("{service} ({n} walk)", "{service} ({n} walks)", n).format(
            service=service_label(kind), n=numbers.plain(n)
        )
        ranges.append(
            Range(label, numbers.percent(middle), low, middle, high, box_low=lower, box_high=upper)
        )
    return chart(
        _("Share of the walk from home within view of a mapped camera ({level})").format(
            level=level_label(level)
        ),
        _(
            "Each walk at its median over the draws. Point: the middle walk. Thick: half of the "
            "walks. Line: eight in ten."
        ),
        ranges,
        write=lambda value, _end: numbers.percent(value),
        at_most=1.0,
    )


def walks_tables(measurement: Measurement, numbers: Numbers) -> list[ReportTable]:
    """Return the figures of walks by service: at any density, then in full for every level."""
    titles = {
        "seen_share": _("Share in view"),
        "seen_m": _("Metres in view"),
        "cameras": _("Different cameras"),
        "least_watched_seen_m": _("Metres in view on the least exposed way"),
        "detour_m": _("Detour of the least exposed way"),
        "no_detour_share": _("Walks that no detour frees"),
    }
    return _tables_of(
        measurement,
        numbers,
        titles={f"trips.{key}": title for key, title in titles.items()},
        heading=_("Service"),
        captions=(
            _("Walks from home to the nearest service ({level})"),
            _("Walks from home to the nearest service, at each pixel density"),
        ),
        label=_walks_of,
        note=_(
            "Median over the draws, and the 90 % interval. Metres and cameras are means a walk."
        ),
    )


def tracks_tables(measurement: Measurement, scene: Scene, numbers: Numbers) -> list[ReportTable]:
    """Return the figures of recorded walks: at any density, then in full for every level."""
    titles = {
        "seen_share": _("Share in view"),
        "seen_m": _("Metres in view"),
        "cameras": _("Different cameras"),
    }
    tracks = scene.tracks
    names = dict(zip(tracks["id"].astype(str), tracks["name"].astype(str), strict=True))

    def label(group: str) -> str:
        track = group.removeprefix("track:")
        return _("all recorded walks") if group == "all" else names.get(track, "") or track

    return _tables_of(
        measurement,
        numbers,
        titles={f"tracks.{key}": title for key, title in titles.items()},
        heading=_("Recorded walk"),
        captions=(_("Recorded walks ({level})"), _("Recorded walks, at each pixel density")),
        label=label,
        note=_("Median over the draws, and the 90 % interval."),
    )


def _tables_of(
    measurement: Measurement,
    numbers: Numbers,
    *,
    titles: Mapping[str, str],
    heading: str,
    captions: tuple[str, str],
    label: Callable[[str], str],
    note: str,
) -> list[ReportTable]:
    """Return tables with one row per group (and level) and one column per key of `titles`."""
    figures = {
        (figure.group, figure.level, figure.key): figure
        for figure in measurement.figures
        if figure.key in titles
    }
    keys = [key for key in titles if any(key == known for _group, _level, known in figures)]
    pairs = list(dict.fromkeys((group, level) for group, level, _key in figures))
    first = measurement.levels[0].name
    numeric = [titles[key] for key in keys]

    def cells(group: str, level: str) -> tuple[str, ...]:
        return tuple(_in_a_cell(figures.get((group, level, key)), numbers) for key in keys)

    short = ReportTable(
        captions[0].format(level=level_label(first)),
        columns(heading, *numeric, numeric=numeric),
        tuple((label(group), *cells(group, level)) for group, level in pairs if level == first),
        note=note,
    )
    long = ReportTable(
        captions[1],
        columns(heading, _("Pixel density"), *numeric, numeric=numeric),
        tuple((label(group), level_label(level), *cells(group, level)) for group, level in pairs),
        note=note,
    )
    return [table for table in (short, long) if table.rows]


def _in_a_cell(figure: Figure | None, numbers: Numbers) -> str:
    return "–" if figure is None else in_a_cell(spread(figure, numbers))


def _walks_of(group: str) -> str:
    kind, _colon, value = group.partition(":")
    return service_label(value) if kind == "service" else _("all walks")
