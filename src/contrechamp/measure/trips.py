"""Trips on foot: from homes to the nearest school, clinic, supermarket and transit stop."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.i18n import _, ngettext
from contrechamp.base.seeds import stream
from contrechamp.measure.cutting import Lines, ragged_ranges
from contrechamp.measure.exposure import Walks
from contrechamp.measure.network import SNAP_M, FootNetwork, Snapped, snap
from contrechamp.measure.pieces import StreetPieces
from contrechamp.measure.ways import Ways, way_lines, ways_to_nearest
from contrechamp.scene.service_names import service_label
from contrechamp.scene.services import SERVICES

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Where people walk to -> the kinds of service that will do.
GOALS: Mapping[str, tuple[str, ...]] = {
    goal: tuple(one.kind for one in SERVICES if one.goal == goal)
    for goal in dict.fromkeys(one.goal for one in SERVICES if one.goal)
}

#: Of more homes than this a sample is taken.
MOST_HOMES = 300


@dataclass(frozen=True)
class Stops:
    """The homes and services that trips are made between.

    Args:
        homes: (n_homes,) int64, rows of the homes table, ascending: all, or a sample.
        services: (n_services,) int64, rows of the places table: every goal near a street.
        snapped: the homes, then the services, on the streets.
        counts: "homes", "homes_off_network", "homes_in_sample", "services",
            "services_off_network".
    """

    homes: I8
    services: I8
    snapped: Snapped
    counts: Mapping[str, int]


@dataclass(frozen=True)
class TripPlan:
    """Trips, each by the shortest way to the nearest service of its kind. Row i is trip i.

    A way begins and ends on the street: what lies between it and the door is not in it.

    Args:
        home: (n_trips,) int64, row of the homes table.
        service: (n_trips,) int64, row of the places table.
        goal: (n_trips,) int64, number of the goal in `GOALS`.
        start: (n_trips,) int64, node of the home.
        end: (n_trips,) int64, node of the service.
        ways: the edges that are passed.
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
    ways: Ways
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
    """Choose the homes and services that lie at a walkable street.

    Args:
        streets: `STREET_COLUMNS`, metric.
        homes: `PLACE_COLUMNS`.
        places: `PLACE_COLUMNS`; kinds that are no goal are left aside.
        seed: of the sample.
        most_homes: how many homes to sample at most, of those at a street, all alike; 0: no trips.
        within_m: how far the street may be.
    """
    kinds = [kind for goal in GOALS.values() for kind in goal]
    wanted = np.flatnonzero(np.isin(places["kind"].to_numpy(str), kinds))
    home_snapped = snap(streets, homes.geometry, within_m)
    service_snapped = snap(streets, places.geometry.iloc[wanted], within_m)
    at_street = np.flatnonzero(home_snapped.on_network)
    chosen = at_street
    if len(at_street) > most_homes:
        draw = stream(seed, "trips", "homes").choice(at_street, most_homes, replace=False)
        chosen = np.sort(draw)
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
    """Find from every home of `stops` the shortest way to the nearest service of each goal.

    Args:
        network: of the streets and ``stops.snapped``.
        stops: of the homes and `places`.
        places: `PLACE_COLUMNS`.
        street_pieces: of the network.
    """
    home_node = network.stop_node[: len(stops.homes)]
    service_node = network.stop_node[len(stops.homes) :]
    kind = places["kind"].to_numpy(str)[stops.services]
    counts, warnings, cut_off = dict(stops.counts), [], []
    home, service, end, ways = [], [], [], []
    for goal, kinds in GOALS.items():
        members = np.flatnonzero(np.isin(kind, kinds))
        reached, node, found = _to_nearest(network, home_node, service_node[members])
        # Of services at one node the first in the table stands for all.
        nodes, first = np.unique(service_node[members], return_index=True)
        home.append(np.flatnonzero(reached))
        service.append(stops.services[members[first[np.searchsorted(nodes, node)]]])
        end.append(node)
        ways.append(found)
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
                "Homes (of {total}) from which no way on foot leads there on the map: {counts}. "
                "No figure on trips counts them."
            ).format(total=len(home_node), counts=", ".join(cut_off))
        )
    warnings += _warnings_of_stops(stops)
    who = np.concatenate(home)
    counts["trips"] = len(who)
    joined = _join(ways)
    return TripPlan(
        home=stops.homes[who],
        service=np.concatenate(service),
        goal=np.repeat(np.arange(len(GOALS)), [len(rows) for rows in home]),
        start=home_node[who],
        end=np.concatenate(end),
        ways=joined,
        walks=_through_pieces(joined, street_pieces.edge_first),
        length_m=joined.sums(network.length_m),
        geometry=way_lines(network, joined, home_node[who]),
        counts=counts,
        warnings=tuple(warnings),
    )


def _to_nearest(network: FootNetwork, start: I8, goals: I8) -> tuple[NDArray[np.bool_], I8, Ways]:
    if len(start) and len(goals):
        return ways_to_nearest(network, network.length_m, start, goals)
    nowhere = Ways(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, bool))
    return np.zeros(len(start), bool), np.empty(0, np.int64), nowhere


def _warnings_of_stops(stops: Stops) -> list[str]:
    found = []
    if not stops.counts["homes"]:
        found.append(_("No home is mapped: there are no trips."))
    elif stops.counts["homes_off_network"]:
        found.append(
            ngettext(
                "{count} home (of {total}) lies too far from every walkable street; left out.",
                "{count} homes (of {total}) lie too far from every walkable street; left out.",
                stops.counts["homes_off_network"],
            ).format(count=stops.counts["homes_off_network"], total=stops.counts["homes"])
        )
    return found


def _join(ways: list[Ways]) -> Ways:
    counts = np.concatenate([np.diff(some.indptr) for some in ways])
    return Ways(
        indptr=np.concatenate([[0], np.cumsum(counts)]),
        edge=np.concatenate([some.edge for some in ways]),
        forward=np.concatenate([some.forward for some in ways]),
    )


def _through_pieces(ways: Ways, edge_first: I8) -> Walks:
    count = np.diff(edge_first)[ways.edge]
    passed = np.concatenate([[0], np.cumsum(count)])
    return Walks(
        indptr=passed[ways.indptr], indices=ragged_ranges(edge_first[:-1][ways.edge], count)
    )
