"""Recorded walks (GPX): the exposure of the line between the fixes, not of the fixes.

A receiver that records one fix a minute leaves 80 m between them; asking only how far each fix is
from a camera would miss most of the cameras that the walk passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.drawn import DrawnFigure
from contrechamp.measure.exposure import Exposure, Pieces, Walks
from contrechamp.measure.pieces import PIECE_M, as_pieces, equal_parts
from contrechamp.measure.street_figures import sums_by
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class TrackPieces:
    """Recorded walks in pieces, track by track, each from its first fix to its last.

    Args:
        pieces: their straight segments, for the engine.
        walks: one per track, and a last one for all tracks together.
        length_m: (n_tracks,) metres; a stretch that is walked twice counts twice.
    """

    pieces: Pieces
    walks: Walks
    length_m: F8


def cut_tracks(tracks: gpd.GeoDataFrame, piece_m: float = PIECE_M) -> TrackPieces:
    """Cut every track into equal pieces of at most `piece_m`.

    Args:
        tracks: `TRACK_COLUMNS`, metric.
        piece_m: greatest length of a piece, metres, above zero.
    """
    lines = tracks.geometry.to_numpy()
    parts = equal_parts(lines, shapely.length(lines), piece_m)
    bounds = np.searchsorted(parts.line, np.arange(len(lines) + 1)).astype(np.int64)
    number = np.arange(len(parts.line))
    return TrackPieces(
        pieces=as_pieces(parts),
        walks=Walks(
            indptr=np.append(bounds, 2 * len(number)), indices=np.concatenate([number, number])
        ),
        length_m=np.bincount(parts.line, weights=parts.length_m, minlength=len(lines)).astype(
            np.float64
        ),
    )


def track_figures(
    tracks: gpd.GeoDataFrame,
    track_pieces: TrackPieces,
    exposure: Exposure,
    levels: Sequence[Level],
) -> tuple[DrawnFigure, ...]:
    """Return the ``tracks.*`` figures of each track and of all together, draw by draw.

    Args:
        tracks: `TRACK_COLUMNS`.
        track_pieces: of these tracks.
        exposure: of the pieces and walks of `track_pieces`.
        levels: of the exposure.
    """
    if not len(track_pieces.length_m):
        return ()
    cameras, n = exposure.walk_cameras, len(track_pieces.length_m)
    track = np.repeat(np.arange(n), np.diff(track_pieces.walks.indptr[:-1]))
    by_track = np.stack([sums_by(seen, track, n).toarray() for seen in exposure.seen], axis=1)
    # Lengths in view are float32: their sum may exceed the length in the last bits.
    by_track = np.minimum(by_track, track_pieces.length_m)
    metres = np.concatenate([by_track, by_track.sum(axis=2, keepdims=True)], axis=2)
    length = np.append(track_pieces.length_m, track_pieces.length_m.sum())
    groups = [*(f"track:{track}" for track in tracks["id"]), "all"]
    found = []
    for number, level in enumerate(levels):
        for walk, group in enumerate(groups):
            walked = max(float(length[walk]), np.finfo(float).tiny)
            values = (
                ("seen_m", "m", metres[:, number, walk]),
                ("seen_share", "share", np.minimum(metres[:, number, walk] / walked, 1.0)),
                ("cameras", "cameras", cameras[:, number, walk].astype(np.float64)),
            )
            found += [
                DrawnFigure(f"tracks.{key}", level.name, group, unit, value)
                for key, unit, value in values
            ]
    return tuple(found)
