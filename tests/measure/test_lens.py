import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.measure.lens import hfov_from_focal, vfov_from_hfov


@pytest.mark.parametrize(
    ("focal", "angle"), [(2.8, 114), (3.6, 94), (4.0, 81), (6.0, 56), (8.0, 42), (12.0, 28)]
)
def test_the_vendors_chart_is_met(focal, angle):
    assert hfov_from_focal(np.array([focal]))[0] == pytest.approx(angle)


def test_between_two_lenses_of_the_chart_the_middle_is_the_geometric_one():
    assert hfov_from_focal(np.sqrt(6.0 * 8.0)) == pytest.approx((56 + 42) / 2)


def test_long_lenses_follow_the_pinhole_formula():
    # Twice the focal length halves the tangent of half the angle: 12 mm has 28 degrees.
    half = np.degrees(np.arctan(np.tan(np.radians(14.0)) / 2.0))
    assert hfov_from_focal(24.0) == pytest.approx(2.0 * half)


@given(st.floats(0.5, 500.0), st.floats(1.0, 1.5))
def test_a_longer_lens_never_sees_wider(focal, factor):
    shorter, longer = hfov_from_focal(np.array([focal, focal * factor]))
    assert 0.0 < longer <= shorter <= 180.0


def test_vertical_field_of_view_is_nine_sixteenths_and_half_a_turn_at_most():
    assert vfov_from_hfov(np.array([112.0, 360.0])).tolist() == [63.0, 180.0]
