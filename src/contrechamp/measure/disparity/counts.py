"""Regressions of counts on what areas are like: Poisson and negative binomial, with an offset.

Standard errors are those of clusters: areas near each other are alike for reasons that no column
tells (the sandwich of Liang and Zeger, Biometrika 73, 1986, 13-22, with the factor for few clusters
that is usual, and a t distribution with one degree of freedom less than there are clusters). The
negative binomial is the one whose variance is mu + alpha mu² (Lawless, Can. J. Stat. 15, 1987,
209-225).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from contrechamp.measure.disparity.cannot import CannotTellError

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: With fewer clusters their errors say nothing; with fewer areas to a column a fit follows noise.
FEWEST_CLUSTERS, AREAS_A_COLUMN = 10, 5
_STEADY, _MOST_STEPS = 1e-10, 200
#: Of alpha: below the first the counts are as good as Poisson's.
_ALPHA_LOGS: Final = (-12.0, 6.0)
#: Columns that differ from a mix of the others by no more than this share cannot be told apart.
_COLLINEAR: Final = 1e-8
#: No log rate is farther from the offset: beyond it a column tells areas with cameras from others.
_FARTHEST_LOG: Final = 30.0


@dataclass(frozen=True)
class Fit:
    """A fitted regression.

    Args:
        coefficient: (k,) logs of rate ratios; the first is the constant.
        covariance: (k, k) of the coefficients, by clusters.
        alpha: by which counts vary more than Poisson's; 0 for Poisson.
        log_likelihood: at the fit.
        expected: (n,) counts.
        n_clusters: how many clusters there are.
    """

    coefficient: F8
    covariance: F8
    alpha: float
    log_likelihood: float
    expected: F8
    n_clusters: int

    @property
    def bic(self) -> float:
        """Bayes' information criterion (Schwarz, Ann. Stat. 6, 1978, 461-464)."""
        k = len(self.coefficient) + (self.alpha > 0.0)
        return k * float(np.log(len(self.expected))) - 2.0 * self.log_likelihood

    def interval(self, column: int, share: float = 0.9) -> tuple[float, float]:
        """Return what holds the coefficient of a column in this share of cases."""
        wide = float(stats.t.ppf(0.5 + share / 2.0, self.n_clusters - 1)) * self.error(column)
        return self.coefficient[column] - wide, self.coefficient[column] + wide

    def error(self, column: int) -> float:
        """Return the standard error of a coefficient."""
        return float(np.sqrt(self.covariance[column, column]))

    def p(self, column: int) -> float:
        """Return how often chance alone would put a coefficient this far from zero."""
        away = abs(self.coefficient[column]) / self.error(column)
        return float(2.0 * stats.t.sf(away, self.n_clusters - 1))

    def pearson(self, counts: F8) -> F8:
        """Return the residuals, (n,), with a variance of one if the model holds."""
        spread = np.sqrt(self.expected + self.alpha * self.expected**2)
        return np.asarray((counts - self.expected) / spread, np.float64)


def poisson(counts: F8, columns: F8, offset: F8, cluster: I8) -> Fit:
    """Fit a Poisson regression; for `Args` and errors see `negative_binomial`."""
    x = _checked(counts, columns, cluster)
    coefficient, mu = _fit(counts, x, offset, 0.0)
    likelihood = float((counts * np.log(mu) - mu - special.gammaln(counts + 1.0)).sum())
    return _with_errors(counts, x, cluster, coefficient, mu, 0.0, likelihood)


def negative_binomial(counts: F8, columns: F8, offset: F8, cluster: I8) -> Fit:
    """Fit a negative binomial regression by maximum likelihood.

    Args:
        counts: (n,) whole numbers, 0 or more.
        columns: (n, k) what areas are like, without a constant; best with a deviation near 1.
        offset: (n,) log of what a count is in proportion to.
        cluster: (n,) numbers of clusters from 0.

    Raises:
        CannotTellError: if there are too few areas or clusters, no count above zero, a column that
            does not vary or follows from others, or a fit that runs away.
    """
    x = _checked(counts, columns, cluster)

    def likelihood(log_alpha: float) -> float:
        alpha = float(np.exp(log_alpha))
        return -_log_likelihood(counts, _fit(counts, x, offset, alpha)[1], alpha)

    # From a grid: where counts vary no more than Poisson's, the likelihood is flat to the left.
    grid = np.linspace(*_ALPHA_LOGS, 19)
    best = int(np.argmin([likelihood(one) for one in grid.tolist()]))
    ends = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    found = optimize.minimize_scalar(
        likelihood, bounds=ends, method="bounded", options={"xatol": 1e-8}
    )
    alpha = float(np.exp(found.x))
    coefficient, mu = _fit(counts, x, offset, alpha)
    told = _log_likelihood(counts, mu, alpha)
    return _with_errors(counts, x, cluster, coefficient, mu, alpha, told)


def _checked(counts: F8, columns: F8, cluster: I8) -> F8:
    """Return the columns behind a constant, if a regression can be fitted."""
    n, k = columns.shape
    if n < AREAS_A_COLUMN * (k + 1):
        raise CannotTellError("few-areas")
    if len(np.unique(cluster)) < FEWEST_CLUSTERS:
        raise CannotTellError("few-clusters")
    if not counts.any():
        raise CannotTellError("no-cameras")
    if not np.isfinite(columns).all():
        raise CannotTellError("values-missing")
    spread = columns.std(axis=0)
    if (spread <= _COLLINEAR * np.maximum(np.abs(columns).max(axis=0), 1e-300)).any():
        raise CannotTellError("no-variation")
    x = np.column_stack((np.ones(n), columns))
    singular = np.linalg.svd(x / np.sqrt((x**2).sum(axis=0)), compute_uv=False)
    if singular[-1] < _COLLINEAR * singular[0]:
        raise CannotTellError("collinear")
    return x


def _fit(y: F8, x: F8, offset: F8, alpha: float) -> tuple[F8, F8]:
    """Return coefficients and expected counts, by Newton's steps, halved where they overshoot.

    The likelihood is concave in the coefficients, whatever alpha is.
    """
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(y.sum() / np.exp(offset).sum())
    mu = np.exp(x @ beta + offset)
    now = _log_likelihood(y, mu, alpha)
    for _step in range(_MOST_STEPS):
        weight = mu * (1.0 + alpha * y) / (1.0 + alpha * mu) ** 2
        score = x.T @ ((y - mu) / (1.0 + alpha * mu))
        step = np.linalg.solve((x * weight[:, None]).T @ x, score)
        for _half in range(30):
            eta = x @ (beta + step)
            if np.abs(eta).max() < _FARTHEST_LOG:
                mu_then = np.exp(eta + offset)
                then = _log_likelihood(y, mu_then, alpha)
                if then >= now - 1e-9 * abs(now):
                    break
            step = step / 2.0
        else:
            raise CannotTellError("not-settled")
        beta, mu, now = beta + step, mu_then, then
        if np.abs(step).max() < _STEADY * (1.0 + np.abs(beta).max()):
            return beta, mu
    raise CannotTellError("not-settled")


def _log_likelihood(y: F8, mu: F8, alpha: float) -> float:
    if alpha <= 0.0:
        return float((y * np.log(mu) - mu - special.gammaln(y + 1.0)).sum())
    r = 1.0 / alpha
    # log of mu/(r+mu) and of r/(r+mu); gammaln differences lose digits where r is large.
    rising = special.gammaln(y + r) - special.gammaln(r)
    if r > 1e4:
        rising = y * np.log(r) + y * (y - 1.0) / (2.0 * r)
    told = rising - special.gammaln(y + 1.0) - (r + y) * np.log1p(mu / r) + y * np.log(mu / r)
    return float(told.sum())


def _with_errors(
    y: F8, x: F8, cluster: I8, beta: F8, mu: F8, alpha: float, likelihood: float
) -> Fit:
    weight = mu * (1.0 + alpha * y) / (1.0 + alpha * mu) ** 2  # observed, not expected
    bread = np.linalg.inv((x * weight[:, None]).T @ x)
    number = np.unique(cluster, return_inverse=True)[1].ravel()
    scores = np.zeros((number.max() + 1, x.shape[1]))
    np.add.at(scores, number, x * ((y - mu) / (1.0 + alpha * mu))[:, None])
    n, k, g = len(y), x.shape[1], len(scores)
    few = g / (g - 1.0) * (n - 1.0) / (n - k)
    covariance = few * bread @ (scores.T @ scores) @ bread
    return Fit(beta, covariance, alpha, likelihood, mu, g)
