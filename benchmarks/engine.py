"""The engine's own cost: microseconds a camera, one thread or several, and how far it scales."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.towns import Town, cameras_before_walls, helsinki, tiled
from contrechamp.sight import walls
from contrechamp.sight.arrays import Cameras, Level
from contrechamp.sight.levels import VISIBLE, parse_levels
from contrechamp.sight.regions import Regions, visible_regions
from contrechamp.sight.walls import Walls

DORI = parse_levels("dori2014")
CAMERAS = 4000
RUNS = 7


@dataclass(frozen=True)
class Task:
    """What is asked of the engine."""

    name: str
    levels: tuple[Level, ...]
    flat: bool
    outlines: bool


TASKS = (
    Task("flat, areas", (VISIBLE,), flat=True, outlines=False),
    Task("flat, areas and outlines", (VISIBLE,), flat=True, outlines=True),
    Task("2.5D, 5 levels, areas", DORI, flat=False, outlines=False),
    Task("2.5D, 5 levels, areas and outlines", DORI, flat=False, outlines=True),
)


def run(task: Task, cameras: Cameras, town: Town, ready: Walls, threads: int = 1) -> Regions:
    """Ask the engine once."""
    return visible_regions(
        cameras,
        ready,
        town.height_m,
        task.levels,
        flat=task.flat,
        outlines=task.outlines,
        threads=threads,
    )


def fastest(work: Callable[[], Any], runs: int = RUNS) -> float:
    """Return the seconds of the fastest of some runs after a first one that is not counted."""
    work()
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def micros(task: Task, cameras: Cameras, town: Town, ready: Walls, threads: int = 1) -> float:
    """Return microseconds a camera."""
    return 1e6 * fastest(lambda: run(task, cameras, town, ready, threads)) / len(cameras.x)


def same_bits(one: Regions, other: Regions) -> bool:
    """Return whether two results are the same bit for bit."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("area_m2", "x", "y", "ring_start", "ring_camera", "ring_level")
    )


def at_size(buildings: int) -> dict[str, float]:
    """Measure a city of so many buildings: Helsinki again and again. For a process of its own."""
    city = tiled(helsinki(), buildings)
    began = time.perf_counter()
    ready = walls.prepare(city.footprints)
    prepare_s = time.perf_counter() - began
    cameras = cameras_before_walls(city, CAMERAS)
    arrays = [value for value in vars(ready).values() if isinstance(value, np.ndarray)]
    found = {
        "walls": float(len(ready.corners)),
        "prepare_s": prepare_s,
        "index_mb": sum(a.nbytes for a in arrays if a.dtype != object) / 1e6,
    }
    for task in TASKS:
        found[task.name] = micros(task, cameras, city, ready)
    return found


def compile_and_run(name: str) -> dict[str, float]:
    """Time the first and the second call in this process: compiling or loading, then work."""
    town = helsinki()
    ready = walls.prepare(town.footprints)
    cameras = cameras_before_walls(town, 10)
    task = next(task for task in TASKS if task.name == name)
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        run(task, cameras, town, ready)
        seconds.append(time.perf_counter() - began)
    return {"first_s": seconds[0], "second_s": seconds[1]}
