"""Answers of several people: against another program's, and against what is so."""

import numpy as np
import pytest

from contrechamp.measure.survey.answers import judged

#: How likely "yes" is for each thing of `answers`, by DawidSkene of crowd-kit 1.4.2
#: (n_iter=2000, tol=1e-10), which assumes no answers beforehand.
BY_CROWD_KIT = [
    1.0,
    0.0,
    0.0,
    1.0,
    1.0,
    0.0,
    1.0,
    1.0,
    0.0,
    0.0,
    0.9025,
    0.0,
    0.0,
    1.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    0.0,
    1.0,
    0.0,
    0.0,
    1.0,
    0.0,
    1.0,
    0.0,
    0.0302,
    1.0,
    0.0,
    1.0,
    1.0,
    0.0,
    0.0,
    1.0,
    0.0,
    1.0,
    0.0,
    1.0,
]

#: How often each person says what is so.
RIGHT = (0.95, 0.9, 0.8, 0.7, 0.55)


def answers(things: int, seed: int) -> tuple[np.ndarray, ...]:
    """Return what is so, and who said what of it: thing, person, answer."""
    rng = np.random.default_rng(seed)
    so = rng.random(things) < 0.4
    rows = []
    for thing in range(things):
        for person, right in enumerate(RIGHT):
            if rng.random() < 0.8:
                rows.append((thing, person, int(so[thing] == (rng.random() < right))))
    return (so, *np.array(rows).T)


def test_weighs_answers_as_crowd_kit_does() -> None:
    _so, thing, person, answer = answers(40, 11)
    found = judged(thing, person, answer, (40, 5, 2)).likely[:, 1]
    assert found == pytest.approx(np.array(BY_CROWD_KIT), abs=0.05)


def test_is_right_more_often_than_a_count_of_votes() -> None:
    so, thing, person, answer = answers(2000, 3)
    found = judged(thing, person, answer, (2000, 5, 2))
    votes = np.bincount(thing, weights=answer, minlength=2000) * 2 > np.bincount(
        thing, minlength=2000
    )
    assert ((found.likely[:, 1] > 0.5) == so).mean() > (votes == so).mean() + 0.02
    assert found.reliability[:, 1, 1] == pytest.approx(np.array(RIGHT), abs=0.08)
    assert found.share[1] == pytest.approx(so.mean(), abs=0.02)


def test_what_nobody_answered_is_as_likely_as_others() -> None:
    found = judged(np.array([0, 0]), np.array([0, 1]), np.array([1, 1]), (2, 2, 2))
    assert found.likely[0, 1] > 0.9
    assert found.likely[1] == pytest.approx(found.share)


def test_one_answer_is_believed_but_not_wholly() -> None:
    found = judged(np.arange(3), np.zeros(3, int), np.array([0, 1, 1]), (3, 1, 2))
    assert found.likely.argmax(axis=1).tolist() == [0, 1, 1]
