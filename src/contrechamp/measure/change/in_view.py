"""What is in view at several dates, by common random numbers.

All dates share the ground (streets, buildings) of the last map, one placing and one draw of every
unknown: so two dates differ by their cameras alone, and the interval of a difference is narrow
where they have most cameras in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.progress import Progress, silent
from contrechamp.measure.assumed import by_alternatives
from contrechamp.measure.exposure import expose_totals
from contrechamp.measure.pieces import StreetPieces
from contrechamp.measure.results import Span
from contrechamp.measure.span import SPAN_DRAWS, span_of
from contrechamp.measure.stage import Stage

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class InView:
    """Walkable street in view of some cameras.

    Args:
        metres: (n_sets, n_draws, n_levels), draw k of all sets the same.
        others: the same for each alternative to what is assumed, in the first few draws.
        assumed: what differs between the alternatives (`span.Alternatives`).
        whole_m: length of all walkable street.
    """

    metres: F8
    others: tuple[F8, ...]
    assumed: tuple[str, ...]
    whole_m: float

    def spans(self, number: int) -> tuple[Span | None, ...]:
        """Return what a set has in view by what is assumed, (n_levels,)."""
        return self._spans(self.metres[number], [one[number] for one in self.others], 0.0)

    def spans_of_difference(self, first: int, second: int) -> tuple[Span | None, ...]:
        """Return the same of what the second set has in view beyond the first."""
        others = [one[second] - one[first] for one in self.others]
        return self._spans(self.metres[second] - self.metres[first], others, -self.whole_m)

    def _spans(self, drawn: F8, others: Sequence[F8], least: float) -> tuple[Span | None, ...]:
        return tuple(
            span_of(
                drawn[:, i],
                [one[:, i] for one in others],
                self.assumed,
                least=least,
                most=self.whole_m,
            )
            for i in range(drawn.shape[1])
        )


def in_view(
    stage: Stage,
    buildings: gpd.GeoDataFrame,
    pieces: StreetPieces,
    sets: Sequence[Mask],
    n_draws: int,
    progress: Progress = silent,
) -> InView:
    """Return what several sets of cameras have in view in the same draws.

    Args:
        stage: of all cameras.
        buildings: of the scene of the stage.
        pieces: of the walkable streets.
        sets: (n_cameras,) masks.
        n_draws: how many draws.
        progress: advanced with every draw of each different set.
    """
    whole = float(pieces.table["length_m"].sum())
    metres = _metres(stage, pieces, sets, n_draws, progress)
    few = min(SPAN_DRAWS, n_draws)
    by = by_alternatives(stage, buildings, lambda one: _metres(one, pieces, sets, few))
    return InView(
        np.minimum(metres, whole),
        tuple(np.minimum(one, whole) for one in by.others),
        by.names,
        whole,
    )


def _metres(
    stage: Stage,
    pieces: StreetPieces,
    sets: Sequence[Mask],
    n_draws: int,
    progress: Progress = silent,
) -> F8:
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
            stage.tops(numbers),
            pieces.pieces,
            stage.levels,
            target_height_m=stage.target_height_m,
            standing=stage.standing,
            progress=progress,
            threads=stage.threads,
        )
    return np.array([done[mask.tobytes()] for mask in sets])
