"""How much of every piece of street is in view, in every draw: the engine called many times."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.adding_up import Result, add_at, expose_draws, expose_draws_on_relief
from contrechamp.sight.arrays import Level
from contrechamp.sight.parts import index_segments
from contrechamp.sight.placing import off_outlines
from contrechamp.sight.plan_views import keep_views
from contrechamp.sight.relief.views import ReliefViews, relief_views
from contrechamp.sight.seen import CameraColumns
from contrechamp.sight.walls import Walls, compressed_rows

F4 = NDArray[np.float32]
F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
#: Tops of buildings in all draws, or what returns those of some draws.
Tops = F8 | Callable[[slice], F8]


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

    def followed_by(self, others: "Pieces") -> "Pieces":
        """Return these pieces and then `others`, which get the next numbers."""
        return Pieces(
            x0=np.concatenate((self.x0, others.x0)),
            y0=np.concatenate((self.y0, others.y0)),
            x1=np.concatenate((self.x1, others.x1)),
            y1=np.concatenate((self.y1, others.y1)),
            piece=np.concatenate((self.piece, self.n_pieces + others.piece)),
            n_pieces=self.n_pieces + others.n_pieces,
        )

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
        total_m: (n_draws, n_levels) float64: their sums, piece by piece.
        beside_m: (n_draws, n_levels) float64: length in view of what was asked about beside.
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
    total_m: F8
    beside_m: F8
    cameras_m: F8
    by_camera_m: F4
    alone_m: F4
    by_group_m: F4
    walk_cameras: NDArray[np.int32]


@dataclass(frozen=True)
class Standpoints:
    """Where cameras stand, and what is kept of their views for all draws.

    Args:
        x: (n,) off outlines, metres east.
        y: (n,) metres north.
        over_start: with `over`, the buildings above or below each (`placing.off_outlines`).
        over: see there.
        views: of the segments of some pieces (`plan_views.keep_views`).
    """

    x: F8
    y: F8
    over_start: I8
    over: I8
    views: Any


@dataclass(frozen=True)
class Ground:
    """Ground that is not flat, and what is known of what stands on it.

    Args:
        surface: `relief.surface.Surface`.
        standing: `relief.views.Standing`, of all that has walls.
        target_height_m: of the targets above the ground.
    """

    surface: Any
    standing: Any
    target_height_m: float


def standpoints(
    x: F8, y: F8, walls: Walls, reach_m: F8, pieces: Pieces, ground: Ground | None = None
) -> Standpoints:
    """Work out what is the same in all draws of cameras that see no further than `reach_m`.

    Over ground that is not flat, the views are `relief.views.ReliefViews`.
    """
    x, y, over_start, over = off_outlines(x, y, walls)
    if ground is not None:
        views = relief_views(
            ground.surface, walls.index, ground.standing, over_start, over, x, y, reach_m,
            pieces.lines, ground.target_height_m,
        )  # fmt: skip
        return Standpoints(x, y, over_start, over, views)
    views = keep_views(walls.index, over_start, x, y, reach_m, pieces.lines)
    return Standpoints(x, y, over_start, over, views)


#: Draws that one thread does at a time. Fixed, so that sums are added up in the same order whatever
#: the number of threads.
DRAWS_AT_ONCE = 8


def expose(
    cameras: CameraDraws,
    walls: Walls,
    building_height_m: Tops,
    pieces: Pieces,
    levels: Sequence[Level],
    *,
    target_height_m: float = 1.6,
    groups: NDArray[np.bool_] | None = None,
    walks: Walks | None = None,
    beside: Pieces | None = None,
    standing: Callable[[Pieces], Standpoints] | None = None,
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
        beside: lines of which only the total is asked for. Each camera is swept once for both.
        standing: returns what is known of the cameras' places (`standpoints`, as far as the
            greatest range) for some pieces; worked out by default.
        progress: advanced with every draw, once for `pieces` and once for `beside`.
        threads: greatest number of threads; the result is the same bit for bit.

    Memory: 8 bytes for each draw, level and piece of which something is in view, and 4 for each
    draw, level and camera (or group, or walk).
    """
    n, n_draws, n_levels = len(cameras.x), len(cameras.height_m), len(levels)
    if groups is None:
        groups = np.zeros((0, n), bool)
    if walks is None:
        walks = Walks(np.zeros(1, np.int64), np.zeros(0, np.int64))
    member_of, member = np.nonzero(groups)
    asked = pieces if beside is None else pieces.followed_by(beside)
    rows = (*compressed_rows(member, member_of, n), *walks.by_piece(asked.n_pieces))
    sums = (n, n, len(groups), len(walks.indptr) - 1)
    result = _room(n_draws, n_levels, n_draws, sums)
    found = [_Gathered(pieces.n_pieces) for _ in levels]
    done = _draw_by_draw(
        cameras, walls, building_height_m, asked, levels, float(target_height_m), pieces.n_pieces,
        rows, result, 1 if beside is None else 2, standing, progress, threads,
    )  # fmt: skip
    for some, count in done:
        for level, gathered in enumerate(found):
            gathered.add(some, level, count[:, level])
    return Exposure(
        seen=tuple(gathered.seen() for gathered in found),
        total_m=result.total_m[:, 0].copy(),
        beside_m=result.total_m[:, 1].copy(),
        cameras_m=np.array([gathered.cameras_m for gathered in found]) / max(n_draws, 1),
        by_camera_m=result.by_camera_m,
        alone_m=result.alone_m,
        by_group_m=result.by_group_m,
        walk_cameras=result.walk_cameras,
    )


def expose_totals(
    cameras: CameraDraws,
    walls: Walls,
    building_height_m: Tops,
    pieces: Pieces,
    levels: Sequence[Level],
    *,
    target_height_m: float = 1.6,
    standing: Callable[[Pieces], Standpoints] | None = None,
    progress: Progress = silent,
    threads: int | None = None,
) -> F8:
    """Return `Exposure.total_m` of what `expose` finds, and nothing else, which takes less time."""
    n, n_draws = len(cameras.x), len(cameras.height_m)
    nothing = np.zeros(0, np.int64)
    rows = (np.zeros(n + 1, np.int64), nothing, np.zeros(pieces.n_pieces + 1, np.int64), nothing)
    result = _room(n_draws, len(levels), 0, (n, n, 0, 0))
    done = _draw_by_draw(
        cameras, walls, building_height_m, pieces, levels, float(target_height_m), 0, rows, result,
        1, standing, progress, threads,
    )  # fmt: skip
    for _some in done:
        pass
    total_m: F8 = result.total_m[:, 1].copy()
    return total_m


def _room(n_draws: int, n_levels: int, others: int, sums: tuple[int, int, int, int]) -> Any:
    """Return room for the totals of all draws, and for all other sums of `others` draws."""
    camera, alone, group, walk = sums
    return Result(
        total_m=np.zeros((n_draws, 2, n_levels)),
        by_camera_m=np.zeros((others, n_levels, camera), np.float32),
        alone_m=np.zeros((others, n_levels, alone), np.float32),
        by_group_m=np.zeros((others, n_levels, group), np.float32),
        walk_cameras=np.zeros((others, n_levels, walk), np.int32),
    )


def _draw_by_draw(
    cameras: CameraDraws,
    walls: Walls,
    building_height_m: Tops,
    pieces: Pieces,
    levels: Sequence[Level],
    target_height_m: float,
    told_apart: int,
    rows: tuple[I8, I8, I8, I8],
    result: Any,
    steps: int,
    standing: Callable[[Pieces], Standpoints] | None,
    progress: Progress,
    threads: int | None,
) -> Iterator[tuple[Any, Any]]:
    """Yield what `expose_draws` returns, some draws at a time, in their order."""
    n_draws = len(cameras.height_m)
    ppm = np.array([level.ppm for level in levels], dtype=np.float64)
    drawn = CameraColumns(
        *(
            np.ascontiguousarray(getattr(cameras, name), np.float64)
            for name in CameraColumns._fields
        )
    )
    if standing is None:
        furthest = drawn.range_m.max(axis=0, initial=0.0)
        at = standpoints(cameras.x, cameras.y, walls, furthest, pieces)
    else:
        at = standing(pieces)
    tops_of = building_height_m if callable(building_height_m) else building_height_m.__getitem__

    with progress(_("Draws"), steps * n_draws) as advance:

        def work(first: int) -> tuple[Any, Any]:
            tops = np.ascontiguousarray(
                tops_of(slice(first, min(first + DRAWS_AT_ONCE, n_draws))), dtype=np.float64
            )
            asked = (pieces.piece, told_apart, *rows, result)
            if isinstance(at.views, ReliefViews):
                done = expose_draws_on_relief(
                    first, tops, at.x, at.y, drawn, ppm, pieces.lines, at.views, *asked
                )
            else:
                done = expose_draws(
                    first, walls.index, tops, at.over_start, at.over, at.x, at.y, drawn,
                    target_height_m, ppm, pieces.lines, at.views, *asked,
                )  # fmt: skip
            advance(steps * len(tops))
            return done

        workers = threads or os.cpu_count() or 1
        firsts = iter(range(0, n_draws, DRAWS_AT_ONCE))
        with ThreadPoolExecutor(workers) as pool:
            # Few at a time: what is done and not yet taken would add up.
            ahead = deque(pool.submit(work, first) for first in islice(firsts, 2 * workers + 1))
            while ahead:
                done = ahead.popleft().result()
                ahead.extend(pool.submit(work, first) for first in islice(firsts, 1))
                yield done


class _Gathered:
    """What the draws so far have in view at one level."""

    def __init__(self, n_pieces: int) -> None:
        self.cameras_m = np.zeros(n_pieces)
        self._piece = np.empty(0, np.int32)
        self._metres = np.empty(0, np.float32)
        self._n = 0
        self._count = [np.zeros(1, np.int64)]

    def add(self, found: Any, level: int, count: I8) -> None:
        """Add the next draws: what they found, and how many pieces each."""
        n, room = found.count[level], len(self._piece)
        if self._n + n > room:
            self._have_room(max(self._n + n, room + room // 4))
        added = slice(self._n, self._n + n)
        piece = found.piece[level, :n]
        self._piece[added] = piece
        self._metres[added] = found.metres[level, :n]
        self._n += n
        self._count.append(count.copy())
        add_at(self.cameras_m, piece, found.cameras_m[level, :n])

    def _have_room(self, n: int) -> None:
        # In place: the system moves large arrays without a copy, so that none stands beside them.
        self._piece.resize(n, refcheck=False)
        self._metres.resize(n, refcheck=False)

    def seen(self) -> csr_array:
        """Return metres in view, (n_draws, n_pieces); what was gathered is given away."""
        self._have_room(self._n)
        # With 64 bits here, SciPy would make the numbers of all pieces as wide.
        width = np.int32 if self._n <= np.iinfo(np.int32).max else np.int64
        start = np.cumsum(np.concatenate(self._count)).astype(width)
        shape = (len(start) - 1, len(self.cameras_m))
        return csr_array((self._metres, self._piece, start), shape=shape)
