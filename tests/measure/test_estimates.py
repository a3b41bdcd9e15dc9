import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from contrechamp.measure.estimates import (
    draws_needed,
    estimate,
    quantiles,
    quantiles_of_columns,
)

DRAWS = np.random.default_rng(1)


def test_quantiles_come_from_whole_draws():
    of = estimate(np.arange(1001.0))
    assert (of.q05, of.median, of.q95, of.mean) == (50.0, 500.0, 950.0, 500.0)
    assert of.n_draws == 1001


def test_the_standard_error_is_the_spread_of_quantiles_over_many_runs():
    runs = [estimate(DRAWS.gamma(2.0, 50.0, 800)) for _ in range(300)]
    spread = max(np.std([getattr(run, name) for run in runs]) for name in ("q05", "median", "q95"))
    assert np.mean([run.standard_error for run in runs]) == pytest.approx(spread, rel=0.15)


def test_four_times_the_draws_halve_the_error():
    few = np.mean([estimate(DRAWS.normal(size=400)).standard_error for _ in range(100)])
    many = np.mean([estimate(DRAWS.normal(size=1600)).standard_error for _ in range(100)])
    assert few / many == pytest.approx(2.0, rel=0.1)


def test_a_thousand_draws_of_a_usual_shape_are_enough_and_two_hundred_are_not():
    assert estimate(DRAWS.normal(size=1500)).enough_draws
    few = estimate(DRAWS.normal(size=200))
    assert not few.enough_draws
    assert 200 < draws_needed(few) < 3000


def test_as_many_draws_as_asked_for_are_enough():
    wanted = draws_needed(estimate(DRAWS.normal(size=300)))
    assert estimate(DRAWS.normal(size=int(1.5 * wanted))).enough_draws


def test_what_is_known_needs_one_draw():
    of = estimate(np.array([12.5]))
    assert (of.q05, of.median, of.q95) == (12.5, 12.5, 12.5)
    assert of.standard_error == 0.0
    assert of.enough_draws
    assert estimate(np.full(50, 7.0)).enough_draws


def test_a_rare_event_that_moves_an_end_of_the_interval_asks_for_more_draws():
    of = estimate(np.repeat([0.0, 1.0], [960, 40]))
    assert of.q95 == 0.0
    assert not of.enough_draws
    assert draws_needed(of) > 1000


@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e3))
def test_shift_and_scale_do_not_change_whether_draws_are_enough(shift, scale):
    draws = np.random.default_rng(3).normal(size=500)
    first, second = estimate(draws), estimate(shift + scale * draws)
    assert second.standard_error == pytest.approx(scale * first.standard_error, rel=1e-3)
    assert abs(draws_needed(first) - draws_needed(second)) <= 1


@given(
    st.integers(1, 130), st.integers(0, 30), st.integers(0, 9999), st.booleans(),
    st.sampled_from([1, 4]),
)  # fmt: skip
def test_quantiles_of_mostly_empty_columns_are_those_of_full_ones_bit_by_bit(
    draws, columns, seed, single, threads
):
    rng = np.random.default_rng(seed)
    values = rng.uniform(0, 10, (draws, columns)) * (
        rng.random((draws, columns)) < rng.random(columns)
    )
    values = values.astype(np.float32 if single else np.float64)
    found = quantiles_of_columns(csr_array(values), threads)
    assert np.array_equal(found, quantiles(values))
