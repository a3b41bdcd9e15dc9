"""Where a camera really stands: on the outer side of the wall that holds it.

Surveys and maps put a camera on the outline of a building, or inside it. It hangs on the wall, so
it is moved to the nearest outer side of the outline that the buildings have together (a wall that
two houses share has no outer side), and cannot look into that wall.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.sight.arrays import F8, I8
from contrechamp.sight.walls import Walls

#: A camera so close to an outline is on it, and is put this far before it: on the very line there
#: is no telling which side it looks from.
ON_OUTLINE_M = 1e-3
#: A slit whose width is mostly less is what rounding leaves.
LEAST_SLIT_M = 1e-6
OVERLAP_M = 1e-5
#: From 5 cm to less than a millimetre.
MOST_HALVED = 6
#: Of a right angle it is 1.41 from an offset corner to the corner, in offsets; of 84 degrees this.
SHARPEST = 1.5


@dataclass(frozen=True)
class Placed:
    """Cameras as they stand; arrays of shape (n,), metres and degrees.

    Args:
        x: metres east.
        y: metres north.
        moved_m: how far from the place that was given.
        on_wall: whether a wall holds the camera.
        free_from_deg: the first direction that the wall leaves free, clockwise from north.
        free_width_deg: how far the free directions run clockwise from there; 360 without a wall,
            180 on a straight wall, more on a corner, less in a niche.
    """

    x: F8
    y: F8
    moved_m: F8
    on_wall: NDArray[np.bool_]
    free_from_deg: F8
    free_width_deg: F8


def place(
    x: F8,
    y: F8,
    footprints: NDArray[np.object_],
    *,
    tolerance_m: float = 1.0,
    offset_m: float = 0.05,
    may_be_on_wall: NDArray[np.bool_] | None = None,
    may_be_inside: NDArray[np.bool_] | None = None,
    tree: shapely.STRtree | None = None,
) -> Placed:
    """Move cameras that a wall holds to its outer side.

    A camera is held by a wall if it lies inside a footprint or within `tolerance_m` of one.

    Args:
        x: (n,) metres east.
        y: (n,) metres north.
        footprints: (m,) valid shapely Polygons.
        tolerance_m: how far from an outline a camera still hangs on it.
        offset_m: how far before the wall the lens is put.
        may_be_on_wall: (n,) False for cameras that stand free though a wall is near (on a pole);
            one inside a footprint is moved out all the same.
        may_be_inside: (n,) True for cameras that stay where they are inside a footprint (indoor,
            or on a mast above the roof).
        tree: over the footprints, where the caller has one: a city's takes a while to make.
    """
    n = len(x)
    x, y = np.asarray(x, float).copy(), np.asarray(y, float).copy()
    placed = Placed(x, y, np.zeros(n), np.zeros(n, bool), np.zeros(n), np.full(n, 360.0))
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
    start, direction = corners[wall], before[wall]
    length = np.hypot(direction[:, 0], direction[:, 1])
    direction = direction / length[:, None]
    given = np.column_stack((x[cameras], y[cameras]))
    along = np.clip(np.sum((given - start) * direction, axis=1), 0.0, length)
    foot = start + along[:, None] * direction

    # Directions along the outline that leave and reach the foot: two walls in a corner.
    ahead, behind = direction.copy(), direction.copy()
    at_start, at_end = along <= 1e-6, along >= length - 1e-6
    behind[at_start] = after[wall[at_start], :2]
    ahead[at_end] = after[wall[at_end], 2:]
    # The outline has the building on its left: free is what lies clockwise from straight ahead
    # to straight back.
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


def _before(foot: F8, out: F8, offset_m: float, tree: shapely.STRtree) -> F8:
    """Return places before walls; nearer where a sharp niche leaves less room.

    Args:
        foot: (n, 2) places on walls.
        out: (n, 2) unit directions away from them.
        offset_m: how far before the wall, where there is room.
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
    """Return the walls of the outline that the buildings around the points have together.

    Args:
        points: cameras.
        footprints: buildings.
        tree: over them.
        slit_m: a gap between two walls that is narrower holds no camera, and is closed: maps have
            such slits where houses that touch were drawn one by one.

    Returns:
        corners (k, 2) where each wall starts, the wall as a vector (k, 2), and the unit directions
        of the wall before it and of the wall after it (k, 4). The building is on the left.
    """
    # Every block that a point touches, whole: a camera deep inside may be far from its outline.
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
    """Return an outline without slits; where it has none, the very same."""
    wider = shapely.buffer(outline, slit_m / 2, join_style="mitre", mitre_limit=10.0)
    # Back again, but not into what is sharper than a corner of a room: there a wedge is cut off.
    closed = shapely.buffer(wider, -slit_m / 2, join_style="mitre", mitre_limit=SHARPEST)
    filled = shapely.difference(closed, outline)
    # What rounding leaves along every wall is no slit.
    slits = [part for part in shapely.get_parts(filled) if _is_slit(part)]
    if not slits:
        return outline
    # A little over its walls, or a crack as wide as rounding would stay; then without the ledges.
    over = shapely.buffer(slits, OVERLAP_M, join_style="mitre")
    return shapely.simplify(shapely.union_all([outline, *over]), 5 * OVERLAP_M)


def _is_slit(part: shapely.Geometry) -> bool:
    return bool(shapely.area(part) > LEAST_SLIT_M * shapely.length(part))


def off_outlines(x: F8, y: F8, walls: Walls) -> tuple[F8, F8, I8, I8]:
    """Move cameras that stand on the very outline of a building a millimetre before it.

    Returns:
        x and y (n,), and which buildings stand over or under each camera then, as compressed rows
        (as `Walls.containing` gives them).
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
            tolerance_m=ON_OUTLINE_M, offset_m=ON_OUTLINE_M, tree=walls.tree,
        )  # fmt: skip
        x, y = x.copy(), y.copy()
        x[on_outline], y[on_outline] = placed.x, placed.y
    return x, y, *walls.containing(x, y)
