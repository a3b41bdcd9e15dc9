"""How a page of a PDF looks, and whether it looks as before where nothing was to change."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pymupdf

from contrechamp.redact.outcome import Box

Pixels = npt.NDArray[np.uint8]
#: Pixels per point of renderings to compare, and of pages that become pictures.
LOOK_ZOOM, PICTURE_ZOOM = 2.0, 200 / 72
MAX_LOOK_PIXELS, MAX_PICTURE_PIXELS = 12e6, 40e6
#: Renderers draw edges a little differently once their surroundings are gone.
_EDGE_PX, _EDGE_CHANGE, _EDGE_SHARE = 3, 48, 2e-4
#: A page that became a picture is compared in squares of this many pixels.
_SQUARE_PX, _SQUARE_CHANGE, _SQUARE_SHARE = 8, 40, 5e-3


def rendered(page: Any, zoom: float, limit: float, *, annotations: bool = False) -> Pixels:
    """Return the page as displayed, (height, width, 3), zoomed less if it exceeds `limit` px."""
    area = page.rect.width * page.rect.height * zoom * zoom
    zoom *= min(1.0, (limit / area) ** 0.5) if area > 0 else 1.0
    pixels = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False, annots=annotations)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.h, pixels.w, pixels.n)[:, :, :3]


def appearance(page: Any, *, annotations: bool = False) -> Pixels:
    """Return the page rendered for comparison."""
    return rendered(page, LOOK_ZOOM, MAX_LOOK_PIXELS, annotations=annotations)


def same_outside(
    before: Pixels, after: Pixels, boxes: Sequence[tuple[int, ...]], *, picture: bool = False
) -> bool:
    """Tell whether two renderings are alike outside boxes, and the second is black inside them.

    Args:
        before: (height, width, 3).
        after: likewise.
        boxes: in their pixels.
        picture: `after` shows a picture of the page, whose lines are a little softer.
    """
    if before.shape != after.shape:
        return False
    outside = np.ones(before.shape[:2], bool)
    for x0, y0, x1, y1 in boxes:
        if after[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].any():
            return False
        low, left = max(y0 - _EDGE_PX, 0), max(x0 - _EDGE_PX, 0)
        outside[low : y1 + _EDGE_PX, left : x1 + _EDGE_PX] = False
    if not picture:
        change = change_between(before, after, _EDGE_CHANGE) & outside
        return int(change.sum()) <= _EDGE_SHARE * change.size
    old, new = (_squares(pixels * outside[:, :, None]) for pixels in (before, after))
    return float((np.abs(old - new) > _SQUARE_CHANGE).mean()) <= _SQUARE_SHARE


def change_between(before: Pixels, after: Pixels, more_than: int) -> npt.NDArray[np.bool_]:
    """Return where two renderings differ by more than a value in any channel: (height, width).

    Most lines of most pages are alike: only the others are looked at.
    """
    height, width = before.shape[:2]
    changed = np.zeros((height, width), bool)
    rows = (before.reshape(height, -1) != after.reshape(height, -1)).any(axis=1)
    one, other = before[rows], after[rows]
    apart = (np.maximum(one, other) - np.minimum(one, other)) > more_than
    changed[rows] = apart[:, :, 0] | apart[:, :, 1] | apart[:, :, 2]
    return changed


def _squares(pixels: Pixels) -> npt.NDArray[np.float64]:
    """Return the mean of each square."""
    side = _SQUARE_PX
    down, across = pixels.shape[0] // side, pixels.shape[1] // side
    cut = pixels[: down * side, : across * side]
    return np.asarray(cut.reshape(down, side, across, side, 3).mean(axis=(1, 3)), np.float64)


def pixel_boxes(page: Any, pixels: Pixels, boxes: Sequence[Box]) -> list[tuple[int, int, int, int]]:
    """Return boxes in pixels of a rendering, clipped to it."""
    height, width = pixels.shape[:2]
    across, down = width / page.rect.width, height / page.rect.height
    return [
        (
            int(np.clip(np.floor(x0 * across), 0, width)),
            int(np.clip(np.floor(y0 * down), 0, height)),
            int(np.clip(np.ceil(x1 * across), 0, width)),
            int(np.clip(np.ceil(y1 * down), 0, height)),
        )
        for x0, y0, x1, y1 in boxes
    ]


def picture_of(page: Any, boxes: Sequence[Box]) -> Pixels:
    """Return the page as pixels with boxes painted black: (height, width, 3)."""
    pixels = rendered(page, PICTURE_ZOOM, MAX_PICTURE_PIXELS).copy()
    for x0, y0, x1, y1 in pixel_boxes(page, pixels, boxes):
        pixels[y0:y1, x0:x1] = 0
    return pixels


def replace(document: Any, number: int, pixels: Pixels) -> None:
    """Replace a page by a picture of it."""
    old = document[number].rect
    document.delete_page(number)
    page = document.new_page(number, width=old.width, height=old.height)
    height, width = pixels.shape[:2]
    samples = np.ascontiguousarray(pixels).tobytes()
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, width, height, samples, 0)
    page.insert_image(page.rect, pixmap=pixmap)
