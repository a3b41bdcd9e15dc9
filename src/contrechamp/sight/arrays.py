"""The arrays that the engine takes and returns. Metres, x east, y north."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True)
class Cameras:
    """Cameras with every parameter known, mapped or drawn. Arrays of shape (n,), float64.

    Args:
        x: metres east.
        y: metres north.
        height_m: of the lens above the ground.
        heading_deg: of the optical axis, clockwise from north.
        tilt_deg: of the optical axis below the horizon.
        hfov_deg: horizontal field of view of the lens, 0 < hfov <= 360. With `width_px` it gives
            the pixel density (`limits.density_reach`).
        vfov_deg: vertical field of view.
        width_px: horizontal resolution.
        range_m: greatest horizontal distance.
        sweep_deg: angle of azimuth that the camera covers over time: `hfov_deg` for a fixed
            camera, 360 for a panning or dome camera, which also covers every tilt.
    """

    x: F8
    y: F8
    height_m: F8
    heading_deg: F8
    tilt_deg: F8
    hfov_deg: F8
    vfov_deg: F8
    width_px: F8
    range_m: F8
    sweep_deg: F8

    def rows(self, which: I8) -> "Cameras":
        """Return some of the cameras, in this order."""
        return Cameras(*(np.asarray(getattr(self, one.name))[which] for one in fields(self)))


@dataclass(frozen=True)
class Level:
    """A level of detail: at least `ppm` pixels per metre at the slant distance.

    ``Level("visible", 0.0)`` ignores pixel density.
    """

    name: str
    ppm: float
