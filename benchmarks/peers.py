"""Other ways to the same region, each as its users would write it.

Every peer is given the camera, the buildings within range (or an index of all of them) and the
range, and returns the area in view. What it has to build before it can be asked about a camera is
timed apart, as set-up.
"""

import ctypes
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyogrio
import pyvispoly
import shapely
from numpy.typing import NDArray

from benchmarks.towns import F8, RANGE_M, Town
from contrechamp.sight.arrays import Cameras

RAYS = 63
RAY_STEP_RAD = 0.1
#: Sides of the polygon that stands for the disc of range where a peer knows no arcs: its area is
#: 0.04 % short.
DISC_SIDES = 128


@dataclass
class Answer:
    """Areas in view of some cameras, and what they cost.

    Args:
        area_m2: (n,); nan where the peer gave no answer.
        setup_s: seconds to prepare, all cameras together.
        seconds: seconds to answer, all cameras together.
    """

    area_m2: F8
    setup_s: float = 0.0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)


def cgal(cameras: Cameras, town: Town) -> Answer:
    """Ask CGAL's visibility polygon (pyvispoly) in the free space within range."""
    tree = shapely.STRtree(town.footprints)
    answer = Answer(np.full(len(cameras.x), np.nan))
    for i, (x, y) in enumerate(zip(cameras.x, cameras.y, strict=True)):
        began = time.perf_counter()
        here = shapely.Point(x, y)
        disc = here.buffer(RANGE_M, quad_segs=DISC_SIDES // 4)
        near = town.footprints[tree.query(disc, predicate="intersects")]
        free = shapely.difference(disc, shapely.union_all(near))
        free = next(p for p in shapely.get_parts(free) if p.intersects(here))
        free = shapely.orient_polygons(free)
        rings = [
            pyvispoly.Polygon([pyvispoly.Point(*corner) for corner in ring.coords[:-1]])
            for ring in (free.exterior, *free.interiors)
        ]
        try:
            space = pyvispoly.PolygonWithHoles(rings[0], rings[1:])
            calculator = pyvispoly.VisibilityPolygonCalculator(space)
        except RuntimeError as error:  # rings that touch in a point are refused
            answer.notes.append(str(error))
            continue
        ready = time.perf_counter()
        region = calculator.compute_visibility_polygon(pyvispoly.Point(x, y))
        answer.seconds += time.perf_counter() - ready
        answer.setup_s += ready - began
        answer.area_m2[i] = float(region.area())
    return answer


def shapely_shadows(cameras: Cameras, town: Town) -> Answer:
    """Take the shadow of every wall that faces the camera out of the disc of range."""
    began = time.perf_counter()
    tree = shapely.STRtree(town.footprints)
    answer = Answer(np.empty(len(cameras.x)), setup_s=time.perf_counter() - began)
    began = time.perf_counter()
    for i, (x, y) in enumerate(zip(cameras.x, cameras.y, strict=True)):
        disc = shapely.Point(x, y).buffer(RANGE_M, quad_segs=DISC_SIDES // 4)
        answer.area_m2[i] = shapely.area(out_of_shadow(disc, x, y, town, tree))
    answer.seconds = time.perf_counter() - began
    return answer


def out_of_shadow(
    wanted: shapely.Polygon, x: float, y: float, town: Town, tree: shapely.STRtree
) -> shapely.Geometry:
    """Take the buildings, and the shadow of every wall that faces a camera, out of a polygon."""
    near = shapely.orient_polygons(town.footprints[tree.query(wanted, predicate="intersects")])
    rings = shapely.get_rings(near)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    corners = corners - (x, y)
    wall = np.flatnonzero(ring[1:] == ring[:-1])
    p, q = corners[wall], corners[wall + 1]
    faces = p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0] < 0.0
    p, q = p[faces], q[faces]
    # Far enough that the shadow's far side lies beyond the range.
    away = np.column_stack((p[:, 1] - q[:, 1], q[:, 0] - p[:, 0]))
    far_p, far_q, away = (1e3 * v / np.hypot(*v.T)[:, None] for v in (p, q, away))
    wide = np.sum(p * q, axis=1) < 0.0
    far_middle = np.where(wide[:, None], away, far_p + far_q)
    quads = shapely.polygons(np.stack((p, q, far_q, far_middle, far_p), axis=1) + np.array((x, y)))
    shadow = shapely.union_all(np.concatenate((quads, near)))
    return shapely.difference(wanted, shadow)


def fan_of_rays(cameras: Cameras, town: Town) -> Answer:
    """Join the ends of 63 rays, each cut at the first building that an STRtree finds on it."""
    began = time.perf_counter()
    tree = shapely.STRtree(town.footprints)
    shapely.prepare(town.footprints)
    answer = Answer(np.empty(0), setup_s=time.perf_counter() - began)
    began = time.perf_counter()
    n = len(cameras.x)
    angle = np.arange(RAYS) * RAY_STEP_RAD
    direction = np.column_stack((np.cos(angle), np.sin(angle)))
    place = np.column_stack((cameras.x, cameras.y))
    start = np.repeat(place, RAYS, axis=0)
    ray = shapely.linestrings(np.stack((start, start + RANGE_M * np.tile(direction, (n, 1))), 1))
    which, building = tree.query(ray, predicate="intersects")
    crossing = shapely.intersection(ray[which], town.footprints[building])
    gap = shapely.distance(shapely.points(start[which]), crossing)
    reach = np.full(len(ray), RANGE_M)
    np.minimum.at(reach, which, gap)
    ends = place[:, None, :] + reach.reshape(n, RAYS, 1) * direction
    answer.area_m2 = shapely.area(shapely.polygons(ends))
    answer.seconds = time.perf_counter() - began
    return answer


# ---- GDAL, through the library that the wheel of pyogrio carries ----

_GDT_BYTE, _GDT_FLOAT32, _READ, _WRITE = 1, 6, 0, 1
_EDGE_MODE, _NORMAL_OUTPUT = 2, 1
_INVISIBLE, _VISIBLE = 0.0, 255.0


def gdal_library() -> ctypes.CDLL | None:
    """Return GDAL, or None where pyogrio brings none of its own."""
    files = sorted(Path(pyogrio.__file__).parent.parent.glob("pyogrio.libs/libgdal*"))
    if not files:
        return None
    gdal = ctypes.CDLL(str(files[0]))
    gdal.GDALVersionInfo.restype = ctypes.c_char_p
    handle = ctypes.c_void_p
    gdal.GDALGetDriverByName.restype = handle
    gdal.GDALCreate.restype = handle
    gdal.GDALGetRasterBand.restype = handle
    gdal.GDALViewshedGenerate.restype = handle
    gdal.GDALCreate.argtypes = [handle, ctypes.c_char_p, *[ctypes.c_int] * 4, handle]
    gdal.GDALGetRasterBand.argtypes = [handle, ctypes.c_int]
    gdal.GDALGetRasterXSize.argtypes = gdal.GDALGetRasterYSize.argtypes = [handle]
    gdal.GDALClose.argtypes = [handle]
    gdal.GDALSetGeoTransform.argtypes = [handle, handle]
    gdal.GDALRasterIO.argtypes = [
        handle, *[ctypes.c_int] * 5, handle, *[ctypes.c_int] * 5,
    ]  # fmt: skip
    gdal.GDALViewshedGenerate.argtypes = [
        handle, ctypes.c_char_p, ctypes.c_char_p, handle, *[ctypes.c_double] * 9,
        ctypes.c_int, ctypes.c_double, handle, handle, ctypes.c_int, handle,
    ]  # fmt: skip
    gdal.GDALAllRegister()
    return gdal


def gdal_viewshed(
    gdal: ctypes.CDLL, cameras: Cameras, town: Town, cell_m: float, target_height_m: float
) -> Answer:
    """Ask GDAL's viewshed of a height raster around each camera (in memory, without files).

    The raster is the set-up. Cells on buildings are no ground, so that they do not count.
    """
    tree = shapely.STRtree(town.footprints)
    half = int(np.ceil(RANGE_M / cell_m))
    side = 2 * half + 1
    offset = (np.arange(side) - half) * cell_m
    grid_x, grid_y = np.meshgrid(offset, offset)
    within = np.hypot(grid_x, grid_y) <= RANGE_M
    answer = Answer(np.empty(len(cameras.x)))
    for i, (x, y) in enumerate(zip(cameras.x, cameras.y, strict=True)):
        began = time.perf_counter()
        height = np.zeros((side, side), np.float32)
        box = shapely.box(x - RANGE_M, y - RANGE_M, x + RANGE_M, y + RANGE_M)
        for building in tree.query(box, predicate="intersects"):
            shape = town.footprints[building]
            shapely.prepare(shape)
            on_it = shapely.contains_xy(shape, x + grid_x, y + grid_y)
            height[on_it] = np.maximum(height[on_it], town.height_m[building])
        ready = time.perf_counter()
        seen, seconds = gdal_seen(gdal, height, cell_m, cameras.height_m[i], target_height_m)
        answer.seconds += seconds
        answer.setup_s += ready - began
        answer.area_m2[i] = np.sum(seen & within & (height == 0)) * cell_m**2
    return answer


def gdal_seen(
    gdal: ctypes.CDLL, height: NDArray[np.float32], cell_m: float, lens_m: float, target_m: float
) -> tuple[NDArray[np.bool_], float]:
    """Return which cells GDAL sees from the middle one, and the seconds that its viewshed took.

    Args:
        gdal: from `gdal_library`.
        height: (side, side) of the ground, side an odd number.
        cell_m: width of a cell.
        lens_m: height of the lens above the middle.
        target_m: height of targets above the ground.
    """
    side = len(height)
    memory = ctypes.c_void_p(gdal.GDALGetDriverByName(b"MEM"))
    surface = gdal.GDALCreate(memory, b"", side, side, 1, _GDT_FLOAT32, None)
    gdal.GDALSetGeoTransform(surface, (ctypes.c_double * 6)(0.0, cell_m, 0.0, 0.0, 0.0, cell_m))
    _raster_io(gdal, surface, _WRITE, height, _GDT_FLOAT32)
    middle = 0.5 * side * cell_m
    ready = time.perf_counter()
    seen_set = gdal.GDALViewshedGenerate(
        gdal.GDALGetRasterBand(surface, 1), b"MEM", b"", None,
        middle, middle, lens_m, target_m,
        _VISIBLE, _INVISIBLE, _INVISIBLE, -1.0, 0.0,
        _EDGE_MODE, 0.0, None, None, _NORMAL_OUTPUT, None,
    )  # fmt: skip
    seconds = time.perf_counter() - ready
    if (gdal.GDALGetRasterXSize(seen_set), gdal.GDALGetRasterYSize(seen_set)) != (side, side):
        raise RuntimeError("GDAL cut the raster to another size")
    seen = np.empty((side, side), np.uint8)
    _raster_io(gdal, seen_set, _READ, seen, _GDT_BYTE)
    gdal.GDALClose(seen_set)
    gdal.GDALClose(surface)
    return seen == _VISIBLE, seconds


def _raster_io(
    gdal: ctypes.CDLL, dataset: int, way: int, array: np.ndarray, gdal_type: int
) -> None:
    rows, columns = array.shape
    gdal.GDALRasterIO(
        gdal.GDALGetRasterBand(dataset, 1), way, 0, 0, columns, rows,
        array.ctypes.data, columns, rows, gdal_type, 0, 0,
    )  # fmt: skip


def errors(found: F8, exact: F8) -> tuple[float, float]:
    """Return the median and the 95th percentile of the error in area, as a share."""
    answered = np.isfinite(found) & (exact > 1.0)
    share = np.abs(found[answered] - exact[answered]) / exact[answered]
    return float(np.median(share)), float(np.percentile(share, 95))
