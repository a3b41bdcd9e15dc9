"""How much of every piece of street is within view, in every draw: the engine asked many times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True)
class CameraDraws:
    """Every parameter of every camera in every draw.

    Position is the same in all draws (shape (n,)); all else has shape (n_draws, n), float64, and
    the meaning of the fields of `contrechamp.sight.arrays.Cameras`.
    """

    x: F8
    y: F8
    height_m: F8
    heading_deg: F8
    tilt_deg: F8
    hfov_deg: F8
    vfov_deg: F8
    width_px: F8
    range_m: F8
    sweep_deg: F8


@dataclass(frozen=True)
class Pieces:
    """Pieces of street as straight segments; segment i belongs to piece `piece[i]`.

    Args:
        x0: (n_segments,) metres, as y0, x1, y1.
        y0: first end.
        x1: second end.
        y1: second end.
        piece: (n_segments,) int64, 0..n_pieces-1, ascending: the segments of a piece stand together.
        n_pieces: how many pieces there are.
    """

    x0: F8
    y0: F8
    x1: F8
    y1: F8
    piece: I8
    n_pieces: int


@dataclass(frozen=True)
class Walks:
    """Ways through the pieces, in compressed rows: way w passes indices[indptr[w]:indptr[w+1]]."""

    indptr: I8
    indices: I8


@dataclass(frozen=True)
class Exposure:
    """What all cameras see of all pieces, in every draw.

    Args:
        seen_m: (n_draws, n_levels, n_pieces) float32: length within view of at least one camera.
        cameras_m: (n_levels, n_pieces) float64: mean over draws of the length times the number of
            cameras that have it in view.
        by_camera_m: (n_draws, n_levels, n_cameras) float32: length within view of this camera.
        alone_m: (n_draws, n_levels, n_cameras) float32: length within view of no other camera.
        by_group_m: (n_draws, n_levels, n_groups) float32: length within view of at least one
            camera of the group.
        walk_cameras: (n_draws, n_levels, n_walks) int32: how many distinct cameras have part of
            the way in view.
    """

    seen_m: F4
    cameras_m: F8
    by_camera_m: F4
    alone_m: F4
    by_group_m: F4
    walk_cameras: NDArray[np.int32]
