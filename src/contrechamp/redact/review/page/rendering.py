"""Renders parts of an original or of a copy for the page; runs in the cell, like a masker.

What is sent on is made anew from pixels: no byte of an original leaves the cell as it was.
"""

import base64
import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contrechamp.base.errors import InputError
from contrechamp.base.i18n import _
from contrechamp.base.progress import Progress
from contrechamp.redact.request import Request

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

    Returns:
        ``jpeg``, in base64, and ``size``, that of the whole in the units of boxes.

    Raises:
        InputError: there is no such picture.
    """
    image, width = _whole(str(source), kind, at)
    size = [width, width * image.height / image.width]
    if crop is not None:
        scale = image.width / width
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
    content = io.BytesIO()
    small.save(content, "JPEG", quality=_QUALITY)
    return {"jpeg": base64.b64encode(content.getvalue()).decode("ascii"), "size": size}


@lru_cache(maxsize=2)
def _whole(source: str, kind: str, at: float) -> "tuple[Image, float]":
    """Return a picture, and how wide it is in the units of boxes."""
    if kind == "image":
        return _picture(source)
    if kind == "video":
        return _frame(source, at)
    if kind == "pdf":
        return _page(source, int(at))
    raise InputError(_("has no pictures to be looked at here: open the copy itself"))


def _picture(source: str) -> "tuple[Image, float]":
    from PIL import Image

    from contrechamp.redact.pictures.reading import read_picture

    image = Image.fromarray(read_picture(Path(source)).rgb)
    return image, image.width


def _frame(source: str, at: float) -> "tuple[Image, float]":
    from PIL.Image import Transpose

    from contrechamp.redact.video.reading import display_matrix, opened
    from contrechamp.redact.video.upright import turn_of

    with opened(Path(source)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        assert stream.time_base is not None  # noqa: S101  for the type
        start = stream.start_time or 0
        container.seek(start + int(at / stream.time_base), stream=stream)
        last = None
        for frame in container.decode(stream):
            last = frame
            until = at + float(start * stream.time_base)
            if frame.time is None or frame.time + 1e-3 >= until:
                break
        if last is None:
            raise InputError(_("has no frame there"))
        image: Image = last.to_image()  # type: ignore[no-untyped-call]
        turn = turn_of(display_matrix(last))
    for wanted, how in (
        (turn.transposed, Transpose.TRANSPOSE),
        (turn.left_right, Transpose.FLIP_LEFT_RIGHT),
        (turn.top_bottom, Transpose.FLIP_TOP_BOTTOM),
    ):
        image = image.transpose(how) if wanted else image
    return image, image.width


def _page(source: str, number: int) -> "tuple[Image, float]":
    import pymupdf
    from PIL import Image

    with pymupdf.open(source) as document:
        if not 1 <= number <= document.page_count:
            raise InputError(_("there is no such page"))
        page = document[number - 1]
        scale = 2 * MAX_SIDE / max(page.rect.width, page.rect.height, 1)
        pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
        image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
        return image, page.rect.width
