"""Sight over ground that is not flat: against closed forms, and against dense sight lines."""

import numpy as np
import pytest
from scipy.interpolate import LinearNDInterpolator

from contrechamp.sight.relief.surface import FALL_PER_M2, Surface, grounds_at, needed_heights

CELL_M = 1.0


def surface(of, *, size=80, west=-40.0, south=-40.0, cell=CELL_M):
    """Return the surface of a function of x and y."""
    n = int(size / cell) + 1
    x, y = west + np.arange(n) * cell, south + np.arange(n) * cell
    height = of(*np.meshgrid(x, y)).astype(np.float32)
    return Surface(np.ascontiguousarray(height), west, south, cell)


def needed(ground, x, y, target):
    """Return how high a lens must be to see one target (east, north, height)."""
    (found,) = needed_heights(ground, np.array([x]), np.array([y]), np.array([target], float))
    return found


def test_the_ground_is_made_of_two_triangles_a_cell() -> None:
    rng = np.random.default_rng(1)
    ground = surface(lambda x, y: rng.uniform(0, 9, x.shape), size=6, west=2.0, south=3.0, cell=1.5)
    n = len(ground.height_m)
    for i in range(n - 1):
        for j in range(n - 1):
            west, south = 2.0 + 1.5 * i, 3.0 + 1.5 * j
            h = ground.height_m[j : j + 2, i : i + 2]
            corner = {"sw": (0, 0, h[0, 0]), "se": (1, 0, h[0, 1]), "nw": (0, 1, h[1, 0]),
                      "ne": (1, 1, h[1, 1])}  # fmt: skip
            for three in (("sw", "se", "ne"), ("sw", "nw", "ne")):
                points = np.array([corner[name] for name in three], float)
                plane = LinearNDInterpolator(points[:, :2], points[:, 2])
                inside = points[:, :2].T @ rng.dirichlet(np.ones(3), 5).T
                found = grounds_at(ground, west + 1.5 * inside[0], south + 1.5 * inside[1])
                assert found == pytest.approx(plane(*inside), abs=1e-6)
    # Beyond the grid the ground goes on as high as at its edge.
    edge = grounds_at(ground, np.array([-50.0, 2.0]), np.array([3.0, 3.0]))
    assert edge[0] == edge[1]


def test_over_a_ridge_the_line_passes_its_crest() -> None:
    # The crest, 6 m high, lies at x = 10, on a node: by similar triangles.
    ground = surface(lambda x, y: np.where(np.abs(x - 10.0) < 0.5, 6.0, 0.0))
    for far, z in ((20.0, 1.6), (30.0, 1.6), (15.0, 0.5)):
        fall = FALL_PER_M2 * far**2
        crest = (6.0 - FALL_PER_M2 * 100.0 - (z - fall) * 10.0 / far) / (1.0 - 10.0 / far)
        assert needed(ground, 0.0, 0.2, (far, 0.2, z)) == pytest.approx(crest, abs=0.01)
    # Before the ridge nothing is in the way, and along it neither.
    assert needed(ground, 0.0, 0.0, (8.0, 0.0, 1.6)) < 1.6
    assert needed(ground, 9.0, -20.0, (9.0, 20.0, 1.6)) < 1.6


def test_below_a_step_the_edge_hides_and_above_it_nothing_does() -> None:
    # Ground at 0 west of x = 0, at 5 m from x = 1 on.
    ground = surface(lambda x, y: np.where(x >= 1.0, 5.0, 0.0))
    # From below, 20 m away, a face 9 m behind the edge.
    assert needed(ground, -20.0, 0.0, (10.0, 0.0, 6.6)) == pytest.approx(
        (5.0 - 6.6 * 21.0 / 30.0) / (1.0 - 21.0 / 30.0), abs=0.01
    )
    # From above, looking down over the edge at the foot of the step.
    assert needed(ground, 10.0, 0.0, (-5.0, 0.0, 1.6)) == pytest.approx(
        (5.0 - 1.6 * 9.0 / 15.0) / (1.0 - 9.0 / 15.0), abs=0.01
    )


def test_a_cone_hides_what_lies_behind_its_top_and_a_valley_nothing() -> None:
    cone = surface(lambda x, y: np.maximum(10.0 - np.hypot(x, y), 0.0))
    over_top = needed(cone, -30.0, 0.0, (30.0, 0.0, 0.0))
    assert over_top == pytest.approx(10.0 / 0.5, abs=0.01)
    # A line that passes 6 m beside the top meets the cone at its side, 4 m up and a little behind.
    x = np.linspace(-8.0, 8.0, 16_001)
    beside = ((10.0 - np.hypot(x, 6.0)) / (0.5 - x / 60.0)).max()
    assert needed(cone, -30.0, 6.0, (30.0, 6.0, 0.0)) == pytest.approx(beside, abs=0.05)
    assert needed(cone, -30.0, 11.0, (30.0, 11.0, 0.0)) == pytest.approx(0.0, abs=0.01)
    valley = surface(lambda x, y: np.abs(x) / 2.0)
    # From slope to slope: whoever stands on one sees all of the other.
    assert needed(valley, -30.0, 3.0, (30.0, -5.0, 15.0)) <= 15.0 + 1e-3


def test_the_earth_is_round_and_light_bends() -> None:
    flat = surface(lambda x, y: 0.0 * x, size=5000, west=0.0, south=-50.0, cell=50.0)
    # The ground right before the target is the last that hides it: a lens must be as much higher as
    # the ground has fallen. With 6,371 km and a refraction of 0.13 that is 6.8 cm at 1 km.
    assert pytest.approx(0.0683, abs=1e-4) == FALL_PER_M2 * 1e6
    for far in (1000.0, 4000.0):
        last = 1.0 - 50.0 / far
        assert needed(flat, 0.0, 0.0, (far, 0.0, 0.0)) == pytest.approx(
            FALL_PER_M2 * far**2 * last, abs=1e-4
        )


def test_no_sight_line_is_told_wrongly_on_rough_ground() -> None:
    rng = np.random.default_rng(4)
    ground = surface(lambda x, y: rng.uniform(0, 6, x.shape), size=60, cell=1.5)
    n = 4000
    x, y = rng.uniform(-38, 18, (2, n))
    targets = np.column_stack(rng.uniform(-38, 18, (2, n)))
    z = grounds_at(ground, *np.ascontiguousarray(targets.T)) + rng.uniform(0.2, 4, n)
    lens = grounds_at(ground, x, y) + rng.uniform(0.5, 12, n)
    told = lens >= needed_heights(ground, x, y, np.column_stack((targets, z)))
    # One after the other, at 2,000 places of each line.
    part = np.linspace(0.0, 1.0, 2001)[1:-1]
    lowest = np.empty(n)
    for k in range(n):
        dx, dy = targets[k, 0] - x[k], targets[k, 1] - y[k]
        fall = FALL_PER_M2 * (dx * dx + dy * dy)
        below = grounds_at(ground, x[k] + part * dx, y[k] + part * dy) - fall * part**2
        line = lens[k] * (1.0 - part) + (z[k] - fall) * part
        lowest[k] = (line - below).min()
    # Between two places, 4 cm apart on slopes of 4 to 1, a line may graze the ground by less.
    sure = np.abs(lowest) > 0.17
    assert sure.sum() > 3500
    assert (told == (lowest > 0.0))[sure].all()
    assert 0.1 < told.mean() < 0.9


def test_a_line_along_grid_lines_and_diagonals_is_told_like_one_beside_it() -> None:
    rng = np.random.default_rng(6)
    ground = surface(lambda x, y: rng.uniform(0, 2, x.shape), size=40, west=0.0, south=0.0)
    for dx, dy in ((20.0, 0.0), (0.0, 20.0), (20.0, 20.0), (20.0, -15.0)):
        on = needed(ground, 5.0, 18.0, (5.0 + dx, 18.0 + dy, 3.0))
        beside = [
            needed(ground, 5.0 + a, 18.0 + b, (5.0 + dx + a, 18.0 + dy + b, 3.0))
            for a, b in ((1e-7, 0.0), (-1e-7, 0.0), (0.0, 1e-7), (0.0, -1e-7))
        ]
        assert on == pytest.approx(min(beside, key=lambda one: abs(one - on)), abs=1e-4)
