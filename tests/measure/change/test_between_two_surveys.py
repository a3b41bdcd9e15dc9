"""What two surveys of the same streets tell of change, against worlds in which it is known."""

from datetime import date

import numpy as np
import pytest

from contrechamp.measure.change.dates import when
from contrechamp.measure.change.growth import growth
from contrechamp.measure.change.twice import between


def shares(rng: np.random.Generator) -> tuple[float, float]:
    """Return what two surveys find: half of what is not known is of both alike."""
    alike, first, second = rng.normal(size=3)
    logits = 0.85 + 0.33 * np.sqrt(0.5) * np.array([alike + first, alike + second])
    found = 1.0 / (1.0 + np.exp(-logits))
    return float(found[0]), float(found[1])


def lists(rng: np.random.Generator, stay: int, new: int, gone: int) -> tuple[int, int, int]:
    """Return what two surveys have: both, only the first, only the second."""
    of_first, of_second = shares(rng)
    first, second = rng.random(stay) < of_first, rng.random(stay) < of_second
    return (
        int((first & second).sum()),
        int((first & ~second).sum()) + int(rng.binomial(gone, of_first)),
        int((second & ~first).sum()) + int(rng.binomial(new, of_second)),
    )


@pytest.mark.parametrize(("new", "gone"), [(0, 0), (30, 0), (10, 10)])
def test_the_interval_of_the_change_holds_it(new: int, gone: int) -> None:
    rng = np.random.default_rng(new)
    found = [between(*lists(rng, 60, new, gone), (0.576, 0.801), 300, rng) for _world in range(120)]
    told = [one.change for one in found if one is not None]
    assert len(told) >= 115
    ends = [np.quantile(one, (0.05, 0.95)) for one in told]
    held = np.mean([low <= new - gone <= high for low, high in ends])
    assert held >= 0.8, held
    # An interval that holds whatever comes would be of no use.
    assert np.mean([high - low for low, high in ends]) < 45.0


def test_where_nothing_is_missed_the_lists_are_the_change() -> None:
    found = between(20, 3, 8, (0.998, 0.9999), 500, np.random.default_rng(1))
    assert found is not None
    assert np.median(found.put_up) == 8
    assert np.median(found.taken_down) == 3
    assert np.median(found.change) == 5


def test_the_same_list_twice_shows_no_change() -> None:
    found = between(30, 0, 0, (0.5, 0.99), 500, np.random.default_rng(2))
    assert found is not None
    low, high = np.quantile(found.change, (0.05, 0.95))
    assert low <= 0 <= high


def test_lists_that_do_not_fit_the_share_that_is_said_to_be_found_tell_nothing() -> None:
    # Half of each survey would be missing, and yet both have the same 200.
    assert between(200, 0, 0, (0.49, 0.51), 500, np.random.default_rng(3)) is None


def test_growth_of_cameras_beside_that_of_the_map() -> None:
    rng = np.random.default_rng(4)
    alike = growth((10, 16), (1050, 1605), 4000, rng)
    assert alike is not None
    assert np.median(alike.factor) == pytest.approx(1.6 / (1605 / 1050), rel=0.05)
    assert alike.explains
    more = growth((100, 300), (1000, 1050), 4000, rng)
    assert more is not None
    assert not more.explains
    assert growth((0, 5), (0, 10), 10, rng) is None


def test_dates_as_far_as_they_are_known() -> None:
    found = when("2024-02")
    assert found is not None
    assert (found.first, found.last) == (date(2024, 2, 1), date(2024, 2, 29))
    assert when("2021") is not None
    for text in ("2021-13", "2021-02-30", "0000", "yesterday", "", "21-04-2021", "２０２１"):
        assert when(text) is None, text
