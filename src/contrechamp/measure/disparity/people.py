"""Who lives in each area, draw by draw: with the error of the count and that of dividing it up."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.seeds import stream
from contrechamp.measure.disparity import areal
from contrechamp.measure.disparity.plan import Plan
from contrechamp.scene.census import Census

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """People of the areas.

    Args:
        all_of_them: (n_draws, n_areas).
        groups: name -> (n_draws, n_areas), never more than all of them.
        covariates: name -> (n_areas,) NaN where not known.
        cluster: (n_areas,) numbers of clusters from 0; None where the plan names no column.
        outside: people of the table who live in none of the areas, as expected.
        interpolated: whether counts were divided between areas.
        without: areas of which the table says nothing.
        unknown: rows of the table that leave open how many people there are, or how many of a
            group; nobody of them counts, so that groups are compared by the same rows.
    """

    all_of_them: F8
    groups: Mapping[str, F8]
    covariates: Mapping[str, F8]
    cluster: I8 | None
    outside: float
    interpolated: bool
    without: int
    unknown: int


def people_of(
    areas: gpd.GeoDataFrame, census: Census, plan: Plan, n_draws: int, seed: int, file: str
) -> People:
    """Return who lives in the areas.

    Args:
        areas: `AREA_COLUMNS`, metric, overlapping nowhere.
        census: rows of people; its shapes, if it has any, on the plane of the areas.
        plan: which columns they are.
        n_draws: how many draws.
        seed: of the draws.
        file: name of the table, for errors.

    Raises:
        InputError: if a count is below zero, a group larger than all people, or nothing of the
            table lies in the areas.
    """
    _check(census, plan, file)
    of = _shares(areas, census, file)
    rng = stream(seed, "disparity", "people")
    counted = _counted(census, plan)
    whole = _with_error(counted, plan.error, n_draws, rng)
    # One division of the ground for everybody: groups live in the places of the others.
    in_areas, rest = _divided(of, [whole, *_groups(census, plan, whole, n_draws, rng)], rng)
    reached = np.bincount(of.target, minlength=len(areas)) > 0
    return People(
        all_of_them=in_areas,
        groups=dict(zip(plan.groups, rest, strict=True)),
        covariates={
            name: _mean(of, census.numbers[column], counted)
            for name, column in plan.covariates.items()
        },
        cluster=_clusters(of, census, counted) if plan.cluster else None,
        outside=float(counted.sum() - areal.interpolated(of, counted).sum()),
        interpolated=bool((of.share < 1.0).any()),
        without=int((~reached).sum()),
        unknown=int((~_known(census, plan)).sum()),
    )


def _known(census: Census, plan: Plan) -> NDArray[np.bool_]:
    """Return which rows say how many people there are, and how many of each group, (n,)."""
    told = [census.numbers[column] for column in (plan.people, *plan.groups.values())]
    return np.asarray(~np.isnan(told).any(axis=0))


def _counted(census: Census, plan: Plan) -> F8:
    """Return the people of each row, none of those that leave something open: (n,)."""
    return np.where(_known(census, plan), census.numbers[plan.people], 0.0)


def _check(census: Census, plan: Plan, file: str) -> None:
    counted = census.numbers[plan.people]
    ids = census.rows["id"].to_numpy(str)
    for column in (plan.people, *plan.groups.values()):
        values = census.numbers[column]
        for wrong, text in (
            (values < 0.0, _("expected a number of people")),
            (values > counted * (1.0 + 1e-9) + 1e-9, _("more than all people of the area")),
        ):
            if wrong.any():
                raise InputError(text, where=f"{file}: {ids[np.argmax(wrong)]}: {column}")


def _shares(areas: gpd.GeoDataFrame, census: Census, file: str) -> areal.Shares:
    ids = census.rows["id"].to_numpy(str)
    if census.has_shapes:
        shapes = census.rows.geometry.to_numpy()
        if (over := areal.overlapping(shapes)) is not None:
            raise InputError(
                _(
                    "{first} and {second} lie over each other: people there would count twice"
                ).format(first=ids[over[0]], second=ids[over[1]]),
                where=file,
            )
        of = areal.shares(shapes, areas.geometry.to_numpy())
    else:
        row = {identity: i for i, identity in enumerate(ids.tolist())}
        target = np.array([i for i, one in enumerate(areas["id"]) if str(one) in row], np.int64)
        source = np.array([row[str(areas["id"].iloc[i])] for i in target], np.int64)
        order = np.argsort(source)
        of = areal.Shares(source[order], target[order], np.ones(len(order)), len(ids), len(areas))
    if not len(of.share):
        raise InputError(
            _("nothing of this table lies in the areas: are the ids, or the places, the same?"),
            where=file,
        )
    return of


def _with_error(counted: F8, error: float, n_draws: int, rng: np.random.Generator) -> F8:
    """Draw counts with a standard error that is a share of each, (n_draws, n)."""
    if error <= 0.0:
        return np.broadcast_to(counted, (n_draws, len(counted)))
    shape = 1.0 / error**2
    return np.asarray(counted * rng.gamma(shape, 1.0 / shape, (n_draws, len(counted))))


def _groups(
    census: Census, plan: Plan, whole: F8, n_draws: int, rng: np.random.Generator
) -> list[F8]:
    counted = _counted(census, plan)
    found = []
    for column in plan.groups.values():
        # The share of the group has an error of its own, beside that of all people.
        share = np.nan_to_num(census.numbers[column]) / np.maximum(counted, 1e-12)
        drawn = _with_error(share, plan.error, n_draws, rng)
        found.append(whole * np.minimum(drawn, 1.0))
    return found


def _divided(of: areal.Shares, counts: list[F8], rng: np.random.Generator) -> tuple[F8, list[F8]]:
    """Divide counts of sources between the areas, all by the same draws of where people live."""
    n_draws = len(counts[0])
    part = areal.drawn_shares(of, n_draws, rng)
    first, *rest = (areal.added_up(of, part, one) for one in counts)
    return first, rest


def _mean(of: areal.Shares, values: F8, counted: F8) -> F8:
    """Return the mean of a covariate in each area, by the people it is told of."""
    known = np.isfinite(values[of.source])
    weight = of.share * np.maximum(counted[of.source], 1e-9) * known
    total = np.bincount(of.target, weight, of.n_targets)
    found = np.bincount(of.target, weight * np.nan_to_num(values[of.source]), of.n_targets)
    unknown = np.full(of.n_targets, np.nan)
    return np.asarray(np.divide(found, total, out=unknown, where=total > 0.0), np.float64)


def _clusters(of: areal.Shares, census: Census, counted: F8) -> I8:
    """Return the cluster of each area: that of the source with most of its people."""
    number = np.unique(census.rows["group"].to_numpy(str), return_inverse=True)[1].ravel()
    order = np.lexsort((of.share * counted[of.source], of.target))
    cluster = np.full(of.n_targets, number.max(initial=-1) + 1)
    cluster[of.target[order]] = number[of.source[order]]  # the last, which has most, stays
    return np.asarray(cluster, np.int64)
