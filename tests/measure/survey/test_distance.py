"""How many are found at which distance: curves against known truth."""

import numpy as np
import pytest
from scipy.integrate import quad

from contrechamp.measure.survey.distance import (
    HALF_NORMAL,
    HAZARD_RATE,
    detection,
    half_normal,
    hazard_rate,
    searched_half_normal,
    searched_hazard_rate,
)


def distances(n: int, most_m: float, rng: np.random.Generator, shape: str) -> np.ndarray:
    """Return distances of cameras that were found of `n` that lie anywhere."""
    away = rng.uniform(0.0, most_m, n)
    share = half_normal(away, 12.0) if shape == HALF_NORMAL else hazard_rate(away, 12.0, 3.0)
    return away[rng.random(n) < share]


@pytest.mark.parametrize("most_m", [5.0, 40.0, 400.0])
def test_the_width_is_the_area_under_the_curve(most_m: float) -> None:
    exact = quad(lambda x: float(half_normal(np.array(x), 12.0)), 0, most_m)[0]
    assert searched_half_normal(12.0, most_m) == pytest.approx(exact)
    points = [12.0] if most_m > 12.0 else None
    exact = quad(lambda x: float(hazard_rate(np.array(x), 12.0, 3.0)), 0, most_m, points=points)[0]
    assert searched_hazard_rate(12.0, 3.0, most_m) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("shape", [HALF_NORMAL, HAZARD_RATE])
def test_the_shape_that_is_true_is_believed_more(shape: str) -> None:
    rng = np.random.default_rng(8)
    found = detection(distances(4000, 40.0, rng, shape), 40.0, 100, rng)
    assert found is not None
    assert found.curves[0].shape == shape
    true_m = (
        searched_half_normal(12.0, 40.0)
        if shape == HALF_NORMAL
        else searched_hazard_rate(12.0, 3.0, 40.0)
    )
    assert np.median(found.searched_m) == pytest.approx(true_m, rel=0.06)
    assert found.weights[0] > 0.5


@pytest.mark.parametrize("shape", [HALF_NORMAL, HAZARD_RATE])
def test_the_interval_holds_the_density_as_often_as_it_says(shape: str) -> None:
    rng = np.random.default_rng(9)
    held = 0
    worlds = 80
    for _world in range(worlds):
        # Two sides of 10 km, 40 m each: 0.8 km², 200 cameras to each on average.
        n = rng.poisson(200 * 0.8)
        away = distances(n, 40.0, rng, shape)
        found = detection(away, 40.0, 300, rng)
        assert found is not None
        count = rng.gamma(found.n + 0.5, size=300)
        per_km2 = count / (2.0 * found.searched_m / 1000.0 * 10.0)
        low, high = np.quantile(per_km2, (0.05, 0.95))
        held += bool(low <= 200.0 <= high)
    assert 0.80 <= held / worlds <= 0.99


def test_few_distances_give_no_curve_or_say_so() -> None:
    rng = np.random.default_rng(1)
    assert detection(np.linspace(1.0, 9.0, 19), 10.0, 10, rng) is None
    some = detection(np.linspace(0.1, 9.0, 30), 10.0, 10, rng)
    assert some is not None
    assert some.few


def test_cameras_all_at_one_distance_give_none() -> None:
    assert detection(np.zeros(50), 10.0, 10, np.random.default_rng(1)) is None


def test_what_lies_beyond_is_left_out() -> None:
    rng = np.random.default_rng(2)
    away = distances(2000, 40.0, rng, HALF_NORMAL)
    found = detection(np.append(away, [500.0] * 100), 40.0, 10, rng)
    assert found is not None
    assert found.n == len(away)
    assert (found.found_share <= 1.0).all()
