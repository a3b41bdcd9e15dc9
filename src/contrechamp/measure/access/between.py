"""The smallest set of cameras that has every way between two areas in view."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.errors import UsageError
from contrechamp.base.i18n import _
from contrechamp.measure.access.exposure import cameras_of_edges
from contrechamp.measure.access.graph import AccessGraph
from contrechamp.measure.access.smallest_set import SmallestSet, smallest_set
from contrechamp.measure.stage import Stage

I8 = NDArray[np.int64]

#: Why there is no number: no cameras with buildings around them; no street in an area; a street in
#: both; no way between them; a way that no camera has in view.
NO_CAMERAS, NO_STREET, TOUCH = "no-cameras", "no-street", "touch"
NO_WAY, UNSEEN = "no-way", "unseen"


@dataclass(frozen=True)
class Between:
    """The smallest set of cameras.

    Args:
        names: of the two areas.
        reason: why there is none; "" if there is one.
        cameras: ids of those in the set that was found.
        found: the set and its bound; None with a reason other than `UNSEEN`.
    """

    names: tuple[str, str]
    reason: str
    cameras: tuple[str, ...] = ()
    found: SmallestSet | None = None


def cameras_between(
    areas: gpd.GeoDataFrame, graph: AccessGraph, stage: Stage | None, named: tuple[str, str]
) -> Between:
    """Find the fewest cameras that may have every way between two areas in view.

    Ways go as if every barrier let people pass, and over streets of the map only.

    Args:
        areas: `AREA_COLUMNS`.
        graph: of streets and barriers.
        stage: the cameras made ready; None without any.
        named: ids or names of two areas.

    Raises:
        UsageError: if there is no such area.
    """
    rows = [_row(areas, name) for name in named]
    names = tuple(areas["name"].to_numpy(str)[rows].tolist())
    pair = (names[0], names[1])
    ends = [_nodes(graph, areas.geometry.to_numpy()[row]) for row in rows]
    if stage is None:
        return Between(pair, NO_CAMERAS)
    if not all(len(one) for one in ends):
        return Between(pair, NO_STREET)
    if np.isin(ends[0], ends[1]).any():
        return Between(pair, TOUCH)
    on_map = graph.passage < graph.n_barred
    u, v = graph.edge_u[on_map], graph.edge_v[on_map]
    # Edges of the network come first, so that they keep their numbers.
    edge, camera = cameras_of_edges(stage, graph)
    n_cameras = len(stage.cameras)
    found = smallest_set((u, v), graph.n_nodes, (edge, camera), n_cameras, (ends[0], ends[1]))
    if found.cameras is None:
        return Between(pair, UNSEEN, found=found)
    if not found.cameras:
        return Between(pair, NO_WAY)
    ids = tuple(stage.cameras["id"].to_numpy(str)[list(found.cameras)].tolist())
    return Between(pair, "", ids, found)


def _row(areas: gpd.GeoDataFrame, name: str) -> int:
    for column in ("id", "name"):
        at = np.flatnonzero(areas[column].to_numpy(str) == name)
        if len(at) == 1:
            return int(at[0])
    known = ", ".join(areas["name"].to_numpy(str)[:20].tolist()) or "–"
    raise UsageError(
        _("--between: there is no single area {name}; there are {known}").format(
            name=name, known=known
        )
    )


def _nodes(graph: AccessGraph, shape: shapely.Geometry) -> I8:
    xy = graph.network.node_xy
    there = np.flatnonzero(~np.isnan(xy[:, 0]))
    points = shapely.points(xy[there])
    shapely.prepare(shape)
    return np.asarray(there[shapely.intersects(shape, points)], dtype=np.int64)
