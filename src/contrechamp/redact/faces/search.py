"""Finds faces in a still picture, at several scales and in tiles."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contrechamp.redact.faces.boxes import F8, outward, suppress
from contrechamp.redact.faces.hits import Detector, Hits, concatenated

#: Hits of at least this score are covered unless the user says otherwise. Chosen on one half of
#: the test pictures, reported on the other (docs/explanation/covering-faces.md).
COVER_AT = 0.07
#: Hits of at least this score are shown to the reviewer.
REPORT_AT = 0.05
#: A box this close to the rim of a tile, or beyond it, is only part of a face.
RIM_PX = 2.0
#: Left, top, right and bottom of a part of a picture, px.
Part = tuple[int, int, int, int]
#: Around what is looked at again there is at least so much of the picture, in pixels of the pass,
#: and at most so much: room for the largest face that a pass answers for.
ROOM_PX, MOST_ROOM_PX = 64.0, 200.0
#: What is made much smaller is first made smaller by whole pixels, which is quicker, but left at
#: least so many times as large as it is to be.
_REDUCING_GAP = 2.0
#: Parts that together are a larger share of the picture cost as much as all of it.
MOST_IN_PARTS = 0.6
#: The direction outwards at the left, top, right and bottom rim.
OUTSIDE = np.array([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class SearchPlan:
    """How thoroughly a still picture is searched.

    The picture is searched at twice its size, at half of it, at an eighth and so on. Each pass
    reports only faces that are `smallest_face_px` to `largest_face_px` high in the pass: the net's
    boxes of other sizes are mostly wrong, and another pass sees those faces better. The largest
    pass also reports anything smaller, the smallest anything larger. A pass at every half instead
    of every quarter finds no more faces, and covers more that is none (measured).

    Enlarged, a large picture costs more than all else together. It is then enlarged only around
    the small faces, sure or not, that are found at its own size.

    Args:
        report_at: lowest score to report.
        enlarge: scale of the largest pass; each of the next is a quarter as large.
        enlarged_pixels: a pass that enlarges and would be larger than this is left out.
        most_pixels: any other larger pass is left out, if there is a smaller one.
        coarsest_px: the long side of the smallest pass is at most twice this.
        tile_px: a pass with a longer side is searched in tiles.
        overlap_px: what neighbouring tiles share: room for the largest face with its head.
        smallest_face_px: height in the pass, except in the largest one.
        largest_face_px: height in the pass, except in the smallest one.
        same_face_iou: hits of different passes that overlap by more are one face.
        closer_at: a picture that was left at its size is enlarged around hits of this score.
        closer_px: and of less than this height.
    """

    report_at: float = REPORT_AT
    enlarge: float = 2.0
    enlarged_pixels: int = 12_500_000
    most_pixels: int = 50_000_000
    coarsest_px: int = 320
    tile_px: int = 3264
    overlap_px: int = 224
    smallest_face_px: float = 40.0
    largest_face_px: float = 200.0
    same_face_iou: float = 0.4
    closer_at: float = 0.05
    closer_px: float = 60.0

    def scales(self, width: int, height: int) -> tuple[float, ...]:
        """Return the scales at which a picture of this size is searched, largest first."""
        scale = self.enlarge
        while scale > 1 and width * height * scale**2 > self.enlarged_pixels:
            scale /= 2
        while width * height * scale**2 > self.most_pixels:
            scale /= 2
        found, long_side = [scale], max(width, height)
        while long_side * found[-1] > 2 * self.coarsest_px:
            step = 4 if long_side * found[-1] >= 4 * self.coarsest_px else 2
            found.append(found[-1] / step)
        return tuple(found)

    def closer(self, width: int, height: int) -> float | None:
        """Return the scale of what is enlarged around small faces alone; None: nothing is."""
        scale = 2 * self.scales(width, height)[0]
        too_large = width * height * scale**2 > self.most_pixels
        return None if scale > self.enlarge or too_large else scale


PLAN = SearchPlan()


def find_faces(
    rgb: NDArray[np.uint8], detector: Detector, plan: SearchPlan = PLAN, near: F8 | None = None
) -> Hits:
    """Find faces of every size in a still picture.

    Args:
        rgb: (height, width, 3), upright.
        detector: the net.
        plan: how thoroughly to search.
        near: search around these boxes only, px; None: everywhere.

    Returns:
        Hits in pixels of `rgb` with at least the score ``plan.report_at``, best first.
    """
    height, width = rgb.shape[:2]
    scales, closer = plan.scales(width, height), plan.closer(width, height)
    lowest = plan.report_at if closer is None else min(plan.report_at, plan.closer_at)
    plan_of_passes = replace(plan, report_at=lowest)
    image = Image.fromarray(rgb)
    found = concatenated(
        _pass(rgb, image, scale, scales, detector, plan_of_passes, near) for scale in scales
    )
    if closer is not None:
        small = found.boxes[:, 3] - found.boxes[:, 1] < plan.closer_px
        around = found.boxes[small & (found.scores >= plan.closer_at)]
        if len(around):
            finer = (closer, *scales)
            close = _pass(rgb, image, closer, finer, detector, plan_of_passes, around)
            found = concatenated([found, close])
        found = found.at_least(plan.report_at)
    return found[suppress(found.boxes, found.scores, plan.same_face_iou)]


def _pass(
    rgb: NDArray[np.uint8],
    image: Image.Image,
    scale: float,
    scales: tuple[float, ...],
    detector: Detector,
    plan: SearchPlan,
    near: F8 | None,
) -> Hits:
    """Return the hits that one pass reports, in pixels of `rgb`, which `image` shows as well."""
    height, width = rgb.shape[:2]
    parts = [(0, 0, width, height)]
    if near is not None and scale != scales[-1]:  # the smallest pass costs next to nothing
        parts = windows(near, scale, width, height)
    found = []
    for left, top, right, bottom in parts:
        part = _scaled(rgb, image, (left, top, right, bottom), scale)
        inner = np.array([left > 0, top > 0, right < width, bottom < height])
        hits = _in_tiles(part, detector, plan, inner, whole=scale != scales[-1])
        found.append(hits.moved(1 / scale, left, top))
    hits = concatenated(found)
    tall = (hits.boxes[:, 3] - hits.boxes[:, 1]) * scale
    chosen = np.ones(len(hits), bool)
    if scale != scales[0]:
        chosen &= tall >= plan.smallest_face_px
    if scale != scales[-1]:
        chosen &= tall < plan.largest_face_px
    return hits[chosen]


def windows(boxes: F8, scale: float, width: int, height: int) -> list[Part]:
    """Return the parts of a picture around `boxes`: left, top, right, bottom in px.

    Around each box there is room for a face of its size, but no more than the pass finds, and for
    what the net sees around a face.
    Where all parts together are nearly as large as the picture, the picture is the only one.
    """
    cell = ROOM_PX / 2 / scale
    sides = boxes[:, 2:] - boxes[:, :2]
    room = np.clip(sides, ROOM_PX / scale, MOST_ROOM_PX / scale)
    wanted = np.hstack([boxes[:, :2] - room, boxes[:, 2:] + room]) / cell
    across, down = math.ceil(width / cell), math.ceil(height / cell)
    cells = np.unique(outward(wanted, across, down), axis=0)
    near = np.zeros((down, across), bool)
    for left, top, right, bottom in cells:
        near[top:bottom, left:right] = True
    if near.mean() > MOST_IN_PARTS:
        return [(0, 0, width, height)]
    parts = [
        (
            math.floor(left * cell),
            math.floor(top * cell),
            min(width, math.ceil(right * cell)),
            min(height, math.ceil(bottom * cell)),
        )
        for left, top, right, bottom in _joined(cells.tolist())
    ]
    if sum(map(_area, parts)) > MOST_IN_PARTS * width * height:
        return [(0, 0, width, height)]
    return parts


def _joined(parts: list[Part]) -> list[Part]:
    """Return parts of which two become one wherever that is no larger than both."""
    waiting, joined = list(parts), list[Part]()
    while waiting:
        one = waiting.pop()
        for other in joined:
            left, top = min(one[0], other[0]), min(one[1], other[1])
            both = (left, top, max(one[2], other[2]), max(one[3], other[3]))
            if _area(both) <= _area(one) + _area(other):
                joined.remove(other)
                waiting.append(both)
                break
        else:
            joined.append(one)
    return joined


def _area(part: Part) -> int:
    left, top, right, bottom = part
    return (right - left) * (bottom - top)


def _scaled(
    rgb: NDArray[np.uint8], image: Image.Image, part: Part, scale: float
) -> NDArray[np.uint8]:
    left, top, right, bottom = part
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    if size == (right - left, bottom - top):
        return rgb[top:bottom, left:right]
    resized = image.resize(size, Image.Resampling.BILINEAR, box=part, reducing_gap=_REDUCING_GAP)
    return np.asarray(resized)


def _in_tiles(
    rgb: NDArray[np.uint8],
    detector: Detector,
    plan: SearchPlan,
    inside: NDArray[np.bool_],
    *,
    whole: bool,
) -> Hits:
    """Search tile by tile.

    Args:
        inside: whether the picture goes on at the left, top, right and bottom of `rgb`.
        whole: leave out hits at a rim between tiles: they are parts of faces that the
            neighbouring tile shows whole.
    """
    height, width = rgb.shape[:2]
    found = []
    for rows in _tiles(height, plan):
        for columns in _tiles(width, plan):
            found_here = detector(rgb[rows, columns], plan.report_at)
            hits = found_here.moved(1.0, columns.start, rows.start)
            if whole:
                rim = np.array([columns.start, rows.start, columns.stop, rows.stop], float)
                inner = (rim != [0, 0, width, height]) | inside
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
