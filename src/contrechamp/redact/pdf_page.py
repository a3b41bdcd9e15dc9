"""One page of a rebuilt PDF: areas and words taken out of what it draws, and looked at afterwards.

Content is removed by MuPDF's redaction (text, paths, pixels), never covered alone. Then the page is
looked at: what a renderer draws outside of the areas must be as before, inside nothing may be drawn
any more, and only then a box is drawn there. Where that cannot be shown, the page becomes a picture
of itself with the areas painted over: a picture holds nothing but what it shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pymupdf

Pixels = npt.NDArray[np.uint8]
#: x0, y0, x1, y1 from the top left of the page as displayed, in points.
Rect = tuple[float, float, float, float]

#: Pages are looked at with so many pixels a point, and made pictures with so many.
LOOK_ZOOM, PICTURE_ZOOM = 2.0, 200 / 72
MAX_LOOK_PIXELS, MAX_PICTURE_PIXELS = 12e6, 40e6
#: A glyph that changes no pixel by more than this (of 255) is not seen by anyone.
LEAST_CONTRAST = 24
#: Nor is one that is lower than this, points.
LEAST_HEIGHT_PT = 1.2
#: Renderers draw edges a little differently when what lies beside them goes.
_EDGE_PX, _EDGE_CHANGE, _EDGE_SHARE = 3, 48, 2e-4
_TOUCH_PT = 0.75
_TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_PRESERVE_SPANS
#: What the log of a page calls things that are neither text nor the pixels of a picture.
_PATHS = ("fill-path", "stroke-path", "fill-shade", "fill-imgmask", "clip-imgmask")


@dataclass(frozen=True)
class Glyph:
    """One character as it stands on a page; a line ends with one that has no place."""

    text: str
    box: Rect | None
    seen: bool = True


def rendered(page: Any, zoom: float, limit: float) -> Pixels:
    """Return the page as displayed, (height, width, 3), with fewer pixels a point where too many."""
    area = page.rect.width * page.rect.height * zoom * zoom
    zoom *= min(1.0, (limit / area) ** 0.5) if area > 0 else 1.0
    pixels = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False, annots=False)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.h, pixels.w, pixels.n)[:, :, :3]


def look(page: Any) -> Pixels:
    """Return the page as it is looked at."""
    return rendered(page, LOOK_ZOOM, MAX_LOOK_PIXELS)


def glyphs(page: Any, document: Any) -> list[Glyph]:
    """Return every character of a page in the order of its content, also those outside of it.

    A character is seen if the page looks different without any text.
    """
    shown = look(page)
    without = _without_text(page, document)
    height, width = shown.shape[:2]
    scale = (width / page.rect.width, height / page.rect.height)
    change = np.abs(shown.astype(np.int16) - without).max(axis=2) > LEAST_CONTRAST
    found: list[Glyph] = []
    for text, box in _characters(page):
        if box is None or not text.strip():
            found.append(Glyph(text, box))
            continue
        x0, y0 = int(box[0] * scale[0]), int(box[1] * scale[1])
        x1, y1 = int(np.ceil(box[2] * scale[0])), int(np.ceil(box[3] * scale[1]))
        part = change[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
        low = min(box[2] - box[0], box[3] - box[1]) <= 0 or box[3] - box[1] < LEAST_HEIGHT_PT
        found.append(Glyph(text, box, bool(part.any()) and not low))
    return found


def _characters(page: Any) -> Iterator[tuple[str, Rect | None]]:
    for block in page.get_text("rawdict", flags=_TEXT_FLAGS)["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                for char in span["chars"]:
                    yield char["c"], tuple(char["bbox"])
            yield "\n", None


def _without_text(page: Any, document: Any) -> Pixels:
    copy = pymupdf.open()
    copy.insert_pdf(document, from_page=page.number, to_page=page.number)
    bare = copy[0]
    bare.add_redact_annot(_everywhere(bare), fill=False, cross_out=False)
    bare.apply_redactions(images=0, graphics=0, text=0)
    return look(bare)


def _everywhere(page: Any) -> Any:
    return page.rect + (-1e4, -1e4, 1e4, 1e4)  # noqa: RUF005  (adds to each side)


def remove_text(page: Any, boxes: Sequence[Rect]) -> None:
    """Take text out of a page that is not to be seen anyway; pictures and paths stay."""
    for box in boxes:
        page.add_redact_annot(_inside(box), fill=False, cross_out=False)
    if boxes:
        page.apply_redactions(images=0, graphics=0, text=0)


def remove_outside(page: Any) -> None:
    """Take out what lies beside the page: text, paths, and pixels of pictures cut by its edge."""
    x0, y0, x1, y1 = page.rect
    far = 1e4
    for strip in (
        (x0 - far, y0 - far, x1 + far, y0),
        (x0 - far, y1, x1 + far, y1 + far),
        (x0 - far, y0, x0, y1),
        (x1, y0, x1 + far, y1),
    ):
        page.add_redact_annot(strip, fill=False, cross_out=False)
    page.apply_redactions(images=2, graphics=1, text=0)


def _inside(box: Rect) -> Rect:
    """Return a box a little smaller, so that neighbouring letters stay."""
    x0, y0, x1, y1 = box
    across, down = min(0.6, 0.2 * (x1 - x0)), min(2.0, 0.2 * (y1 - y0))
    return x0 + across, y0 + down, x1 - across, y1 - down


def remove(page: Any, areas: Sequence[Rect], words: Sequence[Rect]) -> bool:
    """Take everything out of `areas`, and text and pixels out of `words`; draw boxes there.

    Returns:
        Whether it can be shown that all of it is gone and all else as it was; if not, the page
        must become a picture.
    """
    before = look(page)
    for box in areas:
        page.add_redact_annot(box, fill=False, cross_out=False)
    if areas:
        page.apply_redactions(images=2, graphics=2, text=0)
    for box in words:
        page.add_redact_annot(_inside(box), fill=False, cross_out=False)
    if words:
        page.apply_redactions(images=2, graphics=1, text=0)
    clean = all(_nothing_drawn(page, box) for box in areas) and not _text_left(page, areas, words)
    draw_boxes(page, [*areas, *words])
    return clean and same_outside(before, look(page), _pixel_boxes(page, before, [*areas, *words]))


def _nothing_drawn(page: Any, box: Rect) -> bool:
    """Tell whether no path lies in a box, and its pixels are all alike."""
    inner = pymupdf.Rect(box) & page.rect
    if inner.is_empty:
        return True
    shrunk = inner + (_TOUCH_PT, _TOUCH_PT, -_TOUCH_PT, -_TOUCH_PT)
    for kind, where in page.get_bboxlog():
        if kind in _PATHS and not shrunk.is_empty and pymupdf.Rect(where).intersects(shrunk):
            return False
    pixels = look(page)
    [(x0, y0, x1, y1)] = _pixel_boxes(page, pixels, [tuple(inner)])
    part = pixels[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].reshape(-1, 3)
    return not len(part) or bool((part == part[0]).all())


def _text_left(page: Any, areas: Sequence[Rect], words: Sequence[Rect]) -> bool:
    inner = [pymupdf.Rect(box) for box in areas] + [pymupdf.Rect(_inside(box)) for box in words]
    for text, box in _characters(page):
        if box is None or not text.strip():
            continue
        middle = pymupdf.Point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        if any(middle in area for area in inner):
            return True
    return False


def draw_boxes(page: Any, boxes: Sequence[Rect]) -> None:
    """Draw black boxes over everything."""
    for box in boxes:
        page.draw_rect(pymupdf.Rect(box), color=None, fill=(0, 0, 0), overlay=True)


def same_outside(before: Pixels, after: Pixels, boxes: Sequence[tuple[int, ...]]) -> bool:
    """Tell whether two renderings are alike but for some boxes of pixels, and black in these."""
    if before.shape != after.shape:
        return False
    outside = np.ones(before.shape[:2], bool)
    for x0, y0, x1, y1 in boxes:
        if after[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].any():
            return False
        low, left = max(y0 - _EDGE_PX, 0), max(x0 - _EDGE_PX, 0)
        outside[low : y1 + _EDGE_PX, left : x1 + _EDGE_PX] = False
    change = np.abs(before.astype(np.int16) - after).max(axis=2) > _EDGE_CHANGE
    return bool((change & outside).sum() <= _EDGE_SHARE * outside.size)


def _pixel_boxes(
    page: Any, pixels: Pixels, boxes: Sequence[Rect]
) -> list[tuple[int, int, int, int]]:
    """Return boxes in pixels of a rendering, cut to it."""
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


def picture_of(page: Any, boxes: Sequence[Rect]) -> Pixels:
    """Return the page as pixels with boxes painted black: (height, width, 3)."""
    pixels = rendered(page, PICTURE_ZOOM, MAX_PICTURE_PIXELS).copy()
    for x0, y0, x1, y1 in _pixel_boxes(page, pixels, boxes):
        pixels[y0:y1, x0:x1] = 0
    return pixels


def replace(document: Any, number: int, pixels: Pixels) -> None:
    """Put a picture of a page in the place of the page."""
    old = document[number].rect
    document.delete_page(number)
    page = document.new_page(number, width=old.width, height=old.height)
    height, width = pixels.shape[:2]
    samples = np.ascontiguousarray(pixels).tobytes()
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, width, height, samples, 0)
    page.insert_image(page.rect, pixmap=pixmap)
