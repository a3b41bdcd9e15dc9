"""Forced exposure: ways that no choice frees from view or from a checkpoint, and the least exposed.

A way is free if it passes no stretch that some mapped camera has in view, and no checkpoint. In
each draw what is left of the streets falls into parts; a start without a place in its part has no
free way, however long.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from contrechamp.base.compiled import compiled
from contrechamp.measure.access.graph import AccessGraph
from contrechamp.measure.access.people import People
from contrechamp.measure.routes import UNSEEN_M, root

B1 = NDArray[np.bool_]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Kinds of barrier at which people are looked at.
CHECKPOINTS: Final = ("checkpoint_always", "checkpoint_partly", "checkpoint")


@dataclass(frozen=True)
class Forced:
    """Forced exposure on the ways to one kind of place.

    Args:
        place: of `reach.PLACES`.
        share: (n_draws, n_areas) share of those who reach a place who have no free way to one; NaN
            where nobody reaches any.
    """

    place: str
    share: F8


def forced_exposure(
    graph: AccessGraph,
    people: People,
    goals: Mapping[str, I8],
    is_open: B1,
    is_checkpoint: B1,
    edge_seen: csr_array,
    *,
    threads: int | None = None,
) -> tuple[Forced, ...]:
    """Work out who cannot avoid being in view, or a checkpoint.

    Args:
        graph: with the starts of `people` as its first stops.
        people: whose ways are looked at.
        goals: place -> (k,) nodes.
        is_open: (n_draws, n_passages) which passages people pass.
        is_checkpoint: (n_passages,) at which there is a checkpoint.
        edge_seen: (n_draws, n_edges of the network) metres of each in view. One that is partly in
            view counts as in view, because whoever passes it is.
        threads: greatest number of threads; the result is the same.
    """
    n_draws = len(is_open)
    seen = edge_seen.data >= UNSEEN_M
    at = edge_seen.indices[seen]
    row_start = np.concatenate(([0], np.cumsum(seen)))[edge_seen.indptr].astype(np.int64)
    # Streets that are in view in no draw join their ends once for all.
    asked = graph.passage >= 0
    asked[at] = True
    block = _blocks(graph, ~asked)
    left = np.flatnonzero(asked)
    number = np.full(len(graph.edge_u), -1, np.int64)
    number[left] = np.arange(len(left))
    u, v, passage = block[graph.edge_u[left]], block[graph.edge_v[left]], graph.passage[left]
    start = block[graph.stop_node[: len(people.snapped.street)]]
    found = {place: np.empty((n_draws, len(people.names))) for place in goals}

    def work(draw: int) -> None:
        in_view = number[at[row_start[draw] : row_start[draw + 1]]]
        passed = is_open[draw]
        reach = _joined(u, v, passage, passed, np.empty(0, np.int64), int(block.max()) + 1)
        free = _joined(u, v, passage, passed & ~is_checkpoint, in_view, int(block.max()) + 1)
        for place, nodes in goals.items():
            reached, freed = (np.isin(parts[start], parts[block[nodes]]) for parts in (reach, free))
            whole = people.sums(reached.astype(np.float64))
            stuck = people.sums((reached & ~freed).astype(np.float64))
            np.divide(stuck, whole, out=found[place][draw], where=whole > 0)
            found[place][draw][whole == 0] = np.nan

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(work, range(n_draws)))
    return tuple(Forced(place, share) for place, share in found.items())


def _blocks(graph: AccessGraph, kept: B1) -> I8:
    ends = (graph.edge_u[kept], graph.edge_v[kept])
    joined = coo_array((np.ones(len(ends[0])), ends), shape=(graph.n_nodes,) * 2).tocsr()
    return connected_components(joined, directed=False)[1].astype(np.int64)


@compiled
def _joined(u: Any, v: Any, passage: Any, passed: Any, in_view: Any, n: int) -> I8:
    """Return the part that each block is in when streets in view and shut passages are left out."""
    parent = np.empty(n, np.int64)
    for node in range(n):
        parent[node] = node
    out = np.zeros(len(u), np.bool_)
    for i in range(len(in_view)):
        out[in_view[i]] = True
    for edge in range(len(u)):
        if out[edge] or (passage[edge] >= 0 and not passed[passage[edge]]):
            continue
        a, b = root(parent, u[edge]), root(parent, v[edge])
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for node in range(n):
        parent[node] = root(parent, node)
    return parent
