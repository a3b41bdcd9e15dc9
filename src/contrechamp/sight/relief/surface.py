"""The ground as one surface: triangles between the nodes of a square grid.

Between four nodes the ground is two flat triangles, which meet along the diagonal from the south-
west to the north-east node. So along any straight line it is made of straight pieces, whose ends
lie where the line crosses a grid line or a diagonal: whether a sight line is free of ground is
settled at these crossings, exactly.

Light bends towards the ground, and the ground falls away from a level line: at a distance d it lies
lower by ``(1 - k) d**2 / (2 R)``, with the mean radius of the earth R and the usual coefficient of
refraction k (0.13; see Torge and Müller, Geodesy). At 100 m that is 0.7 mm, at 1 km 7 cm.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled, compiled_leaf
from contrechamp.sight.arrays import F8

#: Heights of the nodes, rows from the south; x and y of the south-westernmost node; the distance of
#: two nodes. Metres.
Surface = namedtuple("Surface", "height_m west south cell_m")

EARTH_M, REFRACTION = 6_371_000.0, 0.13
#: How much lower the ground lies at 1 m, and so at d metres d squared times as much.
FALL_PER_M2 = (1.0 - REFRACTION) / (2.0 * EARTH_M)
#: A crossing nearer to the target than this part of the way is at the target.
_AT_TARGET = 1e-9


@compiled_leaf
def ground_at(surface: Any, x: float, y: float) -> float:
    """Return the height of the ground at a place; beyond the grid that of its nearest edge."""
    height = surface.height_m
    rows, columns = height.shape
    fx = min(max((x - surface.west) / surface.cell_m, 0.0), columns - 1.0)
    fy = min(max((y - surface.south) / surface.cell_m, 0.0), rows - 1.0)
    i, j = min(int(fx), columns - 2), min(int(fy), rows - 2)
    u, v = fx - i, fy - j
    corner, opposite = float(height[j, i]), float(height[j + 1, i + 1])
    if u < v:
        u, v, middle = v, u, float(height[j + 1, i])
    else:
        middle = float(height[j, i + 1])
    found: float = corner + u * (middle - corner) + v * (opposite - middle)
    return found


@compiled
def grounds_at(surface: Any, x: F8, y: F8) -> F8:
    """Return the height of the ground at places, (n,)."""
    found = np.empty(len(x))
    for k in range(len(x)):
        found[k] = ground_at(surface, x[k], y[k])
    return found


@compiled_leaf
def needed_height(
    surface: Any, x: float, y: float, target_x: float, target_y: float, target_m: float
) -> float:
    """Return how high a lens must be for the ground not to hide a target from it.

    The higher the lens, the higher the sight line everywhere before the target: what is free from
    one height is free from all above it.

    Args:
        surface: the ground.
        x: of the lens, metres east.
        y: metres north.
        target_x: of the target.
        target_y: metres north.
        target_m: its height, in the heights of the surface, lowered by `FALL_PER_M2`.

    Returns:
        metres, in the heights of the surface; -inf where no ground lies between.
    """
    ax, ay = (x - surface.west) / surface.cell_m, (y - surface.south) / surface.cell_m
    bx, by = (target_x - surface.west) / surface.cell_m, (target_y - surface.south) / surface.cell_m
    fall = FALL_PER_M2 * ((target_x - x) ** 2 + (target_y - y) ** 2)
    needed = -np.inf
    for family in range(3):
        # The lines on which a coordinate, or the difference of both, is a whole number.
        a, b = (ax, bx) if family == 0 else (ay, by) if family == 1 else (ax - ay, bx - by)
        if a == b:
            continue
        low, high = min(a, b), max(a, b)
        for line in range(int(np.ceil(low)), int(np.floor(high)) + 1):
            s = (line - a) / (b - a)
            if s <= 0.0 or s >= 1.0 - _AT_TARGET:
                continue
            ground = _crossed(surface.height_m, family, ax + s * (bx - ax), ay + s * (by - ay))
            needed = max(needed, (ground - fall * s * s - target_m * s) / (1.0 - s))
    return needed


@compiled_leaf
def _crossed(height: Any, family: int, fx: float, fy: float) -> float:
    """Return the height of the ground where a line crosses a grid line, or a diagonal."""
    rows, columns = height.shape
    fx, fy = min(max(fx, 0.0), columns - 1.0), min(max(fy, 0.0), rows - 1.0)
    i, j = min(int(fx), columns - 2), min(int(fy), rows - 2)
    if family == 0:
        i = min(max(int(np.rint(fx)), 0), columns - 1)
        one, other, part = float(height[j, i]), float(height[j + 1, i]), fy - j
    elif family == 1:
        j = min(max(int(np.rint(fy)), 0), rows - 1)
        one, other, part = float(height[j, i]), float(height[j, i + 1]), fx - i
    else:
        one, other = float(height[j, i]), float(height[j + 1, i + 1])
        part = 0.5 * (fx - i + fy - j)
    found: float = one * (1.0 - part) + other * part
    return found


@compiled
def needed_heights(surface: Any, x: F8, y: F8, targets: F8) -> F8:
    """Return `needed_height` of each lens and target.

    Args:
        surface: the ground.
        x: (n,) of the lenses, metres east.
        y: (n,) metres north.
        targets: (n, 3) east, north and height, not lowered.
    """
    found = np.empty(len(x))
    for k in range(len(x)):
        fall = FALL_PER_M2 * ((targets[k, 0] - x[k]) ** 2 + (targets[k, 1] - y[k]) ** 2)
        found[k] = needed_height(
            surface, x[k], y[k], targets[k, 0], targets[k, 1], targets[k, 2] - fall
        )
    return found
