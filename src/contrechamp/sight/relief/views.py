"""What is between places and the points of lines, worked out once for all draws.

From place to place of a camera nothing moves but its lens, up and down, and the tops of some
buildings. So for each point of each line within reach it is kept how high the lens must be for the
ground, and all that stands on it with a known top, not to hide it (`surface.needed_height`); and
which others stand in between. A draw then compares numbers (`relief.seen`).

Lines are looked at in points a step apart. What hides a stretch shorter than a step may be missed,
and an end of what is in view is off by half a step at most.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled, compiled_leaf, compiled_part
from contrechamp.sight.arrays import F8, I8
from contrechamp.sight.boxes import LEAF, leaves_within
from contrechamp.sight.growing import doubled
from contrechamp.sight.parts import segments_in_view
from contrechamp.sight.relief.surface import FALL_PER_M2, ground_at, needed_height
from contrechamp.sight.sweep import TOO_SMALL

#: What stands on the ground, (n_bodies,) each: the height of its foot; whether it follows the
#: ground instead, as walls do; top and bottom above the foot, the top NaN where it is drawn.
Standing = namedtuple("Standing", "foot_m follows top_m bottom_m")

#: Of each place its segments; of each of these its points, evenly from end to end. Of each point
#: the height of a target there above the ground of the camera; how high above that ground the lens
#: must be for the ground not to hide it, and for what stands there with a known top; and what else
#: stands in between: which body, at which part of the way, on which ground. Then the bottoms of
#: bodies, how far places see, and the most points of a segment.
ReliefViews = namedtuple(
    "ReliefViews",
    "segment_start segment point_start rise_m needed_m cleared_m hit_start hit_body hit_part"
    " hit_foot_m bottom_m reach_m most_points",
)

#: Distance of two points of a line that is no longer than `SHORT_M`, and of a longer one.
STEP_M, LONG_STEP_M, SHORT_M = 1.0, 2.5, 12.0
#: Directions by which walls are told apart.
_BINS = 256


@compiled_leaf
def points_of(length_m: float) -> int:
    """Return in how many points a line is looked at: at both ends and between."""
    step = STEP_M if length_m <= SHORT_M else LONG_STEP_M
    return max(1, int(np.ceil(length_m / step - 1e-9))) + 1


@compiled_leaf
def _bin(x: float, y: float) -> int:
    return int((np.arctan2(y, x) + np.pi) / (2.0 * np.pi) * _BINS) % _BINS


@compiled_part
def _walls_by_direction(index: Any, x: float, y: float, reach: float, sectors: Any) -> Any:
    """Return the walls within reach by the direction in which they lie, in compressed rows."""
    leaves = np.empty(64, np.int64)
    found = leaves_within(index.tree, x, y, 0.0, reach, sectors, 0, leaves)
    while found < 0:
        leaves = doubled(leaves)
        found = leaves_within(index.tree, x, y, 0.0, reach, sectors, 0, leaves)
    start = np.zeros(_BINS + 1, np.int64)
    corners = index.corners
    rows = np.empty(0, np.int64)
    for turn in range(2):  # first to count, then to fill
        for leaf in range(found):
            first = LEAF * leaves[leaf]
            for wall in range(first, min(first + LEAF, len(corners))):
                ax, ay = corners[wall, 0] - x, corners[wall, 1] - y
                bx, by = corners[wall, 2] - x, corners[wall, 3] - y
                if ax * by - ay * bx < 0.0:
                    ax, ay, bx, by = bx, by, ax, ay
                # One more on either side: rounding must lose none.
                low = (_bin(ax, ay) - 1) % _BINS
                many = (_bin(bx, by) + 1 - low) % _BINS + 1
                for k in range(many):
                    at = (low + k) % _BINS
                    if turn == 0:
                        start[at + 1] += 1
                    else:
                        rows[start[at]] = wall
                        start[at] += 1
        if turn == 0:
            for at in range(_BINS):
                start[at + 1] += start[at]
            rows = np.empty(start[_BINS], np.int64)
        else:
            for at in range(_BINS, 0, -1):
                start[at] = start[at - 1]
            start[0] = 0
    return start, rows


@compiled
def view_from(
    surface: Any, index: Any, standing: Any, over: I8, x: float, y: float, reach: float,
    lines: Any, target_m: float,
) -> Any:  # fmt: skip
    """Return what `ReliefViews` keeps of one place: its arrays from `segment` to `hit_foot_m`.

    Args:
        surface: the ground.
        index: of the walls (`walls.Walls.index`).
        standing: `Standing`, of the bodies that have them.
        over: bodies that the place lies within (`placing.off_outlines`).
        x: of the place, metres east.
        y: metres north.
        reach: how far it sees at most.
        lines: the segments (`parts.index_segments`).
        target_m: height of targets above the ground.
    """
    sectors = np.zeros((2, 4))
    within, leaves = np.empty(256, np.int32), np.empty(64, np.int64)
    many = segments_in_view(lines, x, y, 0.0, reach, sectors, 0, leaves, within, 0)
    while many == TOO_SMALL:
        within, leaves = doubled(within), doubled(leaves)
        many = segments_in_view(lines, x, y, 0.0, reach, sectors, 0, leaves, within, 0)
    bin_start, walls = _walls_by_direction(index, x, y, reach, sectors)
    corners, place, ends = index.corners, index.place, lines.ends
    own_m = ground_at(surface, x, y)
    point_start = np.zeros(many + 1, np.int64)
    for k in range(many):
        s = within[k]
        length = np.sqrt((ends[s, 2] - ends[s, 0]) ** 2 + (ends[s, 3] - ends[s, 1]) ** 2)
        point_start[k + 1] = point_start[k] + points_of(length)
    points = point_start[many]
    rise, needed = np.empty(points, np.float32), np.empty(points, np.float32)
    cleared = np.empty(points, np.float32)
    hit_start = np.zeros(points + 1, np.int64)
    body_of, part_of = np.empty(4 * points + 64, np.int32), np.empty(4 * points + 64, np.float32)
    foot_of = np.empty(4 * points + 64, np.float32)
    # Bodies on the way to the point at hand, and how often each was crossed.
    crossed, times = np.empty(64, np.int64), np.empty(64, np.int64)
    hits = 0
    for k in range(many):
        s = within[k]
        first, count = point_start[k], point_start[k + 1] - point_start[k]
        for p in range(count):
            t = p / (count - 1.0)
            px = ends[s, 0] + t * (ends[s, 2] - ends[s, 0])
            py = ends[s, 1] + t * (ends[s, 3] - ends[s, 1])
            dx, dy = px - x, py - y
            fall = FALL_PER_M2 * (dx * dx + dy * dy)
            target = ground_at(surface, px, py) + target_m - fall
            needed[first + p] = needed_height(surface, x, y, px, py, target) - own_m
            least = -np.inf  # for what stands on the ground
            on_the_way = 0
            for b in over:
                crossed[on_the_way], times[on_the_way] = b, 1
                on_the_way += 1
            at = _bin(dx, dy)
            for row in range(bin_start[at], bin_start[at + 1]):
                wall = walls[row]
                wx, wy = corners[wall, 2] - corners[wall, 0], corners[wall, 3] - corners[wall, 1]
                ox, oy = corners[wall, 0] - x, corners[wall, 1] - y
                across = dx * wy - dy * wx
                if across == 0.0:
                    continue
                part = (ox * wy - oy * wx) / across
                along = (ox * dy - oy * dx) / across
                # A corner belongs to the wall that begins there.
                if part <= 0.0 or part >= 1.0 or along < 0.0 or along >= 1.0:
                    continue
                b = np.int64(place[wall, 0])
                known = -1
                for c in range(on_the_way):
                    if crossed[c] == b:
                        known = c
                if known >= 0:
                    times[known] += 1
                else:
                    if on_the_way == len(crossed):
                        crossed, times = doubled(crossed), doubled(times)
                    crossed[on_the_way], times[on_the_way] = b, 1
                    on_the_way += 1
                foot = standing.foot_m[b]
                if standing.follows[b]:
                    foot = ground_at(surface, x + part * dx, y + part * dy)
                foot -= fall * part * part
                if standing.bottom_m[b] <= 0.0 and standing.top_m[b] == standing.top_m[b]:
                    top = foot + standing.top_m[b]
                    least = max(least, (top - target * part) / (1.0 - part))
                    continue
                if hits + on_the_way + 1 >= len(body_of):
                    body_of, part_of, foot_of = doubled(body_of), doubled(part_of), doubled(foot_of)
                body_of[hits], part_of[hits], foot_of[hits] = b, part, foot - own_m
                hits += 1
            # What was crossed an odd number of times holds the target.
            for c in range(on_the_way):
                if times[c] % 2 == 0:
                    continue
                b = crossed[c]
                foot = standing.foot_m[b]
                if standing.follows[b]:
                    foot = target - target_m
                if standing.bottom_m[b] <= 0.0 and standing.top_m[b] == standing.top_m[b]:
                    if target < foot + standing.top_m[b]:
                        least = np.inf
                    continue
                if hits + 1 >= len(body_of):
                    body_of, part_of, foot_of = doubled(body_of), doubled(part_of), doubled(foot_of)
                body_of[hits], part_of[hits], foot_of[hits] = b, 1.0, foot - own_m
                hits += 1
            rise[first + p] = target - own_m
            cleared[first + p] = least - own_m
            hit_start[first + p + 1] = hits
    return (
        within[:many].copy(), point_start, rise, needed, cleared, hit_start, body_of[:hits].copy(),
        part_of[:hits].copy(), foot_of[:hits].copy(),
    )  # fmt: skip


def relief_views(
    surface: Any, index: Any, standing: Any, over_start: I8, over: I8, x: F8, y: F8, reach_m: F8,
    lines: Any, target_m: float,
) -> Any:  # fmt: skip
    """Return `ReliefViews` of places; for `Args` see `view_from`, with (n,) places."""
    kept = [
        view_from(
            surface, index, standing, over[over_start[k] : over_start[k + 1]], float(x[k]),
            float(y[k]), float(reach_m[k]), lines, target_m,
        )
        for k in range(len(x))
    ]  # fmt: skip
    segments = [len(one[0]) for one in kept]
    return ReliefViews(
        segment_start=_starts(segments),
        segment=_joined([one[0] for one in kept], np.int32),
        point_start=_running([one[1] for one in kept]),
        rise_m=_joined([one[2] for one in kept], np.float32),
        needed_m=_joined([one[3] for one in kept], np.float32),
        cleared_m=_joined([one[4] for one in kept], np.float32),
        hit_start=_running([one[5] for one in kept]),
        hit_body=_joined([one[6] for one in kept], np.int32),
        hit_part=_joined([one[7] for one in kept], np.float32),
        hit_foot_m=_joined([one[8] for one in kept], np.float32),
        bottom_m=standing.bottom_m,
        reach_m=np.ascontiguousarray(reach_m, np.float64),
        most_points=max((int(np.diff(one[1]).max(initial=2)) for one in kept), default=2),
    )


def _starts(counts: list[int]) -> I8:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _joined(parts: list[Any], kind: Any) -> Any:
    return np.concatenate([np.empty(0, kind), *parts]).astype(kind, copy=False)


def _running(starts: list[I8]) -> I8:
    """Join rows of starts, each from 0, to one."""
    counts = [np.diff(one) for one in starts]
    return np.concatenate([[0], np.cumsum(_joined(counts, np.int64))]).astype(np.int64)
