"""Writes pictures, and reads them as whoever gets a copy does."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from contrechamp.redact.faces.cover import RGB, largest_difference
from contrechamp.redact.pictures.reading import our_limit_of_pixels

_SAVED_AS: dict[str, dict[str, object]] = {
    # 4:4:4, so that a block of the grid is a block of every channel.
    ".jpg": {"format": "JPEG", "quality": 92, "subsampling": 0},
    ".png": {"format": "PNG"},
    ".webp": {"format": "WEBP", "lossless": True, "quality": 50, "method": 2, "exact": True},
    ".tif": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
}
_LOSSY = ".jpg"


@dataclass(frozen=True)
class Written:
    """The written picture, read back.

    Args:
        rgb: (height, width, 3).
        off_by: largest difference (of 255) between a covered pixel and its cover.
        share: of the picture that is covered.
    """

    rgb: RGB
    off_by: int
    share: float


def as_read_back(rgb: RGB, suffix: str) -> RGB:
    """Return a picture as it is read back from a copy of which nothing is covered.

    JPEG codes blocks of 8 x 8 px one by one, and covers end on these blocks: beside covers, this
    is also what is read back from a copy that has some.

    Args:
        rgb: (height, width, 3).
        suffix: of the copy.
    """
    if suffix != _LOSSY:
        return rgb
    coded = io.BytesIO()
    Image.fromarray(rgb).save(coded, **_SAVED_AS[suffix])  # type: ignore[arg-type]
    return _read(coded)


def write(
    covered: RGB, under: NDArray[np.bool_], places: NDArray[np.intp], target: Path, suffix: str
) -> Written:
    """Write a covered picture, and read it back.

    Args:
        covered: (height, width, 3).
        under: (height, width), whether there is a cover.
        places: (n, 4), px: all of it, in rectangles.
        target: written.
        suffix: says in which format.
    """
    Image.fromarray(covered).save(target, **_SAVED_AS[suffix])  # type: ignore[arg-type]
    again = _read(target)
    off_by = 255
    if again.shape == covered.shape:
        off_by = largest_difference(again, covered, places)
    return Written(again, off_by, float(under.mean()))


def _read(source: Path | io.BytesIO) -> RGB:
    with our_limit_of_pixels(), Image.open(source) as image:
        return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
