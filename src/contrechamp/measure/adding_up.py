"""Compiled: the records of what cameras see in one draw, added up by piece, camera and group.

Of some pieces only the total is asked for: which cameras see them does not matter then, so that a
segment is done with the first camera that has all of it in view.
"""

from collections import namedtuple
from typing import Any

import numpy as np

from contrechamp.base.compiled import compiled, compiled_part
from contrechamp.sight.growing import copy_first
from contrechamp.sight.relief.seen import record_on_relief
from contrechamp.sight.seen import CameraColumns, new_buffers, record_seen

# What the draws fill: the arrays of `exposure.Exposure` that have these names; but `total_m` is
# (n_draws, 2, n_levels), of the pieces that are told apart and of those that are only added up.
Result = namedtuple("Result", "total_m by_camera_m alone_m by_group_m walk_cameras")
# What some draws have in view, level by level: pieces, draw by draw and ascending; metres of each;
# metres times cameras. Then how many pieces there are so far.
_Found = namedtuple("_Found", "piece metres cameras_m count")
# The records of one segment as a list: its first and last record, and which one follows each.
# Then a bit for each segment that has any.
_Chains = namedtuple("_Chains", "head tail following marked")


@compiled_part
def _chain(records: int, segment_of: Any, row: Any, chains: Any) -> Any:
    """List the records of every segment, in their order; return the lists, with more room."""
    head, tail, following, marked = chains.head, chains.tail, chains.following, chains.marked
    if records > len(following):
        following = np.empty(2 * records, np.int32)
    for k in range(records):
        s = row[segment_of[k]]
        following[k] = -1
        if head[s] < 0:
            head[s] = k
            marked[s // 64] |= np.uint64(1) << np.uint64(s % 64)
        else:
            following[tail[s]] = k
        tail[s] = k
    return _Chains(head, tail, following, marked)


@compiled_part
def _with_room(found: Any, more: int) -> Any:
    """Return what was found, with room for so many more pieces on each level."""
    most = more
    for level in range(len(found.count)):
        most = max(most, found.count[level] + more)
    levels, room = found.piece.shape
    if most <= room:
        return found
    larger = _new_found(levels, 2 * most)
    for level in range(levels):
        copy_first(found.count[level], found.piece[level], larger.piece[level])
        copy_first(found.count[level], found.metres[level], larger.metres[level])
        copy_first(found.count[level], found.cameras_m[level], larger.cameras_m[level])
        larger.count[level] = found.count[level]
    return larger


@compiled_part
def _new_found(levels: int, room: int) -> Any:
    return _Found(
        np.empty((levels, room), np.int32), np.empty((levels, room), np.float32),
        np.empty((levels, room)), np.zeros(levels, np.int64),
    )  # fmt: skip


@compiled_part
def _new_chains(segments: int) -> Any:
    return _Chains(
        np.full(segments, -1, np.int32), np.empty(segments, np.int32), np.empty(1024, np.int32),
        np.zeros(segments // 64 + 1, np.uint64),
    )  # fmt: skip


@compiled_part
def _cameras_of(drawn: Any, draw: int) -> Any:
    """Return the parameters of all cameras in one draw."""
    return CameraColumns(
        drawn.height_m[draw], drawn.heading_deg[draw], drawn.tilt_deg[draw], drawn.hfov_deg[draw],
        drawn.vfov_deg[draw], drawn.width_px[draw], drawn.range_m[draw], drawn.sweep_deg[draw],
    )  # fmt: skip


@compiled_part
def _marked_ones(marked: Any, most: int) -> Any:
    """Return which bits are set, ascending, and clear them."""
    ones = np.empty(most, np.int64)
    found = 0
    for word in range(len(marked)):
        bits = marked[word]
        number = 64 * word
        while bits:
            if bits & np.uint64(1):
                ones[found] = number
                found += 1
            bits >>= np.uint64(1)
            number += 1
        marked[word] = 0
    return ones[:found]


@compiled_part
def _group_bits(group_start: Any, group_of: Any, n_groups: int) -> Any:
    """Return the groups of each camera, a bit for each."""
    bits = np.zeros((len(group_start) - 1, (n_groups + 63) // 64), np.uint64)
    for c in range(len(bits)):
        for i in range(group_start[c], group_start[c + 1]):
            bits[c, group_of[i] // 64] |= np.uint64(1) << np.uint64(group_of[i] % 64)
    return bits


@compiled_part
def _sum_draw(
    draw: int,
    records: int,
    buffers: Any,
    lines: Any,
    piece: Any,
    told_apart: int,
    groups: Any,
    group_start: Any,
    group_of: Any,
    walk_start: Any,
    walk_of: Any,
    result: Any,
    chains: Any,
    found: Any,
) -> tuple[Any, Any]:
    """Add up the records of one draw: by piece, camera and group, and cameras met on walks.

    Segments are gone through in their order, so that no sum depends on how they are laid out. One
    loop over all of them, for the reason given at `sweep.cut_slices`.
    """
    ends = lines.ends
    segment_of, camera_of, levels_of = buffers.segment, buffers.camera, buffers.levels
    whole_levels, first_row = buffers.whole, buffers.first
    start_of, end_of = buffers.start, buffers.end
    n_levels, n_cameras = result.by_camera_m.shape[1:]
    n_groups, n_walks = result.by_group_m.shape[2], result.walk_cameras.shape[2]
    words = (n_cameras + 63) // 64
    chains = _chain(records, segment_of, lines.row, chains)
    head, following = chains.head, chains.following
    touched = _marked_ones(chains.marked, records)
    if told_apart > 0:
        found = _with_room(found, len(touched))
    found_piece, found_metres, found_cameras = found.piece, found.metres, found.cameras_m
    count = found.count

    # The beginnings and ends of parts of a segment.
    event_at, event_of = np.empty(2 * records), np.empty(2 * records, np.int64)
    chosen, in_part = np.empty(records, np.int64), np.empty(records, np.int64)
    row_of = np.empty(records, np.int64)  # of those that have a part in view
    # Of the segment at hand: how many cameras have all of it in view and how many only a part; of
    # the former the sum of their numbers and their groups as bits, of the latter the last record.
    whole_of, partial_of = np.zeros(n_levels, np.int64), np.zeros(n_levels, np.int64)
    which_of, part_of = np.zeros(n_levels, np.int64), np.zeros(n_levels, np.int64)
    group_words = groups.shape[1]
    groups_of = np.zeros((n_levels, group_words), np.uint64)
    in_group = np.zeros(n_groups, np.int64)
    # Added up in double precision; the results are stored in single.
    own, alone = np.zeros((n_cameras, n_levels)), np.zeros((n_levels, n_cameras))
    by_group = np.zeros((n_levels, n_groups))
    met = np.zeros((n_levels, n_walks, words), np.uint64)
    # Of the piece at hand.
    seen, cameras_m = np.zeros(n_levels), np.zeros(n_levels)
    seen_by = np.zeros((n_levels, words), np.uint64)
    at_hand, walked = -1, False
    for number in range(len(touched) + 1):
        s = touched[number] if number < len(touched) else -1
        if at_hand >= 0 and (s < 0 or piece[s] != at_hand):
            # The piece is done: note it, and whom a walk over it meets.
            only_total = at_hand >= told_apart
            for level in range(n_levels):
                if seen[level] > 0.0:
                    metres = np.float32(seen[level])
                    result.total_m[draw, 1 if only_total else 0, level] += metres
                    if not only_total:
                        at = count[level]
                        found_piece[level, at], found_metres[level, at] = at_hand, metres
                        found_cameras[level, at] = cameras_m[level]
                        count[level] = at + 1
                    seen[level] = cameras_m[level] = 0.0
                for word in range(words if walked else 0):
                    bits = seen_by[level, word]
                    if bits:
                        for i in range(walk_start[at_hand], walk_start[at_hand + 1]):
                            met[level, walk_of[i], word] |= bits
                        seen_by[level, word] = 0
        if s < 0:
            break
        at_hand = piece[s]
        only_total = at_hand >= told_apart
        walked = walk_start[at_hand] < walk_start[at_hand + 1]
        many = deepest = 0
        k = head[s]
        i = segment_of[k]
        while k >= 0:
            chosen[many] = k
            many += 1
            deepest = max(deepest, levels_of[k])
            k = following[k]
        head[s] = -1
        length = np.sqrt((ends[i, 2] - ends[i, 0]) ** 2 + (ends[i, 3] - ends[i, 1]) ** 2)
        # Cameras that have all of the segment in view are counted, the others' parts sorted.
        for j in range(0 if only_total else many):
            k = chosen[j]
            c = camera_of[k]
            bit = np.uint64(1) << np.uint64(c % 64)
            wholly = int(whole_levels[k])
            for level in range(levels_of[k]):
                part = length
                if level < wholly:
                    whole_of[level] += 1
                    which_of[level] += c
                    for word in range(group_words):
                        groups_of[level, word] |= groups[c, word]
                else:
                    row = first_row[k] + level - wholly
                    if start_of[row] >= end_of[row]:
                        continue
                    partial_of[level] += 1
                    part_of[level] = k
                    part = (end_of[row] - start_of[row]) * length
                own[c, level] += part
                cameras_m[level] += part
                if walked:
                    seen_by[level, c // 64] |= bit
        for level in range(deepest):
            whole, partial = 0, 0
            which = 0  # sum of the numbers of the cameras at once: with a single camera, its number
            if only_total:
                for j in range(many):
                    k = chosen[j]
                    if level < whole_levels[k]:
                        whole = 1
                        break
                    if level < levels_of[k]:
                        row = first_row[k] + level - whole_levels[k]
                        in_part[partial], row_of[partial] = k, row
                        partial += start_of[row] < end_of[row]
                if whole > 0:
                    seen[level] += length
                    continue
                if partial < 2:
                    for j in range(partial):
                        row = row_of[j]
                        seen[level] += (end_of[row] - start_of[row]) * length
                    continue
            else:
                whole, partial, which = whole_of[level], partial_of[level], which_of[level]
                if whole + partial == 0:
                    continue
                whole_of[level] = partial_of[level] = which_of[level] = 0
                if whole == 0 and partial == 1:
                    k = part_of[level]
                    c = camera_of[k]
                    row = first_row[k] + level - whole_levels[k]
                    part = (end_of[row] - start_of[row]) * length
                    seen[level] += part
                    alone[level, c] += part
                    for g in range(group_start[c], group_start[c + 1]):
                        by_group[level, group_of[g]] += part
                    continue
                matters = partial > 0 and whole < 2
                if partial > 0:
                    partial = 0
                    for j in range(many):
                        k = chosen[j]
                        if whole_levels[k] <= level < levels_of[k]:
                            row = first_row[k] + level - whole_levels[k]
                            if start_of[row] >= end_of[row]:
                                continue
                            in_part[partial], row_of[partial] = k, row
                            partial += 1
                            for word in range(group_words):
                                others = groups[camera_of[k], word] & ~groups_of[level, word]
                                matters |= others != 0
                if whole > 0:
                    seen[level] += length
                if not matters:
                    if whole == 1:
                        alone[level, which] += length
                    for word in range(group_words):
                        bits = groups_of[level, word]
                        g = 64 * word
                        while bits:
                            if bits & np.uint64(1):
                                by_group[level, g] += length
                            bits >>= np.uint64(1)
                            g += 1
                        groups_of[level, word] = 0
                    continue
                for g in range(n_groups):
                    bits = groups_of[level, g // 64] >> np.uint64(g % 64)
                    in_group[g] = 1 if bits & np.uint64(1) else 0
                for word in range(group_words):
                    groups_of[level, word] = 0
            events = 0
            for j in range(partial):
                k, row = in_part[j], row_of[j]
                # Sorted by insertion; where parts touch, ends come first.
                for side in range(2):
                    at = start_of[row] if side == 0 else end_of[row]
                    what = k if side == 0 else -k - 1
                    e = events - 1
                    while e >= 0 and (
                        event_at[e] > at or (event_at[e] == at and event_of[e] > what)
                    ):
                        event_at[e + 1], event_of[e + 1] = event_at[e], event_of[e]
                        e -= 1
                    event_at[e + 1], event_of[e + 1] = at, what
                    events += 1
            at_once = whole
            before = 0.0
            covered = 0.0
            for e in range(events + 1):
                at = event_at[e] if e < events else 1.0
                stretch = (at - before) * length
                if at_once > 0 and stretch > 0.0:
                    covered += stretch
                    if not only_total:
                        if at_once == 1:
                            alone[level, which] += stretch
                        for g in range(n_groups):
                            if in_group[g] > 0:
                                by_group[level, g] += stretch
                if e == events:
                    break
                k = event_of[e]
                change = 1 if k >= 0 else -1
                at_once += change
                if not only_total:
                    c = camera_of[k if k >= 0 else -k - 1]
                    which += change * c
                    for g in range(group_start[c], group_start[c + 1]):
                        in_group[group_of[g]] += change
                before = at
            if whole == 0:
                seen[level] += covered
    if told_apart == 0:
        return chains, found
    for level in range(n_levels):
        for c in range(n_cameras):
            result.by_camera_m[draw, level, c] = own[c, level]
            result.alone_m[draw, level, c] = alone[level, c]
        for g in range(n_groups):
            result.by_group_m[draw, level, g] = by_group[level, g]
        for w in range(n_walks):
            several = 0
            for word in range(words):
                bits = met[level, w, word]
                while bits:
                    bits &= bits - np.uint64(1)
                    several += 1
            result.walk_cameras[draw, level, w] = several
    return chains, found


@compiled
def expose_draws(
    first_draw: int,
    index: Any,
    tops: Any,
    over_start: Any,
    over: Any,
    x: Any,
    y: Any,
    drawn: Any,
    z: float,
    ppm: Any,
    lines: Any,
    views: Any,
    piece: Any,
    told_apart: int,
    group_start: Any,
    group_of: Any,
    walk_start: Any,
    walk_of: Any,
    result: Any,
) -> tuple[Any, Any]:
    """Do some draws one after the other, those of `tops`.

    Args:
        first_draw: number of the first of them.
        index: as `seen.record_seen` has it, and so what follows.
        tops: (n_draws, n_buildings) tops of the buildings.
        over_start: see there.
        over: see there.
        x: see there.
        y: see there.
        drawn: the other parameters of the cameras, (n_draws, n) of all draws each.
        z: see there.
        ppm: see there.
        lines: see there.
        views: see there.
        piece: (n_segments,) the piece that each segment belongs to, ascending.
        told_apart: pieces from this number on are only added up, all of them; with 0, nothing but
            ``result.total_m`` is filled.
        group_start: with `group_of`, the groups of each camera, in compressed rows.
        group_of: see there.
        walk_start: with `walk_of`, the walks over each piece, in compressed rows.
        walk_of: see there.
        result: gets the sums of these draws.

    Returns:
        what they have in view of the pieces that are told apart, and (n_draws, n_levels) of how
        many of them.
    """
    levels = len(ppm)
    buffers = new_buffers(levels)
    chains = _new_chains(len(lines.row))
    groups = _group_bits(group_start, group_of, result.by_group_m.shape[2])
    found = _new_found(levels, 1024)
    count = np.zeros((len(tops), levels), np.int64)
    for number in range(len(tops)):
        draw = first_draw + number
        given = _cameras_of(drawn, draw)
        records, buffers = record_seen(
            index, tops[number], over_start, over, x, y, given, z, ppm, lines, views, buffers
        )
        for level in range(levels):
            count[number, level] = -found.count[level]
        chains, found = _sum_draw(
            draw, records, buffers, lines, piece, told_apart, groups, group_start, group_of,
            walk_start, walk_of, result, chains, found,
        )  # fmt: skip
        for level in range(levels):
            count[number, level] += found.count[level]
    return found, count


@compiled
def expose_draws_on_relief(
    first_draw: int, tops: Any, x: Any, y: Any, drawn: Any, ppm: Any, lines: Any, views: Any,
    piece: Any, told_apart: int, group_start: Any, group_of: Any, walk_start: Any, walk_of: Any,
    result: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Do some draws over ground that is not flat, as `expose_draws` does.

    What it is given is what that is given, but that the views know of walls, heights and targets
    (`relief.views.ReliefViews`), and that tops are above the feet of what stands.
    """
    levels = len(ppm)
    buffers = new_buffers(levels)
    chains = _new_chains(len(lines.row))
    groups = _group_bits(group_start, group_of, result.by_group_m.shape[2])
    found = _new_found(levels, 1024)
    count = np.zeros((len(tops), levels), np.int64)
    for number in range(len(tops)):
        draw = first_draw + number
        given = _cameras_of(drawn, draw)
        records, buffers = record_on_relief(tops[number], x, y, given, ppm, lines, views, buffers)
        for level in range(levels):
            count[number, level] = -found.count[level]
        chains, found = _sum_draw(
            draw, records, buffers, lines, piece, told_apart, groups, group_start, group_of,
            walk_start, walk_of, result, chains, found,
        )  # fmt: skip
        for level in range(levels):
            count[number, level] += found.count[level]
    return found, count


@compiled
def add_at(sums: Any, at: Any, values: Any) -> None:
    """Add each of `values` to one of `sums`, one after the other."""
    for i in range(len(at)):
        sums[at[i]] += values[i]
