"""Two lists of one place: their matchings against all that there are, their total against truth."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from contrechamp.measure.survey.groups import MOST_TAKEN, ready, small_groups
from contrechamp.measure.survey.matching import (
    Listed,
    Matchings,
    Pairs,
    draw_matchings,
    pairs,
)
from contrechamp.measure.survey.two_lists import chapman, missed_by_both, two_lists

F8 = NDArray[np.float64]
I8 = NDArray[np.int64]

DRAWS = 4000


def listed(*places: tuple[float, float], kinds: str = "", error_m: float = 3.0) -> Listed:
    """Return a list of cameras, the kind of each by its first letter."""
    names = {"f": "fixed", "d": "dome", "?": "unknown"}
    x, y = np.array(places, float).reshape(-1, 2).T
    kind = [names[one] for one in kinds] or ["unknown"] * len(places)
    return Listed(x, y, np.array(kind, str), error_m)


def matched(of: Pairs, n: int = DRAWS, seed: int = 1) -> Matchings:
    return draw_matchings(of, n, np.random.default_rng(seed))


def test_what_lies_apart_is_never_one_camera() -> None:
    of = pairs(listed((0, 0), (100, 0)), listed((0, 40), (100, 40)))
    assert matched(of, 5).chosen.shape == (5, 0)


def test_an_empty_list_has_nothing_in_common_with_another() -> None:
    assert matched(pairs(listed(), listed((0, 0))), 5).chosen.shape == (5, 0)
    assert matched(pairs(listed((0, 0)), listed()), 5).chosen.shape == (5, 0)


def test_what_lies_together_is_mostly_one_camera() -> None:
    places = [(60.0 * i, 0.0) for i in range(20)]
    of = pairs(listed(*places), listed(*((x + 1.0, y) for x, y in places)))
    assert matched(of).chosen.sum(axis=1).mean() == pytest.approx(20.0, abs=0.2)


def test_a_kind_that_differs_makes_a_pair_less_likely() -> None:
    places = [(60.0 * i, 0.0) for i in range(8)]
    away = [(x + 8.0, y) for x, y in places]
    of = pairs(listed(*places, kinds="ffffdddd"), listed(*away, kinds="ffffddf?"))
    often = matched(of).chosen.mean(axis=0)
    assert often[6] < often[7] < often[4]


def test_how_far_lists_differ_is_learned_from_them() -> None:
    rng = np.random.default_rng(5)
    truth = np.column_stack((np.arange(200) * 40.0, np.zeros(200)))
    seen = [listed(*(truth + rng.normal(0.0, 4.0, truth.shape)), error_m=3.0) for _ in "ab"]
    assert matched(pairs(*seen), 400).spread_m.mean() == pytest.approx(4.0 * 2**0.5, rel=0.05)


def test_how_often_kinds_differ_is_learned_from_them() -> None:
    places = [(60.0 * i, 0.0) for i in range(200)]
    first, second = "fd" * 100, "fddd" * 50
    of = pairs(listed(*places, kinds=first), listed(*places, kinds=second))
    # 50 of 200 differ; ten pairs more are assumed, one of which does.
    assert matched(of, 400).kinds_differ.mean() == pytest.approx(51 / 210, abs=0.02)


def whole_matchings(first: I8, second: I8, weight: F8) -> dict[tuple[int, ...], float]:
    """Return every one-to-one matching and its probability, by trying all sets of pairs."""
    found = {}
    for size in range(len(first) + 1):
        for some in combinations(range(len(first)), size):
            rows = list(some)
            if len(set(first[rows])) == len(set(second[rows])) == size:
                found[some] = float(np.prod(weight[rows]))
    total = sum(found.values())
    return {some: value / total for some, value in found.items()}


@given(
    st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8),
    st.lists(st.floats(0.01, 100.0), min_size=8, max_size=8),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60)
def test_matchings_are_drawn_as_often_as_they_are_likely(
    some: set[tuple[int, int]], weights: list[float], seed: int
) -> None:
    first, second = np.array(sorted(some)).T
    weight = np.array(weights[: len(first)])
    kept, group = small_groups(first, second, weight)
    assert len(kept) == len(first)
    drawn = np.zeros((DRAWS, len(first)), bool)
    rng = np.random.default_rng(seed)
    for one in ready(first, second, group, kept):
        one.draw(drawn, np.tile(weight, (DRAWS, 1)), rng)
    for matching, share in whole_matchings(first, second, weight).items():
        this = np.zeros(len(first), bool)
        this[list(matching)] = True
        often = float((drawn == this).all(axis=1).mean())
        # Six standard errors, so that many examples do not fail by chance.
        assert abs(often - share) < 6.0 * np.sqrt(share * (1 - share) / DRAWS) + 1e-3


def test_a_crowd_of_cameras_is_thinned_and_told() -> None:
    places = [(float(i % 6), float(i // 6)) for i in range(30)]
    of = pairs(listed(*places), listed(*places))
    assert of.left_out > 0
    assert max(len(np.unique(of.second[of.group == g])) for g in of.group) <= MOST_TAKEN
    for chosen in matched(of, 20).chosen:
        assert len(np.unique(of.first[chosen])) == len(np.unique(of.second[chosen])) == chosen.sum()


@pytest.mark.parametrize(
    ("first", "second", "both", "there_are"),
    # Arithmetic: (n1 + 1)(n2 + 1) / (m + 1) - 1.
    [(30, 40, 10, 31 * 41 / 11 - 1), (5, 5, 5, 5.0), (10, 20, 0, 230.0)],
)
def test_chapman(first: int, second: int, both: int, there_are: float) -> None:
    assert float(chapman(first, second, np.array(float(both)))) == pytest.approx(there_are)


def test_lists_that_share_nothing_say_no_total() -> None:
    told = two_lists(pairs(listed((0, 0)), listed((500, 0))), 100, np.random.default_rng(1))
    assert told.total is None
    assert told.chapman is None
    assert told.known.tolist() == [2.0] * 100


@pytest.mark.parametrize(("n", "shares"), [(40, (0.6, 0.5)), (150, (0.5, 0.4))])
def test_the_interval_holds_the_truth_as_often_as_it_says(
    n: int, shares: tuple[float, float]
) -> None:
    """Cameras along streets, two lists with errors of 3 m: a hundred worlds."""
    rng = np.random.default_rng(7)
    held = 0
    worlds = 100
    for _world in range(worlds):
        along = rng.uniform(0.0, 25.0 * n, n)
        truth = np.column_stack((along, rng.choice([-6.0, 6.0], n)))
        kind = rng.choice(["fixed", "dome"], n)
        seen = []
        for share in shares:
            some = rng.random(n) < share
            at = truth[some] + rng.normal(0.0, 3.0, (int(some.sum()), 2))
            said = np.where(rng.random(int(some.sum())) < 0.05, "unknown", kind[some])
            seen.append(Listed(at[:, 0], at[:, 1], said, 3.0))
        told = two_lists(pairs(*seen), 200, rng)
        assert told.total is not None
        low, high = np.quantile(told.total, (0.05, 0.95))
        held += bool(low <= n <= high)
    # Three standard errors about nine in ten.
    assert 0.81 <= held / worlds <= 0.99


def test_what_both_missed_has_the_mean_that_arithmetic_gives() -> None:
    in_both = np.full(200_000, 30.0)
    missed = missed_by_both(60, 50, in_both, np.random.default_rng(3))
    # Mean of (20.5) (1 - p) / p where p has Beta(30.5, 30.5): (20.5) * 30.5 / 29.5.
    assert missed.mean() == pytest.approx(20.5 * 30.5 / 29.5, rel=0.01)
    assert np.array_equal(missed, np.round(missed))
