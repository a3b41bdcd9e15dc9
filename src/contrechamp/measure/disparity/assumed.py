"""How far a comparison goes by what is assumed of the cameras' views, where nothing says it.

As for all figures on views (`measure.span`): each alternative is taken in a few draws with the same
random numbers, and moves the median by what it differs from what was assumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from contrechamp.measure.assumed import by_alternatives
from contrechamp.measure.disparity.asked import Asked
from contrechamp.measure.disparity.cannot import CannotTellError
from contrechamp.measure.disparity.compare import Sides, compared
from contrechamp.measure.disparity.exposed import Exposed, exposed
from contrechamp.measure.disparity.people import People
from contrechamp.measure.disparity.plan import OF_VIEWS, Comparison
from contrechamp.measure.disparity.trips import AreaTrips
from contrechamp.measure.pieces import StreetPieces
from contrechamp.measure.results import Span
from contrechamp.measure.span import SPAN_DRAWS, span_between
from contrechamp.measure.stage import Stage
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]


@dataclass(frozen=True)
class SideSpans:
    """What a comparison comes to by what is assumed.

    Args:
        first: of the first side.
        second: of the second.
        ratio: of the first to the second.
    """

    first: Span
    second: Span
    ratio: Span

    @property
    def either_way(self) -> bool:
        """Whether by one assumption the first side has more, and by another the second."""
        return self.ratio.low < 1.0 < self.ratio.high


@dataclass(frozen=True)
class Assumed:
    """The areas' exposure by what is assumed, in a few draws.

    Args:
        asked: how many.
        usual: with what is assumed.
        others: with each alternative.
        names: what differs between them.
    """

    asked: Asked
    usual: Exposed
    others: tuple[Exposed, ...]
    names: tuple[str, ...]


def assumed_exposure(
    scene: Scene,
    stage: Stage,
    pieces: StreetPieces,
    levels: Sequence[Level],
    asked: Asked,
    trips: AreaTrips | None,
) -> Assumed | None:
    """Return exposure by each alternative; None where nothing is assumed."""
    few = replace(asked, draws=min(SPAN_DRAWS, asked.draws))

    def find(by: Stage) -> Exposed:
        return exposed(scene, by, pieces, levels, few, trips=trips)

    by = by_alternatives(stage, scene.buildings, find)
    return Assumed(few, find(stage), by.others, by.names) if by.others else None


def spans_of(
    sides: Sides,
    one: Comparison,
    level: int,
    people: People,
    by: Assumed,
    area_ids: NDArray[np.str_],
    fewest: int,
) -> SideSpans | None:
    """Return what a comparison of what is in view comes to by what is assumed.

    None where it hangs on no view, or nothing of it is in view by what is assumed.

    Args:
        sides: in all draws.
        one: the comparison.
        level: its number.
        people: in as many draws as `by`.
        by: exposure by what is assumed.
        area_ids: (n_areas,).
        fewest: people of whom a figure is given.
    """
    if one.measure not in OF_VIEWS:
        return None
    try:
        usual = compared(one, level, people, by.usual, area_ids, fewest, by.asked.seed)
        others = [
            compared(one, level, people, exposure, area_ids, fewest, by.asked.seed)
            for exposure in by.others
        ]
    except CannotTellError:
        return None

    def span(whole: F8, same: F8, rest: list[F8], most: float) -> Span:
        median = float(np.median(whole))
        found = span_between(median, [same] * len(rest), rest, by.names, most=most)
        return found or Span(median, median, by.names)

    most = np.inf if one.standardised else 1.0
    return SideSpans(
        span(sides.first, usual.first, [side.first for side in others], most),
        span(sides.second, usual.second, [side.second for side in others], most),
        span(
            np.exp(sides.log_ratio),
            np.exp(usual.log_ratio),
            [np.exp(side.log_ratio) for side in others],
            np.inf,
        ),
    )
