"""What of each area's streets is in view, draw by draw, with the cameras that nobody mapped.

How many cameras of an area are missing follows from the share of all that a list has. That share
is not known exactly: half of its variance is that of the list as a whole, half is each area's own,
since surveyors look here more closely than there. (That the halves are equal is assumed.) Cameras
that are missing are taken to be like those that are there, and to stand anywhere along the streets
of the area: what they leave free of view then falls by the same factor with each of them (coverage
of a line by segments put down at random: Hall, Introduction to the Theory of Coverage Processes,
1988, 1.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from contrechamp.base.progress import Progress, silent
from contrechamp.base.seeds import stream
from contrechamp.measure.disparity.asked import Asked
from contrechamp.measure.disparity.trips import AreaTrips, area_of
from contrechamp.measure.pieces import StreetPieces
from contrechamp.measure.stage import Stage
from contrechamp.measure.survey.density import overdispersion
from contrechamp.measure.survey.everywhere import BORROWED_KM
from contrechamp.measure.survey.share_found import drawn_shares
from contrechamp.measure.survey.strata import STRATA, strata
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: An area of which more lies outside of the map is told: there its streets are not known.
BEYOND: Final = 0.1
#: Rows of exposure that are added up at a time.
_AT_ONCE: Final = 64


@dataclass(frozen=True)
class Exposed:
    """What of the areas is in view.

    Args:
        street_m: (n_areas,) walkable metres.
        street_of_kind_m: (n_areas, n_strata) by kind of street.
        share: (n_levels, n_draws, n_areas) of them in view of a camera; 0 where there is no street.
        expected: (n_levels, n_draws, n_areas) if each kind of street were as much in view here as
            in all areas together.
        cameras: (n_areas,) outdoor cameras of the list in each.
        cameras_of_kind: (n_strata,) in all areas, by the kind of street they stand at.
        outside: outdoor cameras in none of the areas.
        cut: areas with streets of which more than `BEYOND` lies outside of the map.
        missing: (n_draws, n_areas) cameras that the list lacks; None where that is not told.
        found: (n_draws, n_areas) share of the cameras that the list has; 1 where it is not told.
        trip_m: (n_areas,) metres of the necessary trips that begin there; 0 where none were asked.
        trip_share: (n_levels, n_draws, n_areas) of them in view of a camera.
    """

    street_m: F8
    street_of_kind_m: F8
    share: F8
    expected: F8
    cameras: I8
    cameras_of_kind: I8
    outside: int
    cut: int
    missing: F8 | None
    found: F8
    trip_m: F8
    trip_share: F8


def exposed(
    scene: Scene,
    stage: Stage,
    pieces: StreetPieces,
    levels: Sequence[Level],
    asked: Asked,
    progress: Progress = silent,
    trips: AreaTrips | None = None,
) -> Exposed:
    """Return what of each area's streets is in view.

    Args:
        scene: with areas that overlap nowhere.
        stage: of its cameras and buildings.
        pieces: of its walkable streets.
        levels: of the stage.
        asked: how many draws, and what share of the cameras the list has.
        progress: advanced with every draw.
        trips: of the areas, in the same draws; None if nothing is asked of them.
    """
    n_areas = len(scene.areas)
    lines = pieces.table.geometry.to_numpy()
    length = pieces.table["length_m"].to_numpy(np.float64)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    area = area_of(middle, scene.areas)
    highway = scene.streets["highway"].to_numpy(str)[pieces.street]
    kind = strata(lines, highway, scene.places)
    inside = np.flatnonzero(area >= 0)
    cell = area[inside] * len(STRATA) + kind[inside]
    n_cells = n_areas * len(STRATA)
    by_cell = csr_array((np.ones(len(inside)), (inside, cell)), shape=(len(lines), n_cells))
    street_m = np.bincount(cell, length[inside], n_cells).astype(np.float64)
    street = street_m.reshape(n_areas, -1)

    numbers = stage.uniforms(asked.draws)
    exposure = stage.expose(numbers, pieces.pieces, with_groups=False, progress=progress)
    outdoor = ~stage.cameras["indoor"].to_numpy(bool)
    places = shapely.points(stage.placed.x, stage.placed.y)
    at = area_of(places, scene.areas)
    cameras = np.bincount(at[outdoor & (at >= 0)], minlength=n_areas)
    found, missing = _missing(cameras, street.sum(axis=1), asked)
    seen = [_added_up(one, by_cell, street) for one in exposure.seen]
    of_trips = np.zeros((len(seen), asked.draws, n_areas))
    if trips is not None:
        walked = stage.expose(numbers, trips.pieces.pieces, with_groups=False)
        of_trips = trips.seen_share(walked.seen)
    share, expected = [], []
    each_m = exposure.by_camera_m.sum(axis=2, dtype=np.float64) / max(int(outdoor.sum()), 1)
    for number, metres in enumerate(seen):
        here = _ratio(metres.sum(axis=2), street.sum(axis=1))
        of_kind = _ratio(metres.sum(axis=1), street.sum(axis=0))
        like_all = _ratio(of_kind @ street.T, street.sum(axis=1))
        if missing is not None:
            with np.errstate(divide="ignore"):
                reach = _ratio(missing * each_m[:, number][:, None], street.sum(axis=1))
            all_of_it = _ratio(missing.sum(axis=1) * each_m[:, number], street.sum())
            here = 1.0 - (1.0 - here) * np.exp(-reach)
            # Trips are taken to lead along streets that lack as many as those where they begin.
            of_trips[number] = 1.0 - (1.0 - of_trips[number]) * np.exp(-reach)
            like_all = 1.0 - (1.0 - like_all) * np.exp(-all_of_it)[:, None]
        share.append(np.clip(here, 0.0, 1.0))
        expected.append(like_all)
    stands = outdoor & (at >= 0)
    kind_of_camera = kind[_nearest(places[stands], lines)]
    return Exposed(
        street_m=street.sum(axis=1),
        street_of_kind_m=street,
        share=np.array(share),
        expected=np.array(expected),
        cameras=cameras,
        cameras_of_kind=np.bincount(kind_of_camera, minlength=len(STRATA)),
        outside=int((outdoor & (at < 0)).sum()),
        cut=_cut(scene, street.sum(axis=1)),
        missing=missing,
        found=found,
        trip_m=np.zeros(n_areas) if trips is None else trips.metres,
        trip_share=of_trips,
    )


def _cut(scene: Scene, street_m: F8) -> int:
    """Return how many areas with streets reach beyond what the map shows."""
    shown = np.array([scene.streets.total_bounds, scene.buildings.total_bounds])
    west, south = np.nanmin(shown[:, :2], axis=0)
    east, north = np.nanmax(shown[:, 2:], axis=0)
    areas = scene.areas.geometry.to_numpy()
    inside = shapely.area(shapely.intersection(areas, shapely.box(west, south, east, north)))
    return int(((inside < (1.0 - BEYOND) * shapely.area(areas)) & (street_m > 0.0)).sum())


def _nearest(points: NDArray[np.object_], lines: NDArray[np.object_]) -> I8:
    found = np.zeros(len(points), np.int64)
    if len(points):
        point, line = shapely.STRtree(lines).query_nearest(points, all_matches=False)
        found[point] = line
    return found


def _added_up(seen: csr_array, by_cell: csr_array, street: F8) -> F8:
    """Return metres in view by area and kind of street, (n_draws, n_areas, n_strata)."""
    n = seen.shape[0]
    parts = [
        (seen[first : first + _AT_ONCE].astype(np.float64) @ by_cell).toarray()
        for first in range(0, n, _AT_ONCE)
    ]
    whole = np.concatenate(parts).reshape(n, *street.shape)
    return np.asarray(np.minimum(whole, street), np.float64)


def _ratio(of: F8, to: F8 | float) -> F8:
    """Return a ratio, 0 where there is nothing to divide by."""
    to = np.broadcast_to(np.asarray(to, np.float64), of.shape)
    found = np.divide(of, to, out=np.zeros(of.shape), where=to > 0.0)
    return np.asarray(found, np.float64)


def _missing(cameras: I8, street_m: F8, asked: Asked) -> tuple[F8, F8 | None]:
    """Draw which share of each area's cameras the list has, and how many it lacks."""
    shape = (asked.draws, len(cameras))
    if asked.found is None:
        return np.ones(shape), None
    rng = stream(asked.seed, "disparity", "found")
    share = drawn_shares(asked.found, rng.normal(size=(asked.draws, 1)), rng.normal(size=shape))
    km = street_m / 1000.0
    per_km = cameras.sum() / max(float(km.sum()), 1e-9)
    factor = overdispersion(cameras, km)
    # As in `survey.everywhere`: an area of which little is there borrows from all of them.
    rate = rng.gamma((cameras + BORROWED_KM * per_km) / factor, factor / (km + BORROWED_KM), shape)
    return share, rng.poisson(rate * km * (1.0 - share) / share).astype(np.float64)
