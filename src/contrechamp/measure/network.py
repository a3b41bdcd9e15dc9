"""The foot network: walkable streets as a graph, with the stops of walks as nodes on it."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from contrechamp.measure.cutting import Lines, cut_lines

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: A home or a service further than this from every walkable street is not on the network.
SNAP_M = 150.0

#: Stops closer to each other, or to a junction, than half of this share a node.
SAME_PLACE_M = 0.001


@dataclass(frozen=True)
class Snapped:
    """Where stops meet the walkable streets. Row i is stop i.

    Args:
        street: (n,) int64, row of the street table; -1 where no walkable street is near enough.
        along_m: (n,) metres from the first vertex of that street; NaN without one.
        distance_m: (n,) metres from the stop to the street; NaN without one.
    """

    street: I8
    along_m: F8
    distance_m: F8

    @property
    def on_network(self) -> NDArray[np.bool_]:
        """(n,) whether a walkable street is near enough."""
        return self.street >= 0

    def rows(self, which: I8) -> "Snapped":
        """Return the stops `which`, in that order."""
        return Snapped(self.street[which], self.along_m[which], self.distance_m[which])

    def and_then(self, other: "Snapped") -> "Snapped":
        """Return the stops of both, one after the other."""
        return Snapped(
            np.concatenate([self.street, other.street]),
            np.concatenate([self.along_m, other.along_m]),
            np.concatenate([self.distance_m, other.distance_m]),
        )


@dataclass(frozen=True)
class FootNetwork:
    """Walkable streets as an undirected graph: parallel edges, loops and points are all kept.

    Edges are in the order of the streets, and along each street from its first vertex to its last.
    The first nodes are those of the street table, with its numbers; nodes made by stops follow.

    Args:
        edge_u: (n_edges,) int64, node at the first vertex of the edge.
        edge_v: (n_edges,) int64, node at its last vertex.
        street: (n_edges,) int64, row of the street table, ascending.
        length_m: (n_edges,) metres.
        geometry: (n_edges,) LineStrings from u to v.
        node_xy: (n_nodes, 2) metres; NaN for a node that no walkable street touches.
        component: (n_nodes,) nodes with the same number can reach each other on foot.
        stop_node: (n_stops,) int64, the node of each stop; -1 where it is not on the network.
    """

    edge_u: I8
    edge_v: I8
    street: I8
    length_m: F8
    geometry: Lines
    node_xy: F8
    component: I8
    stop_node: I8

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_xy)


def snap(streets: gpd.GeoDataFrame, points: gpd.GeoSeries, within_m: float = SNAP_M) -> Snapped:
    """Find the walkable street nearest to each point, and the place on it.

    Args:
        streets: `STREET_COLUMNS`, metric.
        points: Points on the same plane.
        within_m: greatest distance of a street.

    Returns:
        One row per point. Of equally near streets, the first in the table is taken.
    """
    walkable = np.flatnonzero(streets["walkable"].to_numpy(bool))
    lines = streets.geometry.to_numpy()[walkable]
    stops = points.to_numpy()
    snapped = Snapped(
        np.full(len(stops), -1, np.int64), np.full(len(stops), np.nan), np.full(len(stops), np.nan)
    )
    if not len(lines) or not len(stops):
        return snapped
    (stop, line), distance = shapely.STRtree(lines).query_nearest(
        stops, max_distance=within_m, return_distance=True
    )
    order = np.lexsort((line, stop))
    stop, line, distance = stop[order], line[order], distance[order]
    stop, first = np.unique(stop, return_index=True)
    line = line[first]
    snapped.street[stop] = walkable[line]
    snapped.along_m[stop] = shapely.line_locate_point(lines[line], stops[stop])
    snapped.distance_m[stop] = distance[first]
    return snapped


def foot_network(streets: gpd.GeoDataFrame, stops: Snapped) -> FootNetwork:
    """Build the graph of the walkable streets, cut where stops meet them.

    Args:
        streets: `STREET_COLUMNS`, metric.
        stops: from `snap`, for the same table.
    """
    walkable = np.flatnonzero(streets["walkable"].to_numpy(bool))
    lines = streets.geometry.to_numpy()[walkable]
    first_node = streets["node_u"].to_numpy(np.int64)[walkable]
    last_node = streets["node_v"].to_numpy(np.int64)[walkable]
    n_junctions = int(max(first_node.max(initial=-1), last_node.max(initial=-1))) + 1

    # Places on streets in whole millimetres: stops that round to the same one share a node.
    on = np.flatnonzero(stops.on_network)
    line = np.searchsorted(walkable, stops.street[on])
    place = np.rint(stops.along_m[on] / SAME_PLACE_M).astype(np.int64)
    end = np.rint(shapely.length(lines[line]) / SAME_PLACE_M).astype(np.int64)
    inside = (place > 0) & (place < end)
    cuts, cut_of_stop = np.unique(
        np.stack([line[inside], place[inside]], axis=1), axis=0, return_inverse=True
    )
    stop_node = np.full(len(stops.street), -1, np.int64)
    stop_node[on] = np.where(place <= 0, first_node[line], last_node[line])
    stop_node[on[inside]] = n_junctions + cut_of_stop.reshape(-1)

    parts = cut_lines(lines, cuts[:, 0], cuts[:, 1] * SAME_PLACE_M)
    # Cuts are sorted by line and place: the node of a cut ends one edge and begins the next.
    opens = np.r_[True, parts.line[1:] != parts.line[:-1]][: len(parts.line)]
    closes = np.r_[opens[1:], True][: len(parts.line)]
    edge_u, edge_v = first_node[parts.line], last_node[parts.line]
    edge_u[~opens] = n_junctions + np.arange(len(cuts))
    edge_v[~closes] = n_junctions + np.arange(len(cuts))

    n_nodes = n_junctions + len(cuts)
    return FootNetwork(
        edge_u=edge_u,
        edge_v=edge_v,
        street=walkable[parts.line],
        length_m=parts.length_m,
        geometry=parts.geometry,
        node_xy=_node_places(parts.geometry, edge_u, edge_v, n_nodes),
        component=_components(edge_u, edge_v, n_nodes),
        stop_node=stop_node,
    )


def _node_places(lines: Lines, edge_u: I8, edge_v: I8, n_nodes: int) -> F8:
    places = np.full((n_nodes, 2), np.nan)
    for node, vertex in ((edge_v, -1), (edge_u, 0)):
        ends = shapely.get_point(lines, vertex)
        places[node, 0] = shapely.get_x(ends)
        places[node, 1] = shapely.get_y(ends)
    return places


def _components(edge_u: I8, edge_v: I8, n_nodes: int) -> I8:
    if not n_nodes:
        return np.empty(0, np.int64)
    # Ones rather than lengths: an edge of length zero would count as no edge.
    ones = np.ones(len(edge_u), np.int8)
    graph = coo_array((ones, (edge_u, edge_v)), shape=(n_nodes, n_nodes)).tocsr()
    graph.data[:] = 1  # parallel edges have been added up, and 256 of them wrap round to zero
    return connected_components(graph, directed=False)[1].astype(np.int64)
