"""Takes small pictures of a masked copy, never of the source, for its review sheet.

Runs in a process of its own, like a masker (`contrechamp.redact.process.isolation`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contrechamp.base.progress import Progress
from contrechamp.redact.request import Request
from contrechamp.redact.review.drawing import Drawn, drawn, jpeg

IMAGE_PX, FRAME_PX, PAGE_PX, THUMB_PX = 1400, 560, 900, 160
_QUALITY = 80


def take(
    source: Path,
    target: Path,
    request: Request,
    progress: Progress,
    *,
    kind: str,
    moments: Sequence[float],
) -> list[dict[str, Any]]:
    """Return small JPEGs of `source`, which is a masked copy.

    Args:
        source: the copy.
        target: not used.
        request: not used.
        progress: not used.
        kind: of the copy.
        moments: seconds of a video, or pages (from 1) of a PDF.

    Returns:
        For each picture: ``jpeg`` (base64), ``width`` and ``height`` in the units of boxes,
        ``moment``, and ``thumb``, a smaller ``jpeg``.
    """
    return [small(one, kind) for one in drawn(source, kind, moments, PAGE_PX)]


def small(one: Drawn, kind: str) -> dict[str, Any]:
    """Return what is told of one picture."""
    still = kind == "image" and one.moment is None
    side = IMAGE_PX if still else PAGE_PX if kind == "pdf" else FRAME_PX
    image = one.image.convert("RGB")
    image.thumbnail((side, side))
    large = jpeg(image, _QUALITY)
    image.thumbnail((THUMB_PX, THUMB_PX))
    return {
        "jpeg": large,
        "width": one.width,
        "height": one.height,
        "moment": one.moment,
        "thumb": jpeg(image, _QUALITY),
    }
