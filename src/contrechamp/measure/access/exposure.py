"""What cannot be avoided on the ways to public places: view of mapped cameras, checkpoints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from contrechamp.base.progress import Progress, silent
from contrechamp.measure.access.asked import Asked
from contrechamp.measure.access.forced import CHECKPOINTS, Forced, forced_exposure
from contrechamp.measure.access.graph import AccessGraph, open_passages
from contrechamp.measure.access.least_exposed import Ways, shortest_and_least_exposed
from contrechamp.measure.access.people import People
from contrechamp.measure.access.states import States
from contrechamp.measure.assumed import ByAssumed, by_alternatives
from contrechamp.measure.pieces import cut_streets
from contrechamp.measure.possible_regions import possible_regions, region_table
from contrechamp.measure.priors import default
from contrechamp.measure.results import Span
from contrechamp.measure.routes import UNSEEN_M
from contrechamp.measure.span import SPAN_DRAWS, span_of
from contrechamp.measure.stage import Stage, set_stage
from contrechamp.measure.street_figures import sums_by
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level

B1 = NDArray[np.bool_]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Height of what is in view: a face.
FACE_M = 1.6


@dataclass(frozen=True)
class LeastExposed:
    """The shortest way and the least exposed one to a kind of place, on average over all starts.

    Args:
        place: of `reach.PLACES`.
        shortest_m: length of the shortest way.
        seen_m: (n_draws,) of it in view.
        seen_span: what that comes to by what is assumed of views; None where nothing is.
        checkpoints: that it passes.
        least_m: length of the way that passes fewest checkpoints, then least in view.
        least_seen_m: (n_draws,) of it in view.
        least_seen_span: what that comes to by what is assumed.
        least_checkpoints: that it passes.
    """

    place: str
    shortest_m: float
    seen_m: F8
    seen_span: Span | None
    checkpoints: float
    least_m: float
    least_seen_m: F8
    least_seen_span: Span | None
    least_checkpoints: float


@dataclass(frozen=True)
class Exposed:
    """Exposure at one level: those of the first group, at the hour that was asked.

    Args:
        level: of the view.
        forced: who cannot avoid it, by kind of place.
        forced_spans: (n_areas,) of each of these, what its share comes to by what is assumed.
        least: the least exposed ways, by kind of place.
    """

    level: Level
    forced: tuple[Forced, ...]
    forced_spans: tuple[tuple[Span | None, ...], ...]
    least: tuple[LeastExposed, ...]


@dataclass(frozen=True)
class Exposure:
    """What cannot be avoided.

    Args:
        cameras: how many are mapped outdoors; none if no building is, since then nothing bounds
            their views.
        without_buildings: cameras are mapped, and no building.
        checkpoints: how many barriers are one.
        levels: exposure at each level; without cameras of checkpoints only, at the first.
        stage: the cameras made ready; None without them.
    """

    cameras: int
    without_buildings: bool
    checkpoints: int
    levels: tuple[Exposed, ...]
    stage: Stage | None


def exposure_of(
    scene: Scene,
    barriers: gpd.GeoDataFrame,
    graph: AccessGraph,
    people: People,
    goals: Mapping[str, I8],
    states: States,
    asked: Asked,
    levels: Sequence[Level],
    *,
    progress: Progress = silent,
    threads: int | None = None,
) -> Exposure:
    """Work out what cannot be avoided on the ways to public places.

    Args:
        scene: with cameras and buildings, if the view of cameras is to count.
        barriers: `BARRIER_COLUMNS`, those of `states`.
        graph: with the starts of `people` as its first stops.
        people: whose ways are looked at.
        goals: place -> (k,) nodes.
        states: of barriers and links.
        asked: what is asked.
        levels: of the view.
        progress: one bar for the views.
        threads: greatest number of threads; the result is the same.
    """
    outdoors = int((~scene.cameras["indoor"].to_numpy(bool)).sum())
    watched = np.isin(barriers["kind"].to_numpy(str), CHECKPOINTS)
    is_checkpoint = np.zeros(graph.n_passages, bool)
    is_checkpoint[: graph.n_barred] = ~open_passages(graph, ~watched)
    is_open = _open_at(graph, states, asked)
    stage = None
    if outdoors and len(scene.buildings):
        stage = set_stage(
            scene, default(), levels, target_height_m=FACE_M, seed=asked.seed, threads=threads
        )
        seen = _edges_in_view(scene, stage, graph, asked, progress)
    else:
        seen = [csr_array((asked.draws, len(graph.network.edge_u)))]
    usual = np.mean(is_open, axis=0) >= 0.5

    def at_levels(of_edges: list[csr_array]) -> list[_AtLevel]:
        n = of_edges[0].shape[0]
        return [
            _at_level(graph, people, goals, is_open[:n], usual, is_checkpoint, one, threads)
            for one in of_edges
        ]

    by: ByAssumed[list[_AtLevel]] = ByAssumed((), ())
    if stage is not None:
        few = replace(asked, draws=min(SPAN_DRAWS, asked.draws))
        by = by_alternatives(
            stage, scene.buildings,
            lambda one: at_levels(_edges_in_view(scene, one, graph, few, silent)),
        )  # fmt: skip
    found = tuple(
        _exposed(level, one, [other[number] for other in by.others], by.names)
        for number, (level, one) in enumerate(zip(levels, at_levels(seen), strict=False))
    )
    told = found if stage is not None or watched.any() else ()
    return Exposure(
        cameras=outdoors if stage is not None else 0,
        without_buildings=bool(outdoors) and stage is None,
        checkpoints=int(watched.sum()),
        levels=told,
        stage=stage,
    )


@dataclass(frozen=True)
class _AtLevel:
    """Exposure at one level, with what is assumed or with one alternative to it."""

    forced: tuple[Forced, ...]
    ways: tuple[tuple[tuple[float, F8, float], ...], ...]


def _at_level(
    graph: AccessGraph,
    people: People,
    goals: Mapping[str, I8],
    is_open: B1,
    usual: B1,
    is_checkpoint: B1,
    seen: csr_array,
    threads: int | None,
) -> _AtLevel:
    start = graph.stop_node[: len(people.snapped.street)]
    return _AtLevel(
        forced_exposure(graph, people, goals, is_open, is_checkpoint, seen, threads=threads),
        tuple(
            _on_average(
                people, shortest_and_least_exposed(graph, start, at, usual, is_checkpoint, seen)
            )
            for at in goals.values()
        ),
    )


def _exposed(
    level: Level, usual: _AtLevel, others: Sequence[_AtLevel], assumed: tuple[str, ...]
) -> Exposed:
    """Return exposure at one level, with what it comes to by what is assumed."""
    spans, least = [], []
    for number, forced in enumerate(usual.forced):
        shares = [other.forced[number].share for other in others]
        spans.append(
            tuple(
                span_of(forced.share[:, area], [one[:, area] for one in shares], assumed, most=1.0)
                for area in range(forced.share.shape[1])
            )
        )
        shortest, freest = usual.ways[number]
        ways = [other.ways[number] for other in others]
        least.append(
            LeastExposed(
                place=forced.place,
                shortest_m=shortest[0],
                seen_m=shortest[1],
                seen_span=span_of(shortest[1], [one[0][1] for one in ways], assumed),
                checkpoints=shortest[2],
                least_m=freest[0],
                least_seen_m=freest[1],
                least_seen_span=span_of(freest[1], [one[1][1] for one in ways], assumed),
                least_checkpoints=freest[2],
            )
        )
    return Exposed(level, usual.forced, tuple(spans), tuple(least))


def _open_at(graph: AccessGraph, states: States, asked: Asked) -> B1:
    """Return (n_draws, n_passages): which are open to the first group at the asked hour."""
    rows = []
    for draw in range(asked.draws):
        is_open, of, _wait_s = states.passages(graph, draw)
        rows.append(is_open[of[0, asked.hour]])
    return np.array(rows)


def _edges_in_view(
    scene: Scene, stage: Stage, graph: AccessGraph, asked: Asked, progress: Progress
) -> list[csr_array]:
    """Return for each level (n_draws, n_edges of the network) metres in view."""
    pieces = cut_streets(graph.network, scene.streets)
    exposure = stage.expose(stage.uniforms(asked.draws), pieces.pieces, progress=progress)
    n_edges = len(graph.network.edge_u)
    edge_of = np.repeat(np.arange(n_edges), np.diff(pieces.edge_first))
    return [sums_by(one, edge_of, n_edges) for one in exposure.seen]


def _on_average(people: People, ways: tuple[Ways, Ways]) -> tuple[tuple[float, F8, float], ...]:
    """Return length, what is in view and checkpoints of both ways, on average over all starts."""
    every = people.area == 0
    start, weight = people.start[every], people.weight[every]
    there = ~np.isnan(ways[0].length_m[start])
    start, weight = start[there], weight[there]
    total = float(weight.sum())

    def mean(values: F8) -> F8:
        if not total:
            return np.full(values.shape[:-1], np.nan)
        return np.asarray(values[..., start] @ weight / total)

    return tuple(
        (float(mean(one.length_m)), mean(one.seen_m), float(mean(one.checkpoints))) for one in ways
    )


def cameras_of_edges(stage: Stage, graph: AccessGraph) -> tuple[I8, I8]:
    """Return each pair of an edge and a camera that may have part of it in view at the first level.

    Args:
        stage: the cameras made ready.
        graph: of the streets.
    """
    regions = region_table(stage, list(possible_regions(stage)))
    first = regions["level"].to_numpy(str) == stage.levels[0].name
    shapes = regions.geometry.to_numpy()[first]
    lines = graph.network.geometry
    camera, edge = shapely.STRtree(lines).query(shapes, predicate="intersects")
    length = shapely.length(shapely.intersection(lines[edge], shapes[camera]))
    seen = length >= UNSEEN_M
    return edge[seen].astype(np.int64), camera[seen].astype(np.int64)
