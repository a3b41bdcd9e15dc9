"""What is found by each alternative to what is assumed of the cameras' views.

Whatever is told of views is asked here once for every alternative, in the same way and with the
same random numbers as with what is assumed: so no figure on views is without its span for want of
asking. Alternatives are other priors (`span.alternatives`) and, on a height model, surfaces that
are off by its error (`relief_error`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, TypeVar

import geopandas as gpd

from contrechamp.measure.relief_error import SURFACES, with_error
from contrechamp.measure.span import alternatives
from contrechamp.measure.stage import Stage, with_priors, with_relief

Found = TypeVar("Found")
#: What a surface that is off is called where a figure says what its span covers.
RELIEF: Final = "relief"


@dataclass(frozen=True)
class OtherStages:
    """The alternatives, each made when it is asked for.

    Args:
        names: what differs between them, as in `results.Span`.
        made: return each of them.
    """

    names: tuple[str, ...]
    made: tuple[Callable[[], Stage], ...]


def other_stages(
    stage: Stage, buildings: gpd.GeoDataFrame, *, of: Stage | None = None
) -> OtherStages:
    """Return the alternatives to a stage; none where nothing is assumed.

    Args:
        stage: of the cameras.
        buildings: of its scene.
        of: of the cameras that what is assumed hangs on; by default those of the stage.
    """
    whose = stage if of is None else of
    other = alternatives(whose.cameras, whose.priors)
    made: list[Callable[[], Stage]] = [
        partial(with_priors, stage, priors, buildings) for priors in other.priors
    ]
    if stage.relief is None:
        return OtherStages(other.assumed, tuple(made))
    made += [partial(_off, stage, number) for number in range(SURFACES)]
    return OtherStages((*other.assumed, RELIEF), tuple(made))


def _off(stage: Stage, number: int) -> Stage:
    relief = stage.relief
    return stage if relief is None else with_relief(stage, with_error(relief, stage.seed, number))


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
    other = other_stages(stage, buildings, of=of)
    return ByAssumed(tuple(find(made()) for made in other.made), other.names)
