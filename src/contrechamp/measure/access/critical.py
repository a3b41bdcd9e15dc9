"""Which barrier, if it shuts, cuts how many off from what: exact, by taking each away in turn.

Streets that no barrier parts are one block. What is left is a small graph of blocks and of passages
between them, in which it is quickly told who still reaches a place without one barrier.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from contrechamp.base.compiled import compiled
from contrechamp.measure.access.graph import AccessGraph
from contrechamp.measure.access.people import People
from contrechamp.measure.access.states import States
from contrechamp.measure.routes import root

B1 = NDArray[np.bool_]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """Parts of the network that no passage divides.

    Args:
        of_node: (n_nodes,) block of each node.
        n_blocks: number of blocks.
        u: (k,) block at one side of each edge of a passage.
        v: (k,) at its other side.
        passage: (k,) which one.
    """

    of_node: I8
    n_blocks: int
    u: I8
    v: I8
    passage: I8


def blocks(graph: AccessGraph) -> Blocks:
    """Return the blocks of a graph, and the edges of passages between different ones."""
    street = graph.passage < 0
    ends = (graph.edge_u[street], graph.edge_v[street])
    joined = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(graph.n_nodes,) * 2).tocsr()
    joined.data[:] = 1  # parallel edges have been added up, and 256 of them wrap round to zero
    n_blocks, label = connected_components(joined, directed=False)
    of_node = label.astype(np.int64)
    u, v = of_node[graph.edge_u[~street]], of_node[graph.edge_v[~street]]
    parts = u != v
    passage = graph.passage[~street][parts]
    return Blocks(of_node, int(n_blocks), u[parts], v[parts], passage)


def cut_off_if_shut(
    graph: AccessGraph,
    people: People,
    goals: Mapping[str, I8],
    states: States,
    at: tuple[int, int],
) -> dict[str, F8]:
    """Return how many are cut off from each kind of place if one barrier shuts, draw by draw.

    The other barriers are as they are in the draw. A barrier that is shut there cuts nobody off.

    Args:
        graph: with the starts of `people` as its first stops.
        people: whose ways are looked at.
        goals: place -> (k,) nodes.
        states: of barriers and links.
        at: number of the group, and the hour.

    Returns:
        place -> (n_draws, n_barriers), in what `people` counts.
    """
    part = blocks(graph)
    start = graph.stop_node[: len(people.snapped.street)]
    every = people.area == 0
    weight = np.bincount(
        part.of_node[start[people.start[every]]], people.weight[every], part.n_blocks
    )
    names = list(goals)
    has = np.zeros((len(names), part.n_blocks), np.bool_)
    for number, name in enumerate(names):
        has[number, part.of_node[goals[name]]] = True
    n_draws, n_barriers = states.wait_s.shape
    passage_of = np.searchsorted(graph.barrier, np.arange(n_barriers), sorter=_by_barrier(graph))
    first = np.append(passage_of, len(graph.barrier)).astype(np.int64)
    passages = graph.of_passage[_by_barrier(graph)]
    lost = np.zeros((n_draws, len(names), n_barriers))
    for draw in range(n_draws):
        is_open, of, _wait_s = states.passages(graph, draw)
        _shut_each(
            is_open[of[at]], part.u, part.v, part.passage, first, passages, weight, has, lost[draw]
        )
    return {name: lost[:, number] for number, name in enumerate(names)}


def _by_barrier(graph: AccessGraph) -> I8:
    return np.argsort(graph.barrier, kind="stable").astype(np.int64)


@compiled
def _shut_each(
    is_open: Any, u: Any, v: Any, passage: Any, first: Any, passages: Any, weight: Any, has: Any,
    lost: Any,
) -> None:  # fmt: skip
    """Shut each barrier in turn.

    Args:
        is_open: of each passage.
        u: with `v` and `passage`, edges between blocks.
        first: barrier b is at passages[first[b]:first[b + 1]].
        weight: of each block.
        has: (n_places, n_blocks) which blocks have a place of each kind.
        lost: (n_places, n_barriers) gets the weight that is cut off.
    """
    n_blocks = len(weight)
    parent = np.empty(n_blocks, np.int64)
    shut = ~is_open
    before = np.zeros((len(has), n_blocks), np.bool_)
    served = np.zeros((len(has), n_blocks), np.bool_)
    _serve(shut, u, v, passage, has, parent, before)
    for barrier in range(len(first) - 1):
        some = False
        for i in range(first[barrier], first[barrier + 1]):
            some = some or is_open[passages[i]]
            shut[passages[i]] = True
        if some:
            _serve(shut, u, v, passage, has, parent, served)
            for kind in range(len(has)):
                for block in range(n_blocks):
                    if before[kind, block] and not served[kind, block]:
                        lost[kind, barrier] += weight[block]
        for i in range(first[barrier], first[barrier + 1]):
            shut[passages[i]] = not is_open[passages[i]]


@compiled
def _serve(shut: Any, u: Any, v: Any, passage: Any, has: Any, parent: Any, served: Any) -> None:
    """Tell which blocks reach a place of each kind (union-find)."""
    for block in range(len(parent)):
        parent[block] = block
    for i in range(len(u)):
        if not shut[passage[i]]:
            a, b = root(parent, u[i]), root(parent, v[i])
            if a < b:
                parent[b] = a
            elif b < a:
                parent[a] = b
    served[:] = False
    for kind in range(len(has)):
        for block in range(len(parent)):
            if has[kind, block]:
                served[kind, root(parent, block)] = True
        for block in range(len(parent)):
            if served[kind, root(parent, block)]:
                served[kind, block] = True
