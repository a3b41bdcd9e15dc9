"""Jobs that call the engine on a tiny scene, so that it gets compiled (see `base.ahead`)."""

import numpy as np
import shapely

from contrechamp.sight.arrays import Cameras, Level
from contrechamp.sight.regions import visible_regions
from contrechamp.sight.walls import Walls, prepare

#: One house, its top, and one camera in front of it.
TOP_M = np.array([8.0])
CAMERA = Cameras(
    x=np.array([-5.0]),
    y=np.array([5.0]),
    height_m=np.array([5.0]),
    heading_deg=np.array([90.0]),
    tilt_deg=np.array([15.0]),
    hfov_deg=np.array([90.0]),
    vfov_deg=np.array([60.0]),
    width_px=np.array([1920.0]),
    range_m=np.array([50.0]),
    sweep_deg=np.array([90.0]),
)
LEVELS = (Level("any", 0.0), Level("dense", 25.0))


def house() -> Walls:
    """Return the walls of one house."""
    return prepare(np.array([shapely.box(0.0, 0.0, 10.0, 10.0)]), np.zeros(1))


def regions() -> None:
    """Compile what areas and outlines need."""
    visible_regions(CAMERA, house(), TOP_M, LEVELS, threads=1)
