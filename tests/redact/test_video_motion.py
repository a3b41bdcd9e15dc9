"""Following pieces of pictures, and telling cuts from movement."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from contrechamp.redact.video import cuts, flow
from contrechamp.redact.video.dusk import brightened
from contrechamp.redact.video.motion import Motion, reduction

pytestmark = pytest.mark.slow


def ground(seed: int, size: tuple[int, int] = (180, 320), fine: float = 2.0) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    rough = gaussian_filter(rng.normal(size=(size[0] + 160, size[1] + 160)), fine)
    rough += 2 * gaussian_filter(rng.normal(size=rough.shape), 8 * fine) * 8
    return np.asarray(128 + 40 * rough / rough.std())


def window(
    whole: NDArray[np.float64],
    x: float,
    y: float,
    size: tuple[int, int] = (180, 320),
    zoom: float = 1,
) -> NDArray[np.uint8]:
    """What a camera whose corner is at (80 + x, 80 + y) sees."""
    rows, columns = np.mgrid[: size[0], : size[1]].astype(np.float64)
    middle = np.array([size[0], size[1]]) / 2
    rows = (rows - middle[0]) / zoom + middle[0]
    columns = (columns - middle[1]) / zoom + middle[1]
    seen = map_coordinates(whole, [rows + 80 + y, columns + 80 + x], order=3, mode="nearest")
    return np.clip(seen, 0, 255).astype(np.uint8)


@given(x=st.floats(-7, 7), y=st.floats(-7, 7), seed=st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_a_piece_is_found_where_it_went(x: float, y: float, seed: int) -> None:
    whole = ground(seed)
    old, new = window(whole, 0, 0), window(whole, x, y)
    box = np.array([100.0, 60.0, 124.0, 88.0])
    found_x, found_y, alike = flow.follow(old, new, box, np.zeros((1, 2)), 8)
    assert np.hypot(found_x + x, found_y + y) < 0.6
    assert alike > 0.85


def test_light_that_changes_does_not_matter() -> None:
    whole = ground(3)
    old = window(whole, 0, 0)
    new = np.clip(window(whole, 3, -2) * 0.5 + 20, 0, 255).astype(np.uint8)
    x, y, alike = flow.follow(old, new, np.array([100.0, 60, 124, 88]), np.zeros((1, 2)), 8)
    assert np.hypot(x + 3, y - 2) < 0.6
    assert alike > 0.95


def test_a_piece_that_is_covered_is_not_alike() -> None:
    old, new = window(ground(1, fine=0.8), 0, 0), window(ground(1, fine=0.8), 0, 0)
    new[50:100, 90:140] = window(ground(2, fine=0.8), 0, 0)[50:100, 90:140]
    _x, _y, alike = flow.follow(old, new, np.array([105.0, 65, 125, 85]), np.zeros((1, 2)), 8)
    assert alike < 0.5


def test_outside_of_the_picture_nothing_is_followed() -> None:
    frame = window(ground(1), 0, 0)
    box = np.array([-60.0, 20, -40, 40])
    assert flow.follow(frame, frame, box, np.zeros((1, 2)), 8)[2] == -1.0


def test_a_wall_without_texture_says_nothing() -> None:
    frame = np.full((90, 160), 77, np.uint8)
    assert flow.follow(frame, frame, np.array([40.0, 40, 60, 60]), np.zeros((1, 2)), 8)[2] == 0.0


def test_a_far_movement_is_found_from_the_guess() -> None:
    whole = ground(5)
    old, new = window(whole, 0, 0), window(whole, -31.4, 12.2)
    box = np.array([100.0, 60, 124, 88])
    x, y, _alike = flow.follow(old, new, box, np.array([[0.0, 0.0], [30.0, -10.0]]), 8)
    assert np.hypot(x - 31.4, y + 12.2) < 0.6


@pytest.mark.parametrize("times", [1, 2, 3, 5])
def test_shrinking_takes_means(times: int) -> None:
    frame = window(ground(1), 0, 0)
    height, width = 180 // times * times, 320 // times * times
    cells = frame[:height, :width].reshape(height // times, times, width // times, times)
    assert np.array_equal(flow.shrunk(frame, times), cells.sum((1, 3)) // times**2)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (24, 6), (-30, -9), (40, 0)])
def test_a_pan_is_no_cut_and_is_measured(x: float, y: float) -> None:
    whole = ground(8, fine=4)
    motion = Motion(4, 1)
    motion.push(window(whole, 0, 0))
    frame_change = motion.push(window(whole, x, y))
    assert not frame_change.is_cut
    assert np.abs(motion.pan(0, 1) + np.array([x, y])).max() <= 3
    assert np.array_equal(motion.pan(1, 0), -motion.pan(0, 1))


def test_neither_zoom_nor_a_flash_nor_somebody_close_by_is_a_cut() -> None:
    whole = ground(8, fine=4)
    before = window(whole, 0, 0)
    passer_by = before.copy()
    passer_by[:, 100:190] = 30
    flash = np.clip(before.astype(int) + 90, 0, 255).astype(np.uint8)
    for after in (window(whole, 0, 0, zoom=1.06), flash, passer_by):
        motion = Motion(4, 1)
        motion.push(before)
        assert not motion.push(after).is_cut


def test_another_scene_in_another_light_is_a_cut() -> None:
    found = 0
    for seed in range(20):
        one = window(ground(seed, fine=4), 0, 0)
        other = np.clip(window(ground(seed + 100, fine=4), 0, 0) * 0.7, 0, 255).astype(np.uint8)
        found += cuts.frame_change(cuts.tiny(one), cuts.tiny(other), one.shape).is_cut
    assert found >= 18


def test_boxes_are_followed_forward_and_back_over_frames_that_are_kept() -> None:
    whole = ground(4, (360, 640))
    motion = Motion(3, 2)
    for number in range(6):
        large = window(whole, 4 * number, -2 * number, (360, 640))
        motion.push(flow.shrunk(large, 2))
    assert motion.oldest == 3
    box = np.array([300.0, 160, 340, 210])
    forward, alike = motion.follow(box, 4, 5, np.zeros(2))
    back, _alike = motion.follow(box, 5, 4, np.zeros(2))
    assert np.abs(forward - [-4, 2]).max() < 1.2
    assert np.abs(back - [4, -2]).max() < 1.2
    assert alike > 0.9


def test_small_grey_frames_are_about_as_large_for_every_video() -> None:
    assert [reduction(w, h) for w, h in [(320, 240), (1280, 720), (1920, 1080), (2160, 3840)]] == [
        1, 1, 2, 4,
    ]  # fmt: skip


def test_dark_frames_are_lit_and_others_left() -> None:
    day = np.repeat(window(ground(2), 0, 0)[:, :, None], 3, axis=2)
    assert brightened(day) is day
    noise = np.random.default_rng(1).normal(0, 4, day.shape)
    night = np.clip(20 + day * 0.15 + noise, 0, 255).astype(np.uint8)
    seen = brightened(night).astype(float)
    assert np.ptp(seen) > 2 * np.ptp(night)
    # It shows the day through the noise better than the night does.
    assert (
        np.corrcoef(seen.ravel(), day.ravel())[0, 1]
        > np.corrcoef(night.ravel(), day.ravel())[0, 1] + 0.02
    )
