"""Reads untrusted pictures as plain pixels, upright and in sRGB, or refuses them."""

import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from contrechamp.base.errors import InputError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _, ngettext
from contrechamp.redact.checks.tiff_tags import compression_of, pages_of
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.kinds import FileKind
from contrechamp.redact.pictures.remains import remains

#: No picture from a camera or phone is larger.
MAX_BYTES = 1 << 29
MAX_PIXELS = 120_000_000
#: The Pillow formats that each format of `contrechamp.redact.kinds` may be opened as.
OPENED_AS = {
    "JPEG": ("JPEG",), "PNG": ("PNG",), "WebP": ("WEBP",), "TIFF": ("TIFF",),
    "HEIC": ("HEIF",), "AVIF": ("AVIF",), "BMP": ("BMP", "DIB"), "GIF": ("GIF",),
    "APNG": ("PNG",), "moving WebP": ("WEBP",),
}  # fmt: skip
_TO_SRGB = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
_WHITE = (255, 255, 255)
#: The EXIF tag of the location.
_GPS = 0x8825


@dataclass(frozen=True)
class DecodedPicture:
    """A picture as it is shown.

    Args:
        rgb: (height, width, 3), upright, sRGB; transparent parts on white.
        suffix: of a masked copy.
        removed: what the file held apart from these pixels.
        size: width and height of the whole, px: `rgb` is smaller where that was asked for.
    """

    rgb: NDArray[np.uint8]
    suffix: str
    removed: tuple[str, ...]
    size: tuple[int, int]


def read_picture(source: Path, *, enough_px: int | None = None) -> DecodedPicture:
    """Read a picture file.

    Args:
        source: the file; its content counts, not its name.
        enough_px: of its shorter side: a JPEG with more is decoded at half its size, a quarter or
            an eighth, which takes a fraction of the time. Whether it is whole is not checked then.

    Raises:
        InputError: it is not a picture, or is cut short, damaged, too large, animated or of several
            pages.
    """
    kind = kind_of(source, "")
    if kind.kind != "image":
        raise InputError(_("is no picture"))
    content = read_bounded(source, MAX_BYTES, where="")
    try:
        if kind.format == "RAW":
            rgb, more = _raw(content)
            size = rgb.shape[1], rgb.shape[0]
        else:
            rgb, more, size = _decoded(content, kind, enough_px)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # whatever a damaged file makes a decoder raise
        raise InputError(
            _("is cut short or damaged, so nothing of it is masked ({reason})").format(
                reason=_short(error)
            )
        ) from error
    return DecodedPicture(rgb, kind.suffix, (*remains(content, kind.format), *more), size)


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:160]


def check_size(width: int, height: int) -> None:
    """Refuse a picture with more pixels than are decoded."""
    if width * height > MAX_PIXELS:
        raise InputError(
            _("has {megapixels} million pixels; at most {limit} million are decoded").format(
                megapixels=f"{width * height / 1e6:,.0f}", limit=f"{MAX_PIXELS / 1e6:,.0f}"
            )
        )


@contextlib.contextmanager
def our_limit_of_pixels(pixels: int | None = None) -> Iterator[None]:
    """Replace Pillow's own limit, which warns first and refuses late, by `MAX_PIXELS`.

    Args:
        pixels: of a picture whose frames may say that they are larger: twice that is refused.
    """
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata, which is not kept
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _decoded(
    content: bytes, kind: FileKind, enough_px: int | None
) -> tuple[NDArray[np.uint8], tuple[str, ...], tuple[int, int]]:
    if kind.format == "HEIC":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    with our_limit_of_pixels():
        try:
            image = Image.open(io.BytesIO(content), formats=OPENED_AS[kind.format])
        except UnidentifiedImageError as error:
            raise InputError(_why_unknown(content, kind)) from error
        with image:
            check_size(*image.size)
            more = _other_pictures(image, kind, content) + _location(image)
            size = image.size[::-1] if _lies(image) else image.size
            if kind.format == "JPEG" and enough_px is not None:
                image.draft(None, (enough_px, enough_px))
            image.load()
            if kind.format == "JPEG" and enough_px is None:
                _check_whole(content)
            ImageOps.exif_transpose(image, in_place=True)
            transparent = is_transparent(image)
            more += (_("transparency"),) if transparent else ()
            return srgb(image, transparent), more, size


def _why_unknown(content: bytes, kind: FileKind) -> str:
    """Return why a file is not opened: of a TIFF, which can hold anything, perhaps its coding."""
    if kind.format == "TIFF" and (compression := compression_of(io.BytesIO(content))):
        return _(
            "is a kind of TIFF that is not read here (compression {number}), or damaged; save it "
            "as PNG first"
        ).format(number=compression)
    return _("begins like {format} but is damaged or cut short").format(format=kind.format)


def _lies(image: Image.Image) -> bool:
    """Tell whether a picture is turned by a quarter before it is shown."""
    return image.getexif().get(ExifTags.Base.Orientation) in (5, 6, 7, 8)


def _check_whole(content: bytes) -> None:
    """Refuse a JPEG that ends before its last line.

    libjpeg fills the missing lines with grey and only warns, which Pillow hides; FFmpeg's decoder
    can be strict.
    """
    import av

    decoder = av.CodecContext.create("mjpeg", "r")
    decoder.options = {"err_detect": "explode"}
    try:
        decoder.decode(av.Packet(content))
    except av.InvalidDataError as error:
        raise InputError(
            _("is cut short or damaged, so nothing of it is masked ({reason})").format(
                reason=_("lines are missing")
            )
        ) from error
    except av.FFmpegError:
        pass  # a rare kind of JPEG that only libjpeg knows


def _other_pictures(image: Any, kind: FileKind, content: bytes) -> tuple[str, ...]:
    """Refuse animations and pages; name any pictures besides the one that is shown."""
    count = getattr(image, "n_frames", 1)
    if count == 1 and "default_image" not in image.info:
        return ()
    pages = pages_of(io.BytesIO(content)) if kind.format == "TIFF" else []
    if image.format in ("MPO", "HEIF") or len(pages) == 1:
        if pages:  # the others are smaller copies of it, or its mask, and may come before it
            image.seek(pages[0])
            check_size(*image.size)
        text = ngettext("{count} more picture", "{count} more pictures", count - 1)
        return (text.format(count=count - 1),)
    if kind.format == "TIFF":
        raise InputError(
            _("has {count} pages; save each as a picture of its own first").format(count=count)
        )
    raise InputError(_("is a moving picture; save it as a video first, or one frame as PNG"))


def _location(image: Image.Image) -> tuple[str, ...]:
    """Name a location in the metadata: the first thing that a reviewer wants to know."""
    try:
        return ("GPS",) if image.getexif().get_ifd(_GPS) else ()
    except Exception:  # damaged metadata, which is not kept, may raise anything
        return ()


def is_transparent(image: Image.Image) -> bool:
    """Tell whether parts of a picture may be transparent."""
    return "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "La", "RGBa")


def srgb(image: Image.Image, transparent: bool) -> NDArray[np.uint8]:
    """Return the picture as it is shown: with its colour profile, and transparent parts on white.

    The colours of transparent pixels are not kept: they may show what was cut away.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    alpha = None
    if transparent:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        image = image.convert("RGB")
    elif image.mode not in _TO_SRGB:
        image = image.convert("RGB")
    image = _by_profile(image, profile)
    if alpha is not None:
        white = Image.new("RGB", image.size, _WHITE)
        image = Image.composite(image, white, alpha)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _by_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to sRGB with the picture's own profile; without a usable one, take it for sRGB."""
    srgb = ImageCms.createProfile("sRGB")
    if image.mode == "LAB":
        return _converted(image, ImageCms.createProfile("LAB"), srgb) or image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if source.profile.xcolor_space.strip() == _TO_SRGB[image.mode]:
                return _converted(image, source, srgb) or image
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return image


def _converted(image: Image.Image, source: Any, target: Any) -> Image.Image | None:
    try:
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, ValueError):
        return None


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a 16-bit grey picture with 8 bits; refuse values that are no such brightness."""
    values = np.asarray(image)
    if image.mode == "F" or values.min() < 0 or values.max() > 0xFFFF:
        raise InputError(
            _("has brightness values that are not of 8 or 16 bits; save it with 8 bits first")
        )
    return Image.fromarray((values.astype(np.uint16) >> 8).astype(np.uint8))


def _raw(content: bytes) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Develop a camera raw file, as a camera would."""
    import rawpy

    with rawpy.imread(io.BytesIO(content)) as raw:
        check_size(raw.sizes.raw_width, raw.sizes.raw_height)
        rgb = raw.postprocess(use_camera_wb=True, output_bps=8, output_color=rawpy.ColorSpace.sRGB)
    if rgb.ndim != 3 or rgb.shape[2] != 3:  # a monochrome sensor
        rgb = np.atleast_3d(rgb)[:, :, :1].repeat(3, axis=2)
    return np.ascontiguousarray(rgb), (_("raw sensor data"),)
