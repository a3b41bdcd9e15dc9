"""Which wall a camera hangs on: by where it is drawn and where it looks, with what stays open.

Of a camera drawn inside a house that looks in no direction known, any side may be meant, and the
nearer the likelier: each metre of outer wall weighs by one over the square of its distance, so that
it makes no difference into how many pieces a map cuts a wall. Where the direction is known, it is
the nearest wall that leaves it free.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.sight.arrays import F8, I8

Mask = NDArray[np.bool_]

#: How far a known direction may point into a wall before the two contradict each other: directions
#: are mapped in steps of a compass, and outlines are drawn by eye.
INTO_WALL_DEG = 10.0
#: A side of a house that is less likely than this to be meant is left out.
LEAST_SHARE = 0.05
#: How often the wall is right of a camera whose direction points into it, and how often it is the
#: direction, and the camera hangs on another side of the house or stands free: neither is known.
WALL_RIGHT = 0.5
#: Walls that face within one of so many sectors are a side of a house.
_SIDES = 8
#: A point this close to a footprint is on its outline.
_AT_M = 0.01
#: A wall is not nearer than this when it is weighed.
_LEAST_AWAY_M = 0.05


@dataclass(frozen=True)
class Homes:
    """Which walls cameras may hang on.

    Args:
        footprints: buildings.
        tree: over them.
        walls: lines of the outer outlines, with the building on the left.
        inside: (n,) whether each camera is drawn inside a building.
        tolerance_m: how far a wall may be from a camera that is not.
    """

    footprints: NDArray[np.object_]
    tree: shapely.STRtree
    walls: NDArray[np.object_]
    inside: Mask
    tolerance_m: float

    def near(self, point: Any, wall_tree: shapely.STRtree) -> I8:
        """Return the walls within the tolerance of a camera, the nearest first."""
        near = np.sort(wall_tree.query(point, predicate="dwithin", distance=self.tolerance_m))
        return self._nearest_first(near, point)

    def of_house(self, point: Any, wall_tree: shapely.STRtree) -> I8:
        """Return the outer walls of the houses that a camera is in, or before, nearest first."""
        home = self.footprints[self.tree.query(point, predicate="within")]
        if not len(home):
            close = self.tree.query(point, predicate="dwithin", distance=self.tolerance_m)
            home = self.footprints[close]
        reach = float(np.max(shapely.length(home))) / 2.0 + self.tolerance_m
        near = np.sort(wall_tree.query(point, predicate="dwithin", distance=reach))
        foot = shapely.get_point(shapely.shortest_line(self.walls[near], point), 0)
        own = np.min([shapely.distance(one, foot) for one in home], axis=0) <= _AT_M
        return self._nearest_first(near[own], point)

    def _nearest_first(self, walls: I8, point: Any) -> I8:
        away = shapely.distance(self.walls[walls], point)
        order: I8 = walls[np.argsort(away, kind="stable")]
        return order


@dataclass(frozen=True)
class Choice:
    """The walls that may be meant, a row each, those of a camera together, the nearest first.

    Args:
        camera: (m,) ascending.
        wall: (m,) its wall; -1 for a camera that stands free where it was drawn.
        share: (m,) those of a camera sum to 1.
        contradicts: (m,) whether the camera looks into each wall that is near enough to hold it.
        looks_as_given: (m,) whether the direction that was given holds there.
    """

    camera: I8
    wall: I8
    share: F8
    contradicts: Mask
    looks_as_given: Mask


def choose(
    points: NDArray[np.object_],
    heading_deg: F8,
    nearest: I8,
    homes: Homes,
    wall_tree: shapely.STRtree,
) -> Choice:
    """Return which walls cameras may hang on.

    Args:
        points: cameras.
        heading_deg: (n,) where they look, clockwise from the plane's north; NaN where not known.
        nearest: (n,) the nearest wall of each.
        homes: which walls may hold them.
        wall_tree: over the walls.
    """
    ends = shapely.get_coordinates(homes.walls).reshape(-1, 2, 2)
    vectors = ends[:, 1] - ends[:, 0]
    along_deg = np.degrees(np.arctan2(vectors[:, 0], vectors[:, 1]))

    def into_deg(wall: I8, heading: F8) -> F8:
        """How far a direction points into a wall: the free ones are 180 clockwise from along it."""
        turn = (heading - along_deg[wall]) % 360.0
        into: F8 = np.where(turn <= 180.0, 0.0, np.minimum(turn - 180.0, 360.0 - turn))
        return into

    def leaves_free(walls: I8, heading: float) -> I8:
        free: I8 = walls[into_deg(walls, np.full(len(walls), heading)) <= INTO_WALL_DEG]
        return free

    turned_away = into_deg(nearest, heading_deg) > INTO_WALL_DEG
    rows: list[tuple[int, int, float, bool, bool]] = []
    for camera, first in enumerate(nearest.tolist()):
        point, heading, inside = points[camera], float(heading_deg[camera]), homes.inside[camera]
        if not turned_away[camera] and not (np.isnan(heading) and inside):
            rows.append((camera, first, 1.0, False, True))
            continue
        of_house = homes.of_house(point, wall_tree)
        if not turned_away[camera]:
            if first not in of_house:  # of the house next door, nearer than any of its own
                of_house = np.concatenate(([first], of_house))
            at = shapely.get_coordinates(point)[0]
            sides = _sides(at, of_house, ends[of_house], along_deg[of_house])
            rows += [(camera, wall, share, False, True) for wall, share in sides]
            continue
        may_hold = of_house if inside else homes.near(point, wall_tree)
        free = leaves_free(may_hold, heading)
        if len(free):
            rows.append((camera, int(free[0]), 1.0, False, True))
            continue
        elsewhere = leaves_free(of_house, heading)
        right = 1.0 if inside else WALL_RIGHT
        rows.append((camera, first, right, True, False))
        if right < 1.0:  # another side of the house, or it stands free
            wall = int(elsewhere[0]) if len(elsewhere) else -1
            rows.append((camera, wall, 1.0 - right, True, True))
    return Choice(*map(np.array, zip(*rows, strict=True)))


def _sides(point: F8, walls: I8, ends: F8, along_deg: F8) -> list[tuple[int, float]]:
    """Return a wall of each side of a house that may be meant, with its share.

    Args:
        point: (2,) the camera.
        walls: (k,) that may hold it, the nearest first.
        ends: (k, 2, 2) of these walls.
        along_deg: (k,) their directions.
    """
    weight = _weight(point, ends)
    side = np.rint(along_deg / (360.0 / _SIDES)).astype(np.int64) % _SIDES
    total = np.bincount(side, weight, minlength=_SIDES) / weight.sum()
    # Sides in the order of their nearest walls; the first is never left out.
    sides, at = np.unique(side, return_index=True)
    sides = sides[np.argsort(at)]
    kept = sides[(total[sides] >= LEAST_SHARE) | (sides == side[0])]
    shares = total[kept] / total[kept].sum()
    nearest = walls[[int(np.argmax(side == one)) for one in kept]]
    return list(zip(nearest.tolist(), shares.tolist(), strict=True))


def _weight(point: F8, ends: F8) -> F8:
    """Return the integral of one over the squared distance along each wall, (k,)."""
    vectors = ends[:, 1] - ends[:, 0]
    length = np.hypot(vectors[:, 0], vectors[:, 1])
    unit = vectors / length[:, None]
    to_start = ends[:, 0] - point
    along = np.sum(to_start * unit, axis=1)
    across = np.abs(to_start[:, 0] * unit[:, 1] - to_start[:, 1] * unit[:, 0])
    across = np.maximum(across, _LEAST_AWAY_M)
    weight: F8 = (np.arctan((along + length) / across) - np.arctan(along / across)) / across
    return weight
