"""How near and how far a lens sees: limits of range, tilt, field of view and pixel density.

All distances here are horizontal, in metres, from the foot of the camera to that of the target.
"""

from collections.abc import Sequence

import numpy as np

from contrechamp.base.compiled import compiled, compiled_part
from contrechamp.sight.arrays import F8, Cameras, Level


@compiled_part
def near_and_far(
    h: float, z: float, tilt_deg: float, vfov_deg: float, sweep_deg: float
) -> tuple[float, float]:
    """Return the distances between which the target is inside the vertical field of view.

    The line to the target makes the angle ``atan((h - z) / D)`` below the horizon, which must lie
    within half of `vfov_deg` of `tilt_deg`. The same limits are taken across the whole horizontal
    field. A camera that turns all round (`sweep_deg` 360) covers every tilt over time.

    Returns:
        near and far; far is inf where the upper edge of the picture is at or above the horizon.
        (0, 0) where the target is never inside.

    A lens that takes in 30 to 60 degrees below the horizon, from 10 m above the target:

    >>> near, far = near_and_far(11.6, 1.6, 45.0, 30.0, 90.0)
    >>> round(float(near), 2), round(float(far), 2)
    (5.77, 17.32)
    """
    if sweep_deg >= 360.0 or vfov_deg >= 180.0:
        return 0.0, np.inf
    drop, tilt = h - z, tilt_deg
    if drop < 0.0:
        drop, tilt = -drop, -tilt  # looking up at the target is looking down, mirrored
    steepest, flattest = tilt + vfov_deg / 2.0, tilt - vfov_deg / 2.0
    if drop == 0.0:
        return (0.0, np.inf) if flattest <= 0.0 <= steepest else (0.0, 0.0)
    if steepest <= 0.0 or flattest >= 90.0:
        return 0.0, 0.0
    near = 0.0 if steepest >= 90.0 else drop / np.tan(np.radians(steepest))
    far = np.inf if flattest <= 0.0 else drop / np.tan(np.radians(flattest))
    return near, far


@compiled_part
def density_reach(h: float, z: float, hfov_deg: float, width_px: float, ppm: float) -> float:
    """Return the distance up to which the picture has `ppm` pixels per metre at the target.

    The picture is `width_px` wide and spans ``2 d tan(hfov/2)`` metres at the slant distance d, so
    the density falls to `ppm` at ``d = width_px / (2 ppm tan(hfov/2))`` (IEC 62676-4). That is the
    density in the middle of a rectilinear picture. From 180 degrees on there is no such picture:
    every degree is then taken to have the same number of pixels, ``d = width_px / (ppm hfov)`` with
    hfov in radians.

    Returns:
        metres; inf for ``ppm`` 0, and 0 where the density is not reached even below the camera.

    Full HD across 90 degrees, level with the target:

    >>> round(float(density_reach(1.6, 1.6, 90.0, 1920.0, 25.0)), 2)
    38.4
    """
    if ppm <= 0.0:
        return np.inf
    hfov = np.radians(hfov_deg)
    slant = width_px / (ppm * (2.0 * np.tan(hfov / 2.0) if hfov_deg < 180.0 else hfov))
    drop = h - z
    return np.sqrt(slant * slant - drop * drop) if slant > abs(drop) else 0.0


@compiled
def _limits(
    h: F8,
    tilt_deg: F8,
    hfov_deg: F8,
    vfov_deg: F8,
    width_px: F8,
    range_m: F8,
    sweep_deg: F8,
    z: float,
    ppm: F8,
) -> tuple[F8, F8]:
    near = np.empty(len(h))
    reach = np.empty((len(h), len(ppm)))
    for i in range(len(h)):
        near[i], far = near_and_far(h[i], z, tilt_deg[i], vfov_deg[i], sweep_deg[i])
        far = min(far, range_m[i])
        for level in range(len(ppm)):
            reach[i, level] = min(far, density_reach(h[i], z, hfov_deg[i], width_px[i], ppm[level]))
    return near, reach


def limits(cameras: Cameras, levels: Sequence[Level], target_height_m: float) -> tuple[F8, F8]:
    """Return the distance at which each camera's view begins, and those at which its levels end.

    Returns:
        near (n,) and reach (n, n_levels), metres. A level whose reach is not above near is not
        reached at all.
    """
    near, reach = _limits(
        cameras.height_m, cameras.tilt_deg, cameras.hfov_deg, cameras.vfov_deg, cameras.width_px,
        cameras.range_m, cameras.sweep_deg, float(target_height_m),
        np.array([level.ppm for level in levels]),
    )  # fmt: skip
    return near, reach
