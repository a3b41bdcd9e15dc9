"""What is in view at several dates, by common random numbers.

All dates share the ground (streets, buildings) of the last map, one placing and one draw of every
unknown: so two dates differ by their cameras alone, and the interval of a difference is narrow
where they have most cameras in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.progress import Progress, silent
from contrechamp.measure.exposure import expose_totals
from contrechamp.measure.pieces import StreetPieces
from contrechamp.measure.stage import Stage

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class InView:
    """Walkable street in view of some cameras.

    Args:
        metres: (n_sets, n_draws, n_levels), draw k of all sets the same.
        whole_m: length of all walkable street.
    """

    metres: F8
    whole_m: float


def in_view(
    stage: Stage,
    pieces: StreetPieces,
    sets: Sequence[Mask],
    n_draws: int,
    progress: Progress = silent,
) -> InView:
    """Return what several sets of cameras have in view in the same draws.

    Args:
        stage: of all cameras.
        pieces: of the walkable streets.
        sets: (n_cameras,) masks.
        n_draws: how many draws.
        progress: advanced with every draw of each different set.
    """
    numbers = stage.uniforms(n_draws)
    drawn = stage.draw(numbers)
    done: dict[bytes, F8] = {}
    for mask in sets:
        if mask.tobytes() in done:
            continue
        there = mask[stage.places.camera]
        done[mask.tobytes()] = expose_totals(
            replace(drawn, range_m=np.where(there, drawn.range_m, 0.0)),
            stage.walls,
            lambda some: stage.heights.at(numbers.building[some]),
            pieces.pieces,
            stage.levels,
            target_height_m=stage.target_height_m,
            standing=stage.standing,
            progress=progress,
            threads=stage.threads,
        )
    whole = float(pieces.table["length_m"].sum())
    metres = np.array([done[mask.tobytes()] for mask in sets])
    return InView(np.minimum(metres, whole), whole)
