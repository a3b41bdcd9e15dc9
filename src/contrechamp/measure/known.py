"""Which parameters of a camera are mapped, and which are assumed."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.priors import KINDS, TURNING
from contrechamp.scene.tables import UNKNOWNS

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: What is asked of every camera, in the order in which tables name it.
PARAMETERS = ("kind", *UNKNOWNS)

#: What has no effect on a camera that sees every direction and tilt over time.
_OF_NO_EFFECT_WHEN_TURNING = ("heading_deg", "tilt_deg", "vfov_deg")


def mapped(cameras: gpd.GeoDataFrame) -> Mapping[str, Mask]:
    """Return for each of `PARAMETERS` of which cameras it is mapped, (n,) each."""
    known = {"kind": np.isin(cameras["kind"].to_numpy(str), KINDS)}
    for parameter in UNKNOWNS:
        known[parameter] = ~np.isnan(cameras[parameter].to_numpy(np.float64))
    return known


def matters(cameras: gpd.GeoDataFrame) -> Mapping[str, Mask]:
    """Return for each of `PARAMETERS` of which cameras it changes what they see, (n,) each."""
    turns = np.isin(cameras["kind"].to_numpy(str), TURNING)
    return {
        parameter: ~turns if parameter in _OF_NO_EFFECT_WHEN_TURNING else np.ones_like(turns)
        for parameter in PARAMETERS
    }


def known_share(cameras: gpd.GeoDataFrame) -> F8:
    """Return for each camera the share of its parameters that is mapped, (n,), 0..1.

    All parameters that matter count alike; those of no effect do not count.
    """
    known, counted = mapped(cameras), matters(cameras)
    of = np.sum([counted[name] for name in PARAMETERS], axis=0)
    share: F8 = np.sum([known[name] & counted[name] for name in PARAMETERS], axis=0) / of
    return share


def known_names(cameras: gpd.GeoDataFrame) -> tuple[list[str], list[str]]:
    """Return for each camera the names of what is mapped, and of what is assumed.

    Names are separated by commas, in the order of `PARAMETERS`; those of no effect are in neither.
    """
    known, counted = mapped(cameras), matters(cameras)
    names = np.array(PARAMETERS)
    is_known = np.column_stack([known[name] & counted[name] for name in PARAMETERS])
    is_assumed = np.column_stack([~known[name] & counted[name] for name in PARAMETERS])
    return (
        [",".join(names[row]) for row in is_known],
        [",".join(names[row]) for row in is_assumed],
    )
