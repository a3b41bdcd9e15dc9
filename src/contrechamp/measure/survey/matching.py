"""Which cameras of two lists are the same ones, as a distribution over whole matchings.

Two people who list the cameras of one place put the same camera a few metres apart, and different
cameras nearer than that. To take every pair below some distance as one camera would turn doubt into
a count. So whole one-to-one matchings are drawn, each as often as it is likely:

- one camera is listed at two places that differ by a normal error in each direction;
- another camera lies as near as cameras lie to each other: those *within* a list are different
  ones, and their distances tell how dense cameras are at each distance from a camera. Streets are
  lines, and cameras come in rows: a mean over the area would be several times too low;
- lists give one camera different kinds now and then; the kinds of two cameras agree as often as
  kinds do by chance.

This is the record linkage of Fellegi and Sunter (JASA 64, 1969, 1183-1210), held to one partner
each. How many are in both lists, how far places differ, how often kinds do and how dense other
cameras lie is not known either: each draw takes turns between a matching and what it shows of these
(data augmentation: Tanner and Wong, JASA 82, 1987, 528-540). Cameras that compete for partners form
groups, in which matchings are drawn exactly (`groups`).
"""

from dataclasses import dataclass
from math import pi
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contrechamp.measure.survey.groups import ready, small_groups

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]
Mask = NDArray[np.bool_]
Texts = NDArray[np.str_]
Shapes = NDArray[np.object_]

#: Standard errors of a difference beyond which two are not one: it happens once in 75,000 times.
REACH: Final = 4.74
#: Rings in which distances within lists are counted, in standard errors of a difference.
RINGS: Final = (0.0, 1.0, 2.0, 3.3, REACH)
#: How often two lists give one camera different kinds, and how many pairs that weighs against what
#: the lists show. We know of no published figure: an assumption, to be told as one.
KINDS_DIFFER, LIKE_PAIRS = 0.1, 10.0
#: The error that the lists show is taken within these factors of the one that is given.
LEAST_ERROR, GREATEST_ERROR = 0.5, 1.5
#: Turns that each draw takes.
TURNS: Final = 30
#: Jeffreys' prior, of shares and of counts.
_HALF: Final = 0.5

NOT_TOLD: Final = ("", "unknown")


@dataclass(frozen=True)
class Listed:
    """The cameras of one list.

    Args:
        x: (n,) metres east.
        y: (n,) metres north.
        kind: (n,) as in camera tables; "unknown" or "" where it is not told.
        error_m: standard error of a position in each direction, metres, above zero.
    """

    x: F8
    y: F8
    kind: Texts
    error_m: float

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Pairs:
    """Pairs of cameras that may be one.

    Args:
        first: (n_pairs,) row in the first list, ascending.
        second: (n_pairs,) row in the second list.
        away_m: (n_pairs,) distance.
        ring: (n_pairs,) of `RINGS`, in which it lies.
        neighbours: (n_rings,) pairs within the lists, counted both ways.
        same_kind: (n_pairs,) whether both are of one kind.
        told: (n_pairs,) whether both kinds are told, and lists tell more kinds than one.
        by_chance: how often the kinds of two cameras agree.
        spread_m: standard error of a difference in each direction, by the lists' own errors.
        group: (n_pairs,) pairs that share a camera, directly or by others, have one number.
        lengths: of the two lists.
        left_out: pairs that were left out of groups that were too large.
    """

    first: I8
    second: I8
    away_m: F8
    ring: I8
    neighbours: I8
    same_kind: Mask
    told: Mask
    by_chance: float
    spread_m: float
    group: I8
    lengths: tuple[int, int]
    left_out: int


@dataclass(frozen=True)
class Matchings:
    """What the lists have in common, draw by draw.

    Args:
        chosen: (n_draws, n_pairs) which pairs are one camera; no camera is in two of them.
        spread_m: (n_draws,) standard error of a difference in each direction.
        kinds_differ: (n_draws,) how often the lists give one camera different kinds.
    """

    chosen: Mask
    spread_m: F8
    kinds_differ: F8


def pairs(first: Listed, second: Listed) -> Pairs:
    """Return the pairs of two lists that may be one camera.

    Args:
        first: one list.
        second: another, on the same plane.
    """
    spread_m = float(np.hypot(first.error_m, second.error_m))
    here = shapely.points(first.x, first.y)
    there = shapely.points(second.x, second.y)
    a, b = shapely.STRtree(there).query(here, predicate="dwithin", distance=REACH * spread_m)
    away_m = shapely.distance(here[a], there[b])
    n_near = len(a)
    kept, group = small_groups(a, b, -away_m)
    a, b, away_m = a[kept], b[kept], away_m[kept]
    all_told = np.concatenate([first.kind, second.kind])
    all_told = all_told[~np.isin(all_told, NOT_TOLD)]
    share = np.unique(all_told, return_counts=True)[1] / max(len(all_told), 1)
    both_told = ~np.isin(first.kind[a], NOT_TOLD) & ~np.isin(second.kind[b], NOT_TOLD)
    return Pairs(
        first=a,
        second=b,
        away_m=away_m,
        ring=np.searchsorted(np.array(RINGS[1:-1]) * spread_m, away_m),
        neighbours=_neighbours((here, there), np.array(RINGS) * spread_m),
        same_kind=first.kind[a] == second.kind[b],
        told=both_told & (len(share) > 1),
        by_chance=float((share**2).sum()),
        spread_m=spread_m,
        group=group,
        lengths=(len(first), len(second)),
        left_out=n_near - len(kept),
    )


def _neighbours(lists: tuple[Shapes, Shapes], edges_m: F8) -> I8:
    """Return how many cameras of one list lie at each distance from another, both ways counted."""
    count = np.zeros(len(edges_m) - 1, np.int64)
    for points in lists:
        a, b = shapely.STRtree(points).query(points, predicate="dwithin", distance=edges_m[-1])
        count += np.histogram(shapely.distance(points[a], points[b])[a != b], edges_m)[0]
    return count


def draw_matchings(of: Pairs, n_draws: int, rng: np.random.Generator) -> Matchings:
    """Draw which pairs are one camera, and what that shows of the lists.

    Args:
        of: the pairs.
        n_draws: how many matchings.
        rng: for the choices.
    """
    # Most cameras have one that may be the same, which has no other: these are drawn at once.
    alone = np.bincount(of.group)[of.group] == 1 if len(of.group) else np.empty(0, bool)
    groups = list(
        ready(of.first[~alone], of.second[~alone], of.group[~alone], np.flatnonzero(~alone))
    )
    n_first, n_second = of.lengths
    per_m2 = _others_per_m2(of, n_draws, rng)
    in_both = np.full(n_draws, 0.5 * len(np.unique(of.first)))
    spread_m, differ = np.full(n_draws, of.spread_m), np.full(n_draws, KINDS_DIFFER)
    for _turn in range(TURNS):
        odds = rng.beta(in_both + _HALF, n_first - in_both + _HALF)
        odds /= 1.0 - odds
        # Of the others of the second list, those that have no partner in the first.
        unmatched = (n_second - in_both + _HALF) / (n_second + 2 * _HALF)
        weight = _likeness(of, per_m2, spread_m, differ) * (odds / unmatched)[:, None]
        chosen = alone & (rng.random(weight.shape) * (1.0 + weight) < weight)
        for group in groups:
            group.draw(chosen, weight, rng)
        in_both = chosen.sum(axis=1).astype(np.float64)
        spread_m = _spread_m(of, chosen, in_both, rng)
        differ = _differ(of, chosen, rng)
    return Matchings(chosen, spread_m, differ)


def _others_per_m2(of: Pairs, n_draws: int, rng: np.random.Generator) -> F8:
    """Draw how dense others of the second list are at each distance, (n_draws, n_rings).

    What a list leaves out by chance does not change how its cameras lie to each other, but for a
    factor: so the neighbours within both lists are counted together. Each pair is counted twice.
    """
    n_first, n_second = of.lengths
    count = 2.0 * rng.gamma(of.neighbours / 2.0 + _HALF, size=(n_draws, len(of.neighbours)))
    area_m2 = pi * np.diff((np.array(RINGS) * of.spread_m) ** 2)
    return np.asarray(n_second * count / (n_first**2 + n_second**2) / area_m2, np.float64)


def _likeness(of: Pairs, per_m2: F8, spread_m: F8, differ: F8) -> F8:
    """Return how much likelier pairs are one camera than two, (n_draws, n_pairs)."""
    s2 = (spread_m**2)[:, None]
    place = np.exp(-0.5 * of.away_m**2 / s2) / (2.0 * pi * s2)
    kind = np.ones_like(place)
    if of.told.any():
        other = (differ / (1.0 - of.by_chance))[:, None]
        same = ((1.0 - differ) / of.by_chance)[:, None]
        kind[:, of.told] = np.where(of.same_kind[of.told], same, other)
    return np.asarray(kind * place / per_m2[:, of.ring], np.float64)


def _spread_m(of: Pairs, chosen: Mask, in_both: F8, rng: np.random.Generator) -> F8:
    apart = chosen @ of.away_m**2 + LIKE_PAIRS * 2.0 * of.spread_m**2
    drawn = np.sqrt(apart / rng.chisquare(2.0 * (in_both + LIKE_PAIRS)))
    return np.clip(drawn, LEAST_ERROR * of.spread_m, GREATEST_ERROR * of.spread_m)


def _differ(of: Pairs, chosen: Mask, rng: np.random.Generator) -> F8:
    told = chosen @ of.told.astype(np.float64)
    other = chosen @ (of.told & ~of.same_kind).astype(np.float64)
    assumed = LIKE_PAIRS * KINDS_DIFFER
    drawn = rng.beta(other + assumed, told - other + LIKE_PAIRS - assumed)
    return np.asarray(drawn, np.float64)
