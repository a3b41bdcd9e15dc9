"""What is called in the cell: one page or picture of an item, as plain pixels."""

import io
import warnings
from collections.abc import Iterator
from typing import IO, Any, TypeAlias

import pillow_heif
import pymupdf
from PIL import Image, ImageOps

Answer: TypeAlias = dict[str, Any] | bytes

#: Bytes that are read, pixels of a picture that is opened, and its longest edge once it is drawn.
_WHOLE, _MOST_PIXELS, _EDGE = 512 << 20, 120_000_000, 2_000
#: Pixels per point of a page; fewer if it is large.
_ZOOM = 1.8

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


def page(content: IO[bytes], *, kind: str, number: int, edge: int = _EDGE) -> Iterator[Answer]:
    """Yield how many pages there are and how large one is, then its pixels, three bytes each.

    Args:
        content: of the item.
        kind: ``pdf`` or ``picture``.
        number: of the page, from 0.
        edge: its longest edge, in pixels.
    """
    whole = content.read(_WHOLE + 1)
    if len(whole) > _WHOLE:
        yield {"lacks": "large"}
        return
    try:
        pages, width, height, pixels = (_pdf if kind == "pdf" else _picture)(whole, number, edge)
    except _LacksError as error:
        yield {"lacks": error.args[0]}
        return
    except Exception:  # whatever hostile content makes a library do
        yield {"lacks": "damaged"}
        return
    yield {"pages": pages, "width": width, "height": height}
    yield pixels


class _LacksError(Exception):
    """Raised with the word that says why nothing is drawn."""


def _pdf(content: bytes, number: int, edge: int) -> tuple[int, int, int, bytes]:
    document = pymupdf.open(stream=content, filetype="pdf")
    if document.needs_pass and not document.authenticate(""):
        raise _LacksError("locked")
    shown = document.load_page(number)
    zoom = min(_ZOOM, edge / max(shown.rect.width, shown.rect.height, 1))
    drawn = shown.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace="rgb", alpha=False)
    image = Image.frombuffer(
        "RGB", (drawn.width, drawn.height), drawn.samples, "raw", "RGB", drawn.stride, 1
    )
    return document.page_count, image.width, image.height, image.tobytes()


def _picture(content: bytes, number: int, edge: int) -> tuple[int, int, int, bytes]:
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # bounded here, before anything is decoded
    with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as image:
        warnings.simplefilter("ignore")
        pages = int(getattr(image, "n_frames", 1))
        image.seek(number)
        if image.width * image.height > _MOST_PIXELS:
            raise _LacksError("large")
        image.draft("RGB", (edge, edge))
        image.thumbnail((edge, edge), reducing_gap=2.0)
        shown = ImageOps.exif_transpose(image)
        if shown.mode.startswith("I;16"):
            shown = shown.point(lambda value: value / 256).convert("L")
        if shown.has_transparency_data:
            whole = Image.new("RGBA", shown.size, "white")
            whole.alpha_composite(shown.convert("RGBA"))
            shown = whole
        shown = shown.convert("RGB")
    return pages, shown.width, shown.height, shown.tobytes()
