"""What a height model may be off by: other surfaces, as possible as the one that it gives.

Only differences of height over short distances matter here: a model that lies too high everywhere
hides nothing. So the error is drawn as a field that is alike over a few cells, and no further.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.ndimage import zoom

from contrechamp.base.seeds import stream
from contrechamp.scene.height_grid import Relief

#: Cells as fine as this come from lidar: a standard error of 0.10 m on bare ground (USGS Lidar Base
#: Specification, quality level 2), of 0.30 m at the 95th percentile among plants; between them.
LIDAR_CELL_M: Final = 3.0
LIDAR_SD_M: Final = 0.15
#: Coarser ones are off by less than 2 m in nine of ten cases, from place to place, where slopes are
#: below 20 % (Copernicus DEM Product Handbook, relative vertical accuracy): 2 m / 1.645.
COARSE_SD_M: Final = 1.2
#: Errors are alike over as many cells: our choice.
ALIKE_CELLS: Final = 3.0
#: Surfaces that are drawn.
SURFACES: Final = 4


def error_sd_m(relief: Relief) -> float:
    """Return the standard error of a height model from place to place, in metres."""
    return LIDAR_SD_M if relief.model_cell_m <= LIDAR_CELL_M else COARSE_SD_M


def with_error(relief: Relief, seed: int, number: int) -> Relief:
    """Return a surface that is off by a drawn error.

    Args:
        relief: of the scene.
        seed: of all that is drawn.
        number: of the surface, from 0: each has an error of its own.
    """
    rows, columns = relief.height_m.shape
    apart = max(ALIKE_CELLS * relief.model_cell_m / relief.cell_m, 1.0)  # in nodes
    coarse = (int(np.ceil(rows / apart)) + 3, int(np.ceil(columns / apart)) + 3)
    knots = stream(seed, "relief", str(number)).standard_normal(coarse, dtype=np.float32)
    field = zoom(knots, apart, order=3, mode="nearest", grid_mode=True)[:rows, :columns]
    field *= np.float32(error_sd_m(relief)) / max(float(field.std()), 1e-9)
    return replace(relief, height_m=np.ascontiguousarray(relief.height_m + field, np.float32))
