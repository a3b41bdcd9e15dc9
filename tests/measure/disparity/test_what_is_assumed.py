"""No difference is told that turns round by what is assumed of the cameras."""

import numpy as np

from contrechamp.measure.disparity.assumed import SideSpans
from contrechamp.measure.disparity.plan import Comparison
from contrechamp.measure.disparity.run import Compared
from contrechamp.measure.results import Span
from contrechamp.publish.disparity.sentences import is_difference


def compared(low: float, high: float) -> Compared:
    side = Span(0.1, 0.9, ("range_m",))
    spans = SideSpans(side, side, Span(low, high, ("range_m",)))
    stated = Comparison("SAMPLE", ("a", "b"), (), "", "seen_share", "", False)
    return Compared(stated, "", None, spans, None, 0.001, 0.003)


def test_a_difference_holds_whatever_is_assumed() -> None:
    assert is_difference(compared(1.1, 1.6))
    assert is_difference(compared(0.4, 0.9))
    assert not is_difference(compared(0.9, 1.6))


def test_one_that_chance_gives_often_is_none_either() -> None:
    often = compared(1.1, 1.6)
    assert not is_difference(Compared(**{**often.__dict__, "holm": 0.2}))
    assert not is_difference(Compared(**{**often.__dict__, "holm": np.nan}))
