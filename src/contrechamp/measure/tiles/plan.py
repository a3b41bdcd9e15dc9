"""A large scene cut into tiles, each with all that its figures hang on.

A tile has the walkable streets whose middle lies in it, whole; every camera that may see one of
them; and every building that may hide something from such a camera, hold it, or lend its height to
one whose height is not known. So a tile is measured as it would be within the whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from contrechamp.measure.groups import NEAR_M
from contrechamp.measure.heights import NEIGHBOURS
from contrechamp.measure.priors import Priors
from contrechamp.measure.span import Alternatives, alternatives
from contrechamp.measure.stage import (
    ON_THE_WALL_M,
    greatest_range_m,
    without_contradictions,
)
from contrechamp.scene.columns import empty
from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    PLACE_COLUMNS,
    TRACK_COLUMNS,
    Scene,
)
from contrechamp.sight.arrays import Level
from contrechamp.sight.placing import Places

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Width of a tile where nothing else is said.
TILE_M = 2000.0


@dataclass(frozen=True)
class Setting:
    """What is the same in all tiles.

    Args:
        levels: of the figures.
        draws: how many.
        span_draws: of each alternative to what is assumed.
        seed: of all draws.
        target_height_m: 1.6 is a face, 0 the ground.
        priors: as they are used for the cameras of all tiles together (`Priors.for_input`).
        alternatives: to what is assumed of them.
    """

    levels: tuple[Level, ...]
    draws: int
    span_draws: int
    seed: int
    target_height_m: float
    priors: Priors
    alternatives: Alternatives


def setting_of(
    scene: Scene,
    places: Places,
    priors: Priors,
    levels: tuple[Level, ...],
    *,
    draws: int,
    span_draws: int,
    seed: int,
    target_height_m: float,
) -> Setting:
    """Return what is the same in all tiles of a scene, whose cameras have these places."""
    cameras = without_contradictions(scene.cameras, places.nearest())
    used = priors.for_input(cameras, levels)
    return Setting(
        levels=levels,
        draws=draws,
        span_draws=min(span_draws, draws),
        seed=seed,
        target_height_m=target_height_m,
        priors=used,
        alternatives=alternatives(cameras, used),
    )


@dataclass(frozen=True)
class Tile:
    """A tile of a scene.

    Args:
        name: its column and row, from the origin of the plane.
        cameras: (n,) rows of the camera table, ascending.
        buildings: (n,) rows of the building table, ascending.
        streets: (n,) rows of the street table, ascending.
        screens: (n,) rows of the table of what stands free, ascending.
    """

    name: str
    cameras: I8
    buildings: I8
    streets: I8
    screens: I8

    def of(self, scene: Scene) -> Scene:
        """Return the part of the scene that the tile is measured from."""
        return Scene(
            crs=scene.crs,
            cameras=_rows(scene.cameras, self.cameras),
            buildings=_rows(scene.buildings, self.buildings),
            streets=_rows(scene.streets, self.streets),
            screens=_rows(scene.screens, self.screens),
            **nothing_else(scene.crs),
            limits={name: ends[self.cameras] for name, ends in scene.limits.items()},
        )


def nothing_else(crs: pyproj.CRS) -> dict[str, gpd.GeoDataFrame]:
    """Return the tables of a scene that tiles do not have, empty."""
    return {
        "places": empty(PLACE_COLUMNS, crs),
        "homes": empty(PLACE_COLUMNS, crs),
        "barriers": empty(BARRIER_COLUMNS, crs),
        "tracks": empty(TRACK_COLUMNS, crs),
        "areas": empty(AREA_COLUMNS, crs),
    }


def tiles(scene: Scene, places: Places, setting: Setting, tile_m: float = TILE_M) -> Iterator[Tile]:
    """Yield the tiles that have a walkable street, row by row from the south-west.

    Args:
        scene: on its metric plane.
        places: of its cameras (`stage.place_cameras`).
        setting: of all tiles.
        tile_m: width, metres, above zero.
    """
    walkable = np.flatnonzero(scene.streets["walkable"].to_numpy(bool))
    lines = scene.streets.geometry.to_numpy()[walkable]
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    cell = np.floor(middle[:, ::-1] / tile_m).astype(np.int64)  # rows before columns
    cells, of_street = np.unique(cell, axis=0, return_inverse=True)
    order = np.argsort(of_street.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(of_street.ravel(), minlength=len(cells)))
    around = _Around(scene, places, setting)
    for (row, column), some in zip(cells.tolist(), np.split(order, ends[:-1]), strict=True):
        streets = np.sort(walkable[some])
        cameras = around.cameras(lines[some])
        buildings, screens = around.buildings(cameras), around.screens(cameras)
        yield Tile(f"{column}_{row}", cameras, buildings, streets, screens)


class _Around:
    """Which cameras may see some streets, and which buildings their views hang on."""

    def __init__(self, scene: Scene, places: Places, setting: Setting) -> None:
        self._of, self._at = places.camera, shapely.points(places.placed.x, places.placed.y)
        every = (setting.priors, *setting.alternatives.priors)
        reach = np.max([greatest_range_m(scene.cameras, one) for one in every], axis=0)
        self._reach_m = reach[self._of]
        self._mapped = scene.cameras.geometry.to_numpy()
        self._footprints = shapely.STRtree(scene.buildings.geometry.to_numpy())
        self._screens = shapely.STRtree(scene.screens.geometry.to_numpy())
        self._height = scene.buildings["height_m"].to_numpy(np.float64)
        known = np.flatnonzero(~np.isnan(self._height))
        self._known = known
        self._centre = shapely.get_coordinates(
            shapely.centroid(scene.buildings.geometry.to_numpy())
        ).reshape(-1, 2)
        self._nearest = cKDTree(self._centre[known]) if len(known) else None

    def cameras(self, lines: NDArray[np.object_]) -> I8:
        """Return the cameras within whose range a street lies, or near which it counts."""
        box = shapely.box(*shapely.total_bounds(lines))
        near = shapely.distance(self._at, box) <= np.maximum(self._reach_m, NEAR_M)
        return np.unique(self._of[near])

    def buildings(self, cameras: I8) -> I8:
        """Return the buildings that the views of some cameras hang on."""
        places = np.flatnonzero(np.isin(self._of, cameras))
        seen = self._footprints.query(
            self._at[places], predicate="dwithin", distance=self._reach_m[places]
        )[1]
        held = self._footprints.query(
            self._mapped[cameras], predicate="dwithin", distance=ON_THE_WALL_M
        )[1]
        rows = np.unique(np.concatenate((seen, held)))
        unknown = rows[np.isnan(self._height[rows])]
        if self._nearest is None or not len(unknown):
            return rows.astype(np.int64)
        k = min(NEIGHBOURS, len(self._known))
        lend = self._nearest.query(self._centre[unknown], k=k)[1]
        return np.unique(np.concatenate((rows, self._known[np.ravel(lend)]))).astype(np.int64)

    def screens(self, cameras: I8) -> I8:
        """Return what stands free within the range of some cameras."""
        places = np.flatnonzero(np.isin(self._of, cameras))
        near = self._screens.query(
            self._at[places], predicate="dwithin", distance=self._reach_m[places]
        )[1]
        return np.unique(near).astype(np.int64)


def _rows(table: gpd.GeoDataFrame, rows: I8) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table.iloc[rows].reset_index(drop=True))
