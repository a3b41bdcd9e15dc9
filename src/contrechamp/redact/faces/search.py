"""Finds faces in a still picture, at several scales and in tiles."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contrechamp.redact.faces.boxes import suppress
from contrechamp.redact.faces.hits import Detector, Hits, concatenated

#: Hits of at least this score are covered unless the user says otherwise: the lowest score at
#: which at most 2 % of photographs without faces is covered. Chosen on one half of the test
#: pictures, reported on the other (docs/explanation/covering-faces.md).
COVER_AT = 0.1
#: Hits of at least this score are shown to the reviewer.
REPORT_AT = 0.06
#: A box this close to the rim of a tile, or beyond it, is only part of a face.
RIM_PX = 2.0
#: The direction outwards at the left, top, right and bottom rim.
OUTSIDE = np.array([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class SearchPlan:
    """How thoroughly a still picture is searched.

    The picture is searched at twice its size, at its own size, at half of it and so on. Each pass
    reports only faces that are `smallest_face_px` to `largest_face_px` high in the pass: the net's
    boxes of other sizes are mostly wrong, and another pass sees those faces better. The largest
    pass also reports anything smaller, the smallest anything larger. Measured: this halves the
    area that is covered needlessly.

    Args:
        report_at: lowest score to report.
        enlarge: scale of the largest pass; each of the next is half as large.
        most_pixels: a larger pass is left out, if there is a smaller one.
        coarsest_px: the long side of the smallest pass is at least this, if the picture's is.
        tile_px: a pass with a longer side is searched in tiles.
        overlap_px: what neighbouring tiles share: room for the largest face with its head.
        smallest_face_px: height in the pass, except in the largest one.
        largest_face_px: height in the pass, except in the smallest one.
        same_face_iou: hits of different passes that overlap by more are one face.
    """

    report_at: float = REPORT_AT
    enlarge: float = 2.0
    most_pixels: int = 50_000_000
    coarsest_px: int = 320
    tile_px: int = 1280
    overlap_px: int = 256
    smallest_face_px: float = 40.0
    largest_face_px: float = 200.0
    same_face_iou: float = 0.4

    def scales(self, width: int, height: int) -> tuple[float, ...]:
        """Return the scales at which a picture of this size is searched, largest first."""
        scale = self.enlarge
        while scale > 1 and width * height * scale**2 > self.most_pixels:
            scale /= 2
        found = [scale]
        while max(width, height) * found[-1] / 2 >= self.coarsest_px:
            found.append(found[-1] / 2)
        return tuple(found)


PLAN = SearchPlan()


def find_faces(rgb: NDArray[np.uint8], detector: Detector, plan: SearchPlan = PLAN) -> Hits:
    """Find faces of every size in a still picture.

    Args:
        rgb: (height, width, 3), upright.
        detector: the net.
        plan: how thoroughly to search.

    Returns:
        Hits in pixels of `rgb` with at least the score ``plan.report_at``, best first.
    """
    height, width = rgb.shape[:2]
    scales = plan.scales(width, height)
    found = concatenated(_pass(rgb, scale, scales, detector, plan) for scale in scales)
    return found[suppress(found.boxes, found.scores, plan.same_face_iou)]


def _pass(
    rgb: NDArray[np.uint8],
    scale: float,
    scales: tuple[float, ...],
    detector: Detector,
    plan: SearchPlan,
) -> Hits:
    """Return the hits that one pass reports, in pixels of `rgb`."""
    hits = _in_tiles(_scaled(rgb, scale), detector, plan, whole=scale != scales[-1])
    tall = hits.boxes[:, 3] - hits.boxes[:, 1]
    chosen = np.ones(len(hits), bool)
    if scale != scales[0]:
        chosen &= tall >= plan.smallest_face_px
    if scale != scales[-1]:
        chosen &= tall < plan.largest_face_px
    return hits[chosen].moved(1 / scale)


def _scaled(rgb: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return rgb
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR))


def _in_tiles(rgb: NDArray[np.uint8], detector: Detector, plan: SearchPlan, whole: bool) -> Hits:
    """Search tile by tile.

    Args:
        whole: leave out hits at a rim between tiles: they are parts of faces that the
            neighbouring tile shows whole.
    """
    height, width = rgb.shape[:2]
    found = []
    for rows in _tiles(height, plan):
        for columns in _tiles(width, plan):
            tile = np.ascontiguousarray(rgb[rows, columns])
            hits = detector(tile, plan.report_at).moved(1.0, columns.start, rows.start)
            if whole:
                rim = np.array([columns.start, rows.start, columns.stop, rows.stop], float)
                inner = rim != [0, 0, width, height]
                cut = (np.abs(hits.boxes - rim) < RIM_PX) | ((hits.boxes - rim) * OUTSIDE > 0)
                hits = hits[~(cut & inner).any(axis=1)]
            found.append(hits)
    return concatenated(found)


def _tiles(length: int, plan: SearchPlan) -> Iterator[slice]:
    """Divide a side into as few overlapping tiles of one size as possible."""
    count = max(1, -(-(length - plan.overlap_px) // (plan.tile_px - plan.overlap_px)))
    size = -(-(length + (count - 1) * plan.overlap_px) // count)
    for start in np.linspace(0, length - size, count).astype(int):
        yield slice(int(start), int(start) + size)
