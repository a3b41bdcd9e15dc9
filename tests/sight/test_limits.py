"""Levels, and how near and how far a lens sees."""

import numpy as np
import pytest
from blocks import cameras
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.base.errors import UsageError
from contrechamp.sight.levels import LEVEL_SETS, parse_levels
from contrechamp.sight.limits import limits


def test_the_level_sets_are_those_of_the_standard():
    assert {level.name: level.ppm for level in LEVEL_SETS["dori2014"]} == {
        "detection": 25,
        "observation": 62.5,
        "recognition": 125,
        "identification": 250,
    }
    assert [level.ppm for level in LEVEL_SETS["iec2025"]] == [20, 40, 80, 125, 250, 500, 1500]


@pytest.mark.parametrize("text", ["", "dori", "25,-1", "25;50", "nan", "inf", "0"])
def test_other_words_are_refused_with_what_is_expected(text):
    with pytest.raises(UsageError, match="dori2014"):
        parse_levels(text)


@settings(deadline=None)
@given(
    st.floats(0.5, 30), st.floats(0, 5), st.floats(-30, 89), st.floats(1, 120),
    st.floats(0.01, 500),
)  # fmt: skip
def test_near_and_far_are_where_the_angle_to_the_target_leaves_the_picture(h, z, tilt, vfov, d):
    camera = cameras(height_m=h, tilt_deg=tilt, vfov_deg=vfov, sweep_deg=90.0, range_m=1e9)
    near, reach = limits(camera, parse_levels("25")[:1], z)
    below = np.degrees(np.arctan2(h - z, d))
    margin = vfov / 2 - abs(below - tilt)
    if abs(margin) > 1e-6:
        assert (near[0] <= d <= reach[0, 0]) == (margin > 0)


def test_a_camera_that_turns_all_round_covers_every_tilt():
    near, reach = limits(cameras(tilt_deg=60.0, vfov_deg=10.0), parse_levels("25")[:1], 1.6)
    assert (near[0], reach[0, 0]) == (0.0, 60.0)


@pytest.mark.parametrize(
    ("hfov", "expected"),
    # 1920 px at 25 px/m: 76.8 m of width. Below 180 degrees by the tangent, from there by degrees.
    [(90.0, 38.4), (60.0, 38.4 / np.tan(np.pi / 6)), (360.0, 76.8 / (2 * np.pi))],
)
def test_the_reach_of_a_density(hfov, expected):
    camera = cameras(hfov_deg=hfov, height_m=1.6, range_m=1e9)
    _near, reach = limits(camera, parse_levels("25"), 1.6)
    assert reach[0, 1] == pytest.approx(expected)
