"""What of a place's view on the plan is settled for one draw, and what must be swept anew.

See `plan_views`: a segment is settled unless some of it is hidden behind a house that is low in the
draw, within the range and the sector of its camera.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_leaf, compiled_part
from contrechamp.sight.hull import ALL_ROUND, bins_between
from contrechamp.sight.parts import SAME_POINT, where_positive, within_circle
from contrechamp.sight.sweep import TOO_SMALL

#: A sector wider than this, radians, is near a half circle or wider: it is not cut out of a plan's
#: view, because it is no longer what lies between two half planes.
WIDEST_SECTOR = 3.0
#: A slice this little outside of the sector, metres at 1 m, still counts.
_SLACK = 1e-9

#: What a camera looks into: unit vectors of its first and last direction (zeros for all round,
#: which no half plane cuts); the parts of the circle that it touches, and those that lie within it
#: (`hull.bins_of`).
Sector = namedtuple("Sector", "ux uy vx vy touched within")


@compiled_part
def sector_of(start_rad: float, sweep_rad: float, around: bool) -> Any:
    """Return the sector of a sweep of less than a half circle, or of one that goes all round."""
    if around:
        return Sector(0.0, 0.0, 0.0, 0.0, ALL_ROUND, ALL_ROUND)
    ux, uy = np.cos(start_rad), np.sin(start_rad)
    vx, vy = np.cos(start_rad + sweep_rad), np.sin(start_rad + sweep_rad)
    touched, within = bins_between(ux, uy, vx, vy)
    return Sector(ux, uy, vx, vy, touched, within)


@compiled_part
def _hides_all(
    h: float, z: float, bottom: float, top: float, nearest: float, furthest: float
) -> bool:
    """Whether a building hides all behind it, as far as is asked (see `sweep.shadow_factors`).

    Args:
        h: height of the camera.
        z: height of the target.
        bottom: of the building.
        top: of the building.
        nearest: distance of its wall: its shadow ends no nearer than k_hi times as far.
        furthest: how far the view goes.
    """
    if h == z:
        return bottom < h < top
    if h > z:
        return bottom <= z and nearest * (h - z) >= furthest * (h - top)
    return top >= z and nearest * (z - h) >= furthest * (bottom - h)


@compiled_leaf
def low_bits(
    views: Any, place: int, index: Any, top: Any, h: float, z: float, furthest: float, sector: Any
) -> tuple[Any, Any]:
    """Find the slices that end, within view, at a house behind which more is in view.

    Args:
        views: of the places.
        place: which of them.
        index: of the walls.
        top: (n_buildings,) tops above the ground in this draw.
        h: height of the camera.
        z: height of the target.
        furthest: how far the view goes.
        sector: that it looks into.

    Returns:
        their bits; and the directions in which they lie (`hull.bins_of`).
    """
    bits, needed = np.uint64(0), np.uint64(0)
    ux, uy, vx, vy = sector.ux, sector.uy, sector.vx, sector.vy
    ends, min_height_m = views.slice_ends, index.min_height_m
    for k in range(views.slice_start[place], views.slice_start[place + 1]):
        if views.slice_m[k] > furthest:
            continue
        building = views.slice_building[k]
        nearest = views.slice_m[k]
        if _hides_all(h, z, min_height_m[building], top[building], nearest, furthest):
            continue
        ax, ay, bx, by = ends[k, 0], ends[k, 1], ends[k, 2], ends[k, 3]
        past_u = max(ux * ay - uy * ax, ux * by - uy * bx)
        past_v = max(ax * vy - ay * vx, bx * vy - by * vx)
        if past_u >= -_SLACK and past_v >= -_SLACK:
            bits |= views.slice_bit[k]
            needed |= views.slice_bins[k]
    return bits, needed


@compiled_leaf
def unsettled(views: Any, place: int, low: Any, furthest: float, sector: Any, within: Any) -> int:
    """List the segments that lie behind a low house, in the sector.

    Returns:
        how many; `TOO_SMALL` for no room.
    """
    n = 0
    first, behind = views.segment_start[place], views.in_view_end[place]
    for group in range(2):
        # Those of which some is in view on the plan, then those behind walls: nearest first.
        last = behind if group == 0 else views.segment_start[place + 1]
        for i in range(first, last):
            if views.segment_m[i] >= furthest:
                break
            if views.segment_bits[i] & low and views.segment_bins[i] & sector.touched:
                if n == len(within):
                    return TOO_SMALL
                within[n] = views.segment[i]
                n += 1
        first = behind
    return n


@compiled_leaf
def append_beside_window(
    views: Any, place: int, low: Any, ends_of: Any, x: float, y: float, furthest: float,
    sector: Any, from_rad: float, turn: float, parts: Any, n: int,
) -> int:  # fmt: skip
    """Append the parts of unsettled segments beside the window that was swept anew for them.

    There the plan's view holds: no low house lies outside of the window. Parts that touch at its
    ends are joined.

    Args:
        views: of the places.
        place: which of them.
        low: from `low_bits`.
        ends_of: both ends of all segments.
        x: of the place, metres east.
        y: metres north.
        furthest: how far the view goes.
        sector: that the camera looks into.
        from_rad: mathematical angle at which the window begins.
        turn: angle of the window, radians; 0 for none.
        parts: within the window, of the segments in the order of `unsettled`; gets more of them.
        n: how many there are.

    Returns:
        how many there are now; `TOO_SMALL` if there is too little room.
    """
    if turn >= 2.0 * np.pi - 1e-12:
        return n
    first, last = views.segment_start[place], views.in_view_end[place]
    if n + 2 * (views.part_start[last] - views.part_start[first]) > len(parts.segment):
        return TOO_SMALL
    of, starts, ends = parts.segment, parts.start, parts.end
    px, py = np.cos(from_rad), np.sin(from_rad)
    qx, qy = np.cos(from_rad + turn), np.sin(from_rad + turn)
    swept, own_last = n, 0
    for i in range(first, last):
        if views.segment_m[i] >= furthest:
            break
        if not views.segment_bits[i] & low or not views.segment_bins[i] & sector.touched:
            continue
        s = views.segment[i]
        own_first = own_last
        while own_last < swept and of[own_last] == s:
            own_last += 1
        ax, ay, bx, by = ends_of[s, 0] - x, ends_of[s, 1] - y, ends_of[s, 2] - x, ends_of[s, 3] - y
        within, beyond = cut_to(sector, ax, ay, bx, by, furthest)
        past_p_a, past_p_b = px * ay - py * ax, px * by - py * bx
        past_q_a, past_q_b = qx * ay - qy * ax, qx * by - qy * bx
        # The window is what lies between two half planes, or all but that.
        low_t, high_t = 1.0, 0.0
        if turn > np.pi:
            low_t, high_t = where_positive(-past_p_a, -past_p_b, 0.0, 1.0)
            low_t, high_t = where_positive(past_q_a, past_q_b, low_t, high_t)
        elif turn > 0.0:
            low_t, high_t = where_positive(past_p_a, past_p_b, 0.0, 1.0)
            low_t, high_t = where_positive(-past_q_a, -past_q_b, low_t, high_t)
        for side in range(2):
            from_t, to_t = within, beyond
            if turn > np.pi:
                if side == 1:
                    break
                from_t, to_t = max(within, low_t), min(beyond, high_t)
            elif low_t < high_t:
                from_t, to_t = (within, min(beyond, low_t)) if side == 0 else (
                    max(within, high_t), beyond
                )  # fmt: skip
            elif side == 1:
                break
            for p in range(views.part_start[i], views.part_start[i + 1]):
                start, end = max(views.part_from[p], from_t), min(views.part_to[p], to_t)
                if start >= end:
                    continue
                joined = False
                for own in range(own_first, own_last):
                    if abs(starts[own] - end) <= SAME_POINT:
                        starts[own], joined = start, True
                    elif abs(ends[own] - start) <= SAME_POINT:
                        ends[own], joined = end, True
                    if joined:
                        break
                if not joined:
                    of[n], starts[n], ends[n] = s, start, end
                    n += 1
    return n


@compiled_leaf
def cut_to(
    sector: Any, ax: float, ay: float, bx: float, by: float, furthest: float
) -> tuple[float, float]:
    """Return the part of a segment within range and sector; it ends before it starts if none is."""
    ux, uy, vx, vy = sector.ux, sector.uy, sector.vx, sector.vy
    within, beyond = within_circle(ax, ay, bx, by, furthest)
    within, beyond = where_positive(ux * ay - uy * ax, ux * by - uy * bx, within, beyond)
    return where_positive(ax * vy - ay * vx, bx * vy - by * vx, within, beyond)


@compiled_leaf
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
    of, starts, ends = parts.segment, parts.start, parts.end
    for i in range(first, last):
        if views.segment_m[i] >= furthest:
            break  # the nearest come first
        bins = views.segment_bins[i]
        if views.segment_bits[i] & low or not bins & sector.touched:
            continue
        s = views.segment[i]
        within, beyond = 0.0, 1.0
        if views.segment_far_m[i] >= furthest or bins & ~sector.within:
            ax, ay = ends_of[s, 0] - x, ends_of[s, 1] - y
            bx, by = ends_of[s, 2] - x, ends_of[s, 3] - y
            within, beyond = cut_to(sector, ax, ay, bx, by, furthest)
            if within >= beyond:
                continue
        for p in range(views.part_start[i], views.part_start[i + 1]):
            start, end = max(views.part_from[p], within), min(views.part_to[p], beyond)
            if start < end:
                of[n], starts[n], ends[n] = s, start, end
                n += 1
    return n
