import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.measure.network import foot_network, snap
from contrechamp.measure.pieces import cut_streets
from towns import CRS, places, streets

TOWN = streets(
    (0, 1, [(0, 0), (25, 0)]),
    (1, 2, [(25, 0), (25, 4), (31, 4)]),
    (2, 3, [(31, 4), (61, 4)]),
    (3, 3, [(61, 4), (61, 4)]),
    walkable=[True, True, True, True],
)


def pieces_of(town, *stops, piece_m=10.0):
    network = foot_network(town, snap(town, places(*stops).geometry))
    return network, cut_streets(network, town, piece_m)


def test_an_edge_is_cut_to_as_few_equal_pieces_as_there_can_be():
    _, cut = pieces_of(TOWN)
    np.testing.assert_allclose(cut.table["length_m"], [25 / 3] * 3 + [10] + [10] * 3 + [0])
    assert cut.edge_first.tolist() == [0, 3, 4, 7, 8]
    assert cut.street.tolist() == [0, 0, 0, 1, 2, 2, 2, 3]
    assert cut.table["id"].tolist()[:4] == ["way/0/0:0", "way/0/0:1", "way/0/0:2", "way/1/0:0"]
    assert cut.table.crs == CRS


def test_a_bent_piece_has_a_segment_for_each_straight_part():
    _, cut = pieces_of(TOWN)
    bent = cut.pieces.piece == 3
    assert cut.pieces.x0[bent].tolist() == [25, 25]
    assert cut.pieces.y1[bent].tolist() == [4, 4]
    assert cut.pieces.n_pieces == len(cut.table) == 8


def test_pieces_are_numbered_through_a_street_that_stops_cut():
    _, cut = pieces_of(TOWN, ("home", 5, 1))
    assert cut.table["id"].tolist()[:4] == [f"way/0/0:{i}" for i in range(3)] + ["way/1/0:0"]
    np.testing.assert_allclose(cut.table["length_m"][:3], [5, 10, 10])
    assert cut.table["edge"].tolist()[:3] == [0, 1, 1]


def test_streets_that_nobody_walks_have_no_piece():
    town = TOWN.assign(walkable=[False, True, False, False])
    _, cut = pieces_of(town)
    assert cut.street.tolist() == [1]
    none = TOWN.assign(walkable=False)
    _, cut = pieces_of(none)
    assert cut.pieces.n_pieces == len(cut.table) == 0
    assert cut.edge_first.tolist() == [0]


coordinate = st.floats(-200, 200).map(lambda value: round(value, 2))
drawn_line = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6)
stop = st.tuples(st.just("home"), coordinate, coordinate)


@settings(deadline=None)
@given(
    st.lists(drawn_line, min_size=1, max_size=6),
    st.lists(stop, max_size=6),
    st.sampled_from([3.0, 10.0, 1000.0]),
)
def test_pieces_make_up_their_streets(lines, stops, piece_m):
    town = streets(*((2 * i, 2 * i + 1, line) for i, line in enumerate(lines)))
    network, cut = pieces_of(town, *stops, piece_m=piece_m)
    table, pieces = cut.table, cut.pieces
    assert table["length_m"].max() <= piece_m * (1 + 1e-8)
    # The lengths of the table, of its geometry and of the engine's segments are one.
    segment = np.hypot(pieces.x1 - pieces.x0, pieces.y1 - pieces.y0)
    by_segment = np.bincount(pieces.piece, weights=segment, minlength=pieces.n_pieces)
    np.testing.assert_allclose(by_segment, table["length_m"], atol=1e-9)
    np.testing.assert_allclose(shapely.length(table.geometry.to_numpy()), by_segment, atol=1e-9)
    by_street = np.bincount(cut.street, weights=by_segment, minlength=len(town))
    np.testing.assert_allclose(by_street, town.length, rtol=1e-12, atol=1e-9)
    by_edge = np.add.reduceat(by_segment, cut.edge_first[:-1])
    np.testing.assert_allclose(by_edge, network.length_m, rtol=1e-12, atol=1e-9)
    assert np.all(np.diff(pieces.piece) >= 0)
    assert table["id"].is_unique
    # The ends of an edge are ends of pieces, to the last bit.
    for edge in range(len(network.length_m)):
        first, last = cut.edge_first[edge], cut.edge_first[edge + 1] - 1
        whole = network.geometry[edge].coords
        assert table.geometry[first].coords[0] == whole[0]
        assert table.geometry[last].coords[-1] == whole[-1]


@pytest.mark.parametrize("length", [30.0, 30.0 + 1e-12, 30.0 - 1e-12])
def test_three_times_the_piece_is_three_pieces(length):
    _, cut = pieces_of(streets((0, 1, [(0, 0), (length, 0)])))
    assert len(cut.table) == 3
