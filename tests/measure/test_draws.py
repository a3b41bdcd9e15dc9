import math

import numpy as np
import pytest
import shapely
from small_scenes import buildings, cameras

from contrechamp.measure.draws import draw_cameras, drawn_unknowns, uniforms
from contrechamp.measure.heights import building_heights
from contrechamp.measure.lens import hfov_from_focal
from contrechamp.measure.priors import default, from_toml

NO_BUILDINGS = building_heights(buildings(), default(), np.arange(0))


def draw(table, n=400, *, seed=1, priors=None, free=None, change=lambda numbers: numbers):
    priors = priors or default()
    n_cameras = len(table)
    from_deg, width_deg = free or (np.zeros(n_cameras), np.full(n_cameras, 360.0))
    drawn = drawn_unknowns(table, priors)
    numbers = uniforms(seed, table["id"].tolist(), drawn, NO_BUILDINGS, n)
    zeros = np.zeros(n_cameras)
    return draw_cameras(table, zeros, zeros, from_deg, width_deg, zeros, priors, change(numbers))


FULLY_MAPPED = {
    "kind": "fixed",
    "height_m": 4.0,
    "heading_deg": 90.0,
    "tilt_deg": 10.0,
    "hfov_deg": 60.0,
    "vfov_deg": 40.0,
    "width_px": 1920.0,
    "range_m": 50.0,
}
NAMES = ("height_m", "heading_deg", "tilt_deg", "hfov_deg", "vfov_deg", "width_px", "range_m")


def test_what_is_mapped_is_never_drawn():
    table = cameras(FULLY_MAPPED)
    assert not drawn_unknowns(table, default())
    draws = draw(table, 3)
    for name in NAMES:
        assert np.all(getattr(draws, name) == FULLY_MAPPED[name])
    assert np.all(draws.sweep_deg == 60.0)


def test_a_draw_has_one_row_a_draw_and_one_column_a_camera():
    draws = draw(cameras({}, {}, {}), 7)
    for name in (*NAMES, "sweep_deg"):
        array = getattr(draws, name)
        assert array.shape == (7, 3)
        assert array.flags.c_contiguous
        assert array.dtype == np.float64


def test_drawn_values_follow_the_priors():
    draws = draw(cameras({"kind": "fixed"}), 20_000)
    deciles = np.quantile(draws.height_m, [0.1, 0.5, 0.9])
    assert deciles == pytest.approx([3.0, 5.0, 12.0], rel=0.03)
    # The direction is uniform over all that is free.
    sectors = np.histogram(draws.heading_deg, bins=4, range=(0, 360))[0]
    assert sectors == pytest.approx(5000, rel=0.05)
    # Half of the lenses are longer than the median one.
    assert np.mean(draws.hfov_deg < hfov_from_focal(6.8)) == pytest.approx(0.5, abs=0.02)
    assert draws.vfov_deg == pytest.approx(draws.hfov_deg * 9 / 16)


def metres_across(hfov_deg):
    """Width of the picture over the distance, of a rectilinear lens."""
    return 2.0 * np.tan(np.radians(hfov_deg) / 2.0)


def test_a_range_that_is_not_mapped_ends_where_pixels_get_too_few():
    draws = draw(cameras({"kind": "fixed"}, {"kind": "dome"}), 5000)
    slant = draws.width_px / (12.5 * metres_across(draws.hfov_deg))
    by_density = np.sqrt(np.maximum(slant**2 - (draws.height_m - 1.6) ** 2, 0.0))
    assert draws.range_m == pytest.approx(np.minimum(by_density, 100.0))
    # Four in five fixed lenses reach farther than the calculation does.
    assert np.mean(draws.range_m[:, 0] == 100.0) == pytest.approx(0.80, abs=0.02)


def test_directions_that_are_covered_say_nothing_of_the_range():
    # 90 degrees, mapped as 135-225; and a device of which lens and resolution are known.
    covers, device = {"kind": "fixed", "hfov_deg": 90.0}, {"width_px": 1250.0, "height_m": 1.6}
    assert np.all(draw(cameras(covers)).range_m == 100.0)
    assert draw(cameras(covers | device)).range_m == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("part", "metres"), [(0.0, 2.0), (0.5, math.sqrt(2.0 * 38.191)), (1.0, 38.191)]
)
def test_a_camera_is_aimed_at_what_it_is_to_see(part, metres):
    # Full HD across 90 degrees has 250 pixels per metre 3.84 m away, which does not reach down the
    # 4 m to what is looked at: then it is aimed 2 m away. It has 25 at 38.4 m along that line.
    table = cameras({"kind": "fixed", "height_m": 5.0, "hfov_deg": 90.0, "width_px": 1920.0})
    assert math.sqrt(38.4**2 - 4.0**2) == pytest.approx(38.191, abs=1e-3)
    one = draw(table, 3, change=lambda numbers: numbers.all_at(part))
    assert one.tilt_deg == pytest.approx(math.degrees(math.atan(4.0 / metres)), abs=0.01)


def test_few_fixed_lenses_see_nothing_beyond_30_metres():
    # Held at 15 degrees, 35 % did: a long lens looked onto the ground before it.
    draws = draw(cameras({"kind": "fixed", "height_m": 5.0}), 20_000)

    def sees_no_farther_than_30(tilt_deg):
        upper_edge = np.radians(tilt_deg - draws.vfov_deg / 2.0)
        return (upper_edge > 0.0) & (30.0 * np.tan(upper_edge) >= 5.0 - 1.6)

    assert np.mean(sees_no_farther_than_30(15.0)) == pytest.approx(0.355, abs=0.02)
    now = sees_no_farther_than_30(draws.tilt_deg)
    assert np.mean(now) == pytest.approx(0.10, abs=0.02)
    # Hardly any of them is a long lens.
    assert np.mean(now[draws.hfov_deg < hfov_from_focal(12.0)]) < 0.01


def test_drawn_tilts_are_those_that_the_table_tells():
    tilt = draw(cameras({"kind": "fixed"}), 20_000).tilt_deg
    assert np.quantile(tilt, [0.25, 0.5, 0.75]) == pytest.approx([2.6, 6.8, 18.5], abs=0.8)


def test_a_camera_on_a_wall_looks_where_the_wall_leaves_it_free():
    draws = draw(cameras({}), 1000, free=(np.array([270.0]), np.array([180.0])))
    beyond = (draws.heading_deg - 270.0) % 360.0
    assert beyond.max() <= 180.0
    assert beyond.min() < 2.0
    assert beyond.max() > 178.0


def test_cameras_that_turn_sweep_everything_and_fixed_ones_their_field_of_view():
    draws = draw(cameras({"kind": "dome"}, {"kind": "panning"}, {"kind": "fixed"}), 50)
    assert np.all(draws.sweep_deg[:, :2] == 360.0)
    assert np.all(draws.sweep_deg[:, 2] == draws.hfov_deg[:, 2])


def test_the_heading_of_a_camera_that_turns_is_not_drawn():
    drawn = drawn_unknowns(cameras({"kind": "dome"}), default())
    assert set(drawn) == {"height_m", "lens", "width_px"}


def test_direction_and_tilt_of_a_lens_that_looks_all_round_are_not_drawn():
    drawn = drawn_unknowns(cameras({"kind": "fixed", "hfov_deg": 360.0}), default())
    assert set(drawn) == {"height_m", "width_px"}


def test_a_kind_that_is_not_mapped_is_drawn():
    table = cameras({})
    assert "kind" in drawn_unknowns(table, default())
    assert np.mean(draw(table, 5000).sweep_deg == 360.0) == pytest.approx(0.45, abs=0.02)
    priors = from_toml('[kind]\nfixed = 0.7\ndome = 0.3\nsource = "count"', name="p.toml")
    assert "kind" in drawn_unknowns(table, priors)
    draws = draw(table, 5000, priors=priors)
    assert np.mean(draws.sweep_deg == 360.0) == pytest.approx(0.3, abs=0.02)
    turning = from_toml('[kind]\npanning = 1\nsource = "count"', name="p.toml")
    assert np.all(draw(table, 50, priors=turning).sweep_deg == 360.0)


def test_another_camera_leaves_the_numbers_of_the_first_as_they_are():
    alone = draw(cameras({"id": "a"}))
    together = draw(cameras({"id": "b"}, {"id": "a"}))
    for name in NAMES:
        assert np.array_equal(getattr(alone, name)[:, 0], getattr(together, name)[:, 1])


def test_knowing_one_parameter_leaves_the_draws_of_the_others_as_they_are():
    before, after = draw(cameras({})), draw(cameras({"height_m": 4.0}))
    assert np.array_equal(before.heading_deg, after.heading_deg)
    assert np.array_equal(before.hfov_deg, after.hfov_deg)
    assert np.all(after.height_m == 4.0)


def test_more_draws_begin_with_the_same_ones():
    few, many = draw(cameras({}), 10), draw(cameras({}), 50)
    assert np.array_equal(few.heading_deg, many.heading_deg[:10])


def test_cameras_and_unknowns_and_seeds_are_independent():
    table = cameras({}, {})
    drawn = drawn_unknowns(table, default())
    numbers = uniforms(1, ["a", "b"], drawn, NO_BUILDINGS, 2000)
    other = uniforms(2, ["a", "b"], drawn, NO_BUILDINGS, 2000)
    second = uniforms(1, ["a", "b"], drawn, NO_BUILDINGS, 2000, sample="second")
    columns = [u for of in (numbers, other, second) for u in of.camera.values()]
    correlation = np.corrcoef(np.concatenate(columns, axis=1).T)
    np.fill_diagonal(correlation, 0.0)
    assert np.abs(correlation).max() < 0.1


def test_indoor_cameras_see_nothing_of_the_street():
    table = cameras({"indoor": True}, {})
    draws = draw(table, 5)
    assert np.all(draws.range_m[:, 0] == 0.0)
    assert np.all(draws.range_m[:, 1] > 0.0)
    assert not any(mask[0] for mask in drawn_unknowns(table, default()).values())


@pytest.mark.parametrize(
    ("p", "height", "width"), [(0.1, 3, 1920), (0.5, 5, 2560), (0.9, 12, 3840)]
)
def test_a_scenario_fixes_all_that_has_an_order_and_draws_the_direction(p, height, width):
    table = cameras({"kind": "fixed"}, {"kind": "fixed"})
    scenario = draw(table, 50, change=lambda numbers: numbers.all_at(p))
    assert scenario.height_m == pytest.approx(height)
    assert scenario.width_px == pytest.approx(width)
    assert np.array_equal(scenario.heading_deg, draw(table, 50).heading_deg)


def test_pick_freeze_changes_one_unknown_of_all_cameras():
    table = cameras({}, {})
    drawn = drawn_unknowns(table, default())
    ids = table["id"].tolist()
    second = uniforms(1, ids, drawn, NO_BUILDINGS, 30, sample="second")
    before = draw(table, 30)
    after = draw(table, 30, change=lambda numbers: numbers.with_unknown_of(second, "lens"))
    # One lens in ten is the shortest of the table, and one in ten the longest.
    assert np.mean(after.hfov_deg == before.hfov_deg) < 0.15
    for name in ("height_m", "heading_deg", "width_px"):
        assert np.array_equal(getattr(before, name), getattr(after, name))


def squares(heights, spacing=20.0):
    return buildings(
        *((shapely.box(i * spacing, 0, i * spacing + 10, 10), h) for i, h in enumerate(heights))
    )


def heights_of(table, n=200, priors=None, rows=None):
    priors = priors or default()
    rows = np.arange(len(table)) if rows is None else rows
    model = building_heights(table, priors, rows)
    return model.at(uniforms(1, [], {}, model, n).building)


def test_a_building_takes_a_height_from_those_around_it():
    low, high = [6.0, 7.0, 8.0, 9.0, 10.0] * 5, [30.0, 40.0] * 15
    drawn = heights_of(squares([None, *low, *high, None]))
    assert set(np.unique(drawn[:, 0])) == set(low)
    assert set(np.unique(drawn[:, -1])) == set(high)
    assert np.all(drawn[:, 1] == 6.0)


def test_heights_around_are_taken_with_their_frequency():
    drawn = heights_of(squares([None, *([10.0] * 15), *([20.0] * 5)]), n=4000)
    assert np.mean(drawn[:, 0] == 20.0) == pytest.approx(0.25, abs=0.03)


def test_with_too_few_known_heights_the_table_of_priors_is_used():
    drawn = heights_of(squares([None, 50.0, 50.0]), n=5000)
    assert np.quantile(drawn[:, 0], [0.1, 0.5, 0.9]) == pytest.approx([6, 12, 21], rel=0.05)


def test_buildings_out_of_reach_change_nothing():
    table = squares([None, 6.0, 7.0, 8.0, 9.0, 10.0, None])
    everything = heights_of(table)
    assert np.array_equal(heights_of(table, rows=np.array([6]))[:, 0], everything[:, 6])


def test_parts_of_one_building_have_one_height():
    table = squares([None, None, 6.0, 7.0, 8.0, 9.0, 10.0])
    table["id"] = ["way/1", "way/1", "a", "b", "c", "d", "e"]
    drawn = heights_of(table)
    assert np.array_equal(drawn[:, 0], drawn[:, 1])
    assert len(np.unique(drawn[:, 0])) == 5


def test_a_building_off_the_ground_is_higher_than_its_bottom():
    table = buildings(
        (shapely.box(0, 0, 9, 9), None, 20.0),
        *((shapely.box(i * 20, 0, i * 20 + 9, 9), 6.0) for i in range(1, 8)),
    )
    assert np.all(heights_of(table)[:, 0] == 23.0)


def draw_within(table, limits, n=4000, change=lambda numbers: numbers):
    drawn = drawn_unknowns(table, default(), limits)
    numbers = uniforms(1, table["id"].tolist(), drawn, NO_BUILDINGS, n)
    zeros = np.zeros(len(table))
    everywhere = np.full(len(table), 360.0)
    draws = draw_cameras(
        table, zeros, zeros, zeros, everywhere, zeros, default(), change(numbers), limits
    )
    return drawn, draws


def test_a_model_keeps_what_is_drawn_between_both_ends_of_its_data_sheet():
    table = cameras({}, {}, {}, {}, {"hfov_deg": 50.0})
    nan = [np.nan, np.nan]
    limits = {
        "focal_mm": np.array([[2.8, 12.0], nan, [4.0, 4.0], nan, nan]),
        "hfov_deg": np.array([nan, [32.0, 105.0], nan, nan, nan]),
        "vfov_deg": np.array([nan, [18.0, 58.0], nan, nan, nan]),
        "width_px": np.array([nan, [1920.0, 2560.0], nan, nan, nan]),
    }
    drawn, draws = draw_within(table, limits)
    # One focal length leaves nothing to draw, and a mapped angle neither.
    assert drawn["lens"].tolist() == [True, True, False, True, False]
    hfov = draws.hfov_deg
    assert hfov[:, 0].min() == pytest.approx(28.0, abs=0.1)
    assert hfov[:, 0].max() == pytest.approx(114.0, abs=0.1)
    assert np.median(hfov[:, 0]) == pytest.approx(hfov_from_focal(np.sqrt(2.8 * 12.0)), rel=0.03)
    assert (hfov[:, 1].min(), hfov[:, 1].max()) == (
        pytest.approx(32.0, abs=0.1), pytest.approx(105.0, abs=0.2),
    )  # fmt: skip
    # Alike likely by factors: half lies below the geometric mean of the ends.
    assert np.median(hfov[:, 1]) == pytest.approx(np.sqrt(32.0 * 105.0), rel=0.03)
    # One lens, zoomed: where it is widest it is highest too.
    assert np.corrcoef(np.log(hfov[:, 1]), np.log(draws.vfov_deg[:, 1]))[0, 1] > 0.9999
    assert np.all(hfov[:, 2] == hfov_from_focal(np.array(4.0)))
    assert np.all(hfov[:, 4] == 50.0)
    assert (draws.width_px[:, 1].min(), draws.width_px[:, 1].max()) == (
        pytest.approx(1920.0, rel=1e-3), pytest.approx(2560.0, rel=1e-3),
    )  # fmt: skip
    # A camera without a model is drawn as ever.
    assert np.array_equal(hfov[:, 3], draw(table, 4000).hfov_deg[:, 3])


def test_at_the_first_decile_a_lens_is_short_whether_by_prior_or_by_model():
    table = cameras({}, {})
    limits = {"hfov_deg": np.array([[30.0, 100.0], [np.nan, np.nan]])}
    _drawn, draws = draw_within(table, limits, 2, lambda numbers: numbers.all_at(0.1))
    assert draws.hfov_deg[0] == pytest.approx([100.0 * (30.0 / 100.0) ** 0.1, 114.0])
