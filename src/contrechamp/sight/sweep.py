"""The angular sweep: from the walls around one camera to what it sees along every azimuth.

Let the camera be at height h and the target at z. Along one azimuth, a sight line enters a solid
building at distance d1 and leaves it at d2. The sight line to a target at distance D passes
distance s at height ``h + (z - h) s / D``; it is blocked if somewhere in [d1, min(d2, D)] this
height lies between bottom and top. Both conditions are linear in s / D, so that the blocked targets
are exactly those with ``k_lo d1 <= D <= k_hi d2``, where k_lo and k_hi depend on the four heights
only (`shadow_factors`). A wall through which the line enters (front) thus begins a shadow at k_lo
times its distance, and a wall through which it leaves (back) ends one at k_hi times its distance.
Along the azimuth, a target is visible where as many shadows have ended as have begun. Buildings
that touch, overlap or repeat need no special case.

Seen from the camera, a wall scaled by k is a straight wall again, and the inverse u of its distance
along the direction a + s (b - a) between two directions a and b is linear in s. Between two
neighbouring wall ends (a "slice") all boundaries are therefore straight lines over s: two of them
cross at most once, and the slice is cut where they do.

Angles are compared by the "diamond angle" in [0, 4), which grows with the true angle and costs one
division. All coordinates here are relative to the camera and rotated so that the sweep begins along
+x and runs anticlockwise.

Tolerances: wall ends closer than `SAME_ANGLE` (1e-11, one nanometre at 100 m) are one direction;
crossings closer than `SAME_PART` of a slice to its ends are at its ends. Both misplace at most a
sliver whose area is below 1e-6 m2 at 100 m.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled_leaf, compiled_part
from contrechamp.sight.boxes import LEAF, leaves_within, sectors_of

SAME_ANGLE = 1e-11
SAME_PART = 1e-9
#: Twice the area of the triangle between a wall and the camera, m2. Below this the wall is seen
#: edge-on and hides nothing.
EDGE_ON_M2 = 1e-10

#: A boundary that is not a wall: the camera itself on the inside, no limit on the outside.
NOTHING = -1

#: Buffers of one thread; each array grows to what the most crowded camera needs.
Scratch = namedtuple(
    "Scratch",
    # walls in use: coefficients of u, whether they end or begin a shadow, their slices
    "normal_x normal_y ends endless first_slice last_slice end_a end_b wall"
    # directions: diamond angle, unit vector
    " raw_angle raw_x raw_y order bucket angle dir_x dir_y"
    # walls by slice
    " slice_start slice_entry"
    # the walls of one slice
    " near_a near_b entry crossing"
    # where to look for walls: leaves of their tree; for each ring the sectors to look in, and how
    # many, 0 for all round; -1 from the first ring on that nothing is to be seen in
    " leaves sectors sector_count",
)

#: Walls are collected ring by ring: up to this distance, then up to `RING_GROWS` times as far, and
#: so on. After each ring only the directions count that no endless shadow closes yet.
FIRST_RING_M = 128.0
RING_GROWS = 4.0
MOST_RINGS = 8
#: More open sectors than this are not told apart.
MOST_SECTORS = 16

#: The result of the sweep: slices between two directions, each with visible stretches ("cells").
Slices = namedtuple(
    "Slices",
    "angle ax ay bx by cell_start inner inner_ua inner_ub outer outer_ua outer_ub"
    # inverse of the distance by which an endless shadow has begun all over the slice; 0 if none has
    " closed_u",
)


@compiled_part
def shadow_factors(h: float, z: float, bottom: float, top: float) -> tuple[float, float]:
    """Return (k_lo, k_hi): a building hides targets from k_lo d1 to k_hi d2; none if k_lo is inf.

    Args:
        h: height of the camera, metres.
        z: height of the target.
        bottom: of the building; 0 where it stands on the ground.
        top: of the building.
    """
    nothing = (np.inf, np.inf)
    if h > z:
        if top <= z or bottom >= h:
            return nothing
        k_lo = 1.0 if bottom <= z else (h - z) / (h - bottom)
        k_hi = np.inf if top >= h else (h - z) / (h - top)
    elif h < z:
        if bottom >= z or top <= h:
            return nothing
        k_lo = 1.0 if top >= z else (z - h) / (top - h)
        k_hi = np.inf if bottom <= h else (z - h) / (bottom - h)
    else:
        if bottom >= h or top <= h:
            return nothing
        k_lo, k_hi = 1.0, np.inf
    return k_lo, k_hi


@compiled_part
def diamond(x: float, y: float) -> float:
    """Return the diamond angle of (x, y) in [0, 4): 0 along +x, 1 along +y, 2 along -x, 3."""
    if y >= 0.0:
        if x >= 0.0:
            return y / (x + y) if x + y > 0.0 else 0.0
        return 1.0 - x / (y - x)
    if x < 0.0:
        return 2.0 + y / (x + y)
    angle = 3.0 + x / (x - y)
    return angle if angle < 4.0 else 0.0


@compiled_part
def new_scratch(walls: int) -> Any:
    """Return buffers for at most `walls` walls in use."""
    ends = 2 * walls + 8
    return Scratch(
        np.empty(walls), np.empty(walls), np.empty(walls, np.bool_), np.empty(walls, np.bool_),
        np.empty(walls, np.int32), np.empty(walls, np.int32), np.empty(walls, np.int32),
        np.empty(walls, np.int32), np.empty(walls, np.int64),
        np.empty(ends), np.empty(ends), np.empty(ends), np.empty(ends, np.int32),
        np.empty(ends + 1, np.int32), np.empty(ends), np.empty(ends), np.empty(ends),
        np.empty(ends + 2, np.int64), np.empty(max(64, 16 * walls), np.int32),
        np.empty(walls + 1), np.empty(walls + 1), np.empty(walls + 1, np.int32), np.empty(walls),
        np.empty(walls // LEAF, np.int64), np.empty((MOST_RINGS, MOST_SECTORS, 4)),
        np.zeros(MOST_RINGS, np.int64),
    )  # fmt: skip


@compiled_part
def new_slices(slices: int, cells: int) -> Any:
    """Return room for this many slices and cells."""
    return Slices(
        np.empty(slices + 1), np.empty(slices), np.empty(slices), np.empty(slices),
        np.empty(slices), np.empty(slices + 1, np.int64),
        np.empty(cells, np.int64), np.empty(cells), np.empty(cells),
        np.empty(cells, np.int64), np.empty(cells), np.empty(cells),
        np.empty(slices),
    )  # fmt: skip


@compiled_part
def ring_end(ring: int, range_m: float) -> float:
    """Return how far a ring reaches; the last one ends at the range."""
    end = FIRST_RING_M * RING_GROWS**ring
    return range_m if range_m <= 1.5 * end or ring == MOST_RINGS - 1 else end


@compiled_leaf
def open_sectors(
    slices: int, out: Any, distance: float, cos_start: float, sin_start: float, sectors: Any
) -> int:
    """Write the sectors in which no endless shadow has begun by some distance.

    Args:
        slices: number of slices in `out`.
        out: what has been found so far.
        distance: metres.
        cos_start: of the mathematical angle at which the sweep begins.
        sin_start: of the same.
        sectors: (`MOST_SECTORS`, 4) gets the first and the last direction of each.

    Returns:
        how many there are; -1 if there are none, and `MOST_SECTORS` + 1 if there are too many.
    """
    many = 0
    last = -2  # the slice that the last sector ends with
    begun = 0.0
    for k in range(slices):
        if out.closed_u[k] * distance > 1.0:
            continue
        # A sector is made wider only while it stays below a half circle.
        if last != k - 1 or out.angle[k + 1] - begun > 1.0:
            if many == len(sectors):
                return len(sectors) + 1
            begun = out.angle[k]
            sectors[many, 0] = out.ax[k] * cos_start - out.ay[k] * sin_start
            sectors[many, 1] = out.ax[k] * sin_start + out.ay[k] * cos_start
            many += 1
        sectors[many - 1, 2] = out.bx[k] * cos_start - out.by[k] * sin_start
        sectors[many - 1, 3] = out.bx[k] * sin_start + out.by[k] * cos_start
        last = k
    return many if many > 0 else -1


@compiled_leaf
def gather(
    index: Any,
    top_m: Any,
    x: float,
    y: float,
    h: float,
    z: float,
    inner_m: float,
    outer_m: float,
    range_m: float,
    cos_start: float,
    sin_start: float,
    sweep: float,
    flat: bool,
    leaves: int,
    n: int,
    scratch: Any,
) -> int:
    """Collect the walls of a ring that can begin or end a shadow, and their ends' directions.

    Args:
        top_m: (n_buildings,) tops of the buildings.
        inner_m: where the ring begins.
        outer_m: where it ends.
        range_m: shadows that begin or end further away do not count.
        cos_start: of the mathematical angle at which the sweep begins.
        sweep: diamond angle of the end of the sweep, 4 for all round.
        flat: take every wall as infinitely high.
        leaves: number of leaves in ``scratch.leaves`` to look through.
        n: number of walls that nearer rings have put into `scratch`.

    Returns:
        number of walls in `scratch`; `scratch.raw_*` has twice as many directions.
    """
    inner_2, outer_2, range_2 = inner_m * inner_m, outer_m * outer_m, range_m * range_m
    corners, place = index.corners, index.place
    # A first pass without branches (the processor cannot predict which side of a wall faces the
    # camera): walls in the ring before any scaling, without far sides whose shadow has no end.
    candidates = scratch.wall
    found = n
    for leaf in range(leaves):
        start = LEAF * scratch.leaves[leaf]
        for wall in range(start, min(start + LEAF, len(corners))):
            px, py = corners[wall, 0] - x, corners[wall, 1] - y
            wx, wy = corners[wall, 2] - x - px, corners[wall, 3] - y - py
            part = -(px * wx + py * wy) / (wx * wx + wy * wy)
            part = min(max(part, 0.0), 1.0)
            nearest_x, nearest_y = px + part * wx, py + part * wy
            nearest_2 = nearest_x * nearest_x + nearest_y * nearest_y
            front = px * wy < py * wx
            endless = True
            if not flat:
                endless = (top_m[place[wall, 0]] >= h) & (h > z)
            candidates[found] = wall
            found += (front | (not endless)) & (nearest_2 < outer_2) & (nearest_2 >= inner_2)

    raw_angle, raw_x, raw_y = scratch.raw_angle, scratch.raw_x, scratch.raw_y
    ends = 2 * n
    for k in range(n, found):
        wall = candidates[k]
        px, py = corners[wall, 0] - x, corners[wall, 1] - y
        qx, qy = corners[wall, 2] - x, corners[wall, 3] - y
        twice_area = px * qy - py * qx
        if abs(twice_area) <= EDGE_ON_M2:
            continue
        front = twice_area < 0.0  # the building is behind the wall
        endless = True
        k_wall = 1.0
        if flat:
            if not front:
                continue
        else:
            building = place[wall, 0]
            k_lo, k_hi = shadow_factors(h, z, index.min_height_m[building], top_m[building])
            k_wall = k_lo if front else k_hi
            if k_wall == np.inf:
                continue  # it hides nothing, or its shadow has no end
            endless = k_hi == np.inf
            if k_wall > 1.0:
                # Is the scaled wall out of range?
                wx, wy = qx - px, qy - py
                part = -(px * wx + py * wy) / (wx * wx + wy * wy)
                part = min(max(part, 0.0), 1.0)
                nearest_x, nearest_y = px + part * wx, py + part * wy
                nearest_2 = nearest_x * nearest_x + nearest_y * nearest_y
                if nearest_2 * k_wall * k_wall >= range_2:
                    continue
        if front:
            px, py, qx, qy = qx, qy, px, py
            twice_area = -twice_area
        ax, ay = px * cos_start + py * sin_start, py * cos_start - px * sin_start
        bx, by = qx * cos_start + qy * sin_start, qy * cos_start - qx * sin_start
        a, b = diamond(ax, ay), diamond(bx, by)
        if sweep < 4.0 and a >= sweep and b >= a:
            continue  # outside of the field of view
        inverse = 1.0 / (k_wall * twice_area)
        scratch.normal_x[n] = (by - ay) * inverse
        scratch.normal_y[n] = (ax - bx) * inverse
        scratch.ends[n] = not front
        scratch.endless[n] = front and endless
        scratch.wall[n] = wall
        scratch.end_a[n] = ends
        raw_angle[ends], raw_x[ends], raw_y[ends] = a, ax, ay
        ends += 1
        scratch.end_b[n] = ends
        raw_angle[ends], raw_x[ends], raw_y[ends] = b, bx, by
        ends += 1
        n += 1
    return n


@compiled_leaf
def sort_directions(ends: int, sweep: float, end_x: float, end_y: float, scratch: Any) -> int:
    """Sort the directions, join equal ones, and give every wall its first and last slice.

    The start of the sweep, its end and the axes within it are directions too, so that no slice
    is wider than a right angle. Directions past the end of the sweep become its end.

    Args:
        ends: number of directions in `scratch.raw_*`.
        sweep: diamond angle of the end of the sweep.
        end_x: unit vector of the end of the sweep.
        end_y: its other component.

    Returns:
        number of directions in `scratch.angle`, `dir_x`, `dir_y`; there is one slice fewer.
    """
    angle, dir_x, dir_y = scratch.raw_angle, scratch.raw_x, scratch.raw_y
    total = ends
    for axis in range(4):
        if axis == 0 or axis < sweep - SAME_ANGLE:
            angle[total] = axis
            dir_x[total] = 1.0 if axis == 0 else (-1.0 if axis == 2 else 0.0)
            dir_y[total] = 1.0 if axis == 1 else (-1.0 if axis == 3 else 0.0)
            total += 1
    angle[total] = sweep
    dir_x[total] = end_x
    dir_y[total] = end_y
    total += 1

    # Bucket sort, then insertion: the angles are spread out, so that both passes are linear.
    order, bucket = scratch.order, scratch.bucket
    buckets = total
    scale = buckets / 4.0
    bucket[: buckets + 1] = 0
    for i in range(total):
        bucket[min(int(angle[i] * scale), buckets - 1) + 1] += 1
    for k in range(buckets):
        bucket[k + 1] += bucket[k]
    for i in range(total):
        k = min(int(angle[i] * scale), buckets - 1)
        order[bucket[k]] = i
        bucket[k] += 1
    for i in range(1, total):
        item = order[i]
        value = angle[item]
        j = i - 1
        while j >= 0 and angle[order[j]] > value:
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = item

    # Join equal directions; `bucket` now holds the rank of each.
    rank = bucket
    found = 0
    for i in range(total):
        item = order[i]
        value = angle[item]
        if value > sweep:
            value = sweep
        if found == 0 or value > scratch.angle[found - 1] + SAME_ANGLE:
            x, y = dir_x[item], dir_y[item]
            inverse = 1.0 / np.sqrt(x * x + y * y)
            scratch.angle[found] = value
            if value == sweep:
                scratch.dir_x[found] = end_x
                scratch.dir_y[found] = end_y
            else:
                scratch.dir_x[found] = x * inverse
                scratch.dir_y[found] = y * inverse
            found += 1
        rank[item] = found - 1
    return found


@compiled_leaf
def walls_by_slice(n: int, directions: int, scratch: Any) -> int:
    """List the walls of every slice; return their number, negative if there is too little room."""
    slices = directions - 1
    start, rank, raw_angle = scratch.slice_start, scratch.bucket, scratch.raw_angle
    end_a, end_b = scratch.end_a, scratch.end_b
    first_slice, last_slice = scratch.first_slice, scratch.last_slice
    start[: slices + 2] = 0
    # How many more (or fewer) walls each slice has than the one before.
    for i in range(n):
        first, last = rank[end_a[i]], rank[end_b[i]]
        start[first + 1] += 1
        start[last + 1] -= 1
        if raw_angle[end_a[i]] > raw_angle[end_b[i]]:
            # The wall extends across the start of the sweep: it counts there and at the end.
            start[1] += 1
            last += slices
        first_slice[i] = first
        last_slice[i] = last
    total = here = 0
    for k in range(slices):
        here += start[k + 1]
        total += here
        start[k + 1] = total
    entries = scratch.slice_entry
    if total > len(entries):
        return -total
    for i in range(n):
        first, last = first_slice[i], last_slice[i]
        for k in range(first, min(last, slices)):
            entries[start[k]] = i
            start[k] += 1
        for k in range(last - slices):
            entries[start[k]] = i
            start[k] += 1
    for k in range(slices, 0, -1):
        start[k] = start[k - 1]
    start[0] = 0
    return total


@compiled_leaf
def cut_slices(directions: int, covered: int, scratch: Any, out: Any) -> int:
    """Find what is visible between neighbouring directions, slice by slice.

    One loop over all slices rather than a function for each: passing some thirty arrays would cost
    more than the work on a slice (measured: 600 ns against 90 ns).

    Args:
        directions: number of sorted directions.
        covered: number of shadows that begin at the camera itself.
        scratch: walls by slice.
        out: gets filled with slices and cells.

    Returns:
        number of slices in `out`; -1 if it is too small.
    """
    normal_x, normal_y = scratch.normal_x, scratch.normal_y
    ends, endless = scratch.ends, scratch.endless
    wall, entries, slice_start = scratch.wall, scratch.slice_entry, scratch.slice_start
    angle, dir_x, dir_y = scratch.angle, scratch.dir_x, scratch.dir_y
    near_a, near_b = scratch.near_a, scratch.near_b
    entry, crossing = scratch.entry, scratch.crossing
    out_angle, out_ax, out_ay, out_bx, out_by = out.angle, out.ax, out.ay, out.bx, out.by
    cell_start = out.cell_start
    inner_wall, inner_ua, inner_ub = out.inner, out.inner_ua, out.inner_ub
    outer_wall, outer_ua, outer_ub = out.outer, out.outer_ua, out.outer_ub
    closed_u = out.closed_u
    most_slices, most_cells = len(out_ax), len(inner_wall)
    slices = cells = 0
    extendable = False  # whether the slice before is one stretch up to an endless shadow
    for direction in range(directions - 1):
        ax, ay = dir_x[direction], dir_y[direction]
        bx, by = dir_x[direction + 1], dir_y[direction + 1]
        first, last = slice_start[direction], slice_start[direction + 1]

        # The nearest shadow without end: walls that lie behind it at both ends do not matter.
        block_a, block_b, block = 0.0, 0.0, -1
        for k in range(first, last):
            i = entries[k]
            if endless[i]:
                ua, ub = normal_x[i] * ax + normal_y[i] * ay, normal_x[i] * bx + normal_y[i] * by
                if ua + ub > block_a + block_b:
                    block_a, block_b, block = ua, ub, i
        m = 0
        for k in range(first, last):
            i = entries[k]
            ua, ub = normal_x[i] * ax + normal_y[i] * ay, normal_x[i] * bx + normal_y[i] * by
            if ua <= block_a and ub <= block_b and i != block:
                continue
            # Nearest first, by the middle of the slice.
            j = m - 1
            middle = ua + ub
            while j >= 0 and near_a[j] + near_b[j] < middle:
                near_a[j + 1], near_b[j + 1], entry[j + 1] = near_a[j], near_b[j], entry[j]
                j -= 1
            near_a[j + 1], near_b[j + 1], entry[j + 1] = ua, ub, i
            m += 1

        if covered == 0 and m == 1 and entry[0] == block and slices + 2 < most_slices:
            # The usual slice, with one endless shadow: no crossing, one stretch up to its wall.
            if (
                extendable
                and outer_wall[cells - 1] == wall[block]
                and out_ax[slices - 1] * bx + out_ay[slices - 1] * by > 0.0
            ):
                # It goes on up to the wall that the slice before ended at: one wider slice.
                out_bx[slices - 1], out_by[slices - 1] = bx, by
                outer_ub[cells - 1] = block_b
                closed_u[slices - 1] = min(closed_u[slices - 1], block_b)
                continue
            if cells + 1 >= most_cells:
                return -1
            extendable = True
            out_angle[slices], cell_start[slices] = angle[direction], cells
            out_ax[slices], out_ay[slices] = ax, ay
            out_bx[slices], out_by[slices] = bx, by
            inner_wall[cells], inner_ua[cells], inner_ub[cells] = NOTHING, 0.0, 0.0
            outer_wall[cells] = wall[block]
            outer_ua[cells], outer_ub[cells] = block_a, block_b
            closed_u[slices] = min(block_a, block_b)
            cells += 1
            slices += 1
            continue
        extendable = False

        # Where lines cross inside the slice, cut it.
        cuts = 0
        ordered = True
        for j in range(1, m):
            if near_a[j] > near_a[j - 1] or near_b[j] > near_b[j - 1]:
                ordered = False
                break
        if not ordered:
            for j in range(1, m):
                for i in range(j):
                    da, db = near_a[i] - near_a[j], near_b[i] - near_b[j]
                    if da * db < 0.0:
                        part = da / (da - db)
                        if SAME_PART < part < 1.0 - SAME_PART:
                            if cuts == len(crossing):
                                return -1
                            k = cuts - 1
                            while k >= 0 and crossing[k] > part:
                                crossing[k + 1] = crossing[k]
                                k -= 1
                            crossing[k + 1] = part
                            cuts += 1

        if slices + cuts + 1 >= most_slices or cells + (cuts + 1) * (m + 1) >= most_cells:
            return -1

        from_x, from_y, done = ax, ay, 0.0
        for cut in range(cuts + 1):
            to_x, to_y = bx, by
            if cut < cuts:
                if crossing[cut] - done < SAME_PART:
                    continue
                done = crossing[cut]
                to_x, to_y = ax + done * (bx - ax), ay + done * (by - ay)
                length = np.sqrt(to_x * to_x + to_y * to_y)
                to_x, to_y = to_x / length, to_y / length
            if cuts > 0:
                # The order is constant between two cuts, but may change from cut to cut.
                for j in range(m):
                    i = entry[j]
                    ua = normal_x[i] * from_x + normal_y[i] * from_y
                    ub = normal_x[i] * to_x + normal_y[i] * to_y
                    k = j - 1
                    middle = ua + ub
                    while k >= 0 and near_a[k] + near_b[k] < middle:
                        near_a[k + 1], near_b[k + 1], entry[k + 1] = near_a[k], near_b[k], entry[k]
                        k -= 1
                    near_a[k + 1], near_b[k + 1], entry[k + 1] = ua, ub, i

            out_angle[slices] = angle[direction] if cut == 0 else diamond(from_x, from_y)
            out_ax[slices], out_ay[slices] = from_x, from_y
            out_bx[slices], out_by[slices] = to_x, to_y
            cell_start[slices] = cells
            closed_u[slices] = min(block_a, block_b)

            # Going outwards, targets are visible where every shadow that began has ended.
            open_shadows = covered
            inner, inner_a, inner_b = NOTHING, 0.0, 0.0
            for j in range(m):
                i = entry[j]
                before = open_shadows
                open_shadows += -1 if ends[i] else 1
                if before == 0 and open_shadows > 0:
                    if inner == NOTHING or inner_a > near_a[j] or inner_b > near_b[j]:
                        inner_wall[cells], outer_wall[cells] = inner, wall[i]
                        inner_ua[cells], inner_ub[cells] = inner_a, inner_b
                        outer_ua[cells], outer_ub[cells] = near_a[j], near_b[j]
                        cells += 1
                elif before > 0 and open_shadows == 0:
                    inner, inner_a, inner_b = wall[i], near_a[j], near_b[j]
            if open_shadows == 0:
                inner_wall[cells], inner_ua[cells], inner_ub[cells] = inner, inner_a, inner_b
                outer_wall[cells], outer_ua[cells], outer_ub[cells] = NOTHING, 0.0, 0.0
                cells += 1
            from_x, from_y = to_x, to_y
            slices += 1
    cell_start[slices] = cells
    return slices


@compiled_leaf
def sweep_camera(
    index: Any,
    top_m: Any,
    over: Any,
    x: float,
    y: float,
    h: float,
    z: float,
    range_m: float,
    start_rad: float,
    sweep_rad: float,
    flat: bool,
    scratch: Any,
    out: Any,
) -> int:
    """Find everything that one camera can see within range, along every azimuth of its sweep.

    Args:
        index: `Walls.index`.
        top_m: (n_buildings,) tops of the buildings.
        over: rows of the buildings whose footprint contains the camera.
        x: of the camera, metres east.
        y: metres north.
        h: height of the camera.
        z: height of the target.
        range_m: walls beyond it are left out; the result is valid up to this distance only.
        start_rad: mathematical angle at which the sweep begins, anticlockwise from east.
        sweep_rad: angle of the sweep; 2 pi or more is all round.
        flat: take every wall as infinitely high.
        scratch: buffers.
        out: gets filled with slices; ``out.angle`` and ``out.cell_start`` have one entry more.

    Returns:
        number of slices in `out`; `TOO_SMALL` if a buffer is, to be called again with `enlarged`.
    """
    covered = 0
    for k in range(len(over)):
        k_lo, k_hi = shadow_factors(h, z, index.min_height_m[over[k]], top_m[over[k]])
        if flat or k_lo < np.inf:
            covered += 1
            if flat or k_hi == np.inf:
                out.cell_start[0] = 0
                return 0  # inside the building

    cos_start, sin_start = np.cos(start_rad), np.sin(start_rad)
    if sweep_rad >= 2.0 * np.pi - 1e-12:
        sweep, end_x, end_y = 4.0, 1.0, 0.0
    else:
        end_x, end_y = np.cos(sweep_rad), np.sin(sweep_rad)
        sweep = diamond(end_x, end_y)
    all_sectors = sectors_of(
        cos_start, sin_start, cos_start * end_x - sin_start * end_y,
        sin_start * end_x + cos_start * end_y, sweep_rad, scratch.sectors[0],
    )  # fmt: skip
    scratch.sector_count[0] = all_sectors
    n, slices, inner = 0, 0, 0.0
    for ring in range(MOST_RINGS):
        outer = ring_end(ring, range_m)
        leaves = leaves_within(
            index.tree, x, y, inner, outer, scratch.sectors[ring], scratch.sector_count[ring],
            scratch.leaves,
        )  # fmt: skip
        if leaves < 0 or n + LEAF * leaves > len(scratch.wall):
            return TOO_SMALL
        n = gather(
            index, top_m, x, y, h, z, inner, outer, range_m, cos_start, sin_start, sweep, flat,
            leaves, n, scratch,
        )  # fmt: skip
        directions = sort_directions(2 * n, sweep, end_x, end_y, scratch)
        if walls_by_slice(n, directions, scratch) < 0:
            return TOO_SMALL
        slices = cut_slices(directions, covered, scratch, out)
        if slices < 0:
            return TOO_SMALL
        out.angle[slices] = sweep
        if outer >= range_m:
            break
        # What lies behind an endless shadow does not matter: on to where none has begun.
        following = open_sectors(
            slices, out, outer, cos_start, sin_start, scratch.sectors[ring + 1]
        )
        scratch.sector_count[ring + 1] = following
        if following < 0:
            break
        if following > MOST_SECTORS:
            scratch.sector_count[ring + 1] = all_sectors
            for k in range(all_sectors):
                for side in range(4):
                    scratch.sectors[ring + 1, k, side] = scratch.sectors[0, k, side]
        inner = outer
    return slices


#: What `sweep_camera` returns if a buffer is too small.
TOO_SMALL = -1


@compiled_part
def enlarged(scratch: Any, out: Any) -> tuple[Any, Any]:
    """Return buffers of twice the size."""
    return new_scratch(2 * len(scratch.wall)), new_slices(2 * len(out.ax), 2 * len(out.inner))
