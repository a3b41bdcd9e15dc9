"""Exact areas of what a sweep found, between two distances."""

from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_leaf, compiled_part
from contrechamp.sight.sweep import NOTHING

#: Stands in for an area: that of the whole sector of the circle.
SECTOR = -1.0


@compiled_part
def angle_between(ax: float, ay: float, bx: float, by: float) -> float:
    """Return the angle from a to b, anticlockwise, in radians (-pi..pi]."""
    angle: float = np.arctan2(ax * by - ay * bx, ax * bx + ay * by)
    return angle


@compiled_part
def area_within(
    boundary: int,
    ua: float,
    ub: float,
    ax: float,
    ay: float,
    bx: float,
    by: float,
    r: float,
) -> float:
    """Return the area between the camera and a boundary or the circle of radius r, in one slice.

    Args:
        boundary: `NOTHING` where there is no wall up to r.
        ua: inverse distance of the boundary along the slice's first direction.
        ub: and along its last.
        ax: first direction, a unit vector.
        ay: its other component.
        bx: last direction, a unit vector.
        by: its other component.
        r: metres.

    Returns:
        square metres; `SECTOR` where the circle bounds the whole slice.
    """
    if boundary == NOTHING:
        return SECTOR
    nearer = max(ua, ub) * r
    if 2.0 * nearer * nearer <= 1.0 + ax * bx + ay * by:
        return SECTOR  # a line comes no nearer than its nearer end, projected on the bisector
    if min(ua, ub) * r >= 1.0:
        return 0.5 * (ax * by - ay * bx) / (ua * ub)
    # The wall from p to q crosses the circle, or lies beyond it.
    ua, ub = max(ua, 1e-9), max(ub, 1e-9)
    px, py, qx, qy = ax / ua, ay / ua, bx / ub, by / ub
    dx, dy = qx - px, qy - py
    a = dx * dx + dy * dy
    b = px * dx + py * dy
    c = px * px + py * py - r * r
    root = b * b - a * c
    if root <= 0.0:
        return SECTOR
    root = np.sqrt(root)
    first, last = max(0.0, (-b - root) / a), min(1.0, (-b + root) / a)
    if first >= last:
        return SECTOR
    fx, fy = px + first * dx, py + first * dy
    lx, ly = px + last * dx, py + last * dy
    chord = 0.5 * (fx * ly - fy * lx)
    outside = angle_between(ax, ay, fx, fy) + angle_between(lx, ly, bx, by)
    area: float = chord + 0.5 * r * r * outside
    return area


@compiled_leaf
def level_areas(slices: int, out: Any, near: float, reach: Any, area_m2: Any) -> None:
    """Write the area between `near` and each of `reach` into `area_m2` (n_levels,)."""
    for level in range(len(reach)):
        area_m2[level] = 0.0
    cell_start, inners, outers = out.cell_start, out.inner, out.outer
    inner_ua, inner_ub, outer_ua, outer_ub = out.inner_ua, out.inner_ub, out.outer_ua, out.outer_ub
    dir_ax, dir_ay, dir_bx, dir_by = out.ax, out.ay, out.bx, out.by
    for k in range(slices):
        first, last = cell_start[k], cell_start[k + 1]
        if first == last:
            continue
        ax, ay, bx, by = dir_ax[k], dir_ay[k], dir_bx[k], dir_by[k]
        angle = SECTOR  # computed only where an arc bounds something
        for c in range(first, last):
            inner, in_a, in_b = inners[c], inner_ua[c], inner_ub[c]
            outer, out_a, out_b = outers[c], outer_ua[c], outer_ub[c]
            below = 0.0
            if near > 0.0:
                if angle == SECTOR:
                    angle = angle_between(ax, ay, bx, by)
                below = area_within(outer, out_a, out_b, ax, ay, bx, by, near)
                if below == SECTOR:
                    below = 0.5 * near * near * angle
                if inner != NOTHING:
                    hidden = area_within(inner, in_a, in_b, ax, ay, bx, by, near)
                    below -= hidden if hidden != SECTOR else 0.5 * near * near * angle
            for level in range(len(reach)):
                r = reach[level]
                if r <= near:
                    continue
                area = area_within(outer, out_a, out_b, ax, ay, bx, by, r)
                hidden = 0.0
                if inner != NOTHING:
                    hidden = area_within(inner, in_a, in_b, ax, ay, bx, by, r)
                if area == SECTOR or hidden == SECTOR:
                    if area == hidden:
                        continue  # all of this stretch lies beyond the circle
                    if angle == SECTOR:
                        angle = angle_between(ax, ay, bx, by)
                    sector = 0.5 * r * r * angle
                    area = sector if area == SECTOR else area
                    hidden = sector if hidden == SECTOR else hidden
                area_m2[level] += area - hidden - below
