"""How often intervals and spans hold what is true, in many simulated towns."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.run import measure_streets
from contrechamp.measure.stage import place_cameras
from contrechamp.sight.arrays import Level
from contrechamp.sight.levels import parse_levels
from contrechamp.sight.walls import prepare
from validation.towns import town
from validation.truth import SHIFTS, as_mapped, mapped_of, numbers, seen_m, true_cameras

#: In view at any density, and at that of "recognition".
LEVELS: tuple[Level, ...] = parse_levels("125")
DRAWS = 300
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Held:
    """What of one world held the truth, (n_shifts, n_levels) each.

    Args:
        interval: whether the 90 % interval did.
        below: whether the truth lay below it.
        span: whether the span did, or the interval.
        width: (n_levels,) of the interval over the median.
    """

    interval: Flags
    below: Flags
    span: Flags
    width: NDArray[np.float64]


def world(number: int) -> Held:
    """Measure one world as it is mapped, and compare with what is true in it, shift by shift."""
    scene = town(number)
    n = len(scene.cameras)
    of, mapped = numbers(number, n), mapped_of(number, n)
    placed = place_cameras(scene.cameras, scene.buildings).nearest()
    walls = prepare(scene.buildings.geometry.to_numpy())
    cameras = [true_cameras(placed, of, mapped, shift) for shift in SHIFTS.values()]
    on_the_map = as_mapped(scene, *cameras[0], mapped)
    figures = measure_streets(on_the_map, levels=LEVELS, draws=DRAWS, seed=number, threads=1)
    found = [one for one in figures if (one.key, one.group) == ("streets.seen_m", "all")]
    truth = np.array([seen_m(scene, walls, true, LEVELS) for true, _turns in cameras])
    low, median, high = (
        np.array([getattr(one.estimate, name) for one in found])
        for name in ("q05", "median", "q95")
    )
    spans = [one.span for one in found if one.span is not None]
    least = np.minimum(low, [span.low for span in spans])
    most = np.maximum(high, [span.high for span in spans])
    return Held(
        interval=(truth >= low) & (truth <= high),
        below=truth < low,
        span=(truth >= least) & (truth <= most),
        width=(high - low) / np.maximum(median, 1.0),
    )


@dataclass(frozen=True)
class Coverage:
    """Shares of worlds, (n_shifts, n_levels) each.

    Args:
        n: number of worlds.
        interval: in which the 90 % interval held the truth.
        below: in which the truth lay below it.
        span: in which the span did, or the interval.
        width: (n_levels,) median width of the interval, over its median.
    """

    n: int
    interval: NDArray[np.float64]
    below: NDArray[np.float64]
    span: NDArray[np.float64]
    width: NDArray[np.float64]


def coverage(n: int, *, processes: int = 1) -> Coverage:
    """Return what was held in the first `n` worlds."""
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            return summed(list(pool.map(world, range(n), chunksize=8)))
    return summed([world(number) for number in range(n)])


def summed(held: Sequence[Held]) -> Coverage:
    """Return in which share of the worlds the truth was held."""

    def share(name: str) -> NDArray[np.float64]:
        return np.asarray(np.mean([getattr(one, name) for one in held], axis=0))

    width = np.median([one.width for one in held], axis=0)
    return Coverage(len(held), share("interval"), share("below"), share("span"), width)
