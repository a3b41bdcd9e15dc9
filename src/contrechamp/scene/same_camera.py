"""Cameras that may be the same, from two sources or drawn twice in one: proposed, never merged."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.scene.file_kinds import PHOTOS
from contrechamp.scene.tables import InputFile, SameCamera

#: Two cameras of one source that are this near each other are drawn in one place.
ONE_PLACE_M = 1.0
#: Headings that differ by more than this are of two cameras.
SAME_WAY_DEG = 15.0


def propose_same(
    ids: NDArray[np.str_],
    points: NDArray[np.object_],
    heading_deg: NDArray[np.float64],
    source: NDArray[np.int64],
    within_m: float,
) -> tuple[SameCamera, ...]:
    """Return the pairs of cameras that may be the same one.

    Two from different sources may be if they are near each other. Two from one source are two
    cameras as a rule: they may be the same only in one place, and unless they look different ways.

    Args:
        ids: (n,) of the cameras; those of one mast, ``node/1#1`` and ``node/1#2``, are several.
        points: (n,) in metres.
        heading_deg: (n,) clockwise from north, NaN where not known.
        source: (n,) number of the file that each comes from.
        within_m: greatest distance.

    Returns:
        the pairs by distance, the earlier row first in each.
    """
    tree = shapely.STRtree(points)
    a, b = tree.query(points, predicate="dwithin", distance=within_m)
    a, b = a[a < b], b[a < b]
    away = shapely.distance(points[a], points[b])
    mast = np.array([identity.partition("#")[0] for identity in ids], dtype=str)
    turned = np.abs((heading_deg[a] - heading_deg[b] + 180.0) % 360.0 - 180.0)
    twice = (away <= ONE_PLACE_M) & ~(turned > SAME_WAY_DEG) & (mast[a] != mast[b])
    pair = (source[a] != source[b]) | twice
    a, b, away = a[pair], b[pair], away[pair]
    order = np.lexsort((b, a, away))
    return tuple(
        SameCamera(str(ids[i]), str(ids[j]), round(float(d), 3))
        for i, j, d in zip(a[order], b[order], away[order], strict=True)
    )


def source_numbers(source: NDArray[np.str_], inputs: Sequence[InputFile]) -> NDArray[np.int64]:
    """Return the number of the file that each source names.

    Args:
        source: (n,) ``file: object or row in it``.
        inputs: the files.

    Returns:
        (n,) -1 where no file is named; below that for photos, each a source of its own.
    """
    number = np.full(len(source), -1, np.int64)
    for i, entry in enumerate(inputs):
        mine = np.char.startswith(source, f"{entry.name}:")
        number[mine] = i if entry.format != PHOTOS else -2 - np.flatnonzero(mine)
    return number
