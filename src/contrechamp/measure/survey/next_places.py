"""Where to go next: what is left, square by square, those first where an hour tells most."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from contrechamp.measure.survey.density import Rate
from contrechamp.measure.survey.everywhere import narrowing
from contrechamp.measure.survey.strata import SQUARE_M, STRATA, squares

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Kilometres in an hour of somebody who looks and writes down what there is, and of somebody on the
#: way from one place to the next; assumptions.
KM_AN_HOUR, KM_AN_HOUR_THERE = 2.0, 4.0
#: Less than this is left of a place: nobody goes there for it.
LEAST_LEFT_M: Final = 20.0


def next_places(
    left: gpd.GeoDataFrame, stratum: I8, found: I8, done_km: F8, left_km: F8, of_all: Rate | None
) -> gpd.GeoDataFrame:
    """Return the places where something is left, those that tell most in an hour first.

    Args:
        left: pieces of street that were not looked over.
        stratum: (n,) their kinds, numbers in `STRATA`.
        found: (n_strata,) cameras on streets that were looked over.
        done_km: (n_strata,) of these.
        left_km: (n_strata,) of the others.
        of_all: cameras to a kilometre; None if nothing was looked over.
    """
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
