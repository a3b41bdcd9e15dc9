"""Heights of buildings: mapped, or taken from nearby buildings."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from contrechamp.measure.priors import Priors, Quantiles

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: A building without a height takes that of one of this many nearest buildings that have one.
NEIGHBOURS = 20
#: With fewer known heights than this in the whole extract, the table of priors is used.
FEWEST_KNOWN = 5
#: A building off the ground is at least one floor higher than its bottom.
FLOOR_M = 3.0


@dataclass(frozen=True)
class BuildingHeights:
    """What is known of the heights of some buildings.

    Args:
        known_m: (n,) tops, metres above the ground; NaN where not known.
        bottom_m: (n,) bottoms, metres above the ground.
        unknown: (n_unknown,) rows of the buildings whose height is not known.
        ids: (n_unknown,) their ids; parts of one building share its id, and so draw one height.
        around_m: (n_unknown, k) heights of the nearest buildings that have one, ascending; k is 0
            where the table of priors is used.
        prior: the row of that table.
    """

    known_m: F8
    bottom_m: F8
    unknown: I8
    ids: tuple[str, ...]
    around_m: F8
    prior: Quantiles

    @property
    def drawn(self) -> bool:
        """Whether any height is uncertain."""
        varies = np.ptp(self.around_m, axis=1).any() if self.around_m.shape[1] else False
        return bool(varies) or (
            self.around_m.shape[1] == 0 and len(self.unknown) > 0 and not self.prior.fixed
        )

    def at(self, probability: F8) -> F8:
        """Return the heights at these probabilities of their distributions.

        Args:
            probability: (n_draws, n_unknown), 0..1.

        Returns:
            (n_draws, n) metres above the ground. An unknown height is one of the heights around
            (their empirical distribution, not interpolated), or the quantile of the prior.
        """
        heights = np.repeat(self.known_m[None, :], len(probability), axis=0)
        k = self.around_m.shape[1]
        if k:
            which = np.minimum((probability * k).astype(np.int64), k - 1)
            drawn = self.around_m[np.arange(len(self.unknown)), which]
        else:
            drawn = self.prior.at(probability)
        heights[:, self.unknown] = np.maximum(drawn, self.bottom_m[self.unknown] + FLOOR_M)
        return heights


def building_heights(buildings: gpd.GeoDataFrame, priors: Priors, rows: I8) -> BuildingHeights:
    """Collect what is known of the heights of the buildings in `rows` of the building table.

    The heights around a building may be those of buildings that are not in `rows`, so that leaving
    out buildings beyond the range of all cameras does not change the others.
    """
    height = buildings["height_m"].to_numpy(np.float64)
    bottom = np.nan_to_num(buildings["min_height_m"].to_numpy(np.float64))[rows]
    unknown = np.flatnonzero(np.isnan(height[rows]))
    has_height = np.flatnonzero(~np.isnan(height))
    around = np.empty((len(unknown), 0))
    if priors.heights_around and len(has_height) >= FEWEST_KNOWN and len(unknown):
        middle = shapely.get_coordinates(shapely.centroid(buildings.geometry.to_numpy()))
        tree = cKDTree(middle[has_height])
        nearest = tree.query(middle[rows[unknown]], k=min(NEIGHBOURS, len(has_height)))[1]
        around = np.sort(height[has_height[nearest]], axis=1)
    return BuildingHeights(
        known_m=height[rows],
        bottom_m=bottom,
        unknown=unknown,
        ids=tuple(buildings["id"].to_numpy(str)[rows[unknown]]),
        around_m=around,
        prior=priors.of("building_height_m"),
    )
