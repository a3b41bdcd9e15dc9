import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, floyd_warshall

from contrechamp.measure.network import foot_network, snap
from contrechamp.measure.routes import (
    cheapest_routes,
    route_lines,
    routes_to_nearest,
    unseen_routes_exist,
)
from towns import places, streets

NOBODY = places()


def network_of(town, stops=NOBODY):
    return foot_network(town, snap(town, stops.geometry))


@st.composite
def town(draw):
    """Streets between five places: parallel ones, loops, points and islands among them."""
    at = [(0, 0), (40, 0), (40, 30), (0, 30), (0, 30), (90, 7)]
    node = st.integers(0, len(at) - 1)
    bend = st.tuples(st.integers(-20, 60), st.integers(-20, 60))
    edges = draw(st.lists(st.tuples(node, node, st.none() | bend), min_size=1, max_size=10))
    drawn = streets(*((u, v, [at[u], *([b] if b else []), at[v]]) for u, v, b in edges))
    stops = draw(st.lists(bend, max_size=4))
    return network_of(drawn, places(*(("home", *stop) for stop in stops))), drawn


def all_distances(network, cost):
    """Floyd and Warshall, with the cheaper of parallel edges and none that is free."""
    matrix = np.full((network.n_nodes, network.n_nodes), np.inf)
    np.minimum.at(matrix, (network.edge_u, network.edge_v), np.maximum(cost, 1e-6))
    return floyd_warshall(np.minimum(matrix, matrix.T))


def passed(network, ways, w, start):
    """Walk way w by hand: its nodes. Fails where one edge does not begin where the last ended."""
    nodes = [start]
    for k in range(ways.indptr[w], ways.indptr[w + 1]):
        u, v = network.edge_u[ways.edge[k]], network.edge_v[ways.edge[k]]
        begin, end = (u, v) if ways.forward[k] else (v, u)
        assert begin == nodes[-1]
        nodes.append(end)
    return nodes


@settings(max_examples=80, deadline=None)
@given(town(), st.lists(st.integers(0, 5), min_size=1, max_size=3), st.integers(0, 9))
def test_ways_to_the_nearest_are_as_long_as_floyd_warshall_says(drawn, goals, seed):
    network, _ = drawn
    cost = network.length_m * np.random.default_rng(seed).uniform(0.5, 2, len(network.length_m))
    goals = np.unique(np.minimum(goals, network.n_nodes - 1))
    start = np.arange(network.n_nodes)
    reached, goal, ways = routes_to_nearest(network, cost, start, goals)
    best = all_distances(network, cost)[:, goals].min(axis=1)
    assert np.array_equal(reached, np.isfinite(best))
    np.testing.assert_allclose(ways.sums(cost), best[reached], atol=1e-4)
    for w, begin in enumerate(start[reached]):
        assert passed(network, ways, w, begin)[-1] == goal[w]
    assert np.isin(goal, goals).all()


@settings(max_examples=80, deadline=None)
@given(town(), st.integers(0, 99))
def test_cheapest_ways_cost_what_floyd_warshall_says(drawn, seed):
    network, _ = drawn
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 3, len(network.length_m)).astype(float)  # many free edges and ties
    start, goal = rng.integers(0, network.n_nodes, size=(2, 30))
    joined = network.component[start] == network.component[goal]
    joined &= ~np.isnan(network.node_xy[start, 0])  # a number that no street has is no place
    start, goal = start[joined], goal[joined]
    ways = cheapest_routes(network, cost, start, goal)
    np.testing.assert_allclose(
        ways.sums(cost), all_distances(network, cost)[start, goal], atol=1e-4
    )
    for w in range(len(start)):
        assert passed(network, ways, w, start[w])[-1] == goal[w]
    lines = route_lines(network, ways, start)
    np.testing.assert_allclose(shapely.length(lines), ways.sums(network.length_m), atol=1e-9)
    for w, line in enumerate(lines):
        assert line.coords[0] == tuple(network.node_xy[start[w]])
        assert line.coords[-1] == tuple(network.node_xy[goal[w]])


@settings(max_examples=60, deadline=None)
@given(town(), st.integers(0, 99))
def test_unseen_ways_are_components_of_the_unseen_edges(drawn, seed):
    network, _table = drawn
    rng = np.random.default_rng(seed)
    seen = rng.uniform(1, 10, (8, len(network.edge_u)))
    seen *= rng.random(seen.shape) < 0.2
    start, goal = np.divmod(np.arange(network.n_nodes**2), network.n_nodes)
    free = unseen_routes_exist(network, csr_array(seen), start, goal)
    for draw, edge_seen in enumerate(seen):
        matrix = np.zeros((network.n_nodes, network.n_nodes))
        unseen = edge_seen == 0
        matrix[network.edge_u[unseen], network.edge_v[unseen]] = 1
        label = connected_components(matrix, directed=False)[1]
        assert np.array_equal(free[draw], label[start] == label[goal])


def test_of_parallel_streets_the_shorter_is_taken_and_not_their_sum():
    bow = streets(
        (0, 1, [(0, 0), (0, 40), (60, 40), (60, 0)]),
        (0, 1, [(0, 0), (60, 0)]),
        (1, 0, [(60, 0), (60, -10), (0, -10), (0, 0)]),
    )
    network = network_of(bow)
    _, _, ways = routes_to_nearest(network, network.length_m, np.array([0]), np.array([1]))
    assert ways.edge.tolist() == [1]
    dear = np.array([5.0, 9.0, 4.0])
    ways = cheapest_routes(network, dear, np.array([0]), np.array([1]))
    assert ways.edge.tolist() == [2]
    assert ways.forward.tolist() == [False]


def test_a_street_without_length_is_a_street():
    hinge = streets(
        (0, 1, [(0, 0), (30, 0)]), (1, 2, [(30, 0), (30, 0)]), (2, 3, [(30, 0), (30, 9)])
    )
    network = network_of(hinge)
    reached, _, ways = routes_to_nearest(network, network.length_m, np.array([0]), np.array([3]))
    assert reached.all()
    assert ways.edge.tolist() == [0, 1, 2]
    assert ways.sums(network.length_m) == pytest.approx([39])


def test_round_a_block_the_shorter_side_is_taken():
    block = streets((0, 0, [(0, 0), (100, 0), (100, 40), (0, 40), (0, 0)]))
    network = network_of(block, places(("home", 80, 0), ("school", 0, 10)))
    ways = cheapest_routes(network, network.length_m, *network.stop_node[:, None])
    assert ways.sums(network.length_m) == pytest.approx([90])


def test_a_street_seen_in_part_is_no_unseen_way_but_both_of_its_free_ends_are():
    long = streets((0, 1, [(0, 0), (100, 0)]))
    network = network_of(long, places(("home", 40, 0), ("school", 60, 0)))
    seen = csr_array(np.where(network.length_m == 20, 3.0, 0.0)[None])  # between home and school
    home, school = network.stop_node
    start, goal = np.array([home, 0, school, home]), np.array([school, home, 1, home])
    free = unseen_routes_exist(network, seen, start, goal)
    assert free[0].tolist() == [False, True, True, True]
