"""What a survey has looked over, and which cameras it counts: each once, where it stands."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.seeds import stream
from contrechamp.measure.pieces import StreetPieces, walkable_pieces
from contrechamp.measure.survey.asked import Asked
from contrechamp.measure.survey.matching import Listed, draw_matchings, pairs
from contrechamp.measure.survey.strata import strata
from contrechamp.measure.survey.walked import looked_over_m
from contrechamp.scene.same_camera import source_numbers
from contrechamp.scene.tables import Scene

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Streets this near a walk are those of a survey, unless areas are given.
AROUND_M: Final = 250.0
#: At least this share of a piece must have been in view for it to count as looked over.
LOOKED_OVER: Final = 0.5
#: Draws by which it is told whether a camera of one list is in another.
DRAWS_ONCE: Final = 200


@dataclass(frozen=True)
class Counted:
    """The streets and the cameras of a survey, as they are counted.

    Args:
        streets: all walkable streets in pieces.
        looked_m: (n_pieces,) metres in view from the walks.
        stratum: (n_pieces,) a number in `STRATA`.
        of_survey: (n_pieces,) whether the survey is about it.
        entries: of all lists, outdoors.
        of_file: (n_entries,) list of each: its file, or -1 for all photos together.
        once: (n_entries,) whether to count it, so that a camera of several lists counts once.
        piece_of_entry: (n_entries,) the piece at which it stands; -1 where it stands at none.
    """

    streets: StreetPieces
    looked_m: F8
    stratum: I8
    of_survey: Mask
    entries: gpd.GeoDataFrame
    of_file: I8
    once: Mask
    piece_of_entry: I8

    @property
    def lines(self) -> NDArray[np.object_]:
        """(n_pieces,) LineStrings."""
        return np.asarray(self.streets.table.geometry.to_numpy(), object)

    @property
    def length_m(self) -> F8:
        """(n_pieces,)."""
        return np.asarray(self.streets.table["length_m"], np.float64)

    @property
    def looked(self) -> Mask:
        """(n_pieces,) whether it counts as looked over."""
        return np.asarray(self.looked_m >= LOOKED_OVER * self.length_m)

    @property
    def cameras(self) -> gpd.GeoDataFrame:
        """Cameras, each once."""
        return gpd.GeoDataFrame(self.entries[self.once])

    @property
    def piece(self) -> I8:
        """(n_cameras,) the piece at which each stands; -1 where it stands at none."""
        return self.piece_of_entry[self.once]

    @property
    def there(self) -> Mask:
        """(n_cameras,) whether it stands on a street of the survey."""
        return self._on(self.of_survey, self.piece)

    @property
    def here(self) -> Mask:
        """(n_cameras,) whether it stands on one that was looked over."""
        return self._on(self.of_survey & self.looked, self.piece)

    @property
    def listed_here(self) -> Mask:
        """(n_entries,) whether it stands on a street that was looked over."""
        return self._on(self.of_survey & self.looked, self.piece_of_entry)

    @staticmethod
    def _on(pieces: Mask, piece: I8) -> Mask:
        on = piece >= 0
        on[on] = pieces[piece[on]]
        return on


def count(scene: Scene, asked: Asked) -> Counted:
    """Return what was looked over, and which cameras count.

    Args:
        scene: with walkable streets, walks and lists of cameras.
        asked: what is asked.
    """
    streets = walkable_pieces(scene.streets)
    lines = streets.table.geometry.to_numpy()
    highway = scene.streets["highway"].to_numpy(str)[streets.street]
    entries = scene.cameras[~scene.cameras["indoor"].to_numpy(bool)]
    of_file = _list_of(scene, entries)
    return Counted(
        streets=streets,
        looked_m=looked_over_m(streets, scene.tracks, scene.buildings, asked.within_m),
        stratum=strata(lines, highway, scene.places),
        of_survey=_of_survey(scene, lines, asked),
        entries=entries,
        of_file=of_file,
        once=_once(entries, of_file, asked),
        piece_of_entry=_nearest(entries, lines, asked.within_m),
    )


def listed(cameras: gpd.GeoDataFrame, asked: Asked) -> Listed:
    """Return cameras as entries of a list that are compared with those of another."""
    return Listed(
        cameras.geometry.x.to_numpy(np.float64),
        cameras.geometry.y.to_numpy(np.float64),
        cameras["kind"].to_numpy(str),
        asked.error_m,
    )


def _of_survey(scene: Scene, lines: NDArray[np.object_], asked: Asked) -> Mask:
    """Return which pieces the survey is about: those in the areas, or near the walks."""
    if asked.whole or not len(lines):
        return np.ones(len(lines), bool)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    tree = shapely.STRtree(middle)
    chosen = np.zeros(len(lines), bool)
    if len(scene.areas):
        chosen[tree.query(scene.areas.geometry.to_numpy(), predicate="intersects")[1]] = True
    else:
        walks = scene.tracks.geometry.to_numpy()
        chosen[tree.query(walks, predicate="dwithin", distance=AROUND_M)[1]] = True
    return chosen


def _nearest(cameras: gpd.GeoDataFrame, lines: NDArray[np.object_], within_m: float) -> I8:
    """Return the piece of street that each camera stands at, -1 where none is near."""
    piece = np.full(len(cameras), -1, np.int64)
    if len(cameras) and len(lines):
        camera, nearest = shapely.STRtree(lines).query_nearest(
            cameras.geometry.to_numpy(), max_distance=within_m, all_matches=False
        )
        piece[camera] = nearest
    return piece


def _list_of(scene: Scene, cameras: gpd.GeoDataFrame) -> I8:
    """Return the list that each camera is in: its file, or -1 for all photos together."""
    return np.maximum(source_numbers(cameras["source"].to_numpy(str), scene.inputs), -1)


def _once(cameras: gpd.GeoDataFrame, of_file: I8, asked: Asked) -> Mask:
    """Return which cameras to count, so that one that several lists have counts once."""
    files, count = np.unique(of_file, return_counts=True)
    kept = np.zeros(len(cameras), bool)
    for number in files[np.argsort(-count, kind="stable")].tolist():
        rows, before = np.flatnonzero(of_file == number), np.flatnonzero(kept)
        possible = pairs(*(listed(cameras.iloc[some], asked) for some in (before, rows)))
        rng = stream(asked.seed, "survey", "once", str(number))
        likely = draw_matchings(possible, DRAWS_ONCE, rng).chosen.mean(axis=0) > 0.5
        kept[rows] = True
        kept[rows[possible.second[likely]]] = False
    return kept
