"""Moran's I beside esda, and Holm's correction beside statsmodels."""

import warnings

import esda
import libpysal
import numpy as np
import pytest
import shapely
from statsmodels.stats.multitest import multipletests

from contrechamp.measure.disparity.neighbours import alike, touching
from contrechamp.measure.disparity.several import from_draws, holm


def grid(n: int) -> np.ndarray:
    x, y = (one.ravel() for one in np.meshgrid(np.arange(n), np.arange(n)))
    return shapely.box(100.0 * x, 100.0 * y, 100.0 * (x + 1), 100.0 * (y + 1))


def test_morans_i_is_that_of_esda() -> None:
    cells = grid(8)
    rng = np.random.default_rng(1)
    values = shapely.get_x(shapely.centroid(cells)) / 100.0 + rng.normal(size=len(cells))
    found = alike(values, touching(cells), np.random.default_rng(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = esda.Moran(values, libpysal.weights.lat2W(8, 8, rook=False), permutations=999)
    assert found is not None
    assert found.i == pytest.approx(peer.I)
    assert found.p == pytest.approx(0.001)
    assert found.lone == 0


def test_values_without_a_pattern_are_alike_by_chance_as_often_as_chance_has_it() -> None:
    weights, rng = touching(grid(6)), np.random.default_rng(3)
    found = [alike(rng.normal(size=36), weights, rng, exchanges=99) for _ in range(200)]
    assert 0.02 <= np.mean([one.p <= 0.05 for one in found if one]) <= 0.09


def test_islands_and_what_does_not_vary_are_told() -> None:
    cells = np.append(grid(4), shapely.box(9000, 9000, 9100, 9100))
    found = alike(np.arange(17.0), touching(cells), np.random.default_rng(4), exchanges=9)
    assert found is not None
    assert found.lone == 1
    assert alike(np.ones(16), touching(grid(4)), np.random.default_rng(4)) is None
    apart = shapely.box([0, 900, 1800, 2700, 3600], 0, [100, 1000, 1900, 2800, 3700], 100)
    assert alike(np.arange(5.0), touching(apart), np.random.default_rng(4)) is None


def test_holm_is_that_of_statsmodels() -> None:
    p = np.random.default_rng(5).random(12) ** 3
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])


def test_a_comparison_that_cannot_be_told_counts_as_stated() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, np.nan]))[0], 0.02)


def test_draws_alone_never_say_that_something_is_impossible() -> None:
    assert from_draws(np.ones(999)) == pytest.approx(2 / 1000)
    assert from_draws(np.zeros(10)) == 1.0
