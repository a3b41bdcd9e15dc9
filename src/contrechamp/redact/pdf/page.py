"""Removes areas and words from one page of a rebuilt PDF, and verifies that they are gone.

Content is removed by MuPDF's redaction (text, paths, pixels), never just covered. Then the page is
rendered: outside the areas it must look as before, inside nothing may be drawn any more; only then
is a box drawn there. Where that cannot be verified, the page becomes a picture of itself with the
areas painted over: a picture holds nothing but what it shows.
"""

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymupdf

from contrechamp.redact.outcome import Box
from contrechamp.redact.pdf.pixels import (
    Pixels,
    appearance,
    change_between,
    pixel_boxes,
)

#: Nobody sees a glyph that changes no pixel by more than this (of 255).
LEAST_CONTRAST = 24
#: Nor one that is lower than this, points.
LEAST_HEIGHT_PT = 1.2
_TOUCH_PT = 0.75
#: Parts of the height of unseen text by which it may stand beside what it names.
_SCAN_MARGIN = 0.4
#: MuPDF takes a line to be larger than it is, by its width and the room for a sharp corner.
_MITRE_PT = 12.0
_TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_PRESERVE_SPANS
#: Names, in the log of a page, of shaded content that is neither text nor a picture.
_SHADES = ("fill-shade", "fill-imgmask", "clip-imgmask")


@dataclass(frozen=True)
class Glyph:
    """One character on a page; each line ends with one that has no box."""

    text: str
    box: Box | None
    seen: bool = True


def glyphs(page: Any, document: Any, shown: Pixels) -> list[Glyph]:
    """Return every character of a page, even outside its edges, in the order of its content.

    A character is seen if the page looks different there without any text. Text of tiles and masks
    cannot be taken away; it counts as seen.

    Args:
        page: of `document`.
        document: rebuilt.
        shown: what the page looks like.
    """
    without, stays = _without_text(page, document)
    height, width = shown.shape[:2]
    scale = (width / page.rect.width, height / page.rect.height)
    change = change_between(shown, without, LEAST_CONTRAST)
    found: list[Glyph] = []
    for text, box in characters(page):
        if box is None or not _inked(text) or (text, box) in stays:
            found.append(Glyph(text, box))
            continue
        x0, y0 = int(box[0] * scale[0]), int(box[1] * scale[1])
        x1, y1 = int(np.ceil(box[2] * scale[0])), int(np.ceil(box[3] * scale[1]))
        part = change[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
        low = min(box[2] - box[0], box[3] - box[1]) <= 0 or box[3] - box[1] < LEAST_HEIGHT_PT
        found.append(Glyph(text, box, bool(part.any()) and not low))
    return found


def characters(page: Any) -> Iterator[tuple[str, Box | None]]:
    """Yield each character and its box, in the order of the content; line ends have none."""
    for block in page.get_text("rawdict", flags=_TEXT_FLAGS)["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                for char in span["chars"]:
                    yield char["c"], tuple(char["bbox"])
            yield "\n", None


def _without_text(page: Any, document: Any) -> tuple[Pixels, set[tuple[str, Box | None]]]:
    """Return what a page looks like without its text, and the characters that still are there."""
    copy = pymupdf.open()
    copy.insert_pdf(document, from_page=page.number, to_page=page.number)
    bare: Any = copy[0]
    remove_text(bare, None)
    return appearance(bare), set(characters(bare))


def _everywhere(page: Any) -> Any:
    return page.rect + (-1e4, -1e4, 1e4, 1e4)  # noqa: RUF005  (adds to each side)


def _inked(text: str) -> bool:
    """Tell whether a character leaves ink, unlike blanks and control or direction marks."""
    return bool(text.strip()) and unicodedata.category(text[0]) not in ("Cf", "Cc")


def remove_unseen(page: Any, glyphs: Sequence[Glyph]) -> None:
    """Remove from a page the text that nobody sees; pictures and paths stay."""
    boxes: list[Box] = []
    for line in _lines(glyphs):
        for seen, run in itertools.groupby(line, lambda glyph: glyph.seen):
            if not seen:
                boxes += _run_boxes([glyph.box for glyph in run if glyph.box is not None])
    _redact(page, [_inside(box) for box in boxes], graphics=0, images=0)


def remove_text(page: Any, boxes: Sequence[Box] | None) -> None:
    """Remove the text in boxes, or all of it, and nothing else."""
    where = [_everywhere(page)] if boxes is None else [_inside(box) for box in boxes]
    _redact(page, where, graphics=0, images=0)


def _run_boxes(boxes: Sequence[Box]) -> Sequence[Box]:
    """Return one box around a run, blanks included, or its boxes where the run is slanted."""
    x0, y0, x1, y1 = around(boxes)
    alone = sum((box[2] - box[0]) * (box[3] - box[1]) for box in boxes)
    return [(x0, y0, x1, y1)] if (x1 - x0) * (y1 - y0) <= 2 * alone else boxes


def around(boxes: Sequence[Box]) -> Box:
    """Return the smallest box around others."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def around_scanned(box: Box) -> Box:
    """Return a box around what a scan shows where its unseen text says that a word is.

    Such text was placed by a machine, some points beside the letters.
    """
    x0, y0, x1, y1 = box
    margin = _SCAN_MARGIN * (y1 - y0)
    return x0 - margin / 2, y0 - margin, x1 + margin / 2, y1 + margin


def boxes_of_lines(glyphs: Sequence[Glyph]) -> Iterator[Box]:
    """Yield one box around the glyphs of each line."""
    line: list[Box] = []
    for glyph in [*glyphs, Glyph("\n", None)]:
        if glyph.box is not None:
            line.append(glyph.box)
        elif line:
            yield around(line)
            line = []


def _lines(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Yield the glyphs of each line; blanks count as seen if a neighbour is."""
    for placed, line in itertools.groupby(glyphs, lambda glyph: glyph.box is not None):
        if not placed:
            continue
        whole = list(line)
        letters = [place for place, glyph in enumerate(whole) if _inked(glyph.text)]
        for place, glyph in enumerate(whole):
            if not _inked(glyph.text):
                beside = [at for at in letters if at < place][-1:]
                beside += [at for at in letters if at > place][:1]
                seen = any(whole[at].seen for at in beside)
                whole[place] = Glyph(glyph.text, glyph.box, seen)
        yield whole


def remove_outside(page: Any) -> None:
    """Remove what lies outside the page: text, paths, and pixels of pictures across its edge."""
    x0, y0, x1, y1 = page.rect
    far = 1e4
    strips = [
        (x0 - far, y0 - far, x1 + far, y0),
        (x0 - far, y1, x1 + far, y1 + far),
        (x0 - far, y0, x0, y1),
        (x1, y0, x1 + far, y1),
    ]
    _redact(page, strips, graphics=1)


def _inside(box: Box) -> Box:
    """Return a slightly smaller box, so that neighbouring letters stay."""
    x0, y0, x1, y1 = box
    across, down = min(0.6, 0.2 * (x1 - x0)), min(2.0, 0.2 * (y1 - y0))
    return x0 + across, y0 + down, x1 - across, y1 - down


def remove(page: Any, areas: Sequence[Box], words: Sequence[Box]) -> bool:
    """Remove everything in `areas`, and text and pixels in `words`; draw boxes there.

    Returns:
        Whether all of it is verifiably gone; if not, the page must become a picture.
    """
    # A frame or background that merely spans an area stays; a path with an edge in it goes wholly.
    _redact(page, areas, graphics=1)
    for graphics, margin in ((1, _MITRE_PT), (2, 0.0)):
        left = [box for box in areas if not _nothing_drawn(page, box)]
        _redact(page, [_grown(box, margin) for box in left], graphics, images=0, text=1)
    _redact(page, [_inside(box) for box in words], graphics=1)
    if any(kind == "fill-image" for kind, _box in page.get_bboxlog()):
        _redact(page, words, graphics=0, text=1)  # pixels have no neighbours to be spared
    clean = not _text_left(page, areas, words) and all(_nothing_drawn(page, box) for box in areas)
    draw_boxes(page, [*areas, *words])
    return clean


def _grown(box: Box, margin: float) -> Box:
    x0, y0, x1, y1 = box
    return x0 - margin, y0 - margin, x1 + margin, y1 + margin


def _redact(
    page: Any, boxes: Sequence[Box], graphics: int, *, images: int = 2, text: int = 0
) -> None:
    """Remove what is in boxes.

    Args:
        page: of a document.
        boxes: in points.
        graphics: paths to remove: 0 none, 1 those inside, 2 all that touch.
        images: pixels to remove: 0 none, 2 those in the boxes.
        text: text to remove: 0 all of it, 1 none.
    """
    for box in boxes:
        page.add_redact_annot(box, fill=False, cross_out=False)
    if boxes:
        page.apply_redactions(images=images, graphics=graphics, text=text)


def _nothing_drawn(page: Any, box: Box) -> bool:
    """Tell whether no edge of a path crosses a box, nothing shades it, and its pixels are alike.

    Away from its edges, a path is of one colour, and so is what is outside it.
    """
    inner = pymupdf.Rect(box) & page.rect
    shrunk = inner + (_TOUCH_PT, _TOUCH_PT, -_TOUCH_PT, -_TOUCH_PT)  # noqa: RUF005
    if inner.is_empty or shrunk.is_empty:
        return True
    for kind, where in page.get_bboxlog():
        if kind in _SHADES and pymupdf.Rect(where).intersects(shrunk):
            return False
    if any(bool(edge.intersects(shrunk)) for edge in _edges(page)):
        return False
    pixels = appearance(page)
    [(x0, y0, x1, y1)] = pixel_boxes(page, pixels, [tuple(inner)])
    part = pixels[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].reshape(-1, 3)
    return not len(part) or bool((part == part[0]).all())


def _edges(page: Any) -> Iterator[Any]:
    """Yield a box around each edge of every path, half of the line width included."""
    for drawing in page.get_drawings():
        pen = (drawing.get("width") or 0) / 2 + 0.01
        for item in drawing["items"]:
            if item[0] in ("re", "qu"):
                quad = item[1].quad if item[0] == "re" else item[1]
                corners = [quad.ul, quad.ur, quad.lr, quad.ll, quad.ul]
                runs = list(itertools.pairwise(corners))
            else:  # a line, or a curve within its control points
                runs = [tuple(item[1:])]
            for points in runs:
                across, down = [point.x for point in points], [point.y for point in points]
                yield pymupdf.Rect(
                    min(across) - pen, min(down) - pen, max(across) + pen, max(down) + pen
                )


def _text_left(page: Any, areas: Sequence[Box], words: Sequence[Box]) -> bool:
    inner = np.array([*areas, *map(_inside, words)], float).reshape(-1, 4)
    if not len(inner):
        return False
    inked = [box for text, box in characters(page) if box is not None and _inked(text)]
    x0, y0, x1, y1 = np.array(inked, float).reshape(-1, 4).T
    left, top, right, bottom = inner.T[:, :, None]
    across, down = (x0 + x1) / 2, (y0 + y1) / 2
    within = (left <= across) & (across < right) & (top <= down) & (down < bottom)
    return bool(within.any())


def draw_boxes(page: Any, boxes: Sequence[Box]) -> None:
    """Draw black boxes on top of everything."""
    if boxes:
        shape = page.new_shape()
        for box in boxes:
            shape.draw_rect(pymupdf.Rect(box))
        shape.finish(color=None, fill=(0, 0, 0), width=0)
        shape.commit(overlay=True)
