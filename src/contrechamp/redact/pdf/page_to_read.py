"""Draws one page of a masked copy for a program that reads pictures of text."""

from pathlib import Path
from typing import Any

import numpy as np
import pymupdf

from contrechamp.base.progress import Progress
from contrechamp.redact.pdf import pixels as pdf_pixels
from contrechamp.redact.request import Request

#: Print of 8 points is some 22 pixels high, as readers want it.
_ZOOM = 200 / 72
MAX_PIXELS = 12_000_000


def draw(
    source: Path, target: Path, request: Request, progress: Progress, *, number: int
) -> dict[str, Any]:
    """Write a page to `target`, a byte of grey for each pixel.

    Args:
        source: the copy.
        target: overwritten.
        request: not used.
        progress: not used.
        number: of the page, from 1.

    Returns:
        ``width`` and ``height`` in pixels, and the ``zoom``: pixels a point.
    """
    pymupdf.TOOLS.mupdf_display_errors(False)
    with pymupdf.open(source, filetype="pdf") as document:
        page = document[number - 1]
        pixels = pdf_pixels.rendered(page, _ZOOM, MAX_PIXELS * 0.99)
        grey = np.asarray(pixels @ np.array([0.299, 0.587, 0.114], np.float32), np.uint8)
        target.write_bytes(grey.tobytes())
        height, width = grey.shape
        return {"width": width, "height": height, "zoom": width / page.rect.width}
