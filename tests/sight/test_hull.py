"""The window that is swept anew: around all that is asked for, and within the camera's sweep."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.sight.hull import bins_of, window

TURN = 2.0 * math.pi
coordinate = st.floats(-100.0, 100.0).filter(lambda value: abs(value) > 0.1)
segments = st.lists(st.tuples(*[coordinate] * 4), min_size=1, max_size=4)


def after(angle, start):
    """Return how far an angle is from a start, anticlockwise; just before it counts as at it."""
    turn = (angle - start) % TURN
    return 0.0 if turn > TURN - 1e-9 else turn


@given(segments, st.floats(-TURN, TURN), st.one_of(st.floats(0.01, 3.0), st.just(TURN)))
def test_the_window_holds_every_direction_of_the_segments_within_the_sweep(few, start, sweep):
    needed = np.uint64(0)
    for one in few:
        needed |= bins_of(*one)
    begin, angle = window(needed, start, sweep)
    assert 0.0 <= angle <= sweep + 1e-9
    if sweep < TURN:
        assert after(begin, start) + angle <= sweep + 1e-9
    for px, py, qx, qy in few:
        for share in np.linspace(0.0, 1.0, 9):
            direction = math.atan2(py + share * (qy - py), px + share * (qx - px))
            if after(direction, start) <= sweep:
                assert after(direction, begin) <= angle + 1e-9


@given(st.floats(0.3, TURN - 0.3), st.floats(0.01, 0.2))
def test_a_segment_is_swept_in_little_more_than_its_own_directions(middle, half):
    ends = [(20.0 * math.cos(a), 20.0 * math.sin(a)) for a in (middle - half, middle + half)]
    _begin, angle = window(bins_of(*ends[0], *ends[1]), 0.0, TURN)
    widest_part = 0.13  # of the circle in 64 parts of equal diamond angle
    assert angle <= 2.0 * half + 2.0 * widest_part


def test_nothing_is_swept_where_no_segment_lies_within_the_sweep():
    behind = bins_of(-10.0, 1.0, -10.0, -1.0)
    assert window(behind, -0.5, 1.0)[1] == 0.0


def test_all_is_swept_for_a_segment_that_leads_to_the_camera():
    towards = bins_of(5.0, 0.0, 30.0, 0.0)
    assert window(towards, 0.25, 1.5) == (0.25, 1.5)
