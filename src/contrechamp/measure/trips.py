"""Trips on foot: from homes to the nearest school, clinic, supermarket and transit stop."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.ragged import ragged_ranges
from contrechamp.base.seeds import stream
from contrechamp.measure.cutting import Lines
from contrechamp.measure.exposure import Walks
from contrechamp.measure.network import SNAP_M, FootNetwork, Snapped, snap
from contrechamp.measure.pieces import StreetPieces
from contrechamp.measure.routes import Routes, route_lines, routes_to_nearest
from contrechamp.scene.service_names import service_label
from contrechamp.scene.services import SERVICES

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Goal of a trip -> the kinds of service that count as one.
GOALS: Mapping[str, tuple[str, ...]] = {
    goal: tuple(one.kind for one in SERVICES if one.goal == goal)
    for goal in dict.fromkeys(one.goal for one in SERVICES if one.goal)
}

#: If there are more homes than this, a sample is taken.
MOST_HOMES = 300


@dataclass(frozen=True)
class Stops:
    """The homes and services that trips are made between.

    Args:
        homes: (n_homes,) int64, rows of the homes table, ascending: all, or a sample.
        services: (n_services,) int64, rows of the places table: every goal near a street.
        snapped: where the homes, then the services, meet the streets.
        counts: "homes", "homes_off_network", "homes_in_sample", "services",
            "services_off_network".
    """

    homes: I8
    services: I8
    snapped: Snapped
    counts: Mapping[str, int]


@dataclass(frozen=True)
class TripPlan:
    """Trips, each by the shortest route to the nearest service of its kind. Row i is trip i.

    A route begins and ends on the street: the stretch between street and door is not part of it.

    Args:
        home: (n_trips,) int64, row of the homes table.
        service: (n_trips,) int64, row of the places table.
        goal: (n_trips,) int64, number of the goal in `GOALS`.
        start: (n_trips,) int64, node of the home.
        end: (n_trips,) int64, node of the service.
        routes: the edges that are passed.
        walks: the pieces that are passed.
        length_m: (n_trips,) metres.
        geometry: (n_trips,) LineStrings.
        counts: those of the stops; "trips"; and for each goal g "services:g", "trips:g" and
            "homes_without_way:g".
        warnings: what a reader of the figures must know, in the user's language.
    """

    home: I8
    service: I8
    goal: I8
    start: I8
    end: I8
    routes: Routes
    walks: Walks
    length_m: F8
    geometry: Lines
    counts: Mapping[str, int]
    warnings: tuple[str, ...]


def choose_stops(
    streets: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    seed: int,
    most_homes: int = MOST_HOMES,
    within_m: float = SNAP_M,
) -> Stops:
    """Choose the homes and services that lie near a walkable street.

    Args:
        streets: `STREET_COLUMNS`, metric.
        homes: `PLACE_COLUMNS`.
        places: `PLACE_COLUMNS`; kinds that are not a goal are ignored.
        seed: of the sample.
        most_homes: greatest number of homes; if more lie near a street, a uniform sample of them.
        within_m: greatest distance of the street.
    """
    kinds = [kind for goal in GOALS.values() for kind in goal]
    wanted = np.flatnonzero(np.isin(places["kind"].to_numpy(str), kinds))
    home_snapped = snap(streets, homes.geometry, within_m)
    service_snapped = snap(streets, places.geometry.iloc[wanted], within_m)
    at_street = np.flatnonzero(home_snapped.on_network)
    chosen = at_street
    if len(at_street) > most_homes:
        sample = stream(seed, "trips", "homes").choice(at_street, most_homes, replace=False)
        chosen = np.sort(sample)
    served = np.flatnonzero(service_snapped.on_network)
    return Stops(
        homes=chosen,
        services=wanted[served],
        snapped=home_snapped.rows(chosen).and_then(service_snapped.rows(served)),
        counts={
            "homes": len(homes),
            "homes_off_network": len(homes) - len(at_street),
            "homes_in_sample": len(chosen),
            "services": len(wanted),
            "services_off_network": len(wanted) - len(served),
        },
    )


def plan_trips(
    network: FootNetwork, stops: Stops, places: gpd.GeoDataFrame, street_pieces: StreetPieces
) -> TripPlan:
    """Find the shortest route from every home to the nearest service of each goal.

    Args:
        network: of the streets and ``stops.snapped``.
        stops: the homes, and services from `places`.
        places: `PLACE_COLUMNS`.
        street_pieces: of the network.
    """
    home_node = network.stop_node[: len(stops.homes)]
    service_node = network.stop_node[len(stops.homes) :]
    kind = places["kind"].to_numpy(str)[stops.services]
    counts, warnings, cut_off = dict(stops.counts), [], []
    home, service, end, routes = [], [], [], []
    for goal, kinds in GOALS.items():
        members = np.flatnonzero(np.isin(kind, kinds))
        reached, node, to_nearest = routes_to_nearest(
            network, network.length_m, home_node, service_node[members]
        )
        # Of several services at one node, the first in the table stands for all.
        nodes, first = np.unique(service_node[members], return_index=True)
        home.append(np.flatnonzero(reached))
        service.append(stops.services[members[first[np.searchsorted(nodes, node)]]])
        end.append(node)
        routes.append(to_nearest)
        counts[f"services:{goal}"] = len(members)
        counts[f"trips:{goal}"] = len(node)
        counts[f"homes_without_way:{goal}"] = without = len(home_node) - len(node)
        if len(home_node) and not len(members):
            warnings.append(
                _(
                    "No place of the kind {kinds} is mapped near a walkable street: "
                    "there are no trips to {goal}."
                ).format(kinds=", ".join(map(service_label, kinds)), goal=service_label(goal))
            )
        elif without:
            cut_off.append(f"{service_label(goal)} {without}")
    if cut_off:
        warnings.append(
            _(
                "Homes (of {total}) from which the map has no walking route: {counts}. "
                "No figure on trips includes them."
            ).format(total=len(home_node), counts=", ".join(cut_off))
        )
    warnings += _warnings_of_stops(stops)
    who = np.concatenate(home)
    counts["trips"] = len(who)
    joined = _join(routes)
    return TripPlan(
        home=stops.homes[who],
        service=np.concatenate(service),
        goal=np.repeat(np.arange(len(GOALS)), [len(rows) for rows in home]),
        start=home_node[who],
        end=np.concatenate(end),
        routes=joined,
        walks=_through_pieces(joined, street_pieces.edge_first),
        length_m=joined.sums(network.length_m),
        geometry=route_lines(network, joined, home_node[who]),
        counts=counts,
        warnings=tuple(warnings),
    )


def _warnings_of_stops(stops: Stops) -> list[str]:
    if not stops.counts["homes"]:
        return [_("No home is mapped: there are no trips.")]
    off_network = stops.counts["homes_off_network"]
    if not off_network:
        return []
    return [
        ngettext(
            "{count} home (of {total}) lies too far from every walkable street; left out.",
            "{count} homes (of {total}) lie too far from every walkable street; left out.",
            off_network,
        ).format(count=off_network, total=stops.counts["homes"])
    ]


def _join(routes: list[Routes]) -> Routes:
    counts = np.concatenate([np.diff(part.indptr) for part in routes])
    return Routes(
        indptr=np.concatenate([[0], np.cumsum(counts)]),
        edge=np.concatenate([part.edge for part in routes]),
        forward=np.concatenate([part.forward for part in routes]),
    )


def _through_pieces(routes: Routes, edge_first: I8) -> Walks:
    count = np.diff(edge_first)[routes.edge]
    passed = np.concatenate([[0], np.cumsum(count)])
    return Walks(
        indptr=passed[routes.indptr], indices=ragged_ranges(edge_first[:-1][routes.edge], count)
    )
