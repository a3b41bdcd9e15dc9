"""Which of many items (walls, segments) lie near a camera and in its view: a tree of boxes.

Items are laid out along a space-filling curve, `LEAF` at a time in a leaf, and every `BRANCHES`
nodes of a level share a node of the next. Each node has the box around its items. A search goes
down only where a box lies within a ring around the camera and touches one of some sectors, so that
its cost follows what is found and not what there is; and what it finds lies side by side in memory.
"""

from collections import namedtuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled_leaf
from contrechamp.sight.arrays import F8, I8

#: Items in a leaf, and nodes in a node of the level above.
LEAF = 8
BRANCHES = 4

#: The nodes of all levels: those of level k begin at ``first[k]``, the leaves are level 0. A box
#: is its west, south, east and north side.
Boxes = namedtuple("Boxes", "box first")


def along_curve(x: F8, y: F8) -> I8:
    """Return the order of points along a curve that keeps neighbours together (Morton's)."""
    if not len(x):
        return np.empty(0, np.int64)
    side = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9)
    code = _spread((x - x.min()) / side) | (_spread((y - y.min()) / side) << np.uint64(1))
    order: I8 = np.argsort(code, kind="stable").astype(np.int64)
    return order


def _spread(part: F8) -> NDArray[np.uint64]:
    """Return 24 bits of a number from 0 to 1, with a free bit between every two of them."""
    bits = (part * float((1 << 24) - 1)).astype(np.uint64)
    for shift, mask in (
        (16, 0x0000_FFFF_0000_FFFF),
        (8, 0x00FF_00FF_00FF_00FF),
        (4, 0x0F0F_0F0F_0F0F_0F0F),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits


def boxes_of(ends: F8) -> Any:
    """Return the tree of segments that are in the order of the curve already.

    Args:
        ends: (n, 4) x and y of the first end, x and y of the last.
    """
    low = np.minimum(ends[:, :2], ends[:, 2:])
    high = np.maximum(ends[:, :2], ends[:, 2:])
    levels, size = [], LEAF
    while True:
        low, high = _grouped(np.minimum, low, size), _grouped(np.maximum, high, size)
        levels.append(np.hstack((low, high)))
        if len(low) <= 1:
            break
        size = BRANCHES
    first = np.cumsum([0, *(len(level) for level in levels)])
    return Boxes(np.ascontiguousarray(np.concatenate(levels)), first.astype(np.int64))


def _grouped(of: np.ufunc, values: F8, size: int) -> F8:
    """Return the least or greatest of every `size` rows."""
    if not len(values):
        return np.empty((0, 2))
    grouped: F8 = of.reduceat(values, np.arange(0, len(values), size), axis=0)
    return grouped


@compiled_leaf
def sectors_of(start_x: float, start_y: float, end_x: float, end_y: float, turn: float,
               sectors: Any) -> int:  # fmt: skip
    """Write the sectors, none wider than a half circle, that make up a sweep; return how many.

    Args:
        start_x: unit vector of the direction in which the sweep begins.
        start_y: its other component.
        end_x: unit vector of its end, anticlockwise.
        end_y: its other component.
        turn: angle of the sweep, radians.
        sectors: (2 or more, 4) gets the first and the last direction of each.

    Returns:
        number of sectors; 0 stands for all round.
    """
    if turn >= 2.0 * np.pi - 1e-9:
        return 0
    if turn <= 3.0:
        sectors[0, 0], sectors[0, 1], sectors[0, 2], sectors[0, 3] = start_x, start_y, end_x, end_y
        return 1
    c, s = np.cos(0.5 * turn), np.sin(0.5 * turn)
    mid_x, mid_y = start_x * c - start_y * s, start_x * s + start_y * c
    sectors[0, 0], sectors[0, 1], sectors[0, 2], sectors[0, 3] = start_x, start_y, mid_x, mid_y
    sectors[1, 0], sectors[1, 1], sectors[1, 2], sectors[1, 3] = mid_x, mid_y, end_x, end_y
    return 2


#: Boxes and items this far outside of a sector still count, metres: rounding must lose none.
SLACK_M = 1e-6


@compiled_leaf
def leaves_within(
    tree: Any, x: float, y: float, inner: float, outer: float, sectors: Any, many: int, leaves: Any
) -> int:
    """List the leaves that may hold items within a ring around a point and in some sectors.

    Args:
        tree: of the items.
        x: of the point, metres east.
        y: metres north.
        inner: what is nearer than this is not asked for.
        outer: nor what is further away than this.
        sectors: first and last direction of each.
        many: number of sectors; 0 for all round.
        leaves: gets the leaves, ascending.

    Returns:
        number of leaves; -1 if there is too little room.
    """
    box, first = tree.box, tree.first
    inner_2, outer_2 = inner * inner, outer * outer
    # Level by level, so that no box has to be read before it is known which one comes next: in a
    # large city most are in no cache. The nodes at hand are at the end of `leaves`, and what is
    # found below them is written from its beginning on; then it goes to the end.
    room = len(leaves)
    if room == 0:
        return -1
    leaves[room - 1] = 0  # of a level above the highest
    found, begin = 1, room - 1
    for level in range(len(first) - 2, -1, -1):
        found = 0
        nodes = first[level + 1] - first[level]
        for i in range(begin, room):
            below = BRANCHES * leaves[i]
            end = min(below + BRANCHES, nodes)
            if found + end - below > i + 1:
                return -1
            for node in range(below, end):
                at = first[level] + node
                west, south = box[at, 0] - x, box[at, 1] - y
                east, north = box[at, 2] - x, box[at, 3] - y
                near_x, near_y = max(west, -east, 0.0), max(south, -north, 0.0)
                far_x, far_y = max(-west, east), max(-south, north)
                touched = (near_x * near_x + near_y * near_y <= outer_2) & (
                    far_x * far_x + far_y * far_y >= inner_2
                )
                if many > 0 and touched:
                    mid_x, mid_y = 0.5 * (west + east), 0.5 * (south + north)
                    half_x, half_y = 0.5 * (east - west), 0.5 * (north - south)
                    touched = False
                    for k in range(many):
                        ux, uy = sectors[k, 0], sectors[k, 1]
                        vx, vy = sectors[k, 2], sectors[k, 3]
                        past_u = ux * mid_y - uy * mid_x + abs(ux) * half_y + abs(uy) * half_x
                        past_v = mid_x * vy - mid_y * vx + abs(vx) * half_y + abs(vy) * half_x
                        touched |= (past_u >= -SLACK_M) & (past_v >= -SLACK_M)
                leaves[found] = node
                found += touched
        if level > 0:
            begin = room - found
            for i in range(found - 1, -1, -1):
                leaves[begin + i] = leaves[i]
    return found
