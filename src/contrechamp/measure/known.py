"""Which parameters of each camera are mapped, and which are assumed."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.priors import KINDS, TURNING
from contrechamp.scene.tables import UNKNOWNS

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: The parameters of cameras, in the order in which tables name them. Whether one hangs indoors
#: counts only where its sources contradict each other, and on which wall only where that is open.
PARAMETERS = ("kind", "indoor", "place", *UNKNOWNS)

#: Column of the cameras of a stage: whether it is open which of several places is right.
PLACE_DOUBTFUL = "place_doubtful"
#: Parameters without effect on a camera that covers every direction and tilt, over time or by a
#: lens that looks all round.
_OF_NO_EFFECT_WHEN_TURNING = ("heading_deg", "tilt_deg", "vfov_deg")


def mapped(cameras: gpd.GeoDataFrame) -> Mapping[str, Mask]:
    """Return for each of `PARAMETERS` the cameras for which it is mapped, as (n,) masks."""
    known = {
        "kind": np.isin(cameras["kind"].to_numpy(str), KINDS),
        "indoor": ~cameras["indoor_doubtful"].to_numpy(bool),
        "place": ~_place_doubtful(cameras),
    }
    for parameter in UNKNOWNS:
        known[parameter] = ~np.isnan(cameras[parameter].to_numpy(np.float64))
    return known


def matters(cameras: gpd.GeoDataFrame) -> Mapping[str, Mask]:
    """Return for each of `PARAMETERS` the cameras whose view depends on it, as (n,) masks."""
    all_round = cameras["hfov_deg"].to_numpy(np.float64) >= 360.0
    turns = all_round | np.isin(cameras["kind"].to_numpy(str), TURNING)
    effect = {
        parameter: ~turns if parameter in _OF_NO_EFFECT_WHEN_TURNING else np.ones_like(turns)
        for parameter in PARAMETERS
    }
    return {
        **effect,
        "indoor": cameras["indoor_doubtful"].to_numpy(bool),
        "place": _place_doubtful(cameras),
    }


def _place_doubtful(cameras: gpd.GeoDataFrame) -> Mask:
    """Return of which cameras a stage has found several places, (n,)."""
    if PLACE_DOUBTFUL not in cameras:
        return np.zeros(len(cameras), bool)
    return np.asarray(cameras[PLACE_DOUBTFUL], bool)


def known_share(cameras: gpd.GeoDataFrame) -> F8:
    """Return the share of each camera's parameters that is mapped, (n,), 0..1.

    All parameters that matter count equally; those without effect do not count.
    """
    known, counted = mapped(cameras), matters(cameras)
    of = np.sum([counted[name] for name in PARAMETERS], axis=0)
    share: F8 = np.sum([known[name] & counted[name] for name in PARAMETERS], axis=0) / of
    return share


def known_names(cameras: gpd.GeoDataFrame) -> tuple[list[str], list[str]]:
    """Return the names of the parameters that are mapped, and of those assumed, for each camera.

    Names are separated by commas, in the order of `PARAMETERS`. Parameters without effect are in
    neither list.
    """
    known, counted = mapped(cameras), matters(cameras)
    names = np.array(PARAMETERS)
    is_known = np.column_stack([known[name] & counted[name] for name in PARAMETERS])
    is_assumed = np.column_stack([~known[name] & counted[name] for name in PARAMETERS])
    return (
        [",".join(names[row]) for row in is_known],
        [",".join(names[row]) for row in is_assumed],
    )
