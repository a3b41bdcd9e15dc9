"""The results of a measurement: figures with their intervals, and tables aligned with the scene."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.scene.tables import Notice
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """One number that is not known exactly, from whole draws, never from adding up quantiles.

    Args:
        median: over draws.
        q05: lower end of the 90 % interval.
        q95: upper end of the 90 % interval.
        mean: over draws.
        standard_error: Monte Carlo standard error of the least certain of median, q05, q95.
        enough_draws: whether that error is small relative to the interval (`estimates.TOLERANCE`).
        n_draws: how many draws it is based on; 1 where nothing was unknown, 0 where the interval
            is that of a regression.
    """

    median: float
    q05: float
    q95: float
    mean: float
    standard_error: float
    enough_draws: bool
    n_draws: int


@dataclass(frozen=True)
class Span:
    """How far a figure's median goes by what is assumed, where no source is good enough to draw it.

    Args:
        low: least median over the alternatives of what is assumed; the default is one of them.
        high: greatest median.
        assumed: what differs between the alternatives, stable words as in `Driver`, such as
            ("kind", "range_m").
    """

    low: float
    high: float
    assumed: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """One figure: what was measured, at which level, for which group, and how certain it is.

    Args:
        key: what is measured, a stable word of `figures.json`: "streets.seen_m" (walkable street
            in view of at least one mapped camera), "streets.seen_share",
            "streets.cameras_at_once" (mean number over the metres in view),
            "streets.seen_by_one_m" (in view of exactly one), "streets.seen_by_several_m" (of two
            or more at once), "streets.hidden_m" (what stands free takes out of view, see `hidden`),
            "area.seen_m2" (ground in view of any mapped camera), "trips.seen_m",
            "trips.seen_share", "trips.cameras", "trips.least_watched_seen_m",
            "trips.detour_m", "trips.no_detour_share" (share of trips for which every route,
            however long, passes something in view); for recorded walks "tracks.seen_m",
            "tracks.seen_share", "tracks.cameras". "trips.seen_share" is all metres in view divided
            by all metres walked; the other trips.* are means per trip.
        level: name of the level.
        group: "all", "operator:public", "kind:dome", "near:<metres>" (streets around the cameras),
            "area:<id>", "service:<kind>", "track:<id>"
            (for tracks, "all" is all of them together)...
        unit: "m", "m2", "share" (0..1), "cameras".
        estimate: the value and its interval.
        known_share: share of the parameters of the cameras behind the figure that is mapped rather
            than assumed, weighted by what each camera contributes; 0..1.
        scenarios: the value with every unknown at the first decile, the median and the last decile
            of its prior, for all cameras alike: {"p10": ..., "p50": ..., "p90": ...}. Direction has
            no order: it is drawn in each scenario, and the mean over draws is given.
        span: what the interval leaves out, because it is assumed and not drawn; None where nothing
            is assumed, or where it was not computed for this figure.
    """

    key: str
    level: str
    group: str
    unit: str
    estimate: Estimate
    known_share: float
    scenarios: Mapping[str, float] = field(default_factory=dict)
    span: Span | None = None


@dataclass(frozen=True)
class Driver:
    """How much of a figure's variance one unknown explains (for all cameras at once).

    Args:
        unknown: "heading_deg", "height_m", "lens" (hfov, vfov), "width_px", "tilt_deg", "range_m",
            "kind", "building_height_m", "screen_height_m".
        level: of the figure streets.seen_m whose variance is explained.
        first_order: share of the variance that would go if only this were known (0..1).
        total: share that would remain if everything else were known (0..1).
        half_width_m: half the 90 % interval now.
        half_width_if_known_m: what would be left of it, to first order, if this were known.
    """

    unknown: str
    level: str
    first_order: float
    total: float
    half_width_m: float
    half_width_if_known_m: float


@dataclass(frozen=True)
class Prior:
    """One row of the table of priors, as the methods section prints it.

    Args:
        unknown: a stable word, as in `Driver`; "focal_mm" and "hfov_deg" make up "lens".
        applies_to: what it is used for, in the user's language.
        distribution: in the user's language.
        p10: first decile; NaN where there is none.
        p50: median.
        p90: last decile.
        unit: "m", "deg", "px", "mm" or "".
        source: where it comes from.
        n_cameras: how many cameras it was used for (buildings, for building heights).
        kinds: stable words of the kinds of camera it is for; empty where the kind does not matter.
    """

    unknown: str
    applies_to: str
    distribution: str
    p10: float
    p50: float
    p90: float
    unit: str
    source: str
    n_cameras: int
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measurement:
    """Everything that `measure` found out, on the metric plane of the scene.

    Args:
        levels: from the least to the most demanding; the first is ``visible`` (no density).
        figures: every figure.
        drivers: how much each unknown contributes to the interval of streets.seen_m, by level.
        pieces: walkable streets cut into short pieces. Columns: id, street (id of the street),
            name, length_m, and for each level L: L_mean, L_q05, L_median, L_q95 (share of the
            piece in view, 0..1) and L_cameras (number of cameras at once, averaged over the
            length of the piece and the draws).
        streets: the same columns for the whole walkable streets of the scene.
        cameras: row i is row i of scene.cameras. Geometry: the position that was used (moved to
            the outer side of a wall where needed). Columns: id, moved_m, on_wall (bool),
            free_from_deg, free_width_deg (directions that the mount leaves free), known (names of
            mapped parameters, comma-separated), assumed (the others); for each level L, L_seen_m
            (mean metres of street in view), L_alone_m (in view of no other camera) and
            visit_share_L (share of the variance of streets.seen_m that this camera explains);
            visit_rank (1: visit this one first).
        regions: visible regions. Columns: camera (id), level, area_m2, basis: "mapped" or
            "possible" (`measure.possible_regions`: the camera sees part of it at a time).
            Geometry: MultiPolygon.
        trips: one row per trip, or None where no trip could be made. Columns: home, service (id),
            kind, length_m, for each level L: L_seen_m_median, _q05, _q95, L_cameras_median,
            L_least_seen_m, L_detour_m, L_no_detour_share (share of draws); geometry LineString.
        priors: the table of the priors that were used.
        methods: facts for the methods section (all JSON values): seed, draws, target_height_m,
            piece_m, level set, crs, scale_error, counts of notices by kind...
        warnings: what a reader of the figures must know, in the user's language.
        notices: of cameras that contradict themselves; those of reading stand in the scene.
        draws_m: (n_draws, n_levels) metres of street in view in each draw: the same files, seed and
            number of draws give draws that belong together pair by pair. None without streets.
    """

    levels: tuple[Level, ...]
    figures: tuple[Figure, ...]
    drivers: tuple[Driver, ...]
    pieces: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    cameras: gpd.GeoDataFrame
    regions: gpd.GeoDataFrame
    trips: gpd.GeoDataFrame | None
    priors: tuple[Prior, ...]
    methods: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    draws_m: F8 | None = None
