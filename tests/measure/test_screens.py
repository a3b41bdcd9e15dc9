"""What stands free and hides: against arithmetic, and against sight lines one by one."""

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from contrechamp.measure.hidden import hidden_figures
from contrechamp.measure.possible_regions import possible_regions
from contrechamp.measure.priors import default, from_toml
from contrechamp.measure.run import measure
from contrechamp.measure.screen_heights import NOTHING_M, clear_of_cameras, screen_heights
from contrechamp.measure.span import alternatives
from contrechamp.measure.stage import set_stage, with_priors
from contrechamp.scene.screens import without_screens
from contrechamp.sight.levels import parse_levels
from measure.small_scenes import buildings, cameras, scene, screens, streets
from sight.sight_lines import seen

TARGET_M, HEIGHT_M, RANGE_M = 1.6, 5.0, 40.0
#: A dome that looks at everything around: nothing of it is drawn.
DOME = {
    "id": "a", "kind": "dome", "mount": "pole", "height_m": HEIGHT_M, "hfov_deg": 360.0,
    "vfov_deg": 180.0, "width_px": 4000.0, "range_m": RANGE_M, "tilt_deg": 45.0,
}  # fmt: skip
FAR_HOUSE = (shapely.box(-60, 60, -50, 70), 9.0)
#: A wall 0.3 m thick across the street, 10 m east of the camera.
ACROSS = shapely.box(9.85, -30.0, 10.15, 30.0)
STREET = [(0.0, 0.0), (40.0, 0.0)]


def place(*standing, camera=DOME):
    return scene(
        cameras=cameras(camera), buildings=buildings(FAR_HOUSE), streets=streets(STREET),
        screens=screens(*standing),
    )  # fmt: skip


def measured(of, **options):
    return measure(of, levels=parse_levels("25"), most_homes=0, threads=1, **options)


def values(found, key, group="all", level="visible"):
    (one,) = [f for f in found.figures if (f.key, f.group, f.level) == (key, group, level)]
    return one


def in_view_m(*standing, **options):
    return values(measured(place(*standing), **options), "streets.seen_m").estimate.median


def test_who_looks_from_above_sees_over_a_wall() -> None:
    # What is hidden begins where the line of sight enters the wall, and ends where the one over
    # its farther edge comes down to the target.
    far = 10.15 * (HEIGHT_M - TARGET_M) / (HEIGHT_M - 2.0)
    found = measured(place(("wall", ACROSS, 2.0)))
    assert values(found, "streets.seen_m").estimate.median == pytest.approx(40.0 - (far - 9.85))
    hidden = values(found, "streets.hidden_m", "screens:wall").estimate
    assert (hidden.median, hidden.n_draws) == (pytest.approx(far - 9.85), 1)
    assert values(found, "streets.hidden_m", "screens:all").estimate.median == hidden.median


@pytest.mark.parametrize(("top_m", "in_view"), [(5.0, 9.85), (7.0, 9.85), (1.6, 40.0), (1.0, 40.0)])
def test_a_wall_as_high_as_the_camera_hides_all_and_one_below_the_target_nothing(
    top_m: float, in_view: float
) -> None:
    assert in_view_m(("wall", ACROSS, top_m)) == pytest.approx(in_view)


def test_what_two_kinds_hide_counts_for_both_and_once_together() -> None:
    hedge = ("hedge", shapely.box(9.0, -30.0, 9.8, 30.0), 8.0)
    found = measured(place(("wall", ACROSS, 8.0), hedge))
    of = {
        kind: values(found, "streets.hidden_m", f"screens:{kind}").estimate.median
        for kind in ("all", "wall", "hedge")
    }
    assert of == pytest.approx({"all": 31.0, "wall": 40.0 - 9.85, "hedge": 31.0})


def test_what_is_switched_off_is_as_if_it_had_never_been_there() -> None:
    whole = place(("wall", ACROSS, 2.0), ("hedge", shapely.box(20, -5, 21, 5), None))
    off = without_screens(whole, ("wall", "hedge"))
    assert off.counts["screens_switched_off"] == 2
    never = measured(place())
    assert measured(off).figures == never.figures
    assert "screens_within_reach" not in measured(off).methods
    some = without_screens(whole, ("hedge",))
    assert measured(some).figures == measured(place(("wall", ACROSS, 2.0))).figures
    assert without_screens(whole, ("city_wall",)) is whole


def test_what_may_be_seen_through_hides_in_as_many_draws_as_it_is_said_to() -> None:
    fence = ("fence", ACROSS, 9.0, {"hides_share": 0.5})
    found = values(measured(place(fence), draws=2000), "streets.hidden_m", "screens:fence").estimate
    assert found.q05 == 0.0
    assert found.q95 == pytest.approx(40.0 - 9.85)
    stage = set_stage(
        place(fence), default(), parse_levels("25"), target_height_m=TARGET_M, seed=1, threads=1
    )
    tops = stage.tops(stage.uniforms(4000))(slice(None))[:, -1]
    assert set(tops.tolist()) == {NOTHING_M, 9.0}
    assert np.mean(tops == 9.0) == pytest.approx(0.5, abs=0.03)
    assert in_view_m(("fence", ACROSS, 9.0, {"hides_share": 0.0})) == pytest.approx(40.0)


def test_heights_that_are_not_mapped_come_from_the_row_of_their_kind() -> None:
    table = screens(
        ("wall", ACROSS, None), ("hedge", ACROSS, None), ("retaining_wall", ACROSS, None),
        ("fence", ACROSS, None, {"hides_share": 0.5}), ("wall", ACROSS, 3.0),
    )  # fmt: skip
    heights = screen_heights(table, default())
    assert heights.ids == tuple(f"screen/{i}" for i in range(4))
    probability = np.repeat([[0.1], [0.5], [0.9]], 4, axis=1)
    assert heights.at(probability).T.tolist() == [
        pytest.approx([1.0, 2.0, 3.2]),
        pytest.approx([0.8, 1.5, 2.5]),
        # Half of the retaining walls end where the higher ground does.
        pytest.approx([NOTHING_M, NOTHING_M, 1.1]),
        # Half of such fences hide nothing; the median of the others is at three quarters.
        pytest.approx([NOTHING_M, 1.0, 1.5 * (2.0 / 1.5) ** 0.75]),
        pytest.approx([3.0, 3.0, 3.0]),
    ]
    own = from_toml('[screen_height_m.hedge]\nvalue = 4\nsource = "walked along"', name="p.toml")
    again = screen_heights(table, own)
    assert again.at(np.full((1, 3), 0.5))[0].tolist() == pytest.approx([2.0, 4.0, -1.0, 1.0, 3.0])


def test_parts_of_one_object_draw_one_height() -> None:
    halves = [shapely.box(9.85, -30, 10.15, -1), shapely.box(9.85, 1, 10.15, 30)]
    table = screens(*[("wall", half, None, {"id": "way/1"}) for half in halves])
    tops = screen_heights(table, default()).at(np.array([[0.2], [0.7]]))
    assert tops.shape == (2, 2)
    assert (tops[:, 0] == tops[:, 1]).all()
    assert tops[0, 0] < tops[1, 0]


def test_a_camera_on_a_wall_sees_both_sides_of_it() -> None:
    on_it = DOME | {"x": 10.0, "y": 0.0}
    found = measured(place(("city_wall", ACROSS, 9.0), camera=on_it))
    assert values(found, "streets.seen_m").estimate.median == pytest.approx(40.0)
    # Elsewhere the wall stands as it did.
    table = screens(("city_wall", ACROSS, 9.0))
    left = clear_of_cameras(table, np.array([10.0]), np.array([0.0]))
    assert left["id"].tolist() == ["screen/0", "screen/0"]
    assert left.area.sum() == pytest.approx(ACROSS.area - 0.3 * 2 * 0.65, abs=0.02)
    far = clear_of_cameras(table, np.array([11.0]), np.array([0.0]))
    assert far is table


def test_another_range_brings_other_walls_into_reach() -> None:
    # Each alternative to what is assumed has another range, and so other things in reach.
    of = place(
        ("wall", shapely.box(20, -30, 20.3, 30), None),
        ("wall", shapely.box(70, -30, 70.3, 30), None),
        camera={"id": "a", "mount": "pole"},
    )
    stage = set_stage(
        of, default(), parse_levels("25"), target_height_m=TARGET_M, seed=1, threads=1
    )
    others = [
        with_priors(stage, priors, of.buildings)
        for priors in alternatives(stage.cameras, stage.priors).priors
    ]
    assert {len(one.screens.ids) for one in others} == {1, 2}
    found = values(measured(of, draws=50), "streets.seen_m")
    assert found.span.low < found.span.high
    assert np.isfinite([found.span.low, found.span.high]).all()


def test_nothing_that_stands_free_is_hidden_without_any() -> None:
    stage = set_stage(
        place(), default(), parse_levels("25"), target_height_m=TARGET_M, seed=1, threads=1
    )
    assert stage.screens is None
    assert hidden_figures(place(), stage, None, np.zeros((1, 2)), 1) == ()


def test_regions_are_those_of_single_sight_lines_between_houses_walls_and_hedges() -> None:
    rng = np.random.default_rng(5)
    wrong = asked = 0
    for _each in range(12):
        lines = [
            shapely.LineString(rng.uniform(-35, 35, (rng.integers(2, 5), 2))) for _n in range(14)
        ]
        free = shapely.buffer(lines, rng.choice([0.025, 0.15, 0.4], 14), cap_style="flat",
                              join_style="mitre", mitre_limit=2.0)  # fmt: skip
        bodies = [(one, float(top)) for one, top in zip(free, rng.uniform(0.5, 7, 14), strict=True)]
        bodies = [(part, top) for one, top in bodies for part in shapely.get_parts(one)]
        house = (shapely.box(12, 12, 22, 20), 9.0)
        here = next(
            point for point in rng.uniform(-20, 10, (200, 2))
            if min(shapely.distance(shapely.Point(point), one) for one, _top in bodies) > 0.3
        )  # fmt: skip
        camera = DOME | {"x": float(here[0]), "y": float(here[1])}
        of = replace(
            place(*[("wall", ground, top) for ground, top in bodies], camera=camera),
            buildings=buildings(house, FAR_HOUSE),
        )
        stage = set_stage(
            of, default(), parse_levels("25"), target_height_m=TARGET_M, seed=1, threads=1
        )
        (regions,) = possible_regions(stage)
        region = regions.geometries()[0, 0]
        angle, away = rng.uniform(0, 2 * math.pi, 1500), RANGE_M * np.sqrt(rng.uniform(0, 1, 1500))
        targets = here + np.column_stack((away * np.cos(angle), away * np.sin(angle)))
        points = shapely.points(targets)
        # Outlines are chords, 1 cm inside of an arc at most.
        sure = shapely.distance(region.boundary, points) > 0.02
        prisms = [*bodies, house]
        truth = seen(
            (*here, HEIGHT_M), targets, TARGET_M, np.array([one for one, _top in prisms]),
            np.zeros(len(prisms)), np.array([top for _one, top in prisms]),
        )  # fmt: skip
        wrong += int((shapely.contains(region, points) != truth)[sure].sum())
        asked += int(sure.sum())
    assert asked > 15_000
    assert wrong == 0
