"""What is the same in all draws: placed cameras, the buildings within their range, groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.draws import Uniforms, draw_cameras, drawn_unknowns, uniforms
from contrechamp.measure.exposure import CameraDraws, Exposure, Pieces, Walks, expose
from contrechamp.measure.groups import camera_groups
from contrechamp.measure.heights import BuildingHeights, building_heights
from contrechamp.measure.priors import KINDS, TURNING, Priors
from contrechamp.scene.projection import convergence_deg
from contrechamp.scene.tables import Notice, Scene
from contrechamp.sight.arrays import Level
from contrechamp.sight.placing import Placed, place
from contrechamp.sight.walls import Walls, prepare

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Mounts (OSM `camera:mount`) that stand free even if a wall is near.
FREE_STANDING = (
    *("pole", "mast", "street_lamp", "lamp_post", "traffic_signals", "utility_pole", "gantry"),
    *("tree", "tripod"),
)
#: A camera mapped this close to an outline is taken to hang on it: maps are not more precise.
ON_THE_WALL_M = 1.0
#: A building whose bottom is higher than this (a roof, a bridge between houses) holds no camera.
HIGHEST_BOTTOM_M = 3.0


@dataclass(frozen=True)
class Stage:
    """A scene made ready for any number of draws.

    Args:
        cameras: row i is camera i.
        placed: where they stand.
        convergence_deg: (n,) how far the plane's north lies east of true north at each.
        priors: for what is not mapped.
        drawn: unknown -> which cameras draw it (`draws.drawn_unknowns`).
        heights: of the buildings within range of some camera.
        walls: of the same buildings.
        levels: of the figures.
        target_height_m: 1.6 is a face, 0 the ground.
        seed: of all draws.
        threads: greatest number of threads.
    """

    cameras: gpd.GeoDataFrame
    placed: Placed
    convergence_deg: F8
    priors: Priors
    drawn: Mapping[str, Mask]
    heights: BuildingHeights
    walls: Walls
    levels: Sequence[Level]
    target_height_m: float
    seed: int
    threads: int | None

    @property
    def anything_drawn(self) -> bool:
        """Whether two draws can differ."""
        return bool(self.drawn) or self.heights.drawn

    @cached_property
    def groups(self) -> Mapping[str, Mask]:
        """Groups of cameras, (n,) each."""
        return camera_groups(self.cameras)

    def uniforms(self, n_draws: int, *, sample: str = "") -> Uniforms:
        """Draw the numbers behind `n_draws` draws; `sample` names an independent second sample."""
        ids = self.cameras["id"].tolist()
        return uniforms(self.seed, ids, self.drawn, self.heights, n_draws, sample=sample)

    def draw(self, numbers: Uniforms) -> CameraDraws:
        """Return the cameras of these draws."""
        return draw_cameras(
            self.cameras,
            self.placed.x,
            self.placed.y,
            self.placed.free_from_deg,
            self.placed.free_width_deg,
            self.convergence_deg,
            self.priors,
            numbers,
        )

    def expose(
        self,
        numbers: Uniforms,
        pieces: Pieces,
        *,
        walks: Walks | None = None,
        with_groups: bool = True,
        progress: Progress = silent,
    ) -> Exposure:
        """Return what all cameras see of `pieces` in these draws."""
        return expose(
            self.draw(numbers),
            self.walls,
            lambda some: self.heights.at(numbers.building[some]),
            pieces,
            self.levels,
            target_height_m=self.target_height_m,
            groups=np.array(list(self.groups.values())) if with_groups else None,
            walks=walks,
            progress=progress,
            threads=self.threads,
        )


def set_stage(
    scene: Scene,
    priors: Priors,
    levels: Sequence[Level],
    *,
    target_height_m: float,
    seed: int,
    threads: int | None,
) -> Stage:
    """Place the cameras of a scene and collect what is near them.

    Buildings beyond the range of every camera are left out, which changes no figure.
    """
    placed = place_cameras(scene.cameras, scene.buildings)
    cameras = without_contradictions(scene.cameras, placed)
    rows = _within_reach(placed, greatest_range_m(cameras, priors), scene.buildings)
    heights = building_heights(scene.buildings, priors, rows)
    return Stage(
        cameras=cameras,
        placed=placed,
        convergence_deg=convergence_deg(scene.crs, np.column_stack((placed.x, placed.y))),
        priors=priors,
        drawn=drawn_unknowns(cameras, priors),
        heights=heights,
        walls=prepare(scene.buildings.geometry.to_numpy()[rows], heights.bottom_m),
        levels=levels,
        target_height_m=target_height_m,
        seed=seed,
        threads=threads,
    )


def place_cameras(cameras: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> Placed:
    """Move cameras that hang on a wall to its outer side.

    Indoor cameras, and those mapped as higher than the roof, stay where they are inside a
    footprint.

    Args:
        cameras: of a scene.
        buildings: of the same scene.
    """
    x, y = (np.asarray(c, dtype=np.float64) for c in (cameras.geometry.x, cameras.geometry.y))
    bottom = np.nan_to_num(buildings["min_height_m"].to_numpy(np.float64))
    holds = bottom <= HIGHEST_BOTTOM_M
    footprints = buildings.geometry.to_numpy()[holds]
    roof = buildings["height_m"].to_numpy(np.float64)[holds]
    inside = cameras["indoor"].to_numpy(bool).copy()
    if len(footprints):
        camera, around = shapely.STRtree(footprints).query(
            shapely.points(x, y), predicate="intersects"
        )
        highest = np.full(len(cameras), -np.inf)
        # A roof of unknown height is taken to be higher than any camera.
        np.maximum.at(highest, camera, np.nan_to_num(roof, nan=np.inf)[around])
        inside |= cameras["height_m"].to_numpy(np.float64) > highest
    mount = cameras["mount"].str.lower().to_numpy(str)
    turned = convergence_deg(cameras.crs, np.column_stack((x, y)))
    all_round = cameras["hfov_deg"].to_numpy(np.float64) >= 360.0
    turns = all_round | np.isin(cameras["kind"].to_numpy(str), TURNING)
    heading = np.where(turns, np.nan, cameras["heading_deg"].to_numpy(np.float64) - turned)
    return place(
        x,
        y,
        footprints,
        tolerance_m=ON_THE_WALL_M,
        may_be_on_wall=~np.isin(mount, FREE_STANDING),
        may_be_inside=inside,
        heading_deg=heading,
    )


def without_contradictions(cameras: gpd.GeoDataFrame, placed: Placed) -> gpd.GeoDataFrame:
    """Return cameras without the directions that point into the walls that they hang on.

    Either the direction is wrong or the wall: the direction counts as not known, and is drawn over
    those that the wall leaves free.
    """
    if not placed.into_wall.any():
        return cameras
    heading = cameras["heading_deg"].to_numpy(np.float64)
    return cameras.assign(heading_deg=np.where(placed.into_wall, np.nan, heading))


def wall_notices(scene: Scene) -> tuple[Notice, ...]:
    """Return a notice of each camera whose direction points into the wall that it hangs on."""
    placed = place_cameras(scene.cameras, scene.buildings)
    return tuple(
        Notice(
            "looks-into-its-wall",
            str(source),
            _(
                "its direction points into the wall that it hangs on: one of the two is wrong. The "
                "direction is taken as not known"
            ),
        )
        for source in scene.cameras["source"].to_numpy(str)[placed.into_wall]
    )


def greatest_range_m(cameras: gpd.GeoDataFrame, priors: Priors) -> F8:
    """Return how far each camera may see at most, (n,) metres; 0 for indoor cameras."""
    assumed = max(float(priors.of("range_m", kind).at(1.0)) for kind in KINDS)
    mapped = cameras["range_m"].to_numpy(np.float64)
    reach = np.where(np.isnan(mapped), assumed, mapped)
    reach[cameras["indoor"].to_numpy(bool)] = 0.0
    return reach


def _within_reach(placed: Placed, reach_m: F8, buildings: gpd.GeoDataFrame) -> I8:
    """Return the rows of the buildings that some camera may see, ascending."""
    if not len(buildings):
        return np.empty(0, np.int64)
    tree = shapely.STRtree(buildings.geometry.to_numpy())
    points = shapely.points(placed.x, placed.y)
    near = tree.query(points, predicate="dwithin", distance=reach_m)[1]
    return np.unique(near).astype(np.int64)
