"""Finding faces: several scales and tiles of one picture, merged; or one frame at one scale."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contrechamp.redact.boxes import suppress
from contrechamp.redact.hits import Detector, Hits, together

#: Hits from this score on are covered unless the user says otherwise.
COVER_AT = 0.12
#: Hits from this score on are told to the reviewer.
REPORT_AT = 0.06


@dataclass(frozen=True)
class Plan:
    """How thoroughly a picture is searched.

    Args:
        report_at: lowest score that is reported.
        enlarge: scale of the largest pass; the next ones are half as large each.
        smallest_px: long side that no pass is smaller than (the picture's own, if that is less).
        tile_px: a pass of more than this on a side is searched in tiles.
        overlap_px: what neighbouring tiles share.
        same_face_iou: hits of different passes that overlap by more are one face.
    """

    report_at: float = REPORT_AT
    enlarge: float = 2.0
    smallest_px: int = 320
    tile_px: int = 1280
    overlap_px: int = 160
    same_face_iou: float = 0.4


PLAN = Plan()


def find_faces(rgb: NDArray[np.uint8], detector: Detector, plan: Plan = PLAN) -> Hits:
    """Find faces of every size in a still picture.

    Args:
        rgb: (height, width, 3), upright.
        detector: one net.
        plan: how thoroughly.

    Returns:
        Hits in pixels of `rgb`, best first, everything from ``plan.report_at`` on.
    """
    found = together(
        _in_tiles(_scaled(rgb, scale), detector, plan).moved(1 / scale)
        for scale in _scales(max(rgb.shape[:2]), plan)
    )
    kept = suppress(found.boxes, found.scores, plan.same_face_iou)
    return Hits(found.boxes[kept], found.scores[kept])


def find_in_frame(
    rgb: NDArray[np.uint8], detector: Detector, long_side: int, report_at: float = REPORT_AT
) -> Hits:
    """Find faces in one frame of a video at one scale.

    Args:
        rgb: (height, width, 3), upright.
        detector: one net.
        long_side: in pixels, that the frame is reduced or enlarged to for the search.
        report_at: lowest score that is reported.

    Returns:
        Hits in pixels of `rgb`, best first.
    """
    scale = long_side / max(rgb.shape[:2])
    return detector(_scaled(rgb, scale), report_at).moved(1 / scale)


def _scales(long_side: int, plan: Plan) -> Iterator[float]:
    scale = plan.enlarge
    while True:
        yield scale
        scale /= 2
        if long_side * scale < plan.smallest_px:
            return


def _scaled(rgb: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return rgb
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR))


def _in_tiles(rgb: NDArray[np.uint8], detector: Detector, plan: Plan) -> Hits:
    return together(
        detector(
            np.ascontiguousarray(rgb[top : top + plan.tile_px, left : left + plan.tile_px]),
            plan.report_at,
        ).moved(1.0, left, top)
        for top in _starts(rgb.shape[0], plan)
        for left in _starts(rgb.shape[1], plan)
    )


def _starts(length: int, plan: Plan) -> list[int]:
    """Return where tiles begin: evenly, the last one ending with the picture."""
    if length <= plan.tile_px:
        return [0]
    step = plan.tile_px - plan.overlap_px
    count = -(-(length - plan.overlap_px) // step)
    return [int(at) for at in np.linspace(0, length - plan.tile_px, count)]
