"""Which cameras of several maps are the same one, and when each was there as far as that is known.

A map is no survey: that a camera is missing on it says that nobody mapped it yet, not that it was
not there; and that it is still on it does not say that anybody looked again. So of each camera two
intervals follow: it was put up at some time before it was first seen, and taken down at some time
after it was last seen. Only who looked at a place on a day says anything of that day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contrechamp.base.seeds import stream
from contrechamp.measure.change.dates import When, when
from contrechamp.measure.survey.matching import Listed, draw_matchings, pairs
from contrechamp.scene.tables import Scene

I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Draws by which it is told whether a camera of one map is one of another.
_DRAWS_ONCE = 200


@dataclass(frozen=True)
class Dated:
    """A map or a survey of one day.

    Args:
        on: the day, as far as it is known.
        scene: what it shows.
        digests: of its files.
    """

    on: When
    scene: Scene
    digests: frozenset[str]

    @property
    def is_survey(self) -> bool:
        """Whether somebody walked there on that day."""
        return len(self.scene.tracks) > 0


@dataclass(frozen=True)
class History:
    """The outdoor cameras of all maps, each once.

    Args:
        cameras: `CAMERA_COLUMNS`, as the last map that has them has them; ids are those of the
            first.
        listed: (n_maps, n) whether each map has it.
        seen_by: (n,) day by which each was seen at the latest.
        seen_last: (n,) last day on which somebody saw it, as far as that is told; NaT where a map
            has it and nobody says when they looked.
        backwards: ids of cameras whose first day is after their last: neither is used.
    """

    cameras: gpd.GeoDataFrame
    listed: Mask
    seen_by: NDArray[np.datetime64]
    seen_last: NDArray[np.datetime64]
    backwards: tuple[str, ...]


def history(maps: Sequence[Dated], error_m: float, seed: int) -> History:
    """Put the cameras of several maps together.

    Two are one camera if they are one object of OpenStreetMap, or if it is likelier than not by
    their places and kinds.

    Args:
        maps: in the order of their days, on one plane.
        error_m: standard error of a place in each direction.
        seed: of the matchings.
    """
    known = _outdoor(maps[0].scene)
    listed = [np.ones(len(known), bool)]
    for number, one in enumerate(maps[1:], start=1):
        new = _outdoor(one.scene)
        of = _same(known, new, error_m, seed, number)
        here = np.zeros(len(known), bool)
        here[of[of >= 0]] = True
        # What the later map says of a camera counts; it keeps its id.
        kept = known.copy()
        rows = np.flatnonzero(of >= 0)
        updated = new.iloc[rows].copy()
        updated["id"] = known["id"].to_numpy(object)[of[rows]]
        updated.index = pd.Index(of[rows])
        for column in ("first_seen", "last_seen"):
            before = known[column].to_numpy(object)[of[rows]]
            updated[column] = np.where(updated[column] == "", before, updated[column])
        kept.loc[updated.index] = updated
        added = new.iloc[np.flatnonzero(of < 0)].copy()
        taken = set(kept["id"])
        added["id"] = [
            identity if identity not in taken else f"{one.on.text}:{identity}"
            for identity in added["id"]
        ]
        known = gpd.GeoDataFrame(pd.concat([kept, added], ignore_index=True), crs=kept.crs)
        listed = [np.append(mask, np.zeros(len(added), bool)) for mask in listed]
        listed.append(np.append(here, np.ones(len(added), bool)))
    return _dated(known, np.array(listed), maps)


def _outdoor(scene: Scene) -> gpd.GeoDataFrame:
    indoor = scene.cameras["indoor"].to_numpy(bool)
    return gpd.GeoDataFrame(scene.cameras[~indoor].reset_index(drop=True))


def _same(
    known: gpd.GeoDataFrame, new: gpd.GeoDataFrame, error_m: float, seed: int, number: int
) -> I8:
    """Return which known camera each new one is, -1 for none."""
    row = {identity: i for i, identity in enumerate(known["id"].tolist())}
    of = np.array([row.get(identity, -1) for identity in new["id"].tolist()], np.int64)
    open_new = np.flatnonzero(of < 0)
    open_known = np.setdiff1d(np.arange(len(known)), of)
    if len(open_new) and len(open_known):
        possible = pairs(
            _as_list(known.iloc[open_known], error_m), _as_list(new.iloc[open_new], error_m)
        )
        rng = stream(seed, "change", "same", str(number))
        likely = draw_matchings(possible, _DRAWS_ONCE, rng).chosen.mean(axis=0) > 0.5
        of[open_new[possible.second[likely]]] = open_known[possible.first[likely]]
    return of


def _as_list(cameras: gpd.GeoDataFrame, error_m: float) -> Listed:
    return Listed(
        cameras.geometry.x.to_numpy(np.float64),
        cameras.geometry.y.to_numpy(np.float64),
        cameras["kind"].to_numpy(str),
        error_m,
    )


def _dated(known: gpd.GeoDataFrame, listed: Mask, maps: Sequence[Dated]) -> History:
    seen_by = np.full(len(known), np.datetime64("NaT"), "datetime64[D]")
    seen_last = seen_by.copy()
    backwards = []
    told = zip(known["first_seen"].tolist(), known["last_seen"].tolist(), strict=True)
    for i, (first_text, last_text) in enumerate(told):
        of_maps = [one for one, there in zip(maps, listed[:, i], strict=True) if there]
        days = [one.on.last for one in of_maps]
        looked = [one.on.first for one in of_maps if one.is_survey]
        first, last = when(str(first_text)), when(str(last_text))
        if first is not None and last is not None and first.first > last.last:
            backwards.append(str(known["id"].iloc[i]))
        else:
            if first is not None:
                days.append(first.last)
                looked.append(first.first)
            if last is not None:
                days.append(last.last)
                looked.append(last.first)
        seen_by[i] = np.datetime64(min(days))
        if looked:
            seen_last[i] = np.datetime64(max(looked))
    return History(known, listed, seen_by, seen_last, tuple(backwards))


def surely(of: History, day: date) -> Mask:
    """Return which cameras were there on a day: seen by then, and seen again on it or later."""
    at = np.datetime64(day)
    return np.asarray((of.seen_by <= at) & ~np.isnat(of.seen_last) & (of.seen_last >= at))


def possibly(of: History, number: int) -> Mask:
    """Return which cameras may have been there on the day of a map.

    All that any map has, but those that an earlier map has and this one and all later ones lack:
    somebody took them off. (They may have been taken off by mistake: that is not covered.)
    """
    before = of.listed[:number].any(axis=0)
    since = of.listed[number:].any(axis=0)
    return np.asarray(since | ~before)
