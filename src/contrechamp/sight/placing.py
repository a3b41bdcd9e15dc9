"""Where a camera really is: on the outer side of the wall that holds it.

Surveys and maps put a camera on the outline of a building, or inside it. Because it hangs on the
wall, it is moved to the nearest point of the outer outline of all the adjoining buildings (a wall
shared by two houses has no outer side), and cannot look into that wall. Where the direction in
which it looks is known, it takes part: the nearest wall is then the nearest one that leaves this
direction free. A camera that looks into every wall that it could hang on contradicts itself.
Which wall it is may stay open (`wall_choice`): `places` returns all that may be meant, `place` the
nearest.
"""

from dataclasses import dataclass, fields

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.sight.arrays import F8, I8
from contrechamp.sight.wall_choice import Choice, Homes, choose
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


@dataclass(frozen=True)
class Places:
    """Where cameras may be; of the places of a camera one is right.

    Args:
        placed: (m,) a row a place, those of a camera together, the nearest first. `into_wall` is
            true of each place of a camera that contradicts itself.
        camera: (m,) int64, ascending.
        share: (m,) how likely each place is; those of a camera sum to 1.
        looks_as_given: (m,) whether a direction that was given holds there.
    """

    placed: Placed
    camera: I8
    share: F8
    looks_as_given: NDArray[np.bool_]

    @property
    def first(self) -> I8:
        """The row of the nearest place of each camera, (n,)."""
        rows: I8 = np.flatnonzero(np.diff(self.camera, prepend=-1))
        return rows

    @property
    def several(self) -> NDArray[np.bool_]:
        """Whether each camera has more than one place, (n,)."""
        return np.diff(self.first, append=len(self.camera)) > 1

    def nearest(self) -> Placed:
        """Return the place of each camera that is nearest to where it was drawn, (n,)."""
        return _rows(self.placed, self.first)


def places(
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
) -> Places:
    """Move cameras that hang on a wall to its outer side, to each that may be meant.

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
    given = np.column_stack((np.asarray(x, float), np.asarray(y, float))).reshape(-1, 2)
    if n == 0 or len(footprints) == 0:
        return _all_free(given)
    points = shapely.points(given)
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
        return _all_free(given)

    corners, before, after = _outer_corners(points[cameras], footprints, tree, 2 * offset_m)
    walls = shapely.linestrings(np.stack([corners, corners + before], axis=1))
    wall_tree = shapely.STRtree(walls)
    nearest = np.asarray(wall_tree.nearest(points[cameras]), np.int64)
    heading = np.full(n, np.nan) if heading_deg is None else np.asarray(heading_deg, float)
    homes = Homes(footprints, tree, walls, is_inside[cameras], tolerance_m)
    chosen = choose(points[cameras], heading[cameras], nearest, homes, wall_tree)
    return _together(n, given, cameras, chosen, _Outline(corners, before, after), offset_m, tree)


def _all_free(given: F8) -> Places:
    """Return a place for each camera: where it was drawn, with nothing in the way."""
    n = len(given)
    none = np.zeros(n, bool)
    placed = Placed(
        given[:, 0].copy(), given[:, 1].copy(), np.zeros(n), none.copy(), np.zeros(n),
        np.full(n, 360.0), none.copy(),
    )  # fmt: skip
    return Places(placed, np.arange(n), np.ones(n), np.ones(n, bool))


def _rows(placed: Placed, rows: I8) -> Placed:
    return Placed(**{one.name: getattr(placed, one.name)[rows] for one in fields(Placed)})


@dataclass(frozen=True)
class _Outline:
    """Walls of outer outlines (see `_outer_corners`)."""

    corners: F8
    before: F8
    after: F8


def _together(
    n: int,
    given: F8,
    cameras: I8,
    chosen: Choice,
    outline: _Outline,
    offset_m: float,
    tree: shapely.STRtree,
) -> Places:
    """Return the places of cameras that stand free and of those that may hang on walls.

    Args:
        n: number of cameras.
        given: (n, 2) where they were drawn.
        cameras: that hang on a wall, of the n.
        chosen: the walls of these.
        outline: that has the walls.
        offset_m: how far in front of a wall the lens is put.
        tree: over the footprints.
    """
    free = np.setdiff1d(np.arange(n), cameras)
    camera = np.concatenate((free, cameras[chosen.camera]))
    wall = np.concatenate((np.full(len(free), -1), chosen.wall))
    share = np.concatenate((np.ones(len(free)), chosen.share))
    contradicts = np.concatenate((np.zeros(len(free), bool), chosen.contradicts))
    as_given = np.concatenate((np.ones(len(free), bool), chosen.looks_as_given))
    order = np.argsort(camera, kind="stable")
    camera, wall, share = camera[order], wall[order], share[order]
    contradicts = contradicts[order]
    placed = _rows(_all_free(given).placed, camera)
    placed.into_wall[:] = contradicts
    _hang(placed, np.flatnonzero(wall >= 0), wall[wall >= 0], outline, offset_m, tree)
    return Places(placed, camera, share, as_given[order])


def _hang(
    placed: Placed,
    rows: I8,
    wall: I8,
    outline: _Outline,
    offset_m: float,
    tree: shapely.STRtree,
) -> None:
    """Move rows of places to the outer side of their walls."""
    start, direction = outline.corners[wall], outline.before[wall]
    after = outline.after[wall]
    length = np.hypot(direction[:, 0], direction[:, 1])
    direction = direction / length[:, None]
    given = np.column_stack((placed.x[rows], placed.y[rows]))
    along = np.clip(np.sum((given - start) * direction, axis=1), 0.0, length)
    foot = start + along[:, None] * direction

    # Directions of the outline as it leaves and reaches the foot: two walls at a corner.
    ahead, behind = direction.copy(), direction.copy()
    at_start, at_end = along <= 1e-6, along >= length - 1e-6
    behind[at_start] = after[at_start, :2]
    ahead[at_end] = after[at_end, 2:]
    # The building is on the left of the outline: the directions clockwise from straight ahead to
    # straight back are free.
    first = np.degrees(np.arctan2(ahead[:, 0], ahead[:, 1]))
    last = np.degrees(np.arctan2(-behind[:, 0], -behind[:, 1]))
    width = (last - first) % 360.0
    middle = np.radians(first + width / 2.0)
    out = np.column_stack((np.sin(middle), np.cos(middle)))
    placed.x[rows], placed.y[rows] = _before(foot, out, offset_m, tree).T
    placed.moved_m[rows] = np.hypot(placed.x[rows] - given[:, 0], placed.y[rows] - given[:, 1])
    placed.on_wall[rows] = True
    placed.free_from_deg[rows] = first % 360.0
    placed.free_width_deg[rows] = width


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
        placed = places(
            x[on_outline], y[on_outline], walls.footprints,
            tolerance_m=ON_OUTLINE_M, offset_m=ON_OUTLINE_M, tree=walls.outlines,
        ).nearest()  # fmt: skip
        x, y = x.copy(), y.copy()
        x[on_outline], y[on_outline] = placed.x, placed.y
    return x, y, *walls.containing(x, y)
