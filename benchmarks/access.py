"""Access through barriers on a town of 100,000 junctions, beside other searches on the same graph.

The town is a grid with a fifth of its streets left out. 800 streets have a barrier, each with hours
of its own for each of three groups, so that all 72 graphs of a draw differ: the worst that there
is. Peers that are not installed are said to be left out.
"""

import importlib.util
import time
from collections.abc import Callable, Mapping
from typing import Any

import networkx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from contrechamp.measure.access.critical import cut_off_if_shut
from contrechamp.measure.access.forced import forced_exposure
from contrechamp.measure.access.graph import AccessGraph, neighbours
from contrechamp.measure.access.nearest import Search, prepare_search
from contrechamp.measure.access.people import HOMES, People
from contrechamp.measure.access.reach import reached
from contrechamp.measure.access.smallest_set import smallest_set
from contrechamp.measure.access.states import HOURS, States
from contrechamp.measure.network import FootNetwork, Snapped

SIDE, BARRIERS, FACILITIES, STARTS = 316, 800, 200, 20_000
DRAWS, GROUPS, SPEED_M_S = 100, 3, 1.33
#: Draws of forced exposure, and the share of streets in view in each.
FORCED_DRAWS, IN_VIEW = 1000, 0.3
RUNS = 5

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


def town(rng: np.random.Generator) -> tuple[AccessGraph, I8]:
    """Return a grid with barriers, and the nodes of its facilities."""
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    u = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    v = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    kept = rng.random(len(u)) < 0.8
    u, v = u[kept], v[kept]
    length_m = rng.uniform(20.0, 120.0, len(u))
    passage = np.full(len(u), -1, np.int64)
    passage[rng.choice(len(u), BARRIERS, replace=False)] = np.arange(BARRIERS)
    at = np.unravel_index(np.arange(SIDE * SIDE), (SIDE, SIDE))
    xy = np.stack(at, axis=1, dtype=np.float64) * 70.0
    nothing = np.empty(0, object)
    network = FootNetwork(u, v, u, length_m, nothing, xy, u, u)
    each = np.arange(BARRIERS)
    starts = rng.choice(SIDE * SIDE, STARTS, replace=False)
    graph = AccessGraph(
        network, u, v, length_m, passage, neighbours(u, v, SIDE * SIDE), SIDE * SIDE, each, each,
        BARRIERS, BARRIERS, starts,
    )  # fmt: skip
    return graph, rng.choice(SIDE * SIDE, FACILITIES, replace=False)


def states(rng: np.random.Generator, draws: int) -> States:
    """Return hours that differ between all groups and hours, and waits."""
    return States(
        groups=tuple((str(group),) for group in range(GROUPS)),
        lets_pass=rng.integers(0, 3, (GROUPS, HOURS, BARRIERS)).astype(np.int8),
        if_unknown=rng.random((draws, BARRIERS)) < 0.5,
        wait_s=rng.uniform(0.0, 600.0, (draws, BARRIERS)),
        link_open=np.zeros((draws, 0), bool),
    )


def people() -> People:
    """Return starts that each stand for one home."""
    every, zero = np.arange(STARTS), np.zeros(STARTS, np.int64)
    snapped = Snapped(zero, np.zeros(STARTS), np.zeros(STARTS))
    return People(HOMES, snapped, every, zero, np.ones(STARTS), ("all",), 0, 0, (), 0.0, False)


def peers(graph: AccessGraph, goals: I8, is_open: NDArray[np.bool_], wait_s: F8) -> dict[str, Any]:
    """Return name -> what searches the same graph once, or why it is left out."""
    cost = graph.length_m / SPEED_M_S
    barred = graph.passage >= 0
    cost[barred] += np.where(is_open, 0.5 * wait_s, np.inf)[graph.passage[barred]]
    kept = np.isfinite(cost)
    u, v, cost = graph.edge_u[kept], graph.edge_v[kept], cost[kept]
    shape = (graph.n_nodes, graph.n_nodes)
    both = (np.concatenate([u, v]), np.concatenate([v, u]))
    matrix = csr_array((np.tile(cost, 2), both), shape=shape)
    net = networkx.Graph()
    net.add_weighted_edges_from(zip(u.tolist(), v.tolist(), cost.tolist(), strict=True))
    sources = {goal for goal in goals.tolist() if goal in net}

    def by_networkx() -> F8:
        found = np.full(graph.n_nodes, np.inf)
        far = networkx.multi_source_dijkstra_path_length(net, sources)
        found[list(far)] = list(far.values())
        return found

    found: dict[str, Any] = {
        "scipy dijkstra": lambda: dijkstra(matrix, indices=goals, min_only=True),
        "networkx": by_networkx,
    }
    found["igraph"] = _igraph(u, v, cost, goals, graph.n_nodes)
    found["pandana"] = _pandana(graph, u, v, cost, goals)
    return found


def _igraph(u: I8, v: I8, cost: F8, goals: I8, n_nodes: int) -> Callable[[], F8] | str:
    if importlib.util.find_spec("igraph") is None:
        return "not installed"
    import igraph  # type: ignore[import-untyped,unused-ignore]

    # From a node that is joined to all goals for nothing: it knows no search from several.
    pairs = np.concatenate(
        [np.column_stack([u, v]), np.column_stack([np.full(len(goals), n_nodes), goals])]
    )
    weights = np.concatenate([cost, np.zeros(len(goals))]).tolist()
    net = igraph.Graph(n=n_nodes + 1, edges=pairs.tolist())
    return lambda: np.array(net.distances(n_nodes, weights=weights)[0])[:n_nodes]


def _pandana(graph: AccessGraph, u: I8, v: I8, cost: F8, goals: I8) -> Callable[[], F8] | str:
    if importlib.util.find_spec("pandana") is None:
        return "not installed"
    import pandana  # type: ignore[import-not-found,unused-ignore]
    import pandas as pd

    x, y = (pd.Series(graph.network.node_xy[:, axis]) for axis in (0, 1))
    net = pandana.Network(x, y, pd.Series(u), pd.Series(v), pd.DataFrame({"s": cost}))
    at = graph.network.node_xy[goals]
    far = 1e5
    net.set_pois("goal", far, 1, pd.Series(at[:, 0]), pd.Series(at[:, 1]))
    return lambda: np.asarray(net.nearest_pois(far, "goal", num_pois=1)[1], np.float64)


def fastest(work: Callable[[], Any], runs: int = RUNS) -> float:
    """Return the seconds of the fastest of some runs."""
    spent = []
    for _run in range(runs):
        before = time.perf_counter()
        work()
        spent.append(time.perf_counter() - before)
    return min(spent)


def cameras(graph: AccessGraph, rng: np.random.Generator, n: int) -> tuple[I8, I8]:
    """Return the edges that each of n cameras has in view: those within 6 steps of the middle."""
    # Overlapping ones in a belt across the town, so that some set sees every way.
    row = rng.integers(SIDE // 2 - 8, SIDE // 2 + 8, n)
    column = np.concatenate([np.linspace(0, SIDE - 1, n - n // 4), rng.uniform(0, SIDE, n // 4)])
    middle = np.column_stack([row, column]) * 70.0
    at = 0.5 * (graph.network.node_xy[graph.edge_u] + graph.network.node_xy[graph.edge_v])
    near = cKDTree(at).query_ball_point(middle, np.full(n, 6.5 * 70.0))
    each = [np.asarray(one, np.int64) for one in near]
    camera = np.repeat(np.arange(n), [len(one) for one in each])
    return np.concatenate(each), camera


def tables(
    *,
    heading: Callable[[str], None],
    header: Callable[..., None],
    row: Callable[..., None],
    figure: Callable[[float], str],
) -> None:
    """Print what a search costs beside peers, and what the whole does."""
    rng = np.random.default_rng(1)
    graph, goals = town(rng)
    some = states(rng, DRAWS)
    is_open, _of, wait_s = some.passages(graph, 0)
    search = prepare_search(graph, goals, SPEED_M_S, np.zeros(BARRIERS))
    whole = Search(
        graph, SPEED_M_S, goals, np.full(graph.n_nodes, np.inf), np.full(graph.n_nodes, np.inf),
        np.arange(graph.n_nodes),
    )  # fmt: skip
    mine = search.run(is_open[0], wait_s)[0]
    heading(
        f"Access: {graph.n_nodes:,} nodes, {len(graph.edge_u):,} edges, {BARRIERS} barriers, "
        f"{FACILITIES} facilities"
    )
    header("one search from all facilities", "ms", "greatest difference, s")
    row("contrechamp, where barriers change something",
        figure(1e3 * fastest(lambda: search.run(is_open[0], wait_s))), "")  # fmt: skip
    row("contrechamp, everywhere", figure(1e3 * fastest(lambda: whole.run(is_open[0], wait_s))),
        figure(_differ(mine, whole.run(is_open[0], wait_s)[0])))  # fmt: skip
    for name, work in peers(graph, goals, is_open[0], wait_s).items():
        if isinstance(work, str):
            row(name, work, "")
        else:
            row(name, figure(1e3 * fastest(work)), figure(_differ(mine, work())))
    _whole(graph, goals, some, header=header, row=row, figure=figure)
    for count in (200, 2000):
        _set(graph, rng, count, row=row, figure=figure)


def _differ(one: F8, other: F8) -> float:
    both = np.isfinite(one) & np.isfinite(other) & (other < 1e5)
    return float(np.abs(one[both] - other[both]).max())


def _whole(
    graph: AccessGraph, goals: I8, some: States, *, header: Any, row: Any, figure: Any
) -> None:
    rng = np.random.default_rng(2)
    at: Mapping[str, I8] = {"school": goals}
    print()
    header("what is asked", "s")
    n_graphs: list[int] = []

    def whole() -> None:
        n_graphs.append(int(reached(graph, people(), at, some).graphs.sum()))

    spent = fastest(whole, 1)
    row(f"{HOURS} hours x {GROUPS} groups x {DRAWS} draws, {n_graphs[0]:,} different graphs",
        figure(spent))  # fmt: skip
    row(f"criticality of {BARRIERS} barriers, {DRAWS} draws",
        figure(fastest(lambda: cut_off_if_shut(graph, people(), at, some, (0, 8)), 1)))  # fmt: skip
    n_edges = len(graph.edge_u)
    seen = [np.flatnonzero(rng.random(n_edges) < IN_VIEW) for _draw in range(FORCED_DRAWS)]
    start = np.concatenate([[0], np.cumsum([len(one) for one in seen])])
    metres = np.full(start[-1], 7.0)
    edge_seen = csr_array((metres, np.concatenate(seen), start), shape=(FORCED_DRAWS, n_edges))
    is_open = rng.random((FORCED_DRAWS, BARRIERS)) < 0.5
    checkpoints = rng.random(BARRIERS) < 0.3
    row(f"forced exposure, {FORCED_DRAWS:,} draws, {IN_VIEW:.0%} of the streets in view", figure(
        fastest(lambda: forced_exposure(graph, people(), at, is_open, checkpoints, edge_seen), 1)
    ))  # fmt: skip


def _set(graph: AccessGraph, rng: np.random.Generator, n: int, *, row: Any, figure: Any) -> None:
    watch = cameras(graph, rng, n)
    north, south = np.arange(SIDE), np.arange(SIDE * (SIDE - 1), SIDE * SIDE)
    before = time.perf_counter()
    found = smallest_set((graph.edge_u, graph.edge_v), graph.n_nodes, watch, n, (north, south))
    spent = time.perf_counter() - before
    size = "none sees all" if found.cameras is None else f"{len(found.cameras)}"
    told = f"{size}, bound {found.bound}, {found.ways} ways"
    row(f"smallest set of {n:,} cameras: {told}", figure(spent))
