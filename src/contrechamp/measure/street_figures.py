"""How much of the walkable streets is in view: figures draw by draw, and tables of pieces."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from contrechamp.base.compiled import compiled
from contrechamp.measure.drawn import DrawnFigure
from contrechamp.measure.estimates import quantiles_of_columns
from contrechamp.measure.exposure import Exposure
from contrechamp.measure.groups import AreaGroups
from contrechamp.measure.pieces import StreetPieces
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]


#: Rows that are worked on at a time, which bounds the memory.
ROWS_AT_ONCE = 64


def _in_batches(values: csr_array) -> list[csr_array]:
    """Return the rows, `ROWS_AT_ONCE` at a time; nothing of them is copied."""
    rows, columns = values.shape
    batches = []
    for first in range(0, rows, ROWS_AT_ONCE):
        start = values.indptr[first : min(first + ROWS_AT_ONCE, rows) + 1]
        part = slice(start[0], start[-1])
        batch = (values.data[part], values.indices[part], start - start[0])
        batches.append(csr_array(batch, shape=(len(start) - 1, columns), copy=False))
    return batches


def sums_by(values: csr_array, owner: NDArray[np.integer], n: int) -> csr_array:
    """Return the sums over the columns that belong together, (n_rows, n) float64.

    Args:
        values: its rows have their columns in ascending order.
        owner: (n_columns,) whom each column belongs to, ascending.
        n: how many owners there are.

    >>> three = csr_array(np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]]))
    >>> sums_by(three, np.array([0, 0, 1]), 2).toarray().tolist()
    [[1.0, 2.0], [0.0, 0.0]]
    """
    rows = values.shape[0]
    start = np.zeros(rows + 1, values.indptr.dtype)
    most = _runs(values.indptr, values.indices, owner, start)
    column, sums = np.empty(most, values.indices.dtype), np.empty(most)
    _sum_runs(values.indptr, values.indices, values.data, owner, column, sums)
    return csr_array((sums, column, start), shape=(rows, n))


@compiled
def _runs(indptr: Any, indices: Any, owner: Any, start: Any) -> int:
    """Count the owners that each row has something of; return how many there are in all."""
    found = 0
    for row in range(len(indptr) - 1):
        before = -1
        for i in range(indptr[row], indptr[row + 1]):
            of = owner[indices[i]]
            found += of != before
            before = of
        start[row + 1] = found
    return found


@compiled
def _sum_runs(indptr: Any, indices: Any, data: Any, owner: Any, column: Any, sums: Any) -> None:
    """Write the sum for each owner in each row, in double precision."""
    found = -1
    for row in range(len(indptr) - 1):
        before = -1
        for i in range(indptr[row], indptr[row + 1]):
            of = owner[indices[i]]
            if of != before:
                found += 1
                column[found], sums[found] = of, 0.0
                before = of
            sums[found] += data[i]


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
    seen_m = np.concatenate([exposure.total_m[:, :, None], by_group], axis=2)
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
    total = exposure.total_m
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
    walkable, pieces = areas.piece @ length_m, areas.piece.T.tocsr()
    for number, level in enumerate(levels):
        batches = _in_batches(exposure.seen[number])
        seen = np.concatenate([(rows.astype(np.float64) @ pieces).toarray() for rows in batches]).T
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
        columns |= _columns(level, exposure.seen[number], cameras_m, length_m)
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
    of_row = np.searchsorted(rows, street_pieces.street)
    for number, level in enumerate(levels):
        seen_m = sums_by(exposure.seen[number], of_row, len(rows))
        columns |= _columns(level, seen_m, _sums(exposure.cameras_m[number], first), length_m)
    return gpd.GeoDataFrame(columns, geometry=whole.geometry, crs=streets.crs)


def _sums(of_piece: NDArray[np.floating], first: NDArray[np.integer]) -> F8:
    if not len(first):
        return np.zeros((*of_piece.shape[:-1], 0))
    return np.asarray(np.add.reduceat(of_piece, first, axis=-1, dtype=np.float64))


def _columns(level: Level, seen_m: csr_array, cameras_m: F8, length_m: F8) -> dict[str, F8]:
    """Return the columns of one level: shares in view, and the mean number of cameras."""
    low, median, high = quantiles_of_columns(seen_m)
    n_draws, n = seen_m.shape
    mean = np.bincount(seen_m.indices, seen_m.data, n) / max(n_draws, 1)
    names = ("mean", "q05", "median", "q95")
    columns = {
        f"{level.name}_{name}": np.minimum(_per_metre(value, length_m), 1.0)
        for name, value in zip(names, (mean, low, median, high), strict=True)
    }
    columns[f"{level.name}_cameras"] = _per_metre(cameras_m, length_m)
    return columns


def _per_metre(value_m: F8, length_m: F8) -> F8:
    return np.divide(value_m, length_m, out=np.zeros_like(value_m), where=length_m > 0.0)
