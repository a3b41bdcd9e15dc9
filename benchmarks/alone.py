"""Measurements in a process of their own: peak memory, and compilation with an empty cache."""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import command, engine, peers, towns
from benchmarks.memory import memory_mb
from contrechamp.sight import walls

MEMORY_CAMERAS = 200


def memory_of(contender: str) -> dict[str, float]:
    """Answer for some cameras of Helsinki; return how far memory rose meanwhile.

    The engine is asked about `engine.CAMERAS`: fewer leave no trace.
    """
    town = towns.helsinki()
    cameras = towns.cameras_before_walls(town, MEMORY_CAMERAS)
    many = towns.cameras_before_walls(town, engine.CAMERAS)
    ready = walls.prepare(town.footprints)
    gdal = peers.gdal_library()
    work: Mapping[str, Callable[[], Any]] = {
        "cgal": lambda: peers.cgal(cameras, town),
        "shapely": lambda: peers.shapely_shadows(cameras, town),
        "rays": lambda: peers.fan_of_rays(cameras, town),
        "gdal": lambda: gdal and peers.gdal_viewshed(gdal, cameras, town, 1.0, 1.6),
        **{t.name: lambda t=t: engine.run(t, many, town, ready) for t in engine.TASKS},
    }
    for task in engine.TASKS:  # loading compiled code is not what is asked here
        engine.run(task, towns.cameras_before_walls(town, 1), town, ready)
    before = memory_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    work[contender]()
    return {"rise_mb": memory_mb("VmHWM") - before}


def at_size(buildings: str) -> dict[str, float]:
    """Measure a tiled city; add the process's peak."""
    return {**engine.at_size(int(buildings)), "peak_mb": memory_mb("VmHWM")}


def first_call(task: str) -> dict[str, float]:
    """Time the first call in this process."""
    return engine.compile_and_run(task)


MEASUREMENTS = {f.__name__: f for f in (memory_of, at_size, first_call)}


def in_own_process(measurement: str, argument: str, cache: str | None = None) -> dict[str, float]:
    """Call one of `MEASUREMENTS` in a new process; `cache` is a folder for compiled code."""
    extra = {} if cache is None else {"NUMBA_CACHE_DIR": cache}
    return command.in_own_process("benchmarks.alone", measurement, argument, environment=extra)


def compilation() -> tuple[dict[str, float], dict[str, float]]:
    """Return the first call with an empty cache of compiled code, and with a filled one."""
    with tempfile.TemporaryDirectory() as cache:
        return (
            in_own_process("first_call", engine.TASKS[3].name, cache),
            in_own_process("first_call", engine.TASKS[3].name, cache),
        )


if __name__ == "__main__":
    print(json.dumps(MEASUREMENTS[sys.argv[1]](sys.argv[2])))
