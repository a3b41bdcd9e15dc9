"""How complete a survey is: from a scene with walks to its figures, and where to go next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.progress import Progress, silent
from contrechamp.base.seeds import stream
from contrechamp.measure.survey.asked import Asked
from contrechamp.measure.survey.counting import Counted, count, listed
from contrechamp.measure.survey.density import Rate, rate
from contrechamp.measure.survey.distance import Detection, detection
from contrechamp.measure.survey.everywhere import Everywhere, everywhere
from contrechamp.measure.survey.in_view import InView, in_view
from contrechamp.measure.survey.matching import pairs
from contrechamp.measure.survey.next_places import next_places
from contrechamp.measure.survey.pictures import FromPictures, from_pictures
from contrechamp.measure.survey.strata import STRATA, squares
from contrechamp.measure.survey.two_lists import TwoLists, two_lists
from contrechamp.scene.picture_answers import PictureAnswer
from contrechamp.scene.tables import Scene

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]


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
        detection_by_kind: the same of each kind of camera of which it can be told.
        everywhere: how many there are; None if nothing was looked over.
        in_view: how much street is in view of all cameras, or the code of why that is not known;
            None if it was not asked.
        pictures: how many there are to a kilometre by pictures of streets; None without pictures.
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
    detection_by_kind: Mapping[str, Detection]
    everywhere: Everywhere | None
    in_view: InView | str | None
    pictures: FromPictures | None
    next: gpd.GeoDataFrame

    @property
    def looked_share(self) -> float:
        """Share of the streets of the survey that was looked over; 0 where there are none."""
        whole = float(self.km.sum() + self.km_left.sum())
        return float(self.km.sum()) / whole if whole else 0.0


def completeness(
    scene: Scene,
    asked: Asked,
    answers: Sequence[PictureAnswer] = (),
    *,
    progress: Progress = silent,
) -> Completeness:
    """Return how complete a survey is.

    Cameras of all inputs count as found; those of one file are one list. A camera that two lists
    have counts once: where it is likelier than not that two are one.

    Args:
        scene: with walkable streets and recorded walks.
        asked: what is asked.
        answers: what people saw on pictures of streets.
        progress: of the draws of what is in view.
    """
    counted = count(scene, asked)
    stratum, length = counted.stratum, counted.length_m
    looked, left = (counted.of_survey & which for which in (counted.looked, ~counted.looked))

    def km(which: Mask) -> F8:
        return np.bincount(stratum[which], length[which], len(STRATA)) / 1000.0

    done_km, left_km = km(looked), km(left)
    piece = counted.piece[counted.here]
    found = np.bincount(stratum[piece], minlength=len(STRATA))
    known_elsewhere = int((counted.there & ~counted.here).sum())
    square = squares(counted.lines)
    n_squares = square.max(initial=-1) + 1
    rate_of_all = rate(
        np.bincount(square[piece], minlength=n_squares),
        np.bincount(square[looked], length[looked], n_squares) / 1000.0,
        asked.draws,
        stream(asked.seed, "survey", "rate"),
    )
    compared, more = _compared(scene, counted, asked)
    share = None if compared is None else compared.both.share_found
    all_of_them = None
    if rate_of_all is not None:
        all_of_them = everywhere(
            found, done_km, left_km, known_elsewhere, rate_of_all, share,
            stream(asked.seed, "survey", "everywhere"),
        )  # fmt: skip
    cameras = counted.cameras[counted.here]
    away_m = _away_m(scene, gpd.GeoDataFrame(cameras))
    table = counted.streets.table.assign(
        stratum=np.array(STRATA)[stratum], looked_m=counted.looked_m, looked=counted.looked
    )
    return Completeness(
        asked=asked,
        pieces=gpd.GeoDataFrame(table[counted.of_survey].reset_index(drop=True)),
        walked_m=float(scene.tracks.geometry.length.sum()),
        km=done_km,
        km_left=left_km,
        found=found,
        known_elsewhere=known_elsewhere,
        beyond=int((~counted.there).sum()),
        indoor=len(scene.cameras) - len(counted.entries),
        rate=rate_of_all,
        compared=compared,
        more_lists=more,
        detection=detection(away_m, asked.within_m, asked.draws, _of_distance(asked, "all")),
        detection_by_kind=_by_kind(away_m, cameras["kind"].to_numpy(str), asked),
        everywhere=all_of_them,
        in_view=in_view(scene, counted, all_of_them, known_elsewhere, asked, progress=progress),
        pictures=from_pictures(
            answers, asked.checked, asked.draws, stream(asked.seed, "survey", "pictures")
        ),
        next=next_places(table[left], stratum[left], found, done_km, left_km, rate_of_all),
    )


def _compared(scene: Scene, counted: Counted, asked: Asked) -> tuple[Compared | None, int]:
    """Compare the two longest lists of cameras on streets that were looked over."""
    cameras, of_file = counted.entries[counted.listed_here], counted.of_file[counted.listed_here]
    files, count = np.unique(of_file[of_file >= 0], return_counts=True)
    if len(files) < 2:
        return None, 0
    first, second = np.sort(files[np.argsort(-count, kind="stable")[:2]])
    possible = pairs(*(listed(cameras[of_file == one], asked) for one in (first, second)))
    both = two_lists(possible, asked.draws, stream(asked.seed, "survey", "lists"))
    names = (scene.inputs[first].name, scene.inputs[second].name)
    return Compared(names, both, possible.left_out), len(files) - 2


def _away_m(scene: Scene, cameras: gpd.GeoDataFrame) -> F8:
    """Return how far cameras stand from the walks."""
    walks = shapely.union_all(scene.tracks.geometry.to_numpy())
    return np.asarray(shapely.distance(cameras.geometry.to_numpy(), walks), np.float64)


def _by_kind(away_m: F8, kind: NDArray[np.str_], asked: Asked) -> dict[str, Detection]:
    fitted = {
        name: detection(
            away_m[kind == name], asked.within_m, asked.draws, _of_distance(asked, name)
        )
        for name in np.unique(kind).tolist()
    }
    return {name: found for name, found in fitted.items() if found is not None}


def _of_distance(asked: Asked, kind: str) -> np.random.Generator:
    return stream(asked.seed, "survey", "distance", kind)
