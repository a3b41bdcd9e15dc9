"""Made-up towns and cameras for the tests of the engine; nothing here is a real place."""

import numpy as np
import shapely
from shapely import affinity

from contrechamp.sight.arrays import Cameras


def cameras(n=1, **given):
    """Cameras at the origin that look all round; `given` replaces any parameter."""
    values = {
        "x": 0.0,
        "y": 0.0,
        "height_m": 5.0,
        "heading_deg": 0.0,
        "tilt_deg": 15.0,
        "hfov_deg": 90.0,
        "vfov_deg": 180.0,
        "width_px": 1920.0,
        "range_m": 60.0,
        "sweep_deg": 360.0,
    } | given
    return Cameras(**{name: np.full(n, value, dtype=float) for name, value in values.items()})


def footprints(*polygons):
    found = np.empty(len(polygons), dtype=object)
    found[:] = polygons
    return found


def town(rng, buildings=12, clear_m=0.1):
    """Blocks with courtyards, touching and repeated houses, passages; none at the origin."""
    polygons = []
    for _ in range(buildings):
        block = shapely.box(0, 0, *rng.uniform(2, 15, 2))
        if rng.random() < 0.3:
            block = block.difference(shapely.box(0.5, 0.5, 1.5, 1.5))
        block = affinity.rotate(block, rng.choice([0.0, 0.0, rng.uniform(0, 90)]))
        polygons.append(affinity.translate(block, *rng.uniform(-50, 50, 2)))
    first = polygons[0]
    polygons.append(affinity.translate(first, first.bounds[2] - first.bounds[0], 0))  # terrace
    polygons.append(polygons[1])  # mapped twice
    polygons = [p for p in polygons if p.distance(shapely.Point(0, 0)) > clear_m]
    bottom = np.where(rng.random(len(polygons)) < 0.25, rng.uniform(0, 4, len(polygons)), 0.0)
    top = np.maximum(rng.uniform(1, 12, len(polygons)), bottom + 0.5)
    return footprints(*polygons), bottom, top
