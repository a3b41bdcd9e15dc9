"""People counted in one set of areas, told for another: areal interpolation with its error.

A count is divided by the ground that the areas share (areal weighting: Goodchild and Lam,
Geo-Processing 1, 1980, 297-312). Nobody knows where in a cell its people live; so the shares are
drawn, as if the people of a cell lived in a few places that lie anywhere in it alike: a Dirichlet
distribution, whose means are the shares of the ground. A cell that lies in one area whole has no
such error.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Shapes = NDArray[np.object_]

#: As if the people of a cell lived in this many places. An assumption: in a 250 m cell of a town, a
#: few large houses hold most people.
PLACES: Final = 5
#: Areas that share no more of the smaller one than this touch, as borders drawn twice do.
TOUCHING: Final = 0.01
#: Shares of ground below this are a border drawn twice.
_SLIVER: Final = 1e-6


@dataclass(frozen=True)
class Shares:
    """How much of the ground of each source lies in each target.

    Args:
        source: (n,) row of the source, ascending.
        target: (n,) row of the target.
        share: (n,) of the ground of the source, above 0 and up to 1.
        n_sources: how many sources there are.
        n_targets: how many targets there are.
    """

    source: I8
    target: I8
    share: F8
    n_sources: int
    n_targets: int

    @property
    def within(self) -> F8:
        """(n_sources,) share of the ground of each that lies in any target."""
        found = np.bincount(self.source, self.share, self.n_sources)
        return np.minimum(found, 1.0)


def shares(sources: Shapes, targets: Shapes) -> Shares:
    """Return how much of each source lies in each target.

    Args:
        sources: (n_sources,) polygons, metric, with an area; they overlap nowhere.
        targets: (n_targets,) polygons on the same plane; they overlap nowhere.
    """
    target, source = shapely.STRtree(sources).query(targets, predicate="intersects")
    cut = shapely.area(shapely.intersection(sources[source], targets[target]))
    share = cut / shapely.area(sources[source])
    kept = np.flatnonzero(share > _SLIVER)
    kept = kept[np.lexsort((target[kept], source[kept]))]
    whole = np.where(share > 1.0 - _SLIVER, 1.0, share)
    return Shares(source[kept], target[kept], whole[kept], len(sources), len(targets))


def interpolated(of: Shares, counts: F8) -> F8:
    """Return the expected count of each target, (n_targets,).

    Args:
        of: from `shares`.
        counts: (n_sources,) of the sources.
    """
    found = np.bincount(of.target, of.share * counts[of.source], of.n_targets)
    return np.asarray(found, np.float64)


def drawn_shares(of: Shares, n_draws: int, rng: np.random.Generator) -> F8:
    """Draw which share of the people of each source lives in each target, (n_draws, n).

    Args:
        of: from `shares`.
        n_draws: how many draws.
        rng: for the shares.
    """
    weight = rng.gamma(of.share * (PLACES - 1), size=(n_draws, len(of.share)))
    rest = np.maximum(1.0 - of.within, 0.0)
    whole = rng.gamma(rest * (PLACES - 1), size=(n_draws, of.n_sources))
    first = np.searchsorted(of.source, np.arange(of.n_sources))
    some = np.diff(np.append(first, len(of.source))) > 0
    if some.any():
        whole[:, some] += np.add.reduceat(weight, first[some], axis=1)
    share = weight / np.maximum(whole[:, of.source], np.finfo(float).tiny)
    return np.where(of.share >= 1.0, 1.0, share)


def added_up(of: Shares, share: F8, counts: F8) -> F8:
    """Return the people of each target, (n_draws, n_targets).

    Args:
        of: from `shares`.
        share: (n_draws, n) from `drawn_shares`.
        counts: (n_draws, n_sources).
    """
    found = np.zeros((of.n_targets, len(share)))
    np.add.at(found, of.target, (share * counts[:, of.source]).T)
    return np.ascontiguousarray(found.T)


def overlapping(areas: Shapes) -> tuple[int, int] | None:
    """Return the first two areas that lie over each other, as rows; None where none do.

    Args:
        areas: (n,) polygons, metric.
    """
    a, b = shapely.STRtree(areas).query(areas, predicate="intersects")
    a, b = a[a < b], b[a < b]
    ground = shapely.area(areas)
    shared = shapely.area(shapely.intersection(areas[a], areas[b]))
    over = np.flatnonzero(shared > TOUCHING * np.minimum(ground[a], ground[b]))
    return (int(a[over[0]]), int(b[over[0]])) if len(over) else None
