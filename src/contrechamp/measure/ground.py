"""How much ground is within view of at least one camera: counted along parallel lines."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.seeds import stream
from contrechamp.measure.drawn import DrawnFigure
from contrechamp.measure.exposure import Exposure, Pieces
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]

#: Distance between two lines.
SPACING_M = 5.0
#: Lines are cut to steps of this length; those that no camera reaches are left aside.
STEP_M = 25.0


def scan_lines(
    x: F8, y: F8, reach_m: F8, *, seed: int, spacing_m: float = SPACING_M
) -> tuple[Pieces, float]:
    """Lay parallel lines over all that cameras may see.

    The length of lines within view times their distance is the area within view, without bias
    because the first line lies at random (Cavalieri). Overlaps count once, as they do on streets.
    Lines run 20 degrees off the east, so that a grid of streets does not line up with them.

    Args:
        x: (n,) cameras, metres east.
        y: (n,) metres north.
        reach_m: (n,) as far as each may see; 0 if nothing.
        seed: of the place of the first line.
        spacing_m: distance between lines.

    Returns:
        the lines as one piece, and the square metres that a metre of them stands for.
    """
    sees = reach_m > 0.0
    turn = np.radians(20.0)
    cos, sin = np.cos(turn), np.sin(turn)
    along, across = x[sees] * cos + y[sees] * sin, y[sees] * cos - x[sees] * sin
    reach = reach_m[sees]
    offset = stream(seed, "ground", "first line").random() * spacing_m

    # Every step of every line that crosses a camera's circle, each once.
    first = np.ceil((across - reach - offset) / spacing_m).astype(np.int64)
    last = np.floor((across + reach - offset) / spacing_m).astype(np.int64)
    count = last - first + 1
    camera = np.repeat(np.arange(len(reach)), count)
    line = np.arange(len(camera)) - np.repeat(np.cumsum(count) - count, count) + first[camera]
    half = np.sqrt(
        np.maximum(reach[camera] ** 2 - (line * spacing_m + offset - across[camera]) ** 2, 0.0)
    )
    start = np.floor((along[camera] - half) / STEP_M).astype(np.int64)
    steps = np.ceil((along[camera] + half) / STEP_M).astype(np.int64) - start
    crossing = np.repeat(np.arange(len(camera)), steps)
    step = np.arange(len(crossing)) - np.repeat(np.cumsum(steps) - steps, steps) + start[crossing]
    cells = np.unique(np.column_stack((line[crossing], step)), axis=0)

    v, u0 = cells[:, 0] * spacing_m + offset, cells[:, 1] * STEP_M
    u1 = u0 + STEP_M
    pieces = Pieces(
        x0=u0 * cos - v * sin,
        y0=u0 * sin + v * cos,
        x1=u1 * cos - v * sin,
        y1=u1 * sin + v * cos,
        piece=np.zeros(len(cells), np.int64),
        n_pieces=1,
    )
    return pieces, spacing_m


def ground_figures(
    exposure: Exposure, m2_per_m: float, levels: Sequence[Level]
) -> tuple[DrawnFigure, ...]:
    """Return "area.seen_m2" draw by draw.

    Args:
        exposure: of the lines of `scan_lines`.
        m2_per_m: as `scan_lines` says.
        levels: of the exposure.
    """
    return tuple(
        DrawnFigure("area.seen_m2", level.name, "all", "m2", seen * m2_per_m)
        for level, seen in zip(levels, exposure.seen_m.sum(axis=2, dtype=np.float64).T, strict=True)
    )
