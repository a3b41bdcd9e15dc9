"""Reads and writes moving pictures: GIF, APNG and WebP, frame by frame as they are shown."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from contrechamp.base.errors import InputError
from contrechamp.base.files import read_bounded
from contrechamp.base.i18n import _
from contrechamp.redact.kind_by_content import kind_of
from contrechamp.redact.kinds import FileKind
from contrechamp.redact.pictures.reading import (
    MAX_BYTES,
    MAX_PIXELS,
    OPENED_AS,
    check_size,
    is_transparent,
    our_limit_of_pixels,
    srgb,
)
from contrechamp.redact.pictures.remains import remains

RGB = NDArray[np.uint8]

#: More frames, or more pixels in all frames together, are a film: save it as one.
MAX_FRAMES, MAX_ALL_PIXELS = 3000, 200_000_000
#: What no time, or one too short for any screen, is shown as: browsers agree on it.
_USUAL_MS, _SHORTEST_MS = 100, 20
_LONGEST_MS = 60_000
#: Colours of a GIF: those of the picture, then greys of covers; one is left free.
_OF_PICTURE, _GREYS = 239, np.linspace(0, 240, 16).round().astype(np.uint8)

_SAVED_AS: dict[str, dict[str, object]] = {
    ".gif": {"format": "GIF", "optimize": False, "disposal": 1},
    ".png": {"format": "PNG", "disposal": 0, "blend": 0},
    ".webp": {"format": "WEBP", "lossless": True, "quality": 30, "method": 0, "exact": True},
}


@dataclass(frozen=True)
class MovingPicture:
    """A moving picture, of which frames are decoded as they are asked for.

    Args:
        kind: of the file.
        content: the file.
        width: px.
        height: px.
        count: of its frames.
        loops: how often it plays; 0: for ever.
        first: number of the first frame that belongs to the film.
        removed: what the file holds apart from these frames.
    """

    kind: FileKind
    content: bytes
    width: int
    height: int
    count: int
    loops: int
    first: int
    removed: tuple[str, ...]

    def frames(self) -> Iterator[tuple[RGB, int]]:
        """Yield each frame, (height, width, 3), as it is shown, and for how many milliseconds.

        Raises:
            InputError: one is cut short or damaged.
        """
        limit = our_limit_of_pixels(self.width * self.height)
        with limit, _opened(self.content, self.kind) as image:
            for number in range(self.first, self.first + self.count):
                try:
                    image.seek(number)
                    image.load()
                    shown = srgb(image, is_transparent(image))
                    lasts = image.info.get("duration")
                except (InputError, MemoryError):
                    raise
                except Exception as error:  # whatever a damaged file makes a decoder raise
                    raise _damaged(error) from error
                if shown.shape != (self.height, self.width, 3):
                    raise _damaged(ValueError(str(shown.shape)))
                yield shown, _milliseconds(lasts)


def read_moving_picture(source: Path) -> MovingPicture:
    """Read what the headers of a moving picture tell.

    Raises:
        InputError: it is none, is damaged, or has more frames than a picture needs.
    """
    kind = kind_of(source, "")
    if kind.format not in ("GIF", "APNG", "moving WebP"):
        raise InputError(_("is no moving picture"))
    content = read_bounded(source, MAX_BYTES, where="")
    with our_limit_of_pixels(MAX_PIXELS), _opened(content, kind) as image:
        check_size(*image.size)
        try:
            count, info = int(getattr(image, "n_frames", 1)), dict(image.info)
        except Exception as error:  # whatever a damaged file makes a decoder raise
            raise _damaged(error) from error
        width, height = image.size
    first = 1 if info.get("default_image") and count > 1 else 0
    count -= first
    if count > MAX_FRAMES or count * width * height > MAX_ALL_PIXELS:
        raise InputError(
            _(
                "has {frames} frames of {width} x {height} px: more than a moving picture needs; "
                "save it as a video (MP4) first"
            ).format(frames=count, width=width, height=height)
        )
    more = (_("a picture that only old programs show"),) if first else ()
    # GIF counts repetitions, the others how often it plays; without a count GIF plays once.
    loops = int(info.get("loop", 1 if kind.format == "GIF" else 0))
    return MovingPicture(
        kind, content, width, height, count, loops, first, (*remains(content, kind.format), *more)
    )


def as_written(rgb: RGB, under: NDArray[np.bool_], suffix: str) -> Image.Image:
    """Return a frame as a file of this kind can hold it.

    Args:
        rgb: with covers drawn.
        under: the mask of what is covered: its greys are in the palette of every frame.
    """
    if suffix != ".gif":
        return Image.fromarray(rgb)
    few = Image.fromarray(rgb).quantize(_OF_PICTURE, dither=Image.Dither.NONE)
    colours = np.zeros((256, 3), np.uint8)
    own = np.asarray(few.getpalette("RGB") or [], np.uint8).reshape(-1, 3)[:_OF_PICTURE]
    colours[: len(own)] = own
    colours[_OF_PICTURE : _OF_PICTURE + len(_GREYS)] = _GREYS[:, None]
    places = np.array(few)
    nearest = np.abs(rgb[under][:, :1].astype(np.int16) - _GREYS).argmin(axis=1)
    places[under] = (_OF_PICTURE + nearest).astype(np.uint8)
    made = Image.fromarray(places, "P")
    made.putpalette(colours.tobytes(), "RGB")
    return made


def write_frames(
    frames: list[Image.Image], durations_ms: list[int], loops: int, target: Path
) -> None:
    """Write frames, as `as_written` made them, as a moving picture."""
    options: dict[str, Any] = dict(_SAVED_AS[target.suffix])
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:], "duration": durations_ms}
        # A GIF that plays once says nothing.
        options |= {} if target.suffix == ".gif" and loops == 1 else {"loop": loops}
    frames[0].save(target, **options)


def read_back(target: Path) -> Iterator[RGB]:
    """Yield the frames of a copy, decoded anew."""
    with our_limit_of_pixels(), Image.open(target) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            yield np.array(image.convert("RGB"))


def merged(
    frames: Iterable[tuple[Image.Image, int]],
) -> tuple[list[Image.Image], list[int]]:
    """Return frames and how long each lasts, with those alike one after another made one."""
    kept: list[Image.Image] = []
    durations: list[int] = []
    last: bytes | None = None
    for frame, lasts in frames:
        shown = frame.convert("RGB").tobytes()
        if shown == last and durations[-1] + lasts <= _LONGEST_MS:
            durations[-1] += lasts
        elif shown == last:
            durations[-1] = _LONGEST_MS
        else:
            kept.append(frame)
            durations.append(lasts)
        last = shown
    return kept, durations


def _opened(content: bytes, kind: FileKind) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content), formats=OPENED_AS[kind.format])
    except UnidentifiedImageError as error:
        raise InputError(
            _("begins like {format} but is damaged or cut short").format(format=kind.format)
        ) from error
    except Exception as error:  # whatever a damaged file makes a decoder raise
        raise _damaged(error) from error


def _damaged(error: Exception) -> InputError:
    return InputError(
        _("is cut short or damaged, so nothing of it is masked ({reason})").format(
            reason=(str(error) or type(error).__name__)[:160]
        )
    )


def _milliseconds(said: object) -> int:
    lasts = float(said) if isinstance(said, int | float) else 0.0
    if not _SHORTEST_MS <= lasts < float("inf"):
        return _USUAL_MS
    return min(round(lasts), _LONGEST_MS)
