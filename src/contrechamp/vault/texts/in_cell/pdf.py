"""The text of PDF, page by page; pages that are pictures are drawn, to be read by a program."""

from collections.abc import Iterator

import pymupdf

from contrechamp.vault.texts.in_cell.bounds import Bounds, Part, Place
from contrechamp.vault.texts.in_cell.drawn import may_be, picture

#: Fewer letters than that on a page with a picture: it was scanned.
_SCANNED = 25
#: Pixels per inch at which a scanned page is drawn; fewer if the page is large.
_DPI = 200
_MOST_PIXELS = 10_000_000

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


def pages(content: bytes, at: Place, bounds: Bounds) -> Iterator[Part]:
    """Yield the text of each page of a PDF."""
    try:
        document = pymupdf.open(stream=content, filetype="pdf")
    except (RuntimeError, ValueError):
        bounds.note("damaged")
        return
    if document.needs_pass and not document.authenticate(""):
        bounds.note("locked")
        return
    for number in range(document.page_count):
        bounds.open()
        step = (*at, ("page", str(number + 1)))
        try:
            page = document.load_page(number)
            text = page.get_text("text")
        except (RuntimeError, ValueError):
            bounds.note("damaged")
            continue
        yield from bounds.part(step, text)
        if len(text.strip()) < _SCANNED and _has_picture(page) and may_be(bounds):
            yield from _drawn(page, step, bounds)


def _has_picture(page: pymupdf.Page) -> bool:
    try:
        return bool(page.get_images()) or bool(page.get_drawings())
    except (RuntimeError, ValueError):
        return False


def _drawn(page: pymupdf.Page, at: Place, bounds: Bounds) -> Iterator[Part]:
    inches = (page.rect.width / 72) * (page.rect.height / 72)
    dpi = min(_DPI, int((_MOST_PIXELS / max(inches, 0.01)) ** 0.5))
    if dpi < 1:
        return
    try:
        drawn = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
    except (RuntimeError, ValueError):
        bounds.note("damaged")
        return
    if drawn.n == 1 and drawn.stride == drawn.width:
        yield from picture(drawn.width, drawn.height, drawn.samples, at, bounds)
