from importlib.metadata import distribution

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import floyd_warshall

from contrechamp.measure.drawn import as_figures
from contrechamp.measure.exposure import Exposure
from contrechamp.measure.network import SNAP_M, foot_network
from contrechamp.measure.pieces import cut_streets
from contrechamp.measure.trip_exposure import (
    COST_OF_LENGTH,
    trip_exposure,
    trip_figures,
    trip_table,
)
from contrechamp.measure.trips import GOALS, choose_stops, plan_trips
from contrechamp.sight.arrays import Level
from towns import places, streets

# A block of 100 m x 50 m: home and school at the ends of its southern side.
BLOCK = streets(
    (0, 1, [(0, 0), (100, 0)]),
    (1, 2, [(100, 0), (100, 50)]),
    (2, 3, [(100, 50), (0, 50)]),
    (3, 0, [(0, 50), (0, 0)]),
)
HOME = places(("home", -5, 0))
SCHOOL = places(("school", 105, 0))
LEVELS = (Level("visible", 0.0), Level("detection", 25.0))


def planned(town, homes, services, **options):
    stops = choose_stops(town, homes, services, seed=1, **options)
    network = foot_network(town, stops.snapped)
    cut = cut_streets(network, town)
    return network, cut, plan_trips(network, stops, services, cut)


def exposure_by_street(cut, seen_of_street, walk_cameras):
    """An exposure with the metres seen (n_draws, n_levels, n_streets) spread over the pieces."""
    seen_of_street = np.asarray(seen_of_street, float)
    length = cut.table["length_m"].to_numpy()
    street_length = np.bincount(cut.street, weights=length)
    return exposure_by_piece(
        seen_of_street[:, :, cut.street] * (length / street_length[cut.street]), walk_cameras
    )


def exposure_by_piece(seen, walk_cameras):
    nothing = np.zeros((*seen.shape[:2], 0), np.float32)
    return Exposure(
        seen=tuple(csr_array(seen[:, level].astype(np.float32)) for level in range(seen.shape[1])),
        total_m=seen.sum(axis=2),
        beside_m=np.zeros(seen.shape[:2]),
        cameras_m=seen.mean(axis=0),
        by_camera_m=nothing,
        alone_m=nothing,
        by_group_m=nothing,
        walk_cameras=np.asarray(walk_cameras, np.int32),
    )


def test_a_detour_round_the_block_by_hand():
    network, cut, plan = planned(BLOCK, HOME, SCHOOL)
    # South side, east, north, west; three draws, two levels.
    seen = [
        [[40, 0, 0, 0], [10, 0, 0, 0]],
        [[40, 0, 10, 0], [0, 0, 0, 0]],
        [[0, 0, 10, 0], [0, 0, 0, 0]],
    ]
    exposure = exposure_by_street(cut, seen, [[[2], [1]], [[3], [0]], [[0], [0]]])
    trips = trip_exposure(plan, network, cut, exposure)

    assert plan.length_m == pytest.approx([100])
    np.testing.assert_allclose(trips.seen_m[:, :, 0], [[40, 10], [40, 0], [0, 0]], rtol=1e-6)
    # 80/3 m expected on the south side, 20/3 m over the north: 100 m further.
    assert trips.detour_m[:, 0] == pytest.approx([100, 100])
    np.testing.assert_allclose(trips.least_seen_m[:, :, 0], [[0, 0], [10, 0], [10, 0]], rtol=1e-6)
    assert trips.free[:, :, 0].tolist() == [[True, True], [False, True], [True, True]]

    figures = {
        (figure.key, figure.level): figure.values.tolist()
        for figure in trip_figures(plan, trips, LEVELS)
        if figure.group == "service:school"
    }
    assert figures["trips.seen_share", "visible"] == pytest.approx([0.4, 0.4, 0])
    assert figures["trips.cameras", "visible"] == [2, 3, 0]
    assert figures["trips.no_detour_share", "visible"] == [0, 1, 0]
    assert figures["trips.no_detour_share", "detection"] == [0, 0, 0]
    assert figures["trips.detour_m", "detection"] == pytest.approx([100])

    table = trip_table(plan, trips, LEVELS, HOME, SCHOOL)
    row = table.iloc[0]
    assert (row["home"], row["service"], row["kind"]) == ("node/0", "node/0", "school")
    assert row["visible_seen_m_median"] == pytest.approx(40)
    assert row["detection_seen_m_q95"] == pytest.approx(9)  # between 0 and 10, nine tenths
    assert row["visible_no_detour_share"] == pytest.approx(1 / 3)
    assert row["visible_cameras_median"] == 2
    assert row["visible_least_seen_m"] == pytest.approx(10)
    assert list(row.geometry.coords) == [(0, 0), (100, 0)]


def test_where_nothing_is_seen_nobody_goes_a_long_way_round():
    network, cut, plan = planned(BLOCK, HOME, SCHOOL)
    exposure = exposure_by_street(cut, np.zeros((2, 2, 4)), np.zeros((2, 2, 1)))
    trips = trip_exposure(plan, network, cut, exposure)
    assert trips.detour_m.tolist() == [[0], [0]]
    assert trips.free.all()


def test_figures_of_all_trips_weigh_metres_and_carry_scenarios():
    services = places(("school", 105, 0), ("supermarket", 0, 50))
    network, cut, plan = planned(BLOCK, HOME, services)
    assert sorted(plan.length_m.round(9)) == [50, 100]
    exposure = exposure_by_street(cut, [[[30, 0, 0, 0]]], [[[1, 0]]])
    drawn = trip_figures(plan, trip_exposure(plan, network, cut, exposure), LEVELS[:1])
    figures = as_figures(drawn, {"visible": 0.25}, {"p10": drawn, "p90": ()})
    by_name = {(figure.key, figure.group): figure for figure in figures}
    share = by_name["trips.seen_share", "all"]
    assert share.estimate.median == pytest.approx(30 / 150)
    assert share.estimate.n_draws == 1
    assert share.known_share == 0.25
    assert share.scenarios == {"p10": pytest.approx(0.2)}
    assert by_name["trips.seen_m", "all"].estimate.mean == pytest.approx(15)
    assert by_name["trips.seen_m", "service:supermarket"].estimate.mean == 0
    assert ("trips.seen_m", "service:clinic") not in by_name


def test_each_trip_goes_to_the_nearest_service_that_will_do():
    row = streets((0, 1, [(0, 0), (1000, 0)]))
    homes = places(("home", 100, 5), ("home", 900, 5))
    services = places(
        ("hospital", 480, 0), ("doctors", 700, 0), ("pharmacy", 110, 0), ("school", 20, 0)
    )
    _, _, plan = planned(row, homes, services)
    trips = {
        (int(home), list(GOALS)[goal]): (int(service), round(float(length), 6))
        for home, goal, service, length in zip(
            plan.home, plan.goal, plan.service, plan.length_m, strict=True
        )
    }
    assert trips == {
        (0, "school"): (3, 80),
        (1, "school"): (3, 880),
        (0, "clinic"): (0, 380),
        (1, "clinic"): (1, 200),
    }


def test_ways_are_the_pieces_that_they_pass():
    homes = places(("home", 30, 4), ("home", 96, 40), ("home", 0, 26))
    services = places(("school", 60, 52), ("supermarket", 30, -3))
    network, cut, plan = planned(BLOCK, homes, services)
    length = cut.table["length_m"].to_numpy()
    lines = cut.table.geometry.to_numpy()
    assert len(plan.length_m) == 6
    for trip, way in enumerate(plan.geometry):
        pieces = plan.walks.indices[plan.walks.indptr[trip] : plan.walks.indptr[trip + 1]]
        assert len(set(pieces.tolist())) == len(pieces)
        assert length[pieces].sum() == pytest.approx(plan.length_m[trip])
        assert way.length == pytest.approx(plan.length_m[trip])
        assert shapely.union_all([way, *lines[pieces]]).length == pytest.approx(way.length)
    # A home on the very street place of its supermarket has no way to go.
    at_home = plan.length_m == 0
    assert plan.home[at_home].tolist() == [0]
    assert np.diff(plan.walks.indptr)[at_home].tolist() == [0]
    assert network.component.max() == 0


def test_what_cannot_be_reached_is_counted_and_said():
    town = streets(
        (0, 1, [(0, 0), (100, 0)]),
        (2, 3, [(0, 60), (100, 60)]),  # an island
    )
    homes = places(("home", 10, 3), ("home", 10, 57), ("home", 10, 60 + SNAP_M + 1))
    services = places(("school", 90, 0), ("supermarket", 90, -SNAP_M - 1))
    _, _, plan = planned(town, homes, services)
    assert plan.counts["homes"] == 3
    assert plan.counts["homes_off_network"] == 1
    assert plan.counts["services_off_network"] == 1
    assert plan.counts["trips:school"] == plan.counts["trips"] == 1
    assert plan.counts["homes_without_way:school"] == 1
    text = "\n".join(plan.warnings)
    assert "Homes (of 2) from which the map has no walking route: school 1." in text
    assert "supermarket is mapped" in text
    assert "1 home (of 3) lies too far" in text


@pytest.mark.parametrize(
    ("homes", "services"),
    [(places(), SCHOOL), (HOME, places()), (places(), places())],
)
def test_without_homes_or_services_there_are_no_trips_and_no_error(homes, services):
    network, cut, plan = planned(BLOCK, homes, services)
    exposure = exposure_by_street(cut, np.ones((2, 2, 4)), np.zeros((2, 2, 0)))
    trips = trip_exposure(plan, network, cut, exposure)
    assert trip_figures(plan, trips, LEVELS) == ()
    assert trip_table(plan, trips, LEVELS, homes, services) is None
    assert plan.walks.indptr.tolist() == [0]
    assert plan.warnings


def test_a_town_without_streets_has_no_trips():
    _, cut, plan = planned(BLOCK.assign(walkable=False), HOME, SCHOOL)
    assert cut.pieces.n_pieces == len(plan.length_m) == 0
    assert plan.counts["homes_off_network"] == 1


def test_a_sample_depends_on_the_seed_alone_and_takes_homes_at_a_street():
    homes = places(*(("home", x, y) for x in range(0, 100, 5) for y in (2, 48, 400)))
    stops = choose_stops(BLOCK, homes, SCHOOL, seed=7, most_homes=9)
    again = choose_stops(BLOCK, homes, SCHOOL, seed=7, most_homes=9)
    other = choose_stops(BLOCK, homes, SCHOOL, seed=8, most_homes=9)
    assert len(stops.homes) == stops.counts["homes_in_sample"] == 9
    assert np.array_equal(stops.homes, again.homes)
    assert not np.array_equal(stops.homes, other.homes)
    assert homes.geometry.y[stops.homes].max() < 400
    assert stops.counts["homes_off_network"] == 20
    everyone = choose_stops(BLOCK, homes, SCHOOL, seed=7, most_homes=40)
    assert len(everyone.homes) == 40


def test_who_wants_no_trips_gets_none_and_no_warning():
    _, _, plan = planned(BLOCK, HOME, places(), most_homes=0)
    assert len(plan.length_m) == 0
    assert plan.warnings == ()


def bubenec():
    """Streets of a quarter of Prague, and its buildings as homes (momepy's data set)."""
    file = distribution("momepy").locate_file("momepy/datasets/bubenec.gpkg")
    lines = gpd.read_file(file, layer="streets").geometry
    ends = [line.coords[end] for line in lines for end in (0, -1)]
    _, node = np.unique(np.round(ends, 3), axis=0, return_inverse=True)
    town = streets(
        *((u, v, line.coords) for (u, v), line in zip(node.reshape(-1, 2), lines, strict=True))
    )
    doors = gpd.read_file(file, layer="buildings").geometry.centroid
    homes = places(*(("home", door.x, door.y) for door in doors))
    kinds = ["school", "doctors", "supermarket", "transit_stop", "clinic", "transit_stop"]
    services = places(*((k, *homes.geometry[i].coords[0]) for i, k in enumerate(kinds)))
    return town, homes, services


def test_a_real_quarter_against_floyd_warshall():
    town, homes, services = bubenec()
    network, cut, plan = planned(town, homes, services)
    assert cut.table["length_m"].sum() == pytest.approx(town.length.sum(), rel=1e-12)
    assert plan.counts["trips"] > 300

    matrix = np.full((network.n_nodes, network.n_nodes), np.inf)
    np.minimum.at(matrix, (network.edge_u, network.edge_v), network.length_m)
    distance = floyd_warshall(np.minimum(matrix, matrix.T))
    homes_chosen = plan.counts["homes_in_sample"]
    service_node = network.stop_node[homes_chosen:]
    kind = services["kind"].to_numpy(str)
    for number, kinds in enumerate(GOALS.values()):
        mine = plan.goal == number
        if not np.isin(kind, kinds).any():
            assert not mine.any()
            continue
        nearest = distance[plan.start[mine]][:, service_node[np.isin(kind, kinds)]].min(axis=1)
        np.testing.assert_allclose(plan.length_m[mine], nearest, atol=1e-4)
        assert np.isin(kind[plan.service[mine]], kinds).all()

    rng = np.random.default_rng(5)
    seen = cut.table["length_m"].to_numpy() * (rng.random((40, 2, cut.pieces.n_pieces)) < 0.05)
    cameras = np.zeros((40, 2, len(plan.length_m)))
    trips = trip_exposure(plan, network, cut, exposure_by_piece(seen, cameras))
    by_hand = [
        seen[:, :, plan.walks.indices[a:b]].sum(axis=2)
        for a, b in zip(plan.walks.indptr, plan.walks.indptr[1:], strict=False)
    ]
    np.testing.assert_allclose(trips.seen_m, np.moveaxis(by_hand, 0, 2), rtol=1e-5, atol=1e-4)
    # The least-watched way costs no more than the shortest; who saves no metre walks no metre more.
    saved = (trips.seen_m - trips.least_seen_m).mean(axis=0)
    assert np.all(saved >= COST_OF_LENGTH * trips.detour_m - 1e-4)
    assert (trips.detour_m > 1).any()
    # A way on which nothing is seen is a free way; and there are draws and trips of either sort.
    assert trips.free[trips.least_seen_m < 1e-6].all()
    assert trips.free[trips.seen_m < 1e-6].all()
    assert 0 < trips.free.mean() < 1
