"""The figure "metres of street in view", beside a plain overlay with geopandas.

Cameras are fixed ones before the walls of central Helsinki, with a heading drawn for each. Walls
hide whatever their height, in every way: shapely cuts in plan. `figure` tells what a way does in a
process of its own, so that its memory is known.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import towns
from benchmarks.command import in_own_process, load
from benchmarks.memory import memory_mb
from benchmarks.peers import DISC_SIDES, out_of_shadow
from benchmarks.towns import RANGE_M, Polygons, Town
from contrechamp.measure.exposure import CameraDraws, Pieces, expose
from contrechamp.measure.pieces import PIECE_M
from contrechamp.scene.read import read_scene
from contrechamp.sight import walls
from contrechamp.sight.arrays import Cameras
from contrechamp.sight.levels import VISIBLE
from contrechamp.sight.regions import visible_regions

CAMERAS = 300
TARGET_HEIGHT_M = 1.6
#: Above every line of sight: the plan alone decides.
ENDLESS_M = 1e4
#: Streets drawn along a wall are left out: whether they are in view is for the last bit to say.
BESIDE_WALL_M = 0.01
OURS = "contrechamp"


@dataclass(frozen=True)
class Place:
    """What every way is given.

    Args:
        town: the buildings.
        cameras: fixed.
        streets: of the map.
        lines: those that one may walk, straight and at most `PIECE_M` long, away from walls.
        beside_walls_m: length of what was left out of them.
    """

    town: Town
    cameras: Cameras
    streets: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    beside_walls_m: float


def helsinki() -> Place:
    """Return central Helsinki."""
    streets = read_scene([towns.helsinki_file()]).streets
    town = towns.helsinki()
    drawn = np.random.default_rng(4).uniform(0.0, 360.0, CAMERAS)
    cameras = towns.cameras_before_walls(town, CAMERAS, seed=4)
    fixed = replace(cameras, heading_deg=drawn, sweep_deg=cameras.hfov_deg)
    walkable = streets.geometry.to_numpy()[streets["walkable"].to_numpy(bool)]
    beside = shapely.union_all(shapely.buffer(shapely.boundary(town.footprints), BESIDE_WALL_M))
    away = shapely.segmentize(shapely.get_parts(shapely.difference(walkable, beside)), PIECE_M)
    corners, line = shapely.get_coordinates(away, return_index=True)
    ends = np.stack((corners[:-1], corners[1:]), axis=1)[line[1:] == line[:-1]]
    lines = gpd.GeoDataFrame(geometry=shapely.linestrings(ends), crs=streets.crs)
    left_out = float(shapely.length(walkable).sum() - lines.length.sum())
    return Place(town, fixed, streets, lines, left_out)


def of_ours(place: Place) -> float:
    """Return the metres that `measure` finds in one draw."""
    ready = walls.prepare(place.town.footprints)
    ends = shapely.get_coordinates(place.lines.geometry).reshape(-1, 4)
    x0, y0, x1, y1 = ends.T.copy()
    pieces = Pieces(x0, y0, x1, y1, np.arange(len(ends)), len(ends))
    columns = {
        name: value if name in ("x", "y") else value[None, :]
        for name, value in vars(place.cameras).items()
    }
    height = np.full((1, len(place.town.footprints)), ENDLESS_M)
    found = expose(
        CameraDraws(**columns), ready, height, pieces, (VISIBLE,),
        target_height_m=TARGET_HEIGHT_M, threads=1,
    )  # fmt: skip
    return float(found.seen[0].sum(dtype=np.float64))


def outlines(place: Place) -> Polygons:
    """Return the engine's outlines, for an overlay to cut with."""
    ready = walls.prepare(place.town.footprints)
    height = np.full(len(place.town.footprints), ENDLESS_M)
    regions = visible_regions(
        place.cameras, ready, height, (VISIBLE,), target_height_m=TARGET_HEIGHT_M, threads=1
    )
    return regions.geometries()[:, 0]


def sectors(place: Place) -> Polygons:
    """Return what each lens takes in where nothing stands, from its near limit to its range."""
    cameras = place.cameras
    steepest = np.radians(cameras.tilt_deg + cameras.vfov_deg / 2)
    near = (cameras.height_m - TARGET_HEIGHT_M) / np.tan(steepest)
    steps = int(np.ceil(DISC_SIDES * cameras.hfov_deg[0] / 360)) + 1
    turn = np.linspace(-0.5, 0.5, steps) * np.radians(cameras.hfov_deg)[:, None]
    angle = np.radians(cameras.heading_deg)[:, None] + turn
    ray = np.stack((np.sin(angle), np.cos(angle)), axis=-1)
    foot = np.column_stack((cameras.x, cameras.y))[:, None, :]
    far_arc = foot + RANGE_M * ray
    near_arc = foot + near[:, None, None] * ray
    return shapely.polygons(np.concatenate((far_arc, near_arc[:, ::-1]), axis=1))


def shadowed_sectors(place: Place) -> Polygons:
    """Return the sectors less the shadows of the walls."""
    tree = shapely.STRtree(place.town.footprints)
    cut = np.empty(CAMERAS, dtype=object)
    cameras = place.cameras
    for i, (sector, x, y) in enumerate(zip(sectors(place), cameras.x, cameras.y, strict=True)):
        # Walls nearer than the near limit throw shadows too: the sector is cut out of the disc.
        disc = shapely.Point(x, y).buffer(1.01 * RANGE_M)
        cut[i] = shapely.intersection(sector, out_of_shadow(disc, x, y, place.town, tree))
    return cut


def discs(place: Place) -> Polygons:
    """Return a circle of the range around each camera."""
    return shapely.buffer(
        shapely.points(place.cameras.x, place.cameras.y), RANGE_M, quad_segs=DISC_SIDES // 4
    )


OVERLAYS: Mapping[str, Callable[[Place], Polygons]] = {
    "geopandas overlay of the engine's outlines": outlines,
    "geopandas overlay of sectors less shadows (shapely)": shadowed_sectors,
    "geopandas overlay of sectors, no walls": sectors,
    "geopandas overlay of discs, no walls": discs,
}


def overlaid(place: Place, polygons: Polygons) -> gpd.GeoDataFrame:
    """Return the lines inside of the polygons, joined before so that none counts twice."""
    joined = gpd.GeoDataFrame(geometry=list(polygons), crs=place.streets.crs).dissolve()
    parts = joined.explode(ignore_index=True)
    parts = parts[parts.geom_type == "Polygon"]
    return gpd.overlay(place.lines, parts, how="intersection", keep_geom_type=True)


def measured(way: str) -> dict[str, float]:
    """Return what a way finds and costs, and how much of it the engine has in view as well."""
    place = helsinki()
    if way == OURS:
        of_ours(place)  # compiled code is loaded once
    began = time.perf_counter()
    if way == OURS:
        metres, inside = of_ours(place), None
    else:
        inside = overlaid(place, OVERLAYS[way](place))
        metres = float(inside.length.sum())
    found = {
        "seconds": time.perf_counter() - began,
        "metres": metres,
        "peak_mb": memory_mb("VmHWM"),
    }
    if inside is not None:
        exact = shapely.union_all(outlines(place))
        found["both"] = float(inside.intersection(exact).length.sum())
        found["left_out"] = place.beside_walls_m
    return found


def tables(
    *, heading: Callable[[str], None], header: Callable[..., None], row: Callable[..., None],
    figure: Callable[[float], str], percent: Callable[[float], str],
) -> None:  # fmt: skip
    """Print the table."""
    heading(f"Metres of street in view: Helsinki, {CAMERAS} fixed cameras")
    print(f"geopandas {gpd.__version__}. {load()}\n")
    header(
        "way", "metres in view", "times ours", "of what either sees, both", "s a camera",
        "times ours", "peak memory, MB",
    )  # fmt: skip
    own: dict[str, Any] = {}
    for way in (OURS, *OVERLAYS):
        found = in_own_process("benchmarks.streets", way)
        own = own or found
        both = found.get("both")
        shared = (
            "exact" if both is None else percent(both / (own["metres"] + found["metres"] - both))
        )
        row(
            way, f"{found['metres']:,.1f}", f"{found['metres'] / own['metres']:.4f}", shared,
            f"{found['seconds'] / CAMERAS:.6f}", figure(found["seconds"] / own["seconds"]),
            figure(found["peak_mb"]),
        )  # fmt: skip
    print(f"\n{found['left_out']:,.0f} m of street along walls are left out. {load()}")


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1])))
