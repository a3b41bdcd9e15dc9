"""Covers hide what lies below, whatever they look like, and nothing else."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contrechamp.redact.faces.boxes import as_boxes
from contrechamp.redact.faces.cover import (
    COLOUR,
    GRID_PX,
    draw_covers,
    largest_difference,
    on_grid,
    with_places_of,
)
from contrechamp.redact.request import Style


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 255, (height, width, 3), np.uint8)


@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.tuples(*[st.floats(-20, 80)] * 4),
    st.sampled_from(get_args(Style)),
)
@example(1, 1, (0.0, 1.0, 5e-324, 0.0), "fill")  # an eighth of this height is none
def test_a_box_is_covered_whole_and_the_rest_is_as_it_was(
    height: int, width: int, corners: tuple[float, ...], style: str
) -> None:
    x, y = sorted(corners[:2]), sorted(corners[2:])
    before = picture(height, width)
    kept = before.copy()
    after, under = draw_covers(before, as_boxes([[x[0], y[0], x[1], y[1]]]), style)
    assert (before == kept).all()
    rows, columns = np.mgrid[:height, :width]
    inside = (columns + 1 > x[0]) & (columns < x[1]) & (rows + 1 > y[0]) & (rows < y[1])
    if x[0] < x[1] and y[0] < y[1]:
        assert under[inside].all()
    assert (after[~under] == before[~under]).all()
    far = (columns + 1 + GRID_PX <= x[0]) | (columns - GRID_PX >= x[1])
    assert not under[far].any()


def test_a_fill_is_one_colour() -> None:
    after, under = draw_covers(picture(40, 40), as_boxes([[3, 3, 20, 20], [15, 10, 30, 33]]))
    assert (after[under] == COLOUR).all()


@pytest.mark.parametrize("style", get_args(Style))
def test_nothing_under_a_cover_depends_on_the_picture(style: str) -> None:
    boxes = as_boxes([[8, 8, 56, 56]])
    looks = [draw_covers(picture(64, 64, seed), boxes, style)[0][8:56, 8:56] for seed in (1, 2)]
    hidden = [picture(64, 64, seed)[8:56, 8:56].reshape(-1, 3).astype(float) for seed in (1, 2)]
    for look, below in zip(looks, hidden, strict=True):
        blocks = look[::GRID_PX, ::GRID_PX, 0].ravel().astype(float)
        means = below[:, 0].reshape(6, 8, 6, 8).mean(axis=(1, 3)).ravel()
        if style == "noise":
            assert abs(np.corrcoef(blocks, means)[0, 1]) < 0.7
        else:
            assert (blocks == blocks[0]).all()


def test_noise_is_made_anew_each_time() -> None:
    boxes, before = as_boxes([[0, 0, 64, 64]]), picture(64, 64)
    one, other = (draw_covers(before, boxes, "noise")[0] for _ in range(2))
    assert (one != other).mean() > 0.5


@given(
    st.lists(st.tuples(*[st.floats(-20, 80)] * 4), max_size=6),
    st.integers(1, 70),
    st.integers(1, 70),
)
def test_places_are_what_covers_cover(
    corners: list[tuple[float, ...]], width: int, height: int
) -> None:
    boxes = as_boxes([[min(a, c), min(b, d), max(a, c), max(b, d)] for a, b, c, d in corners])
    before, other = picture(height, width), picture(height, width, 7)
    _covered, under = draw_covers(before, boxes)
    places = on_grid(boxes, width, height)
    expected = np.where(under[:, :, None], other, before)
    np.testing.assert_array_equal(with_places_of(before, other, places), expected)
    off = np.abs(before.astype(int) - other)[under]
    assert largest_difference(before, other, places) == off.max(initial=0)
