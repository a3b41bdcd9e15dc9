"""The figures of all tiles added up draw by draw, in one order: who computed does not show."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.drawn import DrawnFigure, as_figures
from contrechamp.measure.groups import NEAR_M, near_name
from contrechamp.measure.results import Figure
from contrechamp.measure.span import with_spans
from contrechamp.measure.tiles.one import TileFigures
from contrechamp.measure.tiles.plan import Setting

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class Together:
    """The figures of a place measured tile by tile.

    Args:
        figures: "streets.seen_m" for "all" and for the streets near cameras, and for those
            "streets.seen_share" (`measure.results.Figure`).
        walkable_m: length of all walkable streets.
        near_walkable_m: of those near a camera.
        tiles: how many there were.
    """

    figures: tuple[Figure, ...]
    walkable_m: float
    near_walkable_m: float
    tiles: int


def together(tiles: Iterable[TileFigures], setting: Setting) -> Together:
    """Return the figures of all tiles.

    Args:
        tiles: in the order of the plan; sums are taken in it.
        setting: of all tiles.
    """
    shape, n_other = (setting.draws, len(setting.levels)), len(setting.alternatives.priors)
    other = (n_other, setting.span_draws, len(setting.levels))
    levels = np.zeros(len(setting.levels))
    whole = TileFigures(
        0.0, 0.0, np.zeros(shape), np.zeros(shape), np.zeros(other), np.zeros(other), levels, levels
    )
    count = 0
    for tile in tiles:
        whole = TileFigures(
            *(getattr(whole, one.name) + getattr(tile, one.name) for one in fields(TileFigures))
        )
        count += 1
    drawn = _drawn(whole.seen_m, whole.near_seen_m, whole, setting)
    known = {
        level.name: float(whole.known[i] / whole.weight[i]) if whole.weight[i] > 0.0 else 0.0
        for i, level in enumerate(setting.levels)
    }
    figures = with_spans(
        as_figures(drawn, known, {}),
        drawn,
        [
            _drawn(all_m, near_m, whole, setting)
            for all_m, near_m in zip(whole.alternatives_m, whole.near_alternatives_m, strict=True)
        ],
        setting.alternatives.assumed,
    )
    return Together(figures, whole.walkable_m, whole.near_walkable_m, count)


def _drawn(all_m: F8, near_m: F8, whole: TileFigures, setting: Setting) -> list[DrawnFigure]:
    near, found = near_name(NEAR_M), []
    for i, level in enumerate(setting.levels):
        found.append(DrawnFigure("streets.seen_m", level.name, "all", "m", all_m[:, i]))
        if whole.near_walkable_m > 0.0:
            share = np.minimum(near_m[:, i] / whole.near_walkable_m, 1.0)
            found += [
                DrawnFigure("streets.seen_m", level.name, near, "m", near_m[:, i]),
                DrawnFigure("streets.seen_share", level.name, near, "share", share),
            ]
    return found
