"""What is the same in all draws: placed cameras, the buildings within their range, groups."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.measure.draws import (
    UNKNOWN_OF,
    Uniforms,
    draw_cameras,
    drawn_unknowns,
    uniforms,
)
from contrechamp.measure.exposure import (
    CameraDraws,
    Exposure,
    Ground,
    Pieces,
    Standpoints,
    Walks,
    expose,
    expose_totals,
    standpoints,
)
from contrechamp.measure.footing import ground_of
from contrechamp.measure.groups import camera_groups
from contrechamp.measure.heights import BuildingHeights, building_heights
from contrechamp.measure.kept import Kept
from contrechamp.measure.known import PLACE_DOUBTFUL
from contrechamp.measure.model_limits import Limits
from contrechamp.measure.priors import KINDS, TURNING, ByDensity, Priors
from contrechamp.measure.screen_heights import (
    ScreenHeights,
    clear_of_cameras,
    screen_heights,
)
from contrechamp.measure.several_places import SeveralPlaces
from contrechamp.scene.height_grid import Relief
from contrechamp.scene.projection import convergence_deg
from contrechamp.scene.tables import Notice, Scene
from contrechamp.sight.arrays import Level
from contrechamp.sight.placing import Placed, Places
from contrechamp.sight.placing import places as place_all
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
        several: where they may stand.
        convergence_deg: (n,) how far the plane's north lies east of true north at each.
        priors: for what is not mapped.
        drawn: unknown -> which cameras draw it (`draws.drawn_unknowns`).
        heights: of the buildings within range of some camera.
        screens: of what stands free within range of some camera; None where nothing does.
        walls: of these buildings, and then of these screens.
        ground: on which all stands; None where it is flat.
        levels: of the figures.
        target_height_m: 1.6 is a face, 0 the ground.
        seed: of all draws.
        threads: greatest number of threads.
        limits: of the cameras by their models (`Scene.limits`).
        notices: of cameras that contradict themselves.
        free: what stands free in the whole scene (`Scene.screens`).
        relief: the ground of the whole scene (`Scene.relief`).
        kept: what `standing` worked out, by reach and pieces; shared by stages that differ in their
            priors alone.
    """

    cameras: gpd.GeoDataFrame
    several: SeveralPlaces
    convergence_deg: F8
    priors: Priors
    drawn: Mapping[str, Mask]
    heights: BuildingHeights
    screens: ScreenHeights | None
    walls: Walls
    ground: Ground | None
    levels: Sequence[Level]
    target_height_m: float
    seed: int
    threads: int | None
    limits: Limits
    notices: tuple[Notice, ...]
    free: gpd.GeoDataFrame
    relief: Relief | None
    kept: Kept[tuple[bytes, int], tuple[Pieces, Standpoints]] = field(default_factory=Kept)

    @cached_property
    def placed(self) -> Placed:
        """Where they stand, (n,): of several places the nearest to where they were drawn."""
        return self.several.places.nearest()

    @property
    def places(self) -> Places:
        """Where they may stand, a row a place."""
        return self.several.places

    @property
    def anything_drawn(self) -> bool:
        """Whether two draws can differ."""
        return bool(self.drawn) or self.heights.drawn or self.screens_drawn

    @property
    def screens_drawn(self) -> bool:
        """Whether anything of what stands free is drawn."""
        return self.screens is not None and self.screens.drawn

    @cached_property
    def groups(self) -> Mapping[str, Mask]:
        """Groups of cameras, (n,) each."""
        return camera_groups(self.cameras)

    def uniforms(self, n_draws: int, *, sample: str = "") -> Uniforms:
        """Draw the numbers behind `n_draws` draws; `sample` names an independent second sample."""
        ids = self.cameras["id"].tolist()
        return uniforms(
            self.seed, ids, self.drawn, self.heights, n_draws, screens=self.screens, sample=sample
        )

    def tops(self, numbers: Uniforms) -> Callable[[slice], F8]:
        """Return what gives the tops of `walls` in some of these draws, (n_draws, n) metres."""
        screens = self.screens

        def tops_of(some: slice) -> F8:
            of_buildings = self.heights.at(numbers.building[some])
            if screens is None or numbers.screen is None:
                return of_buildings
            return np.hstack((of_buildings, screens.at(numbers.screen[some])))

        return tops_of

    def draw(self, numbers: Uniforms) -> CameraDraws:
        """Return the cameras of these draws, a column a place (`several_places`)."""
        placed = self.places.placed
        drawn = draw_cameras(
            self.several.cameras(self.cameras),
            placed.x,
            placed.y,
            placed.free_from_deg,
            placed.free_width_deg,
            self.convergence_deg[self.places.camera],
            self.priors,
            self.several.uniforms(numbers),
            self.several.limits(self.limits),
            target_height_m=self.target_height_m,
        )
        return self.several.one_at_a_time(drawn, numbers)

    @cached_property
    def reach_m(self) -> F8:
        """How far a camera may see at most from each place."""
        return greatest_range_m(self.cameras, self.priors)[self.places.camera]

    def standing(self, pieces: Pieces) -> Standpoints:
        """Return what the places have in view of pieces in every draw, worked out once."""
        placed = self.places.placed
        # With the pieces, so that no others get their number.
        _pieces, at = self.kept.of(
            (self.reach_m.tobytes(), id(pieces)),
            lambda: (
                pieces,
                standpoints(
                    placed.x, placed.y, self.walls, self.reach_m, pieces, self.ground
                ),
            ),
        )  # fmt: skip
        return at

    def expose(
        self,
        numbers: Uniforms,
        pieces: Pieces,
        *,
        walks: Walks | None = None,
        with_groups: bool = True,
        beside: Pieces | None = None,
        progress: Progress = silent,
    ) -> Exposure:
        """Return what all cameras see of `pieces` in these draws, and how much of `beside`."""
        groups = np.array(list(self.groups.values()))
        exposure = expose(
            self.draw(numbers),
            self.walls,
            self.tops(numbers),
            pieces,
            self.levels,
            target_height_m=self.target_height_m,
            groups=groups[:, self.places.camera] if with_groups else None,
            walks=walks,
            beside=beside,
            standing=self.standing,
            progress=progress,
            threads=self.threads,
        )
        return self.several.by_camera(exposure)

    def totals(self, numbers: Uniforms, pieces: Pieces, *, progress: Progress = silent) -> F8:
        """Return how much of `pieces` is in view of any camera, (n_draws, n_levels) metres."""
        return expose_totals(
            self.draw(numbers),
            self.walls,
            self.tops(numbers),
            pieces,
            self.levels,
            target_height_m=self.target_height_m,
            standing=self.standing,
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
    places = place_cameras(scene.cameras, scene.buildings)
    placed = places.nearest()
    cameras = without_contradictions(scene.cameras, placed)
    cameras = cameras.assign(**{PLACE_DOUBTFUL: places.several})
    priors = priors.for_input(cameras, levels)
    heights, screens, walls = _surroundings(places, cameras, priors, scene.buildings, scene.screens)
    ground = _ground(scene.relief, walls, heights, screens, target_height_m)
    return Stage(
        cameras=cameras,
        several=SeveralPlaces(places, scene.cameras["heading_deg"].to_numpy(np.float64)),
        convergence_deg=convergence_deg(scene.crs, np.column_stack((placed.x, placed.y))),
        priors=priors,
        drawn=_drawn(cameras, priors, scene.limits, places),
        heights=heights,
        screens=screens,
        walls=walls,
        ground=ground,
        levels=levels,
        target_height_m=target_height_m,
        seed=seed,
        threads=threads,
        limits=scene.limits,
        notices=wall_notices(scene.cameras, placed),
        free=scene.screens,
        relief=scene.relief,
    )


def _drawn(
    cameras: gpd.GeoDataFrame, priors: Priors, limits: Limits, places: Places
) -> Mapping[str, Mask]:
    """Return which unknowns are drawn for which cameras, in the order of `UNKNOWN_OF`."""
    drawn = {**drawn_unknowns(cameras, priors, limits)}
    open_place = places.several & ~cameras["indoor"].to_numpy(bool)
    if open_place.any():
        drawn["place"] = open_place
    return {unknown: drawn[unknown] for unknown in UNKNOWN_OF if unknown in drawn}


def with_priors(stage: Stage, priors: Priors, buildings: gpd.GeoDataFrame) -> Stage:
    """Return a stage with other priors, ready as they are (see `Priors.for_input`)."""
    heights, screens, walls = _surroundings(
        stage.places, stage.cameras, priors, buildings, stage.free
    )
    drawn = _drawn(stage.cameras, priors, stage.limits, stage.places)
    # Other ranges reach other bodies, and what stands on the ground is in their order.
    ground = _ground(stage.relief, walls, heights, screens, stage.target_height_m)
    return replace(
        stage, priors=priors, drawn=drawn, heights=heights, screens=screens, walls=walls,
        ground=ground,
    )  # fmt: skip


def with_relief(stage: Stage, relief: Relief) -> Stage:
    """Return a stage on other ground."""
    ground = _ground(relief, stage.walls, stage.heights, stage.screens, stage.target_height_m)
    return replace(stage, relief=relief, ground=ground, kept=Kept())


def with_screens(stage: Stage, screens: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> Stage:
    """Return a stage on which these stand free and nothing else does.

    Args:
        stage: to be changed.
        screens: `SCREEN_COLUMNS`, such as some of `Stage.free`.
        buildings: of the scene.
    """
    heights, some, walls = _surroundings(
        stage.places, stage.cameras, stage.priors, buildings, screens
    )
    ground = _ground(stage.relief, walls, heights, some, stage.target_height_m)
    return replace(
        stage, heights=heights, screens=some, walls=walls, ground=ground, free=screens, kept=Kept()
    )


def _ground(
    relief: Relief | None,
    walls: Walls,
    heights: BuildingHeights,
    screens: ScreenHeights | None,
    target_height_m: float,
) -> Ground | None:
    if relief is None:
        return None
    return ground_of(relief, walls.footprints, heights, screens, target_height_m)


def _surroundings(
    places: Places,
    cameras: gpd.GeoDataFrame,
    priors: Priors,
    buildings: gpd.GeoDataFrame,
    screens: gpd.GeoDataFrame,
) -> tuple[BuildingHeights, ScreenHeights | None, Walls]:
    """Return heights and walls of the buildings and screens that some camera may see."""
    placed, reach_m = places.placed, greatest_range_m(cameras, priors)[places.camera]
    rows = _within_reach(placed, reach_m, buildings)
    heights = building_heights(buildings, priors, rows)
    footprints = buildings.geometry.to_numpy()[rows]
    near = screens.iloc[_within_reach(placed, reach_m, screens)]
    if not len(near):
        return heights, None, prepare(footprints, heights.bottom_m)
    near = clear_of_cameras(near, placed.x, placed.y)
    free = screen_heights(near, priors)
    standing = np.concatenate((footprints, near.geometry.to_numpy()))
    return heights, free, prepare(standing, np.concatenate((heights.bottom_m, free.bottom_m)))


def place_cameras(cameras: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> Places:
    """Move cameras that hang on a wall to its outer side, or to each that may be meant.

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
    return place_all(
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

    Either the direction is wrong or the wall. On the wall the direction is drawn over those that it
    leaves free; a camera that stands free before it looks as the map says (`sight.placing.Places`).
    """
    if not placed.into_wall.any():
        return cameras
    heading = cameras["heading_deg"].to_numpy(np.float64)
    return cameras.assign(heading_deg=np.where(placed.into_wall, np.nan, heading))


def wall_notices(cameras: gpd.GeoDataFrame, placed: Placed) -> tuple[Notice, ...]:
    """Return a notice of each camera whose direction points into the wall that it hangs on."""
    return tuple(
        Notice(
            "looks-into-its-wall",
            str(source),
            _(
                "its direction points into the wall that it hangs on: one of the two is wrong. "
                "Neither is taken as known"
            ),
        )
        for source in cameras["source"].to_numpy(str)[placed.into_wall]
    )


def greatest_range_m(cameras: gpd.GeoDataFrame, priors: Priors) -> F8:
    """Return how far each camera may see at most, (n,) metres; 0 for indoor cameras."""
    rows = [priors.row("range_m", kind) for kind in KINDS]
    assumed = max(
        row.most_m if isinstance(row, ByDensity) else float(priors.of("range_m", kind).at(1.0))
        for row, kind in zip(rows, KINDS, strict=True)
    )
    mapped = cameras["range_m"].to_numpy(np.float64)
    reach = np.where(np.isnan(mapped), assumed, mapped)
    reach[cameras["indoor"].to_numpy(bool)] = 0.0
    return reach


def _within_reach(placed: Placed, reach_m: F8, bodies: gpd.GeoDataFrame) -> I8:
    """Return the rows of the buildings, or screens, that some camera may see, ascending."""
    if not len(bodies):
        return np.empty(0, np.int64)
    tree = shapely.STRtree(bodies.geometry.to_numpy())
    points = shapely.points(placed.x, placed.y)
    near = tree.query(points, predicate="dwithin", distance=reach_m)[1]
    return np.unique(near).astype(np.int64)
