"""Who reaches what through barriers: by arithmetic, and by another library's searches."""

from dataclasses import replace

import networkx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import InputError
from contrechamp.measure.access.asked import SPEED_M_S, Asked
from contrechamp.measure.access.assumed import ASSUMED, draw_passes, draw_waits
from contrechamp.measure.access.people import HOMES, PEOPLE, STREETS
from contrechamp.measure.access.run import access, street_minutes
from contrechamp.measure.access.states import lets_pass
from contrechamp.scene.barrier_fields import KINDS
from contrechamp.scene.passing import passing_of
from contrechamp.scene.tables import AREA_COLUMNS, BARRIER_COLUMNS, TRACK_COLUMNS
from measure.small_scenes import buildings, places, scene, streets, table


def barriers(*rows):
    """Barriers as (kind, shape, permits, hours[, usual wait, longest])."""
    data = [
        {
            "id": f"B{i}",
            "kind": kind,
            "passing": passing_of(permits, hours),
            "wait_minutes": more[0] if more else float("nan"),
            "wait_most_minutes": more[1] if len(more) > 1 else float("nan"),
        }
        for i, (kind, _shape, permits, hours, *more) in enumerate(rows)
    ]
    return table(BARRIER_COLUMNS, data, [row[1] for row in rows])


def asked(**more):
    return Asked(**{"draws": 20, "links_share": 0.0, **more})


#: A street of 400 m with a home at its western end and a school at its eastern one, and a way round
#: of 800 m.
LINE = [(0, 0), (400, 0)]
ROUND = [(0, 0), (0, 200), (400, 200), (400, 0)]
HOME, SCHOOL = ("home", 0, 0), ("school", 400, 0)


def town(*rows, ways=(LINE,), homes=(HOME,), goals=(SCHOOL,), **more):
    return scene(
        streets=streets(*ways), homes=places(*homes), places=places(*goals),
        barriers=barriers(*rows), **more,
    )  # fmt: skip


def minutes(metres):
    return metres / SPEED_M_S / 60.0


def test_a_gate_that_nobody_may_pass_cuts_off_those_behind_it():
    told = access(town(("gate_closed", shapely.Point(200, 3), "none", "")), asked())
    (school,) = told.reached.reach
    assert (school.cut == 1.0).all()
    assert np.isnan(school.minutes).all()
    assert (school.never == 0.0).all()
    assert (told.cut_off["school"] == 0.0).all(), "it is shut already"


def test_a_wall_with_a_way_round_adds_what_that_takes():
    wall = ("wall", shapely.LineString([(200, -9), (200, 9)]), "none", "")
    told = access(town(wall, ways=(LINE, ROUND)), asked())
    (school,) = told.reached.reach
    assert (school.cut == 0.0).all()
    assert school.metres == pytest.approx(800.0)
    assert school.free_metres == pytest.approx(400.0)
    assert school.added_minutes == pytest.approx(minutes(400.0))


def test_by_hour_and_by_permit():
    gate = ("checkpoint_always", shapely.Point(200, 0), "resident | worker @ 06:00-18:00", "", 0, 0)
    told = access(town(gate), asked())
    assert told.states.groups == ((), ("resident",), ("worker",))
    (school,) = told.reached.reach
    nobody, resident, worker = school.cut[0, :, :, 0]
    assert (nobody == 1.0).all()
    assert (resident == 0.0).all()
    assert (worker == 0.0).tolist() == [6 <= hour < 18 for hour in range(24)]
    # Shut, or open: all groups and hours make two graphs.
    assert (told.reached.graphs == 2).all()
    both = access(town(gate), asked(groups=(("worker", "resident"),)))
    assert (both.reached.reach[0].cut == 0.0).all()


def test_a_wait_is_drawn_about_what_was_stated():
    gate = ("checkpoint_always", shapely.Point(200, 0), "all", "", 10, 45)
    told = access(town(gate), asked(draws=1500))
    added = told.reached.reach[0].added_minutes[:, 0, 0, 0]
    assert np.median(added) == pytest.approx(10.0, rel=0.1)
    assert np.quantile(added, 0.95) == pytest.approx(45.0, rel=0.15)


def test_two_crossings_of_one_line_are_shut_together():
    wall = ("wall", shapely.LineString([(200, -9), (200, 300)]), "none", "")
    told = access(town(wall, ways=(LINE, ROUND)), asked())
    assert (told.reached.reach[0].cut == 1.0).all()


def test_a_gate_in_a_wall_opens_it():
    wall = ("wall", shapely.LineString([(200, -9), (200, 9)]), "none", "")
    gate = ("gate", shapely.Point(200, 0), "all", "06:00-18:00", 0, 0)
    told = access(town(wall, gate), asked())
    assert told.crossings.openings == 1
    cut = told.reached.reach[0].cut[0, 0, :, 0]
    assert (cut == 0.0).tolist() == [6 <= hour < 18 for hour in range(24)]


def test_a_wall_that_ends_at_a_street_leaves_it_free():
    wall = ("wall", shapely.LineString([(200, 0), (200, 90)]), "none", "")
    told = access(town(wall), asked())
    assert told.crossings.on_no_street == 1
    assert (told.reached.reach[0].cut == 0.0).all()


def test_a_gate_of_the_map_beside_a_street_is_that_of_a_garden():
    told = town(("gate", shapely.Point(200, 3), "none", ""))
    told.barriers["id"] = "node/1"
    assert (access(told, asked()).reached.reach[0].cut == 0.0).all()


def test_what_is_not_known_is_drawn_by_kind():
    low, high = ASSUMED["gate"].passes
    told = access(town(("gate", shapely.Point(200, 0), "", "")), asked(draws=1500))
    assert told.states.n_unknown == 1
    open_share = (told.reached.reach[0].cut[:, 0, 0, 0] == 0.0).mean()
    assert open_share == pytest.approx((low + high) / 2, abs=0.03)


def test_areas_with_people_without_and_empty():
    areas = table(
        AREA_COLUMNS,
        [
            {"id": "w", "name": "SAMPLE west", "population": 300.0},
            {"id": "e", "name": "SAMPLE east", "population": 100.0},
            {"id": "n", "name": "SAMPLE nowhere", "population": 10.0},
        ],
        [
            shapely.box(-9, -9, 150, 9),
            shapely.box(250, -9, 410, 9),
            shapely.box(900, 900, 910, 910),
        ],
    )
    homes = (("home", 10, 0), ("home", 20, 0), ("home", 390, 0), ("home", 200, 0))
    gate = ("gate_closed", shapely.Point(180, 0), "none", "")
    told = access(town(gate, homes=homes, areas=areas), asked())
    assert told.people.counted == PEOPLE
    assert told.people.total().tolist() == [400.0, 300.0, 100.0, 0.0]
    assert (told.people.empty, told.people.uncounted) == (("SAMPLE nowhere",), 10.0)
    assert told.people.left_out == 1
    cut = told.reached.reach[0].cut[0, 0, 0]
    assert cut[:3].tolist() == [0.75, 1.0, 0.0]
    assert np.isnan(cut[3])


def test_people_of_areas_that_overlap_are_not_counted_twice():
    box = shapely.box(-9, -9, 410, 9)
    rows = [{"id": one, "name": one, "population": 100.0} for one in "ab"]
    told = access(town(areas=table(AREA_COLUMNS, rows, [box, box])), asked())
    assert told.people.overlapping
    assert told.people.counted == HOMES
    assert told.people.total().tolist() == [1.0, 1.0, 1.0]


def test_without_homes_streets_stand_for_them():
    told = access(town(homes=()), asked())
    assert told.people.counted == STREETS
    assert told.people.total().tolist() == [400.0]


def test_homes_off_the_network_and_islands_are_told():
    island = [(2000, 0), (2100, 0)]
    homes = (HOME, ("home", 2050, 0), ("home", 9000, 0))
    told = access(town(ways=(LINE, island), homes=homes), asked())
    assert told.people.off_network == 1
    assert (told.reached.reach[0].never == 0.5).all()
    assert (told.reached.reach[0].cut == 0.0).all()


def test_without_places_or_streets_it_says_what_to_give():
    with pytest.raises(InputError, match="no school, clinic"):
        access(town(goals=()), asked())
    with pytest.raises(InputError, match="no school, clinic"):
        access(town(goals=(("school", 5000, 0),)), asked())
    with pytest.raises(InputError, match="no walkable street"):
        access(town(ways=()), asked())


def test_a_path_that_the_map_may_lack_is_drawn():
    ways = ([(0, 0), (190, 0)], [(210, 0), (400, 0)])
    told = access(town(ways=ways), asked(draws=2000, links_share=1.0))
    assert len(told.links.length_m) == 2, "from each end to the other street"
    never = told.reached.reach[0].never[:, 0]
    # Each is there with a share that is even between 0 and 1: neither with 1/3.
    assert never.mean() == pytest.approx(1 / 3, abs=0.04)
    assert (access(town(ways=ways), asked()).reached.reach[0].never == 1.0).all()
    house = buildings((shapely.box(195, -5, 205, 5), 9.0))
    between = access(town(ways=ways, buildings=house), asked(links_share=1.0))
    assert len(between.links.length_m) == 0


def test_a_path_that_a_recorded_walk_follows_is_there_in_every_draw():
    ways = ([(0, 0), (190, 0)], [(210, 0), (400, 0)])

    def walked(*points):
        walk = table(TRACK_COLUMNS, [{"id": "walk"}], [shapely.LineString(points)])
        return access(replace(town(ways=ways), tracks=walk), asked())

    along = walked((100, 2), (300, 2))
    assert along.links.walked.all()
    assert (along.reached.reach[0].never == 0.0).all()
    # Past its end, or only half of the way: nobody walked it.
    for points in (((190, -50), (190, 50)), ((100, 0), (200, 0)), ((100, 20), (300, 20))):
        assert not walked(*points).links.walked.any()
    # Of a path of 8 m a walk past its end would keep as near to all of it.
    near = ([(0, 0), (196, 0)], [(204, 0), (400, 0)])
    short = table(TRACK_COLUMNS, [{"id": "walk"}], [shapely.LineString([(200, -9), (200, 9)])])
    assert not access(replace(town(ways=near), tracks=short), asked()).links.walked.any()


def test_minutes_along_the_streets():
    told = access(town(("gate", shapely.Point(200, 0), "none", "")), asked())
    free, barred = street_minutes(told, "school")
    middle = shapely.get_x(
        shapely.line_interpolate_point(told.graph.network.geometry, 0.5, normalized=True)
    )
    assert free == pytest.approx(minutes(400 - middle))
    assert np.isinf(barred).tolist() == (middle < 200).tolist()


#: Points on a small grid, which many streets share.
GRID = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda at: (at[0] * 100, at[1] * 100))


@st.composite
def towns(draw):
    """A town of straight streets between points of a grid, with barriers on and across them."""
    pairs = draw(st.lists(st.tuples(GRID, GRID).filter(lambda two: two[0] != two[1]),
                          min_size=2, max_size=12, unique=True))  # fmt: skip
    at = st.floats(0, 300).map(round)
    points = draw(st.lists(st.tuples(at, at), max_size=3))
    walls = draw(st.lists(st.tuples(at, at, at, at).filter(lambda w: w[:2] != w[2:]), max_size=3))
    who = st.sampled_from(["all", "none", "", "a", "b"])
    shapes = [*map(shapely.Point, points), *(shapely.LineString([w[:2], w[2:]]) for w in walls)]
    rows = [("gate", shape, draw(who), "", draw(st.integers(0, 30)), 30) for shape in shapes]
    homes = [("home", *draw(GRID)) for _ in range(3)]
    goals = [(draw(st.sampled_from(["school", "pharmacy"])), *draw(GRID)) for _ in range(3)]
    return town(*rows, ways=pairs, homes=homes, goals=goals)


def weights(told):
    """Return what each start stands for: a home, or a street where no home is near one."""
    return told.people.weight[told.people.area == 0]


def by_networkx(told, draw, group, shut=None):
    """Return seconds from each start to the nearest of each place, by another library."""
    graph, states = told.graph, told.states
    is_open, of, wait_s = states.passages(graph, draw)
    is_open = is_open[of[group, told.asked.hour]].copy()
    if shut is not None:
        is_open[graph.of_passage[graph.barrier == shut]] = False
    net = networkx.Graph()
    net.add_nodes_from(range(graph.n_nodes))
    for u, v, length, passage in zip(
        graph.edge_u, graph.edge_v, graph.length_m, graph.passage, strict=True
    ):
        if passage >= 0 and not is_open[passage]:
            continue
        cost = length / SPEED_M_S + (wait_s[passage] / 2 if passage >= 0 else 0.0)
        if not net.has_edge(u, v) or cost < net[u][v]["weight"]:
            net.add_edge(u, v, weight=cost)
    starts = graph.stop_node[: len(told.people.snapped.street)]
    found = {}
    for place, nodes in told.goals.items():
        far = networkx.multi_source_dijkstra_path_length(net, set(nodes.tolist()))
        found[place] = np.array([far.get(start, np.inf) for start in starts.tolist()])
    return found


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(towns())
def test_times_and_cuts_are_those_of_another_library(drawn):
    try:
        told = access(drawn, asked(draws=3, groups=((), ("a",))))
    except InputError:  # no place near a street
        return
    weight = weights(told)
    for draw in range(3):
        for group in range(2):
            theirs = by_networkx(told, draw, group)
            for reach in told.reached.reach:
                seconds = theirs[reach.place]
                there = np.isfinite(seconds)
                mine = reach.minutes[draw, group, told.asked.hour, 0]
                if there.any():
                    mean = weight[there] @ seconds[there] / weight[there].sum()
                    assert mine == pytest.approx(mean / 60.0)
                else:
                    assert np.isnan(mine)
        whole = by_networkx(told, draw, 0)
        for barrier in range(len(told.barriers)):
            without = by_networkx(told, draw, 0, shut=barrier)
            for place, lost in told.cut_off.items():
                gone = np.isfinite(whole[place]) & ~np.isfinite(without[place])
                assert lost[draw, barrier] == pytest.approx(weight @ gone)


def test_the_same_numbers_whatever_the_number_of_threads():
    rows = (
        ("gate", shapely.Point(200, 0), "", ""),
        ("checkpoint", shapely.Point(200, 200), "", ""),
    )
    one, two = (
        access(town(*rows, ways=(LINE, ROUND)), asked(), threads=threads) for threads in (1, 2)
    )
    for name in ("cut", "minutes", "metres", "free_minutes"):
        mine, theirs = (getattr(told.reached.reach[0], name) for told in (one, two))
        assert np.array_equal(mine, theirs, equal_nan=True)


def test_a_barrier_more_leaves_the_draws_of_the_others_as_they_were():
    kinds, ids = np.array(["gate", "wall"]), np.array(["one", "two"])
    both, first = draw_passes(kinds, ids, 50, 1), draw_passes(kinds[:1], ids[:1], 50, 1)
    assert np.array_equal(both[:, :1], first)
    nothing = np.full(2, np.nan)
    waits = draw_waits(np.array(["checkpoint", "wall"]), ids, nothing, nothing, 4000, 1)
    assert np.median(waits[:, 0]) / 60 == pytest.approx(5.0, rel=0.1)
    assert np.quantile(waits[:, 0], 0.95) / 60 == pytest.approx(30.0, rel=0.1)
    assert (waits[:, 1] == 0.0).all()
    assert set(ASSUMED) == set(KINDS)


def test_an_hour_that_is_not_known_is_drawn():
    found = lets_pass([passing_of("", "Apr-Sep 06:00-22:00"), passing_of("none", "")], [()], "we")
    assert found[0, :, 0].tolist() == [0] * 6 + [2] * 16 + [0] * 2
    assert (found[0, :, 1] == 0).all()


def test_parallel_streets_loops_and_several_barriers_at_one_place():
    ways = (LINE, [(0, 0), (200, 50), (400, 0)], [(0, 0), (50, -50), (-50, -50), (0, 0)])
    here = shapely.Point(200, 0)
    rows = (("gate", here, "a", "", 1, 1), ("turnstile", here, "a", "", 2, 2))
    told = access(town(*rows, ways=ways), asked(groups=((), ("a",))))
    nobody, holder = told.reached.reach[0].metres[0, :, 0, 0]
    round_m = 2 * np.hypot(200, 50)
    assert nobody == pytest.approx(round_m)
    # Both waits add up to more than the way round takes.
    assert holder == pytest.approx(round_m)
