"""Draws covers over faces; a cover is never computed from the pixels under it.

Blur and pixelation are not offered. They keep enough of a face to tell people apart: McPherson,
Shokri, Shmatikov (Defeating Image Obfuscation with Deep Learning, 2016) report 71 % of blurred
faces named at the first guess. The style ``noise`` is made of random numbers alone; a reader may
mistake it for pixelation, which would be a weaker cover.
"""

import numpy as np
from numpy.typing import NDArray

from contrechamp.redact.faces.boxes import F8, outward
from contrechamp.redact.request import Style

RGB = NDArray[np.uint8]

#: Colour of the style ``fill``.
COLOUR = (0, 0, 0)
#: Covers of pictures end on this grid. JPEG codes blocks of 8 x 8 px: a block is wholly under a
#: cover or wholly outside, so nothing outside rings into a cover, and covers can be checked to the
#: last pixel.
GRID_PX = 8


def on_grid(boxes: F8, width: int, height: int) -> NDArray[np.intp]:
    """Return what covers of `boxes` cover in a picture: (n, 4), px, within it, out to the grid.

    Few pixels of a photo are under covers: to go from place to place takes a fraction of the time
    that a mask of all of it does.
    """
    # To whole pixels first, then to the grid, or a very flat box would vanish.
    touched = outward(np.asarray(boxes, np.float64), width, height)
    places = GRID_PX * np.hstack([touched[:, :2] // GRID_PX, -(-touched[:, 2:] // GRID_PX)])
    return np.minimum(places, [width, height, width, height])


def with_places_of(rgb: RGB, other: RGB, places: NDArray[np.intp]) -> RGB:
    """Return a copy of a picture that shows another at some places.

    Args:
        rgb: (height, width, 3).
        other: likewise.
        places: (n, 4), px, as `on_grid` gives them.
    """
    made = rgb.copy()
    for left, top, right, bottom in places:
        made[top:bottom, left:right] = other[top:bottom, left:right]
    return made


def largest_difference(rgb: RGB, other: RGB, places: NDArray[np.intp]) -> int:
    """Return the largest difference of a value (of 255) at some places of two pictures."""
    largest = 0
    for left, top, right, bottom in places:
        one, two = rgb[top:bottom, left:right], other[top:bottom, left:right]
        largest = max(largest, int((np.maximum(one, two) - np.minimum(one, two)).max(initial=0)))
    return largest


def draw_covers(rgb: RGB, boxes: F8, style: Style = "fill") -> tuple[RGB, NDArray[np.bool_]]:
    """Return a copy of the picture with `boxes` covered, and a mask of what is covered.

    Args:
        rgb: (height, width, 3).
        boxes: (n, 4), px; each is covered wholly, out to the grid.
        style: one colour, or blocks of random greys, made anew each time and stored nowhere.

    Returns:
        The copy, (height, width, 3), and a mask, (height, width).
    """
    height, width = rgb.shape[:2]
    under = np.zeros((height, width), bool)
    covered = rgb.copy()
    greys = None
    if style == "noise":
        greys = noise(height, width, GRID_PX, 40, 216, np.random.default_rng())
    for left, top, right, bottom in on_grid(boxes, width, height):
        place = np.s_[top:bottom, left:right]
        under[place] = True
        covered[place] = COLOUR if greys is None else greys[place][..., None]
    return covered, under


def noise(
    height: int, width: int, side: int, low: int, high: int, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return (height, width) in square blocks of random brightness, from `low` to `high`."""
    blocks = random.integers(
        low, high, (-(-height // side), -(-width // side)), np.uint8, endpoint=True
    )
    pixels = blocks.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]
    return np.ascontiguousarray(pixels)
