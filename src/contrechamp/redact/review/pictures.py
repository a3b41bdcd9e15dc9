"""Takes small pictures of a masked copy, never of the source, for its review sheet.

Runs in a process of its own, like a masker (`contrechamp.redact.process.isolation`).
"""

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contrechamp.base.progress import Progress
from contrechamp.redact.request import Request

if TYPE_CHECKING:
    from PIL.Image import Image

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
    takers: dict[str, Callable[[Path, Sequence[float]], Iterator[dict[str, Any]]]]
    takers = {"image": _of_image, "video": _of_video, "pdf": _of_pdf}
    return list(takers[kind](source, moments))


def _of_image(source: Path, moments: Sequence[float]) -> Iterator[dict[str, Any]]:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own copy, whose size was checked before
    with Image.open(source) as image:
        count, (width, height) = getattr(image, "n_frames", 1), image.size
        if count == 1:
            image.draft("RGB", (IMAGE_PX, IMAGE_PX))  # decoded no larger than needs be
            still = moments == [0.0]
            yield _small(image, IMAGE_PX, width, height, None if still else 0.0)
            return
        ends_s, number, wanted = 0.0, -1, sorted(moments)
        while wanted and number + 1 < count:
            number += 1
            image.seek(number)
            image.load()
            ends_s += float(image.info.get("duration", 0)) / 1000
            while wanted and (wanted[0] < ends_s or number + 1 == count):
                yield _small(image, FRAME_PX, width, height, wanted.pop(0))


def _of_video(source: Path, moments: Sequence[float]) -> Iterator[dict[str, Any]]:
    import av

    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        assert stream.time_base is not None  # noqa: S101  for the type
        start = stream.start_time or 0
        for moment in sorted(moments):
            container.seek(start + int(moment / stream.time_base), stream=stream)
            last = None
            for frame in container.decode(stream):
                last = frame
                if frame.time is None or frame.time + 1e-4 >= moment + float(
                    start * stream.time_base
                ):
                    break
            if last is not None:
                image = last.to_image()  # type: ignore[no-untyped-call]
                yield _small(image, FRAME_PX, last.width, last.height, moment)


def _of_pdf(source: Path, moments: Sequence[float]) -> Iterator[dict[str, Any]]:
    import pymupdf
    from PIL import Image

    with pymupdf.open(str(source)) as document:
        for number in sorted(int(moment) for moment in moments):
            if not 1 <= number <= document.page_count:
                continue
            page = document[number - 1]
            width, height = page.rect.width, page.rect.height
            scale = PAGE_PX / max(width, height, 1)
            matrix = pymupdf.Matrix(scale, scale)
            pixels = page.get_pixmap(matrix=matrix, alpha=False)
            image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
            yield _small(image, PAGE_PX, width, height, number)


def _small(
    image: "Image", long_side: int, width: float, height: float, moment: float | None
) -> dict[str, Any]:
    small = image.convert("RGB")
    small.thumbnail((long_side, long_side))
    jpeg = _jpeg(small)
    small.thumbnail((THUMB_PX, THUMB_PX))
    return {
        "jpeg": jpeg,
        "width": width,
        "height": height,
        "moment": moment,
        "thumb": _jpeg(small),
    }


def _jpeg(image: "Image") -> str:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=_QUALITY)
    return base64.b64encode(content.getvalue()).decode("ascii")
