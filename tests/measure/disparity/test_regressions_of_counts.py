"""Regressions of counts beside statsmodels, which is too heavy to install for users."""

import numpy as np
import pytest
import statsmodels.api as sm

from contrechamp.measure.disparity.cannot import CannotTellError
from contrechamp.measure.disparity.counts import negative_binomial, poisson


def tracts(seed: int, alpha: float, n: int = 200) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(n, 2))
    offset = np.log(rng.uniform(0.5, 8.0, n))
    mu = np.exp(0.7 + columns @ [0.4, -0.3] + offset)
    if alpha:
        mu = mu * rng.gamma(1.0 / alpha, alpha, n)
    return rng.poisson(mu).astype(float), columns, offset, np.arange(n) // 10


def test_poisson_is_that_of_statsmodels() -> None:
    counts, columns, offset, cluster = tracts(1, 0.0)
    ours = poisson(counts, columns, offset, cluster)
    peer = sm.GLM(
        counts, sm.add_constant(columns), family=sm.families.Poisson(), offset=offset
    ).fit(tol=1e-12, cov_type="cluster", cov_kwds={"groups": cluster})
    np.testing.assert_allclose(ours.coefficient, peer.params, rtol=1e-8)
    np.testing.assert_allclose(ours.covariance, peer.cov_params(), rtol=1e-6)
    assert ours.log_likelihood == pytest.approx(peer.llf)


@pytest.mark.parametrize("alpha", [0.3, 2.0])
def test_the_negative_binomial_is_that_of_statsmodels(alpha: float) -> None:
    counts, columns, offset, cluster = tracts(2, alpha)
    ours = negative_binomial(counts, columns, offset, cluster)
    x = sm.add_constant(columns)
    free = sm.NegativeBinomial(counts, x, offset=offset).fit(disp=0, maxiter=500, gtol=1e-8)
    np.testing.assert_allclose(ours.coefficient, free.params[:-1], rtol=1e-3)
    assert ours.alpha == pytest.approx(free.params[-1], rel=1e-3)
    assert ours.log_likelihood == pytest.approx(free.llf, abs=1e-4)
    family = sm.families.NegativeBinomial(alpha=ours.alpha)
    peer = sm.GLM(counts, x, family=family, offset=offset).fit(
        tol=1e-12, cov_type="cluster", cov_kwds={"groups": cluster}
    )
    np.testing.assert_allclose(ours.coefficient, peer.params, rtol=1e-7)
    np.testing.assert_allclose(ours.covariance, peer.cov_params(), rtol=1e-5)


def test_counts_no_more_varied_than_poissons_give_its_fit() -> None:
    counts, columns, offset, cluster = tracts(1, 0.0)
    ours = negative_binomial(counts, columns, offset, cluster)
    assert ours.alpha < 0.05
    np.testing.assert_allclose(
        ours.coefficient, poisson(counts, columns, offset, cluster).coefficient, atol=0.02
    )


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("few-areas", lambda c, x, o, g: (c[:12], x[:12], o[:12], np.arange(12))),
        ("few-clusters", lambda c, x, o, g: (c, x, o, g % 5)),
        ("no-cameras", lambda c, x, o, g: (c * 0.0, x, o, g)),
        ("no-variation", lambda c, x, o, g: (c, x * [1.0, 0.0] + [0.0, 7.0], o, g)),
        ("collinear", lambda c, x, o, g: (c, x[:, [0, 0]] * [1.0, -2.0] + 1.0, o, g)),
        ("values-missing", lambda c, x, o, g: (c, np.where(x > 2.0, np.nan, x), o, g)),
        # Cameras in all areas above a value and in none below: no rate ratio is large enough.
        ("not-settled", lambda c, x, o, g: ((x[:, 0] > 0.0) * 5.0, np.sign(x[:, :1]), o, g)),
    ],
)
def test_what_cannot_be_fitted_says_why(reason: str, change: object) -> None:
    with pytest.raises(CannotTellError) as refused:
        negative_binomial(*change(*tracts(3, 0.5)))  # type: ignore[operator]
    assert refused.value.reason == reason
