"""Field of view from focal length, for a 1/2.7" sensor, and distances from field of view."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from contrechamp.sight.arrays import Cameras, Level
from contrechamp.sight.limits import limits

F8 = NDArray[np.float64]

#: Focal length in mm -> horizontal field of view in degrees, from a vendor's chart for 1/2.7"
#: sensors. Real wide lenses are not rectilinear: the pinhole formula gives 88 degrees at 2.8 mm.
CHART: Mapping[float, float] = {2.8: 114.0, 3.6: 94.0, 4.0: 81.0, 6.0: 56.0, 8.0: 42.0, 12.0: 28.0}

#: Height of a 16:9 picture over its width.
PICTURE_RATIO = 9.0 / 16.0


def hfov_from_focal(focal_mm: F8) -> F8:
    """Return the horizontal field of view of lenses, in degrees, in the shape of `focal_mm`.

    Within the chart the angle is interpolated over the logarithm of the focal length. Longer
    lenses are taken as rectilinear, ``2 atan(w / 2f)``, with the width w that gives 28 degrees at
    12 mm (5.98 mm; the sensor is nominally 5.4 mm wide). Shorter lenses are taken as equidistant:
    the angle grows as 1/f, up to 180 degrees.

    >>> [round(float(angle), 1) for angle in hfov_from_focal(np.array([2.8, 12.0, 26.0]))]
    [114.0, 28.0, 13.1]
    """
    focal = np.asarray(focal_mm, dtype=np.float64)
    known, angle = np.array(list(CHART)), np.array(list(CHART.values()))
    within = np.interp(np.log(focal), np.log(known), angle)
    half_width = known[-1] * np.tan(np.radians(angle[-1] / 2.0))
    longer = 2.0 * np.degrees(np.arctan(half_width / focal))
    shorter = np.minimum(angle[0] * known[0] / focal, 180.0)
    hfov: F8 = np.where(focal > known[-1], longer, np.where(focal < known[0], shorter, within))
    return hfov


def vfov_from_hfov(hfov_deg: F8) -> F8:
    """Return the vertical field of view of 16:9 pictures, in degrees, at most 180.

    The angles are in the ratio of the sides, as with wide (equidistant) lenses. A rectilinear lens
    of 28 degrees has 15.97 where this gives 15.75.
    """
    return np.minimum(np.asarray(hfov_deg) * PICTURE_RATIO, 180.0)


def distance_at_density(
    hfov_deg: F8, width_px: F8, height_m: F8, ppm: float, target_height_m: float
) -> F8:
    """Return the horizontal distance at which pictures have a density, in metres.

    It is the engine's own (`sight.limits.density_reach`): at the slant distance. The arrays have
    one shape, which is that of the result: 0 where the density is not reached even below the
    camera.

    Full HD across 90 degrees, level with the target, at 25 pixels per metre:

    >>> column = [np.array([value]) for value in (90.0, 1920.0, 1.6)]
    >>> [round(float(metres), 2) for metres in distance_at_density(*column, 25.0, 1.6)]
    [38.4]
    """
    hfov, width, height = (
        np.ascontiguousarray(np.ravel(column), np.float64)
        for column in (hfov_deg, width_px, height_m)
    )
    zero, endless, all_round = (np.full(len(hfov), value) for value in (0.0, np.inf, 360.0))
    cameras = Cameras(
        x=zero, y=zero, height_m=height, heading_deg=zero, tilt_deg=zero, hfov_deg=hfov,
        vfov_deg=all_round, width_px=width, range_m=endless, sweep_deg=all_round,
    )  # fmt: skip
    _near, reach = limits(cameras, [Level("", ppm)], target_height_m)
    return np.asarray(reach[:, 0].reshape(np.shape(hfov_deg)))
