"""What the measurement says of each camera: a table, and the regions that it may see."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.measure.drivers import visit_ranks
from contrechamp.measure.exposure import Exposure
from contrechamp.measure.known import known_names
from contrechamp.measure.priors import TURNING
from contrechamp.measure.stage import Stage
from contrechamp.sight.arrays import Cameras, Level
from contrechamp.sight.regions import visible_regions

F8 = NDArray[np.float64]


def camera_table(
    stage: Stage, exposure: Exposure, shares: F8, levels: Sequence[Level]
) -> gpd.GeoDataFrame:
    """Return the table of cameras as `Measurement.cameras` describes it.

    Args:
        stage: whose cameras.
        exposure: of the streets, all draws.
        shares: (n_levels, n_cameras) of `drivers.visit_shares`.
        levels: of the exposure.
    """
    placed = stage.placed
    known, assumed = known_names(stage.cameras)
    columns: dict[str, object] = {
        "id": stage.cameras["id"],
        "moved_m": placed.moved_m,
        "on_wall": placed.on_wall,
        "free_from_deg": placed.free_from_deg,
        "free_width_deg": placed.free_width_deg,
        "known": pd.Series(known, dtype="str"),
        "assumed": pd.Series(assumed, dtype="str"),
    }
    for number, level in enumerate(levels):
        seen, alone = exposure.by_camera_m[:, number], exposure.alone_m[:, number]
        columns[f"{level.name}_seen_m"] = seen.mean(axis=0, dtype=np.float64)
        columns[f"{level.name}_alone_m"] = alone.mean(axis=0, dtype=np.float64)
        columns[f"visit_share_{level.name}"] = shares[number]
    columns["visit_rank"] = visit_ranks(shares)
    places = shapely.points(placed.x, placed.y)
    return gpd.GeoDataFrame(columns, geometry=places, crs=stage.cameras.crs)


def region_table(stage: Stage) -> gpd.GeoDataFrame:
    """Return the table of visible regions as `Measurement.regions` describes it.

    A heading that is not mapped gives every direction that the mount leaves free: half a field of
    view beyond its ends, where the wall does not stand in the way. What else is not mapped is at
    its median, and so are heights of buildings. Indoor cameras have no region; a level that a
    camera does not reach has no row.
    """
    cameras, levels = stage.cameras, stage.levels
    medians = stage.draw(stage.uniforms(1).middle())
    turns = np.isin(cameras["kind"].to_numpy(str), TURNING) | (medians.sweep_deg[0] >= 360.0)
    heading_known = ~np.isnan(cameras["heading_deg"].to_numpy(np.float64))
    lens_known = ~np.isnan(cameras["hfov_deg"].to_numpy(np.float64))
    hfov = medians.hfov_deg[0]
    # Just below the whole circle: a fixed camera keeps the limits of its tilt (see sight.limits).
    all_round = np.minimum(stage.placed.free_width_deg + hfov, np.nextafter(360.0, 0.0))
    regions = visible_regions(
        Cameras(
            x=medians.x,
            y=medians.y,
            height_m=medians.height_m[0],
            heading_deg=medians.heading_deg[0],
            tilt_deg=medians.tilt_deg[0],
            hfov_deg=hfov,
            vfov_deg=medians.vfov_deg[0],
            width_px=medians.width_px[0],
            range_m=medians.range_m[0],
            sweep_deg=np.where(turns | heading_known, medians.sweep_deg[0], all_round),
        ),
        stage.walls,
        stage.heights.at(np.full((1, len(stage.heights.unknown)), 0.5))[0],
        levels,
        target_height_m=stage.target_height_m,
        threads=stage.threads,
    )
    geometry = regions.geometries()
    basis = np.where(lens_known & (heading_known | turns), "mapped", "possible")
    camera, level = np.nonzero(~shapely.is_empty(geometry))
    return gpd.GeoDataFrame(
        {
            "camera": cameras["id"].take(camera).reset_index(drop=True),
            "level": pd.Series(np.array([one.name for one in levels])[level], dtype="str"),
            "area_m2": regions.area_m2[camera, level],
            "basis": pd.Series(basis[camera], dtype="str"),
        },
        geometry=geometry[camera, level],
        crs=cameras.crs,
    )
