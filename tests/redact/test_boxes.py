"""Geometry of boxes against pixels that are counted one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from contrechamp.redact.faces.boxes import (
    areas,
    as_boxes,
    clip,
    covered_share,
    enlarge,
    heads,
    intersections,
    iou,
    outward,
    suppress,
)

SIDE = 24


@st.composite
def whole_boxes(draw: st.DrawFn, smallest: int = 0) -> np.ndarray:
    """Boxes with whole corners, so that pixels can be counted."""
    corners = draw(arrays(np.int64, (draw(st.integers(0, 6)), 4), elements=st.integers(0, SIDE)))
    low = np.minimum(corners[:, :2], corners[:, 2:])
    high = np.maximum(corners[:, :2], corners[:, 2:])
    return as_boxes(np.hstack([low, np.maximum(high, low + smallest)]))


def painted(boxes: np.ndarray) -> np.ndarray:
    """Return a mask of the pixels under any of the boxes."""
    mask = np.zeros((SIDE + 2, SIDE + 2), bool)
    for left, top, right, bottom in boxes.astype(int):
        mask[top:bottom, left:right] = True
    return mask


@given(whole_boxes(), whole_boxes())
def test_overlaps_are_those_of_counted_pixels(one: np.ndarray, other: np.ndarray) -> None:
    shared, ratio = intersections(one, other), iou(one, other)
    for i, first in enumerate(one):
        assert areas(one)[i] == painted(first[None]).sum()
        for j, second in enumerate(other):
            both, any_ = (
                op(painted(first[None]), painted(second[None])).sum()
                for op in (np.logical_and, np.logical_or)
            )
            assert shared[i, j] == both
            assert ratio[i, j] == (both / any_ if any_ else 0)


@given(whole_boxes(smallest=1), whole_boxes())
def test_share_under_covers_is_that_of_counted_pixels(
    faces: np.ndarray, covers: np.ndarray
) -> None:
    share = covered_share(faces, covers)
    for face, found in zip(faces, share, strict=True):
        pixels = painted(face[None])
        assert np.isclose(found, (pixels & painted(covers)).sum() / pixels.sum())


def test_a_face_without_area_is_covered_where_a_cover_holds_it() -> None:
    point = as_boxes([[5, 5, 5, 5]])
    assert covered_share(point, as_boxes([[0, 0, 9, 9]])).tolist() == [1.0]
    assert covered_share(point, as_boxes([[6, 6, 9, 9]])).tolist() == [0.0]


@given(whole_boxes(), st.floats(0, 1), st.randoms(use_true_random=False))
def test_what_suppression_drops_overlaps_something_better(
    boxes: np.ndarray, at_iou: float, random: object
) -> None:
    scores = np.array([random.choice([0.1, 0.5, 0.9]) for _ in boxes])  # type: ignore[attr-defined]
    kept = suppress(boxes, scores, at_iou)
    overlaps = iou(boxes, boxes)
    assert (np.diff(scores[kept]) <= 0).all()
    for index in range(len(boxes)):
        over = [k for k in kept if k != index and overlaps[index, k] > at_iou]
        if index in kept:
            assert not over
        else:
            assert any(scores[k] >= scores[index] for k in over)


@given(whole_boxes(), st.floats(1, 3))
def test_an_enlarged_box_holds_the_old_one_about_the_same_centre(
    boxes: np.ndarray, factor: float
) -> None:
    larger = enlarge(boxes, factor)
    assert np.allclose(larger[:, :2] + larger[:, 2:], boxes[:, :2] + boxes[:, 2:])
    assert np.allclose(areas(larger), areas(boxes) * factor**2)


@given(
    arrays(np.float64, (4, 4), elements=st.floats(-40, 40)), st.integers(1, 30), st.integers(1, 30)
)
def test_whole_pixels_hold_the_part_of_the_box_that_is_in_the_picture(
    corners: np.ndarray, width: int, height: int
) -> None:
    boxes = np.hstack(
        [np.minimum(corners[:, :2], corners[:, 2:]), np.maximum(corners[:, :2], corners[:, 2:])]
    )
    pixels = outward(boxes, width, height)
    assert (pixels[:, :2] >= 0).all()
    assert (pixels[:, 2:] <= [width, height]).all()
    inside = clip(boxes, width, height)
    seen = inside[areas(inside) > 0]
    if len(seen):
        assert (covered_share(seen, pixels.astype(float)) > 1 - 1e-9).all()


def test_no_boxes_are_no_boxes() -> None:
    none = as_boxes([])
    assert none.shape == (0, 4)
    assert len(suppress(none, np.empty(0), 0.5)) == 0
    assert iou(none, none).shape == (0, 0)
    assert covered_share(none, none).shape == (0,)
    assert outward(none, 5, 5).shape == (0, 4)


def test_a_head_reaches_over_the_hair_and_holds_the_face() -> None:
    face = as_boxes([[100, 100, 200, 240]])
    [head] = heads(face)
    assert head == pytest.approx([87, 58, 213, 247])
    assert not len(heads(as_boxes([])))
