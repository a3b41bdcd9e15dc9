"""A town measured tile by tile has the figures of the town measured in one piece."""

import numpy as np
import pytest
import shapely

from contrechamp.measure.priors import default
from contrechamp.measure.run import measure_streets
from contrechamp.measure.span import SPAN_DRAWS
from contrechamp.measure.stage import place_cameras
from contrechamp.measure.tiles.one import measure_tile
from contrechamp.measure.tiles.plan import setting_of, tiles
from contrechamp.measure.tiles.together import together
from contrechamp.sight.levels import parse_levels
from measure.small_scenes import buildings, cameras, scene, streets

LEVELS = parse_levels("62.5,125")
DRAWS = 40


def town(seed: int, n_cameras: int = 30):
    """Blocks of houses with and without heights, cameras on and off their walls."""
    rng = np.random.default_rng(seed)
    lines = [[(0.0, 80.0 * i), (640.0, 80.0 * i)] for i in range(9)]
    lines += [[(80.0 * i, 0.0), (80.0 * i, 640.0)] for i in range(9)]
    houses = []
    for i in range(8):
        for j in range(8):
            x, y = 80.0 * i + 10, 80.0 * j + 10
            width, depth = rng.uniform(20, 60, 2)
            height = None if rng.random() < 0.4 else float(rng.choice([6.0, 9.0, 12.0, 15.0]))
            houses.append((shapely.box(x, y, x + width, y + depth), height))
    rows = []
    for _n in range(n_cameras):
        house = houses[rng.integers(len(houses))][0].exterior
        at = house.interpolate(rng.random(), normalized=True)
        kind = str(rng.choice(["fixed", "dome", "panning", "unknown"]))
        off = rng.normal(0, 0.6, 2) if rng.random() < 0.7 else rng.uniform(-30, 30, 2)
        rows.append({"x": at.x + off[0], "y": at.y + off[1], "kind": kind})
    return scene(streets=streets(*lines), buildings=buildings(*houses), cameras=cameras(*rows))


def placed(of):
    return place_cameras(of.cameras, of.buildings)


def setting(of, seed: int = 3):
    return setting_of(
        of,
        placed(of),
        default(),
        LEVELS,
        draws=DRAWS,
        span_draws=SPAN_DRAWS,
        seed=seed,
        target_height_m=1.6,
    )


def by_tiles(of, asked, tile_m: float):
    plan = tiles(of, placed(of), asked, tile_m)
    return together((measure_tile(tile.of(of), asked)[0] for tile in plan), asked)


@pytest.mark.parametrize("tile_m", [130.0, 300.0, 10_000.0])
def test_the_figures_are_those_of_the_town_in_one_piece(tile_m: float) -> None:
    of = town(1)
    asked = setting(of)
    found = by_tiles(of, asked, tile_m)
    whole = {
        (one.key, one.level, one.group): one
        for one in measure_streets(of, levels=LEVELS, draws=DRAWS, seed=3)
    }
    assert len(found.figures) == 3 * len(LEVELS)
    for one in found.figures:
        same = whole[one.key, one.level, one.group]
        for name in ("median", "q05", "q95", "mean"):
            value, expected = (getattr(figure.estimate, name) for figure in (one, same))
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-6)
        assert one.known_share == pytest.approx(same.known_share, rel=1e-5)
        assert one.span is not None
        assert same.span is not None
        assert (one.span.low, one.span.high) == pytest.approx(
            (same.span.low, same.span.high), rel=1e-9, abs=1e-6
        )


def test_every_street_is_in_one_tile_and_every_piece_keeps_its_name() -> None:
    of = town(2)
    asked = setting(of)
    plan = list(tiles(of, placed(of), asked, 200.0))
    rows = np.concatenate([tile.streets for tile in plan])
    assert sorted(rows.tolist()) == list(range(len(of.streets)))
    assert len({tile.name for tile in plan}) == len(plan) > 4
    names = [name for tile in plan for name in measure_tile(tile.of(of), asked)[1]["id"]]
    assert len(set(names)) == len(names)
    assert sum(len(tile.cameras) for tile in plan) < len(plan) * len(of.cameras)


def test_a_place_without_cameras_near_has_nothing_in_view() -> None:
    far = streets([(50_000.0, 0.0), (50_100.0, 0.0)], [(0.0, 0.0), (100.0, 0.0)])
    of = scene(
        streets=far,
        cameras=cameras({"x": 10.0, "y": 3.0}),
        buildings=buildings((shapely.box(0, 5, 20, 15), 6.0)),
    )
    asked = setting(of)
    plan = list(tiles(of, placed(of), asked, 1000.0))
    assert [len(tile.cameras) for tile in plan] == [1, 0]
    found = by_tiles(of, asked, 1000.0)
    assert found.walkable_m == pytest.approx(200.0)
    assert found.near_walkable_m <= 110.0
    assert found.figures[0].estimate.median > 0.0
