"""The job of ``contrechamp sight``: from two files to visible regions."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.cli.compiling import compile_engine
from contrechamp.measure.draws import Uniforms, draw_cameras
from contrechamp.measure.heights import building_heights
from contrechamp.measure.known import known_names
from contrechamp.measure.priors import default
from contrechamp.measure.stage import place_cameras
from contrechamp.scene.read import read_cameras_and_buildings
from contrechamp.scene.tables import Notice
from contrechamp.sight.arrays import Cameras, Level
from contrechamp.sight.placing import Placed
from contrechamp.sight.regions import Regions, visible_regions
from contrechamp.sight.walls import Walls, prepare

F8 = NDArray[np.float64]

#: Here the place of a camera is taken as it is given; only one that touches a wall, or lies inside
#: a building, is moved before it. (Maps are coarser: `measure` looks a metre around.)
TOLERANCE_M = 0.25

PARAMETERS = (
    *("height_m", "heading_deg", "tilt_deg"),
    *("hfov_deg", "vfov_deg", "width_px", "range_m"),
)

#: Cameras that the engine is given at a time, between two steps of the progress bar.
AT_ONCE = 20_000


@dataclass(frozen=True)
class Question:
    """What is to be computed from what."""

    cameras_file: Path
    buildings_file: Path
    levels: tuple[Level, ...]
    target_height_m: float
    flat: bool
    crs: str | None
    skip_bad_rows: bool
    threads: int | None


@dataclass(frozen=True)
class Seen:
    """What was computed.

    Args:
        regions: one row a camera and level, camera by camera. Columns: camera, level, area_m2,
            assumed (names of parameters that were not given, comma-separated), moved_m (how far
            the camera was moved before its wall), geometry.
        levels: the columns of the question, `VISIBLE` first.
        assumed: (n_cameras,) as in `regions`.
        on_walls: how many cameras a wall holds.
        buildings: how many there were.
        walls: how many walls they have.
        notices: of the readers.
        counts: of the readers.
        crs: that was computed in.
        engine_seconds: in the engine alone: from arrays to areas and outlines.
        index_seconds: sorting the walls into cells, and placing the cameras before them.
        compile_seconds: loading or making the compiled code.
    """

    regions: gpd.GeoDataFrame
    levels: tuple[Level, ...]
    assumed: tuple[str, ...]
    on_walls: int
    buildings: int
    walls: int
    notices: tuple[Notice, ...]
    counts: Mapping[str, int]
    crs: str
    engine_seconds: float
    index_seconds: float
    compile_seconds: float


def see(question: Question, progress: Progress) -> Seen:
    """Read cameras and buildings, and compute what is in view.

    What a camera's row leaves out is taken from the medians of the priors; where its direction is
    missing it is given every direction that its mount leaves free.

    Raises:
        InputError: if a file cannot be used.
    """
    scene = read_cameras_and_buildings(
        question.cameras_file,
        question.buildings_file,
        crs=question.crs,
        skip_bad_rows=question.skip_bad_rows,
    )
    compile_engine(progress)
    cameras, buildings = scene.cameras, scene.buildings
    started = time.perf_counter()
    placed = place_cameras(cameras, buildings, tolerance_m=TOLERANCE_M)
    heights = building_heights(buildings, default(), np.arange(len(buildings)))
    walls = prepare(buildings.geometry.to_numpy(), heights.bottom_m)
    index_seconds = time.perf_counter() - started

    medians = np.full((1, len(heights.ids)), 0.5)
    given = _with_medians(cameras, placed, medians)
    top_m = heights.at(medians)[0]

    started = time.perf_counter()
    _ask(_part(given, 0, 1), walls, top_m, question)
    compile_seconds = time.perf_counter() - started

    engine_seconds, answers = 0.0, []
    with progress(_("cameras"), len(cameras)) as advance:
        for first in range(0, len(cameras), AT_ONCE):
            part = _part(given, first, first + AT_ONCE)
            started = time.perf_counter()
            answers.append(_ask(part, walls, top_m, question))
            engine_seconds += time.perf_counter() - started
            advance(len(part.x))
    assumed = tuple(known_names(cameras)[1])
    return Seen(
        regions=_table(cameras["id"].to_numpy(str), assumed, placed, answers, question, scene.crs),
        levels=question.levels,
        assumed=assumed,
        on_walls=int(placed.on_wall.sum()),
        buildings=len(buildings),
        walls=len(walls.x0),
        notices=scene.notices,
        counts=scene.counts,
        crs=scene.crs.to_string(),
        engine_seconds=engine_seconds,
        index_seconds=index_seconds,
        compile_seconds=compile_seconds,
    )


def _with_medians(cameras: gpd.GeoDataFrame, placed: Placed, medians: F8) -> Cameras:
    """Return the cameras with every parameter known."""
    drawn = draw_cameras(
        cameras,
        placed.x,
        placed.y,
        placed.free_from_deg,
        placed.free_width_deg,
        default(),
        Uniforms({}, medians),
    )
    # Fixed, and nobody knows where it looks: all that the mount leaves free, around its middle.
    anywhere = np.isnan(cameras["heading_deg"].to_numpy(float)) & (drawn.sweep_deg[0] < 360.0)
    sweep = np.where(
        anywhere, np.maximum(placed.free_width_deg, drawn.sweep_deg[0]), drawn.sweep_deg[0]
    )
    return Cameras(
        x=drawn.x,
        y=drawn.y,
        **{name: getattr(drawn, name)[0] for name in PARAMETERS},
        sweep_deg=sweep,
    )


def _part(cameras: Cameras, first: int, last: int) -> Cameras:
    return Cameras(**{f.name: getattr(cameras, f.name)[first:last] for f in fields(Cameras)})


def _ask(cameras: Cameras, walls: Walls, top_m: F8, question: Question) -> Regions:
    return visible_regions(
        cameras,
        walls,
        top_m,
        question.levels,
        target_height_m=question.target_height_m,
        flat=question.flat,
        threads=question.threads,
    )


def _table(
    ids: NDArray[np.str_],
    assumed: Sequence[str],
    placed: Placed,
    answers: Sequence[Regions],
    question: Question,
    crs: pyproj.CRS,
) -> gpd.GeoDataFrame:
    """Return one row a camera and level."""
    n = len(question.levels)
    geometry = np.concatenate([answer.geometries().ravel() for answer in answers])
    return gpd.GeoDataFrame(
        {
            "camera": np.repeat(ids, n),
            "level": np.tile([level.name for level in question.levels], len(ids)),
            "area_m2": np.concatenate([answer.area_m2.ravel() for answer in answers]),
            "assumed": np.repeat(np.array(assumed), n),
            "moved_m": np.repeat(placed.moved_m, n),
        },
        geometry=geometry,
        crs=crs,
    )
