"""A country, tile by tile: how long, how much memory, and whether that grows as the country does.

The country is made of real extracts, set down again and again beside each other: Helsinki twice,
Krems and Monaco once to a square. Run it with

    python -m benchmarks.country HELSINKI KREMS MONACO --squares 3 25 254 --workers 1

Cutting and handing out is one process; each worker is one. The highest memory of workers is that
of the largest of them, as the system tells it once they have ended.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from benchmarks.memory import memory_mb
from contrechamp.measure.priors import default
from contrechamp.measure.tiles.plan import nothing_else
from contrechamp.publish.measure_job import LEVELS, TARGET_M
from contrechamp.publish.tiles.running import TilesJob, run_scene
from contrechamp.scene.read import read_scene
from contrechamp.scene.tables import Scene

#: A plane on which the country lies; its true north does not matter here.
PLANE = pyproj.CRS("EPSG:32633")
#: Free ground between two extracts: as far as any view goes, and more.
APART_M = 1000.0
#: Extracts of a square, by their place among the files.
SQUARE = (0, 0, 1, 2)
DRAWS, TILE_M = 5, 2000.0


@dataclass(frozen=True)
class Measured:
    """What a country took.

    Args:
        cameras: how many.
        buildings: how many.
        street_km: walkable.
        tiles: with a street.
        seconds: from the scene in memory to all figures.
        worker_mb: the highest memory of a worker so far.
        parent_mb: the highest memory of the process that cuts.
        store_mb: bytes in the store afterwards.
    """

    cameras: int
    buildings: int
    street_km: float
    tiles: int
    seconds: float
    worker_mb: float
    parent_mb: float
    store_mb: float


def country(extracts: Sequence[Scene], squares: int) -> Scene:
    """Return extracts set down beside each other, `squares` times those of `SQUARE`."""
    size = max(
        float(np.ptp(one.streets.total_bounds.reshape(2, 2), axis=0).max()) for one in extracts
    )
    pitch, columns = size + APART_M, int(np.ceil(np.sqrt(squares * len(SQUARE))))
    parts: dict[str, list[gpd.GeoDataFrame]] = {"cameras": [], "buildings": [], "streets": []}
    nodes = 0
    for number in range(squares * len(SQUARE)):
        scene = extracts[SQUARE[number % len(SQUARE)]]
        row, column = divmod(number, columns)
        corner = scene.streets.total_bounds[:2]
        move = np.array([500_000.0 + column * pitch, 5_000_000.0 + row * pitch]) - corner
        for name, found in parts.items():
            table = getattr(scene, name)
            shapes = shapely.transform(table.geometry.to_numpy(), lambda xy, by=move: xy + by)
            moved = pd.DataFrame(table.drop(columns="geometry"))
            moved["id"] = moved["id"].astype(str) + f"@{number}"
            if name == "streets":
                moved[["node_u", "node_v"]] += nodes
            found.append(gpd.GeoDataFrame(moved, geometry=shapes, crs=PLANE))
        nodes += int(scene.streets[["node_u", "node_v"]].to_numpy().max(initial=0)) + 1
    tables = {
        name: gpd.GeoDataFrame(pd.concat(found, ignore_index=True), geometry="geometry", crs=PLANE)
        for name, found in parts.items()
    }
    return replace(extracts[0], crs=PLANE, **tables, **nothing_else(PLANE), limits={}, inputs=())


def measured(scene: Scene, workers: int) -> Measured:
    """Measure a country into a folder that goes away."""
    walkable = scene.streets[scene.streets["walkable"].to_numpy(bool)]
    with tempfile.TemporaryDirectory() as folder:
        job = TilesJob(
            inputs=(), out=folder, tile_m=TILE_M, workers=workers, scheduler="", level_set=LEVELS,
            draws=DRAWS, seed=1, target_height_m=TARGET_M, priors_file=None, crs=None,
            skip_bad_rows=False,
        )  # fmt: skip
        begun = time.perf_counter()
        done = run_scene(scene, default(), job)
        seconds = time.perf_counter() - begun
        stored = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return Measured(
        cameras=len(scene.cameras),
        buildings=len(scene.buildings),
        street_km=float(walkable.geometry.length.sum()) / 1000.0,
        tiles=done.told.tiles,
        seconds=seconds,
        worker_mb=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3,
        parent_mb=memory_mb("VmHWM"),
        store_mb=stored / 1e6,
    )


def main() -> None:
    """Print a row of the table of the documentation for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extracts", nargs=3, type=Path)
    parser.add_argument("--squares", nargs="+", type=int, default=[3, 25])
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    extracts = [read_scene([path]) for path in options.extracts]
    heads = ("buildings", "cameras", "street km", "tiles", "s", "ms a camera")
    print("|", " | ".join((*heads, "MB a worker", "MB of who cuts", "MB stored")), "|")
    print("| ---: " * 9 + "|")
    for squares in options.squares:
        one = measured(country(extracts, squares), options.workers)
        print(
            f"| {one.buildings:,} | {one.cameras:,} | {one.street_km:,.0f} | {one.tiles:,} "
            f"| {one.seconds:.0f} | {1e3 * one.seconds / one.cameras:.1f} | {one.worker_mb:,.0f} "
            f"| {one.parent_mb:,.0f} | {one.store_mb:,.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
