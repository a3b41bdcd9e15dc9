"""What of a place's view on the plan is settled for one draw, and what must be swept anew.

See `plan_views`: a segment is settled unless some of it is hidden behind a house that is low in the
draw, within the range and the sector of its camera.
"""

from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_part
from contrechamp.sight.growing import copy_first
from contrechamp.sight.parts import new_parts, where_positive, within_circle
from contrechamp.sight.sweep import TOO_SMALL, shadow_factors

#: A sector wider than this, radians, is near a half circle or wider: it is not cut out of a plan's
#: view, because it is no longer what lies between two half planes.
WIDEST_SECTOR = 3.0
#: A slice this little outside of the sector, metres at 1 m, still counts.
_SLACK = 1e-9


@compiled_part
def ends_of_sweep(start_rad: float, sweep_rad: float) -> Any:
    """Return the first and the last direction of a sweep: two unit vectors, one after the other."""
    ends = np.empty(4)
    ends[0], ends[1] = np.cos(start_rad), np.sin(start_rad)
    ends[2], ends[3] = np.cos(start_rad + sweep_rad), np.sin(start_rad + sweep_rad)
    return ends


@compiled_part
def low_bits(
    views: Any, place: int, index: Any, top: Any, h: float, z: float, furthest: float, sector: Any
) -> Any:
    """Return the bits of the slices that end, within view, at a house that hides not all behind.

    Args:
        views: of the places.
        place: which of them.
        index: of the walls.
        top: (n_buildings,) tops above the ground in this draw.
        h: height of the camera.
        z: height of the target.
        furthest: how far the view goes.
        sector: its first and last direction, less than a half circle apart; empty for all round.
    """
    bits = np.uint64(0)
    for k in range(views.slice_start[place], views.slice_start[place + 1]):
        if views.slice_m[k] > furthest:
            continue
        building = views.slice_building[k]
        k_lo, k_hi = shadow_factors(h, z, index.min_height_m[building], top[building])
        if k_lo == 1.0 and k_hi == np.inf:
            continue
        if len(sector) > 0:
            ux, uy, vx, vy = sector[0], sector[1], sector[2], sector[3]
            ends = views.slice_ends
            ax, ay, bx, by = ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3]
            past_u = max(ux * ay - uy * ax, ux * by - uy * bx)
            past_v = max(ax * vy - ay * vx, bx * vy - by * vx)
            if past_u < -_SLACK or past_v < -_SLACK:
                continue
        bits |= views.slice_bit[k]
    return bits


@compiled_part
def unsettled(views: Any, place: int, low: Any, furthest: float, within: Any) -> tuple[int, Any]:
    """List the segments that lie behind a low house.

    Returns:
        how many, `TOO_SMALL` for no room; and the directions in which they lie (`hull.bins_of`).
    """
    n, bins = 0, np.uint64(0)
    for i in range(views.segment_start[place], views.segment_start[place + 1]):
        if views.segment_bits[i] & low and views.segment_m[i] < furthest:
            if n == len(within):
                return TOO_SMALL, bins
            within[n] = views.segment[i]
            bins |= views.segment_bins[i]
            n += 1
    return n, bins


@compiled_part
def append_settled(
    views: Any, place: int, low: Any, ends_of: Any, x: float, y: float, furthest: float,
    sector: Any, parts: Any, n: int,
) -> int:  # fmt: skip
    """Append the parts in view of all other segments to `parts`, cut to range and sector.

    Returns:
        how many parts there are now; `TOO_SMALL` if there is too little room.
    """
    first, last = views.segment_start[place], views.in_view_end[place]
    if n + views.part_start[last] - views.part_start[first] > len(parts.segment):
        return TOO_SMALL
    for i in range(first, last):
        if views.segment_bits[i] & low or views.segment_m[i] >= furthest:
            continue
        s = views.segment[i]
        ax, ay, bx, by = ends_of[s, 0] - x, ends_of[s, 1] - y, ends_of[s, 2] - x, ends_of[s, 3] - y
        within, beyond = within_circle(ax, ay, bx, by, furthest)
        if len(sector) > 0:
            ux, uy, vx, vy = sector[0], sector[1], sector[2], sector[3]
            within, beyond = where_positive(ux * ay - uy * ax, ux * by - uy * bx, within, beyond)
            within, beyond = where_positive(ax * vy - ay * vx, bx * vy - by * vx, within, beyond)
        if within >= beyond:
            continue
        for p in range(views.part_start[i], views.part_start[i + 1]):
            start, end = max(views.part_from[p], within), min(views.part_to[p], beyond)
            if start < end:
                parts.segment[n], parts.start[n], parts.end[n] = s, start, end
                n += 1
    return n


@compiled_part
def more_parts(parts: Any, n: int) -> Any:
    """Return room for twice as many parts, with the first `n` of them."""
    larger = new_parts(2 * len(parts.segment))
    copy_first(n, parts.segment, larger.segment)
    copy_first(n, parts.start, larger.start)
    copy_first(n, parts.end, larger.end)
    return larger
