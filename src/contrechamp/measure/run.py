"""The whole measurement: from a scene to its figures, in the order in which the data flow."""

import math
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError, UsageError
from contrechamp.base.heap import share_heap
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.assumed import OtherStages, other_stages
from contrechamp.measure.camera_table import camera_table
from contrechamp.measure.drawn import DrawnFigure, as_figures
from contrechamp.measure.draws import BUILDING, SCREEN, UNKNOWN_OF, UNORDERED, Uniforms
from contrechamp.measure.drivers import Exchanged, drivers, visit_shares
from contrechamp.measure.estimates import TOLERANCE, draws_needed
from contrechamp.measure.exposure import Exposure, Pieces
from contrechamp.measure.ground import (
    SPACING_M,
    ground_figures,
    ground_in_areas,
    lines_in_areas,
    scan_lines,
)
from contrechamp.measure.groups import NEAR_M, AreaGroups, area_groups
from contrechamp.measure.heights import NEIGHBOURS
from contrechamp.measure.hidden import HIDDEN_DRAWS, hidden_figures, kinds_that_stand
from contrechamp.measure.kept import Kept
from contrechamp.measure.known import PARAMETERS, known_share, mapped
from contrechamp.measure.network import FootNetwork, foot_network
from contrechamp.measure.pieces import PIECE_M, StreetPieces, cut_streets
from contrechamp.measure.possible_regions import possible_regions, region_table
from contrechamp.measure.prior_table import prior_table
from contrechamp.measure.priors import KINDS, ByDensity, Priors, default, held
from contrechamp.measure.relief_error import error_sd_m
from contrechamp.measure.results import Driver, Estimate, Figure, Measurement
from contrechamp.measure.span import SPAN_DRAWS, with_spans
from contrechamp.measure.stage import Stage, greatest_range_m, set_stage
from contrechamp.measure.street_figures import (
    area_figures,
    piece_table,
    street_figures,
    street_table,
)
from contrechamp.measure.tracks import TrackPieces, cut_tracks, track_figures
from contrechamp.measure.trip_exposure import TripExposure, trip_exposure, trip_figures, trip_table
from contrechamp.measure.trips import MOST_HOMES, TripPlan, choose_stops, plan_trips
from contrechamp.scene.file_kinds import PHOTOS
from contrechamp.scene.missing import Amounts, one_message, what_is_missing
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]
_Result = TypeVar("_Result")

DRAWS = 1000
SEED = 1
#: What computes some figures, draw by draw, from the random numbers behind the draws.
_Question = Callable[[Uniforms], tuple[DrawnFigure, ...]]

#: Scenarios: every unknown at this quantile of its prior, for all cameras alike.
SCENARIOS: Mapping[str, float] = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
#: Draws of the direction in each scenario; their mean is given.
SCENARIO_DRAWS = 100
#: Share of the walkable street from which on steps tell that a place is not level: our choice.
STEPPED = 0.005
#: Pairs of draws for each unknown whose part in the interval is measured: the standard error of a
#: share is then about 0.05 at one half, and 0.06 at zero.
DRIVER_PAIRS = 256
#: Draws of the ground in view in each scenario.
GROUND_SCENARIO_DRAWS = 50
#: Draws of the ground for each alternative to what is assumed.
GROUND_SPAN_DRAWS = 12


@dataclass(frozen=True)
class Streets:
    """The walkable streets cut to pieces, the trips through them, and the recorded walks."""

    network: FootNetwork
    pieces: StreetPieces
    trips: TripPlan
    tracks: TrackPieces

    @property
    def length_m(self) -> F8:
        """(n_pieces,) metres."""
        return np.asarray(self.pieces.table["length_m"], dtype=np.float64)


@dataclass(frozen=True)
class _Draws:
    """How many draws each part of the measurement takes.

    Args:
        main: for the figures.
        scenario: for each question (see `_Run`), in each scenario.
        span: for each question, in each alternative to what is assumed.
        hidden: for what stands free, with each kind of it and without any, all together.
        pairs: for each unknown whose part in the interval is measured.
        unknowns: their names.
        others: the alternatives to what is assumed.
    """

    main: int
    scenario: Mapping[str, int]
    span: Mapping[str, int]
    others: OtherStages
    hidden: int
    pairs: int
    unknowns: tuple[str, ...]

    @property
    def total(self) -> int:
        figures = sum(self.main + len(SCENARIOS) * n for n in self.scenario.values())
        spans = len(self.others.made) * sum(self.span.values())
        return figures + spans + self.hidden + (1 + len(self.unknowns)) * self.pairs


class _GroundLines:
    """Lines over the ground, laid once for each reach: alternatives to what is assumed share it."""

    def __init__(self) -> None:
        self._laid: Kept[bytes, tuple[Pieces, float]] = Kept()

    def of(self, stage: Stage) -> tuple[Pieces, float]:
        """Return what `scan_lines` does for a stage; all stages have the same places and seed."""
        at, reach_m = stage.places.placed, stage.reach_m
        return self._laid.of(
            reach_m.tobytes(), lambda: scan_lines(at.x, at.y, reach_m, seed=stage.seed)
        )


@dataclass(frozen=True)
class _Run:
    """A measurement under way.

    Three questions are asked, each in the draws and in every scenario: how much is in view of the
    streets (with the trips through them), of the ground, and of recorded walks if there are any.
    """

    scene: Scene
    stage: Stage
    streets: Streets
    areas: AreaGroups
    draws: _Draws
    with_trips: bool
    whole: bool
    progress: Progress
    ground_lines: _GroundLines = field(default_factory=_GroundLines)

    def expose_streets(self, numbers: Uniforms, *, beside: Pieces | None = None) -> Exposure:
        """Return what is in view of the streets and trips, and how much of what is asked beside."""
        pieces, walks = self.streets.pieces.pieces, self.streets.trips.walks
        return self.stage.expose(
            numbers, pieces, walks=walks, beside=beside, progress=self.progress
        )

    def trip_exposure(self, exposure: Exposure) -> TripExposure:
        """Return what an exposure of the streets means for the trips."""
        streets = self.streets
        return trip_exposure(streets.trips, streets.network, streets.pieces, exposure)


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
    open_ground: bool = False,
    whole: bool = False,
    progress: Progress = silent,
    threads: int | None = None,
    first_figure: Callable[[Figure], None] | None = None,
) -> Measurement:
    """Measure what the mapped cameras of a scene may have in view, and how certain that is.

    The same scene, options and version give the same numbers, whatever the number of threads.

    Args:
        scene: on its metric plane.
        levels: from the least to the most demanding (`sight.levels.parse_levels`).
        draws: number of draws; one is enough where nothing is unknown.
        seed: of everything that is drawn.
        target_height_m: height of the target above the ground.
        priors: for what is not mapped; by default the table of `priors.default`.
        piece_m: greatest length of a piece of street.
        most_homes: greatest number of homes that trips start from; 0 for no trips.
        open_ground: the place has no buildings, so that views are free within range and field of
            view; the scene must have none then.
        whole: give shares of all streets too: they are an area that somebody chose.
        progress: advanced with every draw.
        threads: greatest number of threads; by default one per processor.
        first_figure: called with the length of street in view at the first level, without
            scenarios, as soon as its draws are done, which is long before the rest.

    Raises:
        InputError: if there is no camera, no building (but for open ground) or nothing to give
            figures for: neither walkable street nor walk nor area.
        UsageError: if the number of draws is below 1.
    """
    _check_whole(scene, open_ground=open_ground)
    if draws < 1:
        raise UsageError(_("the number of draws must be 1 or more"))
    share_heap()
    stage = set_stage(
        scene,
        priors or default(),
        levels,
        target_height_m=target_height_m,
        seed=seed,
        threads=threads,
    )
    streets = _streets(scene, seed, piece_m, most_homes)
    areas = _areas(stage, scene, streets)
    with progress(_("Preparing"), 2) as advance:
        # The first call of a kernel compiles it, or loads what was compiled before.
        stage.expose(stage.uniforms(1), streets.pieces.pieces, walks=streets.trips.walks)
        advance(1)
        regions = region_table(stage, list(possible_regions(stage)))
        advance(1)
    plan = _plan_draws(
        stage,
        scene,
        draws if stage.anything_drawn else 1,
        streets=len(streets.length_m) > 0,
        tracks=len(scene.tracks) > 0,
    )
    with progress(_("Draws"), plan.total) as advance:
        run = _Run(scene, stage, streets, areas, plan, most_homes > 0, whole, _part_of(advance))
        return _measure(run, regions, first_figure)


def measure_streets(
    scene: Scene,
    *,
    levels: Sequence[Level],
    draws: int = DRAWS,
    seed: int = SEED,
    target_height_m: float = 1.6,
    priors: Priors | None = None,
    threads: int | None = None,
) -> tuple[Figure, ...]:
    """Return how much of the streets is in view, with spans, and nothing else of `measure`.

    The same scene, options and version give the same numbers as `measure`, without the scenarios.
    """
    stage = set_stage(
        scene,
        priors or default(),
        levels,
        target_height_m=target_height_m,
        seed=seed,
        threads=threads,
    )
    streets = _streets(scene, seed, PIECE_M, 0)
    areas = _areas(stage, scene, streets)
    plan = _Draws(
        main=draws if stage.anything_drawn else 1,
        scenario={},
        span={"streets": min(SPAN_DRAWS, draws)},
        others=other_stages(stage, scene.buildings),
        hidden=0,
        pairs=0,
        unknowns=(),
    )
    run = _Run(scene, stage, streets, areas, plan, with_trips=False, whole=False, progress=silent)
    exposure = run.expose_streets(stage.uniforms(plan.main))
    drawn = _street_and_trip_figures(run, exposure)
    return with_spans(
        _figures(run, exposure, drawn, {}),
        drawn,
        [_figures_on(run, made) for made in plan.others.made],
        plan.others.names,
    )


def _check_whole(scene: Scene, *, open_ground: bool) -> None:
    """Refuse a scene that lacks what a figure needs: silence would read as "nothing in view"."""
    there = Amounts(
        cameras=len(scene.cameras),
        buildings=len(scene.buildings),
        streets=int(scene.streets["walkable"].sum()),
        tracks=len(scene.tracks),
        areas=len(scene.areas),
    )
    if missing := what_is_missing(there, open_ground=open_ground):
        where = ", ".join(file.name for file in scene.inputs)
        raise InputError(one_message(missing), where=where)


def _plan_draws(stage: Stage, scene: Scene, draws: int, *, streets: bool, tracks: bool) -> _Draws:
    unknowns = tuple(name for name in UNKNOWN_OF if name in stage.drawn)
    unknowns += (BUILDING,) if stage.heights.drawn else ()
    unknowns += (SCREEN,) if stage.screens_drawn else ()
    kinds = kinds_that_stand(stage)
    # Without a direction (or kind) to draw, a scenario is one draw.
    unordered = any(name in stage.drawn for name in UNORDERED)
    scenario = min(SCENARIO_DRAWS, draws) if unordered else 1
    span = min(SPAN_DRAWS, draws)
    return _Draws(
        main=draws,
        scenario={
            "streets": scenario,
            "ground": min(GROUND_SCENARIO_DRAWS, scenario),
            **({"tracks": scenario} if tracks else {}),
        },
        span={
            "streets": span,
            "ground": min(GROUND_SPAN_DRAWS, span),
            **({"tracks": span} if tracks else {}),
        },
        others=other_stages(stage, scene.buildings),
        hidden=(1 + len(kinds)) * min(HIDDEN_DRAWS, draws) if kinds and streets else 0,
        pairs=min(DRIVER_PAIRS, draws) if unknowns else 0,
        unknowns=unknowns,
    )


def _streets(scene: Scene, seed: int, piece_m: float, most_homes: int) -> Streets:
    homes = scene.homes if most_homes > 0 else scene.homes.iloc[:0]
    stops = choose_stops(scene.streets, homes, scene.places, seed=seed, most_homes=most_homes)
    network = foot_network(scene.streets, stops.snapped)
    pieces = cut_streets(network, scene.streets, piece_m)
    trips = plan_trips(network, stops, scene.places, pieces)
    return Streets(network, pieces, trips, cut_tracks(scene.tracks, piece_m))


def _areas(stage: Stage, scene: Scene, streets: Streets) -> AreaGroups:
    pieces, reach_m = streets.pieces.table.geometry, greatest_range_m(stage.cameras, stage.priors)
    return area_groups(scene.areas, pieces, stage.placed.x, stage.placed.y, reach_m)


def _measure(
    run: _Run, regions: gpd.GeoDataFrame, first_figure: Callable[[Figure], None] | None
) -> Measurement:
    stage = run.stage
    numbers = stage.uniforms(run.draws.main)
    exposure = run.expose_streets(numbers, beside=run.ground_lines.of(stage)[0])
    with _beside(stage.threads) as beside:
        return _figures_and_tables(run, regions, first_figure, numbers, exposure, beside)


#: Begins some work beside other work, and returns how to ask for its result.
_Beside = Callable[[Callable[[], _Result]], Callable[[], _Result]]


@contextmanager
def _beside(threads: int | None) -> Iterator[_Beside[Any]]:
    """Give what begins work in a thread of its own, as many at a time as there may be threads.

    Most of such work waits for draws, which have threads of their own; the rest takes one core, and
    draws of other work fill the others meanwhile. With a single thread allowed, work is done when
    its result is asked for.
    """
    if threads == 1:
        yield lambda work: work
        return
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        try:
            yield lambda work: pool.submit(work).result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # after an error, nobody asks for it


def _figures_and_tables(
    run: _Run,
    regions: gpd.GeoDataFrame,
    first_figure: Callable[[Figure], None] | None,
    numbers: Uniforms,
    exposure: Exposure,
    beside: _Beside[Any],
) -> Measurement:
    scene, stage, streets = run.scene, run.stage, run.streets
    if first_figure is not None and len(streets.length_m):
        first = street_figures(exposure, streets.length_m, stage.levels[:1], {})
        in_view = [figure for figure in first if figure.key == "streets.seen_m"]
        first_figure(_figures(run, exposure, in_view, {})[0])
    # The longest first.
    of_drivers = beside(lambda: _drivers(run, numbers, exposure))
    asked = [beside(partial(_figures_on, run, made)) for made in run.draws.others.made]
    questions = _questions(run, ("ground", "tracks", "streets"))
    of_scenarios = {
        name: beside(partial(_figures_in_scenario, run, questions, numbers, probability))
        for name, probability in SCENARIOS.items()
    }
    of_hidden = beside(lambda: _hidden(run, exposure))
    of_pieces = beside(lambda: piece_table(streets.pieces, exposure, stage.levels))
    of_streets = beside(lambda: street_table(scene.streets, streets.pieces, exposure, stage.levels))
    trips = run.trip_exposure(exposure)
    drawn = [
        *_street_and_trip_figures(run, exposure, trips),
        *_ground_question(run, exposure.beside_m)(numbers),
        *questions["tracks"](numbers),
        *of_hidden(),
    ]
    figures = with_spans(
        _figures(run, exposure, drawn, {name: found() for name, found in of_scenarios.items()}),
        drawn,
        [found() for found in asked],
        run.draws.others.names,
    )
    shares = visit_shares(exposure.alone_m, exposure.total_m, _uncertain(stage))
    return Measurement(
        levels=tuple(stage.levels),
        figures=figures,
        drivers=of_drivers(),
        pieces=of_pieces(),
        streets=of_streets(),
        cameras=camera_table(stage, exposure, shares, stage.levels),
        regions=regions[~regions.is_empty].reset_index(drop=True),
        trips=trip_table(streets.trips, trips, stage.levels, scene.homes, scene.places),
        priors=prior_table(stage, scene),
        methods=_methods(run, figures),
        warnings=_warnings(run, figures),
        notices=stage.notices,
        draws_m=np.asarray(exposure.total_m, np.float64) if len(streets.length_m) else None,
    )


def _hidden(run: _Run, exposure: Exposure) -> Sequence[DrawnFigure]:
    """Return what each kind of what stands free hides of the streets."""
    if not run.draws.hidden:
        return ()
    n_draws, pieces = min(HIDDEN_DRAWS, run.draws.main), run.streets.pieces.pieces
    return hidden_figures(
        run.scene, run.stage, pieces, exposure.total_m, n_draws, progress=run.progress
    )


def _questions(run: _Run, names: Iterable[str]) -> dict[str, _Question]:
    """Return these questions, made ready once for however often they are asked."""
    ready: Mapping[str, Callable[[], _Question]] = {
        "streets": lambda: lambda of: _street_and_trip_figures(run, run.expose_streets(of)),
        "ground": partial(_ground_question, run),
        "tracks": lambda: partial(_track_figures, run),
    }
    return {name: ready[name]() for name in names}


def _figures_in_scenario(
    run: _Run, questions: Mapping[str, _Question], numbers: Uniforms, probability: float
) -> list[DrawnFigure]:
    """Return the figures in the first few draws, with every ordered unknown at one quantile."""
    return [
        figure
        for question, n in run.draws.scenario.items()
        for figure in questions[question](numbers.first(n).all_at(probability))
    ]


def _figures_on(run: _Run, made: Callable[[], Stage]) -> list[DrawnFigure]:
    """Return the figures in the first few draws, by an alternative to what is assumed."""
    stage = made()
    questions = _questions(replace(run, stage=stage), run.draws.span)
    numbers = stage.uniforms(max(run.draws.span.values()))
    return [
        figure
        for question, n in run.draws.span.items()
        for figure in questions[question](numbers.first(n))
    ]


def _uncertain(stage: Stage) -> Mask:
    """Return which cameras have anything drawn, (n,)."""
    none = np.zeros(len(stage.cameras), bool)
    return np.asarray(np.any([none, *stage.drawn.values()], axis=0))


def _street_and_trip_figures(
    run: _Run, exposure: Exposure, trips: TripExposure | None = None
) -> tuple[DrawnFigure, ...]:
    stage, streets = run.stage, run.streets
    if not len(streets.length_m):
        return ()
    return (
        *street_figures(exposure, streets.length_m, stage.levels, stage.groups, whole=run.whole),
        *area_figures(exposure, streets.length_m, stage.levels, run.areas),
        *trip_figures(streets.trips, trips or run.trip_exposure(exposure), stage.levels),
    )


def _ground_question(run: _Run, known_m: F8 | None = None) -> _Question:
    """Return the question how much ground is in view; its lines are laid once.

    Args:
        run: the measurement.
        known_m: (n_draws, n_levels) metres of the lines in view, where they are known already.
    """
    stage = run.stage
    lines, m2_per_m = run.ground_lines.of(stage)
    # Without streets, areas are measured by their ground.
    areas = run.scene.areas if not len(run.streets.length_m) else run.scene.areas.iloc[:0]
    within = lines_in_areas(lines, areas.geometry.to_numpy())

    def figures(numbers: Uniforms) -> tuple[DrawnFigure, ...]:
        total_m = known_m
        if total_m is None:
            total_m = stage.totals(numbers, lines, progress=run.progress)
        found = ground_figures(total_m, m2_per_m, stage.levels)
        if not len(areas):
            return found
        inside = stage.expose(numbers, within, with_groups=False)
        area_m2 = areas.geometry.area.to_numpy(np.float64)
        names = [f"area:{name}" for name in areas["id"].astype(str)]
        return (*found, *ground_in_areas(inside, m2_per_m, area_m2, names, stage.levels))

    return figures


def _track_figures(run: _Run, numbers: Uniforms) -> tuple[DrawnFigure, ...]:
    """Return how much of the recorded walks is in view."""
    tracks, stage = run.streets.tracks, run.stage
    if not len(run.scene.tracks):
        return ()
    exposure = stage.expose(
        numbers, tracks.pieces, walks=tracks.walks, with_groups=False, progress=run.progress
    )
    return track_figures(run.scene.tracks, tracks, exposure, stage.levels)


def _figures(
    run: _Run,
    exposure: Exposure,
    drawn: Sequence[DrawnFigure],
    scenarios: Mapping[str, Sequence[DrawnFigure]],
) -> tuple[Figure, ...]:
    """Summarise figures group by group, each with what is known of the cameras behind it."""
    stage, areas = run.stage, run.areas
    everyone = np.ones(len(stage.cameras), bool)
    members = {**stage.groups, **dict(zip(areas.names, areas.camera, strict=True))}
    share = known_share(stage.cameras)
    weight = exposure.by_camera_m.mean(axis=0, dtype=np.float64)
    summarised: list[Figure] = []
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
        summarised += as_figures(of_group, known, of_scenarios)
    return tuple(summarised)


def _weighted(share: F8, weight: F8, members: Mask) -> float:
    """Return the mean share of `members`, weighted; unweighted if all the weights are zero."""
    if not members.any():
        return 0.0
    weights = weight[members] if weight[members].sum() > 0.0 else None
    return float(np.average(share[members], weights=weights))


def _drivers(run: _Run, numbers: Uniforms, exposure: Exposure) -> tuple[Driver, ...]:
    stage, plan = run.stage, run.draws
    if not plan.pairs or not len(run.streets.length_m):
        return ()
    first = numbers.first(plan.pairs)
    second = stage.uniforms(plan.pairs, sample="second")

    def totals(of: Uniforms) -> F8:
        pieces = run.streets.pieces.pieces
        return stage.totals(of, pieces, progress=run.progress)

    draws_m = exposure.total_m
    second_m = totals(second)
    exchanged = [
        Exchanged(unknown, totals(first.with_unknown_of(second, unknown)))
        for unknown in plan.unknowns
    ]
    return drivers(draws_m, draws_m[: plan.pairs], second_m, exchanged, stage.levels)


def _methods(run: _Run, figures: Sequence[Figure]) -> dict[str, Any]:
    """Return the facts of the run; all of them are JSON values."""
    scene, stage, plan = run.scene, run.stage, run.draws
    length_m = run.streets.length_m
    heights, placed = stage.heights, stage.placed
    known = mapped(stage.cameras)
    notices = (*scene.notices, *stage.notices)
    source = scene.buildings["height_source"].value_counts()
    return {
        "seed": stage.seed,
        "draws": plan.main,
        "draws_in_all": plan.total,
        "scenario_draws": plan.scenario["streets"],
        "span_draws": plan.span["streets"] if plan.others.made else 0,
        "driver_pairs": plan.pairs,
        "ground_draws": plan.main,
        "ground_line_spacing_m": SPACING_M,
        "open_ground": not len(scene.buildings) and stage.screens is None,
        "target_height_m": stage.target_height_m,
        "piece_m": float(length_m.max(initial=0.0)),
        "walkable_m": float(length_m.sum()),
        "near_m": NEAR_M,
        "near_walkable_m": float((run.areas.piece @ length_m)[0]),
        "levels": {level.name: level.ppm for level in stage.levels},
        "crs": scene.crs.to_string(),
        "scale_error": scene.scale_error,
        "tolerance": TOLERANCE,
        "draws_needed": max((draws_needed(figure.estimate) for figure in figures), default=1),
        "drawn": {name: int(mask.sum()) for name, mask in stage.drawn.items()},
        "held": sorted({row.unknown for row in stage.priors.rows if held(row)}),
        **_range_by_density(stage),
        "mapped": {
            name: int(known[name].sum())
            for name in PARAMETERS
            if name not in ("indoor", "place") or not known[name].all()
        },
        "cameras_indoor": int(stage.cameras["indoor"].sum()),
        "cameras_on_wall": int(placed.on_wall.sum()),
        "cameras_moved_m": float(placed.moved_m.max(initial=0.0)),
        "buildings_within_reach": len(heights.known_m),
        "buildings_without_height": len(heights.unknown),
        "building_height_sources": {str(name) or "none": int(n) for name, n in source.items()},
        "heights_around": NEIGHBOURS if heights.around_m.shape[1] else 0,
        **_of_screens(stage),
        **_of_relief(stage),
        "trips": dict(run.streets.trips.counts),
        "notices": dict(sorted(Counter(one.kind for one in notices).items())),
    }


def _of_screens(stage: Stage) -> dict[str, dict[str, int]]:
    """Return how many of each kind stand free within reach, and how many without a height."""
    screens = stage.screens
    if screens is None:
        return {}
    return {
        "screens_within_reach": dict(Counter(screens.kind.tolist())),
        "screens_without_height": dict(Counter(screens.kind[np.isnan(screens.known_m)].tolist())),
    }


def _of_relief(stage: Stage) -> dict[str, dict[str, float]]:
    """Return what the ground is, where it was not taken as flat."""
    relief = stage.relief
    if relief is None:
        return {}
    return {
        "relief": {
            "cell_m": relief.cell_m,
            "model_cell_m": relief.model_cell_m,
            "error_m": error_sd_m(relief),
            "filled_share": relief.filled_share,
            "lowest_m": float(relief.height_m.min()),
            "highest_m": float(relief.height_m.max()),
        }
    }


def _range_by_density(stage: Stage) -> dict[str, dict[str, float]]:
    """Return where the view ends of cameras without a range, if the user did not say where."""
    rows = [stage.priors.row("range_m", kind) for kind in KINDS]
    by_density = [row for row in rows if isinstance(row, ByDensity)]
    if not by_density or not np.isnan(stage.cameras["range_m"].to_numpy(np.float64)).any():
        return {}
    row = by_density[0]
    return {"range_by_density": {"px_per_m": row.ppm, "most_m": row.most_m}}


def _warnings(run: _Run, figures: Sequence[Figure]) -> tuple[str, ...]:
    warnings = []
    if run.stage.cameras["indoor"].all():
        warnings.append(_("Every camera is mapped as indoor: none has the street within view."))
    relief = run.stage.relief
    if relief is not None and run.stage.reach_m.max(initial=0.0) > relief.around_m:
        warnings.append(
            _(
                "Some views go further than {metres} m, where the heights end that were read: "
                "beyond, the ground is taken as that of the edge."
            ).format(metres=round(relief.around_m))
        )
    if relief is None and _stepped(run.scene):
        warnings.append(
            _(
                "The map has steps in many places, so that the ground is not level, and these "
                "figures take it as flat: what lies higher or lower is in view, or hidden, "
                "otherwise. With a height model (GeoTIFF) beside the map they would not."
            )
        )
    if run.with_trips and len(run.streets.length_m):
        warnings += run.streets.trips.warnings
    photos = sum(file.format == PHOTOS for file in run.scene.inputs)
    if photos:
        warnings.append(
            _(
                "Cameras from photos stand where the photographer stood, not where they hang: "
                "figures near them are rough."
            )
        )
    short = [figure.estimate for figure in figures if not figure.estimate.enough_draws]
    if short:
        warnings.append(
            ngettext(
                "{count} of {total} figures needs more draws than {draws} for a steady interval "
                "(--draws {needed} would do); the tables mark it.",
                "{count} of {total} figures need more draws than {draws} for a steady interval "
                "(--draws {needed} would do for most of them); the tables mark them.",
                len(short),
            ).format(
                count=len(short),
                total=len(figures),
                draws=run.draws.main,
                needed=_enough_for_most(short),
            )
        )
    return tuple(warnings)


def _stepped(scene: Scene) -> bool:
    """Return whether steps are so much of the walkable streets that the ground cannot be level."""
    walkable = scene.streets[scene.streets["walkable"].to_numpy(bool)]
    length_m = walkable.length.to_numpy(np.float64)
    steps_m = length_m[walkable["highway"].to_numpy(str) == "steps"].sum()
    return bool(steps_m > STEPPED * length_m.sum())


def _enough_for_most(short: Sequence[Estimate]) -> int:
    """Return a round number of draws that is enough for nine in ten of these estimates."""
    needed = np.quantile([draws_needed(one) for one in short], 0.9)
    digit = 10.0 ** math.floor(math.log10(needed))
    return int(math.ceil(needed / digit) * digit)


def _part_of(advance: Callable[[float], None]) -> Progress:
    """Return a `Progress` whose steps move a bar that is already open."""

    @contextmanager
    def part(label: str, total: float | None) -> Iterator[Callable[[float], None]]:
        yield advance

    return part
