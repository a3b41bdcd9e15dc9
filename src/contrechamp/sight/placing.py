"""Where a camera really is: on the outer side of the wall that holds it.

Surveys and maps put a camera on the outline of a building, or inside it. Because it hangs on the
wall, it is moved to the nearest point of the outer outline of all the adjoining buildings (a wall
shared by two houses has no outer side), and cannot look into that wall. Where the direction in
which it looks is known, it takes part: the nearest wall is then the nearest one that leaves this
direction free. A camera that looks into every wall that it could hang on contradicts itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.sight.arrays import F8, I8
from contrechamp.sight.walls import Walls

#: A camera this close to an outline is on it, and is put this far in front of it: on the very line
#: there is no telling which side it looks from.
ON_OUTLINE_M = 1e-3
#: A slit of less mean width than this is an artefact of rounding.
LEAST_SLIT_M = 1e-6
#: How far the fill of a slit overlaps its walls.
OVERLAP_M = 1e-5
#: Halvings of the distance to a wall: from 5 cm to less than a millimetre.
MOST_HALVED = 6
#: How far a known direction may point into a wall before the two contradict each other: directions
#: are mapped in steps of a compass, and outlines are drawn by eye.
INTO_WALL_DEG = 10.0
#: A point this close to a footprint is on its outline.
_AT_M = 0.01
#: Limit of a mitre, in offsets from corner to offset corner: 1.41 at a right angle, this at 84
#: degrees.
SHARPEST = 1.5


@dataclass(frozen=True)
class Placed:
    """Positions of cameras; arrays of shape (n,), metres and degrees.

    Args:
        x: metres east.
        y: metres north.
        moved_m: distance from the position that was given.
        on_wall: whether a wall holds the camera.
        free_from_deg: the first direction that the wall leaves free, clockwise from north.
        free_width_deg: angle of the free directions, clockwise from there: 360 without a wall, 180
            on a straight wall, more on a corner, less in a niche.
        into_wall: whether the direction that was given points into the wall; it is on the nearest.
    """

    x: F8
    y: F8
    moved_m: F8
    on_wall: NDArray[np.bool_]
    free_from_deg: F8
    free_width_deg: F8
    into_wall: NDArray[np.bool_]


def place(
    x: F8,
    y: F8,
    footprints: NDArray[np.object_],
    *,
    tolerance_m: float = 1.0,
    offset_m: float = 0.05,
    may_be_on_wall: NDArray[np.bool_] | None = None,
    may_be_inside: NDArray[np.bool_] | None = None,
    heading_deg: F8 | None = None,
    tree: shapely.STRtree | None = None,
) -> Placed:
    """Move cameras that hang on a wall to its outer side.

    A camera hangs on a wall if it lies inside a footprint or within `tolerance_m` of one.

    Args:
        x: (n,) metres east.
        y: (n,) metres north.
        footprints: (m,) valid shapely Polygons.
        tolerance_m: how far from an outline a camera still hangs on it.
        offset_m: how far in front of the wall the lens is put.
        may_be_on_wall: (n,) False for cameras that stand free even if a wall is near (on a pole);
            one inside a footprint is moved out all the same.
        may_be_inside: (n,) True for cameras that stay where they are inside a footprint (indoor,
            or on a mast above the roof).
        heading_deg: (n,) where they look, clockwise from the plane's north; NaN where not known.
        tree: over the footprints, if the caller has one: building that of a city takes a while.
    """
    n = len(x)
    x, y = np.asarray(x, float).copy(), np.asarray(y, float).copy()
    placed = Placed(
        x, y, np.zeros(n), np.zeros(n, bool), np.zeros(n), np.full(n, 360.0), np.zeros(n, bool)
    )
    if n == 0 or len(footprints) == 0:
        return placed
    points = shapely.points(x, y)
    tree = shapely.STRtree(footprints) if tree is None else tree
    inside, _ = tree.query(points, predicate="within")
    close, _ = tree.query(points, predicate="dwithin", distance=tolerance_m)
    is_inside, held = np.zeros(n, bool), np.zeros(n, bool)
    is_inside[inside] = True
    held[close] = True
    if may_be_on_wall is not None:
        held &= may_be_on_wall | is_inside
    if may_be_inside is not None:
        held &= ~(may_be_inside & is_inside)
    cameras = np.flatnonzero(held)
    if len(cameras) == 0:
        return placed

    corners, before, after = _outer_corners(points[cameras], footprints, tree, 2 * offset_m)
    walls = shapely.linestrings(np.stack([corners, corners + before], axis=1))
    wall = shapely.STRtree(walls).nearest(points[cameras])
    if heading_deg is not None:
        homes = _Homes(footprints, tree, is_inside[cameras], tolerance_m)
        wall, placed.into_wall[cameras] = _by_direction(
            points[cameras], np.asarray(heading_deg, float)[cameras], wall, walls, homes
        )
    start, direction = corners[wall], before[wall]
    length = np.hypot(direction[:, 0], direction[:, 1])
    direction = direction / length[:, None]
    given = np.column_stack((x[cameras], y[cameras]))
    along = np.clip(np.sum((given - start) * direction, axis=1), 0.0, length)
    foot = start + along[:, None] * direction

    # Directions of the outline as it leaves and reaches the foot: two walls at a corner.
    ahead, behind = direction.copy(), direction.copy()
    at_start, at_end = along <= 1e-6, along >= length - 1e-6
    behind[at_start] = after[wall[at_start], :2]
    ahead[at_end] = after[wall[at_end], 2:]
    # The building is on the left of the outline: the directions clockwise from straight ahead to
    # straight back are free.
    first = np.degrees(np.arctan2(ahead[:, 0], ahead[:, 1]))
    last = np.degrees(np.arctan2(-behind[:, 0], -behind[:, 1]))
    width = (last - first) % 360.0
    middle = np.radians(first + width / 2.0)
    out = np.column_stack((np.sin(middle), np.cos(middle)))
    x[cameras], y[cameras] = _before(foot, out, offset_m, tree).T
    placed.moved_m[cameras] = np.hypot(x[cameras] - given[:, 0], y[cameras] - given[:, 1])
    placed.on_wall[cameras] = True
    placed.free_from_deg[cameras] = first % 360.0
    placed.free_width_deg[cameras] = width
    return placed


@dataclass(frozen=True)
class _Homes:
    """Which walls cameras may hang on.

    Args:
        footprints: buildings.
        tree: over them.
        inside: (n,) whether each camera is drawn inside a building.
        tolerance_m: how far a wall may be from a camera that is not.
    """

    footprints: NDArray[np.object_]
    tree: shapely.STRtree
    inside: NDArray[np.bool_]
    tolerance_m: float

    def may_hold(self, camera: int, point: Any, walls: NDArray[np.object_]) -> I8:
        """Return the walls that may hold a camera, the nearest first.

        One that is drawn inside a building may hang on any outer wall of it.
        """
        away = shapely.distance(walls, point)
        if self.inside[camera]:
            home = self.footprints[self.tree.query(point, predicate="within")]
            reach = float(np.max(shapely.length(home))) / 2.0
            near = np.flatnonzero(away <= reach)
            foot = shapely.get_point(shapely.shortest_line(walls[near], point), 0)
            own = np.min([shapely.distance(one, foot) for one in home], axis=0) <= _AT_M
            near = near[own]
        else:
            near = np.flatnonzero(away <= self.tolerance_m)
        order: I8 = near[np.argsort(away[near], kind="stable")]
        return order


def _by_direction(
    points: NDArray[np.object_],
    heading_deg: F8,
    nearest: I8,
    walls: NDArray[np.object_],
    homes: _Homes,
) -> tuple[I8, NDArray[np.bool_]]:
    """Return the walls that cameras hang on by where they look, and which look into theirs.

    Args:
        points: cameras.
        heading_deg: (n,) NaN where not known.
        nearest: (n,) the nearest wall of each.
        walls: lines, with the building on the left.
        homes: which walls may hold them.
    """
    ends = shapely.get_coordinates(walls).reshape(-1, 2, 2)
    vectors = ends[:, 1] - ends[:, 0]
    along_deg = np.degrees(np.arctan2(vectors[:, 0], vectors[:, 1]))

    def into_deg(wall: I8, heading: F8) -> F8:
        """How far a direction points into a wall: the free ones are 180 clockwise from along it."""
        turn = (heading - along_deg[wall]) % 360.0
        into: F8 = np.where(turn <= 180.0, 0.0, np.minimum(turn - 180.0, 360.0 - turn))
        return into

    chosen, contradicts = nearest.copy(), np.zeros(len(points), bool)
    for camera in np.flatnonzero(into_deg(nearest, heading_deg) > INTO_WALL_DEG):
        possible = homes.may_hold(int(camera), points[camera], walls)
        heading = np.full(len(possible), heading_deg[camera])
        free = possible[into_deg(possible, heading) <= INTO_WALL_DEG]
        if len(free):
            chosen[camera] = free[0]
        else:
            contradicts[camera] = True
    return chosen, contradicts


def _before(foot: F8, out: F8, offset_m: float, tree: shapely.STRtree) -> F8:
    """Return positions in front of walls, closer where a sharp niche leaves less room.

    Args:
        foot: (n, 2) positions on walls.
        out: (n, 2) unit directions away from them.
        offset_m: how far in front of the wall, if there is room.
        tree: over the footprints.
    """
    offset = np.full((len(foot), 1), offset_m)
    for _halved in range(MOST_HALVED):
        inside = tree.query(shapely.points(foot + offset * out), predicate="intersects")[0]
        if len(inside) == 0:
            break
        offset[np.unique(inside)] /= 2
    return foot + offset * out


def _outer_corners(
    points: NDArray[np.object_],
    footprints: NDArray[np.object_],
    tree: shapely.STRtree,
    slit_m: float,
) -> tuple[F8, F8, F8]:
    """Return the walls of the common outline of the buildings around the points.

    Args:
        points: cameras.
        footprints: buildings.
        tree: over them.
        slit_m: a gap between two walls that is narrower than this holds no camera and is closed:
            maps have such slits where adjoining houses were drawn one by one.

    Returns:
        corners (k, 2) where each wall starts, the wall as a vector (k, 2), and the unit directions
        of the walls before and after it (k, 4). The building is on the left.
    """
    # Whole blocks of adjoining buildings: a camera deep inside may be far from the outline.
    blocks = np.unique(tree.query(points, predicate="dwithin", distance=2.0)[1])
    while True:
        across = tree.query(footprints[blocks], predicate="dwithin", distance=slit_m)[1]
        neighbours = np.unique(across)
        if len(neighbours) == len(blocks):
            break
        blocks = neighbours
    union = _closed(shapely.union_all(footprints[blocks]), slit_m)
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(union)))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    wall = np.flatnonzero(same)
    corners = coordinates[wall]
    vectors = coordinates[wall + 1] - corners
    unit = vectors / np.hypot(vectors[:, 0], vectors[:, 1])[:, None]
    ring_of = ring[wall]
    first = np.searchsorted(ring_of, ring_of, side="left")
    last = np.searchsorted(ring_of, ring_of, side="right") - 1
    number = np.arange(len(wall))
    previous = np.where(number == first, last, number - 1)
    following = np.where(number == last, first, number + 1)
    return corners, vectors, np.column_stack((unit[previous], unit[following]))


def _closed(outline: shapely.Geometry, slit_m: float) -> shapely.Geometry:
    """Return an outline without its slits; the same object if it has none."""
    wider = shapely.buffer(outline, slit_m / 2, join_style="mitre", mitre_limit=10.0)
    # Back again, but not into corners sharper than that of a room: there a wedge is cut off.
    closed = shapely.buffer(wider, -slit_m / 2, join_style="mitre", mitre_limit=SHARPEST)
    filled = shapely.difference(closed, outline)
    # Rounding leaves slivers along every wall, which are not slits.
    slits = [
        part
        for part in shapely.get_parts(filled)
        if shapely.area(part) > LEAST_SLIT_M * shapely.length(part)
    ]
    if not slits:
        return outline
    # A slit is filled a little beyond its walls, or rounding would leave a crack; the simplified
    # outline is then without the ledges.
    over = shapely.buffer(slits, OVERLAP_M, join_style="mitre")
    return shapely.simplify(shapely.union_all([outline, *over]), 5 * OVERLAP_M)


def off_outlines(x: F8, y: F8, walls: Walls) -> tuple[F8, F8, I8, I8]:
    """Move cameras that stand exactly on the outline of a building a millimetre in front of it.

    Returns:
        x and y (n,), and the buildings then above or below each camera, as compressed rows (those
        of `Walls.containing`).
    """
    start, over, camera, building = walls.footing(x, y)
    if len(camera) == 0:
        return x, y, start, over
    points = shapely.points(x[camera], y[camera])
    gap = shapely.distance(shapely.boundary(walls.footprints[building]), points)
    on_outline = np.unique(camera[gap < ON_OUTLINE_M])
    if len(on_outline) > 0:
        placed = place(
            x[on_outline], y[on_outline], walls.footprints,
            tolerance_m=ON_OUTLINE_M, offset_m=ON_OUTLINE_M, tree=walls.outlines,
        )  # fmt: skip
        x, y = x.copy(), y.copy()
        x[on_outline], y[on_outline] = placed.x, placed.y
    return x, y, *walls.containing(x, y)
