"""Cameras that nobody found, put where they may stand: made up draw by draw, never mapped.

How many there are comes from `everywhere`. Each is taken to be like one of those that were found:
on the same kind of street, as far beside it, of the same kind, looking the same way along it.
"""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.measure.survey.counting import Counted
from contrechamp.measure.survey.everywhere import Everywhere

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: So many places are made up for each camera of the draw with the most, so that draws differ in
#: where cameras stand and not only in how many there are.
PLACES_A_CAMERA: Final = 2
#: Draws with more than all but one in a hundred are taken to have as many: a few have thousands
#: where two lists have little in common, and neither end of an interval lies among them.
LAST: Final = 0.99
#: They are named by this and a number; no camera of an input is.
NAME: Final = "nobody-found/"


@dataclass(frozen=True)
class Unfound:
    """Cameras that may be there.

    Args:
        cameras: with the columns of those of the survey.
        like: (n,) row of `Counted.cameras` that each is like.
        present: (n_draws, n) whether it is there.
    """

    cameras: gpd.GeoDataFrame
    like: I8
    present: Mask


def draw_unfound(
    counted: Counted,
    all_of_them: Everywhere,
    known_elsewhere: int,
    n_draws: int,
    rng: np.random.Generator,
) -> Unfound | None:
    """Make up the cameras that nobody found; None if none was found that they could be like.

    Args:
        counted: of the survey.
        all_of_them: how many there are.
        known_elsewhere: of those on streets that were not looked over.
        n_draws: the first so many of `all_of_them`.
        rng: for places, and for what they are like.
    """
    like = np.flatnonzero(counted.here)
    if not len(like):
        return None
    elsewhere = all_of_them.elsewhere[:n_draws] - known_elsewhere
    missed = np.zeros(n_draws) if all_of_them.missed is None else all_of_them.missed[:n_draws]
    per_km = all_of_them.per_km.mean(axis=1)[counted.stratum]
    parts = [
        _on_streets(counted, like, counts, per_km * counted.length_m * where, rng)
        for counts, where in (
            (missed, counted.of_survey & counted.looked),
            (elsewhere, counted.of_survey & ~counted.looked),
        )
    ]
    cameras = pd.concat([part.cameras for part in parts], ignore_index=True)
    cameras = cameras.assign(id=[f"{NAME}{number}" for number in range(len(cameras))])
    return Unfound(
        cameras=gpd.GeoDataFrame(cameras, crs=counted.cameras.crs),
        like=np.concatenate([part.like for part in parts]),
        present=np.concatenate([part.present for part in parts], axis=1),
    )


def _on_streets(
    counted: Counted, like: I8, counts: F8, weight: F8, rng: np.random.Generator
) -> Unfound:
    """Make up cameras on pieces of street, by how likely it is that one stands there."""
    counts = np.minimum(counts, np.quantile(counts, LAST))
    n = PLACES_A_CAMERA * int(counts.max(initial=0.0)) if weight.any() else 0
    piece = rng.choice(len(weight), n, p=weight / weight.sum()) if n else np.empty(0, np.int64)
    chosen = _like(counted, like, piece, rng)
    return Unfound(
        cameras=_placed(counted, chosen, piece, rng),
        like=chosen,
        present=rng.random((len(counts), n)).argsort(axis=1).argsort(axis=1) < counts[:, None],
    )


def _like(counted: Counted, like: I8, piece: I8, rng: np.random.Generator) -> I8:
    """Choose what each is like: a camera on the same kind of street, if one was found on any."""
    chosen = rng.choice(like, len(piece))
    found_on, stands_on = counted.stratum[counted.piece[like]], counted.stratum[piece]
    for code in np.unique(stands_on):
        same, rows = like[found_on == code], np.flatnonzero(stands_on == code)
        if len(same):
            chosen[rows] = rng.choice(same, len(rows))
    return chosen


def _placed(counted: Counted, like: I8, piece: I8, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the cameras of these rows, moved along and turned with the street they now stand at.

    A street may be taken in either direction: what stands on its left may then stand on its right.
    """
    cameras, n = counted.cameras.iloc[like].reset_index(drop=True), len(piece)
    at = shapely.get_coordinates(cameras.geometry.to_numpy()).reshape(-1, 2)
    own, new = counted.lines[counted.piece[like]], counted.lines[piece]
    way, new_way = _way(own), _way(new) * np.where(rng.random(n) < 0.5, 1.0, -1.0)[:, None]
    from_start = at - shapely.get_coordinates(shapely.get_point(own, 0)).reshape(-1, 2)
    left = np.sign(way[:, 0] * from_start[:, 1] - way[:, 1] * from_start[:, 0])
    beside_m = left * shapely.distance(own, shapely.points(at))
    on_street = shapely.line_interpolate_point(new, rng.random(n), normalized=True)
    to_the_left = np.column_stack((-new_way[:, 1], new_way[:, 0]))
    xy = shapely.get_coordinates(on_street).reshape(-1, 2) + to_the_left * beside_m[:, None]
    heading = cameras["heading_deg"].to_numpy(np.float64)
    turned = (heading + _bearing_deg(new_way) - _bearing_deg(way)) % 360.0
    moved = cameras.assign(heading_deg=turned).set_geometry(shapely.points(xy))
    return gpd.GeoDataFrame(moved.set_crs(cameras.crs, allow_override=True))


def _way(lines: NDArray[np.object_]) -> F8:
    """Return the direction from the first to the last point of each line, (n, 2) of length one."""
    ends = [shapely.get_coordinates(shapely.get_point(lines, i)).reshape(-1, 2) for i in (0, -1)]
    step = ends[1] - ends[0]
    length = np.hypot(step[:, 0], step[:, 1])[:, None]
    return np.asarray(np.divide(step, length, out=np.zeros_like(step), where=length > 0.0))


def _bearing_deg(way: F8) -> F8:
    """Return directions clockwise from the plane's north."""
    return np.asarray(np.degrees(np.arctan2(way[:, 0], way[:, 1])), np.float64)
