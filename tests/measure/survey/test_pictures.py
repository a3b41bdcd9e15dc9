"""Cameras to a kilometre from pictures of streets that people judged."""

import numpy as np
import pytest

from contrechamp.measure.survey.asked import Recall
from contrechamp.measure.survey.pictures import from_pictures
from contrechamp.scene.picture_answers import PictureAnswer


def rng():
    return np.random.default_rng(3)


def once(counts, length_m=20.0, sides=1):
    return [PictureAnswer(str(i), "", length_m, sides, n) for i, n in enumerate(counts)]


def test_without_answers_there_is_nothing_to_tell() -> None:
    assert from_pictures([], None, 100, rng()) is None


def test_the_arithmetic_of_the_paper_on_pictures_of_one_side() -> None:
    """Sheng, Yao and Goel: detections a picture x 1000 / metres a picture x 2 / recall."""
    counts = [1] * 300 + [0] * 99_700
    told = from_pictures(once(counts), Recall(630_000, 1_000_000), 2000, rng())
    assert told is not None
    assert np.median(told.per_km) == pytest.approx(0.003 * 1000 / 20 * 2 / 0.63, rel=0.01)
    assert told.side_km == pytest.approx(2000.0)
    # By Poisson's distribution 300 are off by 17 in one of three.
    assert told.per_km.std() / told.per_km.mean() == pytest.approx(300**-0.5, rel=0.1)
    both = from_pictures(once(counts, sides=2), Recall(630_000, 1_000_000), 2000, rng())
    assert both is not None
    assert np.median(both.per_km) == pytest.approx(np.median(told.per_km) / 2, rel=0.01)


def test_without_a_check_it_is_of_those_that_pictures_show() -> None:
    told = from_pictures(once([1, 0, 0, 0] * 50), None, 500, rng())
    assert told is not None
    assert told.share_found is None
    assert told.right is None
    assert np.median(told.per_km) == pytest.approx(0.25 * 1000 / 20 * 2, rel=0.05)


def test_a_small_check_widens_the_interval() -> None:
    counts = [1, 0, 0, 0] * 200
    widths = [
        np.ptp(np.quantile(told.per_km, (0.05, 0.95)))
        for told in (
            from_pictures(once(counts), Recall(6, 10), 2000, rng()),
            from_pictures(once(counts), Recall(600, 1000), 2000, rng()),
        )
        if told is not None
    ]
    assert widths[0] > 2.0 * widths[1]


def test_who_errs_often_counts_for_less() -> None:
    """Two people who see what is there, and one who says one camera of every picture."""
    truth = rng().integers(0, 2, 200)
    answers = [
        PictureAnswer(str(i), person, 20.0, 1, int(n))
        for i, there in enumerate(truth)
        for person, n in (("a", there), ("b", there), ("c", 1))
    ]
    told = from_pictures(answers, None, 300, rng())
    assert told is not None
    assert told.people == 3
    assert np.median(told.seen) == pytest.approx(truth.sum(), abs=2)
    assert told.right is not None
    assert told.right[2] == pytest.approx(truth.mean(), abs=0.05)
    assert told.right[:2].min() > 0.98


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Two hundred worlds: 4 cameras a kilometre, of which pictures show six in ten."""
    held, worlds = 0, 200
    for world in range(worlds):
        of = np.random.default_rng(world)
        shown = of.poisson(4.0 / 2 * 0.6 * 20 / 1000, 2000)
        found = int(of.binomial(80, 0.6))
        told = from_pictures(once(shown.tolist()), Recall(found, 80), 300, of)
        assert told is not None
        low, high = np.quantile(told.per_km, (0.05, 0.95))
        held += bool(low <= 4.0 <= high)
    assert 0.84 <= held / worlds <= 0.96
