"""Whether the estimators of findings hold what is true: bias, coverage and power in made-up worlds.

Each world is drawn by means other than the estimator's own; what is true in it is known.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.change.twice import between
from contrechamp.measure.disparity import areal
from contrechamp.measure.disparity.cannot import CannotTellError
from contrechamp.measure.disparity.counts import negative_binomial
from contrechamp.measure.disparity.shape import shape
from contrechamp.measure.own_way.asked import Asked as WayAsked
from contrechamp.measure.own_way.drawn_ways import FORGETS_S
from contrechamp.measure.own_way.fixes import walk_of
from contrechamp.measure.own_way.run import own_way
from contrechamp.measure.survey.density import rate
from contrechamp.scene.columns import empty, table
from contrechamp.scene.tables import (
    AREA_COLUMNS,
    BARRIER_COLUMNS,
    BUILDING_COLUMNS,
    CAMERA_COLUMNS,
    PLACE_COLUMNS,
    STREET_COLUMNS,
    TRACK_COLUMNS,
    Scene,
)
from contrechamp.sight.levels import VISIBLE
from validation import surveys as of_surveys
from validation.once import DRAWS, Once, of_draws
from validation.towns import CRS, EAST, NORTH

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Args:
        name: of the figure and the world.
        n: worlds in which it could be told.
        cannot: in which it could not.
        bias: mean of the estimate less what is true.
        spread: standard deviation of that.
        held: share of intervals that held it.
        seen: share in which a difference was seen; NaN where none is asked for.
    """

    name: str
    n: int
    cannot: int
    bias: float
    spread: float
    held: float
    seen: float


def tracts(rng: np.random.Generator, slope: float) -> Once | None:
    """Regress cameras on a covariate that is alike among neighbours, in 20 clusters of 10."""
    cluster = np.arange(200) // 10
    z = 0.7 * rng.normal(size=20)[cluster] + 0.7 * rng.normal(size=200)
    z = (z - z.mean()) / z.std()
    km = rng.uniform(0.5, 6.0, 200)
    alike = rng.normal(scale=0.3, size=20)[cluster]
    mu = np.exp(1.0 + slope * z + alike) * km * rng.gamma(2.0, 0.5, 200)
    try:
        fit = negative_binomial(rng.poisson(mu).astype(float), z[:, None], np.log(km), cluster)
    except CannotTellError:
        return None
    low, high = fit.interval(1)
    return Once(slope, float(fit.coefficient[1]), low, high, not low <= 0.0 <= high)


def sides(rng: np.random.Generator, ratio: float) -> Once | None:
    """Compare cameras to a kilometre in ten areas and ten others, which vary beyond chance."""
    km = rng.uniform(0.5, 4.0, (2, 10))
    per_km = np.array([4.0 * ratio, 4.0])[:, None]
    counts = rng.poisson(per_km * km * rng.gamma(4.0, 0.25, (2, 10)))
    found = [rate(n, length, DRAWS, rng) for n, length in zip(counts, km, strict=True)]
    first, second = (one.per_km for one in found if one is not None)
    return of_draws(np.log(ratio), np.log(first / second))


def divided(rng: np.random.Generator, share: float) -> Once | None:
    """Tell the people of an area that cuts nine cells, whose people live in five places each."""
    corner = 100.0 * np.stack(np.meshgrid(*(np.arange(3.0),) * 2), axis=-1).reshape(-1, 2)
    cells = shapely.box(*corner.T, *(corner + 100.0).T)
    area = np.array([shapely.box(0, 0, 300, 300.0 * share)], object)
    counts = rng.integers(50, 1500, 9).astype(float)
    at = corner[:, None] + rng.uniform(0, 100, (9, areal.PLACES, 2))
    inside = (at[:, :, 1] < 300.0 * share).mean(axis=1)
    of = areal.shares(cells, area)
    part = areal.drawn_shares(of, DRAWS, rng)
    drawn = areal.added_up(of, part, np.broadcast_to(counts, (DRAWS, 9)))[:, 0]
    return of_draws(float((inside * counts).sum()), drawn, nothing=None)


def surveys(rng: np.random.Generator, new: int, gone: int) -> Once | None:
    """Tell the change between two surveys that find 58 to 80 % of 60 cameras that stay."""
    z = rng.normal(size=3)
    first, second = 1.0 / (1.0 + np.exp(-(0.85 + 0.33 * np.sqrt(0.5) * (z[0] + z[1:]))))
    in_first, in_second = rng.random(60) < first, rng.random(60) < second
    found = between(
        int((in_first & in_second).sum()),
        int((in_first & ~in_second).sum()) + int(rng.binomial(gone, first)),
        int((in_second & ~in_first).sum()) + int(rng.binomial(new, second)),
        (0.576, 0.801), DRAWS, rng,
    )  # fmt: skip
    return None if found is None else of_draws(float(new - gone), found.change)


def walks(rng: np.random.Generator, beside_m: float) -> Once | None:
    """Tell the metres in view of a known dome from a walk that a receiver wrote 5 m off."""
    way = np.column_stack((np.arange(0.0, 201.0, 4.0), np.zeros(51)))
    time_s = way[:, 0] / 1.3
    kept = np.exp(-4.0 / 1.3 / FORGETS_S)
    off = np.empty((51, 2))
    off[0] = rng.normal(size=2)
    for i in range(1, 51):
        off[i] = kept * off[i - 1] + np.sqrt(1.0 - kept**2) * rng.normal(size=2)
    recorded = way + 5.0 * off
    # The receiver is off the other way round: what is drawn is where the walker was.
    scene = _dome(100.0, beside_m)
    told = own_way(
        scene, walk_of([(recorded + np.array([EAST, NORTH]), time_s)]), (VISIBLE,),
        WayAsked(draws=100, seed=int(rng.integers(2**31)), threads=1),
    )  # fmt: skip
    share = told.metres.sum(axis=0)[:, 0] / told.walk.metres.sum()
    truth = 2.0 * np.sqrt(max(40.0**2 - beside_m**2, 0.0)) / 200.0
    return of_draws(truth, share, nothing=None)


def _dome(x: float, y: float) -> Scene:
    """Return a place with one dome that sees 40 m far, and a house far from it."""
    known = {
        "id": ["dome"], "kind": ["dome"], "operator_class": ["unknown"], "mount": ["pole"],
        "height_m": [3.0], "hfov_deg": [90.0], "vfov_deg": [90.0], "width_px": [1920.0],
        "range_m": [40.0], "tilt_deg": [30.0], "heading_deg": [0.0],
    }  # fmt: skip
    house = {"id": ["house"], "height_m": [10.0], "min_height_m": [0.0]}
    far = np.array([shapely.box(EAST + 5000, NORTH, EAST + 5010, NORTH + 10)], object)
    at = shapely.points([[EAST + x, NORTH + y]])
    return Scene(
        crs=CRS,
        cameras=table(CAMERA_COLUMNS, known, at, CRS),
        buildings=table(BUILDING_COLUMNS, house, far, CRS),
        streets=empty(STREET_COLUMNS, CRS),
        places=empty(PLACE_COLUMNS, CRS),
        homes=empty(PLACE_COLUMNS, CRS),
        barriers=empty(BARRIER_COLUMNS, CRS),
        tracks=empty(TRACK_COLUMNS, CRS),
        areas=empty(AREA_COLUMNS, CRS),
    )


#: What is tried: name -> a world.
WORLDS: Mapping[str, Callable[[np.random.Generator], Once | None]] = {
    "a covariate that does not matter (log ratio)": lambda rng: tracts(rng, 0.0),
    "a covariate, 1.35 times a deviation (log ratio)": lambda rng: tracts(rng, 0.3),
    "two sides alike, cameras to a kilometre (log ratio)": lambda rng: sides(rng, 1.0),
    "one side with twice as many (log ratio)": lambda rng: sides(rng, 2.0),
    "people of an area that cuts cells": lambda rng: divided(rng, 0.45),
    "two surveys, nothing changed (cameras)": lambda rng: surveys(rng, 0, 0),
    "two surveys, ten put up and ten taken down (cameras)": lambda rng: surveys(rng, 10, 10),
    "two surveys, thirty put up (cameras)": lambda rng: surveys(rng, 30, 0),
    "a walk past a camera (share in view)": lambda rng: walks(rng, 10.0),
    "a walk at the edge of its view (share in view)": lambda rng: walks(rng, 37.0),
    **of_surveys.WORLDS,
}
#: Shapes of rates, by the log rate at a covariate.
SHAPES: Mapping[str, Callable[[F8], F8]] = {
    "flat": lambda z: 0.0 * z,
    "line": lambda z: 0.4 * z,
    "hump": lambda z: -0.6 * z**2,
    "hollow": lambda z: 0.5 * z**2,
    "two-humps": lambda z: 1.2 * (1.0 - np.abs(np.abs(z) - 1.0)),
}


def told_shape(name: str, number: int) -> str:
    """Return the shape that is told of 400 tracts of a world."""
    rng = np.random.default_rng((number, len(name)))
    z = rng.normal(size=400)
    z = (z - z.mean()) / z.std()
    km = rng.uniform(1.0, 6.0, 400)
    mu = np.exp(1.0 + SHAPES[name](z)) * km * rng.gamma(4.0, 0.25, 400)
    counts = rng.poisson(mu).astype(float)
    return shape(counts, z, np.empty((400, 0)), np.log(km), np.arange(400) // 10).word


def _worlds(name: str, first: int, n: int) -> list[Once | None]:
    seed = list(WORLDS).index(name)
    return [WORLDS[name](np.random.default_rng((seed, i))) for i in range(first, first + n)]


def _shapes(name: str, n: int) -> dict[str, int]:
    told = [told_shape(name, number) for number in range(n)]
    return {word: told.count(word) for word in dict.fromkeys(told)}


def rows(n: int, *, processes: int = 1) -> tuple[list[Row], dict[str, dict[str, int]]]:
    """Return a row for each estimator, and how often each shape was told of each.

    Args:
        n: worlds of each.
        processes: how many at once.
    """
    with ProcessPoolExecutor(processes) as pool:
        jobs = {name: pool.submit(_worlds, name, 0, n) for name in WORLDS}
        shapes = {name: pool.submit(_shapes, name, n) for name in SHAPES}
        return (
            [_row(name, job.result()) for name, job in jobs.items()],
            {name: job.result() for name, job in shapes.items()},
        )


def _row(name: str, found: list[Once | None]) -> Row:
    told = [one for one in found if one is not None]
    off = np.array([one.estimate - one.truth for one in told])
    return Row(
        name=name,
        n=len(told),
        cannot=len(found) - len(told),
        bias=float(off.mean()),
        spread=float(off.std()),
        held=float(np.mean([one.low <= one.truth <= one.high for one in told])),
        seen=float(np.mean([np.nan if one.seen is None else one.seen for one in told])),
    )
