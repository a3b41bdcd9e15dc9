"""Groups of people and sides of areas compared, draw by draw."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contrechamp.base.seeds import stream
from contrechamp.measure.disparity.cannot import CannotTellError
from contrechamp.measure.disparity.exposed import Exposed
from contrechamp.measure.disparity.people import People
from contrechamp.measure.disparity.plan import REST, TRIPS, Comparison
from contrechamp.measure.survey.density import rate

F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sides:
    """Two sides of a comparison, draw by draw.

    Args:
        first: (n_draws,) the measure on the first side.
        second: (n_draws,) on the second.
    """

    first: F8
    second: F8

    @property
    def log_ratio(self) -> F8:
        """(n_draws,) of the first to the second."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.first) - np.log(self.second), np.float64)


def compared(
    one: Comparison,
    level: int,
    people: People,
    exposed: Exposed,
    area_ids: NDArray[np.str_],
    fewest: int,
    seed: int,
) -> Sides:
    """Return the two sides of a comparison of groups or areas.

    Args:
        one: the comparison.
        level: its number.
        people: of the areas.
        exposed: the areas' streets and cameras.
        area_ids: (n_areas,).
        fewest: people of whom a figure is given.
        seed: of the draws.

    Raises:
        CannotTellError: if a side is empty, too small, or nothing is in view.
    """
    if one.groups:
        sides = _groups(one, level, people, exposed, fewest, seed)
    else:
        sides = _areas(one, level, people, exposed, area_ids, fewest, seed)
    if not (sides.first > 0.0).any() or not (sides.second > 0.0).any():
        raise CannotTellError("nothing-in-view")
    # A draw in which one side has nothing in view has no ratio, but an order: far to one side.
    tiny = 1e-6 * max(float(sides.first.max()), float(sides.second.max()))
    return Sides(np.maximum(sides.first, tiny), np.maximum(sides.second, tiny))


def _groups(
    one: Comparison, level: int, people: People, exposed: Exposed, fewest: int, seed: int
) -> Sides:
    lives = [_living(name, one.groups[0], people) for name in one.groups]
    with_street = exposed.street_m > 0.0
    if one.measure == TRIPS:
        with_street &= exposed.trip_m > 0.0
        if not with_street.any():
            raise CannotTellError("no-trips")
    for who in lives:
        there = float(np.median(who[:, with_street].sum(axis=1)))
        if there <= 0.0:
            raise CannotTellError("group-empty")
        if there < fewest:
            raise CannotTellError("group-too-small")
    # Everybody less the two groups may be so few that they could be told by subtraction.
    left = float(np.median((people.all_of_them - sum(lives))[:, with_street].sum(axis=1)))
    if 0.5 < left < fewest and one.groups[1] != REST:
        raise CannotTellError("others-too-small")
    if one.measure == "seen_share":
        value, expected = exposed.share[level], exposed.expected[level]
    elif one.measure == TRIPS:
        value = expected = exposed.trip_share[level]
    else:
        value, expected = _per_km(exposed, seed)
    first, second = (
        _mean(value, expected, who, with_street, standardised=one.standardised) for who in lives
    )
    return Sides(first, second)


def _living(name: str, first: str, people: People) -> F8:
    if name == REST:
        return np.maximum(people.all_of_them - people.groups[first], 0.0)
    return people.groups[name]


def _mean(value: F8, expected: F8, who: F8, there: Mask, *, standardised: bool) -> F8:
    """Return the mean of a measure over where people of a group live, (n_draws,)."""
    who = who[:, there]
    found = (value[:, there] * who).sum(axis=1)
    total = (expected[:, there] * who).sum(axis=1) if standardised else who.sum(axis=1)
    return np.asarray(found / np.maximum(total, 1e-12), np.float64)


def _per_km(exposed: Exposed, seed: int) -> tuple[F8, F8]:
    """Return cameras to the kilometre of each area, and as many as its kinds of streets have."""
    n_draws = len(exposed.found)
    km = np.maximum(exposed.street_m / 1000.0, 1e-9)
    rng = stream(seed, "disparity", "per km")
    drawn = rng.gamma(exposed.cameras + 1e-9, size=(n_draws, len(km)))
    expected = _expected_cameras(exposed) / km
    return drawn / exposed.found / km, np.broadcast_to(expected, drawn.shape)


def _expected_cameras(exposed: Exposed) -> F8:
    """Return how many cameras each area had if its streets had those of their kind, (n_areas,)."""
    of_kind = exposed.street_of_kind_m.sum(axis=0)
    per_m = np.divide(
        exposed.cameras_of_kind, of_kind, out=np.zeros_like(of_kind), where=of_kind > 0.0
    )
    return np.asarray(exposed.street_of_kind_m @ per_m, np.float64)


def _areas(
    one: Comparison,
    level: int,
    people: People,
    exposed: Exposed,
    area_ids: NDArray[np.str_],
    fewest: int,
    seed: int,
) -> Sides:
    first = np.isin(area_ids, one.areas[0])
    second = ~first if one.areas[1] == (REST,) else np.isin(area_ids, one.areas[1])
    of: Mapping[str, Mask] = {"first": first, "second": second}
    found = [_side(one, level, people, exposed, mask, fewest, seed, name)
             for name, mask in of.items()]  # fmt: skip
    return Sides(*found)


def _side(
    one: Comparison,
    level: int,
    people: People,
    exposed: Exposed,
    side: Mask,
    fewest: int,
    seed: int,
    name: str,
) -> F8:
    """Return the measure of some areas together, (n_draws,)."""
    if not side.any():
        raise CannotTellError("side-empty")
    side = side & (exposed.street_m > 0.0)  # elsewhere people count, and cameras cannot
    street = exposed.street_m[side]
    if not side.any():
        raise CannotTellError("side-without-street")
    if one.measure == TRIPS:
        metres = exposed.trip_m[side]
        if not metres.any():
            raise CannotTellError("no-trips")
        return np.asarray(exposed.trip_share[level][:, side] @ metres / metres.sum(), np.float64)
    if one.measure == "seen_share":
        seen = exposed.share[level][:, side] @ street
        like_all = exposed.expected[level][:, side] @ street
        return np.asarray(seen / (like_all if one.standardised else street.sum()), np.float64)
    n_draws = len(exposed.found)
    rng = stream(seed, "disparity", "rate", one.name, name)
    found = rate(exposed.cameras[side], street / 1000.0, n_draws, rng)
    if found is None:
        raise CannotTellError("side-without-street")
    weight = exposed.cameras[side] + 0.5
    per_km = found.per_km * ((1.0 / exposed.found[:, side]) @ weight) / weight.sum()
    if one.measure == "cameras_per_km":
        if one.standardised:
            expected = _expected_cameras(exposed)[side].sum() / (street.sum() / 1000.0)
            if not expected > 0.0:
                raise CannotTellError("no-cameras")
            return np.asarray(per_km / expected, np.float64)
        return np.asarray(per_km, np.float64)
    who = people.all_of_them[:, side].sum(axis=1)
    if float(np.median(who)) <= 0.0:
        raise CannotTellError("side-without-people")
    if float(np.median(who)) < fewest:
        raise CannotTellError("too-few-people")
    return np.asarray(per_km * street.sum() / 1000.0 / np.maximum(who, 1.0) * 1000.0, np.float64)
