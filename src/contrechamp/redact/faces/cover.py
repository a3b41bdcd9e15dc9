"""What is put over a face: nothing that was computed from the pixels below.

Blur and pixelation are not offered. They keep enough of a face to be told apart: McPherson,
Shokri, Shmatikov (Defeating Image Obfuscation with Deep Learning, 2016) report 71 % of blurred
faces named at the first guess. The style ``noise`` looks like pixelation, but is
made of random numbers alone; a reader may take it for pixelation, a weaker cover than it is.
"""

import secrets

import numpy as np
from numpy.typing import NDArray

from contrechamp.redact.faces.boxes import F8, outward
from contrechamp.redact.request import Style

RGB = NDArray[np.uint8]

#: The fill: one colour for every picture.
COLOUR = (0, 0, 0)
#: Covers of pictures end on this grid. JPEG codes blocks of 8 x 8 px: a block lies whole under a
#: cover or whole beside it, so that what stands beside never rings into a cover, which then can be
#: checked to the last pixel.
GRID_PX = 8


def draw_covers(rgb: RGB, boxes: F8, style: Style = "fill") -> tuple[RGB, NDArray[np.bool_]]:
    """Return a copy of the picture with `boxes` covered, and where it is covered.

    Args:
        rgb: (height, width, 3).
        boxes: (n, 4), px; each is covered whole, out to the next lines of the grid.
        style: one colour; or blocks of random colour, made anew each time and kept nowhere.

    Returns:
        The copy, (height, width, 3), and a mask, (height, width).
    """
    height, width = rgb.shape[:2]
    under = np.zeros((height, width), bool)
    # First to whole pixels, then to the grid: a box of next to no height divided by 8 is none.
    touched = outward(np.asarray(boxes, np.float64), width, height)
    low, high = touched[:, :2] // GRID_PX, -(-touched[:, 2:] // GRID_PX)
    for left, top, right, bottom in GRID_PX * np.hstack([low, high]):
        under[top:bottom, left:right] = True
    covered = rgb.copy()
    covered[under] = COLOUR if style == "fill" else _noise(height, width)[under]
    return covered, under


def _noise(height: int, width: int) -> RGB:
    """Return blocks of the grid in random greys, from the system's source of randomness."""
    rng = np.random.Generator(np.random.PCG64(secrets.randbits(256)))
    blocks = rng.integers(40, 216, (-(-height // GRID_PX), -(-width // GRID_PX), 1), np.uint8)
    pixels = blocks.repeat(GRID_PX, axis=0).repeat(GRID_PX, axis=1)[:height, :width]
    return pixels.repeat(3, axis=2)
