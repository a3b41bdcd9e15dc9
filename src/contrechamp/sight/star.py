"""Outlines without junctions: of regions that extend to a single boundary in every direction.

If no shadow ends within a level's reach, its region is the part of a disc (or ring) in front of the
nearest shadow: in every direction it is bounded by one distance. Its outline can be read off slice
by slice, and need not be traced from junction to junction (`contrechamp.sight.outline`). This is by
far the most common case: with flat walls, with houses higher than the camera, and at every level
that ends before the ground behind a low house comes into view again.
"""

from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_leaf, compiled_part
from contrechamp.sight.growing import sort_few
from contrechamp.sight.outline import (
    FAR,
    SAME_JUNCTION_M,
    SLIVER_M2,
    add_arc,
    chord_angle,
    cut_at_circle,
    has_room,
    ring_area,
)
from contrechamp.sight.sweep import NOTHING

#: No edge: the outline has not begun.
NO_EDGE = -10


@compiled_leaf
def star_reach(slices: int, out: Any) -> float:
    """Return the distance up to which what is seen has a single boundary in every direction.

    Returns:
        metres; inf if nothing is seen again behind a shadow, and 0 if the ground at the camera's
        foot is hidden in some direction.
    """
    cell_start, inner = out.cell_start, out.inner
    if cell_start[slices] == slices:
        # At most one stretch per slice.
        for k in range(slices):
            if cell_start[k] != k or inner[k] != NOTHING:
                return 0.0
        return np.inf
    nearest: float = np.inf
    for k in range(slices):
        first, last = cell_start[k], cell_start[k + 1]
        if first == last or inner[first] != NOTHING:
            return 0.0
        if last - first > 1:
            # A line between two directions comes no nearer than its nearer end, projected on their
            # bisector.
            u = max(out.inner_ua[first + 1], out.inner_ub[first + 1])
            cos_angle = out.ax[k] * out.bx[k] + out.ay[k] * out.by[k]
            nearest = min(nearest, np.sqrt(0.5 * (1.0 + cos_angle)) / u)
    return nearest


@compiled_part
def turn_between(ax: float, ay: float, bx: float, by: float, span: float) -> float:
    """Return the angle from a to b, 0 to 2 pi, radians.

    Args:
        ax: unit vector.
        ay: its other component.
        bx: unit vector.
        by: its other component.
        span: roughly the diamond angle from a to b, 0 to 4; tells a full turn from none.
    """
    turn: float = np.arctan2(ax * by - ay * bx, ax * bx + ay * by)
    if turn < 0.0:
        turn = turn + 2.0 * np.pi if span > 1.5 else 0.0
    elif turn < 0.5 and span > 2.5:
        turn += 2.0 * np.pi
    return turn


@compiled_leaf
def star_outlines(
    slices: int,
    out: Any,
    around: bool,
    near: float,
    reach: Any,
    levels: tuple[int, int],
    sagitta_m: float,
    camera: int,
    cuts: Any,
    rings: Any,
) -> bool:
    """Append the outlines of levels that end within `star_reach`, relative to the camera.

    One call for all levels of a camera, for the reason given at `sweep.cut_slices`.

    Args:
        slices: number of slices in `out`.
        out: what `sweep_camera` found.
        around: whether the sweep goes all round; then `near` is 0.
        near: where the view begins.
        reach: (n_levels,) where each level ends.
        levels: the first of the levels to do, and the one after the last.
        sagitta_m: how far chords may lie inside an arc.
        camera: number to store with each ring.
        cuts: room for six numbers.
        rings: what has been traced so far.

    Returns:
        whether there is room in `rings`.
    """
    angle, dir_ax, dir_ay, dir_bx, dir_by = out.angle, out.ax, out.ay, out.bx, out.by
    cell_start, outer, outer_ua, outer_ub = out.cell_start, out.outer, out.outer_ua, out.outer_ub
    x, y = rings.x, rings.y
    for level in range(levels[0], levels[1]):
        far = reach[level]
        if far <= near:
            continue
        step_far = chord_angle(far, far - near, sagitta_m)
        step_near = chord_angle(near, far - near, sagitta_m)
        chords = int(2.0 * np.pi / step_far) + int(2.0 * np.pi / step_near)
        if not has_room(rings, 20 * slices + chords + 8, 4 * slices + 2):
            return False
        ring, begin = rings.count[1], rings.count[0]
        corners = begin
        far_2 = far * far
        edge = NO_EDGE  # what the outline follows: a wall, or FAR
        distance = 0.0  # of its end so far
        arc_x, arc_y, arc_angle = 1.0, 0.0, 0.0  # where the current arc began
        run_x, run_y, run_angle = 1.0, 0.0, 0.0  # where the ring began
        first_edge, first_distance = NO_EDGE, 0.0
        for k in range(slices):
            c = cell_start[k]
            ax, ay, bx, by = dir_ax[k], dir_ay[k], dir_bx[k], dir_by[k]
            wall, ua, ub = outer[c], outer_ua[c], outer_ub[c]
            largest, smallest = max(ua, ub), min(ua, ub)
            pieces = 1
            whole = NO_EDGE
            if wall == NOTHING or 2.0 * largest * largest * far_2 <= 1.0 + ax * bx + ay * by:
                whole = FAR
            else:
                if smallest * far < 1.0:
                    pieces = 1 + cut_at_circle(ua, ub, ax, ay, bx, by, far, cuts, 0)
                elif near == 0.0:
                    whole = wall
                if near > 0.0 and largest * near > 0.7:
                    pieces = 1 + cut_at_circle(ua, ub, ax, ay, bx, by, near, cuts, pieces - 1)
                if pieces > 2:
                    sort_few(cuts, 0, pieces - 1)
            from_s, fx, fy = 0.0, ax, ay
            for piece in range(pieces):
                to_s, tx, ty = 1.0, bx, by
                if piece < pieces - 1:
                    to_s = cuts[piece]
                    tx, ty = ax + to_s * (bx - ax), ay + to_s * (by - ay)
                    norm = np.sqrt(tx * tx + ty * ty)
                    tx, ty = tx / norm, ty / norm
                now, distance_a, distance_b = whole, far, far
                if whole != FAR:
                    distance_a = (
                        1.0 / ua if from_s == 0.0 else distance_at(ua, ub, ax, ay, bx, by, from_s)
                    )
                    distance_b = (
                        1.0 / ub if to_s == 1.0 else distance_at(ua, ub, ax, ay, bx, by, to_s)
                    )
                    if whole == NO_EDGE:
                        middle = distance_at(ua, ub, ax, ay, bx, by, 0.5 * (from_s + to_s))
                        now = FAR if middle >= far else (wall if middle > near else NO_EDGE)
                        if now == FAR:
                            distance_a, distance_b = far, far
                        distance_a = min(max(distance_a, near), far)
                        distance_b = min(max(distance_b, near), far)

                if now != edge or abs(distance_a - distance) > SAME_JUNCTION_M:
                    # A new edge begins in this direction, and the previous one ends.
                    if edge == FAR:
                        turn = turn_between(arc_x, arc_y, fx, fy, angle[k] - arc_angle)
                        corners = add_arc(x, y, corners, far * arc_x, far * arc_y, turn, step_far)
                    if edge != NO_EDGE and (
                        now == NO_EDGE or abs(distance_a - distance) > SAME_JUNCTION_M
                    ):
                        x[corners], y[corners] = distance * fx, distance * fy
                        corners += 1
                    if edge == NO_EDGE and now != NO_EDGE:
                        run_x, run_y, run_angle = fx, fy, angle[k]
                        begin = corners
                        if not around and distance_a - near > SAME_JUNCTION_M:
                            x[corners], y[corners] = near * fx, near * fy
                            corners += 1
                        if k == 0:
                            first_edge, first_distance = now, distance_a
                    if now != NO_EDGE:
                        x[corners], y[corners] = distance_a * fx, distance_a * fy
                        corners += 1
                        arc_x, arc_y, arc_angle = fx, fy, angle[k]
                    elif edge != NO_EDGE:
                        if distance - near > SAME_JUNCTION_M:
                            x[corners], y[corners] = near * fx, near * fy
                            corners += 1
                        turn = turn_between(run_x, run_y, fx, fy, angle[k] - run_angle)
                        corners = add_arc(x, y, corners, near * fx, near * fy, -turn, step_near)
                        if ring_area(x, y, begin, corners) > SLIVER_M2:
                            rings.camera[ring], rings.level[ring] = camera, level
                            ring += 1
                            rings.start[ring] = corners
                        else:
                            corners = begin
                    edge = now
                distance = distance_b
                from_s, fx, fy = to_s, tx, ty

        if edge != NO_EDGE:
            # The end of the sweep.
            ex, ey, end = dir_bx[slices - 1], dir_by[slices - 1], angle[slices]
            if edge == FAR:
                turn = turn_between(arc_x, arc_y, ex, ey, end - arc_angle)
                corners = add_arc(x, y, corners, far * arc_x, far * arc_y, turn, step_far)
            if not around:
                x[corners], y[corners] = distance * ex, distance * ey
                corners += 1
                if near > 0.0:
                    if distance - near > SAME_JUNCTION_M:
                        x[corners], y[corners] = near * ex, near * ey
                        corners += 1
                    turn = turn_between(run_x, run_y, ex, ey, end - run_angle)
                    corners = add_arc(x, y, corners, near * ex, near * ey, -turn, step_near)
            elif abs(distance - first_distance) > SAME_JUNCTION_M:
                x[corners], y[corners] = distance * ex, distance * ey
                corners += 1
            elif edge == first_edge and edge != FAR and corners - begin > 3:
                # The ring began in the middle of a wall: drop that corner.
                for m in range(begin, corners - 1):
                    x[m], y[m] = x[m + 1], y[m + 1]
                corners -= 1
            if ring_area(x, y, begin, corners) > SLIVER_M2:
                rings.camera[ring], rings.level[ring] = camera, level
                ring += 1
                rings.start[ring] = corners
            else:
                corners = begin
        rings.count[0], rings.count[1] = corners, ring
    return True


@compiled_part
def distance_at(
    ua: float, ub: float, ax: float, ay: float, bx: float, by: float, s: float
) -> float:
    """Return the distance of a straight boundary at fraction s of a slice."""
    x, y = ax + s * (bx - ax), ay + s * (by - ay)
    distance: float = np.sqrt(x * x + y * y) / max(ua + s * (ub - ua), 1e-12)
    return distance
