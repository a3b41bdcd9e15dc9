"""Simulated towns: blocks of houses, streets between them, cameras on walls and on poles."""

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from contrechamp.scene.columns import empty, table
from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    BUILDING_COLUMNS,
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    STREET_COLUMNS,
    TRACK_COLUMNS,
    Scene,
)

CRS = pyproj.CRS("EPSG:32632")
#: On the central meridian, where the plane's north is true north.
EAST, NORTH = 500_000.0, 5_000_000.0
#: Blocks of this size on each side, with streets of this width between them.
BLOCKS, BLOCK_M, STREET_M = 4, 48.0, 14.0
PITCH_M = BLOCK_M + STREET_M
CAMERAS = 20
#: How many cameras stand on a pole at a crossing; the others hang on walls.
ON_POLES = 4


def town(number: int) -> Scene:
    """Return a town of which nothing of the cameras is mapped but their places.

    Args:
        number: of the town; each has other houses and other cameras.
    """
    rng = np.random.default_rng((number, 1))
    corner = PITCH_M * np.stack(np.meshgrid(*(np.arange(BLOCKS),) * 2), axis=-1).reshape(-1, 2)
    corner += (EAST, NORTH)
    # Each block is built up but for a margin of its own, so that streets are not all alike.
    low = corner + rng.uniform(0.0, 6.0, corner.shape)
    high = corner + BLOCK_M - rng.uniform(0.0, 6.0, corner.shape)
    houses = shapely.box(*low.T, *high.T)
    n = len(houses)
    buildings = table(
        BUILDING_COLUMNS,
        {
            "id": [f"house/{i}" for i in range(n)],
            "height_m": 3.0 * rng.integers(2, 8, n),
            "min_height_m": np.zeros(n),
        },
        houses,
        CRS,
    )
    return Scene(
        crs=CRS,
        cameras=_cameras(rng, houses, number),
        buildings=buildings,
        streets=_streets(),
        places=empty(PLACE_COLUMNS, CRS),
        homes=empty(PLACE_COLUMNS, CRS),
        barriers=empty(BARRIER_COLUMNS, CRS),
        tracks=empty(TRACK_COLUMNS, CRS),
        areas=empty(AREA_COLUMNS, CRS),
    )


def _cameras(rng: np.random.Generator, houses: np.ndarray, number: int) -> gpd.GeoDataFrame:
    walls = shapely.get_exterior_ring(rng.choice(houses, CAMERAS - ON_POLES))
    on_walls = shapely.line_interpolate_point(walls, rng.random(len(walls)), normalized=True)
    crossing = PITCH_M * rng.integers(1, BLOCKS, (ON_POLES, 2)) - STREET_M / 2.0
    on_poles = shapely.points(crossing + rng.uniform(-3, 3, crossing.shape) + (EAST, NORTH))
    n = len(on_walls) + len(on_poles)
    return table(
        CAMERA_COLUMNS,
        {
            "id": [f"town/{number}/camera/{i}" for i in range(n)],
            "kind": ["unknown"] * n,
            "operator_class": ["unknown"] * n,
            "mount": ["wall"] * len(on_walls) + ["pole"] * len(on_poles),
        },
        np.concatenate((on_walls, on_poles)),
        CRS,
    )


def _streets() -> gpd.GeoDataFrame:
    """Return the streets between the blocks, crossing by crossing."""
    places = PITCH_M * np.arange(BLOCKS + 1) - STREET_M / 2.0
    lines, ends = [], []
    for i in range(BLOCKS + 1):
        for k in range(BLOCKS):
            for a, b in (((i, k), (i, k + 1)), ((k, i), (k + 1, i))):
                lines.append(
                    shapely.LineString([(EAST + places[x], NORTH + places[y]) for x, y in (a, b)])
                )
                ends.append([x * (BLOCKS + 1) + y for x, y in (a, b)])
    n = len(lines)
    return table(
        STREET_COLUMNS,
        {
            "id": [f"street/{i}/0" for i in range(n)],
            "highway": ["residential"] * n,
            "walkable": np.ones(n, bool),
            "node_u": np.array(ends)[:, 0],
            "node_v": np.array(ends)[:, 1],
        },
        lines,
        CRS,
    )
