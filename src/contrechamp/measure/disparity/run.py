"""Who bears it: from a scene, a table of people and a plan to every comparison that was stated."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress, silent
from contrechamp.base.seeds import stream
from contrechamp.measure.disparity.areal import overlapping
from contrechamp.measure.disparity.asked import Asked
from contrechamp.measure.disparity.assumed import (
    Assumed,
    SideSpans,
    assumed_exposure,
    spans_of,
)
from contrechamp.measure.disparity.cannot import CannotTellError
from contrechamp.measure.disparity.compare import Sides, compared
from contrechamp.measure.disparity.counts import Fit, negative_binomial, poisson
from contrechamp.measure.disparity.exposed import Exposed, exposed
from contrechamp.measure.disparity.neighbours import Alike, alike, touching
from contrechamp.measure.disparity.people import People, people_of
from contrechamp.measure.disparity.plan import OF_VIEWS, REST, TRIPS, Comparison, Plan
from contrechamp.measure.disparity.several import from_draws, holm
from contrechamp.measure.disparity.shape import Shape, shape
from contrechamp.measure.disparity.trips import area_trips
from contrechamp.measure.pieces import walkable_pieces
from contrechamp.measure.priors import Priors, default
from contrechamp.measure.stage import set_stage
from contrechamp.measure.survey.strata import STRATA
from contrechamp.scene.census import Census
from contrechamp.scene.tables import Scene
from contrechamp.sight.arrays import Level

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

#: Squares in which areas are taken to be alike, where no column says so: this many areas in each.
AREAS_A_SQUARE: Final = 5
#: Kinds of streets that a regression holds: the others are what they are compared with.
HELD: Final = ("by-services", "main-roads")


@dataclass(frozen=True)
class Regression:
    """How cameras to the kilometre go with what areas are like.

    Args:
        fit: negative binomial; column 1 is the covariate, in its deviations.
        as_poisson: Poisson's, of the same.
        shape: what the rate does as the covariate rises; None where it cannot be told.
        alike: whether neighbours are alike beyond it; None where nobody has neighbours.
        mean: of the covariate.
        deviation: of the covariate.
        n: areas that count.
    """

    fit: Fit
    as_poisson: Fit
    shape: Shape | None
    alike: Alike | None
    mean: float
    deviation: float
    n: int


@dataclass(frozen=True)
class Compared:
    """What came out of one comparison.

    Args:
        of: what was stated.
        reason: why it cannot be told, of `cannot.REASONS`; "" if it can.
        sides: of groups or areas.
        spans: what these come to by what is assumed of views; None where nothing is.
        regression: of a covariate.
        p: how often chance alone gives as much; NaN where it cannot be told.
        holm: the same, corrected for all comparisons that were stated.
    """

    of: Comparison
    reason: str
    sides: Sides | None
    spans: SideSpans | None
    regression: Regression | None
    p: float
    holm: float


@dataclass(frozen=True)
class Disparity:
    """Who bears it.

    Args:
        plan: what was stated.
        asked: what was asked.
        levels: pixel densities.
        exposed: the areas' streets and cameras.
        people: who lives there.
        compared: every comparison that was stated, in its order.
    """

    plan: Plan
    asked: Asked
    levels: tuple[Level, ...]
    exposed: Exposed
    people: People
    compared: tuple[Compared, ...]


def disparity(
    scene: Scene,
    census: Census,
    plan: Plan,
    levels: Sequence[Level],
    asked: Asked,
    *,
    census_file: str,
    priors: Priors | None = None,
    progress: Progress = silent,
) -> Disparity:
    """Return every comparison that was stated.

    Args:
        scene: with walkable streets, cameras and areas.
        census: the people; its shapes, if it has any, on the plane of the scene.
        plan: what is compared.
        levels: of the figures.
        asked: what is asked.
        census_file: name of the table of people, for errors.
        priors: for what is not mapped; by default those of `priors.default`.
        progress: advanced with every draw.

    Raises:
        InputError: if areas lie over each other, are off the map, or the plan names what is not
            there.
    """
    _check(scene, plan, levels)
    stage = set_stage(
        scene, priors or default(), levels, target_height_m=asked.target_height_m,
        seed=asked.seed, threads=asked.threads,
    )  # fmt: skip
    pieces = walkable_pieces(scene.streets)
    asks_trips = any(one.measure == TRIPS for one in plan.comparisons)
    trips = area_trips(scene, asked.seed) if asks_trips else None
    found = exposed(scene, stage, pieces, levels, asked, progress, trips)
    if not found.street_m.any():
        raise InputError(_off_the_map(), where=_names(scene))
    people = people_of(scene.areas, census, plan, asked.draws, asked.seed, census_file)
    of_views = any(one.measure in OF_VIEWS and not one.covariate for one in plan.comparisons)
    by = assumed_exposure(scene, stage, pieces, levels, asked, trips) if of_views else None
    few = people if by is None else people_of(
        scene.areas, census, plan, by.asked.draws, asked.seed, census_file
    )  # fmt: skip
    numbers = {level.name: i for i, level in enumerate(levels)}
    told = [
        _with_spans(
            _one(one, scene, plan, people, found, numbers.get(one.level, 0), asked),
            numbers.get(one.level, 0),
            few,
            by,
            scene,
            plan,
        )
        for one in plan.comparisons
    ]
    corrected = holm(np.array([one.p for one in told]))
    return Disparity(
        plan, asked, tuple(levels), found, people,
        tuple(
            replace(one, holm=float(value))
            for one, value in zip(told, corrected, strict=True)
        ),
    )  # fmt: skip


def _names(scene: Scene) -> str:
    return ", ".join(file.name for file in scene.inputs)


def _off_the_map() -> str:
    return _("no walkable street lies in the areas: are they of this place?")


def _check(scene: Scene, plan: Plan, levels: Sequence[Level]) -> None:
    """Refuse a plan that names what is not there, and areas that count people twice."""
    shapes, ids = scene.areas.geometry.to_numpy(), scene.areas["id"].to_numpy(str)
    if (empty := np.flatnonzero(~(shapely.area(shapes) > 0.0))).size:
        raise InputError(_("the area has no ground"), where=f"{_names(scene)}: {ids[empty[0]]}")
    if (over := overlapping(shapes)) is not None:
        raise InputError(
            _(
                "the areas {first} and {second} lie over each other: what is between them would "
                "count on both sides; give areas that only touch"
            ).format(first=ids[over[0]], second=ids[over[1]]),
            where=_names(scene),
        )
    known = set(ids.tolist()) | {REST}
    names = {level.name for level in levels} | {""}
    for one in plan.comparisons:
        for identity in (identity for side in one.areas for identity in side):
            if identity not in known:
                raise InputError(
                    _("no area has the id {id}").format(id=identity), where=f"areas: {one.name}"
                )
        if one.level not in names:
            raise InputError(
                _("no level {level}; expected one of {names}").format(
                    level=one.level, names=", ".join(level.name for level in levels)
                ),
                where=f"level: {one.name}",
            )


def _one(
    one: Comparison,
    scene: Scene,
    plan: Plan,
    people: People,
    found: Exposed,
    level: int,
    asked: Asked,
) -> Compared:
    ids = scene.areas["id"].to_numpy(str)
    try:
        if one.covariate:
            fitted = _regression(one, scene, plan, people, found, asked)
            return Compared(one, "", None, None, fitted, fitted.fit.p(1), np.nan)
        sides = compared(one, level, people, found, ids, plan.fewest, asked.seed)
        return Compared(one, "", sides, None, None, from_draws(sides.log_ratio), np.nan)
    except CannotTellError as error:
        return Compared(one, error.reason, None, None, None, np.nan, np.nan)


def _with_spans(
    one: Compared, level: int, few: People, by: Assumed | None, scene: Scene, plan: Plan
) -> Compared:
    """Return a comparison with what it comes to by what is assumed."""
    if by is None or one.sides is None:
        return one
    ids = scene.areas["id"].to_numpy(str)
    return replace(one, spans=spans_of(one.sides, one.of, level, few, by, ids, plan.fewest))


def _regression(
    one: Comparison, scene: Scene, plan: Plan, people: People, found: Exposed, asked: Asked
) -> Regression:
    """Fit cameras to the kilometre on a covariate, kinds of streets held if that was stated."""
    values = people.covariates[one.covariate]
    counts = np.median(people.all_of_them, axis=0) >= plan.fewest
    counts &= (found.street_m > 0.0) & np.isfinite(values)
    if not counts.any():
        raise CannotTellError("few-areas")
    values = values[counts]
    mean, deviation = float(values.mean()), float(values.std())
    if not deviation > 1e-9 * max(abs(mean), 1e-300):
        raise CannotTellError("no-variation")
    z = (values - mean) / deviation
    others = np.empty((len(z), 0))
    if one.standardised:
        kinds = found.street_of_kind_m[counts] / found.street_m[counts][:, None]
        held = kinds[:, [STRATA.index(name) for name in HELD]]
        held = held[:, held.std(axis=0) > 1e-9]
        others = (held - held.mean(axis=0)) / held.std(axis=0)
    y = found.cameras[counts].astype(np.float64)
    offset = np.log(found.street_m[counts] / 1000.0)
    areas = scene.areas.geometry.to_numpy()[counts]
    cluster = _squares(areas) if people.cluster is None else people.cluster[counts]
    columns = np.column_stack((z, others))
    fit = negative_binomial(y, columns, offset, cluster)
    try:
        curve = shape(y, z, others, offset, cluster)
    except CannotTellError:
        curve = None
    rng = stream(asked.seed, "disparity", "neighbours", one.name)
    return Regression(
        fit=fit,
        as_poisson=poisson(y, columns, offset, cluster),
        shape=curve,
        alike=alike(fit.pearson(y), touching(areas), rng),
        mean=mean,
        deviation=deviation,
        n=len(y),
    )


def _squares(areas: NDArray[np.object_]) -> I8:
    """Return the square of each area, by its middle; about `AREAS_A_SQUARE` are in each."""
    middle = shapely.get_coordinates(shapely.centroid(areas))
    side = np.sqrt(AREAS_A_SQUARE * float(np.mean(shapely.area(areas))))
    cell = np.floor((middle - middle.min(axis=0)) / side).astype(np.int64)
    return np.asarray(np.unique(cell, axis=0, return_inverse=True)[1].ravel(), np.int64)
