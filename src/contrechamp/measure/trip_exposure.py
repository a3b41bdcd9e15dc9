"""What trips are exposed to, and what a detour would avoid: draw by draw, level by level."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.drawn import DrawnFigure
from contrechamp.measure.estimates import quantiles
from contrechamp.measure.exposure import Exposure
from contrechamp.measure.network import FootNetwork
from contrechamp.measure.pieces import StreetPieces
from contrechamp.measure.routes import cheapest_routes, unseen_routes_exist
from contrechamp.measure.street_figures import sums_by
from contrechamp.measure.trips import GOALS, TripPlan
from contrechamp.sight.arrays import Level

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]

#: What a metre of route costs, relative to a metre in view, in the search for the least-watched
#: route: of two routes with the same length in view the shorter wins, and a route may be up to a
#: kilometre longer for each metre in view that it avoids.
COST_OF_LENGTH = 0.001


@dataclass(frozen=True)
class TripExposure:
    """What is in view of mapped cameras on each trip.

    Args:
        seen_m: (n_draws, n_levels, n_trips) float32, metres of the shortest route in view.
        cameras: (n_draws, n_levels, n_trips) int32, distinct cameras with part of it in view.
        least_seen_m: (n_draws, n_levels, n_trips) float32, metres in view on the least-watched
            route between the same ends. That route is found once per level, from the mean of all
            draws: a walker cannot know which draw is true.
        detour_m: (n_levels, n_trips) how much longer it is than the shortest route.
        free: (n_draws, n_levels, n_trips) bool: some route, however long, is nowhere in view.
    """

    seen_m: F4
    cameras: NDArray[np.int32]
    least_seen_m: F4
    detour_m: F8
    free: NDArray[np.bool_]


def trip_exposure(
    plan: TripPlan, network: FootNetwork, street_pieces: StreetPieces, exposure: Exposure
) -> TripExposure:
    """Work out what the exposure of the streets means for the trips.

    Args:
        plan: the trips.
        network: the one they are on.
        street_pieces: of the network.
        exposure: of the street pieces, with ``plan.walks``.
    """
    n_draws, n_levels = exposure.walk_cameras.shape[:2]
    n_trips = len(plan.length_m)
    # With many draws these are most of the memory: as exact as what is in view of each piece.
    seen, least = np.zeros((2, n_draws, n_levels, n_trips), np.float32)
    detour = np.zeros((n_levels, n_trips))
    free = np.ones((n_draws, n_levels, n_trips), bool)
    edge_of = np.repeat(np.arange(len(network.length_m)), np.diff(street_pieces.edge_first))
    for level in range(n_levels) if n_trips else ():
        edge_seen = sums_by(exposure.seen[level], edge_of, len(network.length_m))
        mean = np.bincount(edge_seen.indices, edge_seen.data, len(network.length_m)) / n_draws
        cost = mean + COST_OF_LENGTH * network.length_m
        spared = cheapest_routes(network, cost, plan.start, plan.end)
        seen[:, level] = np.minimum(plan.routes.sums_of_rows(edge_seen), plan.length_m)
        length = spared.sums(network.length_m)
        least[:, level] = np.minimum(spared.sums_of_rows(edge_seen), length)
        # Two routes of the same length may differ in their last bits.
        detour[level] = np.maximum(length - plan.length_m, 0.0)
        free[:, level] = unseen_routes_exist(network, edge_seen, plan.start, plan.end)
    return TripExposure(
        seen_m=seen,
        cameras=exposure.walk_cameras,
        least_seen_m=least,
        detour_m=detour,
        free=free,
    )


def trip_figures(
    plan: TripPlan, trips: TripExposure, levels: Sequence[Level]
) -> tuple[DrawnFigure, ...]:
    """Return the ``trips.*`` figures of all trips and of those to each goal, draw by draw.

    Metres, cameras and detours are means per trip; "trips.seen_share" is all metres in view
    divided by all metres walked; "trips.no_detour_share" is the share of trips without a free
    route. A goal without trips has no figure.
    """
    groups = {"all": np.ones(len(plan.goal), bool)}
    groups |= {f"service:{goal}": plan.goal == number for number, goal in enumerate(GOALS)}
    found = []
    for group, member in groups.items():
        if not member.any():
            continue
        walked = max(float(plan.length_m[member].sum()), np.finfo(float).tiny)
        for number, level in enumerate(levels):
            seen, least = trips.seen_m[:, number, member], trips.least_seen_m[:, number, member]
            values = (
                ("seen_m", "m", seen.mean(axis=1, dtype=np.float64)),
                (
                    "seen_share",
                    "share",
                    np.minimum(seen.sum(axis=1, dtype=np.float64) / walked, 1.0),
                ),
                ("cameras", "cameras", trips.cameras[:, number, member].mean(axis=1)),
                ("least_watched_seen_m", "m", least.mean(axis=1, dtype=np.float64)),
                ("detour_m", "m", trips.detour_m[number, member].mean(keepdims=True)),
                ("no_detour_share", "share", (~trips.free[:, number, member]).mean(axis=1)),
            )
            found += [
                DrawnFigure(f"trips.{key}", level.name, group, unit, value)
                for key, unit, value in values
            ]
    return tuple(found)


def trip_table(
    plan: TripPlan,
    trips: TripExposure,
    levels: Sequence[Level],
    homes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame | None:
    """Return the table of trips as `Measurement.trips` describes it; None without trips."""
    if not len(plan.length_m):
        return None
    columns: dict[str, object] = {
        "home": homes["id"].to_numpy()[plan.home],
        "service": places["id"].to_numpy()[plan.service],
        "kind": np.array(list(GOALS))[plan.goal],
        "length_m": plan.length_m,
    }
    for number, level in enumerate(levels):
        low, median, high = quantiles(trips.seen_m[:, number])
        columns[f"{level.name}_seen_m_median"] = median
        columns[f"{level.name}_seen_m_q05"] = low
        columns[f"{level.name}_seen_m_q95"] = high
        columns[f"{level.name}_cameras_median"] = np.median(trips.cameras[:, number], axis=0)
        least = np.median(trips.least_seen_m[:, number], axis=0)
        columns[f"{level.name}_least_seen_m"] = least.astype(np.float64)
        columns[f"{level.name}_detour_m"] = trips.detour_m[number]
        columns[f"{level.name}_no_detour_share"] = (~trips.free[:, number]).mean(axis=0)
    return gpd.GeoDataFrame(columns, geometry=plan.geometry, crs=homes.crs)
