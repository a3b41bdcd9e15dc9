"""How far the nearest of some places is from every node, in one state of all passages.

A search from all places at once (Dijkstra's, with a binary heap of which stale entries are passed
over). Where barriers change nothing, nothing is searched again: what is the same with all passages
open and with all of them shut is the same in between, too.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled, compiled_part
from contrechamp.measure.access.graph import AccessGraph

B1 = NDArray[np.bool_]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True)
class Search:
    """What is the same in all states of the passages, for places of one kind.

    Args:
        graph: of streets and passages.
        speed_m_s: metres a second on foot.
        goals: (k,) int64 nodes of the places.
        time_s: (n_nodes,) from each node to the nearest place, infinite where there is none, at
            nodes where no state of the passages changes it.
        metres: (n_nodes,) along that way.
        changes: (m,) int64, the nodes at which some state does; `goals` may be among them.
    """

    graph: AccessGraph
    speed_m_s: float
    goals: I8
    time_s: F8
    metres: F8
    changes: I8

    def run(self, is_open: B1, wait_s: F8) -> tuple[F8, F8]:
        """Return seconds and metres to the nearest place from every node.

        Args:
            is_open: (n_passages,) which passages are open.
            wait_s: (n_passages,) seconds that it takes to pass each, no less than when this was
                prepared.
        """
        found = np.column_stack([self.time_s, self.metres])
        if len(self.changes):
            goal = np.zeros(self.graph.n_nodes, np.bool_)
            goal[self.goals] = True
            half_s = np.where(is_open, 0.5 * wait_s, np.inf)
            rows, length_m = self.graph.rows, self.graph.row_length_m
            passage = self.graph.row_passage
            _search_again(
                rows.start, rows.to, length_m, passage, self.speed_m_s, half_s, goal, self.changes,
                found,
            )  # fmt: skip
        return found[:, 0], found[:, 1]


def prepare_search(graph: AccessGraph, goals: I8, speed_m_s: float, least_wait_s: F8) -> Search:
    """Find out where the state of passages matters.

    Args:
        graph: of streets and passages.
        goals: (k,) int64 nodes of the places, one or more.
        speed_m_s: metres a second on foot.
        least_wait_s: (n_passages,) the least that it takes to pass each in any state.
    """
    everywhere = np.arange(graph.n_nodes)
    nothing = np.full(graph.n_nodes, np.inf)
    whole = Search(graph, speed_m_s, goals, nothing, nothing.copy(), everywhere)
    shut, metres = whole.run(np.zeros(graph.n_passages, bool), least_wait_s)
    best, _metres = whole.run(np.ones(graph.n_passages, bool), least_wait_s)
    return Search(graph, speed_m_s, goals, shut, metres, np.flatnonzero(best != shut))


@compiled
def _search_again(
    start: Any, to: Any, length_m: Any, passage: Any, speed_m_s: float, half_s: Any, goal: Any,
    changes: Any, found: Any,
) -> None:  # fmt: skip
    """Find the nearest goal from the nodes `changes`; the others keep what they have.

    Args:
        start: with `to`, `length_m` and `passage`, neighbours of each node (`graph.Rows`).
        half_s: of each passage, seconds to its middle; infinite where it is shut.
        goal: of each node, whether it is one.
        changes: nodes.
        found: (n_nodes, 2) seconds and metres.
    """
    slow = 1.0 / speed_m_s
    for i in range(len(changes)):
        found[changes[i], 0] = found[changes[i], 1] = np.inf
    # An entry each time that a node is found nearer: once for each of its neighbours at most.
    room = len(changes)
    for i in range(len(changes)):
        room += start[changes[i] + 1] - start[changes[i]]
    key, node, size = np.empty(room), np.empty(room, np.int32), 0
    for i in range(len(changes)):
        here = changes[i]
        if goal[here]:
            found[here, 0] = found[here, 1] = 0.0
        else:
            for k in range(start[here], start[here + 1]):
                after = found[to[k], 0] + length_m[k] * slow
                if passage[k] >= 0:
                    after += half_s[passage[k]]
                if after < found[here, 0]:
                    found[here, 0], found[here, 1] = after, found[to[k], 1] + length_m[k]
        if found[here, 0] < np.inf:
            size = _push(key, node, size, found[here, 0], here)
    while size:
        least, here = key[0], node[0]
        size = _pop(key, node, size)
        if least > found[here, 0]:
            continue
        for k in range(start[here], start[here + 1]):
            there = to[k]
            after = least + length_m[k] * slow
            if passage[k] >= 0:
                after += half_s[passage[k]]
            # Nodes that no state changes have their least already.
            if after < found[there, 0]:
                found[there, 0], found[there, 1] = after, found[here, 1] + length_m[k]
                size = _push(key, node, size, after, there)


@compiled_part
def _push(key: Any, node: Any, size: int, value: float, of: int) -> int:
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if key[above] <= value:
            break
        key[at], node[at] = key[above], node[above]
        at = above
    key[at], node[at] = value, of
    return size + 1


@compiled_part
def _pop(key: Any, node: Any, size: int) -> int:
    """Take the least out of the heap; return its new size."""
    size -= 1
    value, of = key[size], node[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and key[below + 1] < key[below]:
            below += 1
        if key[below] >= value:
            break
        key[at], node[at] = key[below], node[below]
        at = below
    key[at], node[at] = value, of
    return size
