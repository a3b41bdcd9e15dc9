"""A height model as a file has it: a grid of heights in the file's own coordinate system."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F4 = NDArray[np.float32]

#: More cells than this in one file are more than any place needs at once.
MAX_CELLS = 80_000_000
#: How far around cameras the ground is kept, unless one of them is mapped as seeing further: more
#: than any is taken to see.
AROUND_M = 350.0
#: Heights that the earth has, with some room: the Dead Sea, Mount Everest.
LOWEST_M, HIGHEST_M = -500.0, 9_000.0


@dataclass(frozen=True)
class HeightGrid:
    """One file of a height model.

    Args:
        name: of the file.
        height_m: (rows, columns) float32, the first row in the north; NaN where there is none.
        epsg: number of its coordinate system, x east (or longitude) before y.
        x: of the middle of the first cell.
        y: of the middle of the first cell.
        step_x: from one column to the next, above zero.
        step_y: from one row to the next, below zero.
    """

    name: str
    height_m: F4
    epsg: int
    x: float
    y: float
    step_x: float
    step_y: float


@dataclass(frozen=True)
class Relief:
    """The ground, on the metric plane of a scene.

    Args:
        height_m: (rows, columns) float32 of the nodes, the first row in the south; without gaps.
        west: of the nodes in the west.
        south: of the nodes in the south.
        cell_m: from node to node.
        model_cell_m: from cell to cell in the coarsest file that was used.
        filled_share: share of the nodes that no file has a height for, which have that of the
            nearest that has one.
        cleared: whether houses stood out of the model and were taken out.
        names: of the files.
        around_m: how far around cameras it reaches; beyond, the ground is that of its edge.
    """

    height_m: F4
    west: float
    south: float
    cell_m: float
    model_cell_m: float
    filled_share: float
    cleared: bool
    names: tuple[str, ...]
    around_m: float = AROUND_M
