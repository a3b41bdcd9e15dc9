"""Cheapest ways over the foot network, for whatever its edges cost: metres, or metres within view.

The trees are scipy's (`scipy.sparse.csgraph.dijkstra`); here are the graph that it is given, the
way back from a tree to edges, and what of the network nobody has in view.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from contrechamp.base.compiled import compiled, compiled_part
from contrechamp.measure.cutting import Lines, ragged_ranges
from contrechamp.measure.network import FootNetwork

B1 = NDArray[np.bool_]
F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: What no edge costs less than: csgraph may take an edge of cost zero for no edge.
LEAST_COST = 1e-6

#: Trees that are grown in one go, which bounds the memory: 12 bytes a tree and node.
TREES_AT_ONCE = 64

#: An edge with less than this in view counts as not seen: lengths are float32.
UNSEEN_M = 0.01


@dataclass(frozen=True)
class Ways:
    """Ways over the network: way w passes the edges edge[indptr[w]:indptr[w+1]], in this order.

    Args:
        indptr: (n_ways + 1,) int64.
        edge: int64, edges of the network.
        forward: whether the edge is passed from u to v.
    """

    indptr: I8
    edge: I8
    forward: B1

    def sums(self, of_edge: F8) -> F8:
        """Return the sum over the edges of each way: (..., n_edges) to (..., n_ways)."""
        n_ways, n_edges = len(self.indptr) - 1, of_edge.shape[-1]
        ones = np.ones(len(self.edge))
        matrix = csr_array((ones, self.edge, self.indptr), shape=(n_ways, n_edges))
        flat = of_edge.reshape(math.prod(of_edge.shape[:-1]), n_edges)
        return np.asarray((matrix @ flat.T).T).reshape(*of_edge.shape[:-1], n_ways)


@dataclass(frozen=True)
class _Graph:
    """Both directions of the cheapest edge between each two nodes; no loops."""

    matrix: Any  # csr_array, (n_nodes, n_nodes)
    edge: I8  # of each entry of the matrix


def _graph(network: FootNetwork, cost: F8) -> _Graph:
    low = np.minimum(network.edge_u, network.edge_v)
    high = np.maximum(network.edge_u, network.edge_v)
    # A coordinate matrix would add parallel edges up; the cheapest of them is what a walk takes.
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


def ways_to_nearest(network: FootNetwork, cost: F8, start: I8, goals: I8) -> tuple[B1, I8, Ways]:
    """Find the cheapest way from each start to whichever goal is nearest by cost.

    Args:
        network: the foot network.
        cost: (n_edges,) what an edge costs, zero or more.
        start: (k,) int64 nodes.
        goals: int64 nodes, one or more.

    Returns:
        Which starts reach a goal, (k,); and of those only: the node of the goal, and the way.
    """
    graph = _graph(network, cost)
    distance, predecessor, root = dijkstra(
        graph.matrix, indices=np.unique(goals), min_only=True, return_predecessors=True
    )
    reached = np.isfinite(distance[start])
    begin = start[reached]
    row = np.zeros(len(begin), np.int64)
    ways = _follow(network, graph, predecessor[None, :], row, begin)
    return reached, root[begin].astype(np.int64), ways


def cheapest_ways(network: FootNetwork, cost: F8, start: I8, goal: I8) -> Ways:
    """Find the cheapest way from each start to its own goal.

    Args:
        network: the foot network.
        cost: (n_edges,) what an edge costs, zero or more.
        start: (k,) int64 nodes.
        goal: (k,) int64 nodes, each in the component of its start.
    """
    graph = _graph(network, cost)
    roots, tree = np.unique(goal, return_inverse=True)
    by_tree = np.argsort(tree, kind="stable")
    counts, edges, forward = np.zeros(len(start), np.int64), [], []
    for first in range(0, len(roots), TREES_AT_ONCE):
        some = roots[first : first + TREES_AT_ONCE]
        _, predecessor = dijkstra(graph.matrix, indices=some, return_predecessors=True)
        low, high = np.searchsorted(tree[by_tree], [first, first + len(some)])
        which = by_tree[low:high]
        ways = _follow(network, graph, predecessor, tree[which] - first, start[which])
        counts[which] = np.diff(ways.indptr)
        edges.append(ways.edge)
        forward.append(ways.forward)
    if not edges:
        return Ways(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, bool))
    # The ways came tree by tree: put them back in the order of their starts.
    at = np.empty(len(start), np.int64)
    at[by_tree] = np.cumsum(counts[by_tree]) - counts[by_tree]
    back = ragged_ranges(at, counts)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return Ways(indptr, np.concatenate(edges)[back], np.concatenate(forward)[back])


def _follow(network: FootNetwork, graph: _Graph, predecessor: Any, row: I8, start: I8) -> Ways:
    """Walk from each start along its tree, row of `predecessor`, to the root."""
    tree = np.ascontiguousarray(predecessor, dtype=np.int64)
    counts = _steps_to_root(tree, row, start)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    entries = (graph.matrix.indptr.astype(np.int64), graph.matrix.indices.astype(np.int64))
    edge, node = _edges_to_root(tree, row, start, indptr, *entries, graph.edge)
    return Ways(indptr, edge, network.edge_u[edge] == node)


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
    """Return the edges of each way and the node from which each is passed."""
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


def way_lines(network: FootNetwork, ways: Ways, start: I8) -> Lines:
    """Return the line of each way; of a way without edges, its start twice."""
    n_ways = len(ways.indptr) - 1
    if not n_ways:
        return np.empty(0, object)
    xy, owner = shapely.get_coordinates(network.geometry, return_index=True)
    first = np.searchsorted(owner, np.arange(len(network.geometry) + 1))
    count = np.diff(first)[ways.edge]
    vertex = ragged_ranges(np.zeros(len(count), np.int64), count)
    step = np.repeat(np.arange(len(count)), count)
    begin, forward = first[:-1][ways.edge][step], ways.forward[step]
    points = xy[begin + np.where(forward, vertex, count[step] - 1 - vertex)]
    way = np.repeat(np.arange(n_ways), np.diff(ways.indptr))
    # Where an edge ends the next begins: its first vertex stands there already.
    opens = np.zeros(len(count), bool)
    opens[ways.indptr[:-1][np.diff(ways.indptr) > 0]] = True
    keep = (vertex > 0) | opens[step]
    still = np.flatnonzero(np.diff(ways.indptr) == 0)
    points = np.concatenate([points[keep], np.repeat(network.node_xy[start[still]], 2, axis=0)])
    index = np.concatenate([way[step[keep]], np.repeat(still, 2)])
    order = np.argsort(index, kind="stable")
    return np.asarray(shapely.linestrings(points[order], indices=index[order]))


def unseen_ways_exist(network: FootNetwork, edge_first: I8, seen_m: F4, start: I8, goal: I8) -> B1:
    """Tell, draw by draw, whether a way leads from start to goal that nobody has in view.

    Args:
        network: the foot network. An edge of which part is in view counts as in view: to pass it
            is to be in view.
        edge_first: (n_edges + 1,) the pieces of each edge (`StreetPieces.edge_first`).
        seen_m: (n_draws, n_levels, n_pieces or more) float32, metres within view.
        start: (k,) int64 nodes.
        goal: (k,) int64 nodes.

    Returns:
        (n_draws, n_levels, k) bool. Somebody who is at the goal already needs no way: True.
    """
    free = np.empty((*seen_m.shape[:2], len(start)), np.bool_)
    _join_unseen(
        seen_m, edge_first, network.edge_u, network.edge_v, network.n_nodes, start, goal, free
    )
    return free


@compiled
def _join_unseen(
    seen: Any, edge_first: Any, u: Any, v: Any, n_nodes: int, start: Any, goal: Any, free: Any
) -> None:
    """Join the ends of every edge that is not seen (union-find with path halving)."""
    parent = np.empty(n_nodes, np.int64)
    for draw in range(seen.shape[0]):
        for level in range(seen.shape[1]):
            for node in range(n_nodes):
                parent[node] = node
            for edge in range(len(u)):
                metres = 0.0
                for piece in range(edge_first[edge], edge_first[edge + 1]):
                    metres += seen[draw, level, piece]
                if metres < UNSEEN_M:
                    a, b = _root(parent, u[edge]), _root(parent, v[edge])
                    if a < b:
                        parent[b] = a
                    elif b < a:
                        parent[a] = b
            for trip in range(len(start)):
                same = _root(parent, start[trip]) == _root(parent, goal[trip])
                free[draw, level, trip] = same


@compiled_part
def _root(parent: Any, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
