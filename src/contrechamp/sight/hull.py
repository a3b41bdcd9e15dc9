"""The directions in which a place must be swept anew: those of low houses.

The circle is divided into `BINS` parts of equal diamond angle, and directions are a bit for each.
A wall or segment has the bits of the parts that it extends into, seen from its place; what is to be
swept is the smallest window around the bits of all low houses.
"""

import numpy as np

from contrechamp.base.compiled import compiled_part
from contrechamp.sight.sweep import EDGE_ON_M2, diamond

BINS = 64
_PART = 4.0 / BINS
ALL_ROUND = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
#: Segments are taken to extend this much further, as a diamond angle: rounding must lose none.
_SLACK = 1e-9


@compiled_part
def bins_of(px: float, py: float, qx: float, qy: float) -> np.uint64:
    """Return the bits of the directions from the origin to the segment p-q.

    All bits for a segment on a line through the origin.
    """
    twice_area = px * qy - py * qx
    if abs(twice_area) <= EDGE_ON_M2:
        return ALL_ROUND
    if twice_area < 0.0:
        px, py, qx, qy = qx, qy, px, py
    first = int(np.floor((diamond(px, py) - _SLACK) / _PART))
    last = int(np.floor((diamond(qx, qy) + _SLACK) / _PART))
    if last < first:
        last += BINS
    bits = np.uint64(0)
    for part in range(first, last + 1):
        bits |= np.uint64(1) << np.uint64(part % BINS)
    return bits


@compiled_part
def bins_between(ux: float, uy: float, vx: float, vy: float) -> tuple[np.uint64, np.uint64]:
    """Return the bits of the directions anticlockwise from u to v, less than a half circle apart.

    Returns:
        of the parts of the circle that are touched, and of those that lie within.
    """
    first = int(np.floor((diamond(ux, uy) - _SLACK) / _PART))
    last = int(np.floor((diamond(vx, vy) + _SLACK) / _PART))
    if last < first:
        last += BINS
    touched, within = np.uint64(0), np.uint64(0)
    for part in range(first, last + 1):
        bit = np.uint64(1) << np.uint64(part % BINS)
        touched |= bit
        if first < part < last:
            within |= bit
    # A sector within one part of the circle, or around to it, has none of it within.
    ends = np.uint64(1) << np.uint64(first % BINS) | np.uint64(1) << np.uint64(last % BINS)
    return touched, within & ~ends


@compiled_part
def angle_of(part: int) -> float:
    """Return the mathematical angle at which a part of the circle begins, radians."""
    quadrant, within = divmod(part % BINS, BINS // 4)
    share = within * _PART
    angle: float = 0.5 * np.pi * quadrant + np.arctan2(share, 1.0 - share)
    return angle


@compiled_part
def window(needed: np.uint64, start_rad: float, sweep_rad: float) -> tuple[float, float]:
    """Return where a sweep for these directions begins, and its angle, within a given sweep.

    Args:
        needed: bits of the directions.
        start_rad: mathematical angle at which the given sweep begins.
        sweep_rad: its angle, less than a half circle, or 2 pi for all round.

    Returns:
        start and angle, radians; the angle is 0 if nothing is needed within the given sweep.
    """
    if needed == ALL_ROUND:
        return start_rad, sweep_rad
    turn = 2.0 * np.pi
    if sweep_rad < turn - 1e-12:
        first = int(diamond(np.cos(start_rad), np.sin(start_rad)) / _PART)
        end_rad = start_rad + sweep_rad
        parts = (int(diamond(np.cos(end_rad), np.sin(end_rad)) / _PART) - first) % BINS + 1
    else:
        first, parts = _after_widest_gap(needed), BINS
    low, high = parts, -1
    for part in range(parts):
        if needed >> np.uint64((first + part) % BINS) & np.uint64(1):
            low, high = min(low, part), part
    if high < 0:
        return start_rad, 0.0
    if parts == BINS:
        begin = angle_of(first)
        return begin, (angle_of(first + high + 1) - begin) % turn
    skipped, end = 0.0, sweep_rad
    if low > 0:
        skipped = (angle_of(first + low) - start_rad) % turn
    if high < parts - 1:
        end = (angle_of(first + high + 1) - start_rad) % turn
    return start_rad + skipped, end - skipped


@compiled_part
def _after_widest_gap(needed: np.uint64) -> int:
    """Return the part of the circle with which the smallest window around some bits begins."""
    begin, widest, gap = 0, 0, 0
    for part in range(2 * BINS):
        if needed >> np.uint64(part % BINS) & np.uint64(1):
            if gap > widest:
                begin, widest = part % BINS, gap
            gap = 0
        else:
            gap += 1
    return begin
