"""The whole measurement: from a scene to its figures, in the order in which data flows."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.camera_table import camera_table
from contrechamp.measure.drawn import DrawnFigure, as_figures
from contrechamp.measure.draws import BUILDING, UNKNOWN_OF, UNORDERED, Uniforms
from contrechamp.measure.drivers import Exchanged, drivers, visit_shares
from contrechamp.measure.estimates import TOLERANCE, draws_needed
from contrechamp.measure.exposure import Exposure
from contrechamp.measure.ground import SPACING_M, ground_figures, scan_lines
from contrechamp.measure.groups import AreaGroups, area_groups
from contrechamp.measure.heights import NEIGHBOURS
from contrechamp.measure.known import PARAMETERS, known_share, mapped
from contrechamp.measure.network import FootNetwork, foot_network
from contrechamp.measure.pieces import PIECE_M, StreetPieces, cut_streets
from contrechamp.measure.possible_regions import possible_regions, region_table
from contrechamp.measure.prior_table import prior_table
from contrechamp.measure.priors import Priors, default
from contrechamp.measure.results import Driver, Estimate, Figure, Measurement
from contrechamp.measure.stage import Stage, furthest, set_stage
from contrechamp.measure.street_figures import (
    area_figures,
    piece_table,
    street_figures,
    street_table,
    total_m,
)
from contrechamp.measure.tracks import TrackPieces, cut_tracks, track_figures
from contrechamp.measure.trip_exposure import TripExposure, trip_exposure, trip_figures, trip_table
from contrechamp.measure.trips import MOST_HOMES, TripPlan, choose_stops, plan_trips
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: Figures of the draws, and of each scenario by its name.
_AndScenarios = tuple[tuple[DrawnFigure, ...], Mapping[str, tuple[DrawnFigure, ...]]]

DRAWS = 1000
SEED = 1
#: Scenarios: every unknown at this probability of its prior, all cameras alike.
SCENARIOS: Mapping[str, float] = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
#: Draws of the direction in each scenario; their mean is given.
SCENARIO_DRAWS = 100
#: Pairs of draws for each unknown whose part in the interval is told: a share of one half is then
#: known to some 0.05, one of nothing to some 0.06.
DRIVER_PAIRS = 256
#: Draws of the ground within view in each scenario.
GROUND_SCENARIO_DRAWS = 50


@dataclass(frozen=True)
class Ways:
    """The walkable streets, their pieces, and the trips through them."""

    network: FootNetwork
    pieces: StreetPieces
    plan: TripPlan
    tracks: TrackPieces

    @property
    def length_m(self) -> F8:
        """(n_pieces,) metres."""
        return np.asarray(self.pieces.table["length_m"], dtype=np.float64)


def measure(
    scene: Scene,
    *,
    levels: Sequence[Level],
    draws: int = DRAWS,
    seed: int = SEED,
    target_height_m: float = 1.6,
    priors: Priors | None = None,
    piece_m: float = PIECE_M,
    most_homes: int = MOST_HOMES,
    progress: Progress = silent,
    threads: int | None = None,
    first_figure: Callable[[Figure], None] | None = None,
) -> Measurement:
    """Measure what the mapped cameras of a scene may have within view, and how sure that is.

    The same scene, options and version give the same numbers, whatever the number of threads.

    Args:
        scene: on its metric plane.
        levels: from the least to the most demanding (`sight.levels.parse_levels`).
        draws: of the figures; one where nothing is unknown.
        seed: of all that is drawn.
        target_height_m: height above the ground of what is seen.
        priors: of what is not mapped; the table of `priors.default` unless given.
        piece_m: largest length of a piece of street.
        most_homes: trips begin at so many homes at most; 0: no trips.
        progress: told of draws.
        threads: at most so many.
        first_figure: told the length of street within view at the first level as soon as its draws
            are done, without scenarios, long before all else is.

    Raises:
        InputError: if there is no camera, no building or no walkable street.
        UsageError: if there is no draw.
    """
    _check_whole(scene)
    if draws < 1:
        raise UsageError(_("the number of draws must be 1 or more"))
    stage = set_stage(
        scene,
        priors or default(),
        levels,
        target_height_m=target_height_m,
        seed=seed,
        threads=threads,
    )
    ways = _ways(scene, seed, piece_m, most_homes)
    areas = area_groups(
        scene.areas,
        ways.pieces.table.geometry,
        stage.placed.x,
        stage.placed.y,
        furthest(scene.cameras, stage.priors),
    )
    with progress(_("Preparing"), 2) as advance:
        # The first calls of a kernel compile it, or load what was compiled before.
        stage.expose(stage.uniforms(1), ways.pieces.pieces, walks=ways.plan.walks)
        advance(1)
        regions = region_table(stage, list(possible_regions(stage)))
        advance(1)
    plan = _plan_of_draws(
        stage,
        draws if stage.anything_drawn else 1,
        with_tracks=len(scene.tracks) > 0,
        with_trips=most_homes > 0,
    )
    with progress(_("Draws"), plan.total) as advance:
        return _measure(scene, stage, ways, areas, regions, plan, _part_of(advance), first_figure)


def _check_whole(scene: Scene) -> None:
    """Refuse a scene without what a figure needs: silence would read as "nothing within view"."""
    missing = ""
    if not len(scene.cameras):
        missing = _(
            "no camera found; expected objects tagged man_made=surveillance, "
            "or a table of cameras with id, lon and lat"
        )
    elif not len(scene.buildings):
        missing = _(
            "no building found, and without walls every view would be free; "
            "give an OpenStreetMap extract or a file of buildings as well"
        )
    elif not scene.streets["walkable"].any():
        missing = _(
            "no walkable street found to give figures for; give an OpenStreetMap extract as well"
        )
    if missing:
        raise InputError(missing, where=", ".join(file.name for file in scene.inputs))


@dataclass(frozen=True)
class _Draws:
    """How many draws each part of the measurement takes."""

    main: int
    scenario: int
    pairs: int
    ground_scenario: int
    tracks: int
    with_trips: bool
    unknowns: tuple[str, ...]

    @property
    def total(self) -> int:
        ground = self.main
        return (
            self.main
            + ground
            + self.tracks
            + len(SCENARIOS) * (self.scenario + self.ground_scenario)
            + (1 + len(self.unknowns)) * self.pairs
        )


def _plan_of_draws(stage: Stage, draws: int, *, with_tracks: bool, with_trips: bool) -> _Draws:
    unknowns = tuple(name for name in UNKNOWN_OF if name in stage.drawn)
    unknowns += (BUILDING,) if stage.heights.drawn else ()
    # Without a direction (or kind) to draw, a scenario is one draw.
    unordered = any(name in stage.drawn for name in UNORDERED)
    scenario = min(SCENARIO_DRAWS, draws) if unordered else 1
    return _Draws(
        main=draws,
        scenario=scenario,
        pairs=min(DRIVER_PAIRS, draws) if unknowns else 0,
        tracks=(draws + len(SCENARIOS) * scenario) if with_tracks else 0,
        ground_scenario=min(GROUND_SCENARIO_DRAWS, scenario),
        with_trips=with_trips,
        unknowns=unknowns,
    )


def _ways(scene: Scene, seed: int, piece_m: float, most_homes: int) -> Ways:
    homes = scene.homes if most_homes > 0 else scene.homes.iloc[:0]
    stops = choose_stops(scene.streets, homes, scene.places, seed=seed, most_homes=most_homes)
    network = foot_network(scene.streets, stops.snapped)
    pieces = cut_streets(network, scene.streets, piece_m)
    return Ways(
        network,
        pieces,
        plan_trips(network, stops, scene.places, pieces),
        cut_tracks(scene.tracks, piece_m),
    )


def _measure(
    scene: Scene,
    stage: Stage,
    ways: Ways,
    areas: AreaGroups,
    regions: gpd.GeoDataFrame,
    plan: _Draws,
    progress: Progress,
    first_figure: Callable[[Figure], None] | None,
) -> Measurement:
    numbers = stage.uniforms(plan.main)

    def expose(of: Uniforms) -> Exposure:
        return stage.expose(of, ways.pieces.pieces, walks=ways.plan.walks, progress=progress)

    exposure = expose(numbers)
    if first_figure is not None and len(ways.length_m):
        of_streets = street_figures(exposure, ways.length_m, stage.levels[:1], {})
        in_view = [one for one in of_streets if one.key == "streets.seen_m"]
        first_figure(_figures(stage, areas, exposure, in_view, {})[0])
    trips = trip_exposure(ways.plan, ways.network, ways.pieces, exposure)
    drawn = _street_and_trip_figures(stage, ways, areas, exposure, trips)
    scenarios = {}
    for name, probability in SCENARIOS.items():
        at = expose(numbers.first(plan.scenario).all_at(probability))
        at_trips = trip_exposure(ways.plan, ways.network, ways.pieces, at)
        scenarios[name] = _street_and_trip_figures(stage, ways, areas, at, at_trips)
    ground, ground_scenarios = _ground(stage, numbers, plan, progress)
    tracks, track_scenarios = _tracks(scene, stage, ways, numbers, plan, progress)
    figures = _figures(
        stage,
        areas,
        exposure,
        (*drawn, *ground, *tracks),
        {
            name: (*scenarios[name], *ground_scenarios[name], *track_scenarios[name])
            for name in SCENARIOS
        },
    )
    shares = visit_shares(exposure.alone_m, total_m(exposure), _uncertain(stage))
    return Measurement(
        levels=tuple(stage.levels),
        figures=figures,
        drivers=_drivers(stage, ways, numbers, exposure, plan, progress),
        pieces=piece_table(ways.pieces, exposure, stage.levels),
        streets=street_table(scene.streets, ways.pieces, exposure, stage.levels),
        cameras=camera_table(stage, exposure, shares, stage.levels),
        regions=regions[~regions.is_empty].reset_index(drop=True),
        trips=trip_table(ways.plan, trips, stage.levels, scene.homes, scene.places),
        priors=prior_table(stage, scene),
        methods=_methods(scene, stage, ways, plan, figures),
        warnings=_warnings(scene, stage, ways, plan, figures),
    )


def _uncertain(stage: Stage) -> Mask:
    """Return which cameras have anything drawn, (n,)."""
    anything = np.zeros(len(stage.cameras), bool)
    for mask in stage.drawn.values():
        anything |= mask
    return anything


def _street_and_trip_figures(
    stage: Stage, ways: Ways, areas: AreaGroups, exposure: Exposure, trips: TripExposure
) -> tuple[DrawnFigure, ...]:
    if not len(ways.length_m):
        return ()
    return (
        *street_figures(exposure, ways.length_m, stage.levels, stage.groups),
        *area_figures(exposure, ways.length_m, stage.levels, areas),
        *trip_figures(ways.plan, trips, stage.levels),
    )


def _ground(stage: Stage, numbers: Uniforms, plan: _Draws, progress: Progress) -> _AndScenarios:
    """Return the ground within view, in the draws and in each scenario."""
    lines, m2_per_m = scan_lines(
        stage.placed.x, stage.placed.y, furthest(stage.cameras, stage.priors), seed=stage.seed
    )

    def within_view(of: Uniforms) -> tuple[DrawnFigure, ...]:
        exposure = stage.expose(of, lines, with_groups=False, progress=progress)
        return ground_figures(exposure, m2_per_m, stage.levels)

    return _in_draws_and_scenarios(within_view, numbers, plan.ground_scenario)


def _tracks(
    scene: Scene,
    stage: Stage,
    ways: Ways,
    numbers: Uniforms,
    plan: _Draws,
    progress: Progress,
) -> _AndScenarios:
    """Return what of recorded walks is within view, in the draws and in each scenario."""

    def within_view(of: Uniforms) -> tuple[DrawnFigure, ...]:
        if not len(scene.tracks):
            return ()
        exposure = stage.expose(
            of,
            ways.tracks.pieces,
            walks=ways.tracks.walks,
            with_groups=False,
            progress=progress,
        )
        return track_figures(scene.tracks, ways.tracks, exposure, stage.levels)

    return _in_draws_and_scenarios(within_view, numbers, plan.scenario)


def _in_draws_and_scenarios(
    figures: Callable[[Uniforms], tuple[DrawnFigure, ...]], numbers: Uniforms, scenario_draws: int
) -> _AndScenarios:
    """Return figures of the draws, and of each scenario with its own number of draws."""
    return figures(numbers), {
        name: figures(numbers.first(scenario_draws).all_at(probability))
        for name, probability in SCENARIOS.items()
    }


def _figures(
    stage: Stage,
    areas: AreaGroups,
    exposure: Exposure,
    drawn: Sequence[DrawnFigure],
    scenarios: Mapping[str, Sequence[DrawnFigure]],
) -> tuple[Figure, ...]:
    """Summarise figures group by group, each with what is known of the cameras behind it."""
    everyone = np.ones(len(stage.cameras), bool)
    members = {**stage.groups, **dict(zip(areas.names, areas.camera, strict=True))}
    share = known_share(stage.cameras)
    weight = exposure.by_camera_m.mean(axis=0, dtype=np.float64)
    found: list[Figure] = []
    for group in dict.fromkeys(figure.group for figure in drawn):
        behind = members.get(group, everyone)
        known = {
            level.name: _weighted(share, weight[number], behind)
            for number, level in enumerate(stage.levels)
        }
        of_group = [figure for figure in drawn if figure.group == group]
        of_scenarios = {
            name: [figure for figure in figures if figure.group == group]
            for name, figures in scenarios.items()
        }
        found += as_figures(of_group, known, of_scenarios)
    return tuple(found)


def _weighted(share: F8, weight: F8, members: Mask) -> float:
    """Return the mean share of some cameras by what each contributes; all alike if nothing."""
    if not members.any():
        return 0.0
    by = weight[members]
    return float(np.average(share[members], weights=by if by.sum() > 0.0 else None))


def _drivers(
    stage: Stage,
    ways: Ways,
    numbers: Uniforms,
    exposure: Exposure,
    plan: _Draws,
    progress: Progress,
) -> tuple[Driver, ...]:
    if not plan.pairs or not len(ways.length_m):
        return ()
    first = numbers.first(plan.pairs)
    second = stage.uniforms(plan.pairs, sample="second")

    def totals(of: Uniforms) -> F8:
        pieces = ways.pieces.pieces
        return total_m(stage.expose(of, pieces, with_groups=False, progress=progress))

    draws_m = total_m(exposure)
    second_m = totals(second)
    exchanged = [
        Exchanged(unknown, totals(first.with_unknown_of(second, unknown)))
        for unknown in plan.unknowns
    ]
    return drivers(draws_m, draws_m[: plan.pairs], second_m, exchanged, stage.levels)


def _methods(
    scene: Scene, stage: Stage, ways: Ways, plan: _Draws, figures: Sequence[Figure]
) -> dict[str, Any]:
    """Return the facts of the run, JSON values all of them."""
    heights, placed = stage.heights, stage.placed
    known = mapped(stage.cameras)
    source = scene.buildings["height_source"].value_counts()
    return {
        "seed": stage.seed,
        "draws": plan.main,
        "draws_in_all": plan.total,
        "scenario_draws": plan.scenario,
        "driver_pairs": plan.pairs,
        "ground_draws": plan.main,
        "ground_line_spacing_m": SPACING_M,
        "target_height_m": stage.target_height_m,
        "piece_m": float(ways.length_m.max(initial=0.0)),
        "walkable_m": float(ways.length_m.sum()),
        "levels": {level.name: level.ppm for level in stage.levels},
        "crs": scene.crs.to_string(),
        "scale_error": scene.scale_error,
        "tolerance": TOLERANCE,
        "draws_needed": max((draws_needed(figure.estimate) for figure in figures), default=1),
        "drawn": {name: int(mask.sum()) for name, mask in stage.drawn.items()},
        "held": sorted({row.unknown for row in stage.priors.rows if row.fixed}),
        "mapped": {name: int(known[name].sum()) for name in PARAMETERS},
        "cameras_indoor": int(stage.cameras["indoor"].sum()),
        "cameras_on_wall": int(placed.on_wall.sum()),
        "cameras_moved_m": float(placed.moved_m.max(initial=0.0)),
        "buildings_within_reach": len(heights.known_m),
        "buildings_without_height": len(heights.unknown),
        "building_height_sources": {str(name) or "none": int(n) for name, n in source.items()},
        "heights_around": NEIGHBOURS if heights.around_m.shape[1] else 0,
        "trips": dict(ways.plan.counts),
        "notices": dict(sorted(Counter(notice.kind for notice in scene.notices).items())),
    }


def _warnings(
    scene: Scene, stage: Stage, ways: Ways, plan: _Draws, figures: Sequence[Figure]
) -> tuple[str, ...]:
    found = []
    if stage.cameras["indoor"].all():
        found.append(_("Every camera is mapped as indoor: none has the street within view."))
    if plan.with_trips:
        found += ways.plan.warnings
    short = [figure.estimate for figure in figures if not figure.estimate.enough_draws]
    if short:
        found.append(
            _(
                "{count} of {total} figures need more draws than {draws} for a steady interval "
                "(--draws {needed} would do for most of them); the tables mark them."
            ).format(
                count=len(short),
                total=len(figures),
                draws=plan.main,
                needed=_enough_for_most(short),
            )
        )
    return tuple(found)


def _enough_for_most(short: Sequence[Estimate]) -> int:
    """Return a round number of draws that is enough for nine in ten of these."""
    needed = np.quantile([draws_needed(one) for one in short], 0.9)
    digit = 10.0 ** math.floor(math.log10(needed))
    return int(math.ceil(needed / digit) * digit)


def _part_of(advance: Callable[[float], None]) -> Progress:
    """Return a progress that moves a bar which is open already."""

    @contextmanager
    def part(label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        yield advance

    return part
