"""From slices to polygons: the exact outline of what is seen, traced edge by edge.

The region of a level, between two distances, is a set of stretches in every slice. Its outline runs
along their outer boundaries anticlockwise, along their inner boundaries clockwise, and along the
directions between slices wherever one side is seen and the other is not: always with the region on
the left. At every junction the sharpest left turn is taken, so that rings never cross themselves;
two parts that meet in a point become two rings. Anticlockwise rings are shells, the others holes.

Straight boundaries keep the walls' own corners. Arcs of range, density and tilt become chords whose
midpoints lie at most the given sagitta inside the arc.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_leaf, compiled_part
from contrechamp.sight.growing import copy_first, sort_few
from contrechamp.sight.sweep import NOTHING, TOO_SMALL

#: Boundaries that are arcs of the far and the near limit.
FAR = -2
NEAR = -3
#: Distances along one direction that differ by no more than this are the same junction.
SAME_JUNCTION_M = 1e-7
#: Rings of less area than this (m2) are artefacts of rounding.
SLIVER_M2 = 1e-9

#: The stretches of one level, slice by slice, with the distances of both boundaries at both ends;
#: and room for the places where a slice is cut.
Stretches = namedtuple(
    "Stretches",
    "ax ay bx by start inner inner_a inner_b outer outer_a outer_b cuts",
)


@compiled_part
def new_stretches(slices: int, stretches: int) -> Any:
    """Return room for this many slices and stretches."""
    return Stretches(
        np.empty(slices), np.empty(slices), np.empty(slices), np.empty(slices),
        np.empty(slices + 1, np.int64),
        np.empty(stretches, np.int64), np.empty(stretches), np.empty(stretches),
        np.empty(stretches, np.int64), np.empty(stretches), np.empty(stretches),
        np.empty(stretches),
    )  # fmt: skip


@compiled_leaf
def cut_at_circle(
    ua: float, ub: float, ax: float, ay: float, bx: float, by: float, r: float, cuts: Any, n: int
) -> int:
    """Append the places in a slice, 0 to 1, where a straight boundary crosses the circle."""
    if ua <= 0.0 or ub <= 0.0:
        return n
    # |a + s (b - a)| = r (ua + s (ub - ua)), squared.
    dx, dy, du = bx - ax, by - ay, ub - ua
    a = dx * dx + dy * dy - r * r * du * du
    b = ax * dx + ay * dy - r * r * ua * du
    c = 1.0 - r * r * ua * ua
    root = b * b - a * c
    if root <= 0.0 or a == 0.0:
        return n
    root = np.sqrt(root)
    first, last = (-b - root) / a, (-b + root) / a
    if 1e-9 < first < 1.0 - 1e-9:
        cuts[n] = first
        n += 1
    if 1e-9 < last < 1.0 - 1e-9:
        cuts[n] = last
        n += 1
    # Between two crossings the boundary bulges beyond the circle, although both ends lie on it.
    # One more cut there makes sure that the ends of every part show which side it lies on.
    middle = 0.5 * (first + last)
    if min(first, last) > -1e-9 and max(first, last) < 1.0 + 1e-9 and 1e-9 < middle < 1.0 - 1e-9:
        cuts[n] = middle
        n += 1
    return n


@compiled_leaf
def clip_to_level(slices: int, out: Any, near: float, far: float, room: Any) -> int:
    """Clip what a sweep found to the ring between two distances.

    Args:
        slices: number of slices in `out`.
        out: what `sweep_camera` found.
        near: where the level begins, metres.
        far: where it ends.
        room: gets the stretches.

    Returns:
        number of slices in `room`; `TOO_SMALL` if there may be too little room.
    """
    cell_start, inner_of, outer_of = out.cell_start, out.inner, out.outer
    in_ua, in_ub, out_ua, out_ub = out.inner_ua, out.inner_ub, out.outer_ua, out.outer_ub
    dir_ax, dir_ay, dir_bx, dir_by = out.ax, out.ay, out.bx, out.by
    most_slices, most_stretches = 1, 1
    for k in range(slices):
        here = cell_start[k + 1] - cell_start[k]
        most_cuts = 12 * here  # two boundaries, two circles, three cuts each
        most_slices += most_cuts + 1
        most_stretches += (most_cuts + 1) * here
    if most_slices > len(room.ax) or most_stretches > len(room.inner):
        return TOO_SMALL
    room_ax, room_ay, room_bx, room_by, start = room.ax, room.ay, room.bx, room.by, room.start
    room_inner, room_inner_a, room_inner_b = room.inner, room.inner_a, room.inner_b
    room_outer, room_outer_a, room_outer_b = room.outer, room.outer_a, room.outer_b
    cuts = room.cuts
    done, count = 0, 0
    for k in range(slices):
        first, last = cell_start[k], cell_start[k + 1]
        ax, ay, bx, by = dir_ax[k], dir_ay[k], dir_bx[k], dir_by[k]
        n = 0
        for c in range(first, last):
            for circle in range(2):
                r = far if circle else near
                if r > 0.0:
                    if outer_of[c] != NOTHING:
                        n = cut_at_circle(out_ua[c], out_ub[c], ax, ay, bx, by, r, cuts, n)
                    if inner_of[c] != NOTHING:
                        n = cut_at_circle(in_ua[c], in_ub[c], ax, ay, bx, by, r, cuts, n)
        sort_few(cuts, 0, n)
        from_s, from_x, from_y = 0.0, ax, ay
        for cut in range(n + 1):
            to_s, to_x, to_y = 1.0, bx, by
            if cut < n:
                to_s = cuts[cut]
                if to_s - from_s < 1e-9:
                    continue
                to_x, to_y = ax + to_s * (bx - ax), ay + to_s * (by - ay)
                norm = np.sqrt(to_x * to_x + to_y * to_y)
                to_x, to_y = to_x / norm, to_y / norm
            room_ax[done], room_ay[done] = from_x, from_y
            room_bx[done], room_by[done] = to_x, to_y
            start[done] = count
            for c in range(first, last):
                inner, inner_a, inner_b = boundary(
                    inner_of[c], in_ua[c], in_ub[c],
                    ax, ay, bx, by, from_s, to_s, 0.0,
                )  # fmt: skip
                outer, outer_a, outer_b = boundary(
                    outer_of[c], out_ua[c], out_ub[c],
                    ax, ay, bx, by, from_s, to_s, np.inf,
                )  # fmt: skip
                if inner_a + inner_b <= 2.0 * near:
                    inner, inner_a, inner_b = (NEAR if near > 0.0 else NOTHING), near, near
                if outer_a + outer_b >= 2.0 * far:
                    outer, outer_a, outer_b = FAR, far, far
                inner_a, inner_b = min(max(inner_a, near), far), min(max(inner_b, near), far)
                outer_a, outer_b = min(max(outer_a, near), far), min(max(outer_b, near), far)
                if (
                    count > start[done]
                    and abs(room_outer_a[count - 1] - inner_a) <= SAME_JUNCTION_M
                    and abs(room_outer_b[count - 1] - inner_b) <= SAME_JUNCTION_M
                ):
                    # The shadow in between has no width: this is one stretch.
                    room_outer[count - 1] = outer
                    room_outer_a[count - 1], room_outer_b[count - 1] = outer_a, outer_b
                elif (
                    outer_a - inner_a > SAME_JUNCTION_M or outer_b - inner_b > SAME_JUNCTION_M
                ) and outer_a + outer_b > inner_a + inner_b:
                    room_inner[count], room_outer[count] = inner, outer
                    room_inner_a[count], room_inner_b[count] = inner_a, inner_b
                    room_outer_a[count], room_outer_b[count] = outer_a, outer_b
                    count += 1
            done += 1
            from_s, from_x, from_y = to_s, to_x, to_y
    start[done] = count
    return done


@compiled_part
def boundary(
    which: int,
    ua: float,
    ub: float,
    ax: float,
    ay: float,
    bx: float,
    by: float,
    from_s: float,
    to_s: float,
    missing: float,
) -> tuple[int, float, float]:
    """Return a boundary and its distance at two places of a slice; `missing` if it is no wall."""
    if which == NOTHING:
        return which, missing, missing
    x, y = ax + from_s * (bx - ax), ay + from_s * (by - ay)
    distance_a = np.sqrt(x * x + y * y) / max(ua + from_s * (ub - ua), 1e-12)
    x, y = ax + to_s * (bx - ax), ay + to_s * (by - ay)
    distance_b = np.sqrt(x * x + y * y) / max(ua + to_s * (ub - ua), 1e-12)
    return which, distance_a, distance_b


#: The junctions of stretches along the directions between slices.
Junctions = namedtuple(
    "Junctions",
    # position; the stretches that an outline can follow from here; whether the gap to the next
    # junction is seen
    "x y distance direction inner_back outer_on open_before open_after"
    # for each stretch: junctions of its inner and outer boundary, at its first and last direction,
    # and whether the outer and the inner one are traced
    " inner_a outer_a inner_b outer_b done",
)


@compiled_part
def new_junctions(stretches: int) -> Any:
    """Return room for the junctions of this many stretches."""
    most = 4 * stretches + 1
    return Junctions(
        np.empty(most), np.empty(most), np.empty(most), np.empty(most, np.int64),
        np.empty(most, np.int64), np.empty(most, np.int64),
        np.empty(most, np.bool_), np.empty(most, np.bool_),
        np.empty(stretches, np.int64), np.empty(stretches, np.int64),
        np.empty(stretches, np.int64), np.empty(stretches, np.int64),
        np.empty((stretches, 2), np.bool_),
    )  # fmt: skip


@compiled_leaf
def find_junctions(slices: int, room: Any, around: bool, at: Any) -> None:
    """Find where stretches begin and end along every direction, and which of them meet there.

    Direction j lies between slice j - 1 ("before") and slice j ("after"). If the sweep goes all
    round, direction `slices` is direction 0 again. Junctions are numbered direction by direction,
    outwards. A stretch that narrows to a point is left out of `inner_back` and `outer_on`: its
    outline turns back at that point (see `trace`).

    Args:
        slices: number of slices in `room`.
        room: the stretches.
        around: whether the sweep goes all round.
        at: gets the junctions; has room for those of all stretches.
    """
    x, y, distance, direction = at.x, at.y, at.distance, at.direction
    inner_back, outer_on = at.inner_back, at.outer_on
    open_before, open_after = at.open_before, at.open_after
    inner_a, outer_a, inner_b, outer_b = at.inner_a, at.outer_a, at.inner_b, at.outer_b
    total = 0
    for j in range(slices if around else slices + 1):
        first = total
        before = j - 1 if j > 0 else (slices - 1 if around else -1)
        if before >= 0:
            for c in range(room.start[before], room.start[before + 1]):
                total = add_junction(distance, first, total, room.inner_b[c])
                total = add_junction(distance, first, total, room.outer_b[c])
        if j < slices:
            for c in range(room.start[j], room.start[j + 1]):
                total = add_junction(distance, first, total, room.inner_a[c])
                total = add_junction(distance, first, total, room.outer_a[c])
        for k in range(first, total):
            inner_back[k] = outer_on[k] = -1
            open_before[k] = open_after[k] = False
        if before >= 0:
            for c in range(room.start[before], room.start[before + 1]):
                low = junction_at(distance, first, total, room.inner_b[c])
                high = junction_at(distance, first, total, room.outer_b[c])
                inner_b[c], outer_b[c] = low, high
                for k in range(low, high):
                    open_before[k] = True
                if low < high:
                    inner_back[low] = c
        if j < slices:
            for c in range(room.start[j], room.start[j + 1]):
                low = junction_at(distance, first, total, room.inner_a[c])
                high = junction_at(distance, first, total, room.outer_a[c])
                inner_a[c], outer_a[c] = low, high
                for k in range(low, high):
                    open_after[k] = True
                if low < high:
                    outer_on[high] = c
        dx = room.ax[j] if j < slices else room.bx[slices - 1]
        dy = room.ay[j] if j < slices else room.by[slices - 1]
        for k in range(first, total):
            x[k], y[k], direction[k] = dx * distance[k], dy * distance[k], j


@compiled_leaf
def add_junction(distance: Any, first: int, total: int, value: float) -> int:
    """Insert a distance into the sorted ``distance[first:total]`` unless it is there already."""
    k = total
    while k > first and distance[k - 1] > value + SAME_JUNCTION_M:
        k -= 1
    if k > first and distance[k - 1] >= value - SAME_JUNCTION_M:
        return total
    for m in range(total, k, -1):
        distance[m] = distance[m - 1]
    distance[k] = value
    return total + 1


@compiled_leaf
def junction_at(distance: Any, first: int, total: int, value: float) -> int:
    """Return the index of the junction at a distance that was added before."""
    nearest = first
    for k in range(first + 1, total):
        if abs(distance[k] - value) < abs(distance[nearest] - value):
            nearest = k
    return nearest


#: Kinds of edges of an outline: along an outer boundary, anticlockwise; along an inner boundary,
#: clockwise; along a direction away from the camera, or towards it.
OUTER, INNER, OUTWARD, INWARD = 0, 1, 2, 3


@compiled_leaf
def next_edge(
    kind: int, k: int, inner_back: Any, outer_on: Any, open_before: Any, open_after: Any
) -> tuple[int, int]:
    """Return the next edge at a junction: the one with the sharpest left turn.

    Args:
        kind: of the edge that was followed.
        k: the junction where it ended.
        inner_back: of `Junctions`, like the others: the stretch whose inner boundary leads on.
        outer_on: the stretch whose outer boundary leads on.
        open_before: whether the gap to the next junction is seen before this direction.
        open_after: and after it.

    Returns:
        kind, and stretch (OUTER, INNER) or the junction where the edge begins (OUTWARD, INWARD).
    """
    inward = k > 0 and open_before[k - 1] and not open_after[k - 1]
    outward = open_after[k] and not open_before[k]
    back, on = inner_back[k], outer_on[k]
    if kind == OUTER:
        if inward:
            return INWARD, k
        if on >= 0:
            return OUTER, on
        if outward:
            return OUTWARD, k
        return INNER, back
    if kind == INNER:
        if outward:
            return OUTWARD, k
        if back >= 0:
            return INNER, back
        if inward:
            return INWARD, k
        return OUTER, on
    if kind == OUTWARD:
        if on >= 0:
            return OUTER, on
        if outward:
            return OUTWARD, k
        return INNER, back
    if back >= 0:
        return INNER, back
    if inward:
        return INWARD, k
    return OUTER, on


#: Rings of many cameras and levels: all corners in sequence, and where each ring begins.
Rings = namedtuple("Rings", "x y start camera level count")


@compiled_part
def new_rings(corners: int, rings: int) -> Any:
    """Return room for this many corners and rings; `count` holds how many of each are in use."""
    return Rings(
        np.empty(corners), np.empty(corners), np.zeros(rings + 1, np.int64),
        np.empty(rings, np.int64), np.empty(rings, np.int64), np.zeros(2, np.int64),
    )  # fmt: skip


@compiled_leaf
def has_room(rings: Any, corners: int, more: int) -> bool:
    """Return whether there is room for this many more corners, and this many more rings."""
    have, count = rings.count[0], rings.count[1]
    return bool(have + corners <= len(rings.x) and count + more < len(rings.start))


@compiled_part
def more_rings(rings: Any) -> Any:
    """Return rings with twice the room."""
    have, count = rings.count[0], rings.count[1]
    larger = new_rings(2 * len(rings.x), 2 * len(rings.camera))
    copy_first(have, rings.x, larger.x)
    copy_first(have, rings.y, larger.y)
    copy_first(count + 1, rings.start, larger.start)
    copy_first(count, rings.camera, larger.camera)
    copy_first(count, rings.level, larger.level)
    larger.count[0], larger.count[1] = have, count
    return larger


@compiled_part
def chord_angle(r: float, width: float, sagitta_m: float) -> float:
    """Return the angle of the chords of an arc of radius r, radians.

    Args:
        r: metres.
        width: between the near and the far arc. Chords never lie further in than half of it, so
            that those of the two arcs do not cross.
        sagitta_m: how far chords may lie inside the arc.
    """
    sagitta = min(sagitta_m, 0.5 * width)
    angle: float = 2.0 * np.arccos(max(1.0 - sagitta / max(r, 2.0 * sagitta), 0.0))
    return angle


@compiled_leaf
def add_arc(x: Any, y: Any, corners: int, px: float, py: float, turn: float, step: float) -> int:
    """Append the corners between the ends of an arc from p, anticlockwise if ``turn > 0``."""
    chords = int(abs(turn) / step) + 1
    c, s = np.cos(turn / chords), np.sin(turn / chords)
    for _ in range(1, chords):
        px, py = px * c - py * s, px * s + py * c
        x[corners], y[corners] = px, py
        corners += 1
    return corners


@compiled_leaf
def trace(
    slices: int,
    room: Any,
    at: Any,
    near: float,
    far: float,
    sagitta_m: float,
    camera: int,
    level: int,
    rings: Any,
) -> bool:
    """Trace the outline of one level's stretches and append its rings, relative to the camera.

    Args:
        slices: number of slices in `room`.
        room: the stretches.
        at: their junctions (`find_junctions`).
        near: radius of the near limit.
        far: of the far limit.
        sagitta_m: how far chords may lie inside an arc.
        camera: number to store with each ring.
        level: number to store with each ring.
        rings: what has been traced so far.

    Returns:
        whether there was room in `rings`.
    """
    stretches = room.start[slices]
    at_x, at_y, at_direction = at.x, at.y, at.direction
    inner_back, outer_on = at.inner_back, at.outer_on
    open_before, open_after = at.open_before, at.open_after
    inner_a, outer_a, inner_b, outer_b = at.inner_a, at.outer_a, at.inner_b, at.outer_b
    inner_wall, outer_wall = room.inner, room.outer
    x, y = rings.x, rings.y
    done = at.done
    for k in range(stretches):
        done[k, OUTER] = done[k, INNER] = False
    step_near = chord_angle(near, far - near, sagitta_m)
    step_far = chord_angle(far, far - near, sagitta_m)
    for begin in range(2 * stretches):
        if done[begin // 2, begin % 2]:
            continue
        kind, item = begin % 2, begin // 2
        first_corner = rings.count[0]
        corners = first_corner
        key_before, key_first = -100, -100
        steps = 0
        while True:
            if kind <= INNER:
                if done[item, kind]:
                    break
                done[item, kind] = True
                if kind == OUTER:
                    which, k, to = outer_wall[item], outer_a[item], outer_b[item]
                else:
                    which, k, to = inner_wall[item], inner_b[item], inner_a[item]
                key = which
            else:
                k = item
                to = k + 1 if kind == OUTWARD else k - 1
                which = NOTHING
                key = -10 - at_direction[k]
            arc = which in (FAR, NEAR)
            chords = 1
            turn = 0.0
            if arc:
                turn = np.arctan2(
                    at_x[k] * at_y[to] - at_y[k] * at_x[to],
                    at_x[k] * at_x[to] + at_y[k] * at_y[to],
                )
                chords = int(abs(turn) / (step_far if which == FAR else step_near)) + 1
            if corners + chords + 1 > len(x) or rings.count[1] + 2 >= len(rings.start):
                return False
            if arc or key != key_before:
                x[corners], y[corners] = at_x[k], at_y[k]
                corners += 1
            if chords > 1:
                step = step_far if which == FAR else step_near
                corners = add_arc(x, y, corners, at_x[k], at_y[k], turn, step)
            if key_first == -100:
                key_first = key
            key_before = key
            if kind == OUTER and inner_b[item] == to:
                kind = INNER  # the stretch ends in a point
            elif kind == INNER and outer_a[item] == to:
                kind = OUTER
            else:
                kind, item = next_edge(kind, to, inner_back, outer_on, open_before, open_after)
            steps += 1
            if item < 0 or steps > 8 * stretches + 8:
                break
        rings.count[0] = first_corner
        if key_first == key_before and key_first >= 0 and corners - first_corner > 3:
            # The ring began in the middle of a straight boundary: drop that corner.
            for m in range(first_corner, corners - 1):
                x[m], y[m] = x[m + 1], y[m + 1]
            corners -= 1
        if abs(ring_area(x, y, first_corner, corners)) > SLIVER_M2:
            ring = rings.count[1]
            rings.camera[ring], rings.level[ring] = camera, level
            rings.start[ring + 1] = corners
            rings.count[0], rings.count[1] = corners, ring + 1
    return True


@compiled_leaf
def ring_area(x: Any, y: Any, first: int, last: int) -> float:
    """Return the signed area of an open ring, positive where it runs anticlockwise."""
    if last - first < 3:
        return 0.0
    twice = 0.0
    for k in range(first, last):
        j = k + 1 if k + 1 < last else first
        twice += x[k] * y[j] - x[j] * y[k]
    return 0.5 * twice
