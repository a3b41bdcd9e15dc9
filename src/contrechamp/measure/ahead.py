"""Jobs that call the engine and the draws on tiny inputs, so that they get compiled."""

import dataclasses

import numpy as np
from scipy.sparse import csr_array

from contrechamp.measure import routes as foot_routes
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
