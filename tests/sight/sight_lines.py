"""An independent way to tell what is seen: one sight line after the other, in three dimensions.

A building is a solid prism. The sight line from the camera to a target is cut with the footprint
(all crossings of its outline, sorted along the line); between an entry and an exit it runs inside
the footprint, and is blocked if its height there overlaps [bottom, top]. Nothing here knows of
shadows, angles or sweeps.
"""

import numpy as np
import shapely


def blocked(camera, target, footprint, bottom, top):
    """Whether one prism blocks the straight line between two points (x, y, height)."""
    (x, y, h), (tx, ty, z) = camera, target
    line = shapely.LineString([(x, y), (tx, ty)])
    inside = shapely.intersection(line, footprint)
    if inside.is_empty:
        return False
    for part in shapely.get_parts(inside):
        if part.geom_type != "LineString":
            continue
        ends = shapely.get_coordinates(part)
        s = np.hypot(ends[:, 0] - x, ends[:, 1] - y) / line.length
        heights = h + (z - h) * s
        if heights.min() < top and heights.max() > bottom:
            return True
    return False


def seen(camera, targets, z, footprints, bottoms, tops):
    """Which of the targets (n, 2) at height z the camera (x, y, h) sees between all prisms."""
    free = np.ones(len(targets), bool)
    lines = shapely.linestrings(
        np.stack([np.broadcast_to(camera[:2], targets.shape), targets], axis=1)
    )
    tree = shapely.STRtree(footprints)
    line, building = tree.query(lines, predicate="intersects")
    for i, b in zip(line, building, strict=True):
        if free[i] and blocked(camera, (*targets[i], z), footprints[b], bottoms[b], tops[b]):
            free[i] = False
    return free
