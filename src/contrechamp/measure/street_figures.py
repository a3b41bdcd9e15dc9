"""How much of the walkable streets is in view: figures draw by draw, and tables of pieces."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.drawn import DrawnFigure
from contrechamp.measure.estimates import quantiles
from contrechamp.measure.exposure import Exposure
from contrechamp.measure.groups import AreaGroups
from contrechamp.measure.pieces import StreetPieces
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Columns whose quantiles are computed at a time, which bounds the memory.
COLUMNS_AT_ONCE = 4096


def total_m(exposure: Exposure) -> F8:
    """Return the length in view of at least one camera, (n_draws, n_levels) metres."""
    return np.asarray(exposure.seen_m.sum(axis=2, dtype=np.float64))


def street_figures(
    exposure: Exposure,
    length_m: F8,
    levels: Sequence[Level],
    groups: Mapping[str, Mask],
    *,
    whole: bool = False,
) -> tuple[DrawnFigure, ...]:
    """Return the ``streets.*`` figures of all cameras and of each group of them, draw by draw.

    "streets.seen_share", the share of all streets, is among them only with `whole`: it halves when
    the extract is twice as large. `area_figures` gives the shares that do not.

    "streets.cameras_at_once" is the length times the number of cameras that have it in view,
    divided by the length in view. Draws with nothing in view do not count, and where that is every
    draw the figure is left out.

    Args:
        exposure: of the pieces; its groups are `groups`.
        length_m: (n_pieces,) metres.
        levels: of the exposure.
        groups: name -> (n_cameras,) mask.
        whole: the streets are an area that somebody chose.
    """
    everything = {"all": np.ones(exposure.by_camera_m.shape[2], bool), **groups}
    walkable_m = float(length_m.sum())
    by_group = exposure.by_group_m.astype(np.float64)
    seen_m = np.concatenate([total_m(exposure)[:, :, None], by_group], axis=2)
    found = []
    for g, (group, members) in enumerate(everything.items()):
        each_m = exposure.by_camera_m[:, :, members].sum(axis=2, dtype=np.float64)
        for number, level in enumerate(levels):
            seen = np.minimum(seen_m[:, number, g], walkable_m)
            some = seen > 0.0
            at_once = np.maximum(each_m[some, number] / seen[some], 1.0)
            found.append(DrawnFigure("streets.seen_m", level.name, group, "m", seen))
            if whole:
                key, share = "streets.seen_share", seen / walkable_m
                found.append(DrawnFigure(key, level.name, group, "share", share))
            if some.any():
                key = "streets.cameras_at_once"
                found.append(DrawnFigure(key, level.name, group, "cameras", at_once))
    return (*found, *_by_number_of_cameras(exposure, levels))


def _by_number_of_cameras(exposure: Exposure, levels: Sequence[Level]) -> list[DrawnFigure]:
    """Return the length in view of exactly one camera, and of two or more at once."""
    found = []
    total = total_m(exposure)
    one = np.minimum(exposure.alone_m.sum(axis=2, dtype=np.float64), total)
    for number, level in enumerate(levels):
        several = total[:, number] - one[:, number]
        found += [
            DrawnFigure("streets.seen_by_one_m", level.name, "all", "m", one[:, number]),
            DrawnFigure("streets.seen_by_several_m", level.name, "all", "m", several),
        ]
    return found


def area_figures(
    exposure: Exposure, length_m: F8, levels: Sequence[Level], areas: AreaGroups
) -> tuple[DrawnFigure, ...]:
    """Return the ``streets.*`` figures of each area that has walkable streets, draw by draw."""
    found = []
    walkable = areas.piece @ length_m
    for number, level in enumerate(levels):
        seen = areas.piece @ exposure.seen_m[:, number].T.astype(np.float64)
        for name, seen_m, walkable_m in zip(areas.names, seen, walkable, strict=True):
            if walkable_m > 0.0:
                share = np.minimum(seen_m / walkable_m, 1.0)
                found += [
                    DrawnFigure("streets.seen_m", level.name, name, "m", seen_m),
                    DrawnFigure("streets.seen_share", level.name, name, "share", share),
                ]
    return tuple(found)


def piece_table(
    street_pieces: StreetPieces, exposure: Exposure, levels: Sequence[Level]
) -> gpd.GeoDataFrame:
    """Return the table of pieces as `Measurement.pieces` describes it."""
    table = street_pieces.table
    length_m = table["length_m"].to_numpy(np.float64)
    columns = {name: table[name] for name in ("id", "street", "name", "length_m")}
    for number, level in enumerate(levels):
        cameras_m = exposure.cameras_m[number]
        columns |= _columns(level, exposure.seen_m[:, number], cameras_m, length_m)
    return gpd.GeoDataFrame(columns, geometry=table.geometry, crs=table.crs)


def street_table(
    streets: gpd.GeoDataFrame,
    street_pieces: StreetPieces,
    exposure: Exposure,
    levels: Sequence[Level],
) -> gpd.GeoDataFrame:
    """Return the table of whole walkable streets as `Measurement.streets` describes it."""
    rows, first = np.unique(street_pieces.street, return_index=True)
    whole = streets.iloc[rows].reset_index(drop=True)
    piece_m = street_pieces.table["length_m"].to_numpy(np.float64)
    length_m = _sums(piece_m, first)
    columns = {"id": whole["id"], "street": whole["id"], "name": whole["name"]}
    columns["length_m"] = length_m
    for number, level in enumerate(levels):
        seen_m = _sums(exposure.seen_m[:, number], first)
        columns |= _columns(level, seen_m, _sums(exposure.cameras_m[number], first), length_m)
    return gpd.GeoDataFrame(columns, geometry=whole.geometry, crs=streets.crs)


def _sums(of_piece: NDArray[np.floating], first: NDArray[np.integer]) -> F8:
    if not len(first):
        return np.zeros((*of_piece.shape[:-1], 0))
    return np.asarray(np.add.reduceat(of_piece, first, axis=-1, dtype=np.float64))


def _columns(
    level: Level, seen_m: NDArray[np.floating], cameras_m: F8, length_m: F8
) -> dict[str, F8]:
    """Return the columns of one level: shares in view, and the mean number of cameras."""
    low, median, high = _quantiles_of_columns(seen_m)
    names = ("mean", "q05", "median", "q95")
    values = (seen_m.mean(axis=0, dtype=np.float64), low, median, high)
    columns = {
        f"{level.name}_{name}": np.minimum(_per_metre(value, length_m), 1.0)
        for name, value in zip(names, values, strict=True)
    }
    columns[f"{level.name}_cameras"] = _per_metre(cameras_m, length_m)
    return columns


def _per_metre(value_m: F8, length_m: F8) -> F8:
    return np.divide(value_m, length_m, out=np.zeros_like(value_m), where=length_m > 0.0)


def _quantiles_of_columns(values: NDArray[np.floating]) -> F8:
    """Return (3, n): q05, median and q95 of each column; in a city most columns are all zero."""
    result = np.zeros((3, values.shape[1]))
    nonzero = np.flatnonzero(values.any(axis=0))
    for first in range(0, len(nonzero), COLUMNS_AT_ONCE):
        batch = nonzero[first : first + COLUMNS_AT_ONCE]
        result[:, batch] = quantiles(values[:, batch])
    return result
