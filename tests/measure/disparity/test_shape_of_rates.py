"""A line, a hump and two kinds of places that are high at once, in simulated tracts."""

import numpy as np
import pytest

from contrechamp.measure.disparity.shape import shape


def told(curve: object, seed: int, n: int = 400) -> str:
    rng = np.random.default_rng(seed)
    z = np.sort(rng.normal(size=n))
    km = rng.uniform(1.0, 6.0, n)
    mu = np.exp(1.0 + curve(z)) * km * rng.gamma(4.0, 0.25, n)  # type: ignore[operator]
    counts = rng.poisson(mu).astype(float)
    return shape(counts, z, np.empty((n, 0)), np.log(km), rng.permutation(n) // 10).word


@pytest.mark.parametrize(
    ("word", "curve"),
    [
        ("line", lambda z: 0.4 * z),
        ("hump", lambda z: -0.6 * z**2),
        ("hollow", lambda z: 0.5 * z**2),
        ("two-humps", lambda z: 1.2 * np.abs(z) * (np.abs(z) < 1.0)
         + 1.2 * (2.0 - np.abs(z)) * (np.abs(z) >= 1.0)),
    ],
)  # fmt: skip
def test_the_shape_is_told(word: str, curve: object) -> None:
    found = [told(curve, seed) for seed in range(12)]
    assert found.count(word) >= 10, found


def test_nothing_is_no_hump() -> None:
    found = [told(lambda z: 0.0 * z, seed) for seed in range(20)]
    assert found.count("flat") + found.count("cannot-tell") >= 18, found
