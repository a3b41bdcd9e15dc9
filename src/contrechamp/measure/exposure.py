"""How much of every piece of street is in view, in every draw: the engine called many times."""

import os
from collections import namedtuple
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.compiled import compiled, compiled_part
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.sight.arrays import Level
from contrechamp.sight.growing import copy_first
from contrechamp.sight.placing import off_outlines
from contrechamp.sight.seen import (
    CameraColumns,
    Segments,
    new_buffers,
    record_seen,
    segments_within,
)
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


@dataclass(frozen=True)
class Walks:
    """Walks over the pieces, in compressed rows: walk w passes indices[indptr[w]:indptr[w+1]]."""

    indptr: I8
    indices: I8


@dataclass(frozen=True)
class Exposure:
    """What all cameras see of all pieces, in every draw.

    Args:
        seen_m: (n_draws, n_levels, n_pieces) float32: length in view of at least one camera.
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

    seen_m: F4
    cameras_m: F8
    by_camera_m: F4
    alone_m: F4
    by_group_m: F4
    walk_cameras: NDArray[np.int32]


# The arrays of `Exposure` that the compiled code fills.
_Result = namedtuple("_Result", "seen_m by_camera_m alone_m by_group_m walk_cameras")
#: Draws that one thread does at a time. Fixed, so that sums are added up in the same order whatever
#: the number of threads.
DRAWS_AT_ONCE = 8


@compiled_part
def _cover(
    first: int,
    last: int,
    order: Any,
    start: Any,
    end: Any,
    camera: Any,
    group_start: Any,
    group_of: Any,
    in_group: Any,
    length_m: float,
    by_group: Any,
    alone: Any,
    event_at: Any,
    event_of: Any,
) -> float:
    """Return the length of one segment that is covered by at least one of the given parts.

    Adds the length that only one camera covers to `alone`, and the length that each group covers
    to `by_group`. The parts of one camera do not overlap.
    """
    if last - first == 1:
        k = order[first]
        covered: float = (end[k] - start[k]) * length_m
        alone[camera[k]] += covered
        for g in range(group_start[camera[k]], group_start[camera[k] + 1]):
            by_group[group_of[g]] += covered
        return covered
    # The beginnings and ends of parts, sorted by insertion; where they touch, ends come first.
    n = 0
    for i in range(first, last):
        k = order[i]
        for side in range(2):
            at = start[k] if side == 0 else end[k]
            what = k if side == 0 else -k - 1
            j = n - 1
            while j >= 0 and (event_at[j] > at or (event_at[j] == at and event_of[j] > what)):
                event_at[j + 1], event_of[j + 1] = event_at[j], event_of[j]
                j -= 1
            event_at[j + 1], event_of[j + 1] = at, what
            n += 1
    covered = 0.0
    at_once = 0
    which = 0  # sum of the numbers of the cameras at once: with a single camera, its number
    before = 0.0
    in_group[:] = 0
    for i in range(n):
        at = event_at[i]
        stretch = (at - before) * length_m
        if at_once > 0 and stretch > 0.0:
            covered += stretch
            if at_once == 1:
                alone[which] += stretch
            for g in range(len(in_group)):
                if in_group[g] > 0:
                    by_group[g] += stretch
        k = event_of[i]
        change = 1 if k >= 0 else -1
        c = camera[k if k >= 0 else -k - 1]
        at_once += change
        which += change * c
        for g in range(group_start[c], group_start[c + 1]):
            in_group[group_of[g]] += change
        before = at
    return covered


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
    walk_piece: Any,
    result: Any,
    camera_length: Any,
) -> None:
    """Add up the records of one draw: by piece, camera and group, and cameras met on walks."""
    x0, y0, x1, y1 = lines.x0, lines.y0, lines.x1, lines.y1
    key_of, camera_of, start_of, end_of = buffers.key, buffers.camera, buffers.start, buffers.end
    seen, by_camera = result.seen_m[draw], result.by_camera_m[draw]
    n_levels, n_pieces = seen.shape
    n_cameras, n_groups, n_segments = by_camera.shape[1], result.by_group_m.shape[2], len(x0)
    n_walks, words = len(walk_start) - 1, (n_cameras + 63) // 64

    # Records by level and segment (counting sort).
    bucket = np.zeros(n_segments * n_levels + 1, np.int64)
    for k in range(records):
        bucket[key_of[k] + 1] += 1
    for k in range(n_segments * n_levels):
        bucket[k + 1] += bucket[k]
    order = np.empty(records, np.int64)
    for k in range(records):
        order[bucket[key_of[k]]] = k
        bucket[key_of[k]] += 1

    event_at, event_of = np.empty(2 * records), np.empty(2 * records, np.int64)
    in_group = np.zeros(n_groups, np.int64)
    seen_by = np.zeros((n_pieces if n_walks > 0 else 0, words), np.uint64)
    met = np.empty(words, np.uint64)
    first = 0
    for level in range(n_levels):
        # Added up in double precision; the results are stored in single.
        own, alone = np.zeros(n_cameras), np.zeros(n_cameras)
        group = np.zeros(n_groups)
        covered = np.zeros(n_pieces)
        seen_by[:] = 0
        while first < records and key_of[order[first]] < (level + 1) * n_segments:
            key = key_of[order[first]]
            last = first
            while last < records and key_of[order[last]] == key:
                last += 1
            s = key - level * n_segments
            length = np.sqrt((x1[s] - x0[s]) ** 2 + (y1[s] - y0[s]) ** 2)
            covered[piece[s]] += _cover(
                first, last, order, start_of, end_of, camera_of,
                group_start, group_of, in_group, length, group, alone, event_at, event_of,
            )  # fmt: skip
            for i in range(first, last):
                c = camera_of[order[i]]
                part = (end_of[order[i]] - start_of[order[i]]) * length
                own[c] += part
                camera_length[level, piece[s]] += part
                if n_walks > 0:
                    seen_by[piece[s], c // 64] |= np.uint64(1) << np.uint64(c % 64)
            first = last
        copy_first(n_pieces, covered, seen[level])
        copy_first(n_cameras, own, by_camera[level])
        copy_first(n_cameras, alone, result.alone_m[draw, level])
        copy_first(n_groups, group, result.by_group_m[draw, level])
        for w in range(n_walks):
            met[:] = 0
            for i in range(walk_start[w], walk_start[w + 1]):
                for word in range(words):
                    met[word] |= seen_by[walk_piece[i], word]
            count = 0
            for word in range(words):
                bits = met[word]
                while bits:
                    bits &= bits - np.uint64(1)
                    count += 1
            result.walk_cameras[draw, level, w] = count


@compiled
def _expose_draws(
    first_draw: int,
    last_draw: int,
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
    piece: Any,
    group_start: Any,
    group_of: Any,
    walk_start: Any,
    walk_piece: Any,
    result: Any,
) -> F8:
    """Do some draws one after the other; return length times cameras, summed over the draws."""
    camera_length = np.zeros((len(ppm), result.seen_m.shape[2]))
    buffers = new_buffers()
    for draw in range(first_draw, last_draw):
        given = CameraColumns(
            drawn.height_m[draw], drawn.heading_deg[draw], drawn.tilt_deg[draw],
            drawn.hfov_deg[draw], drawn.vfov_deg[draw], drawn.width_px[draw],
            drawn.range_m[draw], drawn.sweep_deg[draw],
        )  # fmt: skip
        records, buffers = record_seen(
            index, tops[draw], over_start, over, x, y, given, z, ppm, lines, buffers
        )
        _sum_draw(
            draw, records, buffers, lines, piece, group_start, group_of,
            walk_start, walk_piece, result, camera_length,
        )  # fmt: skip
    return camera_length


def expose(
    cameras: CameraDraws,
    walls: Walls,
    building_height_m: F8,
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
        cameras: n cameras in n_draws draws, placed outside of walls (`sight.placing.place`).
        walls: of all buildings.
        building_height_m: (n_draws, n_buildings) tops above the ground.
        pieces: the streets.
        levels: pixel densities, each asked about the line of the street at `target_height_m`.
        target_height_m: 1.6 is a face, 0 the ground.
        groups: (n_groups, n) which cameras belong to which group.
        walks: for which distinct cameras are counted.
        progress: advanced with every draw.
        threads: greatest number of threads; the result is the same bit for bit.

    Memory: 4 bytes for each draw, level and piece (or camera, group, walk).
    """
    n, n_draws, n_levels = len(cameras.x), len(cameras.height_m), len(levels)
    if groups is None:
        groups = np.zeros((0, n), bool)
    if walks is None:
        walks = Walks(np.zeros(1, np.int64), np.zeros(0, np.int64))
    x, y, over_start, over = off_outlines(cameras.x, cameras.y, walls)
    member_of, member = np.nonzero(groups)
    group_start, group_of = compressed_rows(member, member_of, n)
    near_start, near_segment = segments_within(
        cameras.x, cameras.y, np.max(cameras.range_m, axis=0, initial=0.0),
        pieces.x0, pieces.y0, pieces.x1, pieces.y1,
    )  # fmt: skip

    n_walks = len(walks.indptr) - 1
    seen = np.zeros((n_draws, n_levels, pieces.n_pieces), np.float32)
    by_camera = np.zeros((n_draws, n_levels, n), np.float32)
    alone = np.zeros((n_draws, n_levels, n), np.float32)
    by_group = np.zeros((n_draws, n_levels, len(groups)), np.float32)
    walk_cameras = np.zeros((n_draws, n_levels, n_walks), np.int32)
    ppm = np.array([level.ppm for level in levels], dtype=np.float64)
    drawn = CameraColumns(
        *(
            np.ascontiguousarray(getattr(cameras, name), np.float64)
            for name in CameraColumns._fields
        )
    )
    lines = Segments(pieces.x0, pieces.y0, pieces.x1, pieces.y1, near_start, near_segment)
    result = _Result(seen, by_camera, alone, by_group, walk_cameras)
    tops = np.ascontiguousarray(building_height_m, dtype=np.float64)

    with progress(_("Draws"), n_draws) as advance:

        def work(chunk: int) -> F8:
            first, last = chunk, min(chunk + DRAWS_AT_ONCE, n_draws)
            lengths = _expose_draws(
                first, last, walls.index, tops, over_start, over, x, y, drawn,
                float(target_height_m), ppm, lines, pieces.piece, group_start, group_of,
                walks.indptr, walks.indices, result,
            )  # fmt: skip
            advance(last - first)
            return lengths

        total = np.zeros((n_levels, pieces.n_pieces))
        with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
            for lengths in pool.map(work, range(0, n_draws, DRAWS_AT_ONCE)):
                total += lengths
    return Exposure(seen, total / max(n_draws, 1), by_camera, alone, by_group, walk_cameras)
