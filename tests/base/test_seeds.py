"""Random streams: the same for the same names, whatever else was drawn."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contrechamp.base.seeds import stream

NAMES = st.lists(st.text(max_size=8), min_size=1, max_size=3)


@given(seed=st.integers(0, 2**63 - 1), names=NAMES)
def test_the_same_seed_and_names_give_the_same_numbers(seed: int, names: list[str]) -> None:
    first = stream(seed, *names).random(4)
    stream(seed, "something else").random(100)
    assert np.array_equal(first, stream(seed, *names).random(4))


def test_another_seed_or_name_gives_other_numbers() -> None:
    drawn = [
        stream(seed, *names).random()
        for seed in (1, 2)
        for names in (("camera", "a"), ("camera", "b"), ("building", "a"))
    ]
    assert len(set(drawn)) == len(drawn)


def test_numbers_stay_what_they_were_in_earlier_versions() -> None:
    # Published reports are run again: a change of these numbers is a change of the figures.
    assert stream(1, "camera", "node/1").random(2).tolist() == [
        0.7123956358400253,
        0.849800235031001,
    ]


def test_streams_are_uniform_and_unrelated() -> None:
    first, second = (stream(1, "camera", name).random(20_000) for name in "ab")
    assert abs(first.mean() - 0.5) < 0.01  # 5 standard errors
    assert abs(float(np.corrcoef(first, second)[0, 1])) < 0.036  # 5 standard errors
