"""What changed: from several maps of one place to what can be said of each date and pair."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.progress import Progress, silent
from contrechamp.base.seeds import stream
from contrechamp.measure.change.asked import Asked
from contrechamp.measure.change.growth import Growth, growth
from contrechamp.measure.change.history import Dated, History, history, possibly, surely
from contrechamp.measure.change.in_view import InView, in_view
from contrechamp.measure.change.twice import Between, between
from contrechamp.measure.pieces import StreetPieces, walkable_pieces
from contrechamp.measure.priors import default
from contrechamp.measure.results import Span
from contrechamp.measure.stage import set_stage
from contrechamp.measure.survey.walked import looked_over_m
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: At least this share of a piece must have been in view for it to count as looked over.
LOOKED_OVER = 0.5


@dataclass(frozen=True)
class Surveyed:
    """Two surveys, on the streets that both looked over.

    Args:
        km: of these streets.
        counts: cameras in both lists, in the first alone, in the second alone.
        between: what changed; None where it cannot be told.
    """

    km: float
    counts: tuple[int, int, int]
    between: Between | None


@dataclass(frozen=True)
class Step:
    """From one map to a later one.

    Args:
        first: number of the map.
        second: number of the later one.
        same_files: nothing differs, since the files are the same.
        added: cameras that only the later has.
        gone: cameras that only the earlier has.
        difference_m: (n_draws, n_levels) more street in view of the cameras of the later map.
        difference_spans: (n_levels,) what that comes to by what is assumed; None where nothing is.
        growth: of the map beside that of its cameras; None where it cannot be told.
        surveyed: None where nobody walked on both days.
    """

    first: int
    second: int
    same_files: bool
    added: int
    gone: int
    difference_m: F8
    difference_spans: tuple[Span | None, ...]
    growth: Growth | None
    surveyed: Surveyed | None


@dataclass(frozen=True)
class Change:
    """What changed.

    Args:
        asked: what was asked.
        levels: pixel densities.
        maps: in the order of their days.
        history: their cameras.
        surely: (n_maps, n_cameras) there on that day.
        possibly: (n_maps, n_cameras) may have been there.
        in_view: of the cameras surely there, of those on the map, of those possibly there: for
            each map three sets.
        steps: from each map to the next, then from the first to the last if there are more.
    """

    asked: Asked
    levels: tuple[Level, ...]
    maps: tuple[Dated, ...]
    history: History
    surely: Mask
    possibly: Mask
    in_view: InView
    steps: tuple[Step, ...]

    def spans(self, number: int, which: int) -> tuple[Span | None, ...]:
        """Return what `metres` comes to by what is assumed, (n_levels,)."""
        return self.in_view.spans(3 * number + which)

    def metres(self, number: int, which: int) -> F8:
        """Return street in view on the day of a map, (n_draws, n_levels).

        Args:
            number: of the map.
            which: 0 of those surely there, 1 of those on the map, 2 of those possibly there.
        """
        return np.asarray(self.in_view.metres[3 * number + which], np.float64)


def change(
    maps: Sequence[Dated], levels: Sequence[Level], asked: Asked, progress: Progress = silent
) -> Change:
    """Return what changed between maps of one place.

    Args:
        maps: two or more in the order of their days, on one plane; the last has walkable streets.
        levels: of the figures.
        asked: what is asked.
        progress: advanced with every draw.
    """
    of = history(maps, asked.error_m, asked.seed)
    ground = replace(maps[-1].scene, cameras=of.cameras, limits={})
    pieces = walkable_pieces(ground.streets)
    sure = np.array([surely(of, one.on.last) for one in maps])
    maybe = np.array([possibly(of, number) for number in range(len(maps))])
    stage = set_stage(
        ground, default(), levels, target_height_m=asked.target_height_m, seed=asked.seed,
        threads=asked.threads,
    )  # fmt: skip
    sets = [mask for one in zip(sure, of.listed, maybe, strict=True) for mask in one]
    seen = in_view(stage, ground.buildings, pieces, sets, asked.draws, progress)
    numbers = list(pairwise(range(len(maps))))
    if len(maps) > 2:
        numbers.append((0, len(maps) - 1))
    looked = [_looked_over(one, pieces, ground, asked) for one in maps]
    steps = [_step(a, b, maps, of, seen, pieces, looked, asked) for a, b in numbers]
    return Change(
        asked, tuple(levels), tuple(maps), of, sure, maybe, seen, tuple(steps)
    )  # fmt: skip


def _looked_over(one: Dated, pieces: StreetPieces, ground: Scene, asked: Asked) -> Mask | None:
    if not one.is_survey:
        return None
    length = pieces.table["length_m"].to_numpy(np.float64)
    looked_m = looked_over_m(pieces, one.scene.tracks, ground.buildings, asked.within_m)
    return np.asarray(looked_m >= LOOKED_OVER * length)


def _step(
    a: int,
    b: int,
    maps: Sequence[Dated],
    of: History,
    seen: InView,
    pieces: StreetPieces,
    looked: Sequence[Mask | None],
    asked: Asked,
) -> Step:
    first, second = of.listed[a], of.listed[b]
    rng = stream(asked.seed, "change", "growth", maps[a].on.text, maps[b].on.text)
    others = tuple(len(one.scene.buildings) + len(one.scene.places) for one in (maps[a], maps[b]))
    return Step(
        first=a,
        second=b,
        same_files=maps[a].digests == maps[b].digests,
        added=int((second & ~first).sum()),
        gone=int((first & ~second).sum()),
        difference_m=seen.metres[3 * b + 1] - seen.metres[3 * a + 1],
        difference_spans=seen.spans_of_difference(3 * a + 1, 3 * b + 1),
        growth=growth(
            (int(first.sum()), int(second.sum())), (others[0], others[1]), asked.draws, rng
        ),
        surveyed=_surveyed(a, b, maps, of, pieces, looked, asked),
    )


def _surveyed(
    a: int,
    b: int,
    maps: Sequence[Dated],
    of: History,
    pieces: StreetPieces,
    looked: Sequence[Mask | None],
    asked: Asked,
) -> Surveyed | None:
    one, other = looked[a], looked[b]
    if one is None or other is None:
        return None
    twice = one & other
    lines = pieces.table.geometry.to_numpy()
    here = np.zeros(len(of.cameras), bool)
    if len(lines) and len(of.cameras):
        camera, nearest = shapely.STRtree(lines).query_nearest(
            of.cameras.geometry.to_numpy(), max_distance=asked.within_m, all_matches=False
        )
        here[camera] = twice[nearest]
    first, second = of.listed[a] & here, of.listed[b] & here
    counts = (
        int((first & second).sum()), int((first & ~second).sum()), int((second & ~first).sum())
    )  # fmt: skip
    km = float(pieces.table["length_m"].to_numpy(np.float64)[twice].sum()) / 1000.0
    told = None
    if asked.found is not None and km > 0.0:
        rng = stream(asked.seed, "change", "twice", maps[a].on.text, maps[b].on.text)
        told = between(*counts, asked.found, asked.draws, rng)
    return Surveyed(km, counts, told)
