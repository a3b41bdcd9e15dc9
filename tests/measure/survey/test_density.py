"""Cameras to a kilometre, by arithmetic and by repetition."""

import numpy as np
import pytest
from scipy.stats import gamma

from contrechamp.measure.survey.density import of_panoramas, overdispersion, rate, recall


def test_one_walk_has_the_interval_of_a_poisson_count() -> None:
    found = rate(np.array([12]), np.array([3.0]), 200_000, np.random.default_rng(1))
    assert found is not None
    assert (found.found, found.km, found.overdispersion) == (12, 3.0, 1.0)
    assert not found.by_walks
    low, high = np.quantile(found.per_km, (0.05, 0.95))
    # Jeffreys' interval of a Poisson mean.
    assert low == pytest.approx(gamma.ppf(0.05, 12.5) / 3.0, rel=0.01)
    assert high == pytest.approx(gamma.ppf(0.95, 12.5) / 3.0, rel=0.01)


def test_nothing_found_is_no_proof_that_nothing_is_there() -> None:
    found = rate(np.array([0, 0]), np.array([1.0, 1.0]), 100_000, np.random.default_rng(1))
    assert found is not None
    # The upper end of the interval of none in 2 km: 1.92 / 2 to a kilometre.
    assert np.quantile(found.per_km, 0.95) == pytest.approx(gamma.ppf(0.95, 0.5) / 2, rel=0.02)


def test_nothing_walked_gives_no_rate() -> None:
    assert rate(np.array([], int), np.array([]), 10, np.random.default_rng(1)) is None
    assert rate(np.array([3]), np.array([0.0]), 10, np.random.default_rng(1)) is None


def test_walks_that_differ_widen_the_interval() -> None:
    # Pearson's statistic by hand: expected 5 each, ((5)² + 5² + 4² + 4²) / 5 / 3.
    walks = np.array([0, 10, 1, 9])
    assert overdispersion(walks, np.ones(4)) == pytest.approx((25 + 25 + 16 + 16) / 5 / 3)
    rng = np.random.default_rng(2)
    alike = rate(np.array([5, 5, 5, 5]), np.ones(4), 20_000, rng)
    other = rate(walks, np.ones(4), 20_000, rng)
    assert alike is not None
    assert other is not None
    assert other.per_km.std() > 2.0 * alike.per_km.std()


@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_the_interval_holds_the_rate_as_often_as_it_says(spread: float) -> None:
    """Twelve walks, whose true rates vary by a gamma distribution or not at all."""
    rng = np.random.default_rng(4)
    held = 0
    worlds = 1000
    for _world in range(worlds):
        km = rng.uniform(0.5, 2.0, 12)
        true = rng.gamma(1 / spread**2, 6.0 * spread**2, 12) if spread else np.full(12, 6.0)
        found = rate(rng.poisson(true * km), km, 400, rng)
        assert found is not None
        low, high = np.quantile(found.per_km, (0.05, 0.95))
        held += bool(low <= 6.0 <= high)
    assert 0.86 <= held / worlds <= 0.94


def test_a_share_found_has_its_own_doubt() -> None:
    share = recall(63, 100, 100_000, np.random.default_rng(1))
    assert share.mean() == pytest.approx(63.5 / 101, abs=0.002)
    assert share.min() > 0.0


def test_panoramas_as_sheng_yao_and_goel_have_them() -> None:
    # 0.003 detections a picture of 20 m, one side of two, 63 of 100 found.
    assert float(of_panoramas(np.array(0.003), 20.0, np.array(0.63))) == pytest.approx(
        0.003 / 20 * 1000 * 2 / 0.63
    )
