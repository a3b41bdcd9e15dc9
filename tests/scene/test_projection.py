"""The metric plane: checked against the ellipsoid (pyproj.Geod), not against itself."""

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contrechamp.scene.projection import choose_plane

GEOD = pyproj.Geod(ellps="WGS84")


@pytest.mark.parametrize(
    ("bounds", "epsg"),
    [
        ((24.93, 60.16, 24.95, 60.18), 32635),
        ((7.40, 43.72, 7.44, 43.76), 32632),
        ((-58.5, -34.7, -58.3, -34.5), 32721),
        ((-179.9, 51.0, -179.5, 51.2), 32601),
    ],
)
def test_the_utm_zone_of_the_area(bounds: tuple[float, float, float, float], epsg: int) -> None:
    assert choose_plane(bounds, None).crs.to_epsg() == epsg


def test_more_than_one_zone_gets_an_equidistant_plane() -> None:
    bounds = (5.5, 43.0, 6.5, 44.0)
    plane = choose_plane(bounds, None)
    assert plane.crs.to_dict()["proj"] == "aeqd"
    centre = (6.0, 43.5)
    for lon, lat in [(5.5, 43.0), (6.5, 44.0), (6.5, 43.0), (6.2, 43.9)]:
        xy = plane.points(np.array([centre, (lon, lat)]))
        true = GEOD.inv(*centre, lon, lat)[2]
        assert np.hypot(*(xy[1] - xy[0])) == pytest.approx(true, rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.floats(-170, 170), st.floats(-70, 70), st.floats(0.005, 0.3))
def test_the_scale_error_bounds_every_distance(lon: float, lat: float, size: float) -> None:
    bounds = (lon, lat, lon + size, lat + size)
    plane = choose_plane(bounds, None)
    error = plane.scale_error(bounds)
    rng = np.random.default_rng(0)
    a = rng.uniform(bounds[:2], bounds[2:], (20, 2))
    b = a + (rng.uniform(bounds[:2], bounds[2:], (20, 2)) - a) * 0.02
    true = np.array(GEOD.inv(*a.T, *b.T)[2])
    drawn = np.hypot(*(plane.points(b) - plane.points(a)).T)
    assert np.abs(drawn / true - 1.0).max() <= error * 1.05 + 1e-6


def test_a_projection_that_was_asked_for() -> None:
    assert choose_plane((24.93, 60.16, 24.95, 60.18), "EPSG:3067").crs.to_epsg() == 3067
