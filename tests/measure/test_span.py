"""How far figures go by what is assumed, on scenes small enough to work out by hand."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from contrechamp.measure.priors import Aimed, ByDensity, default, from_toml
from contrechamp.measure.results import Figure, Measurement, Span
from contrechamp.measure.run import measure
from contrechamp.measure.span import alternatives
from contrechamp.scene.read import read_scene
from contrechamp.sight.levels import parse_levels
from measure.small_scenes import cameras
from measure.test_measurement import KNOWN, chord, open_street, run
from scene.test_read_osm import helsinki

NO_RANGE = KNOWN | {"range_m": math.nan}


def figure(measured: Measurement, level: str = "visible", key: str = "streets.seen_m") -> Figure:
    (found,) = (
        one for one in measured.figures if (one.key, one.level, one.group) == (key, level, "all")
    )
    return found


def span(measured: Measurement, level: str = "visible", key: str = "streets.seen_m") -> Span:
    found = figure(measured, level, key).span
    assert found is not None
    return found


def horizontal(ppm: float) -> float:
    """Where Full HD across 90 degrees has a density, from 4 m above the ground to a face."""
    return math.sqrt((1920 / (2 * ppm)) ** 2 - 2.4**2)


def test_what_is_all_known_has_no_span() -> None:
    assert all(one.span is None for one in run(open_street(KNOWN)).figures)


def test_a_range_that_is_not_mapped_may_be_nearer_or_farther() -> None:
    measured = run(open_street(NO_RANGE))
    assert figure(measured).estimate.n_draws == 1
    found = span(measured)
    assert found.assumed == ("range_m",)
    # 12.5 pixels per metre are 76.8 m away, by night 50 m are lit, and 6.25 are 153.6 m away: more
    # than the street is long.
    assert figure(measured).estimate.median == pytest.approx(chord(horizontal(12.5)), abs=1e-3)
    assert (found.low, found.high) == pytest.approx((chord(50.0), 200.0), abs=1e-3)
    # At 25 pixels per metre the view ends at 38.3 m, whatever is assumed.
    detected = span(measured, "25px_m")
    assert (detected.low, detected.high) == pytest.approx((chord(horizontal(25.0)),) * 2, abs=1e-3)


def test_the_ground_has_a_span_too() -> None:
    measured = run(open_street(NO_RANGE))
    ground = span(measured, key="area.seen_m2")
    assert ground.low == pytest.approx(math.pi * 50.0**2, rel=0.03)
    assert ground.high == pytest.approx(math.pi * horizontal(6.25) ** 2, rel=0.03)


def test_what_the_user_gives_has_no_alternative() -> None:
    table = cameras({})
    assert alternatives(table, default()).assumed == ("kind", "range_m", "tilt_deg")
    assert len(alternatives(table, default()).priors) == 8
    for text, left in (
        ("[kind]\nfixed = 1", ("range_m", "tilt_deg")),
        ("[range_m]\nvalue = 100", ("kind", "tilt_deg")),
        ("[tilt_deg]\nvalue = 15", ("kind", "range_m")),
    ):
        given = from_toml(f'{text}\nsource = "x"', name="p.toml")
        assert alternatives(table, given).assumed == left


@pytest.mark.parametrize(
    ("row", "assumed"),
    [
        ({"kind": "dome"}, ("range_m",)),
        ({"kind": "fixed", "range_m": 50.0}, ("tilt_deg",)),
        ({"kind": "fixed", "range_m": 50.0, "tilt_deg": 5.0}, ()),
        ({"kind": "fixed", "range_m": 50.0, "hfov_deg": 360.0}, ()),
        ({"indoor": True}, ()),
    ],
)
def test_only_what_has_an_effect_is_assumed(row: Mapping[str, Any], assumed: tuple[str, ...]):
    assert alternatives(cameras(row), default()).assumed == assumed


def test_the_alternatives_stand_on_either_side() -> None:
    changed = alternatives(cameras({}), default()).priors
    assert {one.kind_shares["fixed"] for one in changed} == {1.0, 0.275}
    for one in changed:
        assert sum(one.kind_shares.values()) == pytest.approx(1.0)
    ranges = [one.row("range_m", "dome") for one in changed]
    assert {(row.ppm, row.most_m) for row in ranges if isinstance(row, ByDensity)} == {
        (12.5, 50.0),
        (6.25, 300.0),
    }
    aims = [one.row("tilt_deg", "fixed") for one in changed]
    assert {row.part for row in aims if isinstance(row, Aimed)} == {(0.0, 0.5), (0.5, 1.0)}


@pytest.mark.slow
def test_the_span_of_helsinki_holds_what_other_assumptions_give() -> None:
    """What was measured of it with one value held: tilt, kind, and range twice."""
    with_one_held = [33.7e3, 53.1e3, 50.5e3, 55.8e3, 22.6e3, 52.6e3]
    measured = measure(read_scene([helsinki()]), levels=parse_levels("25"), draws=24, most_homes=0)
    seen = figure(measured)
    found = span(measured)
    assert found.low < min(with_one_held)
    assert found.high > max(with_one_held)
    assert found.low < seen.estimate.q05 < seen.estimate.median < seen.estimate.q95 < found.high
    unknowns = {driver.unknown for driver in measured.drivers}
    assert {"kind", "tilt_deg", "lens", "heading_deg", "height_m"} <= unknowns
    assert np.isfinite([driver.first_order for driver in measured.drivers]).all()
