"""Jobs that call the engine and the draws on tiny inputs, so that they get compiled."""

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from contrechamp.measure import routes as foot_routes
from contrechamp.measure.access import critical, forced, least_exposed, nearest
from contrechamp.measure.access.graph import AccessGraph, neighbours
from contrechamp.measure.estimates import quantiles_of_columns
from contrechamp.measure.exposure import CameraDraws, Pieces, expose
from contrechamp.measure.street_figures import sums_by
from contrechamp.sight.ahead import CAMERA, LEVELS, TOP_M, house, regions


def exposure() -> None:
    """Compile what a draw needs."""
    camera = {field.name: getattr(CAMERA, field.name) for field in dataclasses.fields(CAMERA)}
    x, y = camera.pop("x"), camera.pop("y")
    draws = CameraDraws(x=x, y=y, **{name: one[None] for name, one in camera.items()})
    end, piece = np.array([20.0]), np.array([0])
    street = Pieces(x0=-end, y0=0.0 * end, x1=end, y1=0.0 * end, piece=piece, n_pieces=1)
    expose(draws, house(), TOP_M[None], street, LEVELS, threads=1)


def all_else() -> None:
    """Compile what outlines, figures of streets and routes through them need."""
    regions()
    tree, node, edge = np.array([[-1, 0]], np.int32), np.array([1]), np.array([0])
    graph_start, column = np.array([0, 1, 2]), np.array([1, 0])
    row, indptr = np.array([0]), np.array([0, 1])
    foot_routes._steps_to_root(tree, row, node)
    foot_routes._edges_to_root(tree, row, node, indptr, graph_start, column, np.array([0, 0]))
    free = np.empty((1, 1), np.bool_)
    foot_routes._join_unseen(np.array([0, 1]), edge, edge, node, 2, node, edge, free)
    seen = csr_array((np.ones(1, np.float32), np.zeros(1, np.int32), np.array([0, 1], np.int32)))
    sums_by(seen, edge, 1)
    quantiles_of_columns(seen)
    quantiles_of_columns(sums_by(seen, edge, 1))
    _access(node, edge)


def _access(node: NDArray[np.int64], edge: NDArray[np.int64]) -> None:
    """Compile what access through barriers needs, on one edge with a barrier in it."""
    one, yes = np.ones(1), np.ones(1, np.bool_)
    rows = neighbours(edge, node, 2)
    nothing = np.empty(0, np.int64)
    graph = AccessGraph(
        None, edge, node, one, edge, rows, 2, edge, edge, 1, 1, nothing  # type: ignore[arg-type]
    )  # fmt: skip
    nearest.prepare_search(graph, edge, 1.0, np.zeros(1))
    first, lost, has = np.array([0, 1]), np.zeros((1, 1)), np.ones((1, 2), np.bool_)
    critical._shut_each(yes, edge, node, edge, first, edge, np.ones(2), has, lost)
    who = np.ones((2, 1, 1), np.bool_)
    forced._who(edge, node, edge, yes, yes, nothing, 2, edge, node, first, who[0], who[1])
    least_exposed._along(np.array([0, 1]), np.array([-1, 0]), np.array([-1, 0]), one)
