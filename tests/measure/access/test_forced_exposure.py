"""Ways that nothing frees from view or a checkpoint, and what the least exposed one costs."""

import networkx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from contrechamp.base.errors import InputError
from contrechamp.measure.access.forced import CHECKPOINTS, forced_exposure
from contrechamp.measure.access.graph import open_passages
from contrechamp.measure.access.least_exposed import shortest_and_least_exposed
from contrechamp.measure.access.run import access
from measure.access.test_access import LINE, ROUND, asked, town, towns, weights


def parts_of(told):
    """Passages that are open to the first group at the asked hour, draw by draw; checkpoints."""
    group, hour = 0, told.asked.hour
    is_open = []
    for draw in range(told.asked.draws):
        passages, of, _wait = told.states.passages(told.graph, draw)
        is_open.append(passages[of[group, hour]])
    watched = np.isin(told.barriers["kind"].to_numpy(str), CHECKPOINTS)
    at = np.zeros(told.graph.n_passages, bool)
    at[: told.graph.n_barred] = ~open_passages(told.graph, ~watched)
    return np.array(is_open), at


def seen_where(told, which, metres=5.0):
    """Edges of the network in view: (n_draws, n_edges), of those that `which` says."""
    lines = told.graph.network.geometry
    return csr_array(
        np.tile(metres * np.array([which(one) for one in lines]), (told.asked.draws, 1))
    )


def forced(told, seen):
    is_open, at = parts_of(told)
    found = forced_exposure(told.graph, told.people, told.goals, is_open, at, seen)
    return {one.place: one.share for one in found}


def test_without_a_camera_or_a_checkpoint_nobody_is_exposed():
    told = access(town(("gate", shapely.Point(200, 0), "all", "", 0, 0)), asked(draws=3))
    assert (forced(told, seen_where(told, lambda _line: False))["school"] == 0.0).all()


@pytest.mark.parametrize(("ways", "share"), [((LINE,), 1.0), ((LINE, ROUND), 0.0)])
def test_a_checkpoint_is_avoided_where_there_is_a_way_round(ways, share):
    rows = (("checkpoint_always", shapely.Point(200, 0), "all", "", 0, 0),)
    told = access(town(*rows, ways=ways), asked(draws=3))
    assert (forced(told, seen_where(told, lambda _line: False))["school"] == share).all()


def test_those_who_reach_nothing_are_not_counted():
    told = access(town(("gate", shapely.Point(200, 0), "none", "")), asked(draws=3))
    assert np.isnan(forced(told, seen_where(told, lambda _line: False))["school"]).all()


def test_the_least_exposed_way_and_its_detour():
    told = access(town(ways=(LINE, ROUND)), asked(draws=4))
    straight = shapely.LineString(LINE)
    seen = seen_where(told, lambda line: line.equals(straight), 150.0)
    assert (forced(told, seen)["school"] == 0.0).all()
    is_open, at = parts_of(told)
    start = told.graph.stop_node[:1]
    short, least = shortest_and_least_exposed(
        told.graph, start, told.goals["school"], is_open[0], at, seen
    )
    assert short.length_m == pytest.approx([400.0])
    assert least.length_m == pytest.approx([800.0])
    assert (short.seen_m == 150.0).all()
    assert (least.seen_m == 0.0).all()


def test_a_checkpoint_is_passed_only_if_it_must_be():
    rows = (("checkpoint_always", shapely.Point(200, 0), "all", "", 0, 0),)
    told = access(town(*rows, ways=(LINE, ROUND)), asked(draws=2))
    is_open, at = parts_of(told)
    nothing = seen_where(told, lambda _line: False)
    short, least = shortest_and_least_exposed(
        told.graph, told.graph.stop_node[:1], told.goals["school"], is_open[0], at, nothing
    )
    assert (short.checkpoints, least.checkpoints) == ([1.0], [0.0])
    assert least.length_m == pytest.approx([800.0])


def test_where_there_is_no_way_nothing_is_told():
    told = access(town(("gate", shapely.Point(200, 0), "none", "")), asked(draws=2))
    is_open, at = parts_of(told)
    for ways in shortest_and_least_exposed(
        told.graph, told.graph.stop_node[:1], told.goals["school"], is_open[0], at,
        seen_where(told, lambda _line: False),
    ):  # fmt: skip
        assert np.isnan(ways.length_m).all()
        assert np.isnan(ways.seen_m).all()


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(towns(), st.integers(0, 9))
def test_shares_are_those_of_another_library(drawn, seed):
    drawn.barriers.loc[drawn.barriers.index % 2 == 0, "kind"] = "checkpoint"
    try:
        told = access(drawn, asked(draws=3))
    except InputError:  # no place near a street
        return
    graph = told.graph
    n_streets = len(graph.network.edge_u)
    seen = np.random.default_rng(seed).choice([0.0, 0.0, 0.001, 7.0], (3, n_streets))
    mine = forced(told, csr_array(seen))
    is_open, at = parts_of(told)
    starts = graph.stop_node[: len(told.people.snapped.street)]
    weight = weights(told)
    for draw in range(3):
        whole, free = networkx.Graph(), networkx.Graph()
        for net in (whole, free):
            net.add_nodes_from(range(graph.n_nodes))
        for edge, (u, v, passage) in enumerate(
            zip(graph.edge_u, graph.edge_v, graph.passage, strict=True)
        ):
            if passage >= 0 and not is_open[draw, passage]:
                continue
            whole.add_edge(u, v)
            if at[passage] if passage >= 0 else seen[draw, edge] > 1.0:
                continue
            free.add_edge(u, v)
        for place, nodes in told.goals.items():
            reached, freed = (
                [any(networkx.has_path(net, s, g) for g in nodes) for s in starts]
                for net in (whole, free)
            )
            stuck = weight @ (np.array(reached) & ~np.array(freed))
            expected = stuck / (weight @ np.array(reached)) if any(reached) else np.nan
            assert mine[place][draw, 0] == pytest.approx(expected, nan_ok=True)
