"""Field of view from focal length, in degrees and millimetres, for a 1/2.7" sensor."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

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
