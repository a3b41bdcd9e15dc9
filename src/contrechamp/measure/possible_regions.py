"""The regions that cameras may have in view: one rule for both `sight` and `measure`.

A camera with all parameters mapped has one region. Of an unknown without an order (direction,
kind) every possible value counts; of one with an order (height, tilt, lens, range, heights of
buildings) the median. So

- a camera that turns, or whose kind is not mapped so that it may turn, sees every direction and
  every tilt;
- a fixed camera of unknown direction may look wherever its mount lets it: its region extends half
  a field of view beyond the first and the last of these directions, as far as the wall that holds
  it is not in the way, and keeps to the tilt and the vertical field of view of its lens;
- a fixed camera of known direction sees its field of view, and an indoor camera sees nothing;
- a camera that may hang on several walls sees what it would see from each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.draws import Uniforms, possible_kinds
from contrechamp.measure.priors import TURNING
from contrechamp.measure.stage import Stage
from contrechamp.sight.arrays import Cameras
from contrechamp.sight.regions import Regions, visible_regions
from contrechamp.sight.relief.regions import ReliefRegions, regions_on_relief

Mask = NDArray[np.bool_]

#: Cameras passed to the engine at a time, between two steps of a progress bar.
AT_ONCE = 20_000


def possible_regions(
    stage: Stage, *, flat: bool = False, at_once: int = AT_ONCE
) -> Iterator[Regions | ReliefRegions]:
    """Yield what the cameras may have in view at the levels of the stage, in batches of cameras.

    Args:
        stage: the cameras in their places, and the walls around them.
        flat: take every wall as infinitely high, as a plan without heights does; over relief, which
            has heights, it is not used.
        at_once: number of cameras in a batch.
    """
    medians = _medians(stage)
    cameras, top_m = possible_cameras(stage), stage.tops(medians)(slice(None))[0]
    for first in range(0, len(cameras.x), at_once):
        some = Cameras(
            **{
                column.name: getattr(cameras, column.name)[first : first + at_once]
                for column in fields(Cameras)
            }
        )
        if stage.ground is not None:
            yield regions_on_relief(
                some, stage.walls, stage.ground.surface, stage.ground.standing, top_m,
                stage.levels, target_height_m=stage.target_height_m,
            )  # fmt: skip
            continue
        yield visible_regions(
            some,
            stage.walls,
            top_m,
            stage.levels,
            target_height_m=stage.target_height_m,
            flat=flat,
            threads=stage.threads,
        )


def region_table(stage: Stage, regions: Sequence[Regions | ReliefRegions]) -> gpd.GeoDataFrame:
    """Return a table with one row per camera and level, camera by camera.

    Args:
        stage: that was passed to `possible_regions`.
        regions: everything that it yielded.

    Returns:
        columns camera (id), level (name), area_m2, basis: "mapped" (the lens is mapped, and the
        camera turns or its direction is mapped) or "possible"; geometry MultiPolygon, empty where
        nothing is in view.
    """
    n_levels = len(stage.levels)
    basis = np.where(_mapped(stage), "mapped", "possible")
    geometry, area_m2 = _of_cameras(stage, regions)
    return gpd.GeoDataFrame(
        {
            "camera": np.repeat(stage.cameras["id"].to_numpy(str), n_levels),
            "level": np.tile([level.name for level in stage.levels], len(stage.cameras)),
            "area_m2": area_m2.ravel(),
            "basis": np.repeat(basis, n_levels),
        },
        geometry=geometry.ravel(),
        crs=stage.cameras.crs,
    )


def _of_cameras(
    stage: Stage, regions: Sequence[Regions | ReliefRegions]
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return outlines and areas of cameras and levels; of several places all together."""
    geometry = np.concatenate([one.geometries() for one in regions])
    area_m2 = np.concatenate([one.area_m2 for one in regions])
    first, places = stage.places.first, stage.places.camera
    whole, whole_m2 = geometry[first], area_m2[first]
    for camera in np.flatnonzero(stage.places.several):
        together = shapely.union_all(geometry[places == camera], axis=0)
        parts = [shapely.MultiPolygon(shapely.get_parts(one).tolist()) for one in together]
        whole[camera], whole_m2[camera] = parts, shapely.area(together)
    return whole, whole_m2


def possible_cameras(stage: Stage) -> Cameras:
    """Return the cameras as the engine takes them, sweeping every direction they may look in."""
    may_turn = replace(stage, cameras=stage.cameras.assign(kind=_kind_that_sees_most(stage)))
    one = may_turn.draw(_medians(stage))
    turns = one.sweep_deg[0] >= 360.0
    # Just below a full circle: a camera that does not turn keeps its tilt (see `sight.limits`).
    placed, of = stage.places.placed, stage.places.camera
    known = (_known(stage, "heading_deg")[of]) | (placed.into_wall & stage.places.looks_as_given)
    all_free = np.minimum(placed.free_width_deg + one.hfov_deg[0], np.nextafter(360.0, 0.0))
    return Cameras(
        x=one.x,
        y=one.y,
        height_m=one.height_m[0],
        # The median heading is the middle of the directions that the mount leaves free.
        heading_deg=one.heading_deg[0],
        tilt_deg=one.tilt_deg[0],
        hfov_deg=one.hfov_deg[0],
        vfov_deg=one.vfov_deg[0],
        width_px=one.width_px[0],
        range_m=one.range_m[0],
        sweep_deg=np.where(turns | known, one.sweep_deg[0], all_free),
    )


def _medians(stage: Stage) -> Uniforms:
    screens = None if stage.screens is None else np.full((1, len(stage.screens.ids)), 0.5)
    return Uniforms({}, np.full((1, len(stage.heights.ids)), 0.5), screens)


def _kind_that_sees_most(stage: Stage) -> NDArray[np.str_]:
    """Return the kind of each camera, (n,); a turning kind where it is not mapped and may turn."""
    kind: NDArray[np.str_] = stage.cameras["kind"].to_numpy(str)
    may_be = possible_kinds(stage.cameras, stage.priors)
    # If there are several, the most likely one.
    for name in sorted(TURNING, key=lambda name: stage.priors.kind_shares.get(name, 0.0)):
        kind = np.where(may_be[name], name, kind)
    return kind


def _mapped(stage: Stage) -> Mask:
    """Return for which cameras the region in view follows from what is mapped, (n,)."""
    kind = stage.cameras["kind"].to_numpy(str)
    may_turn = _kind_that_sees_most(stage) != kind
    turns = np.isin(kind, TURNING) | (stage.cameras["hfov_deg"].to_numpy(float) >= 360.0)
    mapped: Mask = _known(stage, "hfov_deg") & ~may_turn & (turns | _known(stage, "heading_deg"))
    return mapped & ~stage.places.several


def _known(stage: Stage, column: str) -> Mask:
    known: Mask = ~np.isnan(stage.cameras[column].to_numpy(np.float64))
    return known
