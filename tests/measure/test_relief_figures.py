"""Figures over ground that is not flat: flat ground as ever, and single sight lines on slopes."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from contrechamp.measure.possible_regions import possible_regions
from contrechamp.measure.priors import default
from contrechamp.measure.relief_error import with_error
from contrechamp.measure.run import measure
from contrechamp.measure.stage import set_stage
from contrechamp.scene.height_grid import Relief
from contrechamp.sight.levels import parse_levels
from contrechamp.sight.relief.surface import FALL_PER_M2, Surface, grounds_at
from contrechamp.sight.relief.views import STEP_M
from measure.small_scenes import buildings, cameras, scene, screens, streets

TARGET_M, HEIGHT_M, RANGE_M = 1.6, 5.0, 60.0
DOME = {
    "id": "a", "kind": "dome", "mount": "pole", "height_m": HEIGHT_M, "hfov_deg": 360.0,
    "vfov_deg": 180.0, "width_px": 4000.0, "range_m": RANGE_M, "tilt_deg": 45.0,
}  # fmt: skip
FAR_HOUSE = (shapely.box(-90, 90, -80, 95), 9.0)


def relief(of, *, size=240.0, cell=1.0) -> Relief:
    """Return the ground as a function of x and y, around the origin."""
    n = int(size / cell) + 1
    at = -size / 2.0 + np.arange(n) * cell
    height = np.ascontiguousarray(of(*np.meshgrid(at, at)), np.float32)
    return Relief(height, -size / 2.0, -size / 2.0, cell, cell, 0.0, False, ("made-up.tif",))


def flat(x, _y):
    return 0.0 * x + 700.0


def place(of=flat, *, camera=DOME, houses=(FAR_HOUSE,), standing=(), lines=None, cell=1.0):
    found = scene(
        cameras=cameras(*([camera] if isinstance(camera, dict) else camera)),
        buildings=buildings(*houses),
        streets=streets(*(lines or [[(0.0, 0.0), (60.0, 0.0)]])),
        screens=screens(*standing),
    )
    return found if of is None else replace(found, relief=relief(of, cell=cell))


def measured(of, **options):
    return measure(of, levels=parse_levels("62.5"), most_homes=0, threads=1, **options)


def seen_m(of, **options):
    (one,) = [
        f for f in measured(of, **options).figures
        if (f.key, f.group, f.level) == ("streets.seen_m", "all", "visible")
    ]  # fmt: skip
    return one.estimate.median


def test_a_level_model_gives_what_flat_ground_gives_to_a_step() -> None:
    rng = np.random.default_rng(3)
    houses = [
        (shapely.box(a, b, a + w, b + d), None if n % 3 == 0 else float(top))
        for n, (a, b, w, d, top) in enumerate(
            np.column_stack((rng.uniform(-60, 60, (40, 2)), rng.uniform(3, 12, (40, 3))))
        )
    ]
    solid = shapely.union_all([shape for shape, _top in houses])
    at = [p for p in rng.uniform(-60, 60, (60, 2)) if solid.distance(shapely.Point(p)) > 1.5][:12]
    several = [
        {"id": f"c{n}", "x": float(x), "y": float(y), "kind": "fixed" if n % 2 else "dome",
         "mount": "pole"}
        for n, (x, y) in enumerate(at)
    ]  # fmt: skip
    lines = [[(-80.0, c), (80.0, c)] for c in (-45.0, -20.0, 1.0, 27.0, 50.0)]
    walls = [("wall", shapely.box(-50, 10, 50, 10.3), 2.0)]
    options = {"camera": several, "houses": houses, "lines": lines, "standing": walls}
    on_plane, on_model = (measured(place(of, **options), draws=12) for of in (None, flat))
    for one, other in zip(on_plane.figures, on_model.figures, strict=True):
        assert (one.key, one.level, one.group) == (other.key, other.level, other.group)
        if one.unit == "m" and one.estimate.median > 50.0:
            # 800 m of street: an end of what is in view is off by half a step, either way.
            assert other.estimate.median == pytest.approx(one.estimate.median, rel=0.02)
        if one.key == "area.seen_m2" and one.estimate.median > 500.0:
            assert other.estimate.median == pytest.approx(one.estimate.median, rel=0.03)
    assert on_plane.methods["draws"] == on_model.methods["draws"]


def test_spans_on_a_level_model_are_those_of_flat_ground() -> None:
    # Longer and shorter ranges than the one that is used reach other houses, in another order.
    camera = {"id": "a", "kind": "dome", "mount": "pole", "height_m": HEIGHT_M}
    at = [-110.0, -70.0, -30.0, 30.0, 70.0, 110.0]
    houses = [
        (shapely.box(x, y, x + 8, y + 6), 9.0 if n % 2 else None)
        for n, (x, y) in enumerate([(x, y) for x in at for y in (-110.0, -60.0, 10.0, 60.0)])
    ]
    lines = [[(-119.0, c), (119.0, c)] for c in (-80.0, -40.0, 1.0, 40.0, 80.0)]
    spans = []
    for of in (None, flat):
        found = measured(place(of, camera=camera, houses=houses, lines=lines), draws=12)
        (one,) = [
            f for f in found.figures
            if (f.key, f.group, f.level) == ("streets.seen_m", "all", "visible")
        ]  # fmt: skip
        assert one.span is not None
        spans.append((one.span.low, one.span.high))
    assert spans[0][1] > 1.3 * spans[0][0]
    assert spans[1] == pytest.approx(spans[0], rel=0.03)


@pytest.mark.parametrize(("model_cell_m", "sd_m"), [(1.0, 0.15), (30.0, 1.2)])
def test_a_surface_that_is_off_is_so_by_what_is_said_and_alike_over_a_few_cells(
    model_cell_m: float, sd_m: float
) -> None:
    ground = replace(relief(flat, size=1200.0, cell=2.0), model_cell_m=model_cell_m)
    off = [with_error(ground, 1, n).height_m - ground.height_m for n in range(3)]
    assert with_error(ground, 1, 0).height_m.tobytes() == (off[0] + ground.height_m).tobytes()
    for field in off:
        assert field.std() == pytest.approx(sd_m, rel=0.01)
        near = max(int(model_cell_m / 2.0), 1)
        far = 20 * near
        assert np.corrcoef(field[:, near:].ravel(), field[:, :-near].ravel())[0, 1] > 0.4
        assert abs(np.corrcoef(field[:, far:].ravel(), field[:, :-far].ravel())[0, 1]) < 0.35
    assert abs(np.corrcoef(off[0].ravel(), off[1].ravel())[0, 1]) < 0.35


def test_what_a_model_may_be_off_by_is_in_the_span() -> None:
    # All is known of the camera: nothing else is assumed. A lens 2 m up sees faces over bumps of
    # 15 cm wherever they are; on the ground it misses what lies behind them.
    widths = []
    for target_height_m in (TARGET_M, 0.0):
        of = place(
            flat, camera=DOME | {"height_m": 2.0, "range_m": 110.0}, lines=[[(0, 0), (110, 0)]]
        )
        (one,) = [
            f for f in measured(of, draws=4, target_height_m=target_height_m).figures
            if (f.key, f.group, f.level) == ("streets.seen_m", "all", "visible")
        ]  # fmt: skip
        assert one.estimate.median == pytest.approx(110.0, abs=0.1)
        assert one.span is not None
        assert one.span.assumed == ("relief",)
        widths.append(one.span.high - one.span.low)
    assert widths[0] == 0.0
    assert widths[1] > 10.0


def test_a_hill_hides_the_street_behind_it_and_a_lens_on_it_sees_both_sides() -> None:
    def ridge(x, _y):
        return 700.0 + np.maximum(12.0 - np.abs(x - 25.0), 0.0)

    # Up the near side of the hill, as far as the top (x = 25, by the lens 1.6 m before it hides).
    assert seen_m(place(ridge)) == pytest.approx(25.0, abs=2.0)
    assert seen_m(place(None)) == pytest.approx(60.0)
    on_top = DOME | {"x": 25.0}
    assert seen_m(place(ridge, camera=on_top)) == pytest.approx(60.0, abs=0.1)


def test_a_low_camera_up_the_slope_looks_over_a_wall_that_hides_on_flat_ground() -> None:
    wall = ("wall", shapely.box(9.85, -30, 10.15, 30), 4.0)

    def falls(x, _y):
        return 700.0 - 0.3 * np.clip(x, 0.0, 60.0)

    level = place(flat, standing=[wall])
    # By similar triangles on flat ground: hidden from the wall to 34 m.
    far = 10.15 * (HEIGHT_M - TARGET_M) / (HEIGHT_M - 4.0)
    assert seen_m(level) == pytest.approx(60.0 - (far - 9.85), abs=1.0)
    # The wall follows the ground: down the slope its top is 2.04 m below the lens's level less.
    down = place(falls, standing=[wall])
    top = 4.0 - 0.3 * 10.15
    # The line over the top falls by (5 - top) in 10.15 m, the street by 0.3 m in each.
    meets = (HEIGHT_M - TARGET_M) / ((HEIGHT_M - top) / 10.15 - 0.3)
    assert seen_m(down) == pytest.approx(60.0 - (meets - 9.85), abs=1.0)


def test_a_house_stands_on_the_lowest_ground_along_its_outline() -> None:
    def rises(x, _y):
        return 700.0 + 0.2 * np.clip(x, 0.0, 60.0)

    house = (shapely.box(20.0, -30.0, 30.0, 30.0), 6.0)
    # Its roof is 6 m above the ground at x = 20: at 710 m, 5 m above the lens's ground of 700 m.
    stage = set_stage(
        place(rises, houses=[house, FAR_HOUSE]), default(), parse_levels("62.5"),
        target_height_m=TARGET_M, seed=1, threads=1,
    )  # fmt: skip
    assert stage.ground is not None
    assert stage.ground.standing.foot_m[0] == pytest.approx(704.0, abs=0.01)
    # The roof is 10 m up, the lens 5 m: nothing behind is in view, nor what is inside.
    assert seen_m(place(rises, houses=[house, FAR_HOUSE])) == pytest.approx(20.0, abs=0.6)


def test_what_is_in_view_on_rough_ground_is_that_of_single_sight_lines() -> None:
    rng = np.random.default_rng(8)
    wrong = asked = 0
    for each in range(6):
        waves = rng.uniform(-0.15, 0.15, (4, 2)), rng.uniform(0, 6, 4), rng.uniform(1, 4, 4)

        def ground(x, y, waves=waves):
            turns, phase, high = waves
            return 700.0 + sum(
                h * np.sin(a * x + b * y + p)
                for (a, b), p, h in zip(turns, phase, high, strict=True)
            )

        corners = rng.uniform(-50, 50, (14, 2))
        houses = [
            (shapely.box(a, b, a + w, b + d), float(top))
            for (a, b), w, d, top in zip(corners, *rng.uniform(3, 12, (3, 14)), strict=True)
        ]
        solid = shapely.union_all([shape for shape, _top in houses])
        here = next(
            p for p in rng.uniform(-20, 20, (99, 2)) if solid.distance(shapely.Point(p)) > 2.0
        )
        of = place(ground, camera=DOME | {"x": float(here[0]), "y": float(here[1])}, houses=houses)
        stage = set_stage(
            of, default(), parse_levels("62.5"), target_height_m=TARGET_M, seed=1, threads=1
        )
        found = measured(replace(of, streets=streets(
            *[[tuple(p), tuple(p + rng.uniform(-9, 9, 2))] for p in rng.uniform(-50, 50, (60, 2))]
        )))  # fmt: skip
        surface = stage.ground.surface
        lens = grounds_at(surface, here[:1], here[1:2])[0] + HEIGHT_M
        foot = [
            grounds_at(surface, *np.ascontiguousarray(shapely.get_coordinates(s).T)).min()
            for s, _top in houses
        ]
        for piece in found.pieces.itertuples():
            line = piece.geometry
            along = np.linspace(0.0, 1.0, 41)
            points = shapely.get_coordinates(
                shapely.line_interpolate_point(line, along, normalized=True)
            )
            share = np.mean([_sees(surface, here, lens, p, houses, foot) for p in points])
            off = abs(share - piece.visible_mean) * line.length
            # Each end of what is in view is off by a step at most, and a sample apart here.
            wrong += off > 2.0 * (STEP_M + line.length / 40.0)
            asked += 1
        assert each >= 0
    assert asked > 300
    assert wrong == 0


def _sees(surface, here, lens, target, houses, foot):
    """Whether a straight line is free of ground and houses, at 400 places of it."""
    away = np.hypot(*(target - here))
    if away > RANGE_M:
        return False
    part = np.linspace(0.0, 1.0, 402)[1:-1]
    x, y = (here[k] + part * (target[k] - here[k]) for k in (0, 1))
    fall = FALL_PER_M2 * away**2
    z = grounds_at(surface, target[:1].copy(), target[1:].copy())[0] + TARGET_M - fall
    line = lens * (1.0 - part) + z * part
    if (grounds_at(surface, x, y) - fall * part**2 > line).any():
        return False
    for (shape, top), low in zip(houses, foot, strict=True):
        inside = shapely.contains_xy(shape, x, y)
        if (line[inside] + fall * part[inside] ** 2 < low + top).any():
            return False
    return True


def test_regions_are_those_of_the_streets_through_them() -> None:
    def ridge(x, _y):
        return 700.0 + np.maximum(12.0 - np.abs(x - 25.0), 0.0)

    stage = set_stage(
        place(ridge), default(), parse_levels("62.5"), target_height_m=TARGET_M, seed=1, threads=1
    )
    (regions,) = possible_regions(stage)
    region = regions.geometries()[0, 0]
    assert region.is_valid
    assert region.area == pytest.approx(regions.area_m2[0, 0])
    assert region.contains(shapely.Point(20.0, 0.0))
    assert not region.contains(shapely.Point(40.0, 0.0))
    assert region.contains(shapely.Point(-50.0, 5.0))
    level = set_stage(
        place(flat), default(), parse_levels("62.5"), target_height_m=TARGET_M, seed=1, threads=1
    )
    (disc,) = possible_regions(level)
    assert disc.area_m2[0, 0] == pytest.approx(np.pi * RANGE_M**2, rel=0.005)


def test_the_methods_tell_of_the_model() -> None:
    found = measured(place(flat))
    assert found.methods["relief"] == {
        "cell_m": 1.0, "model_cell_m": 1.0, "error_m": 0.15, "filled_share": 0.0,
        "lowest_m": 700.0, "highest_m": 700.0,
    }  # fmt: skip
    assert "relief" not in measured(place(None)).methods


def test_a_surface_is_what_its_nodes_say() -> None:
    ground = relief(lambda x, y: 3.0 * x - y)
    of = Surface(ground.height_m, ground.west, ground.south, ground.cell_m)
    x, y = np.array([0.25, -7.5]), np.array([1.0, 3.25])
    assert grounds_at(of, x, y) == pytest.approx(3.0 * x - y)
