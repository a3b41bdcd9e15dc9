"""How much of every piece of street is in view, in every draw: the engine called many times."""

import os
from collections import namedtuple
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from contrechamp.base.compiled import compiled, compiled_part
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.sight.arrays import Level
from contrechamp.sight.growing import copy_first
from contrechamp.sight.parts import index_segments
from contrechamp.sight.placing import off_outlines
from contrechamp.sight.plan_views import keep_views
from contrechamp.sight.seen import CameraColumns, new_buffers, record_seen
from contrechamp.sight.walls import Walls, compressed_rows

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True)
class CameraDraws:
    """Every parameter of every camera in every draw.

    The position is the same in all draws, shape (n,). Everything else has shape (n_draws, n). The
    fields mean what those of `contrechamp.sight.arrays.Cameras` mean.
    """

    x: F8
    y: F8
    height_m: F8
    heading_deg: F8
    tilt_deg: F8
    hfov_deg: F8
    vfov_deg: F8
    width_px: F8
    range_m: F8
    sweep_deg: F8


@dataclass(frozen=True)
class Pieces:
    """Pieces of street as straight segments.

    Args:
        x0: (n_segments,) first end of each segment, metres east.
        y0: its first end, metres north.
        x1: its second end, metres east.
        y1: its second end, metres north.
        piece: (n_segments,) int64, the piece that each segment belongs to, ascending.
        n_pieces: number of pieces.
    """

    x0: F8
    y0: F8
    x1: F8
    y1: F8
    piece: I8
    n_pieces: int

    @cached_property
    def lines(self) -> Any:
        """The segments as the engine takes them; laid out once for all draws."""
        return index_segments(np.column_stack((self.x0, self.y0, self.x1, self.y1)))


@dataclass(frozen=True)
class Walks:
    """Walks over the pieces, in compressed rows: walk w passes indices[indptr[w]:indptr[w+1]]."""

    indptr: I8
    indices: I8

    def by_piece(self, n_pieces: int) -> tuple[I8, I8]:
        """Return the walks over each piece, in compressed rows."""
        walk = np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))
        return compressed_rows(self.indices, walk, n_pieces)


@dataclass(frozen=True)
class Exposure:
    """What all cameras see of all pieces, in every draw.

    Args:
        seen: for each level, (n_draws, n_pieces) float32 in compressed rows: length in view of at
            least one camera. Pieces of which nothing is in view take no room.
        cameras_m: (n_levels, n_pieces) float64: mean over draws of the length times the number of
            cameras that have it in view.
        by_camera_m: (n_draws, n_levels, n_cameras) float32: length in view of this camera.
        alone_m: (n_draws, n_levels, n_cameras) float32: length in view of this camera and no
            other.
        by_group_m: (n_draws, n_levels, n_groups) float32: length in view of at least one camera
            of the group.
        walk_cameras: (n_draws, n_levels, n_walks) int32: how many distinct cameras have part of
            the walk in view.
    """

    seen: tuple[csr_array, ...]
    cameras_m: F8
    by_camera_m: F4
    alone_m: F4
    by_group_m: F4
    walk_cameras: NDArray[np.int32]


# The arrays of `Exposure` that the compiled code fills.
_Result = namedtuple("_Result", "by_camera_m alone_m by_group_m walk_cameras")
# What some draws have in view, level by level: pieces, draw by draw and ascending; metres of each;
# metres times cameras. Then how many pieces there are so far.
_Found = namedtuple("_Found", "piece metres cameras_m count")
# The records of one segment as a list: its first and last record, and which one follows each.
# Then a bit for each segment that has any.
_Chains = namedtuple("_Chains", "head tail following marked")
#: Draws that one thread does at a time. Fixed, so that sums are added up in the same order whatever
#: the number of threads.
DRAWS_AT_ONCE = 8


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
def _sum_draw(
    draw: int,
    records: int,
    buffers: Any,
    lines: Any,
    piece: Any,
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
    segment_of, camera_of = buffers.segment, buffers.camera
    start_of, end_of = buffers.start, buffers.end
    n_levels, n_cameras = result.by_camera_m.shape[1:]
    n_groups, n_walks = result.by_group_m.shape[2], result.walk_cameras.shape[2]
    words = (n_cameras + 63) // 64
    chains = _chain(records, segment_of, lines.row, chains)
    head, following = chains.head, chains.following
    touched = _marked_ones(chains.marked, records)
    found = _with_room(found, len(touched))
    found_piece, found_metres, found_cameras = found.piece, found.metres, found.cameras_m
    count = found.count

    # The beginnings and ends of parts of a segment.
    event_at, event_of = np.empty(2 * records), np.empty(2 * records, np.int64)
    chosen = np.empty(records, np.int64)
    in_group = np.zeros(n_groups, np.int64)
    # Added up in double precision; the results are stored in single.
    own, alone = np.zeros((n_levels, n_cameras)), np.zeros((n_levels, n_cameras))
    by_group = np.zeros((n_levels, n_groups))
    met = np.zeros((n_levels, n_walks, words), np.uint64)
    # Of the piece at hand.
    seen, cameras_m = np.zeros(n_levels), np.zeros(n_levels)
    seen_by = np.zeros((n_levels, words), np.uint64)
    at_hand = -1
    for number in range(len(touched) + 1):
        s = touched[number] if number < len(touched) else -1
        if at_hand >= 0 and (s < 0 or piece[s] != at_hand):
            # The piece is done: note it, and whom a walk over it meets.
            for level in range(n_levels):
                if seen[level] > 0.0:
                    at = count[level]
                    found_piece[level, at], found_metres[level, at] = at_hand, seen[level]
                    found_cameras[level, at] = cameras_m[level]
                    count[level] = at + 1
                    seen[level] = cameras_m[level] = 0.0
                if n_walks > 0:
                    for word in range(words):
                        bits = seen_by[level, word]
                        if bits:
                            for i in range(walk_start[at_hand], walk_start[at_hand + 1]):
                                met[level, walk_of[i], word] |= bits
                            seen_by[level, word] = 0
        if s < 0:
            break
        at_hand = piece[s]
        many = 0
        k = head[s]
        i = segment_of[k]
        while k >= 0:
            chosen[many] = k
            many += 1
            k = following[k]
        head[s] = -1
        length = np.sqrt((ends[i, 2] - ends[i, 0]) ** 2 + (ends[i, 3] - ends[i, 1]) ** 2)
        for level in range(n_levels):
            events = 0
            covered = 0.0
            for j in range(many):
                k = chosen[j]
                start, end = start_of[k, level], end_of[k, level]
                if start >= end:
                    continue
                c = camera_of[k]
                part = (end - start) * length
                own[level, c] += part
                cameras_m[level] += part
                if n_walks > 0:
                    seen_by[level, c // 64] |= np.uint64(1) << np.uint64(c % 64)
                # Sorted by insertion; where parts touch, ends come first.
                for side in range(2):
                    at = start if side == 0 else end
                    what = k if side == 0 else -k - 1
                    e = events - 1
                    while e >= 0 and (
                        event_at[e] > at or (event_at[e] == at and event_of[e] > what)
                    ):
                        event_at[e + 1], event_of[e + 1] = event_at[e], event_of[e]
                        e -= 1
                    event_at[e + 1], event_of[e + 1] = at, what
                    events += 1
            at_once = 0
            which = 0  # sum of the numbers of the cameras at once: with a single camera, its number
            before = 0.0
            for e in range(events):
                at = event_at[e]
                stretch = (at - before) * length
                if at_once > 0 and stretch > 0.0:
                    covered += stretch
                    if at_once == 1:
                        alone[level, which] += stretch
                    for g in range(n_groups):
                        if in_group[g] > 0:
                            by_group[level, g] += stretch
                k = event_of[e]
                change = 1 if k >= 0 else -1
                c = camera_of[k if k >= 0 else -k - 1]
                at_once += change
                which += change * c
                if n_groups > 0:
                    for g in range(group_start[c], group_start[c + 1]):
                        in_group[group_of[g]] += change
                before = at
            seen[level] += covered
    for level in range(n_levels):
        for c in range(n_cameras):
            result.by_camera_m[draw, level, c] = own[level, c]
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
def _expose_draws(
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
    group_start: Any,
    group_of: Any,
    walk_start: Any,
    walk_of: Any,
    result: Any,
) -> tuple[Any, Any]:
    """Do some draws one after the other, those of `tops`.

    Returns:
        what they have in view, and (n_draws, n_levels) how many pieces each has in view.
    """
    segments, levels = len(lines.row), len(ppm)
    buffers = new_buffers(levels)
    chains = _Chains(
        np.full(segments, -1, np.int32), np.empty(segments, np.int32), np.empty(1024, np.int32),
        np.zeros(segments // 64 + 1, np.uint64),
    )  # fmt: skip
    found = _new_found(levels, 1024)
    count = np.zeros((len(tops), levels), np.int64)
    for number in range(len(tops)):
        draw = first_draw + number
        given = CameraColumns(
            drawn.height_m[draw], drawn.heading_deg[draw], drawn.tilt_deg[draw],
            drawn.hfov_deg[draw], drawn.vfov_deg[draw], drawn.width_px[draw],
            drawn.range_m[draw], drawn.sweep_deg[draw],
        )  # fmt: skip
        records, buffers = record_seen(
            index, tops[number], over_start, over, x, y, given, z, ppm, lines, views, buffers
        )
        for level in range(levels):
            count[number, level] = -found.count[level]
        chains, found = _sum_draw(
            draw, records, buffers, lines, piece, group_start, group_of, walk_start, walk_of,
            result, chains, found,
        )  # fmt: skip
        for level in range(levels):
            count[number, level] += found.count[level]
    return found, count


def expose(
    cameras: CameraDraws,
    walls: Walls,
    building_height_m: F8 | Callable[[slice], F8],
    pieces: Pieces,
    levels: Sequence[Level],
    *,
    target_height_m: float = 1.6,
    groups: NDArray[np.bool_] | None = None,
    walks: Walks | None = None,
    progress: Progress = silent,
    threads: int | None = None,
) -> Exposure:
    """Find what every camera sees of every piece, in every draw.

    Args:
        cameras: n cameras in n_draws draws, placed outside of walls (`sight.placing.places`).
        walls: of all buildings.
        building_height_m: (n_draws, n_buildings) tops above the ground, or what returns those of
            some draws.
        pieces: the streets.
        levels: pixel densities, each asked about the line of the street at `target_height_m`.
        target_height_m: 1.6 is a face, 0 the ground.
        groups: (n_groups, n) which cameras belong to which group.
        walks: for which distinct cameras are counted.
        progress: advanced with every draw.
        threads: greatest number of threads; the result is the same bit for bit.

    Memory: 8 bytes for each draw, level and piece of which something is in view, and 4 for each
    draw, level and camera (or group, or walk).
    """
    n, n_draws, n_levels = len(cameras.x), len(cameras.height_m), len(levels)
    if groups is None:
        groups = np.zeros((0, n), bool)
    if walks is None:
        walks = Walks(np.zeros(1, np.int64), np.zeros(0, np.int64))
    x, y, over_start, over = off_outlines(cameras.x, cameras.y, walls)
    member_of, member = np.nonzero(groups)
    group_start, group_of = compressed_rows(member, member_of, n)
    n_walks = len(walks.indptr) - 1
    walk_start, walk_of = walks.by_piece(pieces.n_pieces)
    result = _Result(
        by_camera_m=np.zeros((n_draws, n_levels, n), np.float32),
        alone_m=np.zeros((n_draws, n_levels, n), np.float32),
        by_group_m=np.zeros((n_draws, n_levels, len(groups)), np.float32),
        walk_cameras=np.zeros((n_draws, n_levels, n_walks), np.int32),
    )
    ppm = np.array([level.ppm for level in levels], dtype=np.float64)
    drawn = CameraColumns(
        *(
            np.ascontiguousarray(getattr(cameras, name), np.float64)
            for name in CameraColumns._fields
        )
    )
    furthest = drawn.range_m.max(axis=0, initial=0.0)
    views = keep_views(walls.index, over_start, x, y, furthest, pieces.lines)
    tops_of = building_height_m if callable(building_height_m) else building_height_m.__getitem__
    found = [_Gathered(pieces.n_pieces) for _ in levels]

    with progress(_("Draws"), n_draws) as advance:

        def work(first: int) -> tuple[Any, Any]:
            tops = np.ascontiguousarray(
                tops_of(slice(first, min(first + DRAWS_AT_ONCE, n_draws))), dtype=np.float64
            )
            done = _expose_draws(
                first, walls.index, tops, over_start, over, x, y, drawn, float(target_height_m),
                ppm, pieces.lines, views, pieces.piece, group_start, group_of, walk_start, walk_of,
                result,
            )  # fmt: skip
            advance(len(tops))
            return done

        with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
            for some, count in pool.map(work, range(0, n_draws, DRAWS_AT_ONCE)):
                for level, gathered in enumerate(found):
                    gathered.add(some, level, count[:, level])
    return Exposure(
        seen=tuple(gathered.seen() for gathered in found),
        cameras_m=np.array([gathered.cameras_m for gathered in found]) / max(n_draws, 1),
        by_camera_m=result.by_camera_m,
        alone_m=result.alone_m,
        by_group_m=result.by_group_m,
        walk_cameras=result.walk_cameras,
    )


class _Gathered:
    """What the draws so far have in view at one level."""

    def __init__(self, n_pieces: int) -> None:
        self.cameras_m = np.zeros(n_pieces)
        self._piece = [np.empty(0, np.int32)]
        self._metres = [np.empty(0, np.float32)]
        self._count = [np.zeros(1, np.int64)]

    def add(self, found: Any, level: int, count: I8) -> None:
        """Add the next draws: what they found, and how many pieces each."""
        n = found.count[level]
        piece = found.piece[level, :n]
        self._piece.append(piece.copy())
        self._metres.append(found.metres[level, :n].copy())
        self._count.append(count.copy())
        np.add.at(self.cameras_m, piece.astype(np.intp), found.cameras_m[level, :n])

    def seen(self) -> csr_array:
        """Return metres in view, (n_draws, n_pieces); what was gathered is given away."""
        start = np.cumsum(np.concatenate(self._count))
        piece, self._piece = np.concatenate(self._piece), []
        metres, self._metres = np.concatenate(self._metres), []
        return csr_array((metres, piece, start), shape=(len(start) - 1, len(self.cameras_m)))
