"""Programs that compute viewsheds of rasters, beside the engine: GDAL, GRASS and QGIS.

All get one height raster of central Helsinki and the same cameras, each in a cell that is ground,
at its very middle, so that no camera is moved onto a roof by the raster. What a program calls
visible is compared cell by cell with the regions of the engine, on the ground and within range.
Cameras are asked one after the other, in the programs' own terms: a run of a program each, or in
GRASS a module each within one session. Every contender is a process of its own, and its memory
the highest of it and of all that it starts.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks import towns
from benchmarks.command import cost, in_own_process, load
from benchmarks.engine import fastest
from benchmarks.memory import memory_mb
from contrechamp.sight import walls
from contrechamp.sight.arrays import Cameras
from contrechamp.sight.levels import VISIBLE
from contrechamp.sight.regions import Regions, visible_regions

CAMERAS = 50
#: QGIS takes seconds to start, for every camera.
QGIS_CAMERAS = 4
#: Debian's `qgis_process` itself hands on an option that only the window knows, and stops at it.
QGIS_PROCESS = "qgis_process.bin"
CELLS_M = (1.0, 0.5)
TARGET_HEIGHT_M = 1.6

Mask = NDArray[np.bool_]
F4 = NDArray[np.float32]


@dataclass(frozen=True)
class Raster:
    """Heights of the tops of buildings, 0 on the ground; row 0 is the northernmost.

    Args:
        west: of its edge, metres; so that middles of cells lie on whole metres.
        north: of its edge.
        cell_m: width of a cell.
        height: (rows, columns).
    """

    west: float
    north: float
    cell_m: float
    height: F4

    def middles(self, rows: slice, columns: slice) -> tuple[towns.F8, towns.F8]:
        """Return the middles of cells, metres east and north."""
        east = self.west + (np.arange(columns.start, columns.stop) + 0.5) * self.cell_m
        up = self.north - (np.arange(rows.start, rows.stop) + 0.5) * self.cell_m
        x, y = np.meshgrid(east, up)
        return x, y

    def within(self, west: float, south: float, east: float, north: float) -> tuple[slice, slice]:
        """Return the rows and columns of cells whose middles lie in a box, if any."""
        rows, columns = self.height.shape
        first = max(int(np.ceil((self.north - north) / self.cell_m - 0.5)), 0)
        last = min(int(np.floor((self.north - south) / self.cell_m - 0.5)) + 1, rows)
        left = max(int(np.ceil((west - self.west) / self.cell_m - 0.5)), 0)
        right = min(int(np.floor((east - self.west) / self.cell_m - 0.5)) + 1, columns)
        return slice(first, max(first, last)), slice(left, max(left, right))

    def edges(self, rows: slice, columns: slice) -> tuple[float, float, float, float]:
        """Return the west, south, east and north edge of cells."""
        return (
            self.west + columns.start * self.cell_m,
            self.north - rows.stop * self.cell_m,
            self.west + columns.stop * self.cell_m,
            self.north - rows.start * self.cell_m,
        )

    def write(self, path: Path) -> None:
        """Write it as ENVI does: numbers, and a header beside them."""
        self.height.tofile(path)
        rows, columns = self.height.shape
        path.with_suffix(".hdr").write_text(
            f"ENVI\nsamples = {columns}\nlines = {rows}\nbands = 1\nheader offset = 0\n"
            "file type = ENVI Standard\ndata type = 4\ninterleave = bsq\nbyte order = 0\n"
            f"map info = {{Arbitrary, 1, 1, {self.west}, {self.north}, "
            f"{self.cell_m}, {self.cell_m}}}\n"
        )


def rasterised(town: towns.Town, cell_m: float) -> Raster:
    """Draw the buildings: a cell is one if its middle is."""
    west, south, east, north = shapely.total_bounds(town.footprints)
    margin = towns.RANGE_M + 10.0
    left, top = np.floor(west - margin) - cell_m / 2, np.ceil(north + margin) + cell_m / 2
    columns = int(np.ceil((east + margin - left) / cell_m))
    rows = int(np.ceil((top - south + margin) / cell_m))
    drawn = Raster(float(left), float(top), cell_m, np.zeros((rows, columns), np.float32))
    for shape, height in zip(town.footprints, town.height_m, strict=True):
        part = drawn.within(*shape.bounds)
        shapely.prepare(shape)
        on_it = shapely.contains_xy(shape, *drawn.middles(*part))
        cells = drawn.height[part]
        cells[on_it] = np.maximum(cells[on_it], height)
    return drawn


def cameras_in_cells(town: towns.Town, n: int) -> Cameras:
    """Return cameras before walls, each moved to whole metres, where that is clear ground."""
    many = towns.cameras_before_walls(town, 4 * n, seed=3)
    x, y = np.rint(many.x), np.rint(many.y)
    tree = shapely.STRtree(town.footprints)
    near = tree.query(shapely.points(x, y), predicate="dwithin", distance=towns.CLEAR_M)[0]
    clear = np.setdiff1d(np.arange(len(x)), near)[:n]
    columns = {name: value[clear] for name, value in vars(many).items()}
    return Cameras(**{**columns, "x": x[clear], "y": y[clear]})


# ---- the contenders, in bash, in a folder that holds height.raw and places.txt ----

_MARK = 'echo "$EPOCHREALTIME" >> times'
_EACH = "while read -r n x y west south east north; do"

GDAL = f"""
{_MARK}
{_MARK}
{_EACH}
  gdal_viewshed -q -f ENVI -ox "$x" -oy "$y" -oz "$HEIGHT" -tz "$TARGET" -md "$RANGE" -cc 0 \\
    height.raw "seen-$n.raw"
done < places.txt
{_MARK}
"""

GRASS = f"""
{_MARK}
cat > in-grass <<'END'
r.in.gdal -o --quiet input=height.raw output=height
{_MARK}
{_EACH}
  g.region raster=height w="$west" s="$south" e="$east" n="$north"
  r.viewshed -b --quiet --overwrite input=height output=seen coordinates="$x,$y" \\
    observer_elevation="$HEIGHT" target_elevation="$TARGET" max_distance="$RANGE" < /dev/null
  r.out.bin -i --quiet bytes=1 null=0 input=seen output="seen-$n.raw" < /dev/null
done < places.txt
{_MARK}
END
grass --tmp-location XY --exec bash -euo pipefail in-grass
"""

QGIS = f"""
{_MARK}
{_MARK}
{_EACH}
  {QGIS_PROCESS} run gdal:viewshed -- INPUT=height.raw BAND=1 OBSERVER="$x,$y" \\
    OBSERVER_HEIGHT="$HEIGHT" TARGET_HEIGHT="$TARGET" MAX_DISTANCE="$RANGE" \\
    EXTRA="-cc 0" OUTPUT="$PWD/seen-$n.tif" < /dev/null
done < places.txt
{_MARK}
for seen in seen-*.tif; do gdal_translate -q -of ENVI "$seen" "${{seen%.tif}}.raw"; done
"""


@dataclass(frozen=True)
class Program:
    """A contender.

    Args:
        name: in the table.
        needs: the program that must be installed for it.
        script: of bash.
        cameras: how many are asked about.
        version: command that tells it.
    """

    name: str
    needs: str
    script: str
    cameras: int
    version: str


PROGRAMS = (
    Program("GDAL: gdal_viewshed", "gdal_viewshed", GDAL, CAMERAS, "gdalinfo --version"),
    Program("GRASS: r.viewshed", "grass", GRASS, CAMERAS, "grass --version"),
    Program(
        "QGIS: qgis_process run gdal:viewshed", QGIS_PROCESS, QGIS, QGIS_CAMERAS,
        f"{QGIS_PROCESS} --version",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What a contender found, and what it cost.

    Args:
        setup_s: seconds before the first camera.
        camera_s: seconds for each camera.
        peak_mb: highest memory of a process.
        seen: for each camera, of the cells of its window (`window`) those in view.
    """

    setup_s: float
    camera_s: float
    peak_mb: float
    seen: list[Mask]


def window(raster: Raster, x: float, y: float) -> tuple[slice, slice]:
    """Return the cells whose middles are within range of a camera east-west and north-south."""
    far = towns.RANGE_M + 1e-6
    return raster.within(x - far, y - far, x + far, y + far)


def asked(program: Program, raster: Raster, cameras: Cameras) -> Found:
    """Run a program over the cameras, and read what it wrote."""
    places = list(zip(cameras.x.tolist(), cameras.y.tolist(), strict=True))[: program.cameras]
    with tempfile.TemporaryDirectory(prefix="viewshed-benchmark-") as name:
        folder = Path(name)
        raster.write(folder / "height.raw")
        with (folder / "places.txt").open("w") as file:
            for n, (x, y) in enumerate(places):
                edges = raster.edges(*window(raster, x, y))
                print(n, x, y, *edges, file=file)
        environment = {
            "HEIGHT": str(cameras.height_m[0]),
            "TARGET": str(TARGET_HEIGHT_M),
            "RANGE": str(towns.RANGE_M),
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_RUNTIME_DIR": name,
        }
        whole = cost(program.script, folder, environment)
        began, first, last = map(float, (folder / "times").read_text().split())
        seen = [seen_by(folder / f"seen-{n}.raw", raster, *place) for n, place in enumerate(places)]
    within = last - first
    return Found(first - began, within / len(places), whole.peak_mb, seen)


def seen_by(path: Path, raster: Raster, x: float, y: float) -> Mask:
    """Return what a file of bytes says of the cells of the camera's window.

    GDAL gives a header with the corner of what it wrote, which may be a cell wider; GRASS writes
    the region that it was given.
    """
    rows, columns = window(raster, x, y)
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    cells = np.fromfile(path, np.uint8)
    header = path.with_suffix(".hdr")
    if not header.exists():
        return cells.reshape(shape) > 0
    parts = (line.partition("=") for line in header.read_text().splitlines())
    fields = {name.strip(): told.strip() for name, equals, told in parts if equals}
    _name, _column, _row, west, north, *_rest = fields["map info"].strip("{}").split(",")
    cells = cells.reshape(int(fields["lines"]), int(fields["samples"]))
    top = round((raster.north - float(north)) / raster.cell_m)
    left = round((float(west) - raster.west) / raster.cell_m)
    whole = np.zeros(raster.height.shape, bool)
    whole[top : top + cells.shape[0], left : left + cells.shape[1]] = cells > 0
    return whole[rows, columns]


def ours(town: towns.Town, raster: Raster, cameras: Cameras) -> tuple[float, float, list[Mask]]:
    """Return the engine's set-up and time a camera, seconds, and the cells in its regions."""
    began = time.perf_counter()
    ready = walls.prepare(town.footprints)
    setup_s = time.perf_counter() - began

    def regions() -> Regions:
        return visible_regions(
            cameras, ready, town.height_m, (VISIBLE,), target_height_m=TARGET_HEIGHT_M, threads=1
        )

    seen = []
    shapes = regions().geometries()[:, 0]
    shapely.prepare(shapes)
    for shape, x, y in zip(shapes, cameras.x, cameras.y, strict=True):
        seen.append(shapely.contains_xy(shape, *raster.middles(*window(raster, x, y))))
    return setup_s, fastest(regions) / len(cameras.x), seen


@dataclass(frozen=True)
class Agreement:
    """How far two ways agree, as shares of area, over all cameras.

    Args:
        of_either: of what either calls visible, what both do.
        of_ours: of what the engine calls visible, what the program does too.
        of_theirs: of what the program calls visible, what the engine does too.
    """

    of_either: float
    of_ours: float
    of_theirs: float


def agreement(raster: Raster, cameras: Cameras, one: list[Mask], other: list[Mask]) -> Agreement:
    """Compare cells on the ground and within range; `other` may have fewer cameras."""
    first = second = both = 0
    for n, theirs in enumerate(other):
        x, y = float(cameras.x[n]), float(cameras.y[n])
        part = window(raster, x, y)
        middle_x, middle_y = raster.middles(*part)
        counted = np.hypot(middle_x - x, middle_y - y) <= towns.RANGE_M
        counted &= raster.height[part] == 0
        first += int(np.sum(one[n] & counted))
        second += int(np.sum(theirs & counted))
        both += int(np.sum(one[n] & theirs & counted))
    return Agreement(both / (first + second - both), both / first, both / second)


def peak() -> dict[str, float]:
    """Let the engine answer for what programs are asked; return the highest memory of all."""
    town = towns.helsinki()
    ready = walls.prepare(town.footprints)
    visible_regions(
        cameras_in_cells(town, CAMERAS), ready, town.height_m, (VISIBLE,),
        target_height_m=TARGET_HEIGHT_M, threads=1,
    )  # fmt: skip
    return {"peak_mb": memory_mb("VmHWM")}


def version(program: Program) -> str:
    """Return the line in which a program tells its version."""
    done = subprocess.run(
        program.version.split(), capture_output=True, text=True, check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    told = (done.stdout + done.stderr).splitlines()
    return next(line for line in told if re.match(r"(GDAL|GRASS|QGIS) .*\d", line)).partition(",")[
        0
    ]


def tables(
    *, heading: Callable[[str], None], header: Callable[..., None], row: Callable[..., None],
    figure: Callable[[float], str], percent: Callable[[float], str],
) -> None:  # fmt: skip
    """Print a table for each width of cells."""
    town = towns.helsinki()
    cameras = cameras_in_cells(town, CAMERAS)
    there = [program for program in PROGRAMS if shutil.which(program.needs)]
    own_peak_mb = in_own_process("benchmarks.programs")["peak_mb"]
    told = "; ".join(map(version, there)) or "none of the programs is installed"
    print(f"\n{told}. {load()}")
    for program in PROGRAMS:
        if program not in there:
            print(f"\n{program.name} is left out: {program.needs} is not installed.")
    for cell_m in CELLS_M:
        raster = rasterised(town, cell_m)
        rows, columns = raster.height.shape
        heading(f"Programs: Helsinki, cells of {cell_m:g} m ({columns:,} by {rows:,})")
        header(
            "way", "cameras", "set-up, s", "s a camera", "times the engine's", "peak memory, MB",
            "of what either sees, both", "of ours, seen by it", "of its, seen by ours",
        )  # fmt: skip
        setup_s, camera_s, seen = ours(town, raster, cameras)
        row(
            "contrechamp: 2.5D, areas and outlines, no raster", len(cameras.x), figure(setup_s),
            f"{camera_s:.6f}", 1, figure(own_peak_mb), *("exact",) * 3,
        )  # fmt: skip
        for program in there:
            found = asked(program, raster, cameras)
            alike = agreement(raster, cameras, seen, found.seen)
            row(
                program.name, len(found.seen), figure(found.setup_s), figure(found.camera_s),
                figure(found.camera_s / camera_s), figure(found.peak_mb),
                *map(percent, (alike.of_either, alike.of_ours, alike.of_theirs)),
            )  # fmt: skip
    print(f"\n{load()}")


if __name__ == "__main__":
    print(json.dumps(peak()))
