import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import floyd_warshall
from shapely import Point

from contrechamp.measure.network import SNAP_M, foot_network, snap
from towns import places, streets

# A T: 100 m east, then 60 m north from its middle; and an island 80 m away.
TOWN = streets(
    (0, 1, [(0, 0), (50, 0)]),
    (1, 2, [(50, 0), (100, 0)]),
    (1, 3, [(50, 0), (50, 60)]),
    (4, 5, [(0, 140), (100, 140)]),
)


def test_stops_on_one_edge_cut_it_in_their_order():
    stops = places(("home", 40, 5), ("home", 10, -5), ("school", 25, 1))
    network = foot_network(TOWN, snap(TOWN, stops.geometry))
    first_street = network.street == 0
    np.testing.assert_allclose(network.length_m[first_street], [10, 15, 15, 10])
    home_far, home_near, school = network.stop_node
    assert network.edge_u[first_street].tolist() == [0, home_near, school, home_far]
    assert network.edge_v[first_street].tolist() == [home_near, school, home_far, 1]
    np.testing.assert_allclose(network.node_xy[network.stop_node], [(40, 0), (10, 0), (25, 0)])


def test_stops_at_one_place_share_a_node():
    stops = places(("home", 10, 3), ("home", 10, -7), ("school", 10.0004, 0))
    network = foot_network(TOWN, snap(TOWN, stops.geometry))
    assert len(set(network.stop_node.tolist())) == 1
    assert np.count_nonzero(network.street == 0) == 2


def test_a_stop_beside_a_junction_is_the_junction():
    stops = places(("home", -30, -40), ("home", 50, 0), ("school", 130, 0))
    network = foot_network(TOWN, snap(TOWN, stops.geometry))
    assert network.stop_node.tolist() == [0, 1, 2]
    assert len(network.length_m) == len(TOWN)


def test_a_stop_too_far_from_every_street_is_left_out():
    stops = places(("home", 50, -SNAP_M - 1), ("home", 50, -SNAP_M + 1))
    snapped = snap(TOWN, stops.geometry)
    assert snapped.on_network.tolist() == [False, True]
    assert np.isnan(snapped.distance_m[0])
    assert snapped.distance_m[1] == SNAP_M - 1
    assert foot_network(TOWN, snapped).stop_node[0] == -1


def test_a_street_that_is_not_for_walking_takes_no_stop_and_is_no_edge():
    motorway = streets(
        (0, 1, [(0, 0), (100, 0)]), (2, 3, [(0, 50), (100, 50)]), walkable=[False, True]
    )
    stops = places(("home", 30, 1))
    snapped = snap(motorway, stops.geometry)
    network = foot_network(motorway, snapped)
    assert snapped.street.tolist() == [1]
    assert snapped.distance_m.tolist() == [49]
    assert set(network.street.tolist()) == {1}


def test_of_streets_equally_near_the_first_is_taken():
    snapped = snap(TOWN, places(("home", 50, -10)).geometry)
    assert snapped.street.tolist() == [0]


def test_components_tell_what_can_be_reached():
    stops = places(("home", 10, 0), ("school", 50, 50), ("school", 20, 141))
    network = foot_network(TOWN, snap(TOWN, stops.geometry))
    home, school, island = network.component[network.stop_node]
    assert home == school != island


def test_parallel_streets_in_any_number_connect():
    # 256 parallel edges: their count does not fit eight bits.
    bundle = streets(*((0, 1, [(0, 0), (50, i), (100, 0)]) for i in range(256)))
    network = foot_network(bundle, snap(bundle, places().geometry))
    assert network.component[0] == network.component[1]
    assert len(network.length_m) == 256


def test_a_loop_and_a_point_stay_edges():
    odd = streets((0, 0, [(0, 0), (10, 0), (10, 10), (0, 0)]), (0, 1, [(0, 0), (0, 0)]))
    network = foot_network(odd, snap(odd, places(("home", 11, 5)).geometry))
    np.testing.assert_allclose(network.length_m, [15, 5 + np.hypot(10, 10), 0])
    assert np.unique(network.component).size == 1


def test_no_street_leaves_every_stop_out():
    empty = TOWN.iloc[:0]
    network = foot_network(empty, snap(empty, places(("home", 0, 0)).geometry))
    assert network.n_nodes == 0
    assert network.stop_node.tolist() == [-1]


grid_point = st.tuples(st.integers(0, 30), st.integers(0, 30))


@settings(max_examples=60, deadline=None)
@given(st.lists(grid_point, min_size=1, max_size=8), st.integers(0, 3))
def test_cutting_changes_no_distance_between_junctions(stops, seed):
    """Against Floyd-Warshall on the streets as they were, parallel ones and loops among them."""
    rng = np.random.default_rng(seed)
    at = np.array([(0, 0), (20, 0), (20, 25), (0, 30), (7, 11)], float)
    ends = rng.integers(0, len(at), size=(9, 2))
    bends = rng.uniform(0, 30, size=(9, 2))
    town = streets(
        *((int(u), int(v), [at[u], bend, at[v]]) for (u, v), bend in zip(ends, bends, strict=True))
    )
    network = foot_network(town, snap(town, places(*(("home", *s) for s in stops)).geometry))

    def distances(u, v, length, n):
        matrix = np.full((n, n), np.inf)
        np.minimum.at(matrix, (u, v), length)
        return floyd_warshall(np.minimum(matrix, matrix.T))

    before = distances(ends[:, 0], ends[:, 1], shapely.length(town.geometry.to_numpy()), len(at))
    after = distances(network.edge_u, network.edge_v, network.length_m, network.n_nodes)
    n = min(len(at), network.n_nodes)
    np.testing.assert_allclose(after[:n, :n], before[:n, :n], atol=1e-9)
    np.testing.assert_allclose(network.length_m.sum(), town.length.sum(), rtol=1e-12)
    # Every stop's node lies on the nearest street, at the nearest place of it (to the millimetre).
    for node, (x, y) in zip(network.stop_node, stops, strict=True):
        gap = Point(network.node_xy[node]).distance(Point(x, y))
        assert abs(gap - town.distance(Point(x, y)).min()) < 0.001
