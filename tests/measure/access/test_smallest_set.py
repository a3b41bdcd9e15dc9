"""The fewest cameras that see every way: against trying all sets, on small graphs."""

from itertools import combinations

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.measure.access.smallest_set import smallest_set

SOURCE, TARGET = np.array([0]), np.array([1])


def solve(edges, watch, n_nodes, n_cameras, **more):
    ends = tuple(np.array([edge[k] for edge in edges], np.int64) for k in (0, 1))
    pairs = tuple(np.array([pair[k] for pair in watch], np.int64) for k in (0, 1))
    return smallest_set(ends, n_nodes, pairs, n_cameras, (SOURCE, TARGET), **more)


def parted(edges, watch, chosen, n_nodes):
    """Whether no way is left that none of the chosen cameras sees."""
    seen = {edge for edge, camera in watch if camera in chosen}
    net = networkx.Graph()
    net.add_nodes_from(range(n_nodes))
    net.add_edges_from(edge for number, edge in enumerate(edges) if number not in seen)
    return not networkx.has_path(net, 0, 1)


def test_one_camera_that_sees_both_streets_is_enough():
    edges = [(0, 2), (2, 1), (0, 3), (3, 1)]
    found = solve(edges, [(0, 0), (2, 0), (1, 1), (3, 2)], 4, 3)
    assert (found.cameras, found.bound, found.known) == ((0,), 1, True)


def test_a_way_that_nobody_sees_is_told():
    found = solve([(0, 2), (2, 1), (0, 1)], [(0, 0)], 3, 1)
    assert found.cameras is None
    assert not found.known


def test_without_any_way_no_camera_is_needed():
    found = solve([(0, 2)], [(0, 0)], 3, 1)
    assert (found.cameras, found.bound) == ((), 0)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_it_is_the_smallest_of_all_sets(data):
    n_nodes, n_cameras = data.draw(st.integers(3, 7)), data.draw(st.integers(1, 6))
    node = st.integers(0, n_nodes - 1)
    edges = data.draw(st.lists(st.tuples(node, node), min_size=2, max_size=14))
    pair = st.tuples(st.integers(0, len(edges) - 1), st.integers(0, n_cameras - 1))
    watch = data.draw(st.lists(pair, min_size=1, max_size=20))
    found = solve(edges, watch, n_nodes, n_cameras)
    sizes = [
        size
        for size in range(n_cameras + 1)
        if any(
            parted(edges, watch, set(some), n_nodes)
            for some in combinations(range(n_cameras), size)
        )
    ]
    if not sizes:
        assert found.cameras is None
        return
    assert found.cameras is not None
    assert len(found.cameras) == sizes[0] == found.bound
    assert parted(edges, watch, set(found.cameras), n_nodes)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_cut_short_it_still_gives_a_set_that_does_and_a_bound(seed):
    rng = np.random.default_rng(seed)
    edges = [(int(u), int(v)) for u, v in rng.integers(0, 12, (40, 2))]
    watch = [(edge, int(rng.integers(0, 8))) for edge in range(40) for _each in range(2)]
    cut, whole = (solve(edges, watch, 12, 8, rounds=rounds) for rounds in (1, 200))
    assert whole.cameras is not None
    assert cut.cameras is not None
    assert parted(edges, watch, set(cut.cameras), 12)
    assert cut.bound <= len(whole.cameras) <= len(cut.cameras)
