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

from contrechamp.base.compiled import compiled, compiled_part
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
    goal = np.concatenate([block[nodes] for nodes in goals.values()])
    first = np.cumsum([0, *map(len, goals.values())])
    found = np.empty((len(goals), n_draws, len(people.names)))
    n_blocks = int(block.max()) + 1

    def work(draw: int) -> None:
        in_view = number[at[row_start[draw] : row_start[draw + 1]]]
        reached, freed = np.empty((2, len(goals), len(start)), np.bool_)
        _who(
            u, v, passage, is_open[draw], is_checkpoint, in_view, n_blocks, start, goal, first,
            reached, freed,
        )  # fmt: skip
        for place in range(len(goals)):
            whole = people.sums(reached[place].astype(np.float64))
            stuck = people.sums((reached[place] & ~freed[place]).astype(np.float64))
            found[place, draw] = np.nan
            np.divide(stuck, whole, out=found[place, draw], where=whole > 0)

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        list(pool.map(work, range(n_draws)))
    return tuple(Forced(place, share) for place, share in zip(goals, found, strict=True))


def _blocks(graph: AccessGraph, kept: B1) -> I8:
    ends = (graph.edge_u[kept], graph.edge_v[kept])
    joined = coo_array((np.ones(len(ends[0])), ends), shape=(graph.n_nodes,) * 2).tocsr()
    return connected_components(joined, directed=False)[1].astype(np.int64)


@compiled
def _who(
    u: Any, v: Any, passage: Any, passed: Any, is_checkpoint: Any, in_view: Any, n_blocks: int,
    start: Any, goal: Any, first: Any, reached: Any, freed: Any,
) -> None:  # fmt: skip
    """Tell who reaches a place of each kind, and who does on a free way.

    Args:
        u: with `v` and `passage`, edges between blocks.
        passed: of each passage, whether it is open.
        is_checkpoint: of each passage.
        in_view: edges that are.
        n_blocks: number of blocks.
        start: block of each start.
        goal: blocks of all places: those of kind k at goal[first[k]:first[k + 1]].
        reached: (n_kinds, n_starts) is written.
        freed: (n_kinds, n_starts) is written.
    """
    parent = np.arange(n_blocks).astype(np.int32)
    left = np.zeros(len(u), np.bool_)
    for i in range(len(in_view)):
        left[in_view[i]] = True
    # First what is free; then, on top of it, what else can be passed.
    for edge in range(len(u)):
        at = passage[edge]
        if at >= 0:
            left[edge] = passed[at] and is_checkpoint[at]
            if not passed[at] or is_checkpoint[at]:
                continue
        if not left[edge]:
            _join(parent, u[edge], v[edge])
    _served(parent, start, goal, first, freed)
    for edge in range(len(u)):
        if left[edge]:
            _join(parent, u[edge], v[edge])
    _served(parent, start, goal, first, reached)


@compiled_part
def _join(parent: Any, one: int, other: int) -> None:
    a, b = root(parent, one), root(parent, other)
    if a < b:
        parent[b] = a
    elif b < a:
        parent[a] = b


@compiled_part
def _served(parent: Any, start: Any, goal: Any, first: Any, served: Any) -> None:
    has = np.full(len(parent), -1, np.int32)
    for kind in range(len(first) - 1):
        for i in range(first[kind], first[kind + 1]):
            has[root(parent, goal[i])] = kind
        for i in range(len(start)):
            served[kind, i] = has[root(parent, start[i])] == kind
