"""Which streets a surveyor could look over: the engine, from the walker's eyes."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.exposure import CameraDraws, expose
from contrechamp.measure.pieces import StreetPieces
from contrechamp.sight.levels import VISIBLE
from contrechamp.sight.walls import prepare

F8 = NDArray[np.float64]

#: The walker looks round this often.
STEP_M: Final = 5.0
#: A receiver in a street is off by metres: what it wrote within this distance of a street is taken
#: to be on it. Farther away, the walk was somewhere else, and looks from there.
ON_STREET_M: Final = 15.0
#: Of a grown person; walls are taken as higher than that, whatever their height.
EYES_M: Final = 1.6
#: What begins higher than this can be looked under.
LOOK_UNDER_M: Final = 2.5


def looked_over_m(
    pieces: StreetPieces, walks: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, within_m: float
) -> F8:
    """Return how much of each piece of street was in view of somebody on a walk.

    Args:
        pieces: of the walkable streets.
        walks: `TRACK_COLUMNS`, on the same plane.
        buildings: `BUILDING_COLUMNS`, on the same plane.
        within_m: how far cameras are noticed, metres, above zero.

    Returns:
        (n_pieces,) metres.
    """
    n_pieces = len(pieces.table)
    at = _looks_from(walks, pieces.table.geometry.to_numpy())
    if not len(at) or not n_pieces:
        return np.zeros(n_pieces)
    bottom = np.nan_to_num(buildings["min_height_m"].to_numpy(np.float64))
    near = shapely.STRtree(shapely.points(at)).query(
        buildings.geometry.to_numpy(), predicate="dwithin", distance=within_m
    )[0]
    rows = np.unique(near)
    rows = rows[bottom[rows] <= LOOK_UNDER_M]
    exposure = expose(
        _eyes(at, within_m),
        prepare(buildings.geometry.to_numpy()[rows]),
        np.full((1, len(rows)), np.inf),
        pieces.pieces,
        [VISIBLE],
        target_height_m=EYES_M,
    )
    return np.asarray(exposure.seen[0].toarray()[0], np.float64)


def _eyes(at: F8, within_m: float) -> CameraDraws:
    """Return the looks as cameras of the engine that look all round, in one draw."""

    def all_alike(value: float) -> F8:
        return np.full((1, len(at)), value)

    return CameraDraws(
        x=at[:, 0].copy(),
        y=at[:, 1].copy(),
        height_m=all_alike(EYES_M),
        heading_deg=all_alike(0.0),
        tilt_deg=all_alike(0.0),
        hfov_deg=all_alike(90.0),
        vfov_deg=all_alike(90.0),
        width_px=all_alike(1000.0),
        range_m=all_alike(within_m),
        sweep_deg=all_alike(360.0),
    )


def _looks_from(walks: gpd.GeoDataFrame, streets: NDArray[np.object_]) -> F8:
    """Return the places from which a walker looks, (n, 2) metres, each once."""
    lines = walks.geometry.to_numpy()
    if not len(lines):
        return np.empty((0, 2))
    dense = lines.copy()
    moved = shapely.length(lines) > 0.0  # GEOS cuts no line of one place, and says that it cannot
    dense[moved] = shapely.segmentize(lines[moved], STEP_M)
    points = shapely.points(shapely.get_coordinates(dense))
    if len(streets):
        tree = shapely.STRtree(streets)
        point, street = tree.query_nearest(points, max_distance=ON_STREET_M, all_matches=False)
        along = shapely.line_locate_point(streets[street], points[point])
        points[point] = shapely.line_interpolate_point(streets[street], along)
    # Who stands still is written many times at one place.
    return np.unique(np.round(shapely.get_coordinates(points)), axis=0)
