"""What a place has in view on the plan, kept for all draws of the camera that hangs there.

On the plan every wall is endless. What is in view there is in view whatever the heights are, and
where the plan's view ends at a house that hides all behind it (as high as the camera, in most
draws) nothing else is. So the plan's view of a place, all round and as far as any draw reaches, is
computed once; a draw cuts it to its sector and range, and sweeps anew only for segments that lie
behind a house which is low in that draw (`settled`).

Which segments these are is told by bits: a slice of the plan's view has a bit (several share one if
there are more than `BITS`), a segment the bits of the slices in which some of it is hidden, and a
draw those of the slices that end at a low house.
"""

from collections import namedtuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled, compiled_leaf, compiled_part
from contrechamp.base.ragged import ragged_ranges
from contrechamp.sight.arrays import F8
from contrechamp.sight.growing import doubled, doubled_rows
from contrechamp.sight.hull import bins_between, bins_of
from contrechamp.sight.parts import (
    new_parts,
    segments_in_view,
    slice_at,
    visible_parts,
)
from contrechamp.sight.sweep import (
    EDGE_ON_M2,
    NOTHING,
    TOO_SMALL,
    diamond,
    enlarged,
    new_scratch,
    new_slices,
    sweep_camera,
)

#: No view is kept further than this, metres: there are too many segments within a longer range.
FURTHEST_KEPT_M = 300.0
BITS = 64
ALL_BITS = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
#: A segment this little before a wall counts as partly behind it.
_AT_THE_WALL = 1e-9

#: The views of places, as the compiled code takes them. `reach` is how far each is known, 0 where
#: none is kept. Then, in compressed rows, its slices that end at a wall (bit, directions as
#: `hull.bins_of` has them, building, distance of the wall, both ends), and the segments within
#: reach: position among the segments, distances of its nearest point and of its further end, bits,
#: directions; those of which some is in view come first, up to `in_view_end`, and of each of both
#: groups the nearest. Then the parts in view of each segment, in compressed rows.
PlanViews = namedtuple(
    "PlanViews",
    "reach slice_start slice_bit slice_bins slice_building slice_m slice_ends"
    " segment_start in_view_end segment segment_m segment_far_m segment_bits segment_bins"
    " part_start part_from part_to",
)


def no_views(places: int) -> Any:
    """Return the views of places of which none is kept: for cameras that are asked about once."""
    start, none = np.zeros(places + 1, np.int64), np.empty(0)
    number, bits = np.empty(0, np.int32), np.empty(0, np.uint64)
    return PlanViews(
        np.zeros(places), start, bits, bits, number, none, np.empty((0, 4)),
        start, np.zeros(places, np.int64), number, none, none, bits, bits,
        np.zeros(1, np.int64), none, none,
    )  # fmt: skip


def keep_views(
    index: Any, over_start: NDArray[np.int64], x: F8, y: F8, range_m: F8, lines: Any
) -> Any:
    """Work out what places have in view on the plan.

    No view is kept of a place above or below a building, nor of one with a range of 0.

    Args:
        index: of the walls (`walls.Walls.index`).
        over_start: where the buildings above or below each place begin (`placing.off_outlines`).
        x: (n,) metres east.
        y: (n,) metres north.
        range_m: (n,) greatest range of the camera in any draw.
        lines: the segments (`parts.index_segments`).
    """
    reach = np.minimum(range_m, FURTHEST_KEPT_M)
    reach[np.diff(over_start) > 0] = 0.0
    return _nearest_first(PlanViews(reach, *_views(index, x, y, reach, lines)))


def _nearest_first(views: Any) -> Any:
    """Return views whose segments are in the order of their distance, in each of their groups."""
    n = len(views.segment)
    place = np.repeat(np.arange(len(views.reach)), np.diff(views.segment_start))
    order = np.lexsort((views.segment_m, np.arange(n) >= views.in_view_end[place], place))
    count = np.diff(views.part_start)[order]
    parts = ragged_ranges(views.part_start[order], count)
    of_segment = ("segment", "segment_m", "segment_far_m", "segment_bits", "segment_bins")
    return views._replace(
        part_start=np.concatenate(([0], np.cumsum(count))),
        part_from=views.part_from[parts],
        part_to=views.part_to[parts],
        **{name: getattr(views, name)[order] for name in of_segment},
    )


@compiled
def _views(index: Any, x: Any, y: Any, reach: Any, lines: Any) -> Any:
    """Return what `PlanViews` holds, but for `reach`."""
    places = len(x)
    scratch, out, parts = new_scratch(512), new_slices(256, 1024), new_parts(1024)
    leaves, within = np.empty(256, np.int64), np.empty(2048, np.int32)
    slice_start = np.zeros(places + 1, np.int64)
    bit, bins = np.empty(1024, np.uint64), np.empty(1024, np.uint64)
    building = np.empty(1024, np.int32)
    slice_m, ends = np.empty(1024), np.empty((1024, 4))
    segment_start, in_view_end = np.zeros(places + 1, np.int64), np.zeros(places, np.int64)
    segment, segment_bits = np.empty(8192, np.int32), np.empty(8192, np.uint64)
    segment_bins = np.empty(8192, np.uint64)
    segment_m, segment_far_m = np.empty(8192), np.empty(8192)
    part_start = np.zeros(8193, np.int64)
    part_from, part_to = np.empty(8192), np.empty(8192)
    no_heights, nobody = np.empty(0), np.empty(0, np.int64)
    walls = segments = n_parts = 0
    for c in range(places):
        in_view_end[c] = segments
        if reach[c] > 0.0:
            while True:
                slices = sweep_camera(
                    index, no_heights, nobody, x[c], y[c], 1.0, 0.0, reach[c], 0.0, 2.0 * np.pi,
                    True, scratch, out,
                )  # fmt: skip
                if slices != TOO_SMALL:
                    break
                scratch, out = enlarged(scratch, out)
            while walls + slices > len(bit):
                bit, bins, building = doubled(bit), doubled(bins), doubled(building)
                slice_m, ends = doubled(slice_m), doubled_rows(ends)
            for k in range(slices):
                if out.outer[k] == NOTHING:
                    continue
                bit[walls], building[walls] = bit_of(k, slices), index.place[out.outer[k], 0]
                ends[walls, 0], ends[walls, 1] = out.ax[k], out.ay[k]
                ends[walls, 2], ends[walls, 3] = out.bx[k], out.by[k]
                bins[walls] = bins_between(out.ax[k], out.ay[k], out.bx[k], out.by[k])[0]
                # See `star.star_reach`.
                cos_angle = out.ax[k] * out.bx[k] + out.ay[k] * out.by[k]
                furthest_u = max(out.outer_ua[k], out.outer_ub[k])
                slice_m[walls] = np.sqrt(0.5 * (1.0 + cos_angle)) / furthest_u
                walls += 1
            while True:
                many = segments_in_view(
                    lines, x[c], y[c], 0.0, reach[c], scratch.sectors[0], 0, leaves, within, 0
                )
                if many != TOO_SMALL:
                    break
                leaves, within = doubled(leaves), doubled(within)
            while True:
                found = visible_parts(
                    slices, out, x[c], y[c], 0.0, reach[c], lines.ends, within, many, parts
                )
                if found != TOO_SMALL:
                    break
                parts = new_parts(2 * len(parts.segment))
            while segments + many > len(segment):
                segment, segment_bits = doubled(segment), doubled(segment_bits)
                segment_bins = doubled(segment_bins)
                segment_m, segment_far_m = doubled(segment_m), doubled(segment_far_m)
                part_start = doubled(part_start)
            while n_parts + found > len(part_from):
                part_from, part_to = doubled(part_from), doubled(part_to)
            # Those of which some is in view, then those behind walls.
            for behind in range(2):
                p = 0
                for i in range(many):
                    s = within[i]
                    first = p
                    while p < found and parts.segment[p] == s:
                        p += 1
                    if (p == first) != (behind == 1):
                        continue
                    for part in range(first, p):
                        part_from[n_parts], part_to[n_parts] = parts.start[part], parts.end[part]
                        n_parts += 1
                    ax, ay = lines.ends[s, 0] - x[c], lines.ends[s, 1] - y[c]
                    bx, by = lines.ends[s, 2] - x[c], lines.ends[s, 3] - y[c]
                    segment[segments], segment_m[segments] = s, distance_of(ax, ay, bx, by)
                    segment_far_m[segments] = np.sqrt(max(ax * ax + ay * ay, bx * bx + by * by))
                    segment_bits[segments] = hidden_bits(slices, out, ax, ay, bx, by)
                    segment_bins[segments] = bins_of(ax, ay, bx, by)
                    segments += 1
                    part_start[segments] = n_parts
                if behind == 0:
                    in_view_end[c] = segments
        slice_start[c + 1], segment_start[c + 1] = walls, segments
    return (
        slice_start, bit[:walls], bins[:walls], building[:walls], slice_m[:walls], ends[:walls],
        segment_start, in_view_end, segment[:segments], segment_m[:segments],
        segment_far_m[:segments], segment_bits[:segments], segment_bins[:segments],
        part_start[: segments + 1], part_from[:n_parts], part_to[:n_parts],
    )  # fmt: skip


@compiled_part
def bit_of(k: int, slices: int) -> Any:
    """Return the bit of a slice."""
    return np.uint64(1) << np.uint64(k if slices <= BITS else k * BITS // slices)


@compiled_part
def distance_of(ax: float, ay: float, bx: float, by: float) -> float:
    """Return how near the segment a-b comes to the camera."""
    wx, wy = bx - ax, by - ay
    length_2 = wx * wx + wy * wy
    part = min(max(-(ax * wx + ay * wy) / length_2, 0.0), 1.0) if length_2 > 0.0 else 0.0
    near_x, near_y = ax + part * wx, ay + part * wy
    distance: float = np.sqrt(near_x * near_x + near_y * near_y)
    return distance


@compiled_leaf
def hidden_bits(slices: int, out: Any, px: float, py: float, qx: float, qy: float) -> Any:
    """Return the bits of the slices in which some of a segment lies at or behind a wall.

    All bits for a segment on a line through the camera.
    """
    twice_area = px * qy - py * qx
    if abs(twice_area) <= EDGE_ON_M2:
        return ALL_BITS
    if twice_area < 0.0:
        px, py, qx, qy = qx, qy, px, py
        twice_area = -twice_area
    nx, ny = (qy - py) / twice_area, (px - qx) / twice_area
    a, b = diamond(px, py), diamond(qx, qy)
    first = slice_at(slices, out, a)
    after = slice_at(slices, out, b) - first + (slices if a > b else 0)
    bits = np.uint64(0)
    for step in range(after + 1):
        k = (first + step) % slices
        if out.outer[k] == NOTHING:
            continue
        ax, ay, bx, by = out.ax[k], out.ay[k], out.bx[k], out.by[k]
        past_p_a, past_p_b = px * ay - py * ax, px * by - py * bx
        past_q_a, past_q_b = qx * ay - qy * ax, qx * by - qy * bx
        enter, leave = 0.0, 1.0
        if past_p_a < 0.0 and past_p_b > past_p_a:
            enter = min(past_p_a / (past_p_a - past_p_b), 1.0)
        if past_q_b > 0.0 and past_q_b > past_q_a:
            leave = max(past_q_a / (past_q_a - past_q_b), 0.0)
        ua, ub = nx * ax + ny * ay, nx * bx + ny * by
        before_a, before_b = ua - out.outer_ua[k], ub - out.outer_ub[k]
        nearest = min(
            before_a + enter * (before_b - before_a), before_a + leave * (before_b - before_a)
        )
        if nearest <= _AT_THE_WALL * max(out.outer_ua[k], out.outer_ub[k]):
            bits |= bit_of(k, slices)
    return bits
