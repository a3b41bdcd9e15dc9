"""The map of the workbench: how soon it is read, how long tiles take; beside another writer.

    python -m benchmarks.tiles --cameras 100000 --buildings 200000

Tiles are cut as the server cuts them, one after the other, over all of a made-up town. The same
shapes are written by GDAL's driver of the same format, which writes a whole folder at once.
"""

import argparse
import random
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from benchmarks import dossier
from contrechamp.dossier.index_tables import TABLES
from contrechamp.dossier.records.field_types import Position
from contrechamp.dossier.records.fieldwork import Camera
from contrechamp.dossier.writing import store
from contrechamp.dossier.writing.store import Put, new_id
from contrechamp.measure.one_camera import view
from contrechamp.scene.columns import table
from contrechamp.scene.source_tables import FOOTPRINT_COLUMNS
from contrechamp.sight.levels import LEVEL_SETS
from contrechamp.vault import opening
from contrechamp.web.map import camera_pages, tiles
from contrechamp.web.map.case_map import CaseMap
from contrechamp.web.map.ground import Ground, GroundLayer
from contrechamp.web.map.mercator import to_unit

LON, LAT = 24.94, 60.17
#: Ground of one building, with its share of street: 30 m by 30 m.
STEP_M = 30.0
M_PER_DEG = 111_320.0


def town(buildings: int) -> Ground:
    """Return a town of blocks, as dense as the middle of one."""
    side = int(np.ceil(np.sqrt(buildings)))
    i = np.arange(buildings)
    x = (i % side - side / 2) * STEP_M / (M_PER_DEG * np.cos(np.radians(LAT))) + LON
    y = (i // side - side / 2) * STEP_M / M_PER_DEG + LAT
    wide, high = 18.0 / (M_PER_DEG * np.cos(np.radians(LAT))), 18.0 / M_PER_DEG
    shapes = shapely.box(x, y, x + wide, y + high)
    drawn = np.asarray(shapely.transform(shapes, to_unit), object)
    said = {"id": [f"b{n}" for n in range(buildings)], "height_m": [12.0] * buildings}
    footprints = table(FOOTPRINT_COLUMNS, said, shapes)
    return Ground((GroundLayer("buildings", 14, drawn),), (), None, footprints)


def case_of(folder: Path, cameras: int, side_m: float) -> None:
    """Make a case with made-up cameras."""
    dossier.made_case(folder)
    rng = random.Random(1)
    wide = side_m / (M_PER_DEG * np.cos(np.radians(LAT)))
    with opening.opened(folder, dossier.PASSPHRASE, tables=TABLES, write=True) as case:
        puts = [
            Put(
                Camera(
                    position=Position(
                        lon=Decimal(f"{LON + (rng.random() - 0.5) * wide:.6f}"),
                        lat=Decimal(f"{LAT + (rng.random() - 0.5) * side_m / M_PER_DEG:.6f}"),
                    ),
                    name=f"SAMPLE {number}",
                    heading_deg=Decimal(rng.randrange(360)),
                    sample=True,
                ),
                new_id(rng.randbytes),
                new=True,
            )
            for number in range(cameras)
        ]
        store.put_all(case, puts, now=dossier.NOW)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=100_000)
    parser.add_argument("--buildings", type=int, default=200_000)
    given = parser.parse_args()
    side_m = np.sqrt(given.buildings) * STEP_M
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "case"
        case_of(folder, given.cameras, side_m)
        case_map = CaseMap()
        with opening.opened(folder, dossier.PASSPHRASE, tables=TABLES, write=False) as case:
            started = time.perf_counter()
            case_map.refresh(case)
            print(f"{given.cameras:,} cameras read: {time.perf_counter() - started:.2f} s")
        case_map.ground = town(given.buildings)
        cut(case_map, side_m)
        of_another(case_map.ground, Path(name))
        views(case_map.ground)


def cut(case_map: CaseMap, side_m: float) -> None:
    """Print how long tiles take, zoom by zoom; at most 400 of each."""
    half = side_m / 2 / M_PER_DEG
    wide = half / np.cos(np.radians(LAT))
    corners = to_unit(np.array([[LON - wide, LAT + half], [LON + wide, LAT - half]]))
    every: list[float] = []
    for zoom in (6, 10, 12, 13, 14, 15, 16):
        (x0, y0), (x1, y1) = np.floor(corners * 2.0**zoom).astype(int).tolist()
        wanted = [(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
        random.Random(1).shuffle(wanted)
        took, sizes = [], []
        for x, y in wanted[:400]:
            started = time.perf_counter()
            content = tiles.tile(case_map, zoom, x, y)
            took.append(1000 * (time.perf_counter() - started))
            sizes.append(len(content))
        every += took
        print(f"zoom {zoom}: {len(took)} tiles, median {np.median(took):.1f} ms, "
              f"p95 {np.percentile(took, 95):.1f} ms, largest {max(sizes) // 1000} kB")  # fmt: skip
    print(f"all: p95 {np.percentile(every, 95):.1f} ms, slowest {max(every):.1f} ms")


def of_another(ground: Ground, folder: Path) -> None:
    """Print how long GDAL takes for the buildings, at zooms 14 to 16."""
    shapes = gpd.GeoDataFrame(geometry=ground.footprints.geometry.to_numpy(), crs=4326)
    started = time.perf_counter()
    pyogrio.write_dataframe(shapes.to_crs(3857), folder / "gdal", driver="MVT", layer="buildings",
                            MINZOOM=14, MAXZOOM=16)  # fmt: skip
    took = time.perf_counter() - started
    count = sum(1 for _file in (folder / "gdal").rglob("*.pbf"))
    print(f"GDAL, zooms 14 to 16, all at once to the disk: {took:.1f} s for {count} tiles, "
          f"{1000 * took / count:.1f} ms each")  # fmt: skip


def views(ground: Ground) -> None:
    """Print how long a view takes while a camera is drawn."""
    known = {"kind": "fixed", "hfov_deg": 90.0, "height_m": 4.0}
    took = []
    for number in range(60):
        started = time.perf_counter()
        view(
            LON + number * 1e-4, LAT, {**known, "heading_deg": 6.0 * number},
            lambda lon, lat, reach_m: camera_pages._around(ground, lon, lat, reach_m),
            LEVEL_SETS["dori2014"],
        )  # fmt: skip
        took.append(1000 * (time.perf_counter() - started))
    took = took[5:]
    print(f"a view: median {np.median(took):.0f} ms, p95 {np.percentile(took, 95):.0f} ms")


if __name__ == "__main__":
    main()
