"""Access through barriers: from a scene to who reaches what, and what stands in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.access.asked import SPEED_M_S, Asked
from contrechamp.measure.access.between import Between, cameras_between
from contrechamp.measure.access.critical import cut_off_if_shut
from contrechamp.measure.access.crossings import Crossings, find_crossings
from contrechamp.measure.access.exposure import Exposure, exposure_of
from contrechamp.measure.access.graph import AccessGraph, access_graph
from contrechamp.measure.access.links import Links, possible_links
from contrechamp.measure.access.nearest import prepare_search
from contrechamp.measure.access.people import People, find_people
from contrechamp.measure.access.reach import PLACES, Reached, minutes_along, reached
from contrechamp.measure.access.states import States, draw_states
from contrechamp.measure.network import SNAP_M, snap
from contrechamp.scene.columns import kept_rows
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level
from contrechamp.sight.levels import VISIBLE

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Draws of which the map shows the median.
DRAWS_OF_MAP = 50


@dataclass(frozen=True)
class Access:
    """Who reaches what, and what stands in the way.

    Args:
        asked: what was asked.
        people: whose ways were looked at.
        barriers: `BARRIER_COLUMNS`, those that cross a walkable street.
        crossings: where; its rows count `barriers`.
        links: that the map may lack.
        graph: of streets and barriers.
        states: what was drawn of barriers and links.
        goals: place -> (k,) nodes, of each kind that there is near a street.
        far_away: places too far from every walkable street.
        missing: kinds of place that are not on the map.
        reached: who reaches what.
        cut_off: place -> (n_draws, n_barriers) how many are cut off if one barrier shuts: those of
            the first group, at the hour that was asked.
        exposure: what cannot be avoided on the ways.
        between: the smallest set of cameras between two areas; None if that was not asked.
    """

    asked: Asked
    people: People
    barriers: gpd.GeoDataFrame
    crossings: Crossings
    links: Links
    graph: AccessGraph
    states: States
    goals: Mapping[str, I8]
    far_away: int
    missing: tuple[str, ...]
    reached: Reached
    cut_off: Mapping[str, F8]
    exposure: Exposure
    between: Between | None


def access(
    scene: Scene,
    asked: Asked,
    *,
    levels: Sequence[Level] = (VISIBLE,),
    progress: Progress = silent,
    threads: int | None = None,
) -> Access:
    """Work out who reaches what through the barriers of a scene.

    The same scene and options give the same numbers, whatever the number of threads.

    Args:
        scene: on its metric plane, with walkable streets.
        asked: what is asked.
        levels: of the view of cameras.
        progress: advanced with every draw.
        threads: greatest number of threads; by default one per processor.

    Raises:
        InputError: if there is no walkable street, or none of the public places.
    """
    _check(scene)
    people = find_people(scene, asked.seed)
    crossings = find_crossings(scene.streets, scene.barriers)
    standing, number = np.unique(crossings.barrier, return_inverse=True)
    barriers = kept_rows(scene.barriers, standing)
    crossings = Crossings(
        number.astype(np.int64), crossings.snapped, crossings.on_no_street, crossings.along,
        crossings.openings,
    )  # fmt: skip
    links = possible_links(scene)
    snapped = snap(scene.streets, scene.places.geometry, SNAP_M)
    graph = access_graph(scene.streets, people.snapped.and_then(snapped), crossings, links)
    goals = _goals(scene.places["kind"].to_numpy(str), graph.stop_node[-len(scene.places) :])
    if not goals:
        raise InputError(
            _(
                "no school, clinic, pharmacy, market or other public place lies near a walkable "
                "street: give an OpenStreetMap extract with them, or a table with the columns "
                "service, lon and lat"
            )
        )
    states = draw_states(barriers, links.walked, asked)
    found = reached(graph, people, goals, states, progress=progress, threads=threads)
    exposure = exposure_of(
        scene, barriers, graph, people, goals, states, asked, levels, progress=progress,
        threads=threads,
    )  # fmt: skip
    between = None
    if asked.between is not None:
        between = cameras_between(scene.areas, graph, exposure.stage, asked.between)
    return Access(
        asked=asked,
        people=people,
        barriers=barriers,
        crossings=crossings,
        links=links,
        graph=graph,
        states=states,
        goals=goals,
        far_away=int((~snapped.on_network).sum()),
        missing=tuple(place for place in PLACES if place not in goals),
        reached=found,
        cut_off=cut_off_if_shut(graph, people, goals, states, (0, asked.hour)),
        exposure=exposure,
        between=between,
    )


def _check(scene: Scene) -> None:
    if not scene.streets["walkable"].any():
        where = ", ".join(file.name for file in scene.inputs)
        raise InputError(
            _("no walkable street found: give an OpenStreetMap extract of the place"), where=where
        )


def _goals(kind: NDArray[np.str_], node: I8) -> dict[str, I8]:
    """Return the nodes of each kind of place that is near a street."""
    found = {
        place: np.unique(node[np.isin(kind, kinds) & (node >= 0)])
        for place, kinds in PLACES.items()
    }
    return {place: at for place, at in found.items() if len(at)}


def street_minutes(told: Access, place: str) -> tuple[F8, F8]:
    """Return median minutes from the middle of each edge of the streets to the nearest place.

    Args:
        told: what was found out.
        place: of its goals.

    Returns:
        (n_edges,) without barriers, and (n_edges,) with them, for the first group at the hour that
        was asked; infinite where there is no way.
    """
    graph, network = told.graph, told.graph.network
    search = prepare_search(graph, told.goals[place], SPEED_M_S, np.zeros(graph.n_passages))
    half = network.length_m / SPEED_M_S / 120.0
    ends = graph.edge_u[: len(half)], graph.edge_v[: len(half)]

    def along(minutes: F8) -> F8:
        middle = np.minimum(minutes[:, ends[0]], minutes[:, ends[1]]) + half
        # Half of the draws and more: between a time and never there is no middle.
        return np.asarray(np.quantile(middle, 0.5, axis=0, method="higher"))

    n_draws = min(DRAWS_OF_MAP, told.asked.draws)
    free = np.array(
        [
            search.run(*told.states.without_barriers(graph, draw))[0] / 60.0
            for draw in range(n_draws)
        ]
    )
    state = (0, told.asked.hour)
    return along(free), along(minutes_along(graph, search, told.states, state, n_draws))
