"""The foot network with barriers in it, as arrays in which a search finds its way."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.access.crossings import Crossings
from contrechamp.measure.access.links import Links
from contrechamp.measure.network import FootNetwork, Snapped, foot_network

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


class Rows(NamedTuple):
    """Neighbours of each node in compressed rows, as compiled code takes them.

    Args:
        start: (n_nodes + 1,) int64.
        to: (2 n_edges,) int32, the neighbour.
        edge: (2 n_edges,) int32, the edge to it.
    """

    start: I8
    to: NDArray[np.int32]
    edge: NDArray[np.int32]


@dataclass(frozen=True)
class AccessGraph:
    """Streets, cut where barriers cross them, with what may or may not let people pass.

    A *passage* is a place where one or several barriers stand, or a link that the map may lack. Its
    edges can be passed if it is open. The edges of the foot network come first, in its order.

    Args:
        network: the streets, cut where stops, barriers and links meet them.
        edge_u: (n_edges,) int64 nodes.
        edge_v: (n_edges,) int64.
        length_m: (n_edges,) metres; none at a barrier.
        passage: (n_edges,) int64, -1 for streets.
        rows: neighbours of each node.
        n_nodes: number of nodes; those of the network come first.
        of_passage: (k,) the passage of each pair with a barrier, ascending.
        barrier: (k,) row of the table of barriers.
        n_barred: passages with barriers, which come first; links follow.
        n_passages: of both.
        stop_node: (n_stops,) int64, node of each stop; -1 where it is not on the network.
    """

    network: FootNetwork
    edge_u: I8
    edge_v: I8
    length_m: F8
    passage: I8
    rows: Rows
    n_nodes: int
    of_passage: I8
    barrier: I8
    n_barred: int
    n_passages: int
    stop_node: I8

    @cached_property
    def row_length_m(self) -> F8:
        """Metres of the edge of each entry of `rows`."""
        return np.asarray(self.length_m[self.rows.edge])

    @cached_property
    def row_passage(self) -> NDArray[np.int32]:
        """Passage of the edge of each entry of `rows`."""
        return self.passage[self.rows.edge].astype(np.int32)


def access_graph(
    streets: gpd.GeoDataFrame, stops: Snapped, crossings: Crossings, links: Links
) -> AccessGraph:
    """Build the graph.

    Args:
        streets: `STREET_COLUMNS`, metric.
        stops: homes and services.
        crossings: where barriers cross the streets.
        links: that the map may lack.
    """
    together = stops.and_then(crossings.snapped).and_then(links.end).and_then(links.other)
    network = foot_network(streets, together)
    n_stops, n_crossings, n_links = len(stops.street), len(crossings.barrier), len(links.length_m)
    at = network.stop_node[n_stops : n_stops + n_crossings]
    leave, arrive = np.split(network.stop_node[n_stops + n_crossings :], 2)
    places, of_crossing = np.unique(at, return_inverse=True)
    pairs = np.unique(np.column_stack([of_crossing, crossings.barrier]), axis=0).astype(np.int64)

    # Each end of an edge at a barrier gets a node of its own, and an edge from there to the place.
    edge_u, edge_v = network.edge_u.copy(), network.edge_v.copy()
    barred = np.full(network.n_nodes, -1, np.int64)
    barred[places] = np.arange(len(places))
    hubs, new, of = [], [], []
    n_nodes = network.n_nodes
    for ends in (edge_u, edge_v):
        here = np.flatnonzero(barred[ends] >= 0)
        hubs.append(ends[here].copy())
        of.append(barred[ends[here]])
        new.append(n_nodes + np.arange(len(here)))
        ends[here] = new[-1]
        n_nodes += len(here)
    edge_u = np.concatenate([edge_u, *hubs, leave])
    edge_v = np.concatenate([edge_v, *new, arrive])
    n_streets = len(network.edge_u)
    n_barred = len(places)
    return AccessGraph(
        network=network,
        edge_u=edge_u,
        edge_v=edge_v,
        length_m=np.concatenate([network.length_m, np.zeros(sum(map(len, new))), links.length_m]),
        passage=np.concatenate(
            [np.full(n_streets, -1, np.int64), *of, n_barred + np.arange(n_links)]
        ),
        rows=neighbours(edge_u, edge_v, n_nodes),
        n_nodes=n_nodes,
        of_passage=pairs[:, 0],
        barrier=pairs[:, 1],
        n_barred=n_barred,
        n_passages=n_barred + n_links,
        stop_node=network.stop_node[:n_stops],
    )


def neighbours(edge_u: I8, edge_v: I8, n_nodes: int) -> Rows:
    """Return the neighbours of each node over undirected edges; loops are left out."""
    edge = np.flatnonzero(edge_u != edge_v)
    tail = np.concatenate([edge_u[edge], edge_v[edge]])
    head = np.concatenate([edge_v[edge], edge_u[edge]])
    both = np.concatenate([edge, edge])
    order = np.argsort(tail, kind="stable")
    start = np.zeros(n_nodes + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=n_nodes), out=start[1:])
    return Rows(start, head[order].astype(np.int32), both[order].astype(np.int32))


def open_passages(graph: AccessGraph, barrier_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which passages with barriers are open: those of which all barriers let people pass.

    Args:
        graph: of streets and barriers.
        barrier_open: (..., n_barriers).

    Returns:
        (..., n_barred) bool.
    """
    shape = (*barrier_open.shape[:-1], graph.n_barred)
    if not graph.n_barred:
        return np.ones(shape, bool)
    first = np.searchsorted(graph.of_passage, np.arange(graph.n_barred))
    return np.logical_and.reduceat(barrier_open[..., graph.barrier], first, axis=-1)


def wait_at_passages(graph: AccessGraph, wait_s: F8) -> F8:
    """Return how long it takes to pass each passage with barriers, (..., n_barred) seconds."""
    shape = (*wait_s.shape[:-1], graph.n_barred)
    if not graph.n_barred:
        return np.zeros(shape)
    first = np.searchsorted(graph.of_passage, np.arange(graph.n_barred))
    return np.asarray(np.add.reduceat(wait_s[..., graph.barrier], first, axis=-1))
