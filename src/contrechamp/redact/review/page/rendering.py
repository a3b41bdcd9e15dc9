"""Renders parts of an original or of a copy for the page; runs in the cell, like a masker.

What is sent on is made anew from pixels: no byte of an original leaves the cell as it was.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.request import Request
from contrechamp.redact.review.drawing import Drawn, drawn, jpeg

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SIDE = 2000
_QUALITY = 85


def take(
    source: Path,
    target: Path,
    request: Request,
    progress: Progress,
    *,
    kind: str,
    at: float,
    side: int,
    crop: Sequence[float] | None,
    lifted: tuple[str, Sequence[float]] | None = None,
) -> dict[str, Any]:
    """Return a JPEG of a picture, of a frame, or of a page.

    Args:
        source: the original or the copy.
        target: not used.
        request: not used.
        progress: not used.
        kind: of the copy.
        at: second of a video, or page of a document, from 1.
        side: the longer side, px.
        crop: only this part, in the units of boxes.
        lifted: the original of a still picture, and a box in which it is shown instead.

    Returns:
        ``jpeg``, in base64, and ``size``, that of the whole in the units of boxes.

    Raises:
        InputError: there is no such picture.
    """
    whole = _whole(str(source), kind, at)
    image = whole.image if lifted is None else _lifted(whole, *lifted)
    if crop is not None:
        scale = image.width / whole.width
        left, top, right, bottom = (round(edge * scale) for edge in crop)
        box = (max(0, left), max(0, top), min(image.width, right), min(image.height, bottom))
        if box[2] <= box[0] or box[3] <= box[1]:
            raise InputError(_("there is no such part of the picture"))
        image = image.crop(box)
        grow = min(side / max(image.size), 8.0)
        image = image.resize(
            (max(1, round(image.width * grow)), max(1, round(image.height * grow)))
        )
    small = image.convert("RGB")
    small.thumbnail((min(side, MAX_SIDE), min(side, MAX_SIDE)))
    return {"jpeg": jpeg(small, _QUALITY), "size": [whole.width, whole.height]}


def _lifted(whole: Drawn, below: str, box: Sequence[float]) -> "Image":
    """Return a picture that shows in a box what lies below it."""
    image, other = whole.image, _whole(below, "image", 0.0).image
    if other.size != image.size:
        other = other.resize(image.size)
    scale = image.width / whole.width
    left, top, right, bottom = (round(edge * scale) for edge in box)
    image = image.copy()
    image.paste(other.crop((left, top, right, bottom)), (left, top))
    return image


@lru_cache(maxsize=2)
def _whole(source: str, kind: str, at: float) -> Drawn:
    """Return a picture of the whole."""
    if kind not in ("image", "video", "pdf"):
        raise InputError(_("has no pictures to be looked at here: open the copy itself"))
    for one in drawn(Path(source), kind, [at], 2 * MAX_SIDE):
        return one
    raise InputError(_("has nothing to be seen there"))
