"""The least exposed way from each start, and how much longer it is than the shortest."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from contrechamp.base.compiled import compiled
from contrechamp.measure.access.graph import AccessGraph
from contrechamp.measure.trip_exposure import COST_OF_LENGTH

B1 = NDArray[np.bool_]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: A checkpoint weighs more than any way in view: people pass one only if they must.
COST_OF_CHECKPOINT: Final = 1e6
#: Edges cost at least this: a search may take one of cost zero for none.
_LEAST: Final = 1e-6


@dataclass(frozen=True)
class Ways:
    """A way from each start to a place. Row i is start i.

    Args:
        length_m: (n,) metres; NaN where there is no way.
        seen_m: (n_draws, n) metres of it in view.
        checkpoints: (n,) how many it passes.
    """

    length_m: F8
    seen_m: F8
    checkpoints: F8


def shortest_and_least_exposed(
    graph: AccessGraph,
    start: I8,
    goals: I8,
    is_open: B1,
    is_checkpoint: B1,
    edge_seen: csr_array,
) -> tuple[Ways, Ways]:
    """Return the shortest ways, and those that pass fewest checkpoints, then least in view.

    The least exposed way is found once, from the mean of all draws: nobody who walks knows which of
    them is true.

    Args:
        graph: of streets and passages.
        start: (n,) nodes.
        goals: (k,) nodes.
        is_open: (n_passages,) which passages people pass.
        is_checkpoint: (n_passages,) at which there is a checkpoint.
        edge_seen: (n_draws, n_edges of the network) metres of each in view.
    """
    passage = graph.passage
    # Streets have passage -1, the last.
    passable = np.append(is_open, True)[passage]
    # Half a checkpoint on each side of it.
    check = np.where(np.append(is_checkpoint, False)[passage], 0.5, 0.0)
    mean = np.zeros(len(passage))
    n_streets = edge_seen.shape[1]
    mean[:n_streets] = np.asarray(edge_seen.mean(axis=0)).ravel()
    spared = COST_OF_CHECKPOINT * check + mean + COST_OF_LENGTH * graph.length_m
    rows = edge_seen.tocsr()
    return (
        _ways(graph, start, goals, passable, graph.length_m, check, rows),
        _ways(graph, start, goals, passable, spared, check, rows),
    )


def _ways(
    graph: AccessGraph, start: I8, goals: I8, passable: B1, cost: F8, check: F8, seen: csr_array
) -> Ways:
    cost = np.maximum(cost, _LEAST)
    order = np.lexsort((cost, graph.edge_v, graph.edge_u))
    kept = order[passable[order] & (graph.edge_u[order] != graph.edge_v[order])]
    low = np.minimum(graph.edge_u[kept], graph.edge_v[kept])
    high = np.maximum(graph.edge_u[kept], graph.edge_v[kept])
    by_pair = np.lexsort((cost[kept], high, low))
    kept, low, high = kept[by_pair], low[by_pair], high[by_pair]
    first = np.ones(len(kept), bool)
    first[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)
    kept, low, high = kept[first], low[first], high[first]
    shape = (graph.n_nodes, graph.n_nodes)
    both = (np.concatenate([low, high]), np.concatenate([high, low]))
    matrix = csr_array((np.tile(cost[kept], 2), both), shape=shape)
    distance, before, _root = dijkstra(
        matrix, indices=goals, min_only=True, return_predecessors=True
    )
    # The edge from each node towards its place, by the pair of its ends.
    node = np.flatnonzero(before >= 0)
    key = low * graph.n_nodes + high
    ends = np.sort(np.column_stack([node, before[node]]), axis=1)
    at = np.searchsorted(key, ends[:, 0].astype(np.int64) * graph.n_nodes + ends[:, 1])
    edge = np.full(graph.n_nodes, -1, np.int64)
    edge[node] = kept[at]
    by_distance = np.argsort(distance, kind="stable")[: int(np.isfinite(distance).sum())]
    tree = (by_distance.astype(np.int64), before.astype(np.int64), edge)
    length, checks = _along(*tree, graph.length_m), _along(*tree, check)
    none = ~np.isfinite(distance[start])
    seen_m = np.empty((seen.shape[0], len(start)))
    values = np.zeros(len(graph.edge_u))
    for draw in range(seen.shape[0]):
        part = slice(seen.indptr[draw], seen.indptr[draw + 1])
        values[seen.indices[part]] = seen.data[part]
        seen_m[draw] = _along(*tree, values)[start]
        values[seen.indices[part]] = 0.0
    seen_m[:, none] = np.nan
    return Ways(
        np.where(none, np.nan, length[start]), seen_m, np.where(none, np.nan, checks[start])
    )


@compiled
def _along(by_distance: Any, before: Any, edge: Any, values: Any) -> F8:
    """Return the sum of values of edges from each node to its place."""
    total = np.zeros(len(before))
    for i in range(len(by_distance)):
        node = by_distance[i]
        if before[node] >= 0:
            total[node] = total[before[node]] + values[edge[node]]
    return total
