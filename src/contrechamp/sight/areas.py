"""Exact area of what a sweep found, between two distances."""

from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled
from contrechamp.sight.sweep import NOTHING


@compiled
def angle_between(ax: float, ay: float, bx: float, by: float) -> float:
    """Return the angle from a to b, anticlockwise, in radians (-pi..pi]."""
    angle: float = np.arctan2(ax * by - ay * bx, ax * bx + ay * by)
    return angle


@compiled
def area_within(
    boundary: int,
    ua: float,
    ub: float,
    ax: float,
    ay: float,
    bx: float,
    by: float,
    angle: float,
    r: float,
) -> float:
    """Return the area between the camera and a boundary or the circle of radius r, in one slice.

    Args:
        boundary: `NOTHING` where there is no wall up to r.
        ua: inverse distance of the boundary in the slice's first direction.
        ub: in its last.
        ax: first direction, unit vector.
        ay: its other component.
        bx: last direction.
        by: its other component.
        angle: of the slice, radians.
        r: metres.
    """
    sector = 0.5 * r * r * angle
    if boundary == NOTHING:
        return sector
    if ua * r >= 1.0 and ub * r >= 1.0:
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
        return sector
    root = np.sqrt(root)
    first, last = max(0.0, (-b - root) / a), min(1.0, (-b + root) / a)
    if first >= last:
        return sector
    fx, fy = px + first * dx, py + first * dy
    lx, ly = px + last * dx, py + last * dy
    chord = 0.5 * (fx * ly - fy * lx)
    outside = angle_between(ax, ay, fx, fy) + angle_between(lx, ly, bx, by)
    area: float = chord + 0.5 * r * r * outside
    return area


@compiled
def level_areas(slices: int, out: Any, near: float, reach: Any, area_m2: Any) -> None:
    """Write the area between `near` and each of `reach` into `area_m2` (n_levels,)."""
    area_m2[:] = 0.0
    for k in range(slices):
        first, last = out.cell_start[k], out.cell_start[k + 1]
        if first == last:
            continue
        ax, ay, bx, by = out.ax[k], out.ay[k], out.bx[k], out.by[k]
        angle = angle_between(ax, ay, bx, by)
        for c in range(first, last):
            inner, inner_a, inner_b = out.inner[c], out.inner_ua[c], out.inner_ub[c]
            outer, outer_a, outer_b = out.outer[c], out.outer_ua[c], out.outer_ub[c]
            below = 0.0
            if near > 0.0:
                below = area_within(outer, outer_a, outer_b, ax, ay, bx, by, angle, near)
                if inner != NOTHING:
                    below -= area_within(inner, inner_a, inner_b, ax, ay, bx, by, angle, near)
            for level in range(len(reach)):
                r = reach[level]
                if r <= near:
                    continue
                area = area_within(outer, outer_a, outer_b, ax, ay, bx, by, angle, r)
                if inner != NOTHING:
                    area -= area_within(inner, inner_a, inner_b, ax, ay, bx, by, angle, r)
                area_m2[level] += area - below
