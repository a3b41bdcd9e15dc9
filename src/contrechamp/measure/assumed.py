"""What is found by each alternative to what is assumed of the cameras' views.

Whatever is told of views is asked here once for every alternative (`span.alternatives`), in the
same way and with the same random numbers as with what is assumed: so no figure on views is without
its span for want of asking.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import geopandas as gpd

from contrechamp.measure.span import alternatives
from contrechamp.measure.stage import Stage, with_priors

Found = TypeVar("Found")


@dataclass(frozen=True)
class ByAssumed(Generic[Found]):
    """What is found by each alternative.

    Args:
        others: by each of them; none where nothing is assumed.
        names: what differs between them, as in `results.Span`.
    """

    others: tuple[Found, ...]
    names: tuple[str, ...]


def by_alternatives(
    stage: Stage,
    buildings: gpd.GeoDataFrame,
    find: Callable[[Stage], Found],
    *,
    of: Stage | None = None,
) -> ByAssumed[Found]:
    """Return what is found by each alternative.

    Args:
        stage: of the cameras.
        buildings: of its scene.
        find: what is asked of a stage, in as many draws as `span.SPAN_DRAWS` says.
        of: of the cameras that what is assumed hangs on; by default those of the stage.
    """
    whose = stage if of is None else of
    other = alternatives(whose.cameras, whose.priors)
    others = tuple(find(with_priors(stage, priors, buildings)) for priors in other.priors)
    return ByAssumed(others, other.assumed)
