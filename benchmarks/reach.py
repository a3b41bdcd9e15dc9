"""What a measurement costs where cameras reach few of many streets: draws a second, and memory.

Extracts of cities with one camera or forty are not here; towns of their shape are made from a real
one (Krems), laid side by side until there are as many pieces of street, with cameras of which
nothing is known before random walls. Another version of this program can be measured in the same
run: give the folder that its package lies in.
"""

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.memory import memory_mb

RUNS = 3
SEED = 1
TARGET_HEIGHT_M = 1.6


@dataclasses.dataclass(frozen=True)
class Case:
    """A town to measure.

    Args:
        name: of the row.
        pieces: of street, roughly; 0 for the town as it is.
        cameras: made up; 0 for those of the map.
        draws: to time.
    """

    name: str
    pieces: int
    cameras: int
    draws: int


CASES = {
    "krems": Case("Krems, 40 cameras made up", 0, 40, 400),
    "harrisburg": Case("as Harrisburg: Krems tiled, one camera", 84_483, 1, 2_000),
    "campo_grande": Case("as Campo Grande: Krems tiled, 40 cameras", 155_028, 40, 400),
    "helsinki": Case("Helsinki", 0, 0, 200),
}


def made_scene(case: Case, krems: Path) -> Any:
    """Return the scene of a case."""
    from benchmarks.towns import helsinki_file
    from contrechamp.scene.read import read_scene

    if not case.cameras:
        return read_scene([helsinki_file()])
    scene = read_scene([krems])
    if case.pieces:
        scene = _tiled(scene, case.pieces)
    return dataclasses.replace(scene, cameras=_cameras(scene, case.cameras))


def _tiled(scene: Any, pieces: int) -> Any:
    """Return the scene side by side until its walkable streets make so many pieces."""
    west, south, east, north = scene.streets.total_bounds
    here = np.ceil(scene.streets.length[scene.streets["walkable"]] / 10.0).sum()
    copies = int(np.ceil(pieces / here))
    side = int(np.ceil(np.sqrt(copies)))
    tables: dict[str, list[Any]] = {"streets": [], "buildings": [], "homes": [], "places": []}
    for copy in range(copies):
        shift = ((copy % side) * (east - west + 20.0), (copy // side) * (north - south + 20.0))
        for name, parts in tables.items():
            table = getattr(scene, name)
            moved = table.set_geometry(
                shapely.transform(table.geometry.to_numpy(), lambda xy, by=shift: xy + by),
                crs=table.crs,
            )
            moved["id"] = moved["id"].astype(str) + f"@{copy}"
            if name == "streets":
                nodes = int(scene.streets[["node_u", "node_v"]].to_numpy().max()) + 1
                moved[["node_u", "node_v"]] += copy * nodes
            parts.append(moved)
    joined = {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}
    streets = joined["streets"]
    count = (np.ceil(streets.length / 10.0) * streets["walkable"]).cumsum()
    joined["streets"] = streets[count <= pieces].reset_index(drop=True)
    return dataclasses.replace(scene, **joined)


def _cameras(scene: Any, n: int) -> gpd.GeoDataFrame:
    """Return cameras of which nothing is known, before random walls."""
    from benchmarks.towns import Town, cameras_before_walls
    from contrechamp.scene.tables import CAMERA_COLUMNS

    footprints = scene.buildings.geometry.to_numpy()
    town = Town("", footprints, np.full(len(footprints), 9.0), 0)
    at = cameras_before_walls(town, n)
    unknown: Mapping[str, Any] = {"float64": np.nan, "bool": False, "str": ""}
    columns = {
        name: pd.Series([unknown[str(dtype)]] * n, dtype=dtype)
        for name, dtype in CAMERA_COLUMNS.items()
    }
    columns["id"] = pd.Series([f"made-up/{i}" for i in range(n)], dtype="str")
    columns["kind"] = pd.Series(["unknown"] * n, dtype="str")
    return gpd.GeoDataFrame(columns, geometry=shapely.points(at.x, at.y), crs=scene.crs)


def draws(name: str, krems: str, n: str = "0") -> dict[str, float]:
    """Time draws of what all cameras see of the streets and trips of a case."""
    from benchmarks.engine import DORI
    from contrechamp.measure.network import foot_network
    from contrechamp.measure.pieces import cut_streets
    from contrechamp.measure.priors import default
    from contrechamp.measure.stage import set_stage
    from contrechamp.measure.trips import choose_stops, plan_trips

    case = CASES[name]
    many = int(n) or case.draws
    scene = made_scene(case, Path(krems))
    stage = set_stage(scene, default(), DORI, target_height_m=TARGET_HEIGHT_M, seed=SEED, threads=2)
    stops = choose_stops(scene.streets, scene.homes, scene.places, seed=SEED)
    network = foot_network(scene.streets, stops.snapped)
    cut = cut_streets(network, scene.streets)
    trips = plan_trips(network, stops, scene.places, cut)
    numbers = stage.uniforms(many)
    stage.expose(numbers.first(16), cut.pieces, walks=trips.walks)
    wall, processors = [], []
    for _ in range(RUNS):
        began, used = time.perf_counter(), time.process_time()
        stage.expose(numbers, cut.pieces, walks=trips.walks)
        wall.append(time.perf_counter() - began)
        processors.append(time.process_time() - used)
    return {
        "pieces": cut.pieces.n_pieces,
        "cameras": len(scene.cameras),
        "draws_a_second": many / min(wall),
        "draws_a_second_of_a_core": many / min(processors),
        "peak_mb": memory_mb("VmHWM"),
    }


def whole(name: str, krems: str, n: str) -> dict[str, float]:
    """Measure a case from scene to figures, with so many draws."""
    from benchmarks.engine import DORI
    from contrechamp.measure.run import measure

    scene = made_scene(CASES[name], Path(krems))
    measure(scene, levels=DORI, draws=1, threads=2)
    before = memory_mb("VmHWM")
    began, used = time.perf_counter(), time.process_time()
    found = measure(scene, levels=DORI, draws=int(n), threads=2)
    return {
        "draws_in_all": float(found.methods["draws_in_all"]),
        "seconds": time.perf_counter() - began,
        "processors": time.process_time() - used,
        "peak_of_one_draw_mb": before,
        "peak_mb": memory_mb("VmHWM"),
    }


MEASUREMENTS = {"draws": draws, "whole": whole}


def in_version(source: Path | None, measurement: str, *arguments: str) -> dict[str, float]:
    """Call one of `MEASUREMENTS` in a process of its own; `source` holds another version."""
    environment = dict(os.environ)
    if source is not None:
        environment["PYTHONPATH"] = str(source)
    command = [sys.executable, "-m", "benchmarks.reach", measurement, *arguments]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    print(json.dumps(MEASUREMENTS[sys.argv[1]](*sys.argv[2:])))
