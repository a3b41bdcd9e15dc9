"""Whose ways are looked at: homes as the map has them, by area; nothing else is known of anyone."""

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.seeds import stream
from contrechamp.measure.network import SNAP_M, Snapped, snap
from contrechamp.scene.tables import Scene

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: If there are more homes than this near a street, a sample of them is taken.
MOST_HOMES: Final = 20_000
#: What is counted: people of the areas, spread evenly over its homes; homes; metres of street.
PEOPLE, HOMES, STREETS = "people", "homes", "streets"
#: The name of all areas together.
ALL: Final = "all"


@dataclass(frozen=True)
class People:
    """Where ways begin, and how many they stand for in each area.

    Args:
        counted: what the weights are, of `PEOPLE`, `HOMES` and `STREETS`.
        snapped: (n,) where each start meets the streets.
        start: (k,) the start of each pair with an area.
        area: (k,) of `names`; each start is in "all" too.
        weight: (k,) how many it stands for there.
        names: of the areas, "all" first.
        off_network: homes too far from every walkable street.
        left_out: homes that are in no area, where areas are given.
        empty: names of areas without a start.
        uncounted: people who live there, as far as the areas say.
        overlapping: whether some start is in several areas.
    """

    counted: str
    snapped: Snapped
    start: I8
    area: I8
    weight: F8
    names: tuple[str, ...]
    off_network: int
    left_out: int
    empty: tuple[str, ...]
    uncounted: float
    overlapping: bool

    def total(self) -> F8:
        """Return how many there are in each area, (n_areas,)."""
        return np.bincount(self.area, self.weight, len(self.names)).astype(np.float64)

    def sums(self, values: F8) -> F8:
        """Return the weighted sum of values of the starts in each area: (n,) to (n_areas,)."""
        weighted = self.weight * values[self.start]
        return np.bincount(self.area, weighted, len(self.names)).astype(np.float64)


def find_people(scene: Scene, seed: int) -> People:
    """Return where ways begin: at homes, or, where none is mapped, all along the streets.

    Args:
        scene: with walkable streets, and areas if figures are to be given for some.
        seed: of the sample, if there are many homes.

    Raises:
        InputError: if nothing begins in any of the areas.
    """
    homes = scene.homes.geometry
    snapped = snap(scene.streets, homes, SNAP_M)
    on = np.flatnonzero(snapped.on_network)
    off = len(homes) - len(on)
    if len(on):
        points, counted, weight = homes.to_numpy()[on], HOMES, np.ones(len(on))
        snapped = snapped.rows(on)
    else:
        points, weight, snapped = _along_streets(scene.streets)
        counted = STREETS
    area, start = _in_areas(scene.areas, points)
    keep = np.unique(start) if len(scene.areas) else np.arange(len(points))
    left_out = len(points) - len(keep)
    if not len(keep):
        raise InputError(
            _("no home, and without homes no street, lies in any of the areas: nobody's ways begin")
        )
    if len(keep) > MOST_HOMES:
        keep = np.sort(stream(seed, "access", "homes").choice(keep, MOST_HOMES, replace=False))
    number = np.full(len(points), -1, np.int64)
    number[keep] = np.arange(len(keep))
    inside = number[start] >= 0
    area, start = area[inside], number[start[inside]]
    return _weighted(
        scene.areas, counted, snapped.rows(keep), weight[keep], area, start, off, left_out
    )


def _weighted(
    areas: gpd.GeoDataFrame, counted: str, snapped: Snapped, weight: F8, area: I8, start: I8,
    off: int, left_out: int,
) -> People:  # fmt: skip
    n = len(areas)
    of_area = np.bincount(area, weight[start], n)
    population = areas["population"].to_numpy(np.float64)
    overlapping = bool(len(start) > len(np.unique(start)))
    each = weight[start]
    whole = weight
    # People of overlapping areas would count twice, and those of an area that says nothing not.
    if n and not overlapping and not np.isnan(population).any() and counted != STREETS:
        counted = PEOPLE
        each = each * (population / np.where(of_area > 0, of_area, 1.0))[area]
        whole = np.zeros(len(weight))
        whole[start] = each
    names = areas["name"].to_numpy(str)
    return People(
        counted=counted,
        snapped=snapped,
        start=np.concatenate([np.arange(len(weight)), start]).astype(np.int64),
        area=np.concatenate([np.zeros(len(weight), np.int64), area + 1]).astype(np.int64),
        weight=np.concatenate([whole, each]),
        names=(ALL, *names.tolist()),
        off_network=off,
        left_out=left_out,
        empty=tuple(names[of_area == 0].tolist()),
        uncounted=float(np.nansum(population[of_area == 0])),
        overlapping=overlapping,
    )


def _in_areas(areas: gpd.GeoDataFrame, points: NDArray[np.object_]) -> tuple[I8, I8]:
    """Return each pair of an area and a point in it."""
    shapes = areas.geometry.to_numpy()
    area, start = shapely.STRtree(points).query(shapes, predicate="intersects")
    return area.astype(np.int64), start.astype(np.int64)


def _along_streets(streets: gpd.GeoDataFrame) -> tuple[NDArray[np.object_], F8, Snapped]:
    """Return the middle of each walkable street, its metres, and where it is."""
    rows = np.flatnonzero(streets["walkable"].to_numpy(bool))
    lines = streets.geometry.to_numpy()[rows]
    length = np.asarray(shapely.length(lines), np.float64)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    return middle, length, Snapped(rows.astype(np.int64), length / 2.0, np.zeros(len(rows)))
