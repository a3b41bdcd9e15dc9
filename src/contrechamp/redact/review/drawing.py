"""Draws what files show, for the sheets and for the page of a review; runs in the cell.

What is sent on is made anew from pixels: no byte of a file leaves the cell as it was.
"""

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contrechamp.redact.kind_by_content import kind_of

if TYPE_CHECKING:
    from PIL.Image import Image

_BEFORE_S = 1e-3


@dataclass(frozen=True)
class Drawn:
    """One picture.

    Args:
        image: its pixels, upright; of a large JPEG, perhaps a smaller one.
        width: of the whole, in the units of boxes.
        height: likewise.
        moment: seconds, or the page; None for a still picture.
    """

    image: "Image"
    width: float
    height: float
    moment: float | None


def drawn(source: Path, kind: str, moments: Sequence[float], long_side: int) -> Iterator[Drawn]:
    """Yield what a file shows.

    Args:
        source: a picture, a video, or a document.
        kind: ``image``, ``video`` or ``pdf``.
        moments: seconds, or pages from 1; what is not there is passed over.
        long_side: px, of pages; pictures have those that they have, but large JPEGs no more than
            twice as many as that needs.
    """
    if kind == "pdf":
        yield from _pages(source, sorted(int(moment) for moment in moments), long_side)
    elif kind == "video":
        yield from _frames(source, sorted(moments))
    elif kind_of(source, source.name).frames:
        yield from _moving(source, sorted(moments))
    else:
        yield _still(source, long_side)


def jpeg(image: "Image", quality: int) -> str:
    """Return a picture as JPEG in base64."""
    content = io.BytesIO()
    image.convert("RGB").save(content, "JPEG", quality=quality)
    return base64.b64encode(content.getvalue()).decode("ascii")


def _still(source: Path, long_side: int) -> Drawn:
    from PIL import Image

    from contrechamp.redact.pictures.reading import read_picture

    picture = read_picture(source, enough_px=long_side)
    return Drawn(Image.fromarray(picture.rgb), *picture.size, None)


def _moving(source: Path, moments: list[float]) -> Iterator[Drawn]:
    """Yield frames of a picture that moves, which has no index of them."""
    from PIL import Image

    with Image.open(source) as image:
        count = int(getattr(image, "n_frames", 1))
        ends_s, number = 0.0, -1
        while moments and number + 1 < count:
            number += 1
            image.seek(number)
            image.load()
            ends_s += float(image.info.get("duration", 0)) / 1000
            while moments and (moments[0] < ends_s or number + 1 == count):
                yield Drawn(image.copy(), image.width, image.height, moments.pop(0))


def _frames(source: Path, moments: Sequence[float]) -> Iterator[Drawn]:
    from PIL.Image import Transpose

    from contrechamp.redact.video.reading import display_matrix, opened
    from contrechamp.redact.video.upright import turn_of

    with opened(source) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        assert stream.time_base is not None  # noqa: S101  for the type
        start = stream.start_time or 0
        for moment in moments:
            container.seek(start + int(moment / stream.time_base), stream=stream)
            last, until = None, moment + float(start * stream.time_base)
            for frame in container.decode(stream):
                last = frame
                if frame.time is None or frame.time + _BEFORE_S >= until:
                    break
            if last is None:
                continue
            image: Image = last.to_image()  # type: ignore[no-untyped-call]
            turn = turn_of(display_matrix(last))
            for wanted, how in (
                (turn.transposed, Transpose.TRANSPOSE),
                (turn.left_right, Transpose.FLIP_LEFT_RIGHT),
                (turn.top_bottom, Transpose.FLIP_TOP_BOTTOM),
            ):
                image = image.transpose(how) if wanted else image
            yield Drawn(image, image.width, image.height, moment)


def _pages(source: Path, numbers: Sequence[int], long_side: int) -> Iterator[Drawn]:
    import pymupdf
    from PIL import Image

    with pymupdf.open(source, filetype="pdf") as document:
        for number in numbers:
            if not 1 <= number <= document.page_count:
                continue
            page = document[number - 1]
            width, height = page.rect.width, page.rect.height
            scale = long_side / max(width, height, 1)
            pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
            image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
            yield Drawn(image, width, height, number)
