"""How complete a survey is: from a scene with walks to its figures, and where to go next."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.base.seeds import stream
from contrechamp.measure.network import foot_network, snap
from contrechamp.measure.pieces import StreetPieces, cut_streets
from contrechamp.measure.survey.asked import Asked
from contrechamp.measure.survey.density import Rate, rate
from contrechamp.measure.survey.distance import Detection, detection
from contrechamp.measure.survey.everywhere import Everywhere, everywhere, narrowing
from contrechamp.measure.survey.matching import Listed, draw_matchings, pairs
from contrechamp.measure.survey.strata import SQUARE_M, STRATA, squares, strata
from contrechamp.measure.survey.two_lists import TwoLists, two_lists
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
#: Kilometres in an hour of somebody who looks and writes down what there is, and of somebody on the
#: way from one place to the next; assumptions.
KM_AN_HOUR, KM_AN_HOUR_THERE = 2.0, 4.0
#: Draws by which it is told whether a camera of one list is in another.
DRAWS_ONCE: Final = 200
#: Less than this is left of a place: nobody goes there for it.
LEAST_LEFT_M: Final = 20.0


@dataclass(frozen=True)
class Compared:
    """Two lists of cameras on streets that were looked over.

    Args:
        names: of their files.
        both: what they say together.
        left_out: pairs of cameras that stand too close to others to be told apart.
    """

    names: tuple[str, str]
    both: TwoLists
    left_out: int


@dataclass(frozen=True)
class Completeness:
    """How complete a survey is.

    Args:
        asked: what was asked.
        pieces: the streets of the survey in pieces. Columns: id, street (id), name, stratum (of
            `STRATA`), length_m, looked_m (in view from the walks), looked (bool, whether it counts
            as looked over), geometry.
        walked_m: length of the walks.
        km: (n_strata,) kilometres of each kind of street that were looked over.
        km_left: (n_strata,) that were not.
        found: (n_strata,) cameras on those that were.
        known_elsewhere: cameras on those that were not.
        beyond: cameras that stand on no street of the survey.
        indoor: cameras that are mapped as indoor, and not counted.
        rate: cameras to a kilometre; None if nothing was looked over.
        compared: two lists; None if there are not two.
        more_lists: further lists, which were not compared.
        detection: how many are noticed by their distance; None where it cannot be told.
        everywhere: how many there are; None if nothing was looked over.
        next: places (squares of `SQUARE_M`) with something left, the most useful first. Columns:
            streets (names, the longest first), left_m, hours, expected (cameras to be found),
            narrows (by how many cameras the interval of all narrows), narrows_per_hour; geometry:
            what is left.
    """

    asked: Asked
    pieces: gpd.GeoDataFrame
    walked_m: float
    km: F8
    km_left: F8
    found: I8
    known_elsewhere: int
    beyond: int
    indoor: int
    rate: Rate | None
    compared: Compared | None
    more_lists: int
    detection: Detection | None
    everywhere: Everywhere | None
    next: gpd.GeoDataFrame

    @property
    def looked_share(self) -> float:
        """Share of the streets of the survey that was looked over; 0 where there are none."""
        whole = float(self.km.sum() + self.km_left.sum())
        return float(self.km.sum()) / whole if whole else 0.0


def completeness(scene: Scene, asked: Asked) -> Completeness:
    """Return how complete a survey is.

    Cameras of all inputs count as found; those of one file are one list. A camera that two lists
    have counts once: where it is likelier than not that two are one.

    Args:
        scene: with walkable streets and recorded walks.
        asked: what is asked.
    """
    streets = _streets(scene)
    lines = streets.table.geometry.to_numpy()
    looked_m = looked_over_m(streets, scene.tracks, scene.buildings, asked.within_m)
    highway = scene.streets["highway"].to_numpy(str)[streets.street]
    stratum = strata(lines, highway, scene.places)
    of_survey = _of_survey(scene, lines, asked)
    length = streets.table["length_m"].to_numpy(np.float64)
    looked = looked_m >= LOOKED_OVER * length

    outdoor = scene.cameras[~scene.cameras["indoor"].to_numpy(bool)]
    of_file = _list_of(scene, outdoor)
    at = _nearest(outdoor, lines, asked.within_m)
    listed_here = (at >= 0) & (of_survey & looked)[at]
    once = _once(outdoor, of_file, asked)
    piece = at[once]
    there = (piece >= 0) & of_survey[piece]
    here = there & looked[piece]

    def km(which: Mask) -> F8:
        return np.bincount(stratum[which], length[which], len(STRATA)) / 1000.0

    counted, left = of_survey & looked, of_survey & ~looked
    done_km, left_km = km(counted), km(left)
    found = np.bincount(stratum[piece[here]], minlength=len(STRATA))
    square = squares(lines)
    rate_of_all = rate(
        np.bincount(square[piece[here]], minlength=square.max(initial=-1) + 1),
        np.bincount(square[counted], length[counted], square.max(initial=-1) + 1) / 1000.0,
        asked.draws,
        stream(asked.seed, "survey", "rate"),
    )
    compared, more = _compared(scene, outdoor[listed_here], of_file[listed_here], asked)
    share = None if compared is None else compared.both.share_found
    known_elsewhere = int((there & ~looked[piece]).sum())
    all_of_them = None
    if rate_of_all is not None:
        all_of_them = everywhere(
            found, done_km, left_km, known_elsewhere, rate_of_all, share,
            stream(asked.seed, "survey", "everywhere"),
        )  # fmt: skip
    table = streets.table.assign(
        stratum=np.array(STRATA)[stratum], looked_m=looked_m, looked=looked
    )
    return Completeness(
        asked=asked,
        pieces=gpd.GeoDataFrame(table[of_survey].reset_index(drop=True)),
        walked_m=float(scene.tracks.geometry.length.sum()),
        km=done_km,
        km_left=left_km,
        found=found,
        known_elsewhere=known_elsewhere,
        beyond=int((~there).sum()),
        indoor=len(scene.cameras) - len(outdoor),
        rate=rate_of_all,
        compared=compared,
        more_lists=more,
        detection=_detection(scene, outdoor[once][here], asked),
        everywhere=all_of_them,
        next=_next(table[left], stratum[left], found, done_km, left_km, rate_of_all),
    )


def _streets(scene: Scene) -> StreetPieces:
    nowhere = snap(scene.streets, scene.homes.geometry.iloc[:0])
    return cut_streets(foot_network(scene.streets, nowhere), scene.streets)


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
        possible = pairs(*(_listed(cameras.iloc[some], asked) for some in (before, rows)))
        rng = stream(asked.seed, "survey", "once", str(number))
        likely = draw_matchings(possible, DRAWS_ONCE, rng).chosen.mean(axis=0) > 0.5
        kept[rows] = True
        kept[rows[possible.second[likely]]] = False
    return kept


def _compared(
    scene: Scene, cameras: gpd.GeoDataFrame, of_file: I8, asked: Asked
) -> tuple[Compared | None, int]:
    """Compare the two longest lists of cameras on streets that were looked over."""
    files, count = np.unique(of_file[of_file >= 0], return_counts=True)
    if len(files) < 2:
        return None, 0
    first, second = np.sort(files[np.argsort(-count, kind="stable")[:2]])
    possible = pairs(*(_listed(cameras[of_file == one], asked) for one in (first, second)))
    both = two_lists(possible, asked.draws, stream(asked.seed, "survey", "lists"))
    names = (scene.inputs[first].name, scene.inputs[second].name)
    return Compared(names, both, possible.left_out), len(files) - 2


def _listed(cameras: gpd.GeoDataFrame, asked: Asked) -> Listed:
    return Listed(
        cameras.geometry.x.to_numpy(np.float64),
        cameras.geometry.y.to_numpy(np.float64),
        cameras["kind"].to_numpy(str),
        asked.error_m,
    )


def _detection(scene: Scene, cameras: gpd.GeoDataFrame, asked: Asked) -> Detection | None:
    walks = shapely.union_all(scene.tracks.geometry.to_numpy())
    away_m = shapely.distance(cameras.geometry.to_numpy(), walks)
    rng = stream(asked.seed, "survey", "distance")
    return detection(np.asarray(away_m, np.float64), asked.within_m, asked.draws, rng)


def _next(
    left: gpd.GeoDataFrame, stratum: I8, found: I8, done_km: F8, left_km: F8, of_all: Rate | None
) -> gpd.GeoDataFrame:
    """Return the places where something is left, those that tell most in an hour first."""
    square = squares(left.geometry.to_numpy())
    n, length = int(square.max(initial=-1)) + 1, left["length_m"].to_numpy(np.float64)
    km = np.zeros((n, len(STRATA)))
    np.add.at(km, (square, stratum), length / 1000.0)
    factor = 1.0 if of_all is None else of_all.overdispersion
    per_km = np.zeros(len(STRATA)) if of_all is None else (found + 0.5) / (done_km + 1.0)
    hours = km.sum(axis=1) / KM_AN_HOUR + SQUARE_M / 1000.0 / KM_AN_HOUR_THERE
    narrows = narrowing(found, done_km, left_km, factor, km)
    names = [_names(left["name"].to_numpy(str), length, square == i) for i in range(n)]
    lines = left.geometry.to_numpy()
    whole = gpd.GeoDataFrame(
        {
            "streets": pd.Series(names, dtype=object),
            "left_m": km.sum(axis=1) * 1000.0,
            "hours": hours,
            "expected": km @ per_km,
            "narrows": narrows,
            "narrows_per_hour": narrows / hours,
        },
        geometry=np.array(
            [shapely.line_merge(shapely.union_all(lines[square == i])) for i in range(n)], object
        ),
        crs=left.crs,
    )
    enough = whole["left_m"].to_numpy(np.float64) >= LEAST_LEFT_M
    order = np.lexsort((np.arange(n), -whole["narrows_per_hour"].to_numpy(np.float64)))
    return gpd.GeoDataFrame(whole.iloc[order[enough[order]]].reset_index(drop=True))


def _names(names: NDArray[np.str_], length_m: F8, here: Mask) -> tuple[str, ...]:
    """Return the streets of a place, the longest first; those without a name are left out."""
    named, number = np.unique(names[here], return_inverse=True)
    total = np.bincount(number, length_m[here], len(named))
    return tuple(named[i] for i in np.argsort(-total, kind="stable") if named[i])
