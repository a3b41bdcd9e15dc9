"""Lays the pages of a TIFF on pages of a PDF, which is then masked like any; runs in the cell.

Scanners and fax machines write letters of many pages so. As a PDF it has what a document needs:
boxes and looks by page, words read by Tesseract, one copy.
"""

import io
import math
import struct
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Dictionary, Name, Stream
from PIL import ExifTags, Image, ImageOps

from contrechamp.base.errors import InputError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _, ngettext
from contrechamp.base.progress import Progress
from contrechamp.redact.checks.tiff_tags import chain, pages_of
from contrechamp.redact.pictures.reading import (
    MAX_BYTES,
    check_size,
    is_transparent,
    our_limit_of_pixels,
    srgb,
)
from contrechamp.redact.pictures.remains import remains

MAX_PAGES: Final = 3000
#: Of all pages together: a thousand of A4 at 300 dpi. Small files can say more.
MAX_ALL_PIXELS: Final = 9_000_000_000
#: What the PDF may take; the same is the most that is masked.
_MAX_PDF_BYTES: Final = 512 << 20
#: Resolutions that scanners have, dots per inch; what states another, or none, is laid out at 150.
_LEAST_DPI, _MOST_DPI, _USUAL_DPI = 36.0, 1200.0, 150.0
#: Longest side that readers of PDF take (ISO 32000-1, annex C), points.
_LONGEST_PT: Final = 14_400.0
_POINTS_AN_INCH, _CM_AN_INCH = 72.0, 2.54
_WIDTH, _HEIGHT, _COMPRESSION = 256, 257, 259
_ACROSS, _DOWN, _UNIT, _UNIT_CM = 282, 283, 296, 3
#: Compressions that are JPEG: what lost something already is written as the copies of JPEGs are.
_JPEG_COMPRESSIONS = (6, 7)
#: The filter of PNG that stores how each line differs from the one above.
_UP: Final = 2


def convert(said: dict[str, Any], progress: Progress) -> list[str]:
    """Write the PDF of a TIFF.

    Args:
        said: ``source``, ``name`` and ``target``.
        progress: opens a bar, of pages.

    Returns:
        What of the file is not in it.

    Raises:
        InputError: it is damaged, or has more pages or pixels than a document needs.
    """
    content = read_bounded(Path(said["source"]), MAX_BYTES, where=str(said["name"]))
    pages = pages_of(io.BytesIO(content))
    others = _check_sizes(content, pages)
    pdf = pikepdf.new()
    size = 0
    with (
        our_limit_of_pixels(),
        _opened(content) as image,
        progress(_("Drawing {name}").format(name=said["name"]), len(pages)) as advance,
    ):
        for number, place in enumerate(pages, start=1):
            size += _add(pdf, image, place, number)
            if size > _MAX_PDF_BYTES:
                raise InputError(
                    _("has pages of more than {mib} MiB in all; mask it in parts").format(
                        mib=_MAX_PDF_BYTES >> 20
                    )
                )
            advance(1)
    pdf.save(Path(said["target"]))
    lost = list(remains(content, "TIFF"))
    if others:
        text = ngettext(
            "{count} smaller copy or mask of a page",
            "{count} smaller copies or masks of pages",
            others,
        )
        lost.append(text.format(count=others))
    return lost


def _check_sizes(content: bytes, pages: list[int]) -> int:
    """Refuse what is too much before any of it is unpacked; return how many pictures are no page.

    Raises:
        InputError: it is, or a directory is damaged: what follows it would be left out unseen.
    """
    if len(pages) > MAX_PAGES:
        raise InputError(
            _("has {count} pages; at most {most} are masked").format(
                count=f"{len(pages):,}", most=f"{MAX_PAGES:,}"
            )
        )
    pixels = count = 0
    try:
        for directory in chain(io.BytesIO(content)):
            sides = [directory.tags.get(side) for side in (_WIDTH, _HEIGHT)]
            if not all(side and side.values for side in sides):
                raise ValueError(_("without a size"))
            pixels += math.prod(side.values[0] for side in sides if side)
            count += 1
    except (ValueError, struct.error) as error:
        raise _damaged(count + 1, error) from error
    if pixels > MAX_ALL_PIXELS:
        raise InputError(
            _("has {megapixels} million pixels on its pages; at most {limit} million").format(
                megapixels=f"{pixels / 1e6:,.0f}", limit=f"{MAX_ALL_PIXELS / 1e6:,.0f}"
            )
        )
    return count - len(pages)


def _opened(content: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content), formats=("TIFF",))
    except Exception as error:  # whatever a damaged file makes a decoder raise
        raise _damaged(1, error) from error


def _add(pdf: pikepdf.Pdf, image: Image.Image, place: int, number: int) -> int:
    """Add a page; return how many bytes it takes."""
    try:
        image.info.clear()  # what a page does not say itself is not that of the one before
        image.seek(place)
        check_size(*image.size)
        across, down = _dpi(image)
        lossy = _tag(image, _COMPRESSION) in _JPEG_COMPRESSIONS
        if _tag(image, ExifTags.Base.Orientation) in (5, 6, 7, 8):
            across, down = down, across
        image.load()
        upright = ImageOps.exif_transpose(image)
        rgb = srgb(upright, is_transparent(upright))
    except InputError as error:
        raise InputError(
            _("page {number} {what}").format(number=number, what=str(error))
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # whatever a damaged page makes a decoder raise
        raise _damaged(number, error) from error
    height, width = rgb.shape[:2]
    wide, high = width / across * _POINTS_AN_INCH, height / down * _POINTS_AN_INCH
    smaller = min(1.0, _LONGEST_PT / max(wide, high))
    wide, high = max(wide * smaller, 3.0), max(high * smaller, 3.0)
    picture = _picture(pdf, rgb, lossy=lossy)
    page = pdf.add_blank_page(page_size=(wide, high))
    page.obj.Resources = Dictionary(XObject=Dictionary(P=picture))
    drawing = f"q {wide:.4f} 0 0 {high:.4f} 0 0 cm /P Do Q".encode()
    page.obj.Contents = Stream(pdf, drawing)
    return len(picture.read_raw_bytes())


def _picture(pdf: pikepdf.Pdf, rgb: NDArray[np.uint8], *, lossy: bool) -> Stream:
    """Return a picture as PDF holds it: without loss, unless something was lost before."""
    height, width = rgb.shape[:2]
    lines, depth, channels = (rgb, 8, 3) if lossy else _lines(rgb)
    about = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        BitsPerComponent=depth,
        ColorSpace=Name.DeviceRGB if channels == 3 else Name.DeviceGray,
    )
    if lossy:
        coded = io.BytesIO()
        Image.fromarray(rgb).save(coded, "JPEG", quality=92, subsampling=0)
        about.Filter = Name.DCTDecode
        return Stream(pdf, coded.getvalue(), about)
    about.Filter = Name.FlateDecode
    about.DecodeParms = Dictionary(
        Predictor=15, Colors=channels, BitsPerComponent=depth, Columns=width
    )
    return Stream(pdf, zlib.compress(_above(lines)), about)


def _lines(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int, int]:
    """Return the bytes of each line, and how many bits a channel and channels a pixel have."""
    if not (rgb[..., :1] == rgb).all():
        return rgb.reshape(rgb.shape[0], -1), 8, 3
    values = rgb[..., 0]
    if not ((values != 0) & (values != 255)).any():
        return np.packbits(values == 255, axis=1), 1, 1
    return values, 8, 1


def _above(lines: NDArray[np.uint8]) -> bytes:
    """Return lines as PNG filters them: how each differs from the one above (RFC 2083, 6.4)."""
    filtered = np.full((lines.shape[0], lines.shape[1] + 1), _UP, np.uint8)
    filtered[0, 1:] = lines[0]
    np.subtract(lines[1:], lines[:-1], out=filtered[1:, 1:])
    return filtered.tobytes()


def _dpi(image: Image.Image) -> tuple[float, float]:
    """Return how many pixels an inch has across and down, where that is stated and can be."""
    found = []
    for tag in (_ACROSS, _DOWN):
        try:
            stated = float(_tag(image, tag))
        except (TypeError, ValueError, ZeroDivisionError):
            stated = 0.0
        if _tag(image, _UNIT) == _UNIT_CM:
            stated *= _CM_AN_INCH
        found.append(stated)
    usable = all(_LEAST_DPI <= one <= _MOST_DPI for one in found)
    return (found[0], found[1]) if usable else (_USUAL_DPI, _USUAL_DPI)


def _tag(image: Any, number: int) -> Any:
    return image.tag_v2.get(number)


def _damaged(number: int, error: Exception) -> InputError:
    return InputError(
        _("page {number} is cut short or damaged, so nothing of it is masked ({reason})").format(
            number=number, reason=(str(error) or type(error).__name__)[:160]
        )
    )
