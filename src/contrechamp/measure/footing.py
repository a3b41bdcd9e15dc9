"""On what ground buildings and all else stand, where the ground is not flat."""

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.exposure import Ground
from contrechamp.measure.heights import BuildingHeights
from contrechamp.measure.screen_heights import ScreenHeights
from contrechamp.scene.height_grid import Relief
from contrechamp.sight.relief.surface import Surface, grounds_at
from contrechamp.sight.relief.views import Standing

F8 = NDArray[np.float64]


def ground_of(
    relief: Relief,
    bodies: NDArray[np.object_],
    heights: BuildingHeights,
    screens: ScreenHeights | None,
    target_height_m: float,
) -> Ground:
    """Return the ground of a stage, and what stands on it.

    A building stands on the lowest ground along its outline, from which OpenStreetMap counts its
    height (wiki, "Simple 3D Buildings": to the roof from the lowest point of contact with the
    ground). Walls, hedges and fences follow the ground.

    Args:
        relief: of the scene.
        bodies: the footprints of buildings, then the grounds of screens.
        heights: of the buildings.
        screens: the screens, if there are any.
        target_height_m: of targets above the ground.
    """
    surface = Surface(relief.height_m, relief.west, relief.south, relief.cell_m)
    xy, of = shapely.get_coordinates(bodies, return_index=True)
    foot = np.full(len(bodies), np.inf)
    np.minimum.at(foot, of, grounds_at(surface, *np.ascontiguousarray(xy.T)))
    top, bottom = heights.known_m, heights.bottom_m
    follows = np.zeros(len(bodies), bool)
    if screens is not None:
        follows[len(top) :] = True
        top = np.concatenate((top, _tops_of(screens)))
        bottom = np.concatenate((bottom, screens.bottom_m))
    standing = Standing(foot, follows, np.ascontiguousarray(top), np.ascontiguousarray(bottom))
    return Ground(surface, standing, target_height_m)


def _tops_of(screens: ScreenHeights) -> F8:
    """Return the tops of screens that are the same in all draws; NaN for the others."""
    tops = screens.at(np.full((1, len(screens.ids)), 0.5))[0]
    return np.where(screens.drawn_by < 0, tops, np.nan)
