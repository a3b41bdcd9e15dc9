"""Cameras of a case that may be the same one, by the rule that measurements have."""

import numpy as np
import shapely

from contrechamp.scene.projection import choose_plane
from contrechamp.scene.read import SAME_CAMERA_M
from contrechamp.scene.same_camera import propose_same
from contrechamp.web.map.points import Point, Points


def proposed(points: Points, within_m: float = SAME_CAMERA_M) -> list[tuple[Point, Point, float]]:
    """Return pairs of cameras and their distance in metres, the nearest first.

    Those that were read from one file are of one source; all that were drawn here are as well.

    Args:
        points: of a case.
        within_m: greatest distance.
    """
    cameras = [points.ordered[row] for row in points.of_kind("camera").tolist()]
    if len(cameras) < 2:
        return []
    lonlat = np.array([(one.lon, one.lat) for one in cameras])
    (west, south), (east, north) = lonlat.min(axis=0), lonlat.max(axis=0)
    plane = choose_plane((float(west), float(south), float(east), float(north)), None)
    numbers: dict[str, int] = {}
    source = [numbers.setdefault(one.sources[0][0], len(numbers)) if one.sources else -1
              for one in cameras]  # fmt: skip
    found = propose_same(
        np.array([_name(one) for one in cameras]),
        shapely.points(plane.points(lonlat)),
        np.array([one.heading_deg for one in cameras]),
        np.array(source),
        within_m,
    )
    by_id = {one.id: one for one in cameras}
    return [
        (by_id[pair.id_a.rpartition("#")[2]], by_id[pair.id_b.rpartition("#")[2]], pair.distance_m)
        for pair in found
    ]


def _name(one: Point) -> str:
    """Return a name in which the mast comes first, as the rule expects, and then the record."""
    mast = one.sources[0][1].partition("#")[0] if one.sources else ""
    return f"{mast or one.id}#{one.id}"
