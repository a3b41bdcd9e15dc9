"""Heights of what stands free, and whether it hides: mapped, or drawn from the table of priors."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.priors import Priors, Quantiles
from contrechamp.scene.screen_fields import SCREENS

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: The top of what hides nothing in a draw: below the lowest target.
NOTHING_M = -1.0
#: A camera this near the ground that a screen takes stands on it, or hangs on it.
AT_SCREEN_M = 0.25
#: How far the opening that is left around such a camera reaches beyond the screen.
OPENING_M = 0.5


@dataclass(frozen=True)
class ScreenHeights:
    """What is known of the heights of some screens.

    Args:
        kind: (n,) of `screen_fields.SCREENS`.
        known_m: (n,) tops, metres above the ground; NaN where not known.
        bottom_m: (n,) bottoms, metres above the ground.
        hides_share: (n,) in which share of the draws each hides anything.
        ids: of the screens of which anything is drawn, each once.
        drawn_by: (n,) which of `ids` each draws by; -1 where nothing is drawn.
        prior: kind -> heights where they are not known.
    """

    kind: NDArray[np.str_]
    known_m: F8
    bottom_m: F8
    hides_share: F8
    ids: tuple[str, ...]
    drawn_by: I8
    prior: Mapping[str, Quantiles]

    @property
    def drawn(self) -> bool:
        """Whether any height is uncertain, or whether anything hides."""
        return len(self.ids) > 0

    def at(self, probability: F8) -> F8:
        """Return the heights at these probabilities of their distributions.

        A screen that hides nothing in a draw is as one of no height: the least of its heights.

        Args:
            probability: (n_draws, len(ids)), 0..1.

        Returns:
            (n_draws, n) metres above the ground; `NOTHING_M` for what hides nothing.
        """
        n_draws = len(probability)
        u = np.full((n_draws, len(self.kind)), 0.5)
        by = np.flatnonzero(self.drawn_by >= 0)
        u[:, by] = probability[:, self.drawn_by[by]]
        share = self.hides_share
        # What is left of the probability once it hides.
        rest = np.where(share > 0.0, (u - (1.0 - share)) / np.where(share > 0.0, share, 1.0), -1.0)
        heights = np.repeat(self.known_m[None, :], n_draws, axis=0)
        unknown = np.isnan(self.known_m)
        for kind, prior in self.prior.items():
            of_kind = unknown & (self.kind == kind)
            heights[:, of_kind] = prior.at(np.clip(rest[:, of_kind], 0.0, 1.0))
        hides = (share >= 1.0) | (rest >= 0.0)
        return np.where(hides & (heights > self.bottom_m), heights, NOTHING_M)


def screen_heights(screens: gpd.GeoDataFrame, priors: Priors) -> ScreenHeights:
    """Collect what is known of the heights of screens (`SCREEN_COLUMNS`)."""
    kind = screens["kind"].to_numpy(str)
    known_m = screens["height_m"].to_numpy(np.float64)
    share = screens["hides_share"].to_numpy(np.float64)
    prior = {name: priors.of("screen_height_m", name) for name in SCREENS}
    fixed = np.array([prior[name].fixed for name in kind], bool)
    drawn = (share > 0.0) & ((share < 1.0) | (np.isnan(known_m) & ~fixed))
    ids, which = np.unique(screens["id"].to_numpy(str)[drawn], return_inverse=True)
    drawn_by = np.full(len(screens), -1, np.int64)
    drawn_by[drawn] = which
    return ScreenHeights(
        kind=kind,
        known_m=known_m,
        bottom_m=screens["min_height_m"].to_numpy(np.float64),
        hides_share=share,
        ids=tuple(ids.tolist()),
        drawn_by=drawn_by,
        prior=prior,
    )


def clear_of_cameras(screens: gpd.GeoDataFrame, x: F8, y: F8) -> gpd.GeoDataFrame:
    """Return screens with an opening around each camera that stands or hangs on one.

    A camera mapped on a wall or hedge stands on top of it or before it, and neither which nor on
    which side is mapped: what is right around it hides nothing, and neither side is lost.

    Args:
        screens: `SCREEN_COLUMNS`, Polygons.
        x: (n,) of the cameras, metres east.
        y: (n,) metres north.
    """
    grounds = screens.geometry.to_numpy().copy()
    at = shapely.points(x, y)
    camera, screen = shapely.STRtree(grounds).query(at, predicate="dwithin", distance=AT_SCREEN_M)
    if not len(camera):
        return screens
    for one, which in zip(camera.tolist(), screen.tolist(), strict=True):
        out_m = shapely.distance(at[one], shapely.boundary(grounds[which])) + OPENING_M
        grounds[which] = shapely.difference(grounds[which], shapely.buffer(at[one], out_m))
    parts, row = shapely.get_parts(grounds, return_index=True)
    solid = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
    left = screens.iloc[row[solid]].reset_index(drop=True)
    return left.set_geometry(parts[solid], crs=screens.crs)
