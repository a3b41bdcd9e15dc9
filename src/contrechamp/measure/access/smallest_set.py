"""The fewest cameras that together have every way between two areas in view.

This is no minimum cut, since one camera has many edges in view. It is an integer programme with a
condition for each way, that some chosen camera has part of it in view. There are too many ways to
write them all down: they are added as they are found, until none is left that no chosen camera has
in view. What is chosen then is optimal, because the programme asked for less than is true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Rounds of adding ways, and nodes of the search for whole numbers in each, after which what was
#: found is told with its bound.
MOST_ROUNDS: Final = 200
MOST_NODES: Final = 20_000
#: A set that may be larger than the smallest by more than this share of it is not told as known.
GAP: Final = 0.05


@dataclass(frozen=True)
class SmallestSet:
    """The fewest cameras that have every way in view, as far as it was found.

    Args:
        cameras: numbers of a set that does, ascending; None if no set does, because some way is in
            view of no camera.
        bound: no fewer can do it.
        ways: how many ways were looked at.
    """

    cameras: tuple[int, ...] | None
    bound: int
    ways: int

    @property
    def known(self) -> bool:
        """Whether the number is known, within `GAP`."""
        return self.cameras is not None and len(self.cameras) - self.bound <= GAP * self.bound


def smallest_set(
    ends: tuple[I8, I8],
    n_nodes: int,
    watch: tuple[I8, I8],
    n_cameras: int,
    between: tuple[I8, I8],
    *,
    rounds: int = MOST_ROUNDS,
) -> SmallestSet:
    """Find the fewest cameras that have every way between two sets of nodes in view.

    Args:
        ends: (n_edges,) nodes of each edge.
        n_nodes: number of nodes.
        watch: edge and camera of each pair of which the camera has part of the edge in view.
        n_cameras: number of cameras.
        between: nodes where ways begin and where they end; a node in both is a way that nobody has
            in view.
        rounds: most rounds.
    """
    small = _without_what_nobody_sees(ends, n_nodes, watch, n_cameras, between)
    if small is None:
        return SmallestSet(None, 0, 0)
    conditions: list[I8] = []
    chosen = np.zeros(n_cameras, bool)
    best: I8 | None = None
    bound = 0
    for _round in range(rounds):
        added, greedy = small.ways(chosen)
        if best is None or greedy.sum() < len(best):
            best = np.flatnonzero(greedy)
        if not added:
            best = np.flatnonzero(chosen)
            break
        conditions += added
        chosen, least = _fewest(conditions, n_cameras)
        bound = max(bound, least)
        if best is not None and len(best) <= bound:
            break
    found = () if best is None else tuple(int(one) for one in best)
    return SmallestSet(found, bound, len(conditions))


def _fewest(conditions: Sequence[I8], n_cameras: int) -> tuple[NDArray[np.bool_], int]:
    """Return the fewest cameras of which one is in each condition, and how few there may be."""
    row = np.repeat(np.arange(len(conditions)), [len(one) for one in conditions])
    column = np.concatenate(conditions)
    matrix = csr_array((np.ones(len(row)), (row, column)), shape=(len(conditions), n_cameras))
    found = milp(
        np.ones(n_cameras),
        constraints=LinearConstraint(matrix, lb=1.0),
        integrality=np.ones(n_cameras, np.int64),
        bounds=Bounds(0.0, 1.0),
        options={"node_limit": MOST_NODES},
    )
    if found.x is None:  # the limit came before any whole solution: all of them are one
        return np.ones(n_cameras, bool), 0
    return found.x > 0.5, int(np.ceil(found.mip_dual_bound - 1e-6))


@dataclass(frozen=True)
class _Small:
    """What is left when edges that nobody sees are drawn together: edges between blocks.

    Args:
        u: (n,) block.
        v: (n,) block.
        sees: (n, n_cameras) which cameras have part of each in view.
        source: block where ways begin; target: where they end.
        n_blocks: number of blocks.
    """

    u: I8
    v: I8
    sees: csr_array
    source: int
    target: int
    n_blocks: int

    def ways(self, chosen: NDArray[np.bool_]) -> tuple[list[I8], NDArray[np.bool_]]:
        """Return the cameras along some ways that no chosen one sees, and a set that sees all.

        From each way that is found, the camera that sees most is added to the set, until no way is
        left; so each of them is another one.
        """
        greedy = chosen.copy()
        degree = np.asarray(self.sees.sum(axis=0)).ravel()
        count = np.diff(self.sees.indptr).astype(np.float64)
        found: list[I8] = []
        while True:
            unseen = (self.sees @ greedy.astype(np.float64)) == 0.0
            cameras = self._cheapest(unseen, count)
            if cameras is None:
                return found, greedy
            found.append(cameras)
            greedy[cameras[np.argmax(degree[cameras])]] = True

    def _cheapest(self, open_edges: NDArray[np.bool_], count: F8) -> I8 | None:
        """Return the cameras along the way with the fewest of them, edge by edge; None without."""
        edge = np.flatnonzero(open_edges)
        u, v = self.u[edge], self.v[edge]
        low, high = np.minimum(u, v), np.maximum(u, v)
        order = np.lexsort((count[edge], high, low))
        edge, low, high = edge[order], low[order], high[order]
        first = np.ones(len(edge), bool)
        first[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)
        edge, low, high = edge[first], low[first], high[first]
        shape = (self.n_blocks, self.n_blocks)
        graph = csr_array((count[edge], (low, high)), shape=shape)
        distance, before = dijkstra(
            graph, directed=False, indices=np.array([self.source]), return_predecessors=True
        )
        if not np.isfinite(distance[0, self.target]):
            return None
        key = low * self.n_blocks + high
        here, passed = self.target, []
        while here != self.source:
            there = int(before[0, here])
            pair = min(here, there) * self.n_blocks + max(here, there)
            passed.append(edge[np.searchsorted(key, pair)])
            here = there
        return np.unique(
            np.concatenate(
                [self.sees.indices[self.sees.indptr[e] : self.sees.indptr[e + 1]] for e in passed]
            )
        ).astype(np.int64)


def _without_what_nobody_sees(
    ends: tuple[I8, I8],
    n_nodes: int,
    watch: tuple[I8, I8],
    n_cameras: int,
    between: tuple[I8, I8],
) -> _Small | None:
    """Draw together what nobody sees; None if a way is left that nobody sees."""
    n_edges = len(ends[0])
    seen = np.zeros(n_edges, bool)
    seen[watch[0]] = True
    # All nodes where ways begin are one, and all where they end another.
    u = np.concatenate([ends[0][~seen], *(np.full(len(at) - 1, at[0]) for at in between)])
    v = np.concatenate([ends[1][~seen], *(at[1:] for at in between)])
    joined = coo_array((np.ones(len(u)), (u, v)), shape=(n_nodes, n_nodes)).tocsr()
    n_blocks, block = connected_components(joined, directed=False)
    source, target = (int(block[at[0]]) for at in between)
    if source == target:
        return None
    number = np.cumsum(seen) - 1
    edges = np.flatnonzero(seen)
    pairs = (number[watch[0]], watch[1])
    sees = csr_array((np.ones(len(watch[0])), pairs), shape=(len(edges), n_cameras))
    sees.data[:] = 1.0
    a, b = (block[side[edges]].astype(np.int64) for side in ends)
    apart = a != b
    return _Small(a[apart], b[apart], sees[apart], source, target, int(n_blocks))
