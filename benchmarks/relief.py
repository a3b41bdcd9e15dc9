"""The streets of central Helsinki on flat ground and on made-up hills, and one place beside GDAL.

The hills are waves of 12 m in 150 m (beside GDAL: in 38 m), on nodes 1 m apart: no heights of
Helsinki. GDAL's viewshed and ours get the same nodes, and both are held against sight lines.
"""

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine import DORI, fastest
from benchmarks.peers import gdal_library, gdal_seen
from benchmarks.towns import helsinki_file
from contrechamp.measure.network import foot_network
from contrechamp.measure.pieces import cut_streets
from contrechamp.measure.priors import default
from contrechamp.measure.stage import set_stage
from contrechamp.measure.trips import choose_stops
from contrechamp.scene.height_grid import Relief
from contrechamp.scene.read import read_scene
from contrechamp.sight.relief.surface import FALL_PER_M2, Surface, grounds_at, needed_heights

DRAWS = 50
RUNS = 3
TARGET_HEIGHT_M, LENS_M, RANGE_M = 1.6, 5.0, 60.0
#: Places whose ground is asked about beside GDAL.
PLACES = 20


@dataclass(frozen=True)
class Measured:
    """How long some draws of all cameras took, and what comes once before them.

    Args:
        cameras: places of cameras.
        draws: that were timed.
        flat_s: of the draws, on flat ground.
        hills_s: of the draws, on hills.
        flat_once_s: what is worked out once, on flat ground.
        hills_once_s: on hills.
    """

    cameras: int
    draws: int
    flat_s: float
    hills_s: float
    flat_once_s: float
    hills_once_s: float


@dataclass(frozen=True)
class Beside:
    """What the ground alone hides from some places, cell by cell, beside sight lines.

    Args:
        cells: of all places, within range.
        ours_us: a place, all of its cells.
        ours_wrong: share of cells told otherwise than by single sight lines.
        gdal_us: a place.
        gdal_wrong: the same of GDAL's viewshed.
    """

    cells: int
    ours_us: float
    ours_wrong: float
    gdal_us: float
    gdal_wrong: float


def hills(bounds: tuple[float, float, float, float], *, wild: bool = False) -> Relief:
    """Return made-up hills over a rectangle (west, south, east, north); wild ones are steep."""
    cell_m, steep = 1.0, 4.0 if wild else 1.0
    west, south, east, north = bounds
    x = west + cell_m * np.arange(round((east - west) / cell_m) + 1)
    y = south + cell_m * np.arange(round((north - south) / cell_m) + 1)
    height = 20.0 + 6.0 * (
        np.sin(2 * np.pi * steep * x[None, :] / 150.0)
        + np.sin(2 * np.pi * steep * y[:, None] / 170.0)
    )
    return Relief(height.astype(np.float32), west, south, cell_m, cell_m, 0.0, False, ("hills",))


def measured(threads: int = 1) -> Measured:
    """Time the draws; reading, placing and cutting streets to pieces are not counted."""
    scene = read_scene([helsinki_file()])
    west, south, east, north = scene.cameras.total_bounds
    ground = hills((west - 350.0, south - 350.0, east + 350.0, north + 350.0))
    stops = choose_stops(scene.streets, scene.homes, scene.places, seed=1, most_homes=0)
    pieces = cut_streets(foot_network(scene.streets, stops.snapped), scene.streets).pieces
    seconds, once = [], []
    for relief in (None, ground):
        stage = set_stage(
            replace(scene, relief=relief), default(), DORI, target_height_m=TARGET_HEIGHT_M,
            seed=1, threads=threads,
        )  # fmt: skip
        numbers = stage.uniforms(DRAWS)
        stage.expose(stage.uniforms(1), pieces)  # compiles, and works out what comes once
        stage.kept._values.clear()
        start = time.perf_counter()
        stage.standing(pieces)
        once.append(time.perf_counter() - start)
        seconds.append(fastest(lambda stage=stage, numbers=numbers: stage.expose(numbers, pieces),
                               RUNS))  # fmt: skip
    return Measured(
        cameras=len(stage.places.camera),
        draws=DRAWS,
        flat_s=seconds[0],
        hills_s=seconds[1],
        flat_once_s=once[0],
        hills_once_s=once[1],
    )


def beside_gdal() -> Beside | None:
    """Ask both which cells of 1 m the ground hides; None where pyogrio brings no GDAL."""
    gdal = gdal_library()
    if gdal is None:
        return None
    half = int(RANGE_M)
    side = 2 * half + 1
    rng = np.random.default_rng(1)
    j, i = np.mgrid[:side, :side]
    within = np.hypot(i - half, j - half) <= RANGE_M
    within[half, half] = False
    ours_s = gdal_s = 0.0
    ours_wrong = gdal_wrong = cells = 0
    for _place in range(PLACES):
        at = rng.uniform(0.0, 1000.0, 2)
        ground = hills((at[0], at[1], at[0] + side - 1.0, at[1] + side - 1.0), wild=True)
        surface = Surface(ground.height_m, 0.0, 0.0, 1.0)
        lens_m = float(ground.height_m[half, half]) + LENS_M
        x, y = i[within].astype(np.float64), j[within].astype(np.float64)
        targets = np.column_stack((x, y, ground.height_m[within] + TARGET_HEIGHT_M))
        eye = np.full(len(x), float(half))
        needed_heights(surface, eye[:1], eye[:1], targets[:1])  # compiles, or loads
        start = time.perf_counter()
        ours = lens_m >= needed_heights(surface, eye, eye, targets)
        ours_s += time.perf_counter() - start
        seen, seconds = gdal_seen(gdal, ground.height_m, 1.0, LENS_M, TARGET_HEIGHT_M)
        gdal_s += seconds
        truth = _by_sight_lines(surface, float(half), lens_m, targets)
        ours_wrong += int((ours != truth).sum())
        gdal_wrong += int((seen[within] != truth).sum())
        cells += len(x)
    return Beside(
        cells, 1e6 * ours_s / PLACES, ours_wrong / cells, 1e6 * gdal_s / PLACES, gdal_wrong / cells
    )


def _by_sight_lines(
    surface: Any, eye: float, lens_m: float, targets: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which targets a straight line reaches free of ground, at 2,000 places of it."""
    part = np.linspace(0.0, 1.0, 2002)[1:-1]
    free = np.empty(len(targets), bool)
    for k, (x, y, z) in enumerate(targets.tolist()):
        fall = FALL_PER_M2 * ((x - eye) ** 2 + (y - eye) ** 2)
        below = grounds_at(surface, eye + part * (x - eye), eye + part * (y - eye))
        line = lens_m * (1.0 - part) + (z - fall) * part
        free[k] = bool((below - fall * part**2 <= line).all())
    return free


if __name__ == "__main__":
    print(beside_gdal())
    print(measured())
