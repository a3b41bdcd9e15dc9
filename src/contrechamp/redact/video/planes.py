"""Draws covers straight into the planes of 4:2:0 frames, without converting to RGB and back."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from contrechamp.redact.faces.boxes import F8, outward
from contrechamp.redact.faces.cover import noise
from contrechamp.redact.request import Style

U1 = NDArray[np.uint8]

#: The fill: black without colour, which looks the same in studio and full range.
_STUDIO_BLACK, _FULL_BLACK, _NO_COLOUR = 16, 0, 128
#: Side of one patch of noise, px: coarse, so that the encoder preserves it.
NOISE_PX = 16


class CoverPattern:
    """What covered areas look like: one colour, or noise unrelated to the picture.

    Args:
        width: of the frame, px, even.
        height: likewise.
        style: see `Request`.
        full_range: whether brightness goes from 0 to 255, not from 16 to 235.
        random: source of the noise, which is the same in every frame.
    """

    def __init__(
        self, width: int, height: int, style: Style, full_range: bool, random: np.random.Generator
    ) -> None:
        black = _FULL_BLACK if full_range else _STUDIO_BLACK
        if style == "fill":
            self._planes = [
                np.full((height, width), black, np.uint8),
                *(np.full((height // 2, width // 2), _NO_COLOUR, np.uint8) for _ in "uv"),
            ]
        else:
            self._planes = [
                noise(height, width, NOISE_PX, 40, 216, random),
                *(noise(height // 2, width // 2, NOISE_PX // 2, 108, 149, random) for _ in "uv"),
            ]

    def paint(self, frame: VideoFrame, boxes: F8) -> None:
        """Cover `boxes`, (n, 4) in px, in a frame that may be written to."""
        for x0, y0, x1, y1 in whole_pixels(boxes, frame.width, frame.height):
            for plane, pattern, half in zip(planes(frame), self._planes, (1, 2, 2), strict=True):
                rows, columns = slice(y0 // half, y1 // half), slice(x0 // half, x1 // half)
                plane[rows, columns] = pattern[rows, columns]

    def brightness(self) -> U1:
        """Return the brightness of the whole pattern, (height, width)."""
        return self._planes[0]


def whole_pixels(boxes: F8, width: int, height: int) -> NDArray[np.int64]:
    """Return boxes rounded out to even pixels: (n, 4).

    In 4:2:0 two by two pixels share their colour, so a box must not end between them.
    """
    touched = outward(boxes, width, height)
    low = touched[:, :2] // 2 * 2
    high = np.minimum(-(-touched[:, 2:] // 2) * 2, [width, height])
    return np.hstack([low, high])


def planes(frame: VideoFrame) -> tuple[U1, U1, U1]:
    """Return views of the brightness and the two colour planes of a 4:2:0 frame."""
    return cast(
        tuple[U1, U1, U1],
        tuple(
            np.frombuffer(cast(Any, plane), np.uint8).reshape(-1, plane.line_size)[
                : plane.height, : plane.width
            ]
            for plane in frame.planes
        ),
    )


def cropped(frame: VideoFrame, area: tuple[int, int, int, int]) -> VideoFrame:
    """Return a copy of part of a 4:2:0 frame: left, top, right, bottom in even px."""
    left, top, right, bottom = area
    part = VideoFrame(right - left, bottom - top, "yuv420p")
    for new, old, half in zip(planes(part), planes(frame), (1, 2, 2), strict=True):
        new[:] = old[top // half : bottom // half, left // half : right // half]
    part.colorspace, part.color_range = frame.colorspace, frame.color_range
    return part


def luma(frame: VideoFrame) -> U1:
    """Return the brightness of a 4:2:0 frame, (height, width), contiguous in memory."""
    return np.ascontiguousarray(planes(frame)[0])
