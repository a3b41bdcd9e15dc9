"""The table of what the measurement says about each camera."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.measure.drivers import visit_ranks
from contrechamp.measure.exposure import Exposure
from contrechamp.measure.known import known_names
from contrechamp.measure.stage import Stage
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]


def camera_table(
    stage: Stage, exposure: Exposure, shares: F8, levels: Sequence[Level]
) -> gpd.GeoDataFrame:
    """Return the table of cameras as `Measurement.cameras` describes it.

    Args:
        stage: with the cameras.
        exposure: of the streets, in all draws.
        shares: (n_levels, n_cameras), from `drivers.visit_shares`.
        levels: of the exposure.
    """
    placed = stage.placed
    known, assumed = known_names(stage.cameras)
    columns: dict[str, object] = {
        "id": stage.cameras["id"],
        "moved_m": placed.moved_m,
        "on_wall": placed.on_wall,
        "free_from_deg": (placed.free_from_deg + stage.convergence_deg) % 360.0,  # from true north
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
