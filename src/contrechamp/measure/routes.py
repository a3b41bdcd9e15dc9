"""Cheapest routes over the foot network, for any cost of its edges: metres, or metres in view.

The search trees are scipy's (`scipy.sparse.csgraph.dijkstra`). This module builds the graph for
them, turns trees into edges, and finds the routes that no camera has in view.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from contrechamp.base.compiled import compiled, compiled_part
from contrechamp.base.ragged import ragged_ranges
from contrechamp.measure.cutting import Lines
from contrechamp.measure.network import FootNetwork

B1 = NDArray[np.bool_]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Every edge costs at least this: csgraph may take an edge of cost zero for no edge.
LEAST_COST = 1e-6

#: Nodes of trees that are grown at a time, which bounds the memory: 12 bytes each.
NODES_AT_ONCE = 1 << 20

#: An edge with less than this in view counts as unseen: lengths are float32.
UNSEEN_M = 0.01


@dataclass(frozen=True)
class Routes:
    """Routes over the network: route r passes the edges edge[indptr[r]:indptr[r+1]], in order.

    Args:
        indptr: (n_routes + 1,) int64.
        edge: int64, edges of the network.
        forward: whether each edge is passed from u to v.
    """

    indptr: I8
    edge: I8
    forward: B1

    def sums(self, of_edge: F8) -> F8:
        """Return the sum over the edges of each route: (..., n_edges) to (..., n_routes)."""
        n_routes, n_edges = len(self.indptr) - 1, of_edge.shape[-1]
        matrix = self._passes(n_edges)
        flat = of_edge.reshape(math.prod(of_edge.shape[:-1]), n_edges)
        return np.asarray((matrix @ flat.T).T).reshape(*of_edge.shape[:-1], n_routes)

    def sums_of_rows(self, of_edge: csr_array) -> F8:
        """Return the sum over the edges of each route: (n, n_edges), mostly zero, to (n, n_routes).

        The cost follows the edges that are not zero.
        """
        sums: F8 = (of_edge @ self._passes(of_edge.shape[1]).T.tocsr()).toarray()
        return sums

    def _passes(self, n_edges: int) -> csr_array:
        """Return how often each route passes each edge."""
        ones = np.ones(len(self.edge))
        shape = (len(self.indptr) - 1, n_edges)
        return csr_array((ones, self.edge, self.indptr), shape=shape)


#: No route at all.
NO_ROUTES = Routes(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, bool))


@dataclass(frozen=True)
class _Graph:
    """Both directions of the cheapest edge between every two nodes; no loops."""

    matrix: Any  # csr_array, (n_nodes, n_nodes)
    edge: I8  # of each entry of the matrix


def _graph(network: FootNetwork, cost: F8) -> _Graph:
    low = np.minimum(network.edge_u, network.edge_v)
    high = np.maximum(network.edge_u, network.edge_v)
    # A coordinate matrix would add parallel edges up; a walk takes the cheapest of them.
    order = np.lexsort((np.arange(len(low)), cost, high, low))
    order = order[low[order] != high[order]]
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    kept = order[first]
    row = np.concatenate([low[kept], high[kept]])
    column = np.concatenate([high[kept], low[kept]])
    edge = np.concatenate([kept, kept])
    order = np.lexsort((column, row))
    indptr = np.searchsorted(row[order], np.arange(network.n_nodes + 1))
    data = np.maximum(cost[edge[order]], LEAST_COST)
    shape = (network.n_nodes, network.n_nodes)
    return _Graph(csr_array((data, column[order], indptr), shape=shape), edge[order])


def routes_to_nearest(
    network: FootNetwork, cost: F8, start: I8, goals: I8
) -> tuple[B1, I8, Routes]:
    """Find the cheapest route from each start to the goal that is nearest by cost.

    Args:
        network: the foot network.
        cost: (n_edges,) cost of each edge, zero or more.
        start: (k,) int64 nodes.
        goals: int64 nodes.

    Returns:
        Which starts reach a goal, (k,); and for those only: the node of the goal, and the route.
    """
    if not len(start) or not len(goals):
        return np.zeros(len(start), bool), np.empty(0, np.int64), NO_ROUTES
    graph = _graph(network, cost)
    distance, predecessor, root = dijkstra(
        graph.matrix, indices=np.unique(goals), min_only=True, return_predecessors=True
    )
    reached = np.isfinite(distance[start])
    begin = start[reached]
    row = np.zeros(len(begin), np.int64)
    routes = _follow(network, graph, predecessor[None, :], row, begin)
    return reached, root[begin].astype(np.int64), routes


def cheapest_routes(network: FootNetwork, cost: F8, start: I8, goal: I8) -> Routes:
    """Find the cheapest route from each start to its own goal.

    Args:
        network: the foot network.
        cost: (n_edges,) cost of each edge, zero or more.
        start: (k,) int64 nodes.
        goal: (k,) int64 nodes, each in the component of its start.
    """
    graph = _graph(network, cost)
    roots, tree = np.unique(goal, return_inverse=True)
    by_tree = np.argsort(tree, kind="stable")
    counts, edges, forward = np.zeros(len(start), np.int64), [], []
    at_once = max(1, NODES_AT_ONCE // max(network.n_nodes, 1))
    for first in range(0, len(roots), at_once):
        batch = roots[first : first + at_once]
        _, predecessor = dijkstra(graph.matrix, indices=batch, return_predecessors=True)
        low, high = np.searchsorted(tree[by_tree], [first, first + len(batch)])
        which = by_tree[low:high]
        routes = _follow(network, graph, predecessor, tree[which] - first, start[which])
        counts[which] = np.diff(routes.indptr)
        edges.append(routes.edge)
        forward.append(routes.forward)
    if not edges:
        return NO_ROUTES
    # The routes came tree by tree: put them back in the order of their starts.
    at = np.empty(len(start), np.int64)
    at[by_tree] = np.cumsum(counts[by_tree]) - counts[by_tree]
    back = ragged_ranges(at, counts)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return Routes(indptr, np.concatenate(edges)[back], np.concatenate(forward)[back])


def _follow(network: FootNetwork, graph: _Graph, predecessor: Any, row: I8, start: I8) -> Routes:
    """Follow each start's tree (its row of `predecessor`) from the start to the root."""
    tree = np.ascontiguousarray(predecessor, dtype=np.int32)
    counts = _steps_to_root(tree, row, start)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    entries = (graph.matrix.indptr.astype(np.int64), graph.matrix.indices.astype(np.int64))
    edge, node = _edges_to_root(tree, row, start, indptr, *entries, graph.edge)
    return Routes(indptr, edge, network.edge_u[edge] == node)


@compiled
def _steps_to_root(predecessor: Any, row: Any, start: Any) -> I8:
    counts = np.zeros(len(start), np.int64)
    for w in range(len(start)):
        node = predecessor[row[w], start[w]]
        while node >= 0:
            counts[w] += 1
            node = predecessor[row[w], node]
    return counts


@compiled
def _edges_to_root(
    predecessor: Any,
    row: Any,
    start: Any,
    indptr: Any,
    graph_start: Any,
    column: Any,
    of_entry: Any,
) -> tuple[I8, I8]:
    """Return the edges of each route, and the node from which each edge is entered."""
    edge, passed_from = np.empty(indptr[-1], np.int64), np.empty(indptr[-1], np.int64)
    for w in range(len(start)):
        node = start[w]
        for i in range(indptr[w], indptr[w + 1]):
            onward = predecessor[row[w], node]
            for k in range(graph_start[node], graph_start[node + 1]):
                if column[k] == onward:
                    edge[i] = of_entry[k]
                    break
            passed_from[i] = node
            node = onward
    return edge, passed_from


def route_lines(network: FootNetwork, routes: Routes, start: I8) -> Lines:
    """Return the line of each route; for a route without edges, its start twice."""
    n_routes = len(routes.indptr) - 1
    if not n_routes:
        return np.empty(0, object)
    xy, owner = shapely.get_coordinates(network.geometry, return_index=True)
    first = np.searchsorted(owner, np.arange(len(network.geometry) + 1))
    count = np.diff(first)[routes.edge]
    vertex = ragged_ranges(np.zeros(len(count), np.int64), count)
    step = np.repeat(np.arange(len(count)), count)
    begin, forward = first[:-1][routes.edge][step], routes.forward[step]
    points = xy[begin + np.where(forward, vertex, count[step] - 1 - vertex)]
    route = np.repeat(np.arange(n_routes), np.diff(routes.indptr))
    # An edge begins where the one before it ends: only the first keeps its first vertex.
    opens = np.zeros(len(count), bool)
    opens[routes.indptr[:-1][np.diff(routes.indptr) > 0]] = True
    keep = (vertex > 0) | opens[step]
    still = np.flatnonzero(np.diff(routes.indptr) == 0)
    points = np.concatenate([points[keep], np.repeat(network.node_xy[start[still]], 2, axis=0)])
    index = np.concatenate([route[step[keep]], np.repeat(still, 2)])
    order = np.argsort(index, kind="stable")
    return np.asarray(shapely.linestrings(points[order], indices=index[order]))


def unseen_routes_exist(network: FootNetwork, edge_seen: csr_array, start: I8, goal: I8) -> B1:
    """Return, draw by draw, whether some route from start to goal is in nobody's view.

    Args:
        network: the foot network. An edge that is partly in view counts as in view, because whoever
            passes it is.
        edge_seen: (n_draws, n_edges) metres in view.
        start: (k,) int64 nodes.
        goal: (k,) int64 nodes.

    Returns:
        (n_draws, k) bool; True where start and goal are the same node.
    """
    # Edges that are in view in no draw join their ends once for all; only the others are left.
    seen = edge_seen.data >= UNSEEN_M
    at = edge_seen.indices[seen]
    never = np.ones(len(network.edge_u), bool)
    never[at] = False
    at_times = np.flatnonzero(~never)
    number = np.cumsum(~never) - 1  # of each of them
    always = csr_array(
        (np.ones(int(never.sum())), (network.edge_u[never], network.edge_v[never])),
        shape=(network.n_nodes, network.n_nodes),
    )
    n_places, place = connected_components(always, directed=False)
    place = place.astype(np.int64)
    free = np.empty((edge_seen.shape[0], len(start)), np.bool_)
    _join_unseen(
        np.concatenate(([0], np.cumsum(seen)))[edge_seen.indptr],
        number[at],
        place[network.edge_u[at_times]], place[network.edge_v[at_times]],
        n_places, place[start], place[goal], free,
    )  # fmt: skip
    return free


@compiled
def _join_unseen(
    seen_start: Any, seen: Any, u: Any, v: Any, n_nodes: int, start: Any, goal: Any, free: Any
) -> None:
    """Join the ends of every edge that is not seen, draw by draw (union-find, path halving)."""
    parent = np.empty(n_nodes, np.int64)
    in_view = np.zeros(len(u), np.bool_)
    for draw in range(len(free)):
        for node in range(n_nodes):
            parent[node] = node
        for i in range(seen_start[draw], seen_start[draw + 1]):
            in_view[seen[i]] = True
        for edge in range(len(u)):
            if not in_view[edge]:
                a, b = root(parent, u[edge]), root(parent, v[edge])
                if a < b:
                    parent[b] = a
                elif b < a:
                    parent[a] = b
            in_view[edge] = False
        for trip in range(len(start)):
            free[draw, trip] = root(parent, start[trip]) == root(parent, goal[trip])


@compiled_part
def root(parent: Any, node: int) -> int:
    """Return what stands for all that a node is joined to (union-find, path halving)."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
